"""Adaptive ESDIRK integration of all conditions of a problem, and its discrete adjoint.

Not imported as it stands: :mod:`jakstat.simulation.kernel_cache` stores this text beside a model's generated kernels.

Forward, for each condition: dx/dt = f(t, x, k, s), stages Y_i = x_n + h sum_j a_ij K_j with K_i = f(Y_i), solved by
simplified Newton with the Jacobian of the step's start; PI control of the filtered embedded error (Gustafsson 1991,
doi:10.1145/210232.210242); steps end on output times and on the thresholds of switches.

Adjoint: the accepted steps are differentiated as they were computed (step sizes held constant), so that the gradient is
exact for the numerical solution at any tolerance. With lambda the cotangent of x_{n+1} and eta_i that of stage i's base,
M_i = I - h gamma J(Y_i):  kappa_i = h sum_{l>i} a_li eta_l,  M_i^T w_i = kappa_i,  eta_i = (w_i - kappa_i) / (h gamma),
gradient of k += f_k(Y_i)^T w_i;  for the last stage M^T eta = lambda and w = h gamma eta.

The tape is a float64 array (step, 4 + 5 state): condition, time, step size, output row reached (or -1), then the stage
values Y_2 ... Y_6; Y_1 is the end of the step before, or the initial state.
"""

from math import isfinite, nan, sqrt

import numpy as np
from numba import njit

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
    rhs,
    solve,
    solve_transposed,
    thresholds,
)
from jakstat.simulation.tableaus import ESDIRK43

_A = ESDIRK43.a
_C = ESDIRK43.c
_E = ESDIRK43.error_weights
_GAMMA = ESDIRK43.gamma
_STAGES = 6
_ORDER = 4  # of the step-size controller: embedded order + 1

_SUCCESS, _TOO_MANY_STEPS, _STEP_TOO_SMALL, _NEWTON_FAILED, _NOT_FINITE = 0, 1, 2, 3, 4
_HEADER = 4  # columns of the tape before the stage values
_TINY_PIVOT = 1e-10
_NEWTON_ITERATIONS = 8
_SAFETY, _SMALLEST_FACTOR, _LARGEST_FACTOR = 0.9, 0.2, 8.0

_OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"contract", "nsz", "arcp", "reassoc"}}


@njit(**_OPTIONS)
def _norm(vector, weights):
    """Root mean square of ``vector * weights``."""
    total = 0.0
    for m in range(N_STATES):
        total += (vector[m] * weights[m]) ** 2
    return sqrt(total / N_STATES)


@njit(**_OPTIONS)
def _set_weights(x, rtol, atol, weights):
    for m in range(N_STATES):
        weights[m] = 1.0 / (atol + rtol * abs(x[m]))


@njit(**_OPTIONS)
def _set_switches(t, threshold, s):
    for j in range(N_SWITCHES):
        s[j] = 1.0 if t < threshold[j] else 0.0


@njit(**_OPTIONS)
def _next_threshold(t, end, threshold):
    """Return the first threshold after ``t``, or ``end``."""
    border = end
    for j in range(N_SWITCHES):
        if t < threshold[j] < border:
            border = threshold[j]
    return border


@njit(**_OPTIONS)
def _first_step(t, x, k, s, K, weights, span, work, change):
    """Propose a first step from the size of x, f and the change of f (Hairer, Norsett, Wanner 1993, II.4)."""
    size, speed = _norm(x, weights), _norm(K[0], weights)
    h = 0.01 * size / speed if size > 1e-5 and speed > 1e-5 else 1e-6
    h = min(h, span)
    for m in range(N_STATES):
        work[m] = x[m] + h * K[0, m]
    rhs(t + h, work, k, s, change)
    for m in range(N_STATES):
        change[m] -= K[0, m]
    fastest = max(speed, _norm(change, weights) / h)
    h_second = max(1e-6, h * 1e-3) if fastest <= 1e-15 else (0.01 / fastest) ** (1.0 / _ORDER)
    return min(100.0 * h, h_second, span)


