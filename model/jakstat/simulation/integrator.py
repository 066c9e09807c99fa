"""Adaptive ESDIRK steps of one trajectory.

Not imported as it stands: :mod:`jakstat.simulation.kernel_cache` stores this text beside a model's generated kernels.

For dx/dt = f(t, x, k, s), stages Y_i = x_n + h sum_j a_ij K_j with K_i = f(Y_i), solved by simplified Newton with the
Jacobian of the step's start; PI control of the filtered embedded error (Gustafsson 1991, doi:10.1145/210232.210242).
Which steps are taken, and what happens between them, is :mod:`jakstat.simulation.segments`.

The tape is a float64 array (line, 7 + stage values): segment, time, step size, output row reached (or -1), switches in
force (bits), kind of line, number of what happened. Of a step follow the stage values Y_2, Y_3, ...; Y_1 is the state
at the end of the line before. Of any other line follow the state before and the state after it.
"""

from math import isfinite, sqrt

import numpy as np
from numba import njit

from jakstat.simulation.kernel_interface import (
    N_FACTORS,
    N_JACOBIAN,
    N_ROOTS,
    N_STATES,
    N_THRESHOLDS,
    factorise,
    jacobian,
    rhs,
    solve,
)
from jakstat.simulation.tableaus import ESDIRK43 as METHOD

_A = METHOD.a
_C = METHOD.c
_E = METHOD.error_weights
_GAMMA = METHOD.gamma
STAGES = len(METHOD.c)
_ORDER = METHOD.embedded_order + 1  # of the step-size controller

STEP, START, THRESHOLD, ROOT, JUMP, STEADY = 0, 1, 2, 3, 4, 5  # kinds of lines
FIRST_STAGE_COLUMN = 7
WIDTH = FIRST_STAGE_COLUMN + (STAGES - 1) * N_STATES
N_SWITCHES = N_THRESHOLDS + N_ROOTS
FAILED_NEWTON = -1.0
_TINY_PIVOT = 1e-10
_NEWTON_ITERATIONS = 8
_SAFETY, _SMALLEST_FACTOR, _LARGEST_FACTOR = 0.9, 0.2, 8.0

_OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"contract", "nsz", "arcp", "reassoc"}}


@njit(**_OPTIONS)
def norm(vector, weights):
    """Root mean square of ``vector * weights``."""
    total = 0.0
    for m in range(N_STATES):
        total += (vector[m] * weights[m]) ** 2
    return sqrt(total / N_STATES)


@njit(**_OPTIONS)
def set_weights(x, rtol, atol, weights):
    """Write what turns an error of ``x`` into a share of its tolerance."""
    for m in range(N_STATES):
        weights[m] = 1.0 / (atol + rtol * abs(x[m]))


@njit(**_OPTIONS)
def bits_of(s):
    """Return the switches as one number."""
    total, value = 0.0, 1.0
    for j in range(N_SWITCHES):
        if s[j] > 0.5:
            total += value
        value *= 2.0
    return total


@njit(**_OPTIONS)
def set_from_bits(bits, s):
    """Write the switches that ``bits_of`` made a number of."""
    rest = np.int64(bits)
    for j in range(N_SWITCHES):
        s[j] = 1.0 if rest & 1 else 0.0
        rest >>= 1


@njit(**_OPTIONS)
def first_step(t, x, k, s, K, weights, span, work, change):
    """Propose a first step from the size of x, f and the change of f (Hairer, Norsett, Wanner 1993, II.4)."""
    size, speed = norm(x, weights), norm(K[0], weights)
    h = 0.01 * size / speed if size > 1e-5 and speed > 1e-5 else 1e-6
    h = min(h, span)
    for m in range(N_STATES):
        work[m] = x[m] + h * K[0, m]
    rhs(t + h, work, k, s, change)
    for m in range(N_STATES):
        change[m] -= K[0, m]
    fastest = max(speed, norm(change, weights) / h)
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
        size = norm(residual, weights)
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
    for i in range(1, STAGES):
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
def _error(h, F, K, weights, error):
    """Return the norm of the embedded error after one solve with M, which filters its stiff part."""
    for m in range(N_STATES):
        total = 0.0
        for i in range(STAGES):
            total += _E[i] * K[i, m]
        error[m] = h * total
    solve(F, error)
    return norm(error, weights)


@njit(**_OPTIONS)
def attempt_step(t, step, x, k, s, J, F, K, Y, weights, newton_tolerance, base, residual):
    """Try one step; return the norm of its error, or ``FAILED_NEWTON``."""
    if not factorise(step * _GAMMA, J, F) > _TINY_PIVOT:
        return FAILED_NEWTON
    if not _stages(t, step, x, k, s, F, K, Y, weights, newton_tolerance, base, residual):
        return FAILED_NEWTON
    error = _error(step, F, K, weights, residual)
    return max(error, 1e-10) if isfinite(error) else 1e10


@njit(**_OPTIONS)
def step_within(h, remaining):
    """Return the step to take when ``h`` is proposed and a border lies ``remaining`` ahead."""
    if h >= remaining * 0.999999:
        return remaining
    return 0.5 * remaining if h > 0.5 * remaining else h


@njit(**_OPTIONS)
def step_after_rejection(step, error):
    """Return a shorter step after a failed Newton iteration (negative ``error``) or too large an error."""
    if error < 0.0:
        return 0.25 * step
    return step * max(_SMALLEST_FACTOR, min(0.9, _SAFETY * error ** (-1.0 / _ORDER)))


@njit(**_OPTIONS)
def step_after_success(step, h, error, error_before, rejected):
    """Return the next proposal (PI control); a step cut short by a border does not lower it."""
    factor = _SAFETY * error ** (-0.7 / _ORDER) * error_before ** (0.4 / _ORDER)
    factor = max(_SMALLEST_FACTOR, min(_LARGEST_FACTOR, factor))
    if rejected:
        return step * min(factor, 1.0)
    return max(step * factor, h) if step < h else step * factor


@njit(**_OPTIONS)
def _new_line(tape, used):
    """Return the tape with room for one more line."""
    if used < tape.shape[0]:
        return tape
    longer = np.empty((2 * tape.shape[0], tape.shape[1]))
    longer[: tape.shape[0]] = tape
    return longer


@njit(**_OPTIONS)
def record_step(tape, used, segment, t, h, bits, Y):
    """Append one accepted step to the tape."""
    tape = _new_line(tape, used)
    line = tape[used]
    line[0], line[1], line[2], line[3], line[4], line[5], line[6] = segment, t, h, -1.0, bits, STEP, 0.0
    place = FIRST_STAGE_COLUMN
    for i in range(1, STAGES):
        for m in range(N_STATES):
            line[place] = Y[i, m]
            place += 1
    return tape


@njit(**_OPTIONS)
def record_happening(tape, used, segment, t, bits, kind, number, before, after):
    """Append what is no step: a start, a switch that changed, a jump, a steady state."""
    tape = _new_line(tape, used)
    line = tape[used]
    line[0], line[1], line[2], line[3], line[4], line[5], line[6] = segment, t, 0.0, -1.0, bits, kind, number
    for m in range(N_STATES):
        line[FIRST_STAGE_COLUMN + m] = before[m]
        line[FIRST_STAGE_COLUMN + N_STATES + m] = after[m]
    return tape
