"""What happens to segments in lanes between steps, lane by lane: starts, switches, steady states, output rows, ends.

Compiled like the integrator, by whose functions all of it is done: each lane has a vector of work of its own for them.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from jakstat.simulation.solver.clock_rows import CLOCK
from jakstat.simulation.solver.integrator import (
    OPTIONS,
    STAGES_OF,
    bits_of,
    first_step,
    record_happening,
    set_scales,
    set_weights,
    with_room,
    write_rate,
)
from jakstat.simulation.solver.kernel_interface import (
    AT_BASE,
    AT_COEFFICIENTS,
    AT_K,
    AT_SCALES,
    AT_SHARE,
    AT_SWITCHES,
    AT_X,
    LANES,
    N_COEFFICIENTS,
    N_EVENTS,
    N_PARAMETERS,
    N_STATES,
    N_THRESHOLDS,
    WORK_SIZE,
    address_in,
)
from jakstat.simulation.solver.lane_queue import Queue, dequeue, enqueue
from jakstat.simulation.solver.segments import (
    ROOM,
    begin_segment,
    find_steady_state,
    keep_end,
    prepare_steps,
    reach_row,
    start_on_row,
)
from jakstat.simulation.solver.statuses import SolveStatus
from jakstat.simulation.solver.steady_state import NOT_YET, SOLVED
from jakstat.simulation.solver.switching import next_threshold, pass_border
from jakstat.simulation.solver.tape import STEADY, STEP as STEP_LINE, VOID


class Given(NamedTuple):
    """What is solved: the arguments of ``solve_segments``."""

    parameters: np.ndarray
    initial_states: np.ndarray
    layout: np.ndarray
    spans: np.ndarray
    times: np.ndarray
    solver: np.ndarray
    model: np.ndarray


class Found(NamedTuple):
    """What is found beside the tape: its cursor, states at the output rows, statuses, and what segments end with."""

    cursor: np.ndarray
    states: np.ndarray
    status: np.ndarray
    ends: np.ndarray


class Lanes(NamedTuple):
    """What stands in the lanes: the arrays of ``lane_steps``, a vector of work for each lane, what may enter next."""

    vector: np.ndarray
    clock: np.ndarray
    works: np.ndarray
    queue: Queue


@njit(**OPTIONS)
def idle_lanes(model, tolerance, queue):
    """Return lanes with nothing in them."""
    clock = np.ones((len(CLOCK), LANES))
    clock[CLOCK.segment] = -1.0
    clock[CLOCK.failed] = 1.0
    clock[CLOCK.tolerance] = tolerance
    return Lanes(np.zeros(LANES * model[WORK_SIZE]), clock, np.zeros((LANES, model[WORK_SIZE])), queue)


@njit(**OPTIONS)
def _load(lanes, lane, place, count):
    """Copy numbers from a lane's own vector of work to the lanes."""
    for m in range(place, place + count):
        lanes.vector[LANES * m + lane] = lanes.works[lane, m]


@njit(**OPTIONS)
def _load_state(model, lanes, lane):
    """Copy state, rates and switches from a lane's own vector of work to the lanes."""
    _load(lanes, lane, model[AT_X], model[N_STATES])
    _load(lanes, lane, model[AT_K], model[N_STATES])
    _load(lanes, lane, model[AT_SWITCHES], model[N_THRESHOLDS])
    lanes.clock[CLOCK.bits, lane] = bits_of(model, lanes.works[lane])


@njit(**OPTIONS)
def _unload_state(given, lanes, lane):
    """Copy state and rates of a lane to its own vector of work, with what weighs its errors."""
    model, work = given.model, lanes.works[lane]
    for m in range(model[N_STATES]):
        work[model[AT_X] + m] = lanes.vector[LANES * (model[AT_X] + m) + lane]
        work[model[AT_K] + m] = lanes.vector[LANES * (model[AT_K] + m) + lane]
    set_weights(model, work, model[AT_X], given.solver[0], given.solver[1])


