"""The report of scenarios: made of synthetic predictions whose answers are known."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from jakstat.predictions import compare_dose_responses, measure_combination, measure_dose_response, summarise_metrics
from jakstat.predictions.panel_answers import summarise_resistance
from jakstat.reports.drawing import figure_svg
from jakstat.reports.page import Picture, Table
from jakstat.reports.scenario_figures import combination_figure, names_of_pairs, resistance_figure
from jakstat.reports.scenario_sections import ScenarioResults, scenario_sections, scenario_sentences, score_sentence

DOSES = np.concatenate([[0.0], np.logspace(0, 4, 9)])
DRUGS = ["ruxolitinib", "fedratinib"]


def curves(ic50s, cells):
    """Return Hill curves (chain, draw, cells, drug, dose) with IC50s (cells, drug), 20 draws a little apart."""
    spread = np.exp(0.1 * np.random.default_rng(0).standard_normal((2, 10, 1, 1)))
    values = 1 / (1 + DOSES / (spread * np.asarray(ic50s))[..., None])
    coords = {"chain": range(2), "draw": range(10), "cells": cells, "drug": DRUGS, "dose": DOSES}
    attrs = {"readout": "viability", "time_h": 72.0, "units": "1"}
    return xr.DataArray(values, dims=("chain", "draw", "cells", "drug", "dose"), coords=coords, attrs=attrs)


@pytest.fixture
def shifts():
    response = curves([[100, 300], [800, 300]], ["HEL", "HEL + JAK2_Y931C"])
    measured = measure_dose_response(response)
    compared = compare_dose_responses(measured.isel(cells=0, drop=True), measured.isel(cells=slice(1, None)))
    compared = compared.assign(response=response.rename(cells="all_cells"), assumed=("all_cells", [False, True]))
    return summarise_resistance(compared)


@pytest.fixture
def results(shifts):
    response = curves([[100, 300], [800, 300]], ["HEL", "MCF7"])
    measures = summarise_metrics(measure_dose_response(response)).assign(readout="viability")
    pair = response.isel(cells=0, drug=0, drop=True)
    both = (pair.rename(dose="dose_a") * pair.rename(dose="dose_b")).assign_attrs(units="1")
    scores = pd.DataFrame({
        "predictor": ["mechanism", "drug mean"], "naive": [False, True], "measurements": [20, 20], "crps": [0.10, 0.14],
        "log_score": [0.1, -0.2], "coverage_50": [0.5, 0.4], "coverage_80": [0.8, 0.9], "coverage_90": [0.9, 1.0],
        "spearman": [0.8, 0.6], "against": ["drug mean"] * 2, "crps_difference": [-0.04, 0.0],
        "difference_lower_95": [-0.06, 0.0], "difference_upper_95": [-0.01, 0.0], "verdict": ["wins", "best naive"],
    })  # fmt: skip
    exposure = pd.DataFrame({
        "cells": ["HEL"] * 2, "drug": DRUGS, "level": ["average"] * 2, "median": [0.2, 0.1], "lower_95": [0.1, 0.0],
        "upper_95": [0.4, 0.3], "probability_50": [0.01, 0.0],
    })  # fmt: skip
    return ScenarioResults(
        responses=xr.Dataset({"viability": response}),
        response_measures=measures,
        jak_dependency=pd.DataFrame({"cell_line": ["MCF7", "HEL"], "median": [0.01, 0.9], "lower_90": [0.0, 0.5],
                                     "upper_90": [0.1, 1.3]}),
        shifts=shifts,
        combinations={"ruxolitinib + fedratinib on HEL": measure_combination(both)},
        exposure=exposure,
        ranking=pd.DataFrame({"cells": ["HEL"] * 2, "drug": DRUGS, "level": ["average"] * 2,
                              "probability_best": [0.9, 0.1]}),
        next_experiment=pd.DataFrame({"candidate": ["HEL, ruxolitinib 300 nM"], "regression_reduction": [0.3],
                                      "weights_reduction": [0.28], "weights_error": [0.02], "k_hat": [0.4]}),
        scores=scores,
    )  # fmt: skip


def test_every_answer_has_a_section_with_its_numbers(results):
    sections = {one.id: one for one in scenario_sections(results)}
    assert list(sections) == ["responses", "resistance", "combinations", "exposure", "next", "scores"]
    table = next(one for one in sections["responses"].blocks if isinstance(one, Table))
    row = next(one for one in table.rows if one[1] == "HEL" and one[2] == "ruxolitinib")
    assert float(str(row[3])) == pytest.approx(100, rel=0.1)
    assert all(one.svg.startswith(b"<?xml") for part in sections.values() for one in part.blocks
               if isinstance(one, Picture))  # fmt: skip


def test_the_top_says_who_depends_on_jak_and_whether_the_mechanism_wins(results):
    dependency, score = scenario_sentences(results)
    assert dependency.index("HEL 90 %") < dependency.index("MCF7 1 %")
    assert score == score_sentence(results.scores)
    assert "the mechanism wins against the best naive predictor (drug mean)" in score


def test_shifts_from_an_assumed_size_say_so_in_the_figure_itself(shifts):
    axes = resistance_figure(shifts).axes[0]
    assert [one.get_text() for one in axes.get_yticklabels()] == ["JAK2_Y931C*"]
    assert "predicted from an assumed shift" in axes.get_title()
    texts = [one.get_text() for one in axes.texts]
    assert texts[0].startswith("8.0 (")
    assert texts[1].startswith("1.0 (")
    shifts["assumed"] = False
    assert [one.get_text() for one in resistance_figure(shifts).axes[0].get_yticklabels()] == ["JAK2_Y931C"]


def test_independent_drugs_have_no_excess_over_bliss_and_figures_are_the_same_again(results):
    pair = next(iter(results.combinations.values()))
    assert float(np.abs(pair["bliss_excess"]).max()) < 1e-9
    first, again = (figure_svg(combination_figure(results.combinations, "loewe")) for _ in range(2))
    assert first == again


def test_pairs_of_a_file_come_back_by_their_labels(results):
    pairs = dict(results.combinations)
    tree = xr.DataTree.from_dict({f"pair_{number}": one for number, one in enumerate(pairs.values())})
    tree.attrs["pairs"] = list(pairs)
    assert list(names_of_pairs(tree)) == list(pairs)
