"""Parameters from the prior, however far out: no crash, no hang, each solve finite or a failure with a name.

In lanes as one by one."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from pytensor import function
from pytensor.compile.mode import Mode

from jakstat import SolverSettings, read_problem
from jakstat.simulation import SolveStatus, load_kernels, load_solver
from jakstat.simulation.draws import repeat_layout
from jakstat.simulation.solver import has_lanes
from jakstat.statistics import PackedData, measurement_graph

SETTINGS = SolverSettings(1e-6, 1e-8)
# sobotta2017 has no measurements here before a run obtains them; blood_panel has cancer_panel's model and priors.
LEFT_OUT = ("sobotta2017", "blood_panel")
SHIPPED = sorted(
    path.parent.name
    for path in (Path(__file__).parent.parent / "data").glob("*/study.yaml")
    if path.parent.name not in LEFT_OUT
)


#: Of two sweeps over one tape, as a share of a draw's largest cotangent.
SAME_GRADIENT = 1e-8


def prior_inputs(problem, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what is solved at draws of the prior: parameters (draw, segment, ...), starts (draw, root, ...)."""
    parameters = pt.dvector("parameters")
    graph = measurement_graph(problem.tables, problem.plan, parameters, PackedData(), SETTINGS)
    inputs = function([parameters], graph.states.owner.inputs[:2], mode=Mode(linker="py", optimizer=None))
    with problem.build_model() as model:
        draws = pm.draw(model["parameter_value"], number, random_seed=20)
    values, starts = zip(*(inputs(draw) for draw in draws), strict=True)
    return np.array(values), np.array(starts)


@dataclass(frozen=True)
class Solved:
    """States (draw, row, state), statuses (draw, segment), cotangents of parameters (draw, segment, parameter).

    ``slopes_in_lanes`` are the same cotangents, from the same tape, by the sweep in lanes.
    """

    states: np.ndarray
    status: np.ndarray
    slopes: np.ndarray
    slopes_in_lanes: np.ndarray


def solve(plan, values: np.ndarray, starts: np.ndarray, in_lanes: bool) -> Solved:
    """Solve draws in one call of the solver, and pull cotangents of 1 back: their segments stand beside each other."""
    solver, kernels, given = load_solver(), load_kernels(plan.digest), SETTINGS.as_array()
    number, segments, _ = values.shape
    layout, lanes_fit = repeat_layout(plan, number, starts.shape[1]), has_lanes(kernels)
    inputs = values.reshape(number * segments, -1), starts.reshape(-1, starts.shape[2])
    spans, times = np.tile(plan.spans, (number, 1)), np.tile(plan.times, number)
    forward = solver.solve_in_lanes if in_lanes else solver.solve_segments
    states, tape, status = forward(*inputs, layout, spans, times, given, kernels, True)
    sweeps = solver.pull_back_segments, solver.pull_back_in_lanes if lanes_fit else solver.pull_back_segments
    slopes, others = (
        sweep(*inputs, layout, tape, np.ones_like(states), given, kernels)[0].reshape(values.shape) for sweep in sweeps
    )
    finished = np.isfinite(states).all(axis=1)
    for segment, (_, _, first, last) in enumerate(layout):
        assert finished[first:last].all() == (status[segment] == SolveStatus.SUCCESS or first == last)
    rows = len(plan.times)
    return Solved(states.reshape(number, rows, -1), status.reshape(number, segments), slopes, others)


def failures(solved: Solved) -> np.ndarray:
    """Return which draws fail; each has outcomes of known names, and each that does not fail a gradient."""
    failed = solved.status.any(axis=1)
    assert set(solved.status.ravel().tolist()) <= set(SolveStatus)
    for slopes in (solved.slopes[~failed], solved.slopes_in_lanes[~failed]):
        assert np.isfinite(slopes).all()
        assert (np.abs(slopes).max(axis=(1, 2)) > 0).all()
    assert farthest(solved.slopes_in_lanes[~failed], solved.slopes[~failed]) < SAME_GRADIENT
    return failed


def farthest(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest difference of a draw, as a share of the draw's largest number."""
    if not len(found):
        return 0.0
    axes = tuple(range(1, found.ndim))
    return float((np.abs(found - expected).max(axis=axes) / np.abs(expected).max(axis=axes)).max())


def failed_draws(path: Path, number: int, beside: int = 20) -> int:
    """Return how many draws of the prior fail, solved one by one; in lanes, ``beside`` at once, the same ones do.

    In lanes a draw gives the same bits alone: those that fail beside it do not touch it.
    """
    problem = read_problem(path, SETTINGS)
    values, starts = prior_inputs(problem, number)
    lanes_fit, total = has_lanes(load_kernels(problem.plan.digest)), 0
    for first in range(0, number, beside):
        given = values[first : first + beside], starts[first : first + beside]
        expected = solve(problem.plan, *given, in_lanes=False)
        failed = failures(expected)
        total += int(failed.sum())
        if lanes_fit:
            found = solve(problem.plan, *given, in_lanes=True)
            assert (failures(found) == failed).all()
            assert farthest(found.states[~failed], expected.states[~failed]) < SETTINGS.rtol
            place = first // beside % len(failed)
            alone = solve(problem.plan, *(array[place : place + 1] for array in given), in_lanes=True)
            assert np.array_equal(alone.states[0], found.states[place], equal_nan=True)
            assert np.array_equal(alone.slopes_in_lanes[0], found.slopes_in_lanes[place], equal_nan=True)
    return total


@pytest.mark.parametrize("study", SHIPPED)
def test_two_hundred_draws_of_the_prior_are_solved(study, repository):
    assert failed_draws(repository / "data" / study, 200) == 0


@pytest.mark.fuzz
@pytest.mark.parametrize("study", SHIPPED)
def test_ten_thousand_draws_of_the_prior_are_solved_or_fail_by_name(study, repository):
    assert failed_draws(repository / "data" / study, 10_000) <= 100


@pytest.mark.fuzz
@pytest.mark.parametrize("name", ["Boehm_JProteomeRes2014", "Fujita_SciSignal2010", "Fiedler_BMCSystBiol2016"])
def test_ten_thousand_draws_of_a_published_problem_are_solved_or_fail_by_name(name, reference_folder):
    """Their priors are made of bounds that span many decades; of the first 400 draws none fails."""
    assert failed_draws(reference_folder / "petab" / name / f"{name}.yaml", 10_000) <= 100
