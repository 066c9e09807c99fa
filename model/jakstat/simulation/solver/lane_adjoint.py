"""The discrete adjoint of several segments at once: ``adjoint.pull_back_segments`` in lanes.

Compiled like the integrator, by kernels in lanes. Whichever solver wrote the tape, a lane sweeps one segment's steps
back and takes the next segment whose followers are done, the longest first. What is no step is dealt with lane by lane,
by the functions of ``adjoint``. A segment's cotangents do not depend on those beside it, and are summed in a fixed
order.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from jakstat.simulation.solver.adjoint import (
    add_cotangents_of_row,
    adjoint_of_happening,
    lines_of_segments,
    pull_back_parameters,
)
from jakstat.simulation.solver.clock_rows import CLOCK
from jakstat.simulation.solver.integrator import GAMMA_OF, OPTIONS, STAGES_OF, set_scales
from jakstat.simulation.solver.kernel_interface import (
    AT_BASE,
    AT_BEFORE,
    AT_COEFFICIENTS,
    AT_K,
    AT_SLOPES,
    AT_SWITCHES,
    AT_X,
    AT_Y,
    COEFFICIENTS,
    JOIN_LANES,
    LANE_ADJOINT_LAST,
    LANE_ADJOINT_STAGE,
    LANE_GATHERS,
    LANE_SUMS,
    LANES,
    MOST_STAGES,
    N_COEFFICIENTS,
    N_PARAMETERS,
    N_ROOTS,
    N_STATES,
    N_THRESHOLDS,
    WORK_SIZE,
    address_in,
    integer_at,
    invoke,
    number_at,
    put,
)
from jakstat.simulation.solver.lane_queue import Queue, count_followers, dequeue, enqueue, queue_of
from jakstat.simulation.solver.lane_steps import EXACT, at_lanes, tell, told
from jakstat.simulation.solver.tape import FIRST_STAGE_COLUMN, KIND_COLUMN, STEP


class Sweep(NamedTuple):
    """What is swept: arguments of ``pull_back_segments``, then the lines of each segment (``lines_of_segments``)."""

    parameters: np.ndarray
    layout: np.ndarray
    tape: np.ndarray
    cotangents: np.ndarray
    solver: np.ndarray
    model: np.ndarray
    lines: np.ndarray
    begins: np.ndarray


class Cotangents(NamedTuple):
    """Of parameters (segment, parameter), of states at the starts of segments (segment, state), and who waits."""

    parameters: np.ndarray
    starts: np.ndarray
    queue: Queue
    waiting_for: np.ndarray  # (segment,): how many of its followers are not done


class Lanes(NamedTuple):
    """What stands in the lanes.

    In the vector ``lam`` stands at AT_X, kappa_1 of the step after at AT_BEFORE, cotangents of coefficients at
    AT_SLOPES. On the clock ``line`` is the place among all lines of that to be swept next, ``row`` and ``last_row`` are
    those of the segment's first line and of the one after its last. For what is done lane by lane each has a vector of
    work and cotangents of its own.
    """

    vector: np.ndarray
    clock: np.ndarray
    works: np.ndarray
    lam: np.ndarray
    slopes: np.ndarray
    thresholds: np.ndarray


@njit(**OPTIONS)
def _idle_lanes(model):
    """Return lanes with nothing in them."""
    clock, size = np.ones((len(CLOCK), LANES)), model[WORK_SIZE]
    clock[CLOCK.segment] = -1.0
    return Lanes(
        np.zeros(LANES * size),
        clock,
        np.zeros((LANES, size)),
        np.zeros((LANES, model[N_STATES])),
        np.zeros((LANES, model[N_COEFFICIENTS])),
        np.zeros((LANES, model[N_THRESHOLDS])),
    )


@njit(**OPTIONS)
def _load(model, lanes, lane):
    """Copy a lane's cotangents to the lanes, and what its steps need."""
    vector, work = lanes.vector, lanes.works[lane]
    for m in range(model[N_STATES]):
        vector[LANES * (model[AT_X] + m) + lane] = lanes.lam[lane, m]
        vector[LANES * (model[AT_BEFORE] + m) + lane] = work[model[AT_BEFORE] + m]
    for i in range(model[N_COEFFICIENTS]):
        vector[LANES * (model[AT_COEFFICIENTS] + i) + lane] = work[model[AT_COEFFICIENTS] + i]
        vector[LANES * (model[AT_SLOPES] + i) + lane] = lanes.slopes[lane, i]


@njit(**OPTIONS)
def _unload(model, lanes, lane):
    """Copy a lane's cotangents from the lanes."""
    vector, work = lanes.vector, lanes.works[lane]
    for m in range(model[N_STATES]):
        lanes.lam[lane, m] = vector[LANES * (model[AT_X] + m) + lane]
        work[model[AT_BEFORE] + m] = vector[LANES * (model[AT_BEFORE] + m) + lane]
    for i in range(model[N_COEFFICIENTS]):
        lanes.slopes[lane, i] = vector[LANES * (model[AT_SLOPES] + i) + lane]


