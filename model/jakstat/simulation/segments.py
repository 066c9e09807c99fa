"""Integration of all segments of a problem: where they start, what happens within them, what they hand on.

Not imported as it stands: :mod:`jakstat.simulation.kernel_cache` stores this text beside a model's generated kernels.

A segment is a stretch of time with fixed parameters: a period of an experiment. It starts from an initial state or
from the end of another segment, after the jump of its condition; experiments whose first periods are alike share them.
Within a segment steps end on output times, thresholds and roots of switches. A switch that changes may set off events,
whose jumps may set off more. A segment that ends at infinity ends in a steady state.
"""

import numpy as np
from numba import njit

from jakstat.simulation.integrator import (
    FAILED_NEWTON,
    JUMP,
    N_SWITCHES,
    ROOT,
    STAGES,
    START,
    STEADY,
    STEP,
    THRESHOLD,
    WIDTH,
    attempt_step,
    bits_of,
    first_step,
    norm,
    record_happening,
    record_step,
    set_weights,
    step_after_rejection,
    step_after_success,
    step_within,
)
from jakstat.simulation.kernel_interface import (
    AUTONOMOUS,
    INITIALLY_ON,
    N_COEFFICIENTS,
    N_EVENTS,
    N_FACTORS,
    N_JACOBIAN,
    N_ROOTS,
    N_STATES,
    N_THRESHOLDS,
    coefficients,
    jacobian,
    jump,
    rhs,
    roots,
    thresholds,
    triggers,
)
from jakstat.simulation.steady_state import (
    NOT_YET,
    SOLVED,
    is_below_zero,
    is_unstable,
    newton_steady_state,
)

SUCCESS, TOO_MANY_STEPS, STEP_TOO_SMALL, NEWTON_FAILED, NOT_FINITE = 0, 1, 2, 3, 4
NO_STEADY_STATE, UNSTABLE_STEADY_STATE, NEGATIVE_STEADY_STATE, TOO_MANY_EVENTS = 5, 6, 7, 8
_MOST_EVENTS = 100  # at one moment
_ROOT_SHARE = 1e-11  # a root is found where its function is this share of its largest value so far
_SIDE_SHARE = 1e-10  # a function this near to 0 has not changed its side
_ROOT_TRIALS = 60

_OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"contract", "nsz", "arcp", "reassoc"}}


@njit(**_OPTIONS)
def _set_time_switches(t, threshold, s):
    """Write the switches of time ``t``: 1 before their threshold, 0 from it on; return the first that changed or -1."""
    changed = -1
    for j in range(N_THRESHOLDS):
        now = 1.0 if t < threshold[j] else 0.0
        if now != s[j]:
            s[j] = now
            changed = j if changed < 0 else changed
    return changed


@njit(**_OPTIONS)
def _next_threshold(t, end, threshold):
    """Return the first threshold after ``t`` and before ``end``, or ``end``."""
    border = end
    for j in range(N_THRESHOLDS):
        if t < threshold[j] < border:
            border = threshold[j]
    return border


@njit(**_OPTIONS)
def _set_state_switches(t, x, k, s, g, largest):
    """Write the switches of the states by the sign of their function; one that is next to 0 stays."""
    roots(t, x, k, s, g)
    for j in range(N_ROOTS):
        if abs(g[j]) > _SIDE_SHARE * largest[j] or largest[j] == 0.0:
            s[N_THRESHOLDS + j] = 1.0 if g[j] >= 0.0 else 0.0
            largest[j] = max(largest[j], abs(g[j]))


@njit(**_OPTIONS)
def _has_crossed(j, g, s, largest):
    """Whether switch ``j`` of the states is on the wrong side of its root."""
    near = _SIDE_SHARE * largest[j]
    return g[j] < -near if s[N_THRESHOLDS + j] > 0.5 else g[j] > near


@njit(**_OPTIONS)
def _some_crossed(g, s, largest):
    for j in range(N_ROOTS):
        if _has_crossed(j, g, s, largest):
            return True
    return False


@njit(**_OPTIONS)
def _nearest_root(before, after, s, largest):
    """Return where in the interval, as a share, the first root lies by a straight line."""
    share = 1.0
    for j in range(N_ROOTS):
        if _has_crossed(j, after, s, largest):
            share = min(share, before[j] / (before[j] - after[j]))
    return min(max(share, 0.01), 0.99)


