"""How the cost grows: with conditions, with states, with draws of a prediction. jakstat alone.

Each function returns a plain record for the JSON file. An exponent is the slope of ln(time) over ln(size), fitted by
least squares over the sizes above the smallest ones, where the cost of a call is not yet small.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from benchmarks.measuring import ABSOLUTE_SHARE, Limits, in_turns, median_time
from benchmarks.problems import BenchProblem
from jakstat import SolverSettings
from jakstat.pathway import Pathway, symbol
from jakstat.predictions.signals import ask_for_signals, signals_over_draws
from jakstat.simulation import load_kernels, load_solver
from jakstat.simulation.kernel_cache import generate_kernels
from jakstat.simulation.kernels.dynamics import prepare_dynamics
from jakstat.simulation.solver import KIND_COLUMN, LANES, STEP

CONDITIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
STATES = (8, 16, 32, 64, 128, 200)
RTOL = 1e-6
_SPREAD = 0.1  # standard deviation of ln(parameter) between the generated conditions
_SEED = 2
_SETTINGS = SolverSettings(RTOL, RTOL * ABSOLUTE_SHARE)


def conditions(bench: BenchProblem, limits: Limits, numbers: tuple[int, ...] = CONDITIONS) -> dict[str, Any]:
    """Time value and gradient of a problem's last condition, multiplied into conditions of distinct parameters.

    The first is often the untreated one, in which nothing happens.
    """
    trajectory = bench.trajectories[-1]
    times, model = trajectory.times, load_kernels(bench.problem.plan.digest)
    rng = np.random.default_rng(_SEED)
    factors = np.exp(_SPREAD * rng.normal(size=(max(numbers), bench.parameters.shape[1])))
    initial_state = trajectory.initial_state[None, :]
    lines = []
    for number in numbers:
        first = len(times) * np.arange(number)
        layout = np.column_stack([np.full(number, -1), np.full(number, -1), first, first + len(times)])
        spans = np.tile([trajectory.start, times[-1]], (number, 1))
        inputs = (trajectory.parameters[None, :] * factors[:number], initial_state, layout.astype(np.int64), spans)
        widths = (1, LANES)
        timed = [_value_and_gradient(*inputs, np.tile(times, number), model, lanes) for lanes in widths]
        calls, steps = zip(*timed, strict=True)
        alone, in_lanes = (float(np.median(durations)) * 1e3 for durations in in_turns(calls, limits))
        lines.append(
            {"conditions": number, "milliseconds": alone, "steps": steps[0], "milliseconds_in_lanes": in_lanes}
        )
    return {
        "problem": bench.name,
        "rtol": RTOL,
        "lines": lines,
        "exponent": exponent([line["conditions"] for line in lines], [line["milliseconds"] for line in lines]),
    }


def states(limits: Limits, numbers: tuple[int, ...] = STATES) -> dict[str, Any]:
    """Time value and gradient of generated chains; a step's cost is compared with the non-zeros of the Jacobian."""
    lines = []
    for number in numbers:
        dynamics = prepare_dynamics(chain_pathway(number))
        model = load_kernels(generate_kernels(dynamics))
        parameters = np.ones((1, len(dynamics.parameters)))
        initial_state = np.zeros((1, number))
        initial_state[0, 0] = 10.0
        times = np.linspace(0.0, 50.0, 11)[1:]
        layout, spans = np.array([[-1, -1, 0, len(times)]], dtype=np.int64), np.array([[0.0, times[-1]]])
        call, steps = _value_and_gradient(parameters, initial_state, layout, spans, times, model)
        milliseconds, _ = median_time(call, limits)
        lines.append(
            {
                "states": number,
                "parameters": len(dynamics.parameters),
                "nonzeros": nonzeros(dynamics.states, dynamics.rates),
                "milliseconds": milliseconds,
                "steps": steps,
                "microseconds_a_step": milliseconds * 1e3 / steps,
            }
        )
    return {
        "rtol": RTOL,
        "lines": lines,
        "exponent": exponent([line["nonzeros"] for line in lines], [line["microseconds_a_step"] for line in lines]),
    }


