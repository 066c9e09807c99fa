"""sunode (CVODES with adjoint): its bare AdjointSolver, without the PyTensor operation, which solves forward twice.

https://github.com/pymc-devs/sunode. The rates are the same formulas as ours; all distinct trajectories are solved one
after the other with the same compiled problem. Not on PyPI: conda-forge has it (environment.yml).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.measuring import (
    ABSOLUTE_SHARE,
    SOLVER_ONLY,
    Limits,
    Row,
    gradient_error,
    guarded,
    median_time,
    value_error,
)
from benchmarks.problems import BenchProblem
from benchmarks.symbolic_rates import rates_between_thresholds

SOLVER = "sunode"
_MOST_STEPS = 200_000


def measure(bench: BenchProblem, limits: Limits) -> list[Row]:
    """Return one row a tolerance."""
    import sunode  # noqa: F401 - a missing peer is told from a broken one here

    solver = _compile(bench)
    rows = []
    for rtol in limits.tolerances:
        rows += guarded(bench.name, SOLVER, SOLVER_ONLY, rtol, lambda rtol=rtol: _row(bench, solver, rtol, limits))
    return rows


def _compile(bench: BenchProblem) -> Any:
    from sunode.solver import AdjointSolver
    from sunode.symode import SympyProblem

    states, parameters, time, rates = rates_between_thresholds(bench)

    def right_side(t: Any, y: Any, p: Any) -> dict[str, np.ndarray]:
        theirs = dict(zip(states, y.x, strict=True)) | dict(zip(parameters, p.k, strict=True)) | {time: t}
        return {"x": np.array([rate.xreplace(theirs) for rate in rates], dtype=object)}

    problem = SympyProblem(
        params={"k": (len(parameters),)}, states={"x": (len(states),)}, rhs_sympy=right_side, derivative_params=[("k",)]
    )
    return AdjointSolver(problem, checkpoint_n=500_000)


def _set_tolerances(solver: Any, rtol: float, atol: float) -> None:
    """Set forward, backward and quadrature tolerances: sunode leaves the last two at 1e-10 whatever it is given."""
    from sunode.basic import lib

    lib.CVodeSStolerances(solver._ode, rtol, atol)
    lib.CVodeSStolerancesB(solver._ode, solver._odeB, rtol, atol)
    lib.CVodeQuadSStolerancesB(solver._ode, solver._odeB, rtol, atol)
    lib.CVodeSetMaxNumSteps(solver._ode, _MOST_STEPS)
    lib.CVodeSetMaxNumStepsB(solver._ode, solver._odeB, _MOST_STEPS)


def _solves(bench: BenchProblem, solver: Any) -> Callable[[], None]:
    """Return what is timed, which leaves its results in ``call.states`` and ``call.results``."""
    trajectories = bench.trajectories
    records = [np.array((trajectory.parameters,), dtype=solver.derivative_params_dtype) for trajectory in trajectories]
    buffers = [solver.make_output_buffers(trajectory.times) for trajectory in trajectories]

    def call() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        for trajectory, record, (states, gradient, adjoint) in zip(trajectories, records, buffers, strict=True):
            if not len(trajectory.times):
                continue
            solver.set_derivative_params(record)
            solver.solve_forward(trajectory.start, trajectory.times, trajectory.initial_state, states)
            solver.solve_backward(
                trajectory.times[-1], trajectory.start, trajectory.times, trajectory.cotangents, gradient, adjoint
            )
        return buffers

    return call


def _row(bench: BenchProblem, solver: Any, rtol: float, limits: Limits) -> Row:
    _set_tolerances(solver, rtol, rtol * ABSOLUTE_SHARE)
    call = _solves(bench, solver)
    results = [
        (float(np.vdot(trajectory.cotangents, states)), gradient.copy(), -adjoint)
        for trajectory, (states, gradient, adjoint) in zip(bench.trajectories, call(), strict=True)
    ]
    value, gradient = bench.assemble(results)
    milliseconds, repeats = median_time(call, limits)
    return Row(
        bench.name,
        SOLVER,
        SOLVER_ONLY,
        rtol,
        milliseconds,
        value_error=value_error(value, bench.states_value),
        gradient_error=gradient_error(gradient, bench.states_gradient),
        repeats=repeats,
        trajectories=len(bench.trajectories),
    )
