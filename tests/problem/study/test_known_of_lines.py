# ruff: noqa: E501 - tables are written as they are
"""What is known of lines: slopes on covariates, values by screen, and measurements before treatment."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from tests.problem.small_panel import PARAMETERS, STUDY, VIABILITY

from jakstat import Problem
from jakstat.problem import read_checked_study, read_study

COVARIATES = """\
cell_line	expression_CISH	fusion_BCR_ABL	source
A1	2	1	assumed
B		0	assumed
C	1	1	assumed
"""
REGRESSION = (
    "mean: {intercept: autocrine_typical, slopes: {expression_CISH: by_CISH, fusion_BCR_ABL: -2}}, sd: autocrine_sd}"
)
BY_SCREEN = "scale: {over: [cell_line, screen], scale: log, mean: {by: {screen: {GDSC2: second_screen}}}, sd: scale_sd}"
ROWS = "by_CISH\t1\t0.5\ttrue\tnormal\tmean=0; sd=1\t\t\tassumed\tassumed\nsecond_screen\t1\t-0.8\ttrue\tnormal\tmean=-0.8; sd=0.5\t\t\tassumed\tassumed\n"
BASAL = "\n  CISH: {formula: offset + log(pSTAT), noise: sd, unit: '1', measured: before_treatment}\n"
OFFSET = "offset\t1\t0\ttrue\tnormal\tmean=0; sd=1\t\t\tassumed\tassumed\n"
BASAL_ROW = "CISH\tB\t\t\t\t1.5\t\n"


def s(name: str) -> sp.Symbol:
    return sp.Symbol(name, real=True)


@pytest.fixture
def regression(panel: Callable[..., Path]) -> Path:
    """Return the folder of the small panel with a table of covariates, slopes and a value of a screen."""
    folder = panel()
    text = STUDY.replace("mean: autocrine_typical, sd: autocrine_sd}", REGRESSION)
    text = text.replace("scale: {over: [cell_line, screen], scale: log, sd: scale_sd}", BY_SCREEN)
    (folder / "study.yaml").write_text(
        text.replace("reference: reference", "reference: reference\n  covariates: covariates.tsv")
    )
    (folder / "parameters.tsv").write_text(PARAMETERS + ROWS)
    (folder / "covariates.tsv").write_text(COVARIATES)
    lines = folder / "reference/cell_lines.tsv"
    lines.write_text(lines.read_text() + "C\tMPN\tnone\tgp130\t\tautocrine\t36\t0.3\tassumed\tassumed\n")
    return folder


@pytest.fixture
def basal(panel: Callable[..., Path]) -> Path:
    """Return the folder of the small panel with an observable of untreated cells."""
    folder = panel()
    (folder / "study.yaml").write_text(STUDY.rstrip() + BASAL)
    (folder / "parameters.tsv").write_text(PARAMETERS + OFFSET)
    (folder / "viability.tsv").write_text(VIABILITY + BASAL_ROW)
    return folder


def edit(file: Path, old: str, new: str) -> None:
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def change_of(folder: Path, label: str, period: int, entity: str) -> sp.Expr:
    found = {experiment.label: experiment for experiment in read_study(folder).experiments}
    return found[label].periods[period].changes[entity]


def test_a_slope_adds_what_is_known_of_a_line_in_standard_deviations(regression):
    """CISH is known of A-1 (2) and C (1): mean 1.5, sd 0.5, over the lines of the tables, measured or not."""
    edit(regression / "viability.tsv", "level\tB\tdrug\t100\t", "level\tC\tdrug\t100\t")
    of_c = change_of(regression, "C, drug 100 nM, GDSC1", 0, "autocrine")
    shift = s("autocrine_sd") * s("autocrine_z_C") - 1.0 * s("by_CISH") - 2.0
    values = {s("autocrine_sd"): 0.7, s("autocrine_z_C"): 0.3, s("by_CISH"): 0.4, s("autocrine_typical"): 0.1}
    assert float(of_c.subs(values)) == pytest.approx(0.1 * float(sp.exp(shift.subs(values))))


def test_what_is_not_known_of_a_line_is_a_parameter_with_the_spread_of_the_others(regression):
    of_b = change_of(regression, "B, drug 100 nM, GDSC1", 0, "autocrine")
    assert {"by_CISH", "expression_CISH_of_B"} <= {name.name for name in of_b.free_symbols}
    by_id = {parameter.id: parameter for parameter in read_study(regression).parameters}
    assert by_id["expression_CISH_of_B"].prior.parameters == (0.0, 1.0)
    assert "standard deviations over the other lines" in by_id["expression_CISH_of_B"].prior.source
    assert "expression_CISH_of_A_1" not in by_id


@pytest.mark.parametrize("row", ["B\t\t\tassumed\n", ""], ids=["an empty cell", "no row"])
def test_yes_and_no_that_is_not_known_is_the_share_of_the_others(regression, row):
    edit(regression / "covariates.tsv", "B\t\t0\tassumed\n", row)
    covariates = read_checked_study(regression).reference.covariates
    assert covariates.standardised("fusion_BCR_ABL", ["A-1", "B", "C"]) == {"A-1": 1.0, "B": 1.0, "C": 1.0}
    of_b = change_of(regression, "B, drug 100 nM, GDSC1", 0, "autocrine")
    assert not any("fusion_BCR_ABL" in name.name for name in of_b.free_symbols)


def test_a_screen_can_have_a_value_of_its_own(regression):
    first = change_of(regression, "B, drug 100 nM, GDSC1", 1, "scale")
    second = change_of(regression, "B, drug 1000 nM, GDSC2", 1, "scale")
    assert first == sp.exp(s("scale_sd") * s("scale_z_B_GDSC1"))
    assert second == sp.exp(s("scale_sd") * s("scale_z_B_GDSC2") + s("second_screen"))


def test_a_value_of_a_screen_that_nothing_was_measured_in_stays_for_predictions_and_is_told(regression):
    edit(regression / "viability.tsv", "level\tB\tdrug\t1000\t72\t0.1\tGDSC2\n", "")
    tables = read_study(regression)
    assert "second_screen" in {parameter.id for parameter in tables.parameters}
    assert "study.yaml: no measurement has the screen GDSC2, for which scale has a value." in tables.notes


@pytest.mark.parametrize(
    ("old", "new", "found", "needed"),
    [
        ("expression_CISH: by_CISH", "expression_CIS: by_CISH", "'expression_CIS'", "expression_CISH"),
        ("expression_CISH: by_CISH", "expression_CISH: by_CIS", "'by_CIS'", "by_CISH"),
        ("by: {screen:", "by: {plate:", "'plate'", "one of over: cell_line, screen"),
        ("\n  covariates: covariates.tsv", "", "'expression_CISH'", "cells.covariates"),
        ("slopes: {expr", "slope: {expr", "an unknown key", "intercept, slopes, by"),
    ],
    ids=["no such covariate", "no such parameter", "no such column", "no table", "no such key"],
)
def test_a_regression_on_what_there_is_not_is_a_fault(regression, faults_of, old, new, found, needed):
    edit(regression / "study.yaml", old, new)
    (fault, *_) = [fault for fault in faults_of(read_study, regression) if fault.file.endswith("study.yaml")]
    assert (found in fault.found, needed in fault.needed) == (True, True), fault


def test_what_is_measured_before_treatment_is_the_steady_state_of_the_line(basal):
    tables = read_study(basal)
    experiment = {found.id: found for found in tables.experiments}["B__before_treatment"]
    assert [period.start for period in experiment.periods] == [-np.inf]
    assert experiment.label == "B, before treatment"
    measurement = next(row for row in tables.measurements if row.observable_id == "CISH")
    assert (measurement.time, measurement.experiment_id) == (np.inf, experiment.id)
    problem = Problem(tables)
    treated = next(found for found in tables.experiments if found.label == "B, drug 100 nM, GDSC1")
    segments = problem.plan.segments_of_experiment
    assert segments[experiment.id][0] == segments[treated.id][0], "no solve of its own"
    point = {parameter.id: parameter.nominal for parameter in tables.parameters if parameter.estimated}
    rest = problem.simulate(point, [np.inf])["pSTAT"].sel(experiment=experiment.id).item()
    values = dict.fromkeys(("autocrine_typical",), 0.1)
    production = point["activity_wild_type"] * point["fold_active"] * values["autocrine_typical"]
    assert rest == pytest.approx(production / (0.2 + point["proliferation_B"]), rel=1e-6)


@pytest.mark.parametrize("column", ["inhibitor", "time"])
def test_cells_before_treatment_have_neither_drug_nor_time(basal, faults_of, column):
    cells = "CISH\tB\tdrug\t100\t\t1.5\t\n" if column == "inhibitor" else "CISH\tB\t\t\t72\t1.5\t\n"
    edit(basal / "viability.tsv", BASAL_ROW, cells)
    faults = [fault for fault in faults_of(read_study, basal) if "before treatment" in fault.needed]
    assert [fault.column for fault in faults] == {"inhibitor": ["inhibitor_nM", "inhibitor"], "time": ["time_h"]}[
        column
    ]


def test_a_study_without_cell_lines_has_no_cells_before_treatment(study, edit_study, faults_of):
    edit_study("study.yaml", "formula: STAT + pSTAT", "measured: before_treatment\n    formula: STAT + pSTAT")
    assert any("a section cells" in fault.needed for fault in faults_of(read_study, study))
