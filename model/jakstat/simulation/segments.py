"""Integration of all segments of a problem: where they start, what happens within them, what they hand on.

Compiled like the integrator. A segment is a stretch of time with fixed parameters: a period of an experiment. It starts
from an initial state or from the end of another segment, after the jump of its condition; experiments whose first
periods are alike share them. Within a segment steps end on output times, thresholds and roots of switches. A segment
that ends at infinity ends in a steady state.
"""

import numpy as np
from numba import njit

from jakstat.simulation.integrator import (
    FAILED_NEWTON,
    OPTIONS,
    STAGES,
    STEADY,
    STEP,
    attempt_step,
    bits_of,
    copy_to,
    first_step,
    new_work,
    norm,
    record_happening,
    record_output,
    record_step,
    set_weights,
    step_after_rejection,
    step_after_success,
    step_within,
    width_of,
    with_room,
)
from jakstat.simulation.kernel_interface import (
    AUTONOMOUS,
    COEFFICIENTS,
    INITIALLY_ON,
    JACOBIAN,
    N_EVENTS,
    N_STATES,
    RHS,
    THRESHOLDS,
    invoke,
)
from jakstat.simulation.steady_state import (
    NOT_YET,
    SOLVED,
    is_below_zero,
    is_unstable,
    newton_steady_state,
)
from jakstat.simulation.switching import (
    MOST_EVENTS,
    find_roots,
    is_any,
    mark_crossed,
    next_threshold,
    pass_border,
    start_segment,
    step_to_root,
)

SUCCESS, TOO_MANY_STEPS, STEP_TOO_SMALL, NEWTON_FAILED, NOT_FINITE = 0, 1, 2, 3, 4
NO_STEADY_STATE, UNSTABLE_STEADY_STATE, NEGATIVE_STEADY_STATE, TOO_MANY_EVENTS = 5, 6, 7, 8
_LARGEST_SPEED = 1e200  # of a rate, in tolerances a unit of time: beyond that nothing is solved
_ROOM = MOST_EVENTS + 4  # lines that one step may add to the tape


@njit(**OPTIONS)
def _find_steady_state(work, taken, elapsed, t, rtol, atol):
    """Return NOT_YET, SOLVED (the state is in ``work.base``), 2 where integration stands still, or minus a status."""
    speed = norm(work.K[0], work.weights)
    still = speed == 0.0 or (taken >= 20 and speed * elapsed <= 0.1)
    due = taken >= 8 and taken & (taken - 1) == 0
    if work.model[AUTONOMOUS] and (still or due):
        found = newton_steady_state(work, t, rtol, atol)
        set_weights(work.x, rtol, atol, work.weights)
        if found == SOLVED and not is_unstable(work, t, work.base):
            return SOLVED
        if found == SOLVED and still:
            return -UNSTABLE_STEADY_STATE
    if still and is_below_zero(work, rtol, atol):
        return -NEGATIVE_STEADY_STATE
    return 2 * SOLVED if still else NOT_YET


@njit(**OPTIONS)
def _settle(work, outcome, segment, t, tape, cursor):
    """Take the steady state that Newton's method found in place of the steps that led to it."""
    if outcome != SOLVED:
        return
    while cursor[0] > 0 and tape.shape[0] > 0 and tape[cursor[0] - 1, 5] == STEP and tape[cursor[0] - 1, 3] < 0.0:
        cursor[0] -= 1
    record_happening(tape, cursor, segment, t, bits_of(work.s), STEADY, 0, work.x, work.base)
    copy_to(work.base, work.x)


@njit(**OPTIONS)
def _shorten_to_root(work, t, step, tolerance, crossed):
    """Return the step cut to the first root that it crosses (0: a trial failed); ``crossed`` says of which functions."""
    find_roots(work, t + step, work.Y[STAGES - 1])
    if mark_crossed(work, crossed):
        step = step_to_root(work, t, step, tolerance, crossed)
    for j in range(crossed.shape[0]):
        work.largest[j] = max(work.largest[j], abs(work.g[j]))
    return step


@njit(**OPTIONS)
def _advance(work, Y, K):
    """Make the end of a step the start of the next."""
    for m in range(work.x.shape[0]):
        work.x[m] = Y[STAGES - 1, m]
        K[0, m] = K[STAGES - 1, m]


@njit(**OPTIONS)
def _reach_row(x, row, states, tape, cursor):
    """Store the state of an output row."""
    for m in range(x.shape[0]):
        states[row, m] = x[m]
    record_output(tape, cursor, row)