@njit(**_OPTIONS)
def _is_found(g, s, largest):
    """Whether each function that has crossed is next to its root."""
    for j in range(N_ROOTS):
        if _has_crossed(j, g, s, largest) and abs(g[j]) > _ROOT_SHARE * 10.0 * largest[j]:
            return False
    return True


@njit(**_OPTIONS)
def _step_to_root(t, step, x, k, s, J, F, K, Y, weights, tolerance, base, residual, g, crossed,
                  largest):  # fmt: skip
    """Shorten ``step`` until it ends on the first root; return its size, or 0 where a trial failed.

    On return Y and K are those of the step, and ``g`` the functions at its end.
    """
    low, high = 0.0, step
    at_low, at_high = np.empty(N_ROOTS), g.copy()
    roots(t, x, k, s, at_low)
    for trial_number in range(_ROOT_TRIALS):
        if high - low <= 1e-14 * max(abs(t), high) or _is_found(at_high, s, largest):
            break
        share = 0.5 if trial_number % 3 == 2 else _nearest_root(at_low, at_high, s, largest)
        trial = low + share * (high - low)
        if attempt_step(t, trial, x, k, s, J, F, K, Y, weights, tolerance, base, residual) == FAILED_NEWTON:
            return 0.0
        roots(t + trial, Y[STAGES - 1], k, s, g)
        if _some_crossed(g, s, largest) or _touches(g, crossed, largest):
            high = trial
            at_high[:] = g
        else:
            low = trial
            at_low[:] = g
    if attempt_step(t, high, x, k, s, J, F, K, Y, weights, tolerance, base, residual) == FAILED_NEWTON:
        return 0.0
    roots(t + high, Y[STAGES - 1], k, s, g)
    return high


@njit(**_OPTIONS)
def _touches(g, crossed, largest):
    """Whether a function that crosses in the whole step is next to its root, on whatever side."""
    for j in range(N_ROOTS):
        if crossed[j] and abs(g[j]) <= _ROOT_SHARE * largest[j]:
            return True
    return False


@njit(**_OPTIONS)
def _fire_events(segment, t, x, p, k, s, on, largest, g, work, tape, used, recording):
    """Let events whose trigger has become true change the state, and what follows from that; return tape and status."""
    now = np.empty(N_EVENTS)
    fired = 0
    event = 0
    triggers(k, s, now)
    while event < N_EVENTS:
        if now[event] > 0.5 and on[event] < 0.5:
            on[event] = 1.0
            jump(event, t, x, p, work)
            if recording:
                tape = record_happening(tape, used, segment, t, bits_of(s), JUMP, event, x, work)
            for m in range(N_STATES):
                x[m] = work[m]
            _set_state_switches(t, x, k, s, g, largest)
            if recording:
                tape[used, 4] = bits_of(s)
                used += 1
            triggers(k, s, now)
            fired += 1
            if fired > _MOST_EVENTS:
                return tape, used, TOO_MANY_EVENTS
            event = -1
        elif now[event] < 0.5:
            on[event] = 0.0
        event += 1
    return tape, used, SUCCESS


@njit(**_OPTIONS)
def _start(segment, t, number, x, p, k, s, on, threshold, largest, g, work, tape, used, recording):
    """Apply the jump of the segment's condition, set the switches and let events happen; return tape and status."""
    before = x.copy()
    if number >= 0:
        jump(number, t, before, p, x)
    _set_time_switches(t, threshold, s)
    if N_ROOTS > 0:
        _set_state_switches(t, x, k, s, g, largest)
    if recording:
        tape = record_happening(tape, used, segment, t, bits_of(s), START, number, before, x)
        used += 1
    if N_EVENTS > 0:
        return _fire_events(segment, t, x, p, k, s, on, largest, g, work, tape, used, recording)
    return tape, used, SUCCESS


@njit(**_OPTIONS)
def _switch(segment, t, kind, number, x, p, k, s, on, largest, g, work, tape, used, recording):
    """Record that a switch has changed and let events happen; return tape and status."""
    if recording:
        tape = record_happening(tape, used, segment, t, bits_of(s), kind, number, x, x)
        used += 1
    if N_EVENTS > 0:
        return _fire_events(segment, t, x, p, k, s, on, largest, g, work, tape, used, recording)
    return tape, used, SUCCESS


