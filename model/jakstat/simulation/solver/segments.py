"""Integration of all segments of a problem: where they start, what happens within them, what they hand on.

Compiled like the integrator. A segment is a stretch of time with fixed parameters: a period of an experiment. It starts
from an initial state or from the end of another segment, after the jump of its condition; experiments whose first
periods are alike share them. Within a segment steps end on output times, thresholds and roots of switches. A segment
that ends at infinity ends in a steady state.
"""

from math import log

import numpy as np
from numba import njit

from jakstat.simulation.solver.integrator import (
    FAILED_NEWTON,
    OPTIONS,
    STAGES_OF,
    UNKNOWN_SHARE,
    attempt_step,
    bits_of,
    copy_within,
    first_step,
    norm,
    record,
    record_happening,
    set_scales,
    set_weights,
    step_after_rejection,
    step_after_success,
    step_within,
    width_of,
    with_room,
    write_rate,
)
from jakstat.simulation.solver.kernel_interface import (
    AT_BASE,
    AT_C,
    AT_COEFFICIENTS,
    AT_K,
    AT_LARGEST,
    AT_ON,
    AT_SHARE,
    AT_SWITCHES,
    AT_THRESHOLDS,
    AT_WEIGHTS,
    AT_X,
    AUTONOMOUS,
    COEFFICIENTS,
    INITIALLY_ON,
    N_EVENTS,
    N_PARAMETERS,
    N_ROOTS,
    N_STATES,
    N_THRESHOLDS,
    THRESHOLDS,
    WORK_SIZE,
    address_in,
    invoke,
)
from jakstat.simulation.solver.statuses import SolveStatus
from jakstat.simulation.solver.steady_state import NOT_YET, SOLVED, is_below_zero, is_unstable, newton_steady_state
from jakstat.simulation.solver.switching import MOST_EVENTS, next_threshold, pass_border, shorten_to_root, start_segment
from jakstat.simulation.solver.tape import FIRST_STAGE_COLUMN, STEADY, STEP

_LARGEST_SPEED = 1e200  # of a rate, in tolerances a unit of time: beyond that nothing is solved
LEAST_STEP = 1e-200  # from time 0, where a step is small beside nothing
LEAST_LOG_ERROR = -9.2  # of a step's error, 1e-4, in what it says of the next
ROOM = MOST_EVENTS + 4  # lines that one step may add to the tape


@njit(**OPTIONS)
def find_steady_state(model, work, taken, elapsed, t, rtol, atol):
    """Return NOT_YET, SOLVED (the state stands at AT_BASE), 2 where integration stands still, or minus a status."""
    speed = norm(work, model[AT_K], model[AT_WEIGHTS], model[N_STATES])
    still = speed == 0.0 or (taken >= 20 and speed * elapsed <= 0.1)
    due = taken >= 8 and taken % 2 == 0
    if model[AUTONOMOUS] and (still or due):
        found = newton_steady_state(model, work, t, rtol, atol)
        set_weights(model, work, model[AT_X], rtol, atol)
        if found == SOLVED and not is_unstable(model, work, t, model[AT_BASE]):
            return SOLVED
        if found == SOLVED and still:
            return -SolveStatus.UNSTABLE_STEADY_STATE
    if still and is_below_zero(model, work, rtol, atol):
        return -SolveStatus.NEGATIVE_STEADY_STATE
    return 2 * SOLVED if still else NOT_YET


@njit(**OPTIONS)
def _settle(model, work, outcome, segment, t, tape, cursor):
    """Take the steady state that Newton's method found in place of the steps that led to it."""
    if outcome != SOLVED:
        return
    while cursor[0] > 0 and tape[cursor[0] - 1, 5] == STEP and tape[cursor[0] - 1, 3] < 0.0:
        cursor[0] -= 1
    record_happening(model, work, tape, cursor, segment, t, STEADY, 0, model[AT_X], model[AT_BASE])
    copy_within(work, model[AT_BASE], model[AT_X], model[N_STATES])


@njit(**OPTIONS)
def _advance(model, work, method, tape, line):
    """Make the end of the step on a line the start of the next."""
    last, n, x, rates = STAGES_OF[method] - 1, model[N_STATES], model[AT_X], model[AT_K]
    end = FIRST_STAGE_COLUMN + (last - 1) * n
    for m in range(n):
        work[x + m] = tape[line, end + m]
        work[rates + m] = work[rates + last * n + m]