@njit(**OPTIONS)
def _pass_happenings(sweep, lanes, lane, found, waits):
    """Pull a lane's cotangents back through lines that are no steps; return whether a step is left."""
    model, clock, work, lam, tape = sweep.model, lanes.clock, lanes.works[lane], lanes.lam[lane], sweep.tape
    number, first, last = int(clock[CLOCK.line, lane]), int(clock[CLOCK.row, lane]), int(clock[CLOCK.last_row, lane])
    place, moment = int(clock[CLOCK.segment, lane]) * model[N_PARAMETERS], 0.0
    p, gp = address_in(sweep.parameters, place), address_in(found.parameters, place)
    while number >= first and tape[sweep.lines[number], KIND_COLUMN] != STEP:
        add_cotangents_of_row(tape, sweep.lines[number], sweep.cotangents, lam)
        slopes, thresholds = lanes.slopes[lane], lanes.thresholds[lane]
        moment = adjoint_of_happening(
            model, work, tape, sweep.lines, number, last, waits, moment, p, gp, lam, slopes, thresholds
        )
        number, waits = number - 1, False
    clock[CLOCK.line, lane] = number
    return number >= first


@njit(**OPTIONS)
def _leave_lane(sweep, lanes, lane, found):
    """Keep the cotangents of a segment that is swept; its origin may enter a lane when all its followers are."""
    model, segment = sweep.model, int(lanes.clock[CLOCK.segment, lane])
    if sweep.begins[segment] < sweep.begins[segment + 1]:
        place = segment * model[N_PARAMETERS]
        p, gp = address_in(sweep.parameters, place), address_in(found.parameters, place)
        pull_back_parameters(model, p, lanes.slopes[lane], lanes.thresholds[lane], gp)
    found.starts[segment] = lanes.lam[lane]
    origin = sweep.layout[segment, 0]
    if origin >= 0:
        found.waiting_for[origin] -= 1
        if found.waiting_for[origin] == 0:
            enqueue(found.queue, origin)
    lanes.clock[CLOCK.segment, lane] = -1.0


@njit(**OPTIONS)
def _enter_lane(sweep, lanes, lane, segment, found):
    """Let a segment enter a lane with the cotangents of what began at its end."""
    model, clock, work = sweep.model, lanes.clock, lanes.works[lane]
    clock[CLOCK.segment, lane], clock[CLOCK.row, lane] = segment, sweep.begins[segment]
    clock[CLOCK.last_row, lane], clock[CLOCK.line, lane] = sweep.begins[segment + 1], sweep.begins[segment + 1] - 1
    lanes.lam[lane], lanes.slopes[lane], lanes.thresholds[lane] = 0.0, 0.0, 0.0
    follower = found.queue.first_follower[segment]
    while follower >= 0:
        for m in range(model[N_STATES]):
            lanes.lam[lane, m] += found.starts[follower, m]
        follower = found.queue.next_follower[follower]
    set_scales(model, work, sweep.solver, segment)
    p = address_in(sweep.parameters, segment * model[N_PARAMETERS])
    invoke(model[COEFFICIENTS], p, address_in(work, model[AT_COEFFICIENTS]))
    for m in range(model[N_STATES]):
        work[model[AT_BEFORE] + m] = 0.0


@njit(**OPTIONS)
def _find_step(sweep, lanes, lane, found):
    """Go on until a lane has a step to pull back, of the next segment where its own is swept; it may become idle."""
    waits = lanes.clock[CLOCK.segment, lane] >= 0.0
    if waits:
        _unload(sweep.model, lanes, lane)
    while True:
        if lanes.clock[CLOCK.segment, lane] < 0.0:
            segment = dequeue(found.queue)
            if segment < 0:
                return
            _enter_lane(sweep, lanes, lane, segment, found)
        if _pass_happenings(sweep, lanes, lane, found, waits):
            _load(sweep.model, lanes, lane)
            return
        _leave_lane(sweep, lanes, lane, found)
        waits = False


@njit(**EXACT)
def _has_step(clock, lane, tape, lines, width):
    """Go to a lane's next line; return whether it is there and a step."""
    number = int(told(clock, CLOCK.line, lane)) - 1
    if told(clock, CLOCK.segment, lane) < 0.0:
        return False
    tell(clock, CLOCK.line, lane, float(number))
    if number < told(clock, CLOCK.row, lane):
        return False
    return number_at(tape, integer_at(lines, number) * width + KIND_COLUMN) == STEP


@njit(**EXACT)
def _read_line(model, vector, clock, lane, line, cotangents):
    """Read a step's time, size and switches from the address of its line, and what is known of the state at its end."""
    t, h, row, bits = number_at(line, 1), number_at(line, 2), int(number_at(line, 3)), int(number_at(line, 4))
    tell(clock, CLOCK.time, lane, t)
    tell(clock, CLOCK.step, lane, h)
    tell(clock, CLOCK.stage_time, lane, t + h)
    s, lam, n = at_lanes(vector, model[AT_SWITCHES]), at_lanes(vector, model[AT_X]), model[N_STATES]
    for j in range(model[N_THRESHOLDS] + model[N_ROOTS]):
        put(s, LANES * j + lane, float(bits & 1))
        bits >>= 1
    if row >= 0:
        for m in range(n):
            put(lam, LANES * m + lane, number_at(lam, LANES * m + lane) + number_at(cotangents, row * n + m))
    put(at_lanes(clock, CLOCK.spare), lane, line + 8 * FIRST_STAGE_COLUMN)


