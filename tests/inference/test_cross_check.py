"""The cross-check: differences against a closed form, by either solver as the second; and when it is not made."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest
import xarray as xr

from jakstat import Problem
from jakstat.inference import cross_check, cross_check_solver
from jakstat.problem import (
    Experiment,
    Measurement,
    Observable,
    Parameter,
    Period,
    Prior,
    ProblemTables,
    parameter_dataset,
)
from jakstat.problem.formulas import parse_formula
from jakstat.problem.model_text import antimony_to_sbml
from jakstat.statistics import SolverSettings

NOISE = 0.1
TIMES, VALUES = np.array([1.0, 3.0, 8.0]), np.array([1.1, 0.5, 0.1])
LOOSE = SolverSettings(1e-3, 1e-5)
DRAWS = np.random.default_rng(2).lognormal([np.log(0.5), np.log(2.0)], [0.2, 0.1], size=(2, 8, 2))


needs_sunode = pytest.mark.skipif(
    find_spec("sunode") is None, reason="needs sunode, which is not installed (environment.yml has it)"
)


def decay(model: str = "k = 0.5\n x0 = 2\n J0: x -> ; k * x\n x = x0") -> ProblemTables:
    """Decay x' = -k x from x0, measured three times."""
    sbml = antimony_to_sbml(f"model decay\n {model}\nend\n", "decay.ant", [])
    assert sbml is not None
    prior = Prior("log-normal", (0.0, 1.0), 0.0, np.inf, "assumed")
    return ProblemTables(
        id="decay",
        sbml=sbml,
        parameters=(Parameter("k", 0.5, prior), Parameter("x0", 2.0, prior)),
        observables=(Observable("level", parse_formula("x"), parse_formula(str(NOISE))),),
        experiments=(Experiment("only", (Period(0.0),)),),
        measurements=tuple(
            Measurement("level", "only", time, value) for time, value in zip(TIMES, VALUES, strict=True)
        ),
    )


@pytest.fixture(scope="module")
def tree() -> xr.DataTree:
    return xr.DataTree.from_dict({"posterior": parameter_dataset(DRAWS, ["k", "x0"])})


def expected_differences(solver: SolverSettings) -> tuple[float, float]:
    """Return the largest differences between a solver and the closed form, of signals and of gradients."""
    problem, spread = Problem(decay(), solver), DRAWS.reshape(-1, 2).std(axis=0)
    of_signals, of_gradients = [], []
    for k, x0 in DRAWS.reshape(-1, 2):
        point = {"k": k, "x0": x0}
        exact = x0 * np.exp(-k * TIMES)
        solved = problem.simulate(point, TIMES)["x"].to_numpy()[0]
        of_signals.append(np.abs(solved - exact).max() / NOISE)
        slopes = np.array([-TIMES * exact, exact / x0]) @ (VALUES - exact) / NOISE**2 * spread
        found = np.array([problem.gradient(point)[name] for name in ("k", "x0")]) * spread
        of_gradients.append(np.abs(found - slopes).max() / np.abs(slopes).max())
    return max(of_signals), max(of_gradients)


def assert_finds_the_error_of_the_fit(tree: xr.DataTree, solver: SolverSettings) -> None:
    check = cross_check_solver(decay(), tree, solver, draws=100, seed=1)
    of_signals, of_gradients = expected_differences(solver)
    assert check.made
    assert (check.draws, check.failed_solves) == (16, 0)
    assert of_signals > 1e-4, "the planted loose solve is seen"
    assert check.signal_difference == pytest.approx(of_signals, rel=1e-3)
    assert check.gradient_difference == pytest.approx(of_gradients, rel=1e-3)
    assert f"{check.signal_difference:.1e} noise scales" in check.sentence
    assert f"{check.gradient_difference:.1e} of the largest derivative" in check.sentence


def test_check_finds_the_error_of_a_loose_fit(tree, monkeypatch):
    """With our solver, tight, in the place of sunode: what is compared needs none."""
    monkeypatch.setattr(cross_check, "second_solver", lambda _: SolverSettings(1e-10, 1e-12))
    assert_finds_the_error_of_the_fit(tree, LOOSE)


@needs_sunode
@pytest.mark.slow
def test_sunode_finds_the_error_of_a_loose_fit_by_our_solver(tree):
    assert_finds_the_error_of_the_fit(tree, LOOSE)


@needs_sunode
@pytest.mark.slow
def test_our_solver_finds_the_error_of_a_loose_fit_by_sunode(tree):
    assert_finds_the_error_of_the_fit(tree, SolverSettings(1e-3, 1e-5, name="sunode"))


@needs_sunode
@pytest.mark.slow
def test_solvers_agree_on_a_tight_fit(tree):
    check = cross_check_solver(decay(), tree, SolverSettings(1e-10, 1e-12), draws=5, seed=1)
    assert check.draws == 5
    assert check.signal_difference < 1e-6
    assert check.gradient_difference < 1e-6


def test_draws_that_fail_are_counted_and_left_out(tree, monkeypatch):
    monkeypatch.setattr(cross_check, "second_solver", lambda _: SolverSettings(1e-10, 1e-12))
    check = cross_check_solver(decay(), tree, SolverSettings(1e-8, 1e-10, max_steps=3), draws=4, seed=1)
    assert (check.made, check.draws, check.failed_solves, check.signal_difference) == (True, 4, 4, None)
    assert "none of them could be compared" in check.sentence


def test_check_is_not_made_where_sunode_does_not_import(tree, monkeypatch):
    monkeypatch.setitem(sys.modules, "sunode.basic", None)
    check = cross_check_solver(decay(), tree, LOOSE)
    assert not check.made
    assert check.sentence == "not made: sunode is not installed (environment.yml has it)"
    assert check.as_dict()["signal_difference"] is None


def test_check_is_not_made_of_a_model_that_sunode_does_not_solve(tree):
    tables = decay("k = 0.5\n x0 = 2\n J0: x -> ; k * piecewise(x, x > 1, 1)\n x = x0")
    check = cross_check_solver(tables, tree, LOOSE)
    assert not check.made
    assert "not made: not solved by sunode: relations of states" in check.sentence