@njit(**OPTIONS)
def reach_row(model, work, row, states, tape, line):
    """Store the state of an output row, and note on the line that ends there that it does."""
    for m in range(model[N_STATES]):
        states[row, m] = work[model[AT_X] + m]
    tape[line, 3] = row


@njit(**OPTIONS)
def prepare_steps(model, work, t, end, solver):
    """Write what the first step of a started segment needs; return its size, or -1 where a rate is not finite."""
    x, rate = model[AT_X], model[AT_K]
    work[model[AT_SHARE]] = UNKNOWN_SHARE
    write_rate(model, work, t, x, rate)
    set_weights(model, work, x, solver[0], solver[1])
    if not norm(work, rate, model[AT_WEIGHTS], model[N_STATES]) < _LARGEST_SPEED:
        return -1.0
    h = first_step(model, work, t, end - t, int(solver[4]))
    for place in range(rate + model[N_STATES], model[AT_C]):
        work[place] = 0.0  # K of no step before
    return h


@njit(**OPTIONS)
def _integrate(  # noqa: C901, PLR0915 - the one loop; what it calls is split off above
    model, work, segment, t, end, p, times, row, last, solver, states, tape, cursor
):
    """Integrate one started segment to its end over output rows row..last-1; return status and tape."""
    rtol, atol, max_steps, newton_tolerance, method = solver[0], solver[1], solver[2], solver[3], int(solver[4])
    x, rate, began, step_before = model[AT_X], model[AT_K], t, 0.0
    h = prepare_steps(model, work, t, end, solver)
    if h < 0.0:
        return SolveStatus.NOT_FINITE, tape
    border, error, log_error_before, rejected = next_threshold(model, work, t, end), 1.0, 0.0, False
    for taken in range(int(max_steps)):
        target = min(times[row], border) if row < last else border
        if end == np.inf and target == np.inf and not rejected:
            outcome = find_steady_state(model, work, taken, t - began, t, rtol, atol)
            if outcome < 0:
                return -outcome, tape
            if outcome != NOT_YET:
                _settle(model, work, outcome, segment, t, tape, cursor)
                if row < last:
                    reach_row(model, work, row, states, tape, cursor[0] - cursor[1])
                return SolveStatus.SUCCESS, tape
        step = step_within(h, target - t)
        if step <= max(1e-14 * abs(t), LEAST_STEP):
            return (SolveStatus.NEWTON_FAILED if error < 0.0 else SolveStatus.STEP_TOO_SMALL), tape
        tape = with_room(tape, cursor, ROOM)
        line = cursor[0]
        error = attempt_step(model, work, t, step, step_before, newton_tolerance, method, tape, line)
        if not 0.0 <= error <= 1.0:
            h, rejected, step_before = step_after_rejection(step, error, method), True, 0.0
            continue
        reached, crosses = step == target - t, False
        if model[N_ROOTS] > 0:
            shorter = shorten_to_root(model, work, t, step, newton_tolerance, method, tape, line)
            if shorter == 0.0:
                h, error, rejected, step_before = 0.25 * step, FAILED_NEWTON, True, 0.0
                continue
            crosses = shorter < 0.0
            reached = reached and abs(shorter) == step
            step = abs(shorter)
        log_error = log(error)
        h = step_after_success(step, h, log_error, log_error_before, rejected, method)
        log_error_before, rejected = max(log_error, LEAST_LOG_ERROR), False
        record(tape, cursor, segment, t, step, bits_of(model, work), STEP, 0)
        t = target if reached else t + step
        _advance(model, work, method, tape, line)
        step_before = step
        at_threshold = reached and t >= border and t < end
        if crosses or at_threshold:
            passed = pass_border(model, work, segment, t, at_threshold, crosses, p, tape, cursor)
            if passed == 0:
                return SolveStatus.TOO_MANY_EVENTS, tape
            border = next_threshold(model, work, t, end)
            if passed > 0:
                step_before = 0.0
                write_rate(model, work, t, x, rate)
                set_weights(model, work, x, rtol, atol)
                if model[N_EVENTS] > 0:
                    h = min(h, first_step(model, work, t, end - t, method))
        if reached and row < last and times[row] <= t:
            reach_row(model, work, row, states, tape, cursor[0] - cursor[1])
            row += 1
        if t >= end:
            return SolveStatus.SUCCESS, tape
        set_weights(model, work, x, rtol, atol)
    return (SolveStatus.NO_STEADY_STATE if end == np.inf else SolveStatus.TOO_MANY_STEPS), tape


