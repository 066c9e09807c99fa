"""Peers that are measured in turns with our solver, in one process: what slows the machine down slows both.

The rows of a peer come with rows of ours that were measured between its calls; ratios to that peer are to those. They
count for no other.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.measuring import ABSOLUTE_SHARE, SOLVER_ONLY, Limits, Row, gradient_error, value_error, what_went_wrong
from benchmarks.ours import SOLVER, value_and_pulled_back, widths
from benchmarks.problems import BenchProblem
from jakstat.simulation import load_kernels, load_solver

#: Tolerance of our row that a peer's are compared with.
OURS_RTOL = 1e-6


@dataclass(frozen=True)
class Call:
    """What is timed, how value and gradient are made of what it returns, and how many trajectories it solves.

    ``assemble`` returns no gradient (None) for a solver without one.
    """

    call: Callable[[], Any]
    assemble: Callable[[Any], tuple[float, np.ndarray | None]]
    trajectories: int


def beside(peer: str) -> str:
    """Return the name of our rows that were measured in turns with a peer."""
    return f"{SOLVER} beside {peer}"


def our_gradient(bench: BenchProblem, rtol: float) -> Call:
    """Return our solve with its adjoint."""

    def assemble(results: tuple) -> tuple[float, np.ndarray]:
        value, *of_inputs = results
        return value, bench.in_logarithms(*of_inputs)

    return Call(value_and_pulled_back(bench, rtol, widths(bench)[0]), assemble, len(bench.problem.plan.layout))


def our_forward_solve(bench: BenchProblem, rtol: float) -> Call:
    """Return our solve without a tape."""
    solver, plan = load_solver(), bench.problem.plan
    model = load_kernels(plan.digest)
    settings = bench.with_settings(rtol, rtol * ABSOLUTE_SHARE).solver.as_array()
    solve = solver.solve_segments if widths(bench)[0] == 1 else solver.solve_in_lanes
    parameters, initial_states = np.ascontiguousarray(bench.parameters), np.ascontiguousarray(bench.initial_states)

    def call() -> np.ndarray:
        states, _, status = solve(
            parameters, initial_states, plan.layout, plan.spans, plan.times, settings, model, False
        )
        if status.any():
            raise RuntimeError(f"a segment failed with status {status.max()}")
        return states

    return Call(call, lambda states: (float(np.vdot(bench.cotangents, states)), None), len(plan.layout))


def rows_in_turns(
    bench: BenchProblem,
    peer: str,
    make: Callable[[float], Call],
    limits: Limits,
    ours: Callable[[BenchProblem, float], Call] = our_gradient,
    covers: str = SOLVER_ONLY,
) -> list[Row]:
    """Return a row of ours and one of the peer for each tolerance, all measured in turns.

    Parameters
    ----------
    bench : BenchProblem
    peer : str
        Its name.
    make : callable
        Tolerance -> the peer's call; what it raises is the note of that row.
    limits : Limits
        Of one call; the least repeats are made of each.
    ours : callable
        Problem and tolerance -> our call.
    covers : str
        What is computed.
    """
    calls: dict[tuple[str, float], Call] = {(beside(peer), OURS_RTOL): ours(bench, OURS_RTOL)}
    failed = []
    for rtol in limits.tolerances:
        try:
            made = make(rtol)
            made.call()
            calls[peer, rtol] = made
        except Exception as error:  # a peer may raise anything, and the other rows are still wanted
            failed.append(Row(bench.name, peer, covers, rtol, note=what_went_wrong(error)))
    seconds = medians_in_turns([made.call for made in calls.values()], limits)
    found = zip(calls.items(), seconds, strict=True)
    return [_row(bench, key, covers, made, *measured) for (key, made), measured in found] + failed


def medians_in_turns(calls: Sequence[Callable[[], Any]], limits: Limits) -> list[tuple[float, int]]:
    """Return median (ms) and repeats of each call, made one after the other in rounds; the first round is not counted.

    Time is the thread's on the processor: while other jobs wait for the same core, a call of 100 ms is interrupted and
    one of 0.2 ms hardly ever, so that by the clock the longer one would look worse than it is.
    A call whose time is up, or that was made often enough, leaves the rounds.
    """
    durations: list[list[float]] = [[] for _ in calls]
    for call in calls:
        call()
    running = list(range(len(calls)))
    while running:
        for number in running:
            started = time.thread_time()
            calls[number]()
            durations[number].append(time.thread_time() - started)
        running = [number for number in running if not _is_enough(durations[number], limits)]
    return [(float(np.median(of_call)) * 1e3, len(of_call)) for of_call in durations]


def _is_enough(durations: list[float], limits: Limits) -> bool:
    spent, repeats = sum(durations), len(durations)
    return repeats >= limits.most or spent > limits.patience or (repeats >= limits.least and spent > limits.seconds)


def _row(
    bench: BenchProblem, key: tuple[str, float], covers: str, made: Call, milliseconds: float, repeats: int
) -> Row:
    value, gradient = made.assemble(made.call())
    error = None if gradient is None else gradient_error(gradient, bench.states_gradient)
    return Row(
        bench.name,
        key[0],
        covers,
        key[1],
        milliseconds,
        value_error=value_error(value, bench.states_value),
        gradient_error=error,
        repeats=repeats,
        trajectories=made.trajectories,
    )