def chain_pathway(number: int) -> Pathway:
    """Return a chain of ``number`` states whose neighbours turn into each other, each reaction with its own constant.

    Forward by Michaelis-Menten kinetics with a limit of 1, backward by mass action at a tenth of the rate: J has three
    non-zeros a row, as in a signalling cascade without scaffolds.
    """
    names = [f"state_{place}" for place in range(number)]
    parameters: dict[str, float] = {}
    rates: list[sp.Expr] = [sp.Integer(0)] * number
    for place in range(number - 1):
        before, after = symbol(names[place]), symbol(names[place + 1])
        parameters |= {f"forward_{place}": 1.0, f"backward_{place}": 1.0}
        flow = symbol(f"forward_{place}") * before / (1 + before) - symbol(f"backward_{place}") * after / 10
        rates[place] -= flow
        rates[place + 1] += flow
    start = dict.fromkeys(names, sp.Integer(0))
    return Pathway(tuple(names), tuple(rates), start, parameters, {}, {}, frozenset(names))


def nonzeros(states: tuple[str, ...], rates: tuple[sp.Expr, ...]) -> int:
    """Return the number of entries of the Jacobian that are not always 0."""
    known = {symbol(name) for name in states}
    return sum(len(rate.free_symbols & known) for rate in rates)


def exponent(sizes: list[int], values: list[float]) -> float:
    """Return the fitted exponent of growth, over the upper half of the sizes (at least three)."""
    kept = max(3, (len(sizes) + 1) // 2)
    slope, _ = np.polyfit(np.log(sizes[-kept:]), np.log(values[-kept:]), 1)
    return float(slope)


def predictions(bench: BenchProblem, limits: Limits, cores: int, draws: int = 4000) -> dict[str, Any]:
    """Return solved conditions per second without recording: the solver alone in one thread, and signals over draws.

    Parameters
    ----------
    bench : BenchProblem
    limits : Limits
    cores : int
        Signals over draws are computed with one thread and with so many.
    draws : int
    """
    plan = bench.problem.plan
    model, solver, settings = load_kernels(plan.digest), load_solver(), _SETTINGS.as_array()
    inputs = (np.ascontiguousarray(bench.parameters), np.ascontiguousarray(bench.initial_states))
    milliseconds, in_lanes = (
        float(np.median(durations)) * 1e3
        for durations in in_turns(
            [
                lambda solve=solve: solve(*inputs, plan.layout, plan.spans, plan.times, settings, model, False)
                for solve in (solver.solve_segments, solver.solve_in_lanes)
            ],
            limits,
        )
    )
    tables = bench.problem.tables
    last = max(measurement.time for measurement in tables.measurements)
    wanted = [(tables.observables[0].id, experiment.id, last) for experiment in tables.experiments]
    asked = ask_for_signals(tables, tables.experiments, wanted)
    spread = np.random.default_rng(_SEED).normal(size=(draws, len(bench.point)))
    points = bench.point * np.exp(_SPREAD * spread)
    signals_over_draws(asked, points, _SETTINGS)  # compiles, as only many draws do
    lines = []
    for number in sorted({1, cores}):
        few, many = (
            _seconds(lambda used=used, number=number: signals_over_draws(asked, used, _SETTINGS, number))
            for used in (points[:2], points)
        )
        rate = (draws - 2) * len(wanted) / (many - few)
        lines.append({"cores": number, "seconds": many, "of_which_preparation": few, "signals_per_second": rate})
    return {
        "problem": bench.name,
        "rtol": RTOL,
        "conditions": len(plan.layout),
        "solver_per_second": len(plan.layout) / (milliseconds * 1e-3),
        "in_lanes_per_second": len(plan.layout) / (in_lanes * 1e-3),
        "draws": draws,
        "signals_a_draw": len(wanted),
        "lines": lines,
    }


def _value_and_gradient(
    parameters: np.ndarray,
    initial_states: np.ndarray,
    layout: np.ndarray,
    spans: np.ndarray,
    times: np.ndarray,
    model: np.ndarray,
    lanes: int = 1,
) -> tuple[Callable[[], object], int]:
    """Return a call that solves and sweeps back with cotangents of 1, one by one or in lanes, and its steps."""
    solver, settings = load_solver(), _SETTINGS.as_array()
    solve = solver.solve_segments if lanes == 1 else solver.solve_in_lanes
    pull_back = solver.pull_back_segments if lanes == 1 else solver.pull_back_in_lanes
    parameters, initial_states, spans = (np.ascontiguousarray(array) for array in (parameters, initial_states, spans))
    cotangents = np.ones((len(times), initial_states.shape[1]))

    def call() -> np.ndarray:
        _, tape, status = solve(parameters, initial_states, layout, spans, times, settings, model, True)
        if status.any():
            raise RuntimeError(f"a segment failed with status {status.max()}")
        pull_back(parameters, initial_states, layout, tape, cotangents, settings, model)
        return tape

    return call, int(np.sum(call()[:, KIND_COLUMN] == STEP))


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