@njit(**_OPTIONS)
def _newton(t, h_gamma, k, s, F, base, weights, tolerance, Y, residual):
    """Solve Y = base + h gamma f(Y) from the guess in Y; return whether it converged."""
    before = 0.0
    for iteration in range(_NEWTON_ITERATIONS):
        rhs(t, Y, k, s, residual)
        for m in range(N_STATES):
            residual[m] = base[m] + h_gamma * residual[m] - Y[m]
        solve(F, residual)
        for m in range(N_STATES):
            Y[m] += residual[m]
        size = _norm(residual, weights)
        if not size < 1e10:
            return False
        if iteration == 0:
            if size <= 0.01 * tolerance:
                return True
        else:
            rate = size / before
            if rate >= 1.0 and size > tolerance:
                return False
            if size * rate <= tolerance * (1.0 - min(rate, 0.9)):
                return True
        before = size
    return False


@njit(**_OPTIONS)
def _stages(t, h, x, k, s, F, K, Y, weights, tolerance, base, residual):
    """Fill stage values Y and derivatives K of one step; return whether every stage converged."""
    h_gamma = h * _GAMMA
    for i in range(1, _STAGES):
        for m in range(N_STATES):
            total = 0.0
            for j in range(i):
                total += _A[i, j] * K[j, m]
            base[m] = x[m] + h * total
        for m in range(N_STATES):
            Y[i, m] = base[m] + h_gamma * K[i - 1, m]
        if not _newton(t + _C[i] * h, h_gamma, k, s, F, base, weights, tolerance, Y[i], residual):
            return False
        for m in range(N_STATES):
            K[i, m] = (Y[i, m] - base[m]) / h_gamma
    return True


@njit(**_OPTIONS)
def _error(h, F, K, Y, weights, error):
    """Return the norm of the embedded error after one solve with M, which filters its stiff part."""
    for m in range(N_STATES):
        total = 0.0
        for i in range(_STAGES):
            total += _E[i] * K[i, m]
        error[m] = h * total
    solve(F, error)
    return _norm(error, weights)


@njit(**_OPTIONS)
def _extended(tape):
    longer = np.empty((2 * tape.shape[0], tape.shape[1]))
    longer[: tape.shape[0]] = tape
    return longer


@njit(**_OPTIONS)
def _record(tape, used, condition, t, h, row, Y):
    """Append one accepted step to the tape."""
    if used == tape.shape[0]:
        tape = _extended(tape)
    line = tape[used]
    line[0], line[1], line[2], line[3] = condition, t, h, row
    place = _HEADER
    for i in range(1, _STAGES):
        for m in range(N_STATES):
            line[place] = Y[i, m]
            place += 1
    return tape


