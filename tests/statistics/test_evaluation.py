"""One value and gradient: what is not finite is named before anything is sampled."""

import math
from dataclasses import replace

import pytest

from jakstat.face import Problem
from jakstat.files import DataFaultsError
from jakstat.problem import Observable, Parameter, Prior
from jakstat.problem.formulas import parse_formula
from jakstat.problem.model_text import antimony_to_sbml
from jakstat.statistics import SolverSettings, evaluation_faults, require_evaluable

SETTINGS = SolverSettings(1e-6, 1e-8)


def with_formulas(tables, formula="x", noise="0.1", distribution="normal"):
    """Return the problem with another observable."""
    signal = Observable("x_signal", parse_formula(formula), parse_formula(noise), distribution)
    return replace(tables, observables=(signal,))


def with_nominal(tables, value):
    return replace(tables, parameters=(replace(tables.parameters[0], nominal=value),))


def faults_of(tables):
    return evaluation_faults(tables, SETTINGS)


def test_problem_that_can_be_evaluated_has_no_fault(turnover):
    assert faults_of(turnover) == []
    require_evaluable(turnover, SETTINGS)


@pytest.mark.parametrize(
    ("change", "column", "found"),
    [
        ({"formula": "x / (x - x^1.0)"}, "observable x_signal", "signal"),
        ({"formula": "log(-x)"}, "observable x_signal", "signal nan"),
        ({"noise": "0.1 * piecewise(0, x > 0, 1)"}, "observable x_signal", "noise"),
        ({"noise": "x - 100"}, "observable x_signal", "noise -9"),
        ({"noise": "sqrt(-x)"}, "observable x_signal", "noise nan"),
        ({"formula": "-x", "distribution": "log-normal"}, "observable x_signal", "signal -"),
    ],
)
def test_what_is_not_finite_is_named_once(turnover, change, column, found):
    (fault,) = faults_of(with_formulas(turnover, **change))
    assert (fault.column, fault.found.startswith(found) or found in fault.found) == (column, True), fault
    assert "in experiment early at time 4 (and 2 more of its measurements)" in fault.found


def test_place_is_that_of_the_first_measurement(turnover):
    first, *others = turnover.measurements
    tables = replace(turnover, measurements=(replace(first, source="some.tsv, line 7"), *others))
    (fault,) = faults_of(with_formulas(tables, noise="x - 100"))
    assert (fault.file, fault.row) == ("some.tsv", 7)


def test_formula_that_is_infinite_by_rules_of_the_model_is_named(turnover):
    text = "model m\n x = 1; k = 2; made = 3; none := made - made\n J0: -> x; made\n J1: x -> ; {}\nend"
    for rate, formula, column in (("k * x", "x / none", "observable x_signal"), ("k * x / none", "x", "rate of x")):
        sbml = antimony_to_sbml(text.format(rate), "m.ant", [])
        (fault,) = faults_of(with_formulas(replace(turnover, sbml=sbml), formula=formula))
        assert (fault.column, "not finite" in fault.found) == (column, True)


def test_solve_that_fails_names_its_experiments(turnover):
    sbml = antimony_to_sbml(
        "model m\n x = 1; k = 2; made = 3; zero = 0\n J0: -> x; made/zero\n J1: x -> ; k*x\nend", "m.ant", []
    )
    faults = faults_of(replace(turnover, sbml=sbml))
    assert faults
    assert all(fault.column.startswith("experiment ") for fault in faults)
    assert {"early", "late"} <= set(" ".join(fault.column for fault in faults).replace(",", "").split())


def test_slope_that_is_not_finite_names_its_parameter(turnover):
    prior = Prior("normal", (2.0, 0.5), -math.inf, math.inf, "assumed")
    tables = replace(turnover, parameters=(Parameter("k", None, prior),))
    (fault,) = faults_of(with_formulas(tables, formula="x + (k - 2)^0.5"))
    assert fault.column == "parameter k"


def test_medians_of_priors_stand_in_where_nominal_values_cannot_be_evaluated(turnover):
    wrong = with_formulas(with_nominal(turnover, 2.0), formula="x / (k - 2)")
    assert faults_of(wrong) == []
    prior = Prior("normal", (2.0, 0.5), -math.inf, math.inf, "assumed")
    (fault,) = faults_of(replace(wrong, parameters=(Parameter("k", None, prior),)))
    assert fault.column == "observable x_signal"


@pytest.mark.parametrize("bounds", [(3.0, 5.0), (3.0, math.inf), (-math.inf, 1.0)])
def test_a_median_beyond_its_bounds_is_evaluated_within_them(turnover, bounds):
    prior = Prior("normal", (2.0, 0.5), *bounds, "assumed")
    tables = replace(turnover, parameters=(Parameter("k", None, prior),))
    lowest, highest = bounds
    guarded = f"piecewise(x, k >= {lowest} && k <= {highest}, log(-x))".replace("-inf", "-1e9").replace("inf", "1e9")
    assert faults_of(with_formulas(tables, formula=guarded)) == []


def test_problem_can_be_checked_from_a_notebook(turnover):
    Problem(turnover, SETTINGS).check()
    with pytest.raises(DataFaultsError, match=r"observable x_signal: found noise 0 in experiment early"):
        Problem(with_formulas(turnover, noise="x - x^1.0"), SETTINGS).check()


@pytest.mark.parametrize("rate", ["k * x / (k - k)", "k * x * ln(-1)", "k * x * arcsin(5)"])
def test_what_cannot_even_be_planned_is_a_fault_of_the_face_too(rate, turnover):
    text = f"model m\n x = 1; k = 2; made = 3; none = 0\n J0: -> x; made\n J1: x -> ; {rate}\nend"
    with pytest.raises(DataFaultsError) as caught:
        Problem(replace(turnover, sbml=antimony_to_sbml(text, "m.ant", [])), SETTINGS).check()
    assert len(caught.value.faults) == 1


def test_a_state_without_a_start_is_a_fault_of_the_check(turnover):
    text = "model m\n x = notanumber; k = 2; made = 3; none = 0\n J0: -> x; made\n J1: x -> ; k * x\nend"
    with pytest.raises(DataFaultsError) as caught:
        Problem(replace(turnover, sbml=antimony_to_sbml(text, "m.ant", [])), SETTINGS).check()
    assert len(caught.value.faults) == 1
