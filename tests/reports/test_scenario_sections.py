"""The report of scenarios: made of synthetic predictions whose answers are known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from jakstat.predictions import (
    Exposure,
    compare_dose_responses,
    least_doses,
    measure_combination,
    measure_dose_response,
    measure_growth_response,
    predict_effect_at_exposure,
    summarise_effects,
    summarise_metrics,
    summarise_resistance,
)
from jakstat.reports.figures.drawing import figure_svg
from jakstat.reports.figures.resistance_figures import effective_figure, emax_figure, resistance_figure
from jakstat.reports.figures.scenario_figures import combination_figure, response_figure
from jakstat.reports.page import Paragraph, Picture, Table
from jakstat.reports.report_contents import pairs_by_label
from jakstat.reports.responses_page import render_responses_page
from jakstat.reports.sections.scenario_answers import ScenarioResults, scenario_sections, scenario_sentences
from jakstat.reports.sections.score_answers import score_sentence

DOSES = np.concatenate([[0.0], np.logspace(0, 4, 9)])
DRUGS = ["ruxolitinib", "fedratinib"]


def curves(ic50s, cells):
    """Return Hill curves (chain, draw, cells, drug, dose) with IC50s (cells, drug), 20 draws a little apart."""
    spread = np.exp(0.1 * np.random.default_rng(0).standard_normal((2, 10, 1, 1)))
    values = 1 / (1 + DOSES / (spread * np.asarray(ic50s))[..., None])
    coords = {"chain": range(2), "draw": range(10), "cells": cells, "drug": DRUGS, "dose": DOSES}
    attrs = {"readout": "viability", "time_h": 72.0, "units": "1", "observable": "viability_signal"}
    return xr.DataArray(values, dims=("chain", "draw", "cells", "drug", "dose"), coords=coords, attrs=attrs)


@pytest.fixture
def shifts():
    response = curves([[100, 300], [800, 300]], ["HEL", "HEL + JAK2_Y931C"])
    measured = measure_dose_response(response)
    compared = compare_dose_responses(measured.isel(cells=0, drop=True), measured.isel(cells=slice(1, None)))
    compared = compared.assign(response=response.rename(cells="all_cells"), status=("all_cells", ["", "assumed"]))
    known = [["", ""], ["70 to 80 % of control (KRAS mutated, AML)", ""]]
    compared = compared.assign(measured=(("all_cells", "drug"), known))
    return summarise_resistance(compared)


@pytest.fixture
def effects():
    """Effects at exposure: ruxolitinib at its IC50 on HEL, at an eighth of it on the mutant; fedratinib far below."""
    response = curves([[100, 30_000], [800, 30_000]], ["HEL", "HEL + JAK2_Y931C"])
    return summarise_effects(at_exposure(response)["effect"])


def at_exposure(response):
    exposures = [Exposure(name, 100, 200, 1.0, 0.01, "usual", "test") for name in DRUGS]
    return predict_effect_at_exposure(response, exposures, 1)


@pytest.fixture
def measured():
    return pd.DataFrame(
        {
            "observable": ["viability_signal"] * 2,
            "cells": ["HEL", "elsewhere"],
            "drug": DRUGS,
            "dose_nM": [100.0, 100.0],
            "value": [0.42, 0.1],
        }
    )


@pytest.fixture
def results(shifts, effects, measured):
    response = curves([[100, 300], [800, 300]], ["HEL", "MCF7"])
    growth = measure_growth_response((2 * response - 1).clip(min=-1))
    measures = pd.concat([summarise_metrics(measure_dose_response(response)), summarise_metrics(growth)])
    measures = measures.assign(readout="viability")
    pair = response.isel(cells=0, drug=0, drop=True)
    both = (pair.rename(dose="dose_a") * pair.rename(dose="dose_b")).assign_attrs(units="1")
    pairs = {"ruxolitinib + fedratinib on HEL": measure_combination(both)}
    scores = pd.DataFrame(
        {
            "set": ["GDSC2"] * 2,
            "k_hat": [0.9] * 2,
            "k_hat_of": ["HEL"] * 2,
            "refitted": ["OCI-M1"] * 2,
            "refit_r_hat": [1.004] * 2,
            "predictor": ["mechanism", "drug mean"],
            "naive": [False, True],
            "measurements": [20, 20],
            "crps": [0.10, 0.14],
            "log_score": [0.1, -0.2],
            "coverage_50": [0.5, 0.4],
            "coverage_80": [0.8, 0.9],
            "coverage_90": [0.9, 1.0],
            "spearman": [0.8, 0.6],
            "against": ["drug mean"] * 2,
            "crps_difference": [-0.04, 0.0],
            "difference_lower_95": [-0.06, 0.0],
            "difference_upper_95": [-0.01, 0.0],
            "verdict": ["wins", "best naive"],
        }
    )
    exposure = pd.DataFrame(
        {
            "cells": ["HEL"] * 2,
            "drug": DRUGS,
            "level": ["average"] * 2,
            "median": [0.2, 0.1],
            "lower_90": [0.1, 0.0],
            "upper_90": [0.4, 0.3],
            "probability_50": [0.01, 0.0],
        }
    )
    return ScenarioResults(
        scenarios=pd.DataFrame(
            {
                "question": ["resistance"],
                "cells": ["HEL"],
                "inhibitors": ["ruxolitinib"],
                "doses_nM": ["0, 10"],
                "readout": ["viability"],
                "time_h": ["72"],
                "stimulus": [None],
                "schedule": [None],
            }
        ),
        responses=xr.Dataset({"viability": response}),
        measured=measured,
        resistance_exposure=effects,
        at_exposure=at_exposure(response),
        least_doses=least_doses(pairs, 0.5, 0.9),
        response_measures=measures,
        jak_dependency=pd.DataFrame(
            {"cell_line": ["MCF7", "HEL"], "median": [0.01, 0.9], "lower_90": [0.0, 0.5], "upper_90": [0.1, 1.3]}
        ),
        shifts=shifts,
        combinations=pairs,
        exposure=exposure,
        ranking=pd.DataFrame(
            {"cells": ["HEL"] * 2, "drug": DRUGS, "level": ["average"] * 2, "probability_best": [0.9, 0.1]}
        ),
        next_experiment=pd.DataFrame(
            {
                "candidate": ["HEL, ruxolitinib 300 nM"],
                "regression_reduction": [0.3],
                "weights_reduction": [0.28],
                "weights_error": [0.02],
                "k_hat": [0.4],
            }
        ),
        scores=scores,
    )


def test_every_answer_has_a_section_with_its_numbers(results):
    sections = {section.id: section for section in scenario_sections(results)}
    assert list(sections) == ["asked", "responses", "resistance", "combinations", "exposure", "next", "scores"]
    table = next(block for block in sections["responses"].blocks if isinstance(block, Table))
    row = next(row for row in table.rows if row[1] == "HEL" and row[2] == "ruxolitinib")
    assert float(str(row[3])) == pytest.approx(100, rel=0.1)
    growth = [block for block in sections["responses"].blocks if isinstance(block, Table)][1]
    assert float(str(growth.rows[0][2])) == pytest.approx(100 / 3, rel=0.1)  # GR = 2 v - 1 is a half at v = 3/4
    scores = next(block for block in sections["scores"].blocks if isinstance(block, Table))
    assert "do not reach for all groups (largest k-hat 0.90, HEL" in scores.caption
    assert "Fitted again without them: OCI-M1 (largest R-hat 1.004)" in scores.caption
    assert all(
        block.svg.startswith(b"<?xml")
        for part in sections.values()
        for block in part.blocks
        if isinstance(block, Picture)
    )


def test_the_top_says_who_depends_on_jak_and_whether_the_mechanism_wins(results):
    dependency, score = scenario_sentences(results)
    assert dependency.index("HEL 90 %") < dependency.index("MCF7 1 %")
    assert score == score_sentence(results.scores)
    assert score.startswith("GDSC2: on 20 held-out measurements")
    assert "the mechanism wins against the best naive predictor (drug mean)" in score


def test_what_others_measured_stands_beside_what_is_predicted(results):
    section = next(section for section in scenario_sections(results) if section.id == "resistance")
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    ((cells, drug, predicted, measured),) = table.rows
    assert (cells, drug) == ("HEL + JAK2_Y931C", "ruxolitinib")
    assert predicted.startswith("8")
    assert measured == "70 to 80 % of control (KRAS mutated, AML)"


def test_alterations_that_nobody_measured_are_told_in_a_sentence(results):
    bare = replace(results, shifts=results.shifts.assign(measured=float("nan")))
    section = next(section for section in scenario_sections(bare) if section.id == "resistance")
    assert not any(isinstance(block, Table) for block in section.blocks)
    assert "has no measurement of these alterations" in section.blocks[-1].text


def test_shifts_from_an_assumed_size_say_so_in_the_figure_itself(shifts):
    axes = resistance_figure(shifts).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["JAK2_Y931C*"]
    assert "predicted from an assumed shift" in axes.get_title()
    texts = [text.get_text() for text in axes.texts]
    assert texts[0].startswith("8.0 (")
    assert texts[1].startswith("1.0 (")
    shifts["status"] = "memory"
    axes = resistance_figure(shifts).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["JAK2_Y931C†"]
    assert "remembered" in axes.get_title()
    shifts["status"] = "read"
    assert [label.get_text() for label in resistance_figure(shifts).axes[0].get_yticklabels()] == ["JAK2_Y931C"]


def test_independent_drugs_have_no_excess_over_bliss_and_figures_are_the_same_again(results):
    pair = next(iter(results.combinations.values()))
    assert float(np.abs(pair["bliss_excess"]).max()) < 1e-9
    first, again = (figure_svg(combination_figure(results.combinations, "loewe")) for _ in range(2))
    assert first == again


def test_pairs_of_a_file_come_back_by_their_labels(results):
    pairs = dict(results.combinations)
    tree = xr.DataTree.from_dict({f"pair_{number}": pair for number, pair in enumerate(pairs.values())})
    tree.attrs["pairs"] = list(pairs)
    assert list(pairs_by_label(tree)) == list(pairs)


def test_what_is_still_effective_is_told_with_the_line_itself_first(effects):
    average = effects[effects["level"] == "average"]
    axes = effective_figure(average, "probability_50", {"HEL + JAK2_Y931C": "assumed"}).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["HEL", "JAK2_Y931C*"]
    own, _, mutant, _ = [text.get_text() for text in axes.texts]
    assert 5 < float(own.split(" %")[0]) < 95
    assert own.endswith("effect 50 %") or own.endswith("effect 49 %") or own.endswith("effect 51 %")
    assert mutant.startswith("0 %")


def test_what_a_mutation_takes_of_the_largest_effect_is_positive(shifts):
    lost = emax_figure(shifts.assign(emax_change_median=-0.3, emax_change_lower_90=-0.5, emax_change_upper_90=-0.1))
    assert [text.get_text() for text in lost.axes[0].texts] == ["30 (10 to 50)"] * 2


def test_measured_values_stand_with_the_bands_of_their_own_cells_and_drug(results):
    axes = response_figure(results.responses["viability"], results.measured).axes
    points = {
        (number, round(float(y), 6))
        for number, panel in enumerate(axes[:2])
        for line in panel.lines
        if line.get_linestyle() == "None"
        for y in line.get_ydata()
    }
    assert points == {(0, 42.0)}


def test_the_interactive_page_needs_no_network_and_has_every_cell_and_drug(results):
    page = render_responses_page(results.responses, results.measured, "A study", "NOT CONVERGED")
    assert "<script src=" not in page
    assert "https://cdn" not in page.split("plotly.js v")[0]
    for part in ("HEL", "MCF7", *DRUGS, "NOT CONVERGED A study", "viability, 72 h", "measured: "):
        assert part in page


def test_a_set_that_is_not_there_is_a_sentence_and_no_table(results):
    absent = pd.DataFrame(
        [
            {
                "set": "patients",
                "predictor": "mechanism",
                "naive": False,
                "measurements": 0,
                "left_out": "The patients are left out, because",
            }
        ]
    )
    scores = pd.concat([results.scores.assign(left_out=""), absent], ignore_index=True)
    sections = {section.id: section for section in scenario_sections(replace(results, scores=scores))}
    blocks = sections["scores"].blocks
    assert blocks[-1] == Paragraph("patients: The patients are left out, because")
    assert sum(isinstance(block, Table) for block in blocks) == 1


def test_sections_that_were_not_asked_are_not_in_the_report(results):
    alone = ScenarioResults(scenarios=results.scenarios, next_experiment=results.next_experiment)
    assert [section.id for section in scenario_sections(alone)] == ["asked", "next"]
    assert len(scenario_sentences(alone)) == 1


def test_a_next_experiment_that_is_not_ranked_says_why(results):
    reason = "ic50 of ruxolitinib on HEL, viability: it exists in 60 of 800 draws; needed: 100 or more"
    not_ranked = pd.DataFrame([{"candidate": "", "regression_reduction": np.nan, "left_out": reason}])
    sections = {section.id: section for section in scenario_sections(replace(results, next_experiment=not_ranked))}
    assert sections["next"].blocks == [Paragraph(f"No candidate is ranked: {reason}.")]


def test_too_few_groups_are_told_in_a_whole_sentence(results):
    scores = results.scores.assign(verdict="too few groups")
    told = score_sentence(scores)
    assert "too few groups (curves, lines or drugs) to say whether the mechanism predicts better" in told
    assert "needs 5 groups or more" in told
