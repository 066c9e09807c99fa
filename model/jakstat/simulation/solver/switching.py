"""Switches and events within a segment: on which side each switch is, where a root lies, what it sets off.

Compiled like the integrator. A switch is constant in every step. Those of time change at a threshold that is known
beforehand; those of states where a function g(t, x) crosses 0: the step across is shortened until it ends there. A
switch that changes may make the trigger of an event true, whose jump may set off more.
"""

from numba import njit

from jakstat.simulation.solver.integrator import (
    FAILED_NEWTON,
    OPTIONS,
    STAGES_OF,
    attempt_step,
    copy_within,
    record_happening,
)
from jakstat.simulation.solver.kernel_interface import (
    AT_BEFORE,
    AT_COEFFICIENTS,
    AT_CROSSED,
    AT_HIGH,
    AT_LARGEST,
    AT_LOW,
    AT_NOW,
    AT_ON,
    AT_ROOTS,
    AT_SWITCHES,
    AT_THRESHOLDS,
    AT_X,
    FIND_ROOTS,
    JUMPS,
    N_EVENTS,
    N_ROOTS,
    N_STATES,
    N_THRESHOLDS,
    TRIGGERS,
    address_in,
    invoke,
)
from jakstat.simulation.solver.tape import FIRST_STAGE_COLUMN, JUMP, ROOT, START, THRESHOLD

MOST_EVENTS = 100  # at one moment
_ROOT_SHARE = 1e-11  # a root is found where its function is this share of its largest value so far
_SIDE_SHARE = 1e-10  # a function this near to 0 has not changed its side
_ROOT_TRIALS = 60


@njit(**OPTIONS)
def set_time_switches(model, work, t):
    """Write the switches of time ``t``: 1 before their threshold, 0 from it on; return the first that changed or -1."""
    changed = -1
    for j in range(model[N_THRESHOLDS]):
        now = 1.0 if t < work[model[AT_THRESHOLDS] + j] else 0.0
        if now != work[model[AT_SWITCHES] + j]:
            work[model[AT_SWITCHES] + j] = now
            changed = j if changed < 0 else changed
    return changed


@njit(**OPTIONS)
def next_threshold(model, work, t, end):
    """Return the first threshold after ``t`` and before ``end``, or ``end``."""
    border = end
    for j in range(model[N_THRESHOLDS]):
        threshold = work[model[AT_THRESHOLDS] + j]
        if t < threshold < border:
            border = threshold
    return border


@njit(**OPTIONS)
def _find_roots(model, work, t, x):
    """Write the functions of the states' switches at the state whose address is ``x``."""
    k, s = address_in(work, model[AT_COEFFICIENTS]), address_in(work, model[AT_SWITCHES])
    invoke(model[FIND_ROOTS], t, x, k, s, address_in(work, model[AT_ROOTS]))


@njit(**OPTIONS)
def _find_roots_at_end(model, work, t, method, tape, line):
    """Write the functions of the states' switches at the end of the step on a line."""
    end = line * tape.shape[1] + FIRST_STAGE_COLUMN + (STAGES_OF[method] - 2) * model[N_STATES]
    _find_roots(model, work, t, address_in(tape, end))


@njit(**OPTIONS)
def _set_state_switches(model, work, t):
    """Write the switches of the states by the sign of their function; one that is next to 0 stays."""
    if model[N_ROOTS] == 0:
        return
    _find_roots(model, work, t, address_in(work, model[AT_X]))
    first = model[AT_SWITCHES] + model[N_THRESHOLDS]
    for j in range(model[N_ROOTS]):
        value, largest = work[model[AT_ROOTS] + j], work[model[AT_LARGEST] + j]
        if abs(value) > _SIDE_SHARE * largest or largest == 0.0:
            work[first + j] = 1.0 if value >= 0.0 else 0.0
            work[model[AT_LARGEST] + j] = max(largest, abs(value))


@njit(**OPTIONS)
def _has_crossed(model, work, j, value):
    """Whether switch ``j`` of the states is on the wrong side of its root at this value of its function."""
    near = _SIDE_SHARE * work[model[AT_LARGEST] + j]
    return value < -near if work[model[AT_SWITCHES] + model[N_THRESHOLDS] + j] > 0.5 else value > near


@njit(**OPTIONS)
def _mark_crossed(model, work):
    """Write which functions have crossed 0; return whether one has."""
    some = False
    for j in range(model[N_ROOTS]):
        crossed = _has_crossed(model, work, j, work[model[AT_ROOTS] + j])
        work[model[AT_CROSSED] + j] = 1.0 if crossed else 0.0
        some = some or crossed
    return some


@njit(**OPTIONS)
def _reaches_root(model, work):
    """Whether a trial step goes across a root, or ends next to one that the whole step crosses."""
    for j in range(model[N_ROOTS]):
        value = work[model[AT_ROOTS] + j]
        near = abs(value) <= _ROOT_SHARE * work[model[AT_LARGEST] + j]
        if _has_crossed(model, work, j, value) or (work[model[AT_CROSSED] + j] > 0.5 and near):
            return True
    return False


@njit(**OPTIONS)
def _nearest_root(model, work):
    """Return where between the ends of a trial the first root lies by a straight line, as a share."""
    share = 1.0
    for j in range(model[N_ROOTS]):
        before, after = work[model[AT_LOW] + j], work[model[AT_HIGH] + j]
        if _has_crossed(model, work, j, after):
            share = min(share, before / (before - after))
    return min(max(share, 0.01), 0.99)


@njit(**OPTIONS)
def _is_found(model, work):
    """Whether each function that has crossed at the trial's end is next to its root."""
    for j in range(model[N_ROOTS]):
        value = work[model[AT_HIGH] + j]
        far = abs(value) > 10.0 * _ROOT_SHARE * work[model[AT_LARGEST] + j]
        if far and _has_crossed(model, work, j, value):
            return False
    return True


