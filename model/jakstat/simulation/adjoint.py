"""The discrete adjoint of :mod:`jakstat.simulation.integrator`: recorded steps, differentiated as they were computed.

Not imported as it stands, like the integrator. Step sizes are held constant, so that the gradient is exact for the
numerical solution at any tolerance. With lambda the cotangent of x_{n+1}, eta_i that of stage i's base and
M_i = I - h gamma J(Y_i):  kappa_i = h sum_{l>i} a_li eta_l,  M_i^T w_i = kappa_i,  eta_i = (w_i - kappa_i) / (h gamma),
gradient of k += f_k(Y_i)^T w_i;  for the last stage M^T eta = lambda and w = h gamma eta. What a step's first stage
adds (J_1^T kappa_1) waits for the step before, whose last stage has the same Jacobian.
"""

import numpy as np
from numba import njit

from jakstat.simulation.integrator import FIRST_STAGE_COLUMN, set_switches
from jakstat.simulation.kernel_interface import (
    N_COEFFICIENTS,
    N_FACTORS,
    N_JACOBIAN,
    N_STATES,
    N_SWITCHES,
    add_coefficient_vjp,
    add_jacobian_transposed_times,
    coefficients,
    coefficients_vjp,
    factorise,
    jacobian,
    solve_transposed,
    thresholds,
)
from jakstat.simulation.tableaus import ESDIRK43

_A, _C, _GAMMA, _STAGES = ESDIRK43.a, ESDIRK43.c, ESDIRK43.gamma, 6
_OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"contract", "nsz", "arcp", "reassoc"}}


@njit(**_OPTIONS)
def _adjoint_step(t, h, Y, switches_changed, k, s, J, F, kappa, pending, w, eta, lam, gk):
    """Pull ``lam`` back through one step; ``pending`` is kappa_1 of the step after, whose J is that of this end."""
    h_gamma = h * _GAMMA
    last = _STAGES - 1
    jacobian(t + h, Y[last], k, s, J)
    factorise(h_gamma, J, F)
    if not switches_changed:
        add_jacobian_transposed_times(J, pending, lam)
    for m in range(N_STATES):
        eta[last, m] = lam[m]
    solve_transposed(F, eta[last])
    for m in range(N_STATES):
        w[m] = h_gamma * eta[last, m] + (0.0 if switches_changed else pending[m])
        lam[m] = eta[last, m]
    add_coefficient_vjp(t + h, Y[last], k, s, w, gk)
    for i in range(last - 1, 0, -1):
        for m in range(N_STATES):
            total = 0.0
            for j in range(i + 1, _STAGES):
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
        for j in range(1, _STAGES):
            total += _A[j, 0] * eta[j, m]
        pending[m] = h * total


@njit(**_OPTIONS)
def _adjoint_of_first_stage(t, x, k, s, J, pending, lam, gk):
    """Pull kappa_1 back through K_1 = f(t, x)."""
    jacobian(t, x, k, s, J)
    add_jacobian_transposed_times(J, pending, lam)
    add_coefficient_vjp(t, x, k, s, pending, gk)


@njit(**_OPTIONS)
def _crosses_threshold(t, h, threshold):
    """Whether a switch changes at the end of the step."""
    for j in range(N_SWITCHES):
        if t < threshold[j] <= t + h * (1.0 + 1e-12):
            return True
    return False


@njit(**_OPTIONS)
def _adjoint_condition(tape, first, last, p, x0, cotangents, gp, lam):
    """Sweep steps last-1 ... first of one condition; ``lam`` becomes the cotangent of its initial state."""
    k, s, threshold = np.empty(N_COEFFICIENTS), np.empty(N_SWITCHES), np.empty(N_SWITCHES)
    J, F = np.empty(N_JACOBIAN), np.empty(N_FACTORS)
    Y, eta = np.empty((_STAGES, N_STATES)), np.empty((_STAGES, N_STATES))
    kappa, w, pending = np.empty(N_STATES), np.empty(N_STATES), np.zeros(N_STATES)
    gk = np.zeros(N_COEFFICIENTS)
    coefficients(p, k)
    thresholds(p, threshold)
    for step in range(last - 1, first - 1, -1):
        line = tape[step]
        t, h, row = line[1], line[2], int(line[3])
        place = FIRST_STAGE_COLUMN
        for i in range(1, _STAGES):
            for m in range(N_STATES):
                Y[i, m] = line[place]
                place += 1
        changed = _crosses_threshold(t, h, threshold)
        if changed and step < last - 1:
            set_switches(tape[step + 1, 1], threshold, s)
            _adjoint_of_first_stage(tape[step + 1, 1], Y[_STAGES - 1], k, s, J, pending, lam, gk)
        if row >= 0:
            for m in range(N_STATES):
                lam[m] += cotangents[row, m]
        set_switches(t, threshold, s)
        _adjoint_step(t, h, Y, changed, k, s, J, F, kappa, pending, w, eta, lam, gk)
    if first < last:
        t = tape[first, 1]
        set_switches(t, threshold, s)
        _adjoint_of_first_stage(t, x0, k, s, J, pending, lam, gk)
    coefficients_vjp(p, gk, gp)


@njit(**_OPTIONS)
def pull_back_conditions(parameters, initial_states, start, times, first_row, tape, cotangents):
    """Pull cotangents of the states at the output rows back to parameters and initial states.

    Parameters
    ----------
    parameters, initial_states, start, times, first_row, tape
        As given to and returned by ``solve_conditions``.
    cotangents : (row, state)

    Returns
    -------
    (condition, parameter) and (condition, state)
    """
    gp = np.zeros_like(parameters)
    gx = np.zeros_like(initial_states)
    last = tape.shape[0]
    for c in range(parameters.shape[0] - 1, -1, -1):
        first = last
        while first > 0 and tape[first - 1, 0] == c:
            first -= 1
        _adjoint_condition(tape, first, last, parameters[c], initial_states[c], cotangents, gp[c], gx[c])
        for row in range(first_row[c], first_row[c + 1]):
            if times[row] <= start[c]:
                for m in range(N_STATES):
                    gx[c, m] += cotangents[row, m]
        last = first
    return gp, gx
