"""How large each state of a problem is, which its absolute tolerance is a share of: units do not matter then.

The states are solved at one point, the reference, twice: roughly and without tolerances, then with loose ones that are
shares of what was found. What they reach is kept for all solves of the problem: values and gradients at any point see
the same tolerances, which depend on nothing but the problem.
"""

import numpy as np

from jakstat.simulation.kernel_cache import load_kernels
from jakstat.simulation.plan import SimulationPlan
from jakstat.simulation.solver import (
    FIRST_STAGE_COLUMN,
    KIND_COLUMN,
    METHODS,
    N_SETTINGS,
    SEGMENT_COLUMN,
    STEP,
    SolveStatus,
)
from jakstat.simulation.solver_functions import load_solver

_LOOSE = (1e-3, 1e-4, 2000.0, 1e-2)  # rtol, atol, most steps and Newton tolerance of the second solve
_LEAST = 1e-6  # of a state's scale in one segment, as a share of its largest one: a dose may be small, but not endless
_LONG = 1e3  # after this many times the longest period a segment is taken to be near its steady state


def scales_of_states(plan: SimulationPlan, parameters: np.ndarray, initial_states: np.ndarray) -> np.ndarray:
    """Return how large each state becomes in each segment.

    Parameters
    ----------
    plan : SimulationPlan
    parameters : (segment, parameter) array
        At the reference.
    initial_states : (root, state) array
        Likewise, unit of the states.

    Returns
    -------
    (segment, state) array
        Unit of the states, above 0. A state that stays at 0 in a segment has the scale that it has in others; one that
        does so in all has the median of the others' scales.
    """
    n_segments, n_states = len(plan.parameters), len(plan.dynamics.states)
    given = (
        np.ascontiguousarray(parameters, dtype=float).reshape(n_segments, -1),
        np.ascontiguousarray(initial_states, dtype=float).reshape(-1, n_states),
        np.ascontiguousarray(plan.layout, dtype=np.int64),
        np.ascontiguousarray(plan.spans, dtype=float),
    )
    solver, model = load_solver(), load_kernels(plan.digest)
    settings = np.array([*_LOOSE, 0.0])
    spans = np.concatenate([(plan.spans[:, 1] - plan.spans[:, 0]), plan.times])
    long_time = _LONG * max(spans[np.isfinite(spans) & (spans > 0.0)], default=1.0)
    scales = _without_gaps(solver.rough_sizes(*given, long_time, settings, model))
    _, tape, status = solver.solve_segments(
        *given, np.ascontiguousarray(plan.times), np.concatenate([settings, scales.ravel()]), model, True
    )
    reached = _largest_on(tape, n_segments, n_states)
    solved = (status == SolveStatus.SUCCESS) & np.isfinite(reached).all(axis=1)
    return _without_gaps(np.where(solved[:, None], reached, scales))


def _largest_on(tape: np.ndarray, n_segments: int, n_states: int) -> np.ndarray:
    """Return the largest absolute value of each state on the lines of each segment, (segment, state)."""
    largest = np.zeros((n_segments, n_states))
    is_step = tape[:, KIND_COLUMN] == STEP
    last = FIRST_STAGE_COLUMN + (len(METHODS[0].c) - 2) * n_states
    for lines, columns in ((is_step, (last,)), (~is_step, (FIRST_STAGE_COLUMN, FIRST_STAGE_COLUMN + n_states))):
        for column in columns:
            values = np.abs(tape[lines, column : column + n_states])
            np.maximum.at(largest, tape[lines, SEGMENT_COLUMN].astype(int), values)
    return largest


def _without_gaps(sizes: np.ndarray) -> np.ndarray:
    """Return sizes (segment, state) that are above 0 and finite."""
    sizes = np.where(np.isfinite(sizes), sizes, 0.0)
    of_state = sizes.max(axis=0)
    known = of_state[of_state > 0.0]
    of_state = np.where(of_state > 0.0, of_state, np.median(known) if known.size else 1.0)
    return np.where(sizes > 0.0, np.maximum(sizes, _LEAST * of_state), of_state)


def with_scales(settings: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return the vector that the compiled solver takes: settings, then the scales of all segments."""
    return np.concatenate([settings[:N_SETTINGS], scales.ravel()])