@njit(**_OPTIONS)
def _solve_condition(condition, p, x0, start, times, first, last, solver, states, tape, used, recording):
    """Integrate one condition over output rows first..last-1; return status, tape and number of steps on it."""
    rtol, atol, max_steps, newton_tolerance = solver[0], solver[1], solver[2], solver[3]
    k, s = np.empty(N_COEFFICIENTS), np.empty(N_SWITCHES)
    threshold = np.empty(N_SWITCHES)
    K, Y = np.empty((_STAGES, N_STATES)), np.empty((_STAGES, N_STATES))
    J, F = np.empty(N_JACOBIAN), np.empty(N_FACTORS)
    weights, base, residual = np.empty(N_STATES), np.empty(N_STATES), np.empty(N_STATES)
    x = x0.copy()
    coefficients(p, k)
    thresholds(p, threshold)
    row, t = first, start
    while row < last and times[row] <= t:
        states[row] = x
        row += 1
    if row == last:
        return _SUCCESS, tape, used
    _set_switches(t, threshold, s)
    rhs(t, x, k, s, K[0])
    _set_weights(x, rtol, atol, weights)
    speed = _norm(K[0], weights)
    if not speed < 1e200:
        return _NOT_FINITE, tape, used
    border = _next_threshold(t, times[last - 1], threshold)
    h = _first_step(t, x, k, s, K, weights, times[last - 1] - t, base, residual)
    error_before, rejected, newton_failed, steps = 1.0, False, False, 0
    while True:
        target = min(times[row], border)
        remaining = target - t
        step = remaining if h >= remaining * 0.999999 else (0.5 * remaining if h > 0.5 * remaining else h)
        if steps >= max_steps:
            return _TOO_MANY_STEPS, tape, used
        if step <= 1e-14 * max(abs(t), abs(target)):
            return (_NEWTON_FAILED if newton_failed else _STEP_TOO_SMALL), tape, used
        steps += 1
        if not rejected:
            jacobian(t, x, k, s, J)
        if not factorise(step * _GAMMA, J, F) > _TINY_PIVOT:
            h, rejected, newton_failed = 0.25 * step, True, True
            continue
        if not _stages(t, step, x, k, s, F, K, Y, weights, newton_tolerance, base, residual):
            h, rejected, newton_failed = 0.25 * step, True, True
            continue
        error = max(_error(step, F, K, Y, weights, residual), 1e-10)
        if not error <= 1.0:
            factor = _SMALLEST_FACTOR if not isfinite(error) else _SAFETY * error ** (-1.0 / _ORDER)
            h, rejected = step * max(_SMALLEST_FACTOR, min(factor, 0.9)), True
            continue
        factor = _SAFETY * error ** (-0.7 / _ORDER) * error_before ** (0.4 / _ORDER)
        factor = max(_SMALLEST_FACTOR, min(_LARGEST_FACTOR, factor))
        proposal = step * (min(factor, 1.0) if rejected else factor)
        h = max(proposal, h) if step < h and not rejected else proposal
        error_before, rejected, newton_failed = max(error, 1e-4), False, False
        reached = step == remaining
        at_output = reached and times[row] <= target
        if recording:
            tape = _record(tape, used, condition, t, step, row if at_output else -1, Y)
            used += 1
        t = target if reached else t + step
        for m in range(N_STATES):
            x[m] = Y[_STAGES - 1, m]
            K[0, m] = K[_STAGES - 1, m]
        if at_output:
            states[row] = x
            row += 1
            if row == last:
                return _SUCCESS, tape, used
        if reached and t >= border:
            _set_switches(t, threshold, s)
            rhs(t, x, k, s, K[0])
            border = _next_threshold(t, times[last - 1], threshold)
        _set_weights(x, rtol, atol, weights)


@njit(**_OPTIONS)
def solve_conditions(parameters, initial_states, start, times, first_row, solver, recording):
    """Integrate every condition.

    Parameters
    ----------
    parameters : (condition, parameter)
    initial_states : (condition, state)
    start : (condition,), time of the initial state
    times : (row,), output times, increasing within a condition
    first_row : (condition + 1,), int64: rows of condition c are first_row[c] ... first_row[c + 1] - 1
    solver : rtol, atol, most steps of a condition, Newton tolerance as a share of the error tolerance
    recording : bool, whether the tape is written

    Returns
    -------
    states : (row, state); NaN from the first failed condition's rows on
    tape : (step, column), see the module; its unused end is cut
    status : (condition,), int64, see SolveStatus
    """
    n_conditions = parameters.shape[0]
    states = np.full((times.shape[0], N_STATES), nan)
    status = np.zeros(n_conditions, dtype=np.int64)
    tape = np.empty((64 * n_conditions if recording else 1, _HEADER + (_STAGES - 1) * N_STATES))
    used = 0
    for c in range(n_conditions):
        status[c], tape, used = _solve_condition(
            c, parameters[c], initial_states[c], start[c], times, first_row[c], first_row[c + 1], solver, states, tape,
            used, recording,
        )  # fmt: skip
        if status[c] != _SUCCESS:
            states[first_row[c] : first_row[c + 1]] = nan
    return states, tape[:used].copy(), status


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
        place = _HEADER
        for i in range(1, _STAGES):
            for m in range(N_STATES):
                Y[i, m] = line[place]
                place += 1
        changed = _crosses_threshold(t, h, threshold)
        if changed and step < last - 1:
            _set_switches(tape[step + 1, 1], threshold, s)
            _adjoint_of_first_stage(tape[step + 1, 1], Y[_STAGES - 1], k, s, J, pending, lam, gk)
        if row >= 0:
            for m in range(N_STATES):
                lam[m] += cotangents[row, m]
        _set_switches(t, threshold, s)
        _adjoint_step(t, h, Y, changed, k, s, J, F, kappa, pending, w, eta, lam, gk)
    if first < last:
        t = tape[first, 1]
        _set_switches(t, threshold, s)
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
