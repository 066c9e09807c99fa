"""The discrete adjoint of :mod:`jakstat.simulation.segments`: recorded steps, differentiated as they were computed.

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

from jakstat.simulation.integrator import (
    FIRST_STAGE_COLUMN,
    JUMP,
    METHOD,
    OPTIONS,
    ROOT,
    STAGES,
    START,
    STEADY,
    STEP,
    THRESHOLD,
    copy_to,
    new_work,
    set_from_bits,
)
from jakstat.simulation.kernel_interface import (
    ADJOINT_FIRST,
    ADJOINT_LAST,
    ADJOINT_STAGE,
    COEFFICIENTS,
    COEFFICIENTS_VJP,
    JUMP_VJPS,
    N_STATES,
    RHS,
    ROOT_VJPS,
    THRESHOLDS_VJP,
    address_in,
    invoke,
)
from jakstat.simulation.steady_state import pull_back_steady_state

_A, _C, _GAMMA = METHOD.a, METHOD.c, METHOD.gamma


@njit(**OPTIONS)
def _adjoint_step(model, t, h, tape, number, k, s, kappa, pending, w, eta, lam, gk):
    """Pull ``lam`` back through the step of one line; ``pending`` is kappa_1 of the step after, or 0."""
    n, h_gamma, last = lam.shape[0], h * _GAMMA, STAGES - 1
    begin = number * tape.shape[1] + FIRST_STAGE_COLUMN
    stage = address_in(tape, begin + (last - 1) * n)
    invoke(model[ADJOINT_LAST], t + h, stage, k, s, h_gamma, lam, pending, gk)
    for m in range(n):
        eta[last, m] = lam[m]
    inverse = 1.0 / h_gamma
    for i in range(last - 1, 0, -1):
        for m in range(n):
            kappa[m] = h * _A[last, i] * eta[last, m]
        for j in range(i + 1, last):
            share = h * _A[j, i]
            for m in range(n):
                kappa[m] += share * eta[j, m]
        for m in range(n):
            w[m] = kappa[m]
        stage = address_in(tape, begin + (i - 1) * n)
        invoke(model[ADJOINT_STAGE], t + _C[i] * h, stage, k, s, h_gamma, w, gk)
        for m in range(n):
            eta[i, m] = (w[m] - kappa[m]) * inverse
    for m in range(n):
        pending[m] = h * _A[last, 0] * eta[last, m]
    for i in range(1, last):
        share = h * _A[i, 0]
        for m in range(n):
            pending[m] += share * eta[i, m]
            lam[m] += eta[i, m]


@njit(**OPTIONS)
def _along_rate(model, t, x, k, s, lam, f):
    """Return lambda . f(t, x)."""
    invoke(model[RHS], t, x, k, s, f)
    total = 0.0
    for m in range(lam.shape[0]):
        total += lam[m] * f[m]
    return total


@njit(**OPTIONS)
def _adjoint_of_moment(model, number, kind, cotangent, t, x, k, s, lam, gk, gthreshold):
    """Hand the cotangent of a switch's moment to its threshold, or to what moves its root."""
    if kind == THRESHOLD:
        gthreshold[number] += cotangent
        return
    kernel = model[model[ROOT_VJPS] + number]
    slope, unused = np.zeros_like(x), np.zeros_like(gk)
    speed = invoke(kernel, t, x, k, s, 1.0, slope, unused)
    speed += _along_rate(model, t, x, k, s, slope, np.empty_like(x))
    invoke(kernel, t, x, k, s, -cotangent / speed, lam, gk)


@njit(**OPTIONS)
def _read_state(tape, number, place, x):
    """Read the state before (0) or after (1) what a line tells of."""
    n = x.shape[0]
    for m in range(n):
        x[m] = tape[number, FIRST_STAGE_COLUMN + place * n + m]


@njit(**OPTIONS)
def _adjoint_segment(model, work, tape, first, last, p, cotangents, gp, lam):
    """Sweep lines last-1 ... first of one segment; ``lam`` becomes the cotangent of the state that it started from."""
    n, k, s, x = lam.shape[0], work.k, work.s, work.x
    kappa, w, pending, nothing, eta = work.base, work.residual, np.zeros(n), np.zeros(n), work.K
    gk, gthreshold = np.zeros(k.shape[0]), np.zeros(work.threshold.shape[0])
    invoke(model[COEFFICIENTS], p, k)
    waits = False  # whether ``pending`` waits for the line before
    moment = 0.0  # the cotangent of the moment at which the lines being swept happened
    for number in range(last - 1, first - 1, -1):
        t, row, kind, what = tape[number, 1], int(tape[number, 3]), int(tape[number, 5]), int(tape[number, 6])
        if row >= 0:
            for m in range(n):
                lam[m] += cotangents[row, m]
        set_from_bits(tape[number, 4], s)
        if kind == STEP:
            _adjoint_step(model, t, tape[number, 2], tape, number, k, s, kappa, pending, w, eta, lam, gk)
            waits = True
            continue
        _read_state(tape, number, 1, x)
        if waits:
            invoke(model[ADJOINT_FIRST], t, x, k, s, pending, lam, gk)
            copy_to(nothing, pending)
            waits = False
        if kind == STEADY:
            pull_back_steady_state(model, t, x, k, s, work.J, lam, w, gk)
            continue
        if number == last - 1 or tape[number + 1, 5] == STEP or tape[number + 1, 5] == STEADY:
            moment = -_along_rate(model, t, x, k, s, lam, w)
        _read_state(tape, number, 0, x)
        if kind == JUMP or (kind == START and what >= 0):
            moment += invoke(model[model[JUMP_VJPS] + what], t, x, p, lam, w, gp)
            copy_to(w, lam)
        elif kind == THRESHOLD or kind == ROOT:
            set_from_bits(tape[number - 1, 4], s)
            moment += _along_rate(model, t, x, k, s, lam, w)
            _adjoint_of_moment(model, what, kind, moment, t, x, k, s, lam, gk, gthreshold)
    invoke(model[COEFFICIENTS_VJP], p, gk, gp)
    invoke(model[THRESHOLDS_VJP], p, gthreshold, gp)


@njit(**{**OPTIONS, "no_cpython_wrapper": False})
def pull_back_segments(parameters, initial_states, layout, tape, cotangents, model):
    """Pull cotangents of the states at the output rows back to parameters and initial states.

    Parameters
    ----------
    parameters, initial_states, layout, tape, model
        As given to and returned by ``solve_segments``.
    cotangents : (row, state)

    Returns
    -------
    (segment, parameter) and (root, state)
    """
    gp = np.zeros_like(parameters)
    gx = np.zeros_like(initial_states)
    of_end = np.zeros((parameters.shape[0], model[N_STATES]))
    work = new_work(model)
    last = tape.shape[0]
    for c in range(parameters.shape[0] - 1, -1, -1):
        first = last
        while first > 0 and tape[first - 1, 0] == c:
            first -= 1
        lam = of_end[c]
        if first < last:
            _adjoint_segment(model, work, tape, first, last, parameters[c], cotangents, gp[c], lam)
        origin = layout[c, 0]
        target = of_end[origin] if origin >= 0 else gx[-1 - origin]
        for m in range(lam.shape[0]):
            target[m] += lam[m]
        last = first
    return gp, gx
