"""The discrete adjoint of ``segments``: recorded steps, differentiated as they were computed.

Compiled like the integrator. Step sizes are held constant, so that the gradient is exact for the
numerical solution at any tolerance. With lambda the cotangent of x_{n+1}, eta_i that of stage i's base and
M_i = I - h gamma J(Y_i):  kappa_i = h sum_{l>i} a_li eta_l,  M_i^T w_i = kappa_i,  eta_i = (w_i - kappa_i) / (h gamma),
gradient of k += f_k(Y_i)^T w_i;  for the last stage M^T eta = lambda and w = h gamma eta. What a step's first stage
adds (J_1^T kappa_1) waits for the line before: the last stage of a step has the same Jacobian.

The moment T of a switch moves with parameters and states. What follows it starts later and what led to it goes on
longer: the cotangent of T is lambda_before . f_before - lambda_after . f_after (plus lambda . dG/dt of the jumps
between), and T is a threshold or where a function g(T, x) is 0. This part is that of the exact solution, so that it
agrees with the numerical one to the solver's tolerance.
"""

import numpy as np
from numba import njit

from jakstat.simulation.solver.integrator import (
    A_OF,
    C_OF,
    GAMMA_OF,
    OPTIONS,
    STAGES_OF,
    set_from_bits,
    set_scales,
    write_rate,
)
from jakstat.simulation.solver.kernel_interface import (
    ADJOINT_FIRST,
    ADJOINT_LAST,
    ADJOINT_STAGE,
    AT_BASE,
    AT_BEFORE,
    AT_C,
    AT_COEFFICIENTS,
    AT_K,
    AT_SCRATCH,
    AT_SWITCHES,
    AT_X,
    COEFFICIENTS,
    COEFFICIENTS_VJP,
    GATHERS,
    JUMP_VJPS,
    N_COEFFICIENTS,
    N_PARAMETERS,
    N_STATES,
    N_THRESHOLDS,
    ROOT_VJPS,
    SUMS,
    THRESHOLDS_VJP,
    WORK_SIZE,
    address_in,
    invoke,
)
from jakstat.simulation.solver.steady_state import pull_back_steady_state
from jakstat.simulation.solver.tape import (
    FIRST_STAGE_COLUMN,
    KIND_COLUMN,
    ROOT,
    SEGMENT_COLUMN,
    STEADY,
    STEP,
    THRESHOLD,
    VOID,
)


@njit(**OPTIONS)
def _adjoint_step(model, work, t, h, tape, number, method, lam, gk):
    """Pull ``lam`` back through the step of one line; kappa_1 of the step after waits at AT_BEFORE, and is replaced."""
    n, h_gamma, last = model[N_STATES], h * GAMMA_OF[method], STAGES_OF[method] - 1
    k, s = address_in(work, model[AT_COEFFICIENTS]), address_in(work, model[AT_SWITCHES])
    eta, c, kappa = address_in(work, model[AT_K]), address_in(work, model[AT_C]), address_in(work, model[AT_BASE])
    pending, shares = address_in(work, model[AT_BEFORE]), model[AT_C]
    begin = number * tape.shape[1] + FIRST_STAGE_COLUMN
    stage = address_in(tape, begin + (last - 1) * n)
    invoke(model[ADJOINT_LAST], t + h, stage, k, s, h_gamma, lam, pending, eta, gk)
    for i in range(last - 1, 0, -1):
        rows = last - i  # eta of the stages after this one, the last first
        for r in range(rows):
            work[shares + r] = h * A_OF[method, last - r, i]
        invoke(model[model[SUMS] + rows - 1], c, eta, kappa)
        stage = address_in(tape, begin + (i - 1) * n)
        row = address_in(work, model[AT_K] + rows * n)
        invoke(model[ADJOINT_STAGE], t + C_OF[method, i] * h, stage, k, s, h_gamma, kappa, row, gk)
    for r in range(last):
        work[shares + r] = h * A_OF[method, last - r, 0]
    invoke(model[model[GATHERS] + last - 1], c, eta, lam, pending)


@njit(**OPTIONS)
def _along_rate(model, work, t, lam):
    """Return lambda . f(t, x) at the state and with the switches in ``work``."""
    write_rate(model, work, t, model[AT_X], model[AT_SCRATCH])
    total = 0.0
    for m in range(model[N_STATES]):
        total += lam[m] * work[model[AT_SCRATCH] + m]
    return total


