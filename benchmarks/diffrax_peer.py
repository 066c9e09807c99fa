"""diffrax: Kvaerno5 with its checkpointed adjoint, through JAX, compiled; https://docs.kidger.site/diffrax.

One compiled function maps over all distinct trajectories, one after the other; tolerances are arguments of it. Output
times are padded to equal number by repeating the last one with cotangent 0. Two root finders, because they trade time
for accuracy: the default (a chord iteration, which often rejects steps for not converging) and Newton's method to a
hundredth of the tolerance.
"""

from typing import Any

import numpy as np
import sympy as sp

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
from benchmarks.symbolic_rates import plain_rates

DEFAULT, NEWTON = "diffrax", "diffrax, Newton"
_MOST_STEPS = 4096
_SLOW = 10_000.0  # ms of one call, after which no tighter tolerance is tried


def measure(bench: BenchProblem, limits: Limits) -> list[Row]:
    """Return one row for each root finder and tolerance."""
    import diffrax  # noqa: F401 - a missing peer is told from a broken one here
    import jax

    jax.config.update("jax_enable_x64", True)
    rows = []
    for solver in (DEFAULT, NEWTON):
        rows += guarded(bench.name, solver, SOLVER_ONLY, None, lambda solver=solver: _rows(bench, solver, limits))
    return rows


def _rows(bench: BenchProblem, solver: str, limits: Limits) -> list[Row]:
    compiled, inputs = _compile(bench, solver == NEWTON)
    rows: list[Row] = []
    for rtol in limits.tolerances:
        slow = next((row for row in rows if (row.milliseconds or 0.0) > _SLOW), None)
        if slow:
            rows.append(Row(bench.name, solver, SOLVER_ONLY, rtol, note=f"left out: {slow.rtol:.0e} is slow enough"))
            continue
        rows += guarded(
            bench.name, solver, SOLVER_ONLY, rtol, lambda rtol=rtol: _row(bench, solver, compiled, inputs, rtol, limits)
        )
    return rows


def _compile(bench: BenchProblem, newton: bool) -> tuple[Any, tuple]:
    """Return the compiled value and gradient by (parameters, initial states), and its other inputs."""
    import diffrax
    import jax
    import jax.numpy as jnp
    import optimistix

    states, parameters, time, rates = plain_rates(bench)
    rhs = sp.lambdify([time, states, parameters], rates, modules="jax", cse=True)
    term = diffrax.ODETerm(lambda t, y, p: jnp.stack([jnp.asarray(rh, dtype=y.dtype) for rh in rhs(t, y, p)]))

    def one_value(rtol: Any, trajectory: tuple) -> Any:
        k, y0, start, times, weights = trajectory
        finder = {"root_finder": optimistix.Newton(rtol=rtol * 1e-2, atol=rtol * 1e-4)} if newton else {}
        solution = diffrax.diffeqsolve(
            term,
            diffrax.Kvaerno5(**finder),
            t0=start,
            t1=times[-1],
            dt0=None,
            y0=y0,
            args=k,
            saveat=diffrax.SaveAt(ts=times),
            stepsize_controller=diffrax.PIDController(rtol=rtol, atol=rtol * ABSOLUTE_SHARE),
            adjoint=diffrax.RecursiveCheckpointAdjoint(),
            max_steps=_MOST_STEPS,
            throw=False,
        )
        return jnp.sum(weights * solution.ys), solution.result == diffrax.RESULTS.successful

    def total(of_parameters: Any, of_states: Any, rtol: Any, starts: Any, times: Any, weights: Any) -> Any:
        inputs = (of_parameters, of_states, starts, times, weights)
        values, solved = jax.lax.map(lambda given: one_value(rtol, given), inputs)
        return values.sum(), (values, solved)

    return jax.jit(jax.value_and_grad(total, argnums=(0, 1), has_aux=True)), _padded(bench)


def _padded(bench: BenchProblem) -> tuple[np.ndarray, ...]:
    """Return parameters, initial states, starts, times and cotangents of the trajectories, of equal number of times."""
    solved = [trajectory for trajectory in bench.trajectories if len(trajectory.times)]
    most = max(len(solution.times) for solution in solved)
    times = np.array([np.pad(solution.times, (0, most - len(solution.times)), mode="edge") for solution in solved])
    weights = np.array([np.pad(solution.cotangents, ((0, most - len(solution.times)), (0, 0))) for solution in solved])
    return (
        np.array([solution.parameters for solution in solved]),
        np.array([solution.initial_state for solution in solved]),
        np.array([solution.start for solution in solved]),
        times,
        weights,
    )


def _row(bench: BenchProblem, solver: str, compiled: Any, inputs: tuple, rtol: float, limits: Limits) -> Row:
    import jax

    of_parameters, of_states, starts, times, weights = map(jax.numpy.asarray, inputs)

    def call() -> Any:
        return jax.block_until_ready(compiled(of_parameters, of_states, rtol, starts, times, weights))

    (_, (values, solved)), (by_parameters, by_states) = call()
    if not np.all(solved):
        raise RuntimeError(f"{np.sum(~np.asarray(solved))} trajectories need more than {_MOST_STEPS} steps or diverge")
    found = iter(zip(np.asarray(values), np.asarray(by_parameters), np.asarray(by_states), strict=True))
    nothing = (0.0, np.zeros(bench.parameters.shape[1]), np.zeros(bench.initial_states.shape[1]))
    value, gradient = bench.assemble(
        [next(found) if len(trajectory.times) else nothing for trajectory in bench.trajectories]
    )
    milliseconds, repeats = median_time(call, limits)
    return Row(
        bench.name,
        solver,
        SOLVER_ONLY,
        rtol,
        milliseconds,
        value_error=value_error(float(value), bench.states_value),
        gradient_error=gradient_error(gradient, bench.states_gradient),
        repeats=repeats,
        trajectories=len(bench.trajectories),
    )
