"""Sizes of states: units of a model do not matter, and a state that stays at 0 has a tolerance all the same."""

from pathlib import Path

import numpy as np
import pytest

from jakstat import Problem, SolverSettings, read_problem
from jakstat.problem import Experiment, Measurement, Observable, Parameter, Period, Prior, ProblemTables
from jakstat.problem.formulas import parse_formula
from jakstat.problem.model_text import antimony_to_sbml
from jakstat.simulation import scales_of_states

LOOSE = SolverSettings(1e-3, 1e-5)
# Binding of a ligand, a chain of six steps that all start at 0, and a steady state before; amounts in ``unit``.
CASCADE = """model cascade
  species R = {R}; species C = 0; species A = {A}; species B = 0; species D = 0; species E = 0; species F = 0
  ligand = 0; k_on = {k_on}; k_off = 0.3; k = 0.7; basal = 0.001
  J1: R => C; k_on * ligand * R
  J2: C => R; k_off * C
  J3: A => B; (basal + {per_C} * C) * A
  J4: B => D; k * B
  J5: D => E; k * D
  J6: E => F; k * E
  J7: F => A; k * F
end
"""


def cascade(unit: float) -> ProblemTables:
    """Return one problem whose amounts are given in ``unit`` (nmol/l)."""
    text = CASCADE.format(R=8.0 / unit, A=300.0 / unit, k_on=0.03 * unit, per_C=0.5 * unit)
    sbml = antimony_to_sbml(text, "cascade.ant", [])
    assert sbml is not None
    periods = tuple(
        (Period(-np.inf, {"ligand": parse_formula("0")}), Period(0.0, {"ligand": parse_formula(repr(dose / unit))}))
        for dose in (0.002, 50.0)
    )
    experiments = tuple(Experiment(f"dose_{number}", changes) for number, changes in enumerate(periods))
    times = (0.5, 2.0, 10.0, 60.0)
    return ProblemTables(
        id="cascade",
        sbml=sbml,
        parameters=(
            Parameter("k_on", 0.03 * unit, Prior("log-normal", (0.0, 1.0), 0.0, np.inf, "assumed")),
            Parameter("k", 0.7, Prior("log-normal", (0.0, 1.0), 0.0, np.inf, "assumed")),
        ),
        observables=(Observable("f", parse_formula(f"F * {unit!r} * 10"), parse_formula("0.1 + 0.01 * f")),),
        experiments=experiments,
        measurements=tuple(
            Measurement("f", experiment.id, time, 1.0 + time) for experiment in experiments for time in times
        ),
    )


@pytest.mark.parametrize("solver", [SolverSettings(), LOOSE], ids=["default", "loose"])
@pytest.mark.parametrize("unit", [1e9, 1e-9, 1e-3, 1.66e-15], ids=["mol/l", "attomol/l", "pmol/l", "molecules"])
def test_units_of_amounts_do_not_matter(unit, solver):
    expected, found = Problem(cascade(1.0), solver), Problem(cascade(unit), solver)
    assert found.log_likelihood() == pytest.approx(expected.log_likelihood(), rel=1e-9)
    wanted = list(expected.gradient(scale="log").values())
    assert list(found.gradient(scale="log").values()) == pytest.approx(wanted, rel=1e-6)


def test_each_state_of_each_experiment_has_a_scale_of_its_own():
    problem = Problem(cascade(1.0))
    plan = problem.plan
    number = plan.dynamics.states.index("C")
    low, high = (plan.segments_of_experiment[f"dose_{number}"][-1] for number in (0, 1))
    values = {name: float(plan.pathway.parameters[name]) for name in plan.dynamics.parameters}
    parameters = np.array([[values[name] for name in plan.dynamics.parameters]] * len(plan.parameters))
    ligand = plan.dynamics.parameters.index("ligand")
    parameters[low, ligand], parameters[high, ligand] = 0.002, 50.0
    initial = np.array([[float(value) for value in root] for root in plan.initial_states])
    scales = scales_of_states(plan, parameters, initial)
    # At rest, and within 1e-3 of it at the end: C = R0 L / (L + k_off / k_on).
    assert scales[low, number] == pytest.approx(8.0 * 0.002 / (0.002 + 10.0), rel=0.01)
    assert scales[high, number] == pytest.approx(8.0 * 50.0 / (50.0 + 10.0), rel=0.01)
    assert (scales > 0).all()
    assert (scales[:, number] >= 1e-6 * scales[:, number].max()).all()


def test_case_with_amounts_in_molar_is_right_at_any_settings(repository: Path):
    case = repository.parent / "shared" / "cases" / "amounts-in-molar"
    if not case.is_dir():
        pytest.skip("needs the cases (../shared/cases beside the repository), which are not here")
    tight = read_problem(case, SolverSettings(1e-11, 1e-13)).gradient(scale="log")
    for solver, error in ((SolverSettings(), 1e-5), (LOOSE, 1e-3)):
        problem = read_problem(case, solver)
        assert problem.log_likelihood() == pytest.approx(-36.01215, abs=error)
        assert problem.gradient(scale="log") == pytest.approx(tight, rel=error, abs=error)


def chain_at_rest() -> ProblemTables:
    """Return a chain of twelve states of fast exchange and slow loss, at its steady state: rounding is large there."""
    steps = "\n".join(f"F{i}: x{i} => x{i + 1}; fast * x{i} - back * x{i + 1}" for i in range(11))
    species = "\n".join(f"species x{i} = 0.1" for i in range(12))
    text = f"""model chain\n{species}\nmade = 0.37; fast = 1e4; back = 7.3e3; k = 0.6
    J: => x0; made\n{steps}\nL: x11 => ; k * x11 / (1 + x11)\nend\n"""
    sbml = antimony_to_sbml(text, "chain.ant", [])
    assert sbml is not None
    return ProblemTables(
        id="chain",
        sbml=sbml,
        parameters=(Parameter("k", 0.6, Prior("log-normal", (0.0, 1.0), 0.0, np.inf, "assumed")),),
        observables=(Observable("x", parse_formula("x11"), parse_formula("0.1")),),
        experiments=(Experiment("rest", (Period(-np.inf),)),),
        measurements=(Measurement("x", "rest", np.inf, 1.0),),
    )


@pytest.mark.parametrize("rtol", [1e-8, 1e-10, 1e-11, 1e-12, 1e-13])
def test_steady_states_are_found_at_tolerances_near_rounding(rtol):
    problem = Problem(chain_at_rest(), SolverSettings(rtol, rtol / 100, max_steps=100_000))
    rest = 0.37 / (0.6 - 0.37)  # k x / (1 + x) = made
    density = -0.5 * ((1.0 - rest) / 0.1) ** 2 - np.log(0.1 * np.sqrt(2 * np.pi))
    assert problem.log_likelihood() == pytest.approx(density, rel=1e-9)
    slope = (rest - 1.0) / 0.01 * 0.37 / (0.6 - 0.37) ** 2  # -dlogp/dx dx/dk
    assert problem.gradient()["k"] == pytest.approx(slope, rel=1e-6)
