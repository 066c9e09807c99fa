"""CasADi: its interface to CVODES (BDF, adjoint sensitivities) with the Jacobians that CasADi generates.

https://web.casadi.org, ``pip install casadi``. The rates are the same formulas as ours. The derivative of an integrator
is a function of its own, which solves forward and then back; the value comes from the integrator itself, as in any
expression of CasADi that needs both. Measured in turns with our solver: see :mod:`benchmarks.beside_ours`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from benchmarks.beside_ours import Call, rows_in_turns
from benchmarks.measuring import ABSOLUTE_SHARE, Limits, Row
from benchmarks.problems import BenchProblem, Trajectory
from benchmarks.symbolic_rates import rates_between_thresholds

SOLVER = "casadi"
_MOST_STEPS = 200_000


def measure(bench: BenchProblem, limits: Limits) -> list[Row]:
    """Return one row a tolerance, and our own beside them."""
    import casadi

    formulas = _formulas(casadi, bench)
    return rows_in_turns(bench, SOLVER, lambda rtol: _gradient_call(casadi, bench, formulas, rtol), limits)


def _formulas(casadi: Any, bench: BenchProblem) -> dict[str, Any]:
    """Return CasADi's symbols of states, parameters and time, and dx/dt over them."""
    states, parameters, time, rates = rates_between_thresholds(bench)
    x, p, t = casadi.SX.sym("x", len(states)), casadi.SX.sym("p", len(parameters)), casadi.SX.sym("t")
    known = list(casadi.vertsplit(x)) + list(casadi.vertsplit(p)) + [t]
    shared, reduced = sp.cse(rates)
    theirs = dict(zip([*states, *parameters, time], known, strict=True))
    for symbol, formula in shared:
        theirs[symbol] = _translated(casadi, formula, theirs)
    return {"x": x, "p": p, "t": t, "ode": casadi.vertcat(*[_translated(casadi, rate, theirs) for rate in reduced])}


def _translated(casadi: Any, formula: sp.Expr, known: dict[sp.Symbol, Any]) -> Any:
    symbols = sorted(formula.free_symbols, key=str)
    functions = [{name: getattr(casadi, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh")}, "math"]
    return casadi.SX(sp.lambdify(symbols, formula, modules=functions)(*[known[symbol] for symbol in symbols]))


def _gradient_call(casadi: Any, bench: BenchProblem, formulas: dict[str, Any], rtol: float) -> Call:
    """Return what is timed: the value of every trajectory and its gradients."""
    options = {
        "reltol": rtol,
        "abstol": rtol * ABSOLUTE_SHARE,
        "max_num_steps": _MOST_STEPS,
        "steps_per_checkpoint": 500,
        "show_eval_warnings": False,
        "disable_internal_warnings": True,
    }
    solves = [_solve(casadi, formulas, trajectory, options) for trajectory in bench.trajectories]
    return Call(lambda: [solve() for solve in solves], bench.assemble, len(solves))


def _solve(
    casadi: Any, formulas: dict[str, Any], trajectory: Trajectory, options: dict[str, Any]
) -> Callable[[], tuple[float, np.ndarray, np.ndarray]]:
    if not len(trajectory.times):
        nothing = (0.0, np.zeros_like(trajectory.parameters), np.zeros_like(trajectory.initial_state))
        return lambda: nothing
    integrator = casadi.integrator("solve", "cvodes", formulas, trajectory.start, trajectory.times.tolist(), options)
    start = casadi.MX.sym("start", len(trajectory.initial_state))
    parameters = casadi.MX.sym("parameters", len(trajectory.parameters))
    states = integrator(x0=start, p=parameters)["xf"]
    value = casadi.dot(casadi.DM(trajectory.cotangents.T), states)
    value_of = casadi.Function("value", [start, parameters], [value])
    slopes_of = value_of.reverse(1)
    at = (trajectory.initial_state, trajectory.parameters)

    def solve() -> tuple[float, np.ndarray, np.ndarray]:
        found = float(value_of(*at))
        by_start, by_parameters = slopes_of(*at, found, 1.0)
        return found, np.asarray(by_parameters).ravel(), np.asarray(by_start).ravel()

    return solve
