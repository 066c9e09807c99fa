"""The written factorisation solves what NumPy solves, for random sparse matrices."""

import numpy as np
import pytest
import sympy as sp
from tests.simulation.models import pathway
from tests.simulation.solving import run_kernel

from jakstat import read_problem
from jakstat.pathway import symbol
from jakstat.simulation import kernel_cache, solve_draws
from jakstat.simulation.kernel_cache import generate_kernels, load_kernels
from jakstat.simulation.kernels import elimination_plan
from jakstat.simulation.kernels.dynamics import prepare_dynamics
from jakstat.simulation.kernels.elimination_plan import plan_elimination
from jakstat.simulation.solver import lanes_pay
from jakstat.simulation.solver.kernel_interface import ADJOINT_STAGE, FACTORISE, LANE_FACTORISE, N_FACTORS, NEWTON


def linear_system(jacobian: np.ndarray) -> np.ndarray:
    """Return the kernels of x' = J x."""
    x = [symbol(f"x{i}") for i in range(len(jacobian))]
    rates = {
        state.name: sp.Add(*(sp.Float(value) * other for value, other in zip(row, x, strict=True) if value))
        for state, row in zip(x, jacobian, strict=True)
    }
    return load_kernels(generate_kernels(prepare_dynamics(pathway(rates, dict.fromkeys(rates, 0.0), {}))))


def factors_of(model: np.ndarray, size: int, h_gamma: float) -> tuple[float, np.ndarray]:
    factors, nothing = np.zeros(model[N_FACTORS]), np.zeros(1)
    return run_kernel(model[FACTORISE], 0.0, np.zeros(size), nothing, nothing, h_gamma, factors), factors


@pytest.mark.parametrize(("seed", "n"), [*((seed, 12) for seed in range(5)), pytest.param(5, 50, id="in loops")])
def test_solutions_agree_with_dense_ones(seed, n):
    rng = np.random.default_rng(seed)
    jacobian = np.where(rng.random((n, n)) < 0.2, rng.normal(size=(n, n)), 0.0)
    model = linear_system(jacobian)
    _, factors = factors_of(model, n, 0.1)
    matrix = np.eye(n) - 0.1 * jacobian
    right, nothing = rng.normal(size=n), np.zeros(1)
    solved, eta = np.zeros(n), np.zeros(n)
    run_kernel(model[NEWTON], 0.0, 0.1, nothing, nothing, factors, right, np.ones(n), solved)
    run_kernel(model[ADJOINT_STAGE], 0.0, np.zeros(n), nothing, nothing, 0.1, right, eta, nothing)
    transposed = right + 0.1 * eta
    assert solved == pytest.approx(np.linalg.solve(matrix, right), rel=1e-10)
    assert transposed == pytest.approx(np.linalg.solve(matrix.T, right), rel=1e-10)


def test_smallest_pivot_is_returned():
    smallest, _ = factors_of(linear_system(np.array([[1.0, 1.0], [1.0, 0.0]])), 2, 1.0)
    assert smallest == 0.0


@pytest.mark.parametrize(("study", "in_lanes"), [("boehm2014", False), ("raia2011", True)])
def test_loops_give_the_gradient_of_straight_line_code(study, in_lanes, monkeypatch, repository):
    """With all kernels that hold an elimination, those of the adjoint and of the error too; never in lanes."""
    problem, looping = (read_problem(repository / "data" / study) for _ in range(2))
    expected, slopes = problem.log_likelihood(), problem.gradient()
    monkeypatch.setattr(elimination_plan, "_MOST_UPDATES_IN_LINE", 0)
    digest = f"{kernel_cache.generator_digest()} in loops"
    monkeypatch.setattr(kernel_cache, "generator_digest", lambda: digest)
    assert looping.plan.digest != problem.plan.digest
    assert looping.log_likelihood() == pytest.approx(expected, rel=1e-9)
    assert looping.gradient() == pytest.approx(slopes, rel=1e-6)
    models = [load_kernels(each.plan.digest) for each in (problem, looping)]
    assert [lanes_pay(problem.plan.layout, model) for model in models] == [in_lanes, False]
    assert [bool(model[LANE_FACTORISE]) for model in models] == [True, False]


def test_draws_of_a_model_in_loops_are_solved_one_by_one(monkeypatch, repository):
    problem, looping = (read_problem(repository / "data" / "raia2011") for _ in range(2))
    digest = f"{kernel_cache.generator_digest()} in loops"
    plan = problem.plan
    shapes = (
        (len(plan.parameters), len(plan.dynamics.parameters)),
        (len(plan.initial_states), len(plan.dynamics.states)),
    )
    given = tuple(np.ones((2, *shape)) for shape in shapes)
    expected, _ = next(solve_draws(plan, iter([given]), problem.solver.as_array(), 1))
    monkeypatch.setattr(elimination_plan, "_MOST_UPDATES_IN_LINE", 0)
    monkeypatch.setattr(kernel_cache, "generator_digest", lambda: digest)
    states, status = next(solve_draws(looping.plan, iter([given]), problem.solver.as_array(), 1))
    assert not status.any()
    assert states == pytest.approx(expected, rel=1e-5, abs=1e-8)


def test_a_chain_has_no_fill():
    chain = {(i + 1, i) for i in range(19)} | {(i, i + 1) for i in range(19)}
    assert set(plan_elimination(chain, 20).entries) == chain


def test_an_arrow_is_eliminated_from_its_shaft():
    """The dense row and column come last: eliminated first, they would fill the whole matrix."""
    arrow = {(0, i) for i in range(1, 15)} | {(i, 0) for i in range(1, 15)}
    plan = plan_elimination(arrow, 15)
    assert set(plan.entries) == arrow