@njit(**OPTIONS)
def _integrate(  # noqa: C901, PLR0915 - the one loop; what it calls is split off above
    work, segment, t, end, p, times, row, last, solver, states, tape, cursor
):
    """Integrate one started segment to its end over output rows row..last-1; return status and tape."""
    rtol, atol, max_steps, newton_tolerance = solver[0], solver[1], solver[2], solver[3]
    model, x, k, s, K, weights = work.model, work.x, work.k, work.s, work.K, work.weights
    roots = work.g.shape[0]
    crossed = np.zeros(roots, dtype=np.bool_)
    began = t
    rate = K[0]
    invoke(model[RHS], t, x, k, s, rate)
    set_weights(x, rtol, atol, weights)
    if not norm(rate, weights) < _LARGEST_SPEED:
        return NOT_FINITE, tape
    h = first_step(work, t, end - t)
    border, error, error_before, rejected = next_threshold(t, end, work.threshold), 1.0, 1.0, False
    for taken in range(int(max_steps)):
        target = min(times[row], border) if row < last else border
        if end == np.inf and target == np.inf and not rejected:
            outcome = _find_steady_state(work, taken, t - began, t, rtol, atol)
            if outcome < 0:
                return -outcome, tape
            if outcome != NOT_YET:
                _settle(work, outcome, segment, t, tape, cursor)
                if row < last:
                    _reach_row(x, row, states, tape, cursor)
                return SUCCESS, tape
        step = step_within(h, target - t)
        if step <= 1e-14 * max(abs(t), abs(target) if target < np.inf else 0.0):
            return (NEWTON_FAILED if error < 0.0 else STEP_TOO_SMALL), tape
        if not rejected:
            invoke(model[JACOBIAN], t, x, k, s, work.J)
        error = attempt_step(work, t, step, newton_tolerance)
        if not 0.0 <= error <= 1.0:
            h, rejected = step_after_rejection(step, error), True
            continue
        reached, crosses = step == target - t, False
        if roots > 0:
            shorter = _shorten_to_root(work, t, step, newton_tolerance, crossed)
            if shorter == 0.0:
                h, error, rejected = 0.25 * step, FAILED_NEWTON, True
                continue
            crosses = is_any(crossed)
            reached = reached and shorter == step
            step = shorter
        h = step_after_success(step, h, error, error_before, rejected)
        error_before, rejected = max(error, 1e-4), False
        tape = with_room(tape, cursor[0], _ROOM)
        record_step(tape, cursor, segment, t, step, bits_of(s), work.Y)
        t = target if reached else t + step
        _advance(work, work.Y, K)
        at_threshold = reached and t >= border and t < end
        if crosses or at_threshold:
            passed = pass_border(work, segment, t, at_threshold, crosses, crossed, p, tape, cursor)
            if passed == 0:
                return TOO_MANY_EVENTS, tape
            border = next_threshold(t, end, work.threshold)
            if passed > 0:
                invoke(model[RHS], t, x, k, s, rate)
                set_weights(x, rtol, atol, weights)
                if model[N_EVENTS] > 0:
                    h = min(h, first_step(work, t, end - t))
        if reached and row < last and times[row] <= t:
            _reach_row(x, row, states, tape, cursor)
            row += 1
        if t >= end:
            return SUCCESS, tape
        set_weights(x, rtol, atol, weights)
    return (NO_STEADY_STATE if end == np.inf else TOO_MANY_STEPS), tape


@njit(**OPTIONS)
def _solve_segment(work, segment, number, start, end, p, times, first, last, solver, states, tape, cursor):
    """Start a segment from the state in ``work`` and integrate it; return status and tape."""
    invoke(work.model[COEFFICIENTS], p, work.k)
    invoke(work.model[THRESHOLDS], p, work.threshold)
    for j in range(work.largest.shape[0]):
        work.largest[j] = 0.0
    t = start if start > -np.inf else 0.0
    tape = with_room(tape, cursor[0], _ROOM)
    if not start_segment(work, segment, t, number, p, tape, cursor):
        return TOO_MANY_EVENTS, tape
    row = first
    if row < last and times[row] <= t:
        _reach_row(work.x, row, states, tape, cursor)
        row += 1
    if end <= t:
        return SUCCESS, tape
    return _integrate(work, segment, t, end, p, times, row, last, solver, states, tape, cursor)


@njit(**{**OPTIONS, "no_cpython_wrapper": False})
def solve_segments(parameters, initial_states, layout, spans, times, solver, model, recording):
    """Integrate every segment.

    Parameters
    ----------
    parameters : (segment, parameter)
    initial_states : (root, state)
    layout : (segment, 4), int64
        Origin (number of an earlier segment, or -1 - number of a root), number of the jump at its start (or -1), first
        output row and the one after the last.
    spans : (segment, 2)
        Start (-inf: time 0, with a steady state as end) and end (inf: a steady state).
    times : (row,), output times, increasing within a segment; inf asks for the steady state
    solver : rtol, atol, most steps of a segment, Newton tolerance as a share of the error tolerance
    model : int64, see ``kernel_interface``
    recording : bool, whether the tape is written

    Returns
    -------
    states : (row, state); NaN in the rows of a failed segment and of what starts from it
    tape : (line, column), see the integrator; no lines where it is not written
    status : (segment,), int64, see SolveStatus
    """
    n_segments, n, n_events = parameters.shape[0], model[N_STATES], model[N_EVENTS]
    states, nowhere = np.full((times.shape[0], n), np.nan), np.full(n, np.nan)
    status = np.zeros(n_segments, dtype=np.int64)
    work = new_work(model)
    ends, on = np.empty((n_segments, n)), np.empty((n_segments, n_events))
    switches, no_switches = np.zeros((n_segments, work.s.shape[0])), np.zeros(work.s.shape[0])
    tape = np.empty((64 * n_segments + _ROOM if recording else 0, width_of(n)))
    cursor = np.zeros(1, dtype=np.int64)
    for c in range(n_segments):
        origin, number, first, last = layout[c, 0], layout[c, 1], layout[c, 2], layout[c, 3]
        if origin >= 0:
            status[c] = status[origin]
            copy_to(ends[origin], work.x)
            copy_to(on[origin], work.on)
            copy_to(switches[origin], work.s)
        else:
            copy_to(initial_states[-1 - origin], work.x)
            copy_to(model[model[INITIALLY_ON] : model[INITIALLY_ON] + n_events], work.on)
            copy_to(no_switches, work.s)
        if status[c] == SUCCESS:
            status[c], tape = _solve_segment(work, c, number, spans[c, 0], spans[c, 1], parameters[c], times, first,
                                             last, solver, states, tape, cursor)  # fmt: skip
        copy_to(work.x, ends[c])
        copy_to(work.on, on[c])
        copy_to(work.s, switches[c])
        if status[c] != SUCCESS:
            for row in range(first, last):
                copy_to(nowhere, states[row])
    return states, tape[: cursor[0]], status