@njit(**OPTIONS)
def _end(given, lanes, lane, found, status):
    """End the segment of a lane, whose state stands in its own vector of work, and let those after it enter."""
    segment, queue = int(lanes.clock[CLOCK.segment, lane]), lanes.queue
    found.status[segment] = status
    keep_end(given.model, lanes.works[lane], segment, found.ends)
    if status != SolveStatus.SUCCESS:
        found.states[given.layout[segment, 2] : given.layout[segment, 3]] = np.nan
    follower = queue.first_follower[segment]
    while follower >= 0:
        enqueue(queue, follower)
        follower = queue.next_follower[follower]
    lanes.clock[CLOCK.segment, lane] = -1.0


@njit(**OPTIONS)
def leave_lane(given, lanes, lane, found, status):
    """End the segment of a lane where its steps have led."""
    _unload_state(given, lanes, lane)
    _end(given, lanes, lane, found, status)


@njit(**OPTIONS)
def _aim(given, lanes, lane):
    """Choose where a lane's next step leads at most: the next output row or change of a switch."""
    clock, row = lanes.clock, int(lanes.clock[CLOCK.row, lane])
    border = clock[CLOCK.border, lane]
    clock[CLOCK.target, lane] = min(given.times[row], border) if row < clock[CLOCK.last_row, lane] else border


@njit(**OPTIONS)
def _enter_lane(given, lanes, lane, segment, t, row):
    """Let a started segment enter its lane; return whether its rates are finite."""
    model, work, clock, end = given.model, lanes.works[lane], lanes.clock, given.spans[segment, 1]
    h = prepare_steps(model, work, t, end, given.solver)
    clock[CLOCK.h, lane], clock[CLOCK.time, lane], clock[CLOCK.began, lane], clock[CLOCK.end, lane] = h, t, t, end
    clock[CLOCK.border, lane] = next_threshold(model, work, t, end)
    clock[CLOCK.step_before, lane], clock[CLOCK.log_error, lane], clock[CLOCK.error, lane] = 0.0, 0.0, 1.0
    clock[CLOCK.share, lane] = work[model[AT_SHARE]]
    clock[CLOCK.row, lane], clock[CLOCK.last_row, lane] = row, given.layout[segment, 3]
    clock[CLOCK.taken, lane], clock[CLOCK.rejected, lane] = 0.0, 0.0
    _load(lanes, lane, model[AT_COEFFICIENTS], model[N_COEFFICIENTS])
    _load(lanes, lane, model[AT_SCALES], model[N_STATES])
    _load(lanes, lane, model[AT_K], STAGES_OF[int(given.solver[4])] * model[N_STATES])
    _load_state(model, lanes, lane)
    _aim(given, lanes, lane)
    return not h < 0.0


@njit(**OPTIONS)
def _start(given, lanes, lane, segment, found, tape):
    """Start a segment in a lane, which it may leave at once; return the tape."""
    model, work, cursor = given.model, lanes.works[lane], found.cursor
    origin, number, first, last = given.layout[segment]
    lanes.clock[CLOCK.segment, lane] = segment
    begin_segment(model, work, origin, given.initial_states, found.ends)
    if origin >= 0 and found.status[origin] != SolveStatus.SUCCESS:
        _end(given, lanes, lane, found, found.status[origin])
        return tape
    p, t = address_in(given.parameters, segment * model[N_PARAMETERS]), given.spans[segment, 0]
    t = t if t > -np.inf else 0.0
    set_scales(model, work, given.solver, segment)
    tape = with_room(tape, cursor, ROOM)
    row = start_on_row(model, work, segment, number, t, p, given.times, first, last, found.states, tape, cursor)
    lanes.clock[CLOCK.line, lane] = cursor[0] - cursor[1]
    if row < 0:
        _end(given, lanes, lane, found, SolveStatus.TOO_MANY_EVENTS)
    elif given.spans[segment, 1] <= t:
        _end(given, lanes, lane, found, SolveStatus.SUCCESS)
    elif not _enter_lane(given, lanes, lane, segment, t, row):
        _end(given, lanes, lane, found, SolveStatus.NOT_FINITE)
    return tape


@njit(**OPTIONS)
def fill_lane(given, lanes, lane, found, tape):
    """Start segments in an idle lane until one stays, or none may enter; return the tape."""
    segment = dequeue(lanes.queue)
    while segment >= 0:
        tape = _start(given, lanes, lane, segment, found, tape)
        if lanes.clock[CLOCK.segment, lane] >= 0.0:
            break
        segment = dequeue(lanes.queue)
    return tape


