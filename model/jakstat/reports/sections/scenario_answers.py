"""The sections on what was predicted for scenarios, each with what is assumed in it."""

import pandas as pd

from jakstat.reports.figures import (
    combination_figure,
    effective_figure,
    emax_figure,
    exposure_figure,
    figure_svg,
    resistance_figure,
    response_figure,
)
from jakstat.reports.page import Block, Paragraph, Picture, Section, Table
from jakstat.reports.report_contents import ScenarioResults
from jakstat.reports.sections.score_answers import score_section, score_sentence
from jakstat.reports.tables import (
    WHAT_A_STATUS_SAYS,
    interval_text,
    measure_table,
    number_text,
    share_text,
    status_cell,
)

_TEXT, _NUMBER = False, True


def made[T](answer: T | None) -> T:
    """Return what a rule made for a section; a report asks only for sections whose rules ran."""
    if answer is None:
        raise ValueError("a section of the report: found nothing; needed: what its rule makes")
    return answer


def scenario_sections(results: ScenarioResults) -> list[Section]:
    """Return the sections in reading order: what was asked, and one on each kind of question that was."""
    answers = (
        (results.responses, _response_section),
        (results.shifts, _resistance_section),
        (results.combinations, _combination_section),
        (results.exposure, _exposure_section),
        (results.next_experiment, _next_section),
        (results.scores, lambda found: score_section(made(found.scores))),
    )
    return [_asked_section(results), *(section(results) for answer, section in answers if answer is not None)]


def scenario_sentences(results: ScenarioResults) -> list[str]:
    """Return the answers for the top of the report: who depends on JAK, and how good predictions are."""
    found = [] if results.jak_dependency is None else [_dependency_sentence(results.jak_dependency)]
    if results.scores is not None:
        found += [score_sentence(scores) for _, scores in results.scores.groupby("set", sort=False)]
    return found or ["What was predicted stands below, with its uncertainty."]


def _dependency_sentence(jak_dependency: pd.DataFrame) -> str:
    """Say how much of its growth each line loses without JAKs."""
    by_loss = jak_dependency.sort_values("median", ascending=False)
    texts = [
        f"{row['cell_line']} {share_text(row['median'])} ({share_text(row['lower_90'])} to "
        f"{share_text(row['upper_90'])})"
        for row in by_loss.to_dict(orient="records")
    ]
    return (
        "Loss of net growth when all JAKs are blocked and nothing else is, median and 90 % interval (above 100 %: "
        f"cells die): {'; '.join(texts)}."
    )


def _asked_section(results: ScenarioResults) -> Section:
    columns = (
        ("question", _TEXT),
        ("cells", _TEXT),
        ("inhibitors", _TEXT),
        ("doses, nM", _TEXT),
        ("readout", _TEXT),
        ("time, h", _NUMBER),
        ("stimulus", _TEXT),
        ("schedule", _TEXT),
    )
    rows = tuple(tuple(map(str, row)) for row in results.scenarios.fillna("").itertuples(index=False))
    caption = "Every inhibitor of a row on all of its cells at all of its doses (scenarios of the configuration)."
    return Section("asked", "Scenarios", [Table("Scenarios.", caption, columns, rows)])


def _response_section(results: ScenarioResults) -> Section:
    blocks: list[Block] = []
    for name, response in made(results.responses).items():
        caption = (
            f"Predicted {name} {response.attrs['time_h']:g} h after the drug, as a share of that without drug: median "
            "and 90 % interval of the expected signal, without measurement noise and without the difference between "
            "screens. Drugs without measurements keep the priors of their constants, and their bands are as wide. "
            "responses.html is the same to look into."
        )
        blocks.append(
            Picture(figure_svg(response_figure(response, made(results.measured))), f"Dose responses: {name}.", caption)
        )
    measures = made(results.response_measures)
    blocks.append(measure_table(measures, ("readout", "cells", "drug"), "response_measures.tsv"))
    if measures["metric"].isin(["gr50", "gr_max"]).any():
        blocks.append(_growth_table(measures))
    return Section("responses", "Predicted dose responses", blocks)


