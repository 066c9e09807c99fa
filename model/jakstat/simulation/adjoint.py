"""The discrete adjoint of :mod:`jakstat.simulation.segments`: recorded steps, differentiated as they were computed.

Not imported as it stands, like the integrator. Step sizes are held constant, so that the gradient is exact for the
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

from jakstat.simulation.integrator import (
    FIRST_STAGE_COLUMN,
    JUMP,
    METHOD,
    N_SWITCHES,
    ROOT,
    STAGES,
    START,
    STEADY,
    STEP,
    THRESHOLD,
    set_from_bits,
)
from jakstat.simulation.kernel_interface import (
    N_COEFFICIENTS,
    N_FACTORS,
    N_JACOBIAN,
    N_STATES,
    N_THRESHOLDS,
    add_coefficient_vjp,
    add_jacobian_transposed_times,
    coefficients,
    coefficients_vjp,
    factorise,
    jacobian,
    jump_vjp,
    rhs,
    root_vjp,
    solve_transposed,
    thresholds_vjp,
)
from jakstat.simulation.steady_state import pull_back_steady_state

_A, _C, _GAMMA = METHOD.a, METHOD.c, METHOD.gamma
_OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"contract", "nsz", "arcp", "reassoc"}}


@njit(**_OPTIONS)
def _adjoint_step(t, h, Y, alone, k, s, J, F, kappa, pending, w, eta, lam, gk):
    """Pull ``lam`` back through one step; ``pending`` is kappa_1 of the step after, unless this one stands ``alone``."""
    h_gamma = h * _GAMMA
    last = STAGES - 1
    jacobian(t + h, Y[last], k, s, J)
    factorise(h_gamma, J, F)
    if not alone:
        add_jacobian_transposed_times(J, pending, lam)
    for m in range(N_STATES):
        eta[last, m] = lam[m]
    solve_transposed(F, eta[last])
    for m in range(N_STATES):
        w[m] = h_gamma * eta[last, m] + (0.0 if alone else pending[m])
        lam[m] = eta[last, m]
    add_coefficient_vjp(t + h, Y[last], k, s, w, gk)
    for i in range(last - 1, 0, -1):
        for m in range(N_STATES):
            total = 0.0
            for j in range(i + 1, STAGES):
                total += _A[j, i] * eta[j, m]
            kappa[m] = h * total
            w[m] = kappa[m]
        jacobian(t + _C[i] * h, Y[i], k, s, J)
        factorise(h_gamma, J, F)
        solve_transposed(F, w)
        add_coefficient_vjp(t + _C[i] * h, Y[i], k, s, w, gk)
        for m in range(N_STATES):
            eta[i, m] = (w[m] - kappa[m]) / h_gamma
            lam[m] += eta[i, m]
    for m in range(N_STATES):
        total = 0.0
        for j in range(1, STAGES):
            total += _A[j, 0] * eta[j, m]
        pending[m] = h * total


@njit(**_OPTIONS)
def _adjoint_of_first_stage(t, x, k, s, J, pending, lam, gk):
    """Pull kappa_1 back through K_1 = f(t, x)."""
    jacobian(t, x, k, s, J)
    add_jacobian_transposed_times(J, pending, lam)
    add_coefficient_vjp(t, x, k, s, pending, gk)


@njit(**_OPTIONS)
def _along_rate(t, x, k, s, lam, f):
    """Return lambda . f(t, x)."""
    rhs(t, x, k, s, f)
    total = 0.0
    for m in range(N_STATES):
        total += lam[m] * f[m]
    return total


@njit(**_OPTIONS)
def _adjoint_of_moment(number, kind, cotangent, t, x, k, s, lam, work, gk, gthreshold):
    """Hand the cotangent of a switch's moment to its threshold, or to what moves its root."""
    if kind == THRESHOLD:
        gthreshold[number] += cotangent
        return
    for m in range(N_STATES):
        work[m] = 0.0
    unused = np.zeros(N_COEFFICIENTS)
    speed = root_vjp(number, t, x, k, s, 1.0, work, unused)
    speed += _along_rate(t, x, k, s, work, np.empty(N_STATES))
    root_vjp(number, t, x, k, s, -cotangent / speed, lam, gk)