@njit(**OPTIONS)
def _settle(given, lanes, lane, segment, outcome, found, tape):
    """Take the steady state that Newton's method found in place of the steps that led to it."""
    model, work, cursor, row = given.model, lanes.works[lane], found.cursor, int(lanes.clock[CLOCK.row, lane])
    line = int(lanes.clock[CLOCK.line, lane])
    if outcome == SOLVED:
        for earlier in range(cursor[0] - 1, -1, -1):
            if tape[earlier, 0] == segment:
                if tape[earlier, 5] != STEP_LINE or tape[earlier, 3] >= 0.0:
                    break
                tape[earlier, 0] = VOID
        t, line = lanes.clock[CLOCK.time, lane], cursor[0]
        record_happening(model, work, tape, cursor, segment, t, STEADY, 0, model[AT_X], model[AT_BASE])
        for m in range(model[N_STATES]):
            work[model[AT_X] + m] = work[model[AT_BASE] + m]
    if row < given.layout[segment, 3]:
        reach_row(model, work, row, found.states, tape, line)


@njit(**OPTIONS)
def look_for_steady_state(given, lanes, lane, found, tape):
    """End the segment of a lane if it has come to a steady state, or cannot."""
    clock, solver, segment = lanes.clock, given.solver, int(lanes.clock[CLOCK.segment, lane])
    _unload_state(given, lanes, lane)
    t, taken = clock[CLOCK.time, lane], int(clock[CLOCK.taken, lane])
    elapsed = t - clock[CLOCK.began, lane]
    outcome = find_steady_state(given.model, lanes.works[lane], taken, elapsed, t, solver[0], solver[1])
    if outcome < 0:
        _end(given, lanes, lane, found, -outcome)
    elif outcome != NOT_YET:
        _settle(given, lanes, lane, segment, outcome, found, tape)
        _end(given, lanes, lane, found, SolveStatus.SUCCESS)


@njit(**OPTIONS)
def _pass_threshold(given, lanes, lane, segment, found, tape):
    """Change the switches whose threshold a lane's step ended on, let events happen; return whether they end."""
    model, work, clock, cursor = given.model, lanes.works[lane], lanes.clock, found.cursor
    t, end, solver = clock[CLOCK.time, lane], clock[CLOCK.end, lane], given.solver
    p = address_in(given.parameters, segment * model[N_PARAMETERS])
    _unload_state(given, lanes, lane)
    passed = pass_border(model, work, segment, t, True, False, p, tape, cursor)
    clock[CLOCK.border, lane] = next_threshold(model, work, t, end)
    if passed > 0:
        clock[CLOCK.line, lane], clock[CLOCK.step_before, lane] = cursor[0] - cursor[1], 0.0
        write_rate(model, work, t, model[AT_X], model[AT_K])
        set_weights(model, work, model[AT_X], solver[0], solver[1])
        if model[N_EVENTS] > 0:
            clock[CLOCK.h, lane] = min(clock[CLOCK.h, lane], first_step(model, work, t, end - t, int(solver[4])))
        _load_state(model, lanes, lane)
    return passed != 0


@njit(**OPTIONS)
def reach_target(given, lanes, lane, found, tape):
    """Do what a lane's step was to lead to: a switch, an output row, the end."""
    clock, segment, row = lanes.clock, int(lanes.clock[CLOCK.segment, lane]), int(lanes.clock[CLOCK.row, lane])
    t = clock[CLOCK.time, lane]
    if clock[CLOCK.border, lane] <= t < clock[CLOCK.end, lane]:
        if not _pass_threshold(given, lanes, lane, segment, found, tape):
            _end(given, lanes, lane, found, SolveStatus.TOO_MANY_EVENTS)
            return
    if row < clock[CLOCK.last_row, lane] and given.times[row] <= t:
        for m in range(given.model[N_STATES]):
            found.states[row, m] = lanes.vector[LANES * (given.model[AT_X] + m) + lane]
        tape[int(clock[CLOCK.line, lane]), 3] = row
        clock[CLOCK.row, lane] += 1.0
    if t >= clock[CLOCK.end, lane]:
        leave_lane(given, lanes, lane, found, SolveStatus.SUCCESS)
    else:
        _aim(given, lanes, lane)