def _growth_table(measures: pd.DataFrame) -> Table:
    rows = []
    for (cells, drug), of_curve in measures[measures["metric"].isin(["gr50", "gr_max"])].groupby(
        ["cells", "drug"], sort=False
    ):
        by_metric = of_curve.set_index("metric")
        gr50, gr_max = by_metric.loc["gr50"], by_metric.loc["gr_max"]
        rows.append(
            (
                str(cells),
                str(drug),
                number_text(gr50["median"]),
                interval_text(gr50["lower_90"], gr50["upper_90"]),
                share_text(gr50["share_existing"]),
                number_text(gr_max["median"], 2),
                interval_text(gr_max["lower_90"], gr_max["upper_90"], 2),
            )
        )
    columns = (
        ("cells", _TEXT),
        ("drug", _TEXT),
        ("GR50, nM", _NUMBER),
        ("90 % interval", _NUMBER),
        ("draws with a GR50", _NUMBER),
        ("GRmax", _NUMBER),
        ("90 % interval", _NUMBER),
    )
    caption = (
        "Growth-rate inhibition (Hafner et al. 2016): GR is 1 without effect, 0 where growth stops, below 0 where "
        "cells die; GR50 is the dose at which it is 0.5, GRmax its value at the highest dose. Unlike viabilities they "
        "do not depend on how fast cells grow."
    )
    return Table("GR metrics.", caption, columns, tuple(rows))


def _resistance_section(results: ScenarioResults) -> Section:
    caption = (
        "Fold shift of the absolute IC50: median and 90 % interval over the draws in which both IC50s lie within the "
        "doses; “lost” is the share of draws in which the altered cells no longer have one. A star marks rows "
        "predicted from an assumed shift, a dagger from one remembered of a source that was not opened again: their "
        "size is a wide prior, not a measurement. The change of the largest "
        "effect, which no dose makes up for, is in the next figure."
    )
    effects = made(results.resistance_exposure)
    average = effects[effects["level"] == "average"]
    chance = next(name for name in average.columns if name.startswith("probability_"))
    percent = chance.removeprefix("probability_")
    shifts = made(results.shifts)
    status = dict(zip(shifts["cells"], shifts["status"], strict=True))
    effective = (
        f"Probability that a drug still takes at least {percent} % of the signal at the free average plasma "
        "concentration of a usual dose, and the median effect there. The first row is the line without further "
        "alteration."
    )
    return Section(
        "resistance",
        "Resistance",
        [
            Picture(figure_svg(resistance_figure(made(results.shifts))), "Cross-resistance.", caption),
            Picture(
                figure_svg(emax_figure(made(results.shifts))),
                "Largest effect lost.",
                "How much of the largest effect at any dose is lost: median and 90 % interval, per cent of the signal "
                "without drug.",
            ),
            Picture(figure_svg(effective_figure(average, chance, status)), "Still effective?", effective),
            *_measured_blocks(results.shifts),
        ],
    )


def _measured_blocks(shifts: pd.DataFrame) -> list[Block]:
    """Return a table of predictions beside what others measured, or a sentence where nobody did."""
    rows = tuple(
        (
            str(row["cells"]),
            str(row["drug"]),
            f"{number_text(row['fold_shift_median'])} "
            f"({interval_text(row['fold_shift_lower_90'], row['fold_shift_upper_90'], 2)})",
            str(row["measured"]),
        )
        for row in shifts.to_dict(orient="records")
        if isinstance(row["measured"], str) and row["measured"]  # an empty cell of a table file is no text
    )
    if not rows:
        found = "data/reference/resistance_measurements.tsv has no measurement of these alterations under these drugs."
        return [Paragraph(found, "note")]
    columns = (("cells", _TEXT), ("drug", _TEXT), ("predicted fold shift of the IC50", _NUMBER), ("measured", _TEXT))
    caption = (
        "Without and with the alteration, in other cells than those of the prediction "
        "(data/reference/resistance_measurements.tsv, with sources). Nothing was fitted to them."
    )
    return [Table("Predicted and measured.", caption, columns, rows)]


def _combination_section(results: ScenarioResults) -> Section:
    blocks: list[Block] = []
    for reference, name in (("bliss", "Bliss"), ("hsa", "the better of the two alone (HSA)"), ("loewe", "Loewe")):
        caption = (
            f"Median excess of the effect over {name}; a dot where its sign is sure in 95 % of draws. Blank: not "
            "defined, because one drug alone never has this effect. Two drugs on one site have no Loewe excess."
        )
        figure = combination_figure(made(results.combinations), reference)
        blocks.append(Picture(figure_svg(figure), f"Excess over {name}.", caption))
    blocks.append(_least_doses_table(made(results.least_doses)))
    return Section("combinations", "Combinations", blocks)


