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
    median_time,
    value_error,
)
from benchmarks.problems import BenchProblem
from jakstat.simulation import load_kernels, load_solver

SOLVER, WHOLE = "jakstat", "jakstat, likelihood"


def measure(bench: BenchProblem, limits: Limits) -> list[Row]:
    """Return two rows a tolerance."""
    rows = []
    for rtol in limits.tolerances:
        rows += guarded(bench.name, SOLVER, SOLVER_ONLY, rtol, lambda rtol=rtol: _solver_row(bench, rtol, limits))
        rows += guarded(bench.name, WHOLE, LIKELIHOOD, rtol, lambda rtol=rtol: _likelihood_row(bench, rtol, limits))
    return rows


def value_and_pulled_back(bench: BenchProblem, rtol: float) -> Callable[[], tuple[float, np.ndarray, np.ndarray]]:
    """Return what is timed: from the solve's inputs to the sum over the states and its derivatives by the inputs."""
    solver, plan = load_solver(), bench.problem.plan
    model = load_kernels(plan.digest)
    settings = bench.with_settings(rtol, rtol * ABSOLUTE_SHARE).solver.as_array()
    parameters, initial_states = np.ascontiguousarray(bench.parameters), np.ascontiguousarray(bench.initial_states)
    cotangents = np.ascontiguousarray(bench.cotangents)

    def call() -> tuple[float, np.ndarray, np.ndarray]:
        states, tape, status = solver.solve_segments(
            parameters, initial_states, plan.layout, plan.spans, plan.times, settings, model, True
        )
        if status.any():
            raise RuntimeError(f"a segment failed with status {status.max()}")
        pulled = solver.pull_back_segments(parameters, initial_states, plan.layout, tape, cotangents, settings, model)
        return float(np.vdot(cotangents, states)), *pulled

    return call


def _solver_row(bench: BenchProblem, rtol: float, limits: Limits) -> Row:
    call = value_and_pulled_back(bench, rtol)
    value, *of_inputs = call()
    milliseconds, repeats = median_time(call, limits)
    return Row(
        bench.name,
        SOLVER,
        SOLVER_ONLY,
        rtol,
        milliseconds,
        value_error=value_error(value, bench.states_value),
        gradient_error=gradient_error(bench.in_logarithms(*of_inputs), bench.states_gradient),
        repeats=repeats,
        trajectories=len(bench.problem.plan.layout),
    )


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
    )
