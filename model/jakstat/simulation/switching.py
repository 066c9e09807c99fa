"""Switches and events within a segment: which side of its border each switch is on, where a root lies, what it sets off.

Compiled like the integrator. A switch is constant in every step. Those of time change at a threshold that is known
beforehand; those of states where a function g(t, x) crosses 0: the step across is shortened until it ends there. A
switch that changes may make the trigger of an event true, whose jump may set off more.
"""

import numpy as np
from numba import njit

from jakstat.simulation.integrator import (
    FAILED_NEWTON,
    JUMP,
    OPTIONS,
    ROOT,
    STAGES,
    START,
    THRESHOLD,
    attempt_step,
    bits_of,
    copy_to,
    record_happening,
)
from jakstat.simulation.kernel_interface import FIND_ROOTS, JUMPS, TRIGGERS, invoke

MOST_EVENTS = 100  # at one moment
_ROOT_SHARE = 1e-11  # a root is found where its function is this share of its largest value so far
_SIDE_SHARE = 1e-10  # a function this near to 0 has not changed its side
_ROOT_TRIALS = 60


@njit(**OPTIONS)
def set_time_switches(work, t):
    """Write the switches of time ``t``: 1 before their threshold, 0 from it on; return the first that changed or -1."""
    changed = -1
    for j in range(work.threshold.shape[0]):
        now = 1.0 if t < work.threshold[j] else 0.0
        if now != work.s[j]:
            work.s[j] = now
            changed = j if changed < 0 else changed
    return changed


@njit(**OPTIONS)
def next_threshold(t, end, threshold):
    """Return the first threshold after ``t`` and before ``end``, or ``end``."""
    border = end
    for j in range(threshold.shape[0]):
        if t < threshold[j] < border:
            border = threshold[j]
    return border


@njit(**OPTIONS)
def find_roots(work, t, x):
    """Write the functions of the states' switches to ``work.g``."""
    invoke(work.model[FIND_ROOTS], t, x, work.k, work.s, work.g)


@njit(**OPTIONS)
def set_state_switches(work, t):
    """Write the switches of the states by the sign of their function; one that is next to 0 stays."""
    if work.g.shape[0] == 0:
        return
    find_roots(work, t, work.x)
    first = work.threshold.shape[0]
    for j in range(work.g.shape[0]):
        if abs(work.g[j]) > _SIDE_SHARE * work.largest[j] or work.largest[j] == 0.0:
            work.s[first + j] = 1.0 if work.g[j] >= 0.0 else 0.0
            work.largest[j] = max(work.largest[j], abs(work.g[j]))


@njit(**OPTIONS)
def _has_crossed(work, j, value):
    """Whether switch ``j`` of the states is on the wrong side of its root at this value of its function."""
    near = _SIDE_SHARE * work.largest[j]
    return value < -near if work.s[work.threshold.shape[0] + j] > 0.5 else value > near


@njit(**OPTIONS)
def mark_crossed(work, crossed):
    """Write which functions have crossed 0; return whether one has."""
    some = False
    for j in range(crossed.shape[0]):
        crossed[j] = _has_crossed(work, j, work.g[j])
        some = some or crossed[j]
    return some


@njit(**OPTIONS)
def is_any(crossed):
    """Whether one is true."""
    for one in crossed:
        if one:
            return True
    return False


@njit(**OPTIONS)
def _reaches_root(work, crossed):
    """Whether a trial step goes across a root, or ends next to one that the whole step crosses."""
    for j in range(crossed.shape[0]):
        if _has_crossed(work, j, work.g[j]) or (crossed[j] and abs(work.g[j]) <= _ROOT_SHARE * work.largest[j]):
            return True
    return False


@njit(**OPTIONS)
def _nearest_root(work, before, after):
    """Return where in the interval, as a share, the first root lies by a straight line."""
    share = 1.0
    for j in range(after.shape[0]):
        if _has_crossed(work, j, after[j]):
            share = min(share, before[j] / (before[j] - after[j]))
    return min(max(share, 0.01), 0.99)


@njit(**OPTIONS)
def _is_found(work, after):
    """Whether each function that has crossed is next to its root."""
    for j in range(after.shape[0]):
        if _has_crossed(work, j, after[j]) and abs(after[j]) > 10.0 * _ROOT_SHARE * work.largest[j]:
            return False
    return True


