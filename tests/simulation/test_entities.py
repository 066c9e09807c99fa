"""Values of a model's entities in the periods of an experiment: what wins, in which order, and what stays."""

import math
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from jakstat import Problem, SolverSettings
from jakstat.files import UnsupportedError
from jakstat.pathway import read_pathway, symbol
from jakstat.problem import Experiment, Measurement, Observable, Parameter, Period, Prior, ProblemTables
from jakstat.problem.formulas import parse_formula
from jakstat.problem.model_text import antimony_to_sbml
from jakstat.simulation import EntityValues, plan_simulation

MODEL = """
model chain
  compartment box = 2
  species a in box, b in box, c in box
  const species fixed in box = 7
  q = 3; r = 2 * q; s := r + time
  a = q; b = a + 1; c = s
  k = 0.5; loss = 0.1
  J0: a -> b; box * k * a
  J1: b -> ; box * loss * b
end
"""
START = -math.inf


def formulas(**changes: str) -> dict[str, sp.Expr]:
    return {name: parse_formula(text) for name, text in changes.items()}


def tables_of(*periods: Period, model: str = MODEL, observed: str = "a", time: float = 1.0) -> ProblemTables:
    sbml = antimony_to_sbml(model, "chain.ant", [])
    assert sbml is not None
    prior = Prior("log-normal", (0.0, 1.0), 0.0, math.inf, "assumed")
    return ProblemTables(
        id="chain",
        sbml=sbml,
        parameters=(Parameter("k", 0.5, prior), Parameter("given", 4.0, None)),
        observables=(Observable("seen", parse_formula(observed), sp.Float(0.1)),),
        experiments=(Experiment("only", periods),),
        measurements=(Measurement("seen", "only", time, 1.0),),
    )


def values_of(*periods: Period) -> tuple[EntityValues, Experiment]:
    tables = tables_of(*periods)
    return EntityValues(tables, read_pathway(tables.sbml)), tables.experiments[0]


def test_what_follows_from_a_value_that_a_condition_sets_follows_it():
    values, experiment = values_of(Period(0.0, formulas(a="given", q="5")))
    found = {name: values.at_start(name, experiment) for name in ("a", "b", "c", "q", "r")}
    assert found == {"a": symbol("given"), "b": symbol("given") + 1, "c": 10.0, "q": 5.0, "r": 10.0}


def test_a_condition_wins_over_the_initial_assignment():
    values, experiment = values_of(Period(0.0, formulas(b="9", r="1")))
    assert [float(values.at_start(name, experiment)) for name in ("a", "b", "r", "c")] == [3.0, 9.0, 1.0, 1.0]


@pytest.mark.parametrize(("start", "time"), [(4.0, 4.0), (START, 0.0)])
def test_time_at_the_start_is_that_of_the_first_period(start, time):
    values, experiment = values_of(Period(start))
    assert float(values.at_start("c", experiment)) == 6.0 + time


def test_what_a_later_period_does_not_name_stays():
    values, experiment = values_of(Period(START, formulas(q="5", box="4")), Period(0.0, formulas(loss="q * time + 1")))
    assert [float(values.in_period(name, experiment, 1)) for name in ("q", "r", "box", "loss")] == [5.0, 10.0, 4.0, 1.0]


def test_after_a_preequilibration_of_version_1_parameters_are_those_of_the_model_again():
    before = Period(START, formulas(q="5", box="4", fixed="1", loss="0.3"))
    values, experiment = values_of(before, Period(0.0, formulas(loss="given"), resets_parameters=True))
    found = [values.in_period(name, experiment, 1) for name in ("q", "r", "loss")]
    assert found == [3.0, 6.0, symbol("given")]
    assert [values.in_period(name, experiment, 0) for name in ("q", "r")] == [5.0, 10.0]
    assert [values.in_period(name, experiment, 1) for name in ("box", "fixed")] == [4.0, 1.0], "these are no parameters"


def test_changes_of_a_period_happen_all_at_once_and_see_the_states_before():
    tables = tables_of(Period(0.0, formulas(loss="0")), Period(2.0, formulas(a="b + time", b="a", q="a + q")))
    states = Problem(tables, SolverSettings(1e-10, 1e-12)).simulate(times=[0.0, 2.0, 3.0])
    a = 3.0 * np.exp(-1.0)
    b = 7.0 - a
    assert states["a"].to_numpy()[0] == pytest.approx([3.0, b + 2.0, (b + 2.0) * np.exp(-0.5)], rel=1e-8)
    assert states["b"].to_numpy()[0, 1] == pytest.approx(a, rel=1e-8)
    assert states["q"].to_numpy()[0] == pytest.approx([3.0, a + 3.0, a + 3.0], rel=1e-8)


def test_a_size_that_a_later_period_changes_leaves_concentrations():
    tables = tables_of(Period(0.0), Period(1.0, formulas(box="8")))
    with_change = Problem(tables).simulate(times=[0.0, 1.0, 2.0])
    unchanged = replace(tables, experiments=(Experiment("only", (Period(0.0),)),))
    without = Problem(unchanged).simulate(times=[0.0, 1.0, 2.0])
    for name in ("a", "b"):
        assert with_change[name].to_numpy() == pytest.approx(without[name].to_numpy(), rel=1e-6)


def test_states_are_not_a_number_before_an_experiment_starts():
    tables = tables_of(Period(0.0))
    late = replace(tables, experiments=(*tables.experiments, Experiment("late", (Period(START), Period(2.0)))))
    a = Problem(late).simulate(times=[1.0, 2.0, math.inf])["a"].to_numpy()
    assert np.isnan(a).tolist() == [[False, False, False], [True, False, False]]
    assert a[:, 2] == pytest.approx([0.0, 0.0], abs=1e-9)


def test_a_model_in_which_nothing_changes_is_evaluated():
    still = "model still\n p = 5; k = 1\nend\n"
    tables = tables_of(Period(0.0, formulas(p="given * k")), model=still, observed="p + time")
    assert float(Problem(tables).signals()["signal"][0]) == pytest.approx(3.0)


def test_what_is_in_no_model_cannot_follow_a_state():
    tables = tables_of(Period(0.0, formulas(offset="1")), Period(1.0, formulas(offset="a")), observed="a + offset")
    with pytest.raises(UnsupportedError, match="experiment only sets offset, which the model does not have"):
        plan_simulation(tables)


def test_what_is_in_no_model_may_differ_from_period_to_period():
    tables = tables_of(
        Period(0.0, formulas(offset="1")), Period(1.0, formulas(offset="offset + given")), observed="offset"
    )
    times = tuple(Measurement("seen", "only", time, 1.0) for time in (0.5, 1.0))
    assert Problem(replace(tables, measurements=times)).signals()["signal"].to_numpy().tolist() == [1.0, 5.0]


def test_a_value_that_nothing_gives_is_named():
    model = "model m\n species a; k = 1\n J0: a -> ; k * a\nend\n"
    with pytest.raises(ValueError, match="'a' has no value in experiment only"):
        plan_simulation(tables_of(Period(0.0), model=model))