def _least_doses_table(least: pd.DataFrame) -> Table:
    rows = tuple(
        (
            str(row["pair"]),
            share_text(row["effect"]),
            number_text(row["dose_a"]),
            number_text(row["dose_b"]),
            share_text(row["probability"]),
        )
        for row in least.to_dict(orient="records")
    )
    columns = (
        ("pair", _TEXT),
        ("effect", _NUMBER),
        ("dose of the first, nM", _NUMBER),
        ("dose of the second, nM", _NUMBER),
        ("draws that reach it", _NUMBER),
    )
    caption = (
        "Tested doses that reach the effect in enough draws, where lowering either dose alone would not do; a dose of "
        "0 is one drug alone. A pair that is not listed does not reach it at the doses asked for."
    )
    return Table("Lowest doses.", caption, columns, rows)


def _exposure_section(results: ScenarioResults) -> Section:
    at_average = made(results.exposure)[made(results.exposure)["level"] == "average"]
    ranking = made(results.ranking)[made(results.ranking)["level"] == "average"].set_index(["cells", "drug"])
    chances = [name for name in at_average.columns if name.startswith("probability_")]
    exposures = made(results.at_exposure)["exposure_status"]
    status = {str(drug): str(exposures.sel(drug=drug).item()) for drug in exposures["drug"].to_numpy()}
    rows = []
    for record in at_average.to_dict(orient="records"):
        rank = ranking.loc[(record["cells"], record["drug"])]
        rows.append(
            (
                record["cells"],
                record["drug"],
                status_cell(status[record["drug"]]),
                share_text(record["median"]),
                f"{share_text(record['lower_90'])} to {share_text(record['upper_90'])}",
                *(share_text(record[name]) for name in chances),
                share_text(float(rank["probability_best"])),
            )
        )
    columns = (
        ("cells", _TEXT),
        ("drug", _TEXT),
        ("plasma levels", _TEXT),
        ("effect", _NUMBER),
        ("90 % interval", _NUMBER),
        *((f"P(at least {name.removeprefix('probability_')} %)", _NUMBER) for name in chances),
        ("P(best)", _NUMBER),
    )
    caption = (
        "Loss of viability at the free average plasma concentration of a usual dose (data/reference/exposure.tsv; "
        f"conversion to medium uncertain by a factor of about 1.6, assumed). {WHAT_A_STATUS_SAYS}"
    )
    response = made(results.responses)[made(results.at_exposure)["effect"].attrs["readout"]]
    overlay = (
        f"Predicted {response.attrs['readout']} (median; 90 % interval for the three lines with the largest effect) "
        "and the free plasma concentrations of each drug at a usual dose, their conversion to medium included."
    )
    return Section(
        "exposure",
        "At clinical exposure",
        [
            Picture(
                figure_svg(exposure_figure(response, made(results.at_exposure))),
                "Dose responses and exposure.",
                overlay,
            ),
            Table("Effect at exposure.", caption, columns, tuple(rows)),
        ],
    )


def _next_section(results: ScenarioResults) -> Section:
    shown = made(results.next_experiment).head(10)
    reasons = shown["left_out"].fillna("") if "left_out" in shown else []
    if any(reasons):
        reason = Paragraph(f"No candidate is ranked: {next(filter(None, reasons))}.")
        return Section("next", "What to measure next", [reason])
    rows = tuple(
        (
            str(row["candidate"]),
            share_text(row["regression_reduction"]),
            share_text(row["weights_reduction"]),
            number_text(row["weights_error"]),
            number_text(row["k_hat"], 2),
        )
        for row in shown.to_dict(orient="records")
    )
    columns = (
        ("measurement", _TEXT),
        ("reduction, regression", _NUMBER),
        ("reduction, weights", _NUMBER),
        ("its Monte Carlo error", _NUMBER),
        ("k-hat", _NUMBER),
    )
    caption = (
        "Expected reduction of the variance of the logarithm of the IC50 by one more measurement, by two estimates "
        "from the present draws, the difference between screens included; k-hat above 0.7: the weights are not to be "
        "trusted. The best ten."
    )
    return Section("next", "What to measure next", [Table("Next experiment.", caption, columns, rows)])
