"""How large each state becomes, by a solve that needs no tolerance.

Compiled like the integrator. Steps of the linearly implicit Euler method, which grow as a fixed series: nothing in it
depends on the units of states, because nothing compares one number with another that has a unit. It is right to its
order of magnitude, which is what the tolerance of the first solve needs (``state_scales``).
"""

from math import isfinite

import numpy as np
from numba import njit

from jakstat.simulation.solver.integrator import OPTIONS, copy_within, set_scales, width_of
from jakstat.simulation.solver.kernel_interface import (
    AT_BASE,
    AT_COEFFICIENTS,
    AT_FACTORS,
    AT_LARGEST,
    AT_SCRATCH,
    AT_SWITCHES,
    AT_THRESHOLDS,
    AT_WEIGHTS,
    AT_X,
    COEFFICIENTS,
    FACTORISE,
    IS_SPECIES,
    N_EVENTS,
    N_PARAMETERS,
    N_ROOTS,
    N_STATES,
    N_THRESHOLDS,
    NEWTON,
    THRESHOLDS,
    WORK_SIZE,
    address_in,
    invoke,
)
from jakstat.simulation.solver.segments import begin_segment, keep_end
from jakstat.simulation.solver.switching import MOST_EVENTS, next_threshold, pass_border, start_segment

_FIRST, _GROWTH, _LAST = 1e-5, 1.5, 0.05  # the first step, as a share of the time, each after it, and the longest
_MOST_STEPS = 2000
_TINY_PIVOT = 1e-10


@njit(**OPTIONS)
def _euler_step(model, work, t, h):
    """Replace the state by that a step later; return whether it is finite. What cannot be below 0 is not."""
    n, x, y = model[N_STATES], model[AT_X], model[AT_SCRATCH]
    k, s = address_in(work, model[AT_COEFFICIENTS]), address_in(work, model[AT_SWITCHES])
    F, base, weights = model[AT_FACTORS], model[AT_BASE], model[AT_WEIGHTS]
    if not invoke(model[FACTORISE], t + h, address_in(work, x), k, s, h, address_in(work, F)) > _TINY_PIVOT:
        return False
    copy_within(work, x, base, n)
    copy_within(work, x, y, n)
    invoke(
        model[NEWTON],
        t + h,
        h,
        k,
        s,
        address_in(work, F),
        address_in(work, base),
        address_in(work, weights),
        address_in(work, y),
    )
    for m in range(n):
        if not isfinite(work[y + m]):
            return False
    for m in range(n):
        work[x + m] = max(work[y + m], 0.0) if model[model[IS_SPECIES] + m] else work[y + m]
    return True


@njit(**OPTIONS)
def _note(model, work, sizes, segment):
    """Raise what is kept of a segment to the present state."""
    for m in range(model[N_STATES]):
        size = abs(work[model[AT_X] + m])
        if isfinite(size):
            sizes[segment, m] = max(sizes[segment, m], size)


@njit(**OPTIONS)
def _run_through(model, work, segment, t, end, longest, p, sizes, tape, cursor):
    """Integrate one started segment roughly; stop where it cannot go on."""
    h = _FIRST * (end - t)
    for _ in range(_MOST_STEPS):
        border = next_threshold(model, work, t, end)
        step = min(h, border - t)
        if not step > 0.0 or not _euler_step(model, work, t, step):
            return
        at_border = step == border - t
        t = border if at_border else t + step
        _note(model, work, sizes, segment)
        if at_border and t < end and pass_border(model, work, segment, t, True, False, p, tape, cursor) == 0:
            return
        _note(model, work, sizes, segment)
        if t >= end:
            return
        h = min(h * _GROWTH, longest)


@njit(**{**OPTIONS, "no_cpython_wrapper": False})
def rough_sizes(parameters, initial_states, layout, spans, long_time, solver, model):
    """Return the largest absolute value of each state in each segment, roughly.

    Parameters
    ----------
    parameters, initial_states, layout, spans, solver, model
        As for ``solve_segments``.
    long_time : float
        After which a segment that ends in a steady state is left.

    Returns
    -------
    (segment, state), unit of the state; 0 where it is not known.
    """
    n_segments, n = parameters.shape[0], model[N_STATES]
    sizes, work = np.zeros((n_segments, n)), np.zeros(model[WORK_SIZE])
    ends = np.empty((n_segments, n + model[N_EVENTS] + model[N_THRESHOLDS] + model[N_ROOTS]))
    tape, cursor = np.empty((MOST_EVENTS + 4, width_of(n, int(solver[4])))), np.array([0, 0])
    for c in range(n_segments):
        begin_segment(model, work, layout[c, 0], initial_states, ends)
        set_scales(model, work, solver, c)
        p = address_in(parameters, c * model[N_PARAMETERS])
        invoke(model[COEFFICIENTS], p, address_in(work, model[AT_COEFFICIENTS]))
        invoke(model[THRESHOLDS], p, address_in(work, model[AT_THRESHOLDS]))
        for j in range(model[N_ROOTS]):
            work[model[AT_LARGEST] + j] = 0.0
        t, end, longest = spans[c, 0], spans[c, 1], _LAST * (spans[c, 1] - spans[c, 0])
        t = t if t > -np.inf else 0.0
        if end == np.inf:
            end, longest = t + long_time, long_time
        if start_segment(model, work, c, t, layout[c, 1], p, tape, cursor):
            _note(model, work, sizes, c)
            _run_through(model, work, c, t, end, longest, p, sizes, tape, cursor)
        keep_end(model, work, c, ends)
    return sizes