@njit(**EXACT)
def _read_lines(model, vector, clock, tape, lines, width, cotangents):
    """Read the next step of each lane; return whether there is one."""
    line, n_idle = -1, 0
    for lane in range(LANES):
        if told(clock, CLOCK.segment, lane) >= 0.0:
            line = tape + 8 * width * integer_at(lines, int(told(clock, CLOCK.line, lane)))
            _read_line(model, vector, clock, lane, line, cotangents)
        else:
            n_idle += 1
    if 0 < n_idle < LANES:
        for lane in range(LANES):
            if told(clock, CLOCK.segment, lane) < 0.0:  # what an idle lane reads has to be there
                put(at_lanes(clock, CLOCK.spare), lane, line + 8 * FIRST_STAGE_COLUMN)
    return n_idle < LANES


@njit(**EXACT)
def _adjoint_steps(model, vector, clock, method):
    """Pull each lane's cotangents back through its step (``adjoint``); the stage values stand in rows at ``spare``."""
    n, last, Y = model[N_STATES], STAGES_OF[method] - 1, at_lanes(vector, model[AT_Y])
    t, h_gamma, spare = (
        at_lanes(clock, CLOCK.stage_time),
        at_lanes(clock, CLOCK.h_gamma),
        at_lanes(clock, CLOCK.spare),
    )
    k, s = at_lanes(vector, model[AT_COEFFICIENTS]), at_lanes(vector, model[AT_SWITCHES])
    lam, pending = at_lanes(vector, model[AT_X]), at_lanes(vector, model[AT_BEFORE])
    eta, kappa = at_lanes(vector, model[AT_K]), at_lanes(vector, model[AT_BASE])
    gk = at_lanes(vector, model[AT_SLOPES])
    for lane in range(LANES):
        put(h_gamma, lane, told(clock, CLOCK.step, lane) * GAMMA_OF[method])
    invoke(model[model[JOIN_LANES] + last - 1], spare, Y)
    stage = at_lanes(Y, (last - 1) * n)
    invoke(model[LANE_ADJOINT_LAST], t, stage, k, s, h_gamma, lam, pending, eta, gk, spare)
    for i in range(last - 1, 0, -1):
        invoke(model[model[LANE_SUMS] + method * MOST_STAGES + i - 1], clock, eta, kappa)
        stage, row = at_lanes(Y, (i - 1) * n), at_lanes(eta, (last - i) * n)
        invoke(model[LANE_ADJOINT_STAGE], t, stage, k, s, h_gamma, kappa, row, gk, spare)
    invoke(model[model[LANE_GATHERS] + method], clock, eta, lam, pending)


@njit(**OPTIONS)
def _sum_of_roots(layout, starts, n_roots):
    """Return the cotangents of initial states, (root, state)."""
    gx = np.zeros((n_roots, starts.shape[1]))
    for segment in range(layout.shape[0] - 1, -1, -1):
        if layout[segment, 0] < 0:
            gx[-1 - layout[segment, 0]] += starts[segment]
    return gx


@njit(**{**OPTIONS, "no_cpython_wrapper": False})
def pull_back_in_lanes(parameters, initial_states, layout, tape, cotangents, solver, model):
    """Pull cotangents of the states at the output rows back, from any solver's tape; see ``pull_back_segments``."""
    n_segments, method, width = parameters.shape[0], int(solver[4]), tape.shape[1]
    lines, begins = lines_of_segments(tape, n_segments)
    waiting_for = count_followers(layout)
    queue = queue_of(layout, (begins[1:] - begins[:-1]).astype(np.float64), waiting_for == 0)
    sweep = Sweep(parameters, layout, tape, cotangents, solver, model, lines, begins)
    gp, starts = np.zeros((n_segments, model[N_PARAMETERS])), np.zeros((n_segments, model[N_STATES]))
    found, lanes = Cotangents(gp, starts, queue, waiting_for), _idle_lanes(model)
    vector, clock = address_in(lanes.vector, 0), address_in(lanes.clock, 0)
    at_tape, at_cotangents, at_lines = address_in(tape, 0), address_in(cotangents, 0), address_in(lines, 0)
    while True:
        for lane in range(LANES):
            if not _has_step(clock, lane, at_tape, at_lines, width):
                _find_step(sweep, lanes, lane, found)
        if not _read_lines(model, vector, clock, at_tape, at_lines, width, at_cotangents):
            return gp, _sum_of_roots(layout, starts, initial_states.shape[0])
        _adjoint_steps(model, vector, clock, method)
