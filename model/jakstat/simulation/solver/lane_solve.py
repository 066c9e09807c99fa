"""Integration of all segments of a problem, several at once: ``segments.solve_segments`` in lanes.

Compiled like the integrator. Steps are taken in lockstep; a lane takes the next segment when its own is done. Lines of
several segments stand on the tape in turns, those of one in their order. What a segment gives does not depend on those
beside it, nor on the order in which they come. Which models can be solved here,
``solver_calls.has_lanes`` tells.
"""

import numpy as np
from numba import njit

from jakstat.simulation.solver.clock_rows import CLOCK
from jakstat.simulation.solver.integrator import OPTIONS, STAGES_OF, width_of, with_room
from jakstat.simulation.solver.kernel_interface import (
    AT_X,
    AT_Y,
    LANES,
    N_EVENTS,
    N_ROOTS,
    N_STATES,
    N_THRESHOLDS,
    SPLIT_LANES,
    address_in,
    invoke,
    number_at,
    put,
)
from jakstat.simulation.solver.lane_queue import queue_of
from jakstat.simulation.solver.lane_segments import (
    Found,
    Given,
    fill_lane,
    idle_lanes,
    leave_lane,
    look_for_steady_state,
    reach_target,
)
from jakstat.simulation.solver.lane_steps import (
    EXACT,
    at_lanes,
    attempt_steps,
    choose_step,
    holds,
    judge_step,
    tell,
    told,
    weigh_lanes,
)
from jakstat.simulation.solver.segments import ROOM
from jakstat.simulation.solver.statuses import SolveStatus
from jakstat.simulation.solver.tape import FIRST_STAGE_COLUMN


@njit(**EXACT)
def _has_step(clock, lane, max_steps):
    """Choose the next step of a lane that has nothing but to step; return whether there is one."""
    busy = told(clock, CLOCK.segment, lane) >= 0.0 and told(clock, CLOCK.taken, lane) < max_steps
    return busy and told(clock, CLOCK.target, lane) < np.inf and choose_step(clock, lane)


@njit(**OPTIONS)
def _next_step(given, lanes, lane, found, tape):
    """Choose a lane's next step; its segment ends where there is none."""
    clock, row = address_in(lanes.clock, 0), lanes.clock[:, lane]
    endless = row[CLOCK.end] == np.inf
    if row[CLOCK.taken] >= given.solver[2]:
        status = SolveStatus.NO_STEADY_STATE if endless else SolveStatus.TOO_MANY_STEPS
        leave_lane(given, lanes, lane, found, status)
        return
    if endless and row[CLOCK.target] == np.inf and row[CLOCK.rejected] == 0.0:
        look_for_steady_state(given, lanes, lane, found, tape)
    if row[CLOCK.segment] >= 0.0 and not choose_step(clock, lane):
        failed = row[CLOCK.error] < 0.0
        leave_lane(given, lanes, lane, found, SolveStatus.NEWTON_FAILED if failed else SolveStatus.STEP_TOO_SMALL)


@njit(**OPTIONS)
def _find_step(given, lanes, lane, found, tape):
    """Choose a lane's next step, of the next segment where its own has ended; return the tape.

    A lane stays idle where no segment may enter it.
    """
    if lanes.clock[CLOCK.segment, lane] >= 0.0:
        _next_step(given, lanes, lane, found, tape)
    while lanes.clock[CLOCK.segment, lane] < 0.0:
        tape = fill_lane(given, lanes, lane, found, tape)
        if lanes.clock[CLOCK.segment, lane] < 0.0:
            return tape
        _next_step(given, lanes, lane, found, tape)
    return tape


@njit(**OPTIONS)
def _record_stages(model, vector, clock, method, tape, cursor):
    """Write the stages of the steps that hold to the next lines; those of others go to a line that is written again."""
    spare, rows, first = cursor[0] + LANES, at_lanes(clock, CLOCK.spare), address_in(tape, FIRST_STAGE_COLUMN)
    for lane in range(LANES):
        line = spare
        if holds(clock, lane):
            line = cursor[0]
            tell(clock, CLOCK.line, lane, float(line))
            cursor[0] += 1
        put(rows, lane, first + 8 * line * tape.shape[1])
    invoke(model[model[SPLIT_LANES] + STAGES_OF[method] - 2], at_lanes(vector, model[AT_Y]), rows)


@njit(**EXACT)
def _reach_row(model, vector, clock, lane, line, times, states):
    """Store the state of a lane at its next output row, whose time it may have reached; aim at the row after it.

    Return whether that was all: where the step ended on a switch, or there is no row after it, nothing is done.
    """
    t, row = told(clock, CLOCK.time, lane), int(told(clock, CLOCK.row, lane))
    border = told(clock, CLOCK.border, lane)
    if t >= border or row + 1 >= told(clock, CLOCK.last_row, lane):
        return False
    x, n = at_lanes(vector, model[AT_X]), model[N_STATES]
    for m in range(n):
        put(states, row * n + m, number_at(x, LANES * m + lane))
    put(line, 3, float(row))
    tell(clock, CLOCK.row, lane, row + 1.0)
    tell(clock, CLOCK.target, lane, min(number_at(times, row + 1), border))
    return True


@njit(**{**OPTIONS, "no_cpython_wrapper": False})
def solve_in_lanes(parameters, initial_states, layout, spans, times, solver, model, recording):
    """Integrate every segment, several at once; arguments and results are those of ``segments.solve_segments``.

    Lines of the tape whose segment is VOID tell nothing.
    """
    n_segments, n, method = parameters.shape[0], model[N_STATES], int(solver[4])
    cursor, states = np.array([0, 1 if recording else 0]), np.full((times.shape[0], n), np.nan)
    ends = np.empty((n_segments, n + model[N_EVENTS] + model[N_THRESHOLDS] + model[N_ROOTS]))
    given = Given(parameters, initial_states, layout, spans, times, solver, model)
    found = Found(cursor, states, np.zeros(n_segments, dtype=np.int64), ends)
    queue = queue_of(layout, spans[:, 1] - spans[:, 0], layout[:, 0] < 0)
    lanes = idle_lanes(model, solver[3], queue)
    vector, clock = address_in(lanes.vector, 0), address_in(lanes.clock, 0)
    at_times, at_states = address_in(times, 0), address_in(states, 0)
    tape = np.empty((64 * n_segments + 2 * LANES * ROOM if recording else 2 * ROOM, width_of(n, method)))
    while True:
        some = False
        for lane in range(LANES):
            if not _has_step(clock, lane, solver[2]):
                tape = _find_step(given, lanes, lane, found, tape)
            some = some or told(clock, CLOCK.segment, lane) >= 0.0
        if not some:
            return states, tape[: cursor[0]], found.status
        weigh_lanes(model, vector, solver[0], solver[1])
        attempt_steps(model, vector, clock, method)
        if recording:
            tape = with_room(tape, cursor, LANES * (ROOM + 2))
            _record_stages(model, vector, clock, method, tape, cursor)
        for lane in range(LANES):
            line = address_in(tape, int(told(clock, CLOCK.line, lane)) * tape.shape[1])
            if told(clock, CLOCK.segment, lane) >= 0.0 and judge_step(clock, lane, line, method):
                if not _reach_row(model, vector, clock, lane, line, at_times, at_states):
                    reach_target(given, lanes, lane, found, tape)