@njit(**OPTIONS)
def _step_to_root(model, work, t, step, tolerance, method, tape, line):
    """Shorten ``step`` until it ends on the first root; return its size, or 0 where a trial failed.

    On return the stages on the line are those of the step, and the functions those at its end.
    """
    low, high, roots, count = 0.0, step, model[AT_ROOTS], model[N_ROOTS]
    copy_within(work, roots, model[AT_HIGH], count)
    _find_roots(model, work, t, address_in(work, model[AT_X]))
    copy_within(work, roots, model[AT_LOW], count)
    for number in range(_ROOT_TRIALS):
        if high - low <= 1e-14 * max(abs(t), high) or _is_found(model, work):
            break
        share = 0.5 if number % 3 == 2 else _nearest_root(model, work)
        trial = low + share * (high - low)
        if attempt_step(model, work, t, trial, 0.0, tolerance, method, tape, line) == FAILED_NEWTON:
            return 0.0
        _find_roots_at_end(model, work, t + trial, method, tape, line)
        if _reaches_root(model, work):
            high = trial
            copy_within(work, roots, model[AT_HIGH], count)
        else:
            low = trial
            copy_within(work, roots, model[AT_LOW], count)
    if attempt_step(model, work, t, high, 0.0, tolerance, method, tape, line) == FAILED_NEWTON:
        return 0.0
    _find_roots_at_end(model, work, t + high, method, tape, line)
    return high


@njit(**OPTIONS)
def shorten_to_root(model, work, t, step, tolerance, method, tape, line):
    """Return the step cut to the first root that it crosses (0: a trial failed; minus the step: it crosses one)."""
    _find_roots_at_end(model, work, t + step, method, tape, line)
    crosses = _mark_crossed(model, work)
    if crosses:
        step = _step_to_root(model, work, t, step, tolerance, method, tape, line)
    for j in range(model[N_ROOTS]):
        place = model[AT_LARGEST] + j
        work[place] = max(work[place], abs(work[model[AT_ROOTS] + j]))
    return -step if crosses else step


@njit(**OPTIONS)
def _flip_switches(model, work):
    """Flip the switches that crossed in this step and whose root is here; return the first of them, or -1."""
    first = -1
    for j in range(model[N_ROOTS]):
        near = abs(work[model[AT_ROOTS] + j]) <= 10.0 * _SIDE_SHARE * work[model[AT_LARGEST] + j]
        if near and work[model[AT_CROSSED] + j] > 0.5:
            place = model[AT_SWITCHES] + model[N_THRESHOLDS] + j
            work[place] = 1.0 - work[place]
            first = j if first < 0 else first
    return first


@njit(**OPTIONS)
def _next_event(model, work):
    """Return the first event whose trigger has become true, or -1; triggers that are false can become true again."""
    k, s = address_in(work, model[AT_COEFFICIENTS]), address_in(work, model[AT_SWITCHES])
    invoke(model[TRIGGERS], k, s, address_in(work, model[AT_NOW]))
    first = -1
    for event in range(model[N_EVENTS]):
        if work[model[AT_NOW] + event] < 0.5:
            work[model[AT_ON] + event] = 0.0
        elif work[model[AT_ON] + event] < 0.5 and first < 0:
            first = event
    return first


@njit(**OPTIONS)
def _jump(model, work, t, number, p):
    """Let a jump change the state; the one before it is kept."""
    copy_within(work, model[AT_X], model[AT_BEFORE], model[N_STATES])
    before, after = address_in(work, model[AT_BEFORE]), address_in(work, model[AT_X])
    invoke(model[model[JUMPS] + number], t, before, p, after)


@njit(**OPTIONS)
def _fire_events(model, work, segment, t, p, tape, cursor):
    """Let events whose trigger has become true change the state, and what follows from that; return whether it ends."""
    if model[N_EVENTS] == 0:
        return True
    for _ in range(MOST_EVENTS):
        event = _next_event(model, work)
        if event < 0:
            return True
        work[model[AT_ON] + event] = 1.0
        _jump(model, work, t, event, p)
        _set_state_switches(model, work, t)
        record_happening(model, work, tape, cursor, segment, t, JUMP, event, model[AT_BEFORE], model[AT_X])
    return False


@njit(**OPTIONS)
def start_segment(model, work, segment, t, number, p, tape, cursor):
    """Apply the jump of the segment's condition, set the switches, let events happen; return whether they end."""
    if number >= 0:
        _jump(model, work, t, number, p)
    else:
        copy_within(work, model[AT_X], model[AT_BEFORE], model[N_STATES])
    set_time_switches(model, work, t)
    _set_state_switches(model, work, t)
    record_happening(model, work, tape, cursor, segment, t, START, number, model[AT_BEFORE], model[AT_X])
    return _fire_events(model, work, segment, t, p, tape, cursor)


@njit(**OPTIONS)
def pass_border(model, work, segment, t, at_threshold, at_root, p, tape, cursor):
    """Change the switches whose border a step ended on and let events happen.

    Returns -1 where no switch changed, 1 where one did, 0 where events set each other off without end.
    """
    kind, number = ROOT, -1
    if at_root:
        number = _flip_switches(model, work)
    if at_threshold:
        changed = set_time_switches(model, work, t)
        if number < 0:
            kind, number = THRESHOLD, changed
    if number < 0:
        return -1
    record_happening(model, work, tape, cursor, segment, t, kind, number, model[AT_X], model[AT_X])
    return 1 if _fire_events(model, work, segment, t, p, tape, cursor) else 0
