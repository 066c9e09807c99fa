"""The sections on what was predicted for scenarios, each with what is assumed in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import xarray as xr

from jakstat.reports.drawing import figure_svg
from jakstat.reports.number_text import interval_text, number_text, share_text
from jakstat.reports.page import Block, Cell, Paragraph, Picture, Section, Table, Tone
from jakstat.reports.scenario_figures import (
    combination_figure,
    names_of_pairs,
    resistance_figure,
    response_figure,
    score_figure,
)

_TEXT, _NUMBER = False, True

#: Tables of :class:`ScenarioResults`, by field.
SCENARIO_TABLES = ("response_measures", "jak_dependency", "shifts", "exposure", "ranking", "next_experiment", "scores")


@dataclass(frozen=True)
class ScenarioResults:
    """What the rules of scenarios.smk made: datasets and tables, named as their files."""

    responses: xr.Dataset
    response_measures: pd.DataFrame
    jak_dependency: pd.DataFrame
    shifts: pd.DataFrame
    combinations: Mapping[str, xr.Dataset]
    exposure: pd.DataFrame
    ranking: pd.DataFrame
    next_experiment: pd.DataFrame
    scores: pd.DataFrame


def take_scenarios(results: dict[str, Any]) -> ScenarioResults | None:
    """Take what belongs to scenarios out of results by name, and return it; None where nothing was predicted for any.

    The table ``jak_dependency`` stays, because the section on cell lines shows it too.
    """
    if "responses" not in results:
        return None
    own = {name: results[name] if name == "jak_dependency" else results.pop(name) for name in SCENARIO_TABLES}
    pairs = names_of_pairs(results.pop("combinations"))
    return ScenarioResults(responses=results.pop("responses"), combinations=pairs, **own)


def scenario_sections(results: ScenarioResults) -> list[Section]:
    """Return the sections in reading order."""
    return [
        _response_section(results),
        _resistance_section(results),
        _combination_section(results),
        _exposure_section(results),
        _next_section(results),
        _score_section(results),
    ]


def scenario_sentences(results: ScenarioResults) -> list[str]:
    """Return the answers for the top of the report: who depends on JAK, and how good predictions are."""
    by_loss = results.jak_dependency.sort_values("median", ascending=False)
    texts = [f"{one['cell_line']} {share_text(one['median'])} ({share_text(one['lower_90'])} to "
             f"{share_text(one['upper_90'])})" for one in by_loss.to_dict(orient="records")]  # fmt: skip
    return [
        "Loss of net growth when all JAKs are blocked and nothing else is, median and 90 % interval (above 100 %: "
        f"cells die): {'; '.join(texts)}.",
        score_sentence(results.scores),
    ]


def score_sentence(scores: pd.DataFrame) -> str:
    """Say where the mechanism stands beside the best naive predictor."""
    row = scores[~scores["naive"].astype(bool)].iloc[0]
    return (
        f"On {int(row['measurements'])} held-out measurements the mechanism {row['verdict']} against the best naive "
        f"predictor ({row['against']}): mean CRPS {number_text(row['crps'])}, difference "
        f"{number_text(row['crps_difference'])} (95 % interval "
        f"{interval_text(row['difference_lower_95'], row['difference_upper_95'])}; below 0 is better)."
    )


def _response_section(results: ScenarioResults) -> Section:
    blocks: list[Block] = []
    for name in results.responses:
        response = results.responses[name]
        caption = (
            f"Predicted {name} {response.attrs['time_h']:g} h after the drug, as a share of that without drug: median "
            "and 90 % interval of the expected signal, without measurement noise and without the difference between "
            "screens. Drugs without measurements keep the priors of their constants, and their bands are as wide."
        )
        blocks.append(Picture(figure_svg(response_figure(response)), f"Dose responses: {name}.", caption))
    measures = results.response_measures
    rows = []
    for (readout, cells, drug), one in measures[measures["metric"].isin(["ic50", "emax"])].groupby(
        ["readout", "cells", "drug"], sort=False
    ):
        by_metric = one.set_index("metric")
        ic50, emax = by_metric.loc["ic50"], by_metric.loc["emax"]
        rows.append((
            str(readout), str(cells), str(drug), number_text(ic50["median"]),
            interval_text(ic50["lower_95"], ic50["upper_95"]), share_text(ic50["share_existing"]),
            share_text(emax["median"]), f"{share_text(emax['lower_95'])} to {share_text(emax['upper_95'])}",
        ))  # fmt: skip
    columns = (("readout", _TEXT), ("cells", _TEXT), ("drug", _TEXT), ("IC50, nM", _NUMBER), ("95 % interval", _NUMBER),
               ("draws with an IC50", _NUMBER), ("largest effect", _NUMBER), ("95 % interval", _NUMBER))  # fmt: skip
    caption = (
        "Absolute IC50: the dose at which half of the signal without drug is left, over the draws in which it lies "
        "within the predicted doses; nothing is extrapolated. Other measures are in response_measures.tsv."
    )
    blocks.append(Table("IC50 and largest effect.", caption, columns, tuple(rows)))
    return Section("responses", "Predicted dose responses", blocks)


def _resistance_section(results: ScenarioResults) -> Section:
    caption = (
        "Fold shift of the absolute IC50: median and 95 % interval over the draws in which both IC50s lie within the "
        "doses; “lost” is the share of draws in which the altered cells no longer have one. A star marks rows "
        "predicted from an assumed shift: their size is a wide prior, not a measurement. The change of the largest "
        "effect is in resistance.tsv."
    )
    picture = Picture(figure_svg(resistance_figure(results.shifts)), "Cross-resistance.", caption)
    return Section("resistance", "Resistance", [picture])


def _combination_section(results: ScenarioResults) -> Section:
    blocks: list[Block] = []
    for reference, name in (("bliss", "Bliss"), ("loewe", "Loewe")):
        caption = (
            f"Median excess of the effect over {name}; a dot where its sign is sure in 95 % of draws. Blank: not "
            "defined, because one drug alone never has this effect. Two drugs on one site have no Loewe excess."
        )
        figure = combination_figure(results.combinations, reference)
        blocks.append(Picture(figure_svg(figure), f"Excess over {name}.", caption))
    return Section("combinations", "Combinations", blocks)


def _exposure_section(results: ScenarioResults) -> Section:
    at_average = results.exposure[results.exposure["level"] == "average"]
    ranking = results.ranking[results.ranking["level"] == "average"].set_index(["cells", "drug"])
    chances = [name for name in at_average.columns if name.startswith("probability_")]
    rows = []
    for record in at_average.to_dict(orient="records"):
        rank = ranking.loc[(record["cells"], record["drug"])]
        rows.append((
            record["cells"], record["drug"], share_text(record["median"]),
            f"{share_text(record['lower_95'])} to {share_text(record['upper_95'])}",
            *(share_text(record[name]) for name in chances), share_text(float(rank["probability_best"])),
        ))  # fmt: skip
    columns = (("cells", _TEXT), ("drug", _TEXT), ("effect", _NUMBER), ("95 % interval", _NUMBER),
               *((f"P(at least {name.removeprefix('probability_')} %)", _NUMBER) for name in chances),
               ("P(best)", _NUMBER))  # fmt: skip
    caption = (
        "Loss of viability at the free average plasma concentration of a usual dose (data/reference/exposure.tsv, from "
        "memory of the labels; conversion to medium uncertain by a factor of about 1.6, assumed)."
    )
    return Section("exposure", "At clinical exposure", [Table("Effect at exposure.", caption, columns, tuple(rows))])


def _next_section(results: ScenarioResults) -> Section:
    shown = results.next_experiment.head(10)
    rows = tuple(
        (str(one["candidate"]), share_text(one["regression_reduction"]), share_text(one["weights_reduction"]),
         number_text(one["weights_error"]), number_text(one["k_hat"], 2))
        for one in shown.to_dict(orient="records")
    )  # fmt: skip
    columns = (("measurement", _TEXT), ("reduction, regression", _NUMBER), ("reduction, weights", _NUMBER),
               ("its Monte Carlo error", _NUMBER), ("k-hat", _NUMBER))  # fmt: skip
    caption = (
        "Expected reduction of the variance of the logarithm of the IC50 by one more measurement, by two estimates "
        "from the present draws, the difference between screens included; k-hat above 0.7: the weights are not to be "
        "trusted. The best ten."
    )
    return Section("next", "What to measure next", [Table("Next experiment.", caption, columns, rows)])


def _score_section(results: ScenarioResults) -> Section:
    rows = []
    for one in results.scores.to_dict(orient="records"):
        tone: Tone = "good" if one["verdict"] == "wins" else "bad" if one["verdict"] == "loses" else ""
        numbers = [number_text(one[name]) for name in ("crps", "log_score")]
        coverage = [share_text(one[f"coverage_{level}"]) for level in (50, 80, 90)]
        rows.append(
            (one["predictor"], *numbers, *coverage, number_text(one["spearman"], 2), Cell(one["verdict"], tone))
        )
    columns: Sequence[tuple[str, bool]] = (
        ("predictor", _TEXT), ("CRPS", _NUMBER), ("log score", _NUMBER), ("in 50 %", _NUMBER), ("in 80 %", _NUMBER),
        ("in 90 %", _NUMBER), ("rank correlation", _NUMBER), ("against the best naive", _TEXT),
    )  # fmt: skip
    caption = (
        "Held-out measurements, predicted with all uncertainty (difference between screens and noise included) and by "
        "naive predictors from the training measurements. CRPS: smaller is better; log score: larger is better. wins, "
        "ties, loses: by the 95 % bootstrap interval of the difference in CRPS, curves resampled whole."
    )
    return Section("scores", "How good the predictions are", [
        Paragraph(score_sentence(results.scores)),
        Table("Scores.", caption, tuple(columns), tuple(rows)),
        Picture(figure_svg(score_figure(results.scores)), "Calibration.",
                "Share of held-out measurements in central predictive intervals; on the dashed line they are honest."),
    ])  # fmt: skip