@njit(**_OPTIONS)
def _flip_switches(g, s, crossed, largest):
    """Flip the switches that crossed in this step and whose root is here; return the first of them, or -1."""
    first = -1
    for j in range(N_ROOTS):
        if crossed[j] and abs(g[j]) <= 10.0 * _SIDE_SHARE * largest[j]:
            s[N_THRESHOLDS + j] = 1.0 - s[N_THRESHOLDS + j]
            first = j if first < 0 else first
    return first


@njit(**_OPTIONS)
def _find_steady_state(taken, elapsed, t, x, k, s, K, weights, rtol, atol, J, y, work):
    """Return NOT_YET, SOLVED (the state is in ``y``), or minus a status; integration that stands still is SUCCESS."""
    speed = norm(K[0], weights)
    still = speed == 0.0 or (taken >= 20 and speed * elapsed <= 0.1)
    due = taken >= 8 and taken & (taken - 1) == 0
    if AUTONOMOUS and (still or due):
        found = newton_steady_state(t, x, k, s, rtol, atol, J, y, work, weights)
        set_weights(x, rtol, atol, weights)
        if found == SOLVED and not is_unstable(t, y, k, s, J):
            return SOLVED
        if found == SOLVED and still:
            return -UNSTABLE_STEADY_STATE
    if still and is_below_zero(x, rtol, atol):
        return -NEGATIVE_STEADY_STATE
    return 2 * SOLVED if still else NOT_YET


@njit(**_OPTIONS)
def _last_kept(tape, used):
    """Return how many lines stay where a steady state takes the place of the steps that led to it."""
    while used > 0 and tape[used - 1, 5] == STEP and tape[used - 1, 3] < 0.0:
        used -= 1
    return used


@njit(**_OPTIONS)
def _integrate(  # noqa: C901, PLR0915 - the one loop; what it calls is split off above
    segment, t, end, x, p, k, s, on, threshold, largest, times, row, last, solver, states, tape, used, recording
):
    """Integrate one started segment to its end over output rows row..last-1; return status, tape and its lines."""
    rtol, atol, max_steps, newton_tolerance = solver[0], solver[1], solver[2], solver[3]
    K, Y = np.empty((STAGES, N_STATES)), np.empty((STAGES, N_STATES))
    J, F, g, crossed = np.empty(N_JACOBIAN), np.empty(N_FACTORS), np.empty(N_ROOTS), np.zeros(N_ROOTS, dtype=np.bool_)
    weights, base, residual = np.empty(N_STATES), np.empty(N_STATES), np.empty(N_STATES)
    began = t
    rhs(t, x, k, s, K[0])
    set_weights(x, rtol, atol, weights)
    if not norm(K[0], weights) < 1e200:
        return NOT_FINITE, tape, used
    h = first_step(t, x, k, s, K, weights, end - t, base, residual)
    border, error, error_before, rejected = _next_threshold(t, end, threshold), 1.0, 1.0, False
    for taken in range(int(max_steps)):
        target = min(times[row], border) if row < last else border
        if end == np.inf and target == np.inf and not rejected:
            outcome = _find_steady_state(taken, t - began, t, x, k, s, K, weights, rtol, atol, J, base, residual)
            if outcome < 0:
                return -outcome, tape, used
            if outcome != NOT_YET:
                if outcome == SOLVED:
                    if recording:
                        used = _last_kept(tape, used)
                        tape = record_happening(tape, used, segment, t, bits_of(s), STEADY, 0, x, base)
                        used += 1
                    for m in range(N_STATES):
                        x[m] = base[m]
                if row < last:
                    states[row] = x
                    if recording:
                        tape[used - 1, 3] = row
                return SUCCESS, tape, used
        step = step_within(h, target - t)
        if step <= 1e-14 * max(abs(t), abs(target) if target < np.inf else 0.0):
            return (NEWTON_FAILED if error < 0.0 else STEP_TOO_SMALL), tape, used
        if not rejected:
            jacobian(t, x, k, s, J)
        error = attempt_step(t, step, x, k, s, J, F, K, Y, weights, newton_tolerance, base, residual)
        if not 0.0 <= error <= 1.0:
            h, rejected = step_after_rejection(step, error), True
            continue
        flipped = False
        reached = step == target - t
        if N_ROOTS > 0:
            roots(t + step, Y[STAGES - 1], k, s, g)
            for j in range(N_ROOTS):
                crossed[j] = _has_crossed(j, g, s, largest)
                flipped = flipped or crossed[j]
            if flipped:
                shorter = _step_to_root(t, step, x, k, s, J, F, K, Y, weights, newton_tolerance, base, residual, g,
                                        crossed, largest)  # fmt: skip
                if shorter == 0.0:
                    h, error, rejected = 0.25 * step, FAILED_NEWTON, True
                    continue
                reached = reached and shorter == step
                step = shorter
            for j in range(N_ROOTS):
                largest[j] = max(largest[j], abs(g[j]))
        h = step_after_success(step, h, error, error_before, rejected)
        error_before, rejected = max(error, 1e-4), False
        if recording:
            tape = record_step(tape, used, segment, t, step, bits_of(s), Y)
            used += 1
        t = target if reached else t + step
        for m in range(N_STATES):
            x[m] = Y[STAGES - 1, m]
            K[0, m] = K[STAGES - 1, m]
        kind, number = THRESHOLD, -1
        if flipped:
            kind, number = ROOT, _flip_switches(g, s, crossed, largest)
        if reached and t >= border and t < end:
            changed = _set_time_switches(t, threshold, s)
            kind, number = (THRESHOLD, changed) if number < 0 else (kind, number)
        if number >= 0:
            tape, used, status = _switch(segment, t, kind, number, x, p, k, s, on, largest, g, residual, tape, used,
                                         recording)  # fmt: skip
            if status != SUCCESS:
                return status, tape, used
            rhs(t, x, k, s, K[0])
            border = _next_threshold(t, end, threshold)
            set_weights(x, rtol, atol, weights)
            if N_EVENTS > 0:
                h = min(h, first_step(t, x, k, s, K, weights, end - t, base, residual))
        if reached and row < last and times[row] <= t:
            states[row] = x
            if recording:
                tape[used - 1, 3] = row
            row += 1
        if t >= end:
            return SUCCESS, tape, used
        set_weights(x, rtol, atol, weights)
    return (NO_STEADY_STATE if end == np.inf else TOO_MANY_STEPS), tape, used