@njit(**_OPTIONS)
def _adjoint_segment(  # noqa: C901, PLR0915 - the one loop; what it calls is split off above
    tape, first, last, p, cotangents, gp, lam
):
    """Sweep lines last-1 ... first of one segment; ``lam`` becomes the cotangent of the state that it started from."""
    k, s = np.empty(N_COEFFICIENTS), np.empty(N_SWITCHES)
    J, F = np.empty(N_JACOBIAN), np.empty(N_FACTORS)
    Y, eta = np.empty((STAGES, N_STATES)), np.empty((STAGES, N_STATES))
    kappa, w, pending = np.empty(N_STATES), np.empty(N_STATES), np.zeros(N_STATES)
    gk, gthreshold = np.zeros(N_COEFFICIENTS), np.zeros(N_THRESHOLDS)
    x = np.empty(N_STATES)
    coefficients(p, k)
    waits = False  # whether ``pending`` waits for the line before
    moment = 0.0  # the cotangent of the moment at which the lines being swept happened
    for number in range(last - 1, first - 1, -1):
        line = tape[number]
        t, h, row, kind, what = line[1], line[2], int(line[3]), int(line[5]), int(line[6])
        if row >= 0:
            for m in range(N_STATES):
                lam[m] += cotangents[row, m]
        set_from_bits(line[4], s)
        if kind == STEP:
            place = FIRST_STAGE_COLUMN
            for i in range(1, STAGES):
                for m in range(N_STATES):
                    Y[i, m] = line[place]
                    place += 1
            _adjoint_step(t, h, Y, not waits, k, s, J, F, kappa, pending, w, eta, lam, gk)
            waits = True
            continue
        if waits:
            for m in range(N_STATES):
                x[m] = line[FIRST_STAGE_COLUMN + N_STATES + m]
            _adjoint_of_first_stage(t, x, k, s, J, pending, lam, gk)
            waits = False
        if kind == STEADY:
            for m in range(N_STATES):
                x[m] = line[FIRST_STAGE_COLUMN + N_STATES + m]
            pull_back_steady_state(t, x, k, s, J, lam, w, gk)
            continue
        if number == last - 1 or tape[number + 1, 5] == STEP or tape[number + 1, 5] == STEADY:
            for m in range(N_STATES):
                x[m] = line[FIRST_STAGE_COLUMN + N_STATES + m]
            moment = -_along_rate(t, x, k, s, lam, w)
        for m in range(N_STATES):
            x[m] = line[FIRST_STAGE_COLUMN + m]
        if kind == JUMP or (kind == START and what >= 0):
            moment += jump_vjp(what, t, x, p, lam, w, gp)
            for m in range(N_STATES):
                lam[m] = w[m]
        elif kind == THRESHOLD or kind == ROOT:
            set_from_bits(tape[number - 1, 4], s)
            moment += _along_rate(t, x, k, s, lam, w)
            _adjoint_of_moment(what, kind, moment, t, x, k, s, lam, w, gk, gthreshold)
    coefficients_vjp(p, gk, gp)
    thresholds_vjp(p, gthreshold, gp)


@njit(**_OPTIONS)
def pull_back_segments(parameters, initial_states, layout, tape, cotangents):
    """Pull cotangents of the states at the output rows back to parameters and initial states.

    Parameters
    ----------
    parameters, initial_states, layout, tape
        As given to and returned by ``solve_segments``.
    cotangents : (row, state)

    Returns
    -------
    (segment, parameter) and (root, state)
    """
    gp = np.zeros_like(parameters)
    gx = np.zeros_like(initial_states)
    of_end = np.zeros((parameters.shape[0], N_STATES))
    last = tape.shape[0]
    for c in range(parameters.shape[0] - 1, -1, -1):
        first = last
        while first > 0 and tape[first - 1, 0] == c:
            first -= 1
        lam = of_end[c]
        if first < last:
            _adjoint_segment(tape, first, last, parameters[c], cotangents, gp[c], lam)
        origin = layout[c, 0]
        target = of_end[origin] if origin >= 0 else gx[-1 - origin]
        for m in range(N_STATES):
            target[m] += lam[m]
        last = first
    return gp, gx
