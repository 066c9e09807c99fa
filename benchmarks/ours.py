"""jakstat's own rows: the solve with its adjoint, and the whole log likelihood with its gradient, compiled."""

from collections.abc import Callable

import numpy as np

from benchmarks.measuring import (
    ABSOLUTE_SHARE,
    LIKELIHOOD,
    SOLVER_ONLY,
    Limits,
    Row,
    gradient_error,
    guarded,
    in_turns,
    median_time,
    value_error,
)
from benchmarks.problems import BenchProblem
from jakstat.simulation import load_kernels, load_solver
from jakstat.simulation.solver import LANES, has_lanes, lanes_pay

SOLVER, WHOLE = "jakstat", "jakstat, likelihood"


def measure(bench: BenchProblem, limits: Limits) -> list[Row]:
    """Return the rows of each tolerance: of the solve in each width, and of the likelihood."""
    rows = []
    for rtol in limits.tolerances:
        rows += guarded(bench.name, SOLVER, SOLVER_ONLY, rtol, lambda rtol=rtol: _solver_rows(bench, rtol, limits))
        rows += guarded(bench.name, WHOLE, LIKELIHOOD, rtol, lambda rtol=rtol: _likelihood_row(bench, rtol, limits))
    return rows


def widths(bench: BenchProblem) -> list[int]:
    """Return how many trajectories may be solved at once; first what the likelihood of this problem takes."""
    model = load_kernels(bench.problem.plan.digest)
    if not has_lanes(model):
        return [1]
    return [LANES, 1] if lanes_pay(bench.problem.plan.layout, model) else [1, LANES]


def value_and_pulled_back(
    bench: BenchProblem, rtol: float, lanes: int = 1
) -> Callable[[], tuple[float, np.ndarray, np.ndarray]]:
    """Return what is timed: from the solve's inputs to the sum over the states and its derivatives by the inputs.

    ``lanes`` trajectories are solved at once, 1 or as many as there are.
    """
    solver, plan = load_solver(), bench.problem.plan
    solve, pull_back = (
        (solver.solve_segments, solver.pull_back_segments)
        if lanes == 1
        else (solver.solve_in_lanes, solver.pull_back_in_lanes)
    )
    model = load_kernels(plan.digest)
    settings = bench.with_settings(rtol, rtol * ABSOLUTE_SHARE).solver.as_array()
    parameters, initial_states = np.ascontiguousarray(bench.parameters), np.ascontiguousarray(bench.initial_states)
    cotangents = np.ascontiguousarray(bench.cotangents)

    def call() -> tuple[float, np.ndarray, np.ndarray]:
        states, tape, status = solve(
            parameters, initial_states, plan.layout, plan.spans, plan.times, settings, model, True
        )
        if status.any():
            raise RuntimeError(f"a segment failed with status {status.max()}")
        pulled = pull_back(parameters, initial_states, plan.layout, tape, cotangents, settings, model)
        return float(np.vdot(cotangents, states)), *pulled

    return call


def _solver_rows(bench: BenchProblem, rtol: float, limits: Limits) -> list[Row]:
    """Return a row a width, measured in turns; that of the width that the likelihood takes is called as the solver."""
    used, *others = widths(bench)
    calls = {lanes: value_and_pulled_back(bench, rtol, lanes) for lanes in (used, *others)}
    durations = in_turns(list(calls.values()), limits)
    names = {used: SOLVER} | {lanes: f"{SOLVER}, {lanes} at once" for lanes in others}
    rows = []
    for (lanes, call), seconds in zip(calls.items(), durations, strict=True):
        value, *of_inputs = call()
        rows.append(
            Row(
                bench.name,
                names[lanes],
                SOLVER_ONLY,
                rtol,
                float(np.median(seconds)) * 1e3,
                value_error=value_error(value, bench.states_value),
                gradient_error=gradient_error(bench.in_logarithms(*of_inputs), bench.states_gradient),
                repeats=len(seconds),
                trajectories=len(bench.problem.plan.layout),
                lanes=lanes,
            )
        )
    return rows


def _likelihood_row(bench: BenchProblem, rtol: float, limits: Limits) -> Row:
    problem = bench.with_settings(rtol, rtol * ABSOLUTE_SHARE)
    value, gradient = problem.value_and_gradient(bench.point)
    milliseconds, repeats = median_time(lambda: problem.value_and_gradient(bench.point), limits)
    return Row(
        bench.name,
        WHOLE,
        LIKELIHOOD,
        rtol,
        milliseconds,
        value_error=value_error(value, bench.value),
        gradient_error=gradient_error(gradient * bench.factors, bench.gradient),
        repeats=repeats,
        trajectories=len(bench.problem.plan.layout),
        lanes=widths(bench)[0],
    )