@njit(**OPTIONS)
def start_on_row(model, work, segment, number, t, p, times, first, last, states, tape, cursor):
    """Start a segment from the state in ``work``; return its next output row, or -1 where events do not end."""
    invoke(model[COEFFICIENTS], p, address_in(work, model[AT_COEFFICIENTS]))
    invoke(model[THRESHOLDS], p, address_in(work, model[AT_THRESHOLDS]))
    for j in range(model[N_ROOTS]):
        work[model[AT_LARGEST] + j] = 0.0
    if not start_segment(model, work, segment, t, number, p, tape, cursor):
        return -1
    if first < last and times[first] <= t:
        reach_row(model, work, first, states, tape, cursor[0] - cursor[1])
        return first + 1
    return first


@njit(**OPTIONS)
def _solve_segment(model, work, segment, number, start, end, p, times, first, last, solver, states, tape, cursor):
    """Start a segment from the state in ``work`` and integrate it; return status and tape."""
    t = start if start > -np.inf else 0.0
    tape = with_room(tape, cursor, ROOM)
    row = start_on_row(model, work, segment, number, t, p, times, first, last, states, tape, cursor)
    if row < 0:
        return SolveStatus.TOO_MANY_EVENTS, tape
    if end <= t:
        return SolveStatus.SUCCESS, tape
    return _integrate(model, work, segment, t, end, p, times, row, last, solver, states, tape, cursor)


@njit(**OPTIONS)
def begin_segment(model, work, origin, initial_states, ends):
    """Write the state, switches and triggers that a segment begins with: of a root, or of the end of its origin."""
    n, n_events, n_switches = model[N_STATES], model[N_EVENTS], model[N_THRESHOLDS] + model[N_ROOTS]
    for m in range(n):
        work[model[AT_X] + m] = ends[origin, m] if origin >= 0 else initial_states[-1 - origin, m]
    for event in range(n_events):
        initially = float(model[model[INITIALLY_ON] + event])
        work[model[AT_ON] + event] = ends[origin, n + event] if origin >= 0 else initially
    for j in range(n_switches):
        work[model[AT_SWITCHES] + j] = ends[origin, n + n_events + j] if origin >= 0 else 0.0


@njit(**OPTIONS)
def keep_end(model, work, segment, ends):
    """Keep the state, triggers and switches that a segment ends with."""
    n, n_events, n_switches = model[N_STATES], model[N_EVENTS], model[N_THRESHOLDS] + model[N_ROOTS]
    for m in range(n):
        ends[segment, m] = work[model[AT_X] + m]
    for event in range(n_events):
        ends[segment, n + event] = work[model[AT_ON] + event]
    for j in range(n_switches):
        ends[segment, n + n_events + j] = work[model[AT_SWITCHES] + j]


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
    solver : rtol, atol, most steps of a segment, Newton tolerance as a share of the error tolerance, number of method;
        then how large each state is, (segment, state), which its absolute tolerance is atol of. Where there are more
        segments than scales (draws, one behind the other) they repeat; without scales all are 1.
    model : int64, see ``kernel_interface``
    recording : bool, whether the tape is written

    Returns
    -------
    states : (row, state); NaN in the rows of a failed segment and of what starts from it
    tape : (line, column), see the integrator; no lines where it is not written
    status : (segment,), int64, see SolveStatus
    """
    n_segments, n = parameters.shape[0], model[N_STATES]
    states = np.full((times.shape[0], n), np.nan)
    status = np.zeros(n_segments, dtype=np.int64)
    work = np.empty(model[WORK_SIZE])
    ends = np.empty((n_segments, n + model[N_EVENTS] + model[N_THRESHOLDS] + model[N_ROOTS]))
    tape = np.empty((64 * n_segments + ROOM if recording else ROOM, width_of(n, int(solver[4]))))
    cursor = np.array([0, 1 if recording else 0])
    for c in range(n_segments):
        origin, number, first, last = layout[c, 0], layout[c, 1], layout[c, 2], layout[c, 3]
        status[c] = status[origin] if origin >= 0 else SolveStatus.SUCCESS
        begin_segment(model, work, origin, initial_states, ends)
        if status[c] == SolveStatus.SUCCESS:
            p = address_in(parameters, c * model[N_PARAMETERS])
            set_scales(model, work, solver, c)
            status[c], tape = _solve_segment(
                model, work, c, number, spans[c, 0], spans[c, 1], p, times, first, last, solver, states, tape, cursor
            )
        keep_end(model, work, c, ends)
        if status[c] != SolveStatus.SUCCESS:
            for row in range(first, last):
                for m in range(n):
                    states[row, m] = np.nan
    return states, tape[: cursor[0]], status
