"""Adaptive ESDIRK integration of all conditions of a problem.

Not imported as it stands: :mod:`jakstat.simulation.kernel_cache` stores this text beside a model's generated kernels.

For each condition dx/dt = f(t, x, k, s), stages Y_i = x_n + h sum_j a_ij K_j with K_i = f(Y_i), solved by simplified
Newton with the Jacobian of the step's start; PI control of the filtered embedded error (Gustafsson 1991,
doi:10.1145/210232.210242); steps end on output times and on the thresholds of switches.

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
    coefficients,
    factorise,
    jacobian,
    rhs,
    solve,
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
FIRST_STAGE_COLUMN = 4  # of the tape; before it: condition, time, step size, output row
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
def set_switches(t, threshold, s):
    """Write the switches at time ``t``: 1 before their threshold, 0 from it on."""
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
            Y[i, m] = base[m] + h_gamma * K[i - 1, m]  # extrapolating K to the stage saved no iterations when tried
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
    place = FIRST_STAGE_COLUMN
    for i in range(1, _STAGES):
        for m in range(N_STATES):
            line[place] = Y[i, m]
            place += 1
    return tape


@njit(**_OPTIONS)
def _attempt_step(t, step, x, k, s, J, F, K, Y, weights, newton_tolerance, base, residual):
    """Try one step; return the norm of its error, or a negative number where Newton's method failed."""
    if not factorise(step * _GAMMA, J, F) > _TINY_PIVOT:
        return -1.0
    if not _stages(t, step, x, k, s, F, K, Y, weights, newton_tolerance, base, residual):
        return -1.0
    error = _error(step, F, K, Y, weights, residual)
    return max(error, 1e-10) if isfinite(error) else 1e10


@njit(**_OPTIONS)
def _step_within(h, remaining):
    """Return the step to take when ``h`` is proposed and a border lies ``remaining`` ahead."""
    if h >= remaining * 0.999999:
        return remaining
    return 0.5 * remaining if h > 0.5 * remaining else h


@njit(**_OPTIONS)
def _step_after_rejection(step, error):
    """Return a shorter step after a failed Newton iteration (negative ``error``) or too large an error."""
    if error < 0.0:
        return 0.25 * step
    return step * max(_SMALLEST_FACTOR, min(0.9, _SAFETY * error ** (-1.0 / _ORDER)))


@njit(**_OPTIONS)
def _step_after_success(step, h, error, error_before, rejected):
    """Return the next proposal (PI control); a step cut short by a border does not lower it."""
    factor = _SAFETY * error ** (-0.7 / _ORDER) * error_before ** (0.4 / _ORDER)
    factor = max(_SMALLEST_FACTOR, min(_LARGEST_FACTOR, factor))
    if rejected:
        return step * min(factor, 1.0)
    return max(step * factor, h) if step < h else step * factor


@njit(**_OPTIONS)
def _solve_condition(  # noqa: C901, PLR0915 - the one loop; what it calls is split off above
    condition, p, x0, start, times, first, last, solver, states, tape, used, recording
):
    """Integrate one condition over output rows first..last-1; return status, tape and number of steps on it."""
    rtol, atol, max_steps, newton_tolerance = solver[0], solver[1], solver[2], solver[3]
    k, s, threshold = np.empty(N_COEFFICIENTS), np.empty(N_SWITCHES), np.empty(N_SWITCHES)
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
    end = times[last - 1]
    set_switches(t, threshold, s)
    rhs(t, x, k, s, K[0])
    _set_weights(x, rtol, atol, weights)
    if not _norm(K[0], weights) < 1e200:
        return _NOT_FINITE, tape, used
    h = _first_step(t, x, k, s, K, weights, end - t, base, residual)
    border, error, error_before, rejected = _next_threshold(t, end, threshold), 1.0, 1.0, False
    for _ in range(int(max_steps)):
        target = min(times[row], border)
        step = _step_within(h, target - t)
        if step <= 1e-14 * max(abs(t), abs(target)):
            return (_NEWTON_FAILED if error < 0.0 else _STEP_TOO_SMALL), tape, used
        if not rejected:
            jacobian(t, x, k, s, J)
        error = _attempt_step(t, step, x, k, s, J, F, K, Y, weights, newton_tolerance, base, residual)
        if not 0.0 <= error <= 1.0:
            h, rejected = _step_after_rejection(step, error), True
            continue
        h = _step_after_success(step, h, error, error_before, rejected)
        error_before, rejected = max(error, 1e-4), False
        reached = step == target - t
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
            set_switches(t, threshold, s)
            rhs(t, x, k, s, K[0])
            border = _next_threshold(t, end, threshold)
        _set_weights(x, rtol, atol, weights)
    return _TOO_MANY_STEPS, tape, used


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
    tape = np.empty((64 * n_conditions if recording else 1, FIRST_STAGE_COLUMN + (_STAGES - 1) * N_STATES))
    used = 0
    for c in range(n_conditions):
        status[c], tape, used = _solve_condition(
            c, parameters[c], initial_states[c], start[c], times, first_row[c], first_row[c + 1], solver, states, tape,
            used, recording,
        )  # fmt: skip
        if status[c] != _SUCCESS:
            states[first_row[c] : first_row[c + 1]] = nan
    return states, tape[:used].copy(), status