@njit(**_OPTIONS)
def _solve_segment(
    segment, number, start, end, x, s, on, p, times, first, last, solver, states, tape, used, recording
):
    """Start a segment from the state ``x`` and integrate it; ``x``, ``s`` and ``on`` become those of its end."""
    k, threshold = np.empty(N_COEFFICIENTS), np.empty(N_THRESHOLDS)
    largest, g, work = np.zeros(N_ROOTS), np.empty(N_ROOTS), np.empty(N_STATES)
    coefficients(p, k)
    thresholds(p, threshold)
    t = start if start > -np.inf else 0.0
    tape, used, status = _start(segment, t, number, x, p, k, s, on, threshold, largest, g, work, tape, used, recording)
    if status != SUCCESS:
        return status, tape, used
    row = first
    if row < last and times[row] <= t:
        states[row] = x
        if recording:
            tape[used - 1, 3] = row
        row += 1
    if end <= t:
        return SUCCESS, tape, used
    return _integrate(
        segment, t, end, x, p, k, s, on, threshold, largest, times, row, last, solver, states, tape, used, recording
    )


@njit(**_OPTIONS)
def solve_segments(parameters, initial_states, layout, spans, times, solver, recording):
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
    recording : bool, whether the tape is written

    Returns
    -------
    states : (row, state); NaN in the rows of a failed segment and of what starts from it
    tape : (line, column), see the integrator; its unused end is cut
    status : (segment,), int64, see SolveStatus
    """
    n_segments = parameters.shape[0]
    states = np.full((times.shape[0], N_STATES), np.nan)
    status = np.zeros(n_segments, dtype=np.int64)
    ends, on = np.empty((n_segments, N_STATES)), np.empty((n_segments, N_EVENTS))
    switches = np.zeros((n_segments, N_SWITCHES))
    tape = np.empty((64 * n_segments if recording else 1, WIDTH))
    used = 0
    for c in range(n_segments):
        origin, number, first, last = layout[c]
        if origin >= 0:
            ends[c], on[c], switches[c], status[c] = ends[origin], on[origin], switches[origin], status[origin]
        else:
            ends[c], on[c] = initial_states[-1 - origin], INITIALLY_ON
        if status[c] == SUCCESS:
            status[c], tape, used = _solve_segment(
                c, number, spans[c, 0], spans[c, 1], ends[c], switches[c], on[c], parameters[c], times, first, last,
                solver, states, tape, used, recording,
            )  # fmt: skip
        if status[c] != SUCCESS:
            states[first:last] = np.nan
    return states, tape[:used].copy(), status