@njit(**OPTIONS)
def _adjoint_of_moment(model, work, number, kind, cotangent, t, lam, gk, gthreshold):
    """Hand the cotangent of a switch's moment to its threshold, or to what moves its root."""
    if kind == THRESHOLD:
        gthreshold[number] += cotangent
        return
    kernel, x = model[model[ROOT_VJPS] + number], address_in(work, model[AT_X])
    k, s = address_in(work, model[AT_COEFFICIENTS]), address_in(work, model[AT_SWITCHES])
    slope, unused = np.zeros(model[N_STATES]), np.zeros(gk.shape[0])
    speed = invoke(kernel, t, x, k, s, 1.0, address_in(slope, 0), address_in(unused, 0))
    speed += _along_rate(model, work, t, slope)
    unused[:] = 0.0  # keeps the arrays until here
    invoke(kernel, t, x, k, s, -cotangent / speed, address_in(lam, 0), address_in(gk, 0))


@njit(**OPTIONS)
def _read_state(model, work, tape, number, place):
    """Read the state before (0) or after (1) what a line tells of."""
    n = model[N_STATES]
    for m in range(n):
        work[model[AT_X] + m] = tape[number, FIRST_STAGE_COLUMN + place * n + m]


@njit(**OPTIONS)
def _adjoint_of_first_stage(model, work, t, lam, gk):
    """Pull kappa_1, which waits at AT_BEFORE, back through K_1 = f(t, x); nothing waits then."""
    k, s = address_in(work, model[AT_COEFFICIENTS]), address_in(work, model[AT_SWITCHES])
    x, pending = address_in(work, model[AT_X]), address_in(work, model[AT_BEFORE])
    invoke(model[ADJOINT_FIRST], t, x, k, s, pending, address_in(lam, 0), address_in(gk, 0))
    for m in range(model[N_STATES]):
        work[model[AT_BEFORE] + m] = 0.0


@njit(**OPTIONS)
def _adjoint_of_jump(model, work, t, number, p, lam, gp):
    """Pull ``lam`` back through a jump; return the cotangent of its moment."""
    x, before = address_in(work, model[AT_X]), address_in(work, model[AT_SCRATCH])
    moment = invoke(model[model[JUMP_VJPS] + number], t, x, p, address_in(lam, 0), before, gp)
    for m in range(model[N_STATES]):
        lam[m] = work[model[AT_SCRATCH] + m]
    return moment


@njit(**OPTIONS)
def lines_of_segments(tape, n_segments):
    """Return the lines of all segments, one segment after the other, and where each one's begin there (and the end)."""
    begins = np.zeros(n_segments + 1, dtype=np.int64)
    for line in range(tape.shape[0]):
        if tape[line, SEGMENT_COLUMN] != VOID:
            begins[int(tape[line, SEGMENT_COLUMN]) + 1] += 1
    for segment in range(n_segments):
        begins[segment + 1] += begins[segment]
    lines, place = np.empty(begins[n_segments], dtype=np.int64), begins[:-1].copy()
    for line in range(tape.shape[0]):
        if tape[line, SEGMENT_COLUMN] != VOID:
            segment = int(tape[line, SEGMENT_COLUMN])
            lines[place[segment]] = line
            place[segment] += 1
    return lines, begins


@njit(**OPTIONS)
def add_cotangents_of_row(tape, line, cotangents, lam):
    """Add to ``lam`` what is known of the state at the output row that a line reached."""
    row = int(tape[line, 3])
    if row >= 0:
        for m in range(lam.shape[0]):
            lam[m] += cotangents[row, m]


