"""Solves for many draws of the parameters, without gradients: draws side by side on all cores, memory bounded.

A draw's segments stand behind those of the draw before in one call of the solver, which holds no lock of Python's, and
are solved several at once.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from jakstat.simulation.kernel_cache import load_kernels
from jakstat.simulation.plan import SimulationPlan
from jakstat.simulation.solver import has_lanes
from jakstat.simulation.solver_functions import load_solver

_CHUNK_BYTES = 16 * 2**20  # of states that one call returns


def available_cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def draws_a_chunk(plan: SimulationPlan) -> int:
    """Return how many draws are solved in one call."""
    bytes_a_draw = 8 * (len(plan.times) + len(plan.parameters)) * (len(plan.dynamics.states) + 1)
    return max(1, _CHUNK_BYTES // bytes_a_draw)


def solve_draws(
    plan: SimulationPlan, chunks: Iterator[tuple[np.ndarray, np.ndarray]], solver: np.ndarray, cores: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Solve a plan for chunks of draws; not more than two a core are held at once.

    Parameters
    ----------
    plan : SimulationPlan
    chunks : iterator of pairs of arrays
        Parameters (draw, segment, parameter) and initial states (draw, root, state).
    solver : array, as ``solve_segments`` takes it
    cores : int

    Yields
    ------
    (draw, row, state) and (draw, segment)
        States, NaN where a solve failed, and statuses, in the order of the chunks.
    """
    compiled, model = load_solver(), load_kernels(plan.digest)
    solve_segments = compiled.solve_in_lanes if has_lanes(model) else compiled.solve_segments

    def solve(parameters: np.ndarray, initial_states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        n_draws, n_segments, n_parameters = parameters.shape
        _, n_roots, n_states = initial_states.shape
        states, _, status = solve_segments(
            np.ascontiguousarray(parameters.reshape(-1, n_parameters)),
            np.ascontiguousarray(initial_states.reshape(-1, n_states)),
            repeat_layout(plan, n_draws, n_roots),
            np.tile(plan.spans, (n_draws, 1)),
            np.tile(plan.times, n_draws),
            solver,
            model,
            False,
        )
        return states.reshape(n_draws, len(plan.times), n_states), status.reshape(n_draws, n_segments)

    with ThreadPoolExecutor(cores) as pool:
        waiting = []
        for chunk in chunks:
            waiting.append(pool.submit(solve, *chunk))
            if len(waiting) >= 2 * cores:
                yield waiting.pop(0).result()
        for pending in waiting:
            yield pending.result()


def repeat_layout(plan: SimulationPlan, n_draws: int, n_roots: int) -> np.ndarray:
    """Return the layout of all draws: segments, roots and rows of one behind those of the other."""
    layout = np.tile(plan.layout, (n_draws, 1)).reshape(n_draws, -1, 4)
    draw = np.arange(n_draws)[:, None]
    origin = layout[:, :, 0]
    layout[:, :, 0] = np.where(origin >= 0, origin + draw * len(plan.layout), origin - draw * n_roots)
    layout[:, :, 2:] += (draw * len(plan.times))[:, :, None]
    return layout.reshape(-1, 4)
