"""States that stand still in all experiments are constants of the solve, and nothing that is seen changes by it."""

import math

import numpy as np
import pytest
import sympy as sp

from jakstat import Problem, SolverSettings
from jakstat.pathway import read_pathway
from jakstat.problem import Experiment, Measurement, Observable, Parameter, Period, Prior, ProblemTables
from jakstat.problem.formulas import parse_formula
from jakstat.problem.model_text import antimony_to_sbml
from jakstat.simulation import plan_simulation
from jakstat.simulation.still_states import without_still_states

START = -math.inf
#: A drug that is lost at ``decay`` (0) blocks production; ``aside`` is filled at rate ``leaving`` (0) by what there is.
MODEL = """
model blocked
  compartment box = 1
  species drug in box = 0, product in box = 1, aside in box = 0
  decay = 0; leaving = 0; k = 0.5; loss = 0.1; kept = 1
  acting := drug * kept
  J0: drug => ; decay * drug
  J1: => product; k / (1 + acting)
  J2: product => ; loss * product
  J3: product => aside; leaving * product
end
"""
DOSED = (Period(START), Period(0.0, {"drug": sp.Integer(3)}))


def tables_of(*experiments: tuple[Period, ...], model: str = MODEL) -> ProblemTables:
    sbml = antimony_to_sbml(model, "blocked.ant", [])
    assert sbml is not None
    prior = Prior("log-normal", (0.0, 1.0), 0.0, math.inf, "assumed")
    names = [f"experiment_{number}" for number in range(len(experiments))]
    return ProblemTables(
        id="blocked",
        sbml=sbml,
        parameters=(Parameter("k", 0.5, prior), Parameter("loss", 0.1, prior)),
        observables=(Observable("seen", parse_formula("product + drug * kept"), sp.Float(0.1)),),
        experiments=tuple(Experiment(*pair) for pair in zip(names, experiments, strict=True)),
        measurements=tuple(Measurement("seen", name, time, 1.0) for name in names for time in (0.0, 2.0)),
    )


def moving_states(tables: ProblemTables) -> tuple[str, ...]:
    return plan_simulation(tables).dynamics.states


def test_a_drug_that_is_not_lost_is_a_constant_of_each_period():
    tables = tables_of(DOSED)
    plan = plan_simulation(tables)
    assert (plan.dynamics.states, plan.states) == (("product",), ("drug", "product", "aside"))
    states = Problem(tables).simulate({"k": 0.4, "loss": 0.2}, [0.0, 2.0])
    assert states["drug"].to_numpy() == pytest.approx(np.full((1, 2), 3.0))
    assert states["aside"].to_numpy() == pytest.approx(np.zeros((1, 2)))
    after = 0.5 + (2.0 - 0.5) * math.exp(-0.4)  # from k / loss to a quarter of it
    assert states["product"].to_numpy() == pytest.approx(np.array([[2.0, after]]), rel=1e-6)


def test_the_likelihood_and_its_gradient_are_those_of_all_states(monkeypatch):
    tables, tight = tables_of(DOSED, (Period(0.0),)), SolverSettings(rtol=1e-11, atol=1e-13)
    value, gradient = Problem(tables, tight).value_and_gradient(np.array([0.4, 0.2]))
    monkeypatch.setattr("jakstat.simulation.plan.without_still_states", lambda tables, pathway: pathway)
    assert moving_states(tables) == ("drug", "product", "aside")
    expected, of_all = Problem(tables, tight).value_and_gradient(np.array([0.4, 0.2]))
    assert (value, *gradient) == pytest.approx((expected, *of_all), rel=1e-9)


@pytest.mark.parametrize(
    ("later", "moving"),
    [
        (Period(0.0, {"decay": sp.Float(0.1)}), ("drug", "product")),
        (Period(0.0, {"decay": sp.Float(0), "leaving": sp.Symbol("k", real=True)}), ("product", "aside")),
        (Period(0.0, {"drug": sp.Symbol("product", real=True) / 2}), ("drug", "product")),
    ],
    ids=["lost in one experiment", "left at an estimated rate", "set to what a state is"],
)
def test_what_moves_in_any_experiment_stays_a_state(later, moving):
    assert moving_states(tables_of(DOSED, (Period(START), later))) == moving


def test_a_parameter_of_the_table_is_never_taken_as_zero():
    tables = tables_of(DOSED, model=MODEL.replace("loss * product", "loss * product * 1"))
    as_given = ProblemTables(**{**vars(tables), "parameters": (*tables.parameters, Parameter("decay", 0.0, None))})
    assert "drug" in moving_states(as_given)


def test_a_state_under_an_event_stays_one():
    tables = tables_of(DOSED, model=MODEL.replace("end\n", "  at (time > 1): drug = 2\nend\n"))
    assert moving_states(tables) == ("drug", "product")


def test_a_parameter_under_a_rate_rule_that_conditions_reset_stays_a_state():
    """PEtab 1: after a pre-equilibration parameters start again from the model, states go on."""
    model = MODEL.replace("end\n", "  dose = 4\n  dose' = decay\nend\n")
    for resets, expected in ((False, ("product",)), (True, ("product", "dose"))):
        periods = (Period(START, {"dose": sp.Integer(2)}), Period(0.0, resets_parameters=resets))
        assert moving_states(tables_of(periods, model=model)) == expected


def test_a_rate_that_divides_by_what_is_zero_keeps_its_states():
    model = MODEL.replace("loss * product\n", "loss * product / (decay + leaving)\n", 1)
    pathway = read_pathway(tables_of(DOSED, model=model).sbml)
    assert without_still_states(tables_of(DOSED, model=model), pathway).states == pathway.states