@njit(**OPTIONS)
def adjoint_of_happening(model, work, tape, lines, number, last, waits, moment, p, gp, lam, gk, gthreshold):
    """Pull ``lam`` back through a line that is no step; return the cotangent of the moment at which it happened.

    ``waits``: whether kappa_1 of a step waits for this line. ``moment`` is the cotangent of the line after it.
    """
    line = lines[number]
    t, kind, what = tape[line, 1], int(tape[line, KIND_COLUMN]), int(tape[line, 6])
    set_from_bits(model, work, tape[line, 4])
    _read_state(model, work, tape, line, 1)
    if waits:
        _adjoint_of_first_stage(model, work, t, lam, gk)
    if kind == STEADY:
        pull_back_steady_state(model, work, t, lam, gk)
        return moment
    following = STEP if number == last - 1 else tape[lines[number + 1], KIND_COLUMN]
    if following == STEP or following == STEADY:
        moment = -_along_rate(model, work, t, lam)
    _read_state(model, work, tape, line, 0)
    if kind == THRESHOLD or kind == ROOT:
        set_from_bits(model, work, tape[lines[number - 1], 4])
        moment += _along_rate(model, work, t, lam)
        _adjoint_of_moment(model, work, what, kind, moment, t, lam, gk, gthreshold)
    elif what >= 0:  # a jump: of an event, or of the condition at the start
        moment += _adjoint_of_jump(model, work, t, what, p, lam, gp)
    return moment


@njit(**OPTIONS)
def _adjoint_segment(model, work, tape, lines, first, last, p, cotangents, gp, lam, gk, gthreshold, method):
    """Sweep lines last-1 ... first of one segment; ``lam`` becomes the cotangent of the state that it started from."""
    invoke(model[COEFFICIENTS], p, address_in(work, model[AT_COEFFICIENTS]))
    for m in range(model[N_STATES]):
        work[model[AT_BEFORE] + m] = 0.0
    waits, moment = False, 0.0
    for number in range(last - 1, first - 1, -1):
        line = lines[number]
        add_cotangents_of_row(tape, line, cotangents, lam)
        if tape[line, KIND_COLUMN] == STEP:
            set_from_bits(model, work, tape[line, 4])
            at_lam, at_gk = address_in(lam, 0), address_in(gk, 0)
            _adjoint_step(model, work, tape[line, 1], tape[line, 2], tape, line, method, at_lam, at_gk)
        else:
            moment = adjoint_of_happening(
                model, work, tape, lines, number, last, waits, moment, p, gp, lam, gk, gthreshold
            )
        waits = tape[line, KIND_COLUMN] == STEP


@njit(**OPTIONS)
def pull_back_parameters(model, p, gk, gthreshold, gp):
    """Add to ``gp`` what cotangents of coefficients and thresholds say of parameters."""
    invoke(model[COEFFICIENTS_VJP], p, address_in(gk, 0), gp)
    invoke(model[THRESHOLDS_VJP], p, address_in(gthreshold, 0), gp)


@njit(**{**OPTIONS, "no_cpython_wrapper": False})
def pull_back_segments(parameters, initial_states, layout, tape, cotangents, solver, model):
    """Pull cotangents of the states at the output rows back to parameters and initial states.

    Parameters
    ----------
    parameters, initial_states, layout, tape, solver, model
        As given to and returned by ``solve_segments``.
    cotangents : (row, state)

    Returns
    -------
    (segment, parameter) and (root, state)
    """
    n, n_parameters, n_segments = model[N_STATES], model[N_PARAMETERS], parameters.shape[0]
    gp, gx = np.zeros((n_segments, n_parameters)), np.zeros((initial_states.shape[0], n))
    of_end, lam = np.zeros((n_segments, n)), np.empty(n)
    gk, gthreshold = np.empty(model[N_COEFFICIENTS]), np.empty(model[N_THRESHOLDS])
    work, method = np.empty(model[WORK_SIZE]), int(solver[4])
    lines, begins = lines_of_segments(tape, n_segments)
    for c in range(n_segments - 1, -1, -1):
        first, last = begins[c], begins[c + 1]
        for m in range(n):
            lam[m] = of_end[c, m]
        if first < last:
            gk.fill(0.0)
            gthreshold.fill(0.0)
            set_scales(model, work, solver, c)
            p, target = address_in(parameters, c * n_parameters), address_in(gp, c * n_parameters)
            _adjoint_segment(model, work, tape, lines, first, last, p, cotangents, target, lam, gk, gthreshold, method)
            pull_back_parameters(model, p, gk, gthreshold, target)
        origin = layout[c, 0]
        for m in range(n):
            if origin >= 0:
                of_end[origin, m] += lam[m]
            else:
                gx[-1 - origin, m] += lam[m]
    return gp, gx