@njit(**OPTIONS)
def step_to_root(work, t, step, tolerance, crossed):
    """Shorten ``step`` until it ends on the first root; return its size, or 0 where a trial failed.

    On return the stages in ``work`` are those of the step, and ``work.g`` the functions at its end.
    """
    low, high = 0.0, step
    at_low, at_high = np.empty(work.g.shape[0]), np.empty(work.g.shape[0])
    copy_to(work.g, at_high)
    find_roots(work, t, work.x)
    copy_to(work.g, at_low)
    for number in range(_ROOT_TRIALS):
        if high - low <= 1e-14 * max(abs(t), high) or _is_found(work, at_high):
            break
        share = 0.5 if number % 3 == 2 else _nearest_root(work, at_low, at_high)
        trial = low + share * (high - low)
        if attempt_step(work, t, trial, tolerance) == FAILED_NEWTON:
            return 0.0
        find_roots(work, t + trial, work.Y[STAGES - 1])
        if _reaches_root(work, crossed):
            high = trial
            copy_to(work.g, at_high)
        else:
            low = trial
            copy_to(work.g, at_low)
    if attempt_step(work, t, high, tolerance) == FAILED_NEWTON:
        return 0.0
    find_roots(work, t + high, work.Y[STAGES - 1])
    return high


@njit(**OPTIONS)
def flip_switches(work, crossed):
    """Flip the switches that crossed in this step and whose root is here; return the first of them, or -1."""
    first = -1
    for j in range(crossed.shape[0]):
        if crossed[j] and abs(work.g[j]) <= 10.0 * _SIDE_SHARE * work.largest[j]:
            place = work.threshold.shape[0] + j
            work.s[place] = 1.0 - work.s[place]
            first = j if first < 0 else first
    return first


@njit(**OPTIONS)
def _next_event(work, now):
    """Return the first event whose trigger has become true, or -1; triggers that are false can become true again."""
    invoke(work.model[TRIGGERS], work.k, work.s, now)
    first = -1
    for event in range(now.shape[0]):
        if now[event] < 0.5:
            work.on[event] = 0.0
        elif work.on[event] < 0.5 and first < 0:
            first = event
    return first


@njit(**OPTIONS)
def _fire_events(work, segment, t, p, tape, cursor):
    """Let events whose trigger has become true change the state, and what follows from that; return whether it ends."""
    now, before = np.empty(work.on.shape[0]), np.empty(work.x.shape[0])
    for _ in range(MOST_EVENTS):
        event = _next_event(work, now)
        if event < 0:
            return True
        work.on[event] = 1.0
        copy_to(work.x, before)
        invoke(work.model[work.model[JUMPS] + event], t, before, p, work.x)
        set_state_switches(work, t)
        record_happening(tape, cursor, segment, t, bits_of(work.s), JUMP, event, before, work.x)
    return False


@njit(**OPTIONS)
def start_segment(work, segment, t, number, p, tape, cursor):
    """Apply the jump of the segment's condition, set the switches, let events happen; return whether they end."""
    before = np.empty(work.x.shape[0])
    copy_to(work.x, before)
    if number >= 0:
        invoke(work.model[work.model[JUMPS] + number], t, before, p, work.x)
    set_time_switches(work, t)
    set_state_switches(work, t)
    record_happening(tape, cursor, segment, t, bits_of(work.s), START, number, before, work.x)
    return _fire_events(work, segment, t, p, tape, cursor)


@njit(**OPTIONS)
def pass_border(work, segment, t, reached_threshold, crossed_root, crossed, p, tape, cursor):
    """Change the switches whose border a step ended on, let events happen; return -1, or 1 if one changed, 0 if endless."""
    kind, number = ROOT, -1
    if crossed_root:
        number = flip_switches(work, crossed)
    if reached_threshold:
        changed = set_time_switches(work, t)
        if number < 0:
            kind, number = THRESHOLD, changed
    if number < 0:
        return -1
    record_happening(tape, cursor, segment, t, bits_of(work.s), kind, number, work.x, work.x)
    return 1 if _fire_events(work, segment, t, p, tape, cursor) else 0
