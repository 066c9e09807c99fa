"""Adaptive ESDIRK steps of one trajectory, and the record of them.

Compiled by numba once for all models: :mod:`jakstat.simulation.kernel_cache` stores this text and imports it from there.

For dx/dt = f(t, x, k, s), stages Y_i = x_n + h sum_j a_ij K_j with K_i = f(Y_i), solved by simplified Newton with the
Jacobian of the step's start; PI control of the filtered embedded error (Gustafsson 1991, doi:10.1145/210232.210242).
Which steps are taken, and what happens between them, is :mod:`jakstat.simulation.segments`.

The tape is a float64 array (line, 7 + stage values): segment, time, step size, output row reached (or -1), switches in
force (bits), kind of line, number of what happened. Of a step follow the stage values Y_2, Y_3, ...; Y_1 is the state
at the end of the line before. Of any other line follow the state before and the state after it. A tape of no lines is
not written. ``cursor`` (1,) is the number of lines in use.
"""

from math import isfinite, sqrt

import numpy as np
from numba import njit

from jakstat.simulation.kernel_interface import (
    FACTORISE,
    N_COEFFICIENTS,
    N_EVENTS,
    N_FACTORS,
    N_JACOBIAN,
    N_ROOTS,
    N_STATES,
    N_THRESHOLDS,
    NEWTON,
    RHS,
    SOLVE,
    Work,
    address_in,
    invoke,
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
FAILED_NEWTON = -1.0
_TINY_PIVOT = 1e-10
_NEWTON_ITERATIONS = 8
_SAFETY, _SMALLEST_FACTOR, _LARGEST_FACTOR = 0.9, 0.2, 8.0

OPTIONS = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "fastmath": {"contract", "nsz", "arcp", "reassoc"},
}


@njit(**OPTIONS)
def width_of(n):
    """Return the columns of a tape of ``n`` states."""
    return FIRST_STAGE_COLUMN + (STAGES - 1) * n


@njit(**OPTIONS)
def new_work(model):
    """Allocate what the solve of one segment works on."""
    n, roots = model[N_STATES], model[N_ROOTS]
    return Work(
        model,
        np.empty(model[N_COEFFICIENTS]),
        np.empty(model[N_THRESHOLDS] + roots),
        np.empty(n),
        np.empty((STAGES, n)),
        np.empty((STAGES, n)),
        np.empty(model[N_JACOBIAN]),
        np.empty(model[N_FACTORS]),
        np.empty(n),
        np.empty(n),
        np.empty(n),
        np.empty(model[N_THRESHOLDS]),
        np.empty(roots),
        np.empty(roots),
        np.empty(model[N_EVENTS]),
    )


@njit(**OPTIONS)
def copy_to(vector, target):
    """Write one vector into another (numba compiles this in a fraction of the time of a slice)."""
    for m in range(vector.shape[0]):
        target[m] = vector[m]


@njit(**OPTIONS)
def norm(vector, weights):
    """Root mean square of ``vector * weights``."""
    total = 0.0
    for m in range(vector.shape[0]):
        total += (vector[m] * weights[m]) ** 2
    return sqrt(total / vector.shape[0])


@njit(**OPTIONS)
def set_weights(x, rtol, atol, weights):
    """Write what turns an error of ``x`` into a share of its tolerance."""
    for m in range(x.shape[0]):
        weights[m] = 1.0 / (atol + rtol * abs(x[m]))


@njit(**OPTIONS)
def bits_of(s):
    """Return the switches as one number."""
    total, value = 0.0, 1.0
    for j in range(s.shape[0]):
        if s[j] > 0.5:
            total += value
        value *= 2.0
    return total


@njit(**OPTIONS)
def set_from_bits(bits, s):
    """Write the switches that ``bits_of`` made a number of."""
    rest = np.int64(bits)
    for j in range(s.shape[0]):
        s[j] = 1.0 if rest & 1 else 0.0
        rest >>= 1


@njit(**OPTIONS)
def first_step(work, t, span):
    """Propose a first step from the size of x, f and the change of f (Hairer, Norsett, Wanner 1993, II.4)."""
    x, rate, weights, trial, change = work.x, work.K[0], work.weights, work.base, work.residual
    size, speed = norm(x, weights), norm(rate, weights)
    h = 0.01 * size / speed if size > 1e-5 and speed > 1e-5 else 1e-6
    h = min(h, span)
    for m in range(x.shape[0]):
        trial[m] = x[m] + h * rate[m]
    invoke(work.model[RHS], t + h, trial, work.k, work.s, change)
    for m in range(x.shape[0]):
        change[m] -= rate[m]
    fastest = max(speed, norm(change, weights) / h)
    h_second = max(1e-6, h * 1e-3) if fastest <= 1e-15 else (0.01 / fastest) ** (1.0 / _ORDER)
    return min(100.0 * h, h_second, span)


@njit(**OPTIONS)
def _newton(model, t, h_gamma, k, s, F, base, weights, tolerance, Y, stage):
    """Solve Y = base + h gamma f(Y) from the guess in a row of Y; return whether it converged."""
    n, before = base.shape[0], 0.0
    row = address_in(Y, stage * n)
    for iteration in range(_NEWTON_ITERATIONS):
        size = sqrt(invoke(model[NEWTON], t, h_gamma, k, s, F, base, weights, row) / n)
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


@njit(**OPTIONS)
def _stages(model, t, h, x, k, s, F, K, Y, weights, tolerance, base):
    """Fill stage values Y and derivatives K of one step; return whether every stage converged."""
    n, h_gamma = x.shape[0], h * _GAMMA
    for i in range(1, STAGES):
        share = h * _A[i, 0]
        for m in range(n):
            base[m] = x[m] + share * K[0, m]
        for j in range(1, i):
            share = h * _A[i, j]
            for m in range(n):
                base[m] += share * K[j, m]
        for m in range(n):
            Y[i, m] = base[m] + h_gamma * K[i - 1, m]  # extrapolating K to the stage saved no iterations when tried
        if not _newton(model, t + _C[i] * h, h_gamma, k, s, F, base, weights, tolerance, Y, i):
            return False
        inverse = 1.0 / h_gamma
        for m in range(n):
            K[i, m] = (Y[i, m] - base[m]) * inverse
    return True


@njit(**OPTIONS)
def _error(model, h, F, K, weights, error):
    """Return the norm of the embedded error after one solve with M, which filters its stiff part."""
    n = error.shape[0]
    for m in range(n):
        error[m] = h * _E[0] * K[0, m]
    for i in range(1, STAGES):
        share = h * _E[i]
        for m in range(n):
            error[m] += share * K[i, m]
    invoke(model[SOLVE], F, error)
    return norm(error, weights)


@njit(**OPTIONS)
def attempt_step(work, t, step, newton_tolerance):
    """Try one step from ``work.x``; return the norm of its error, or ``FAILED_NEWTON``."""
    model, F, K, weights = work.model, work.F, work.K, work.weights
    if not invoke(model[FACTORISE], step * _GAMMA, work.J, F) > _TINY_PIVOT:
        return FAILED_NEWTON
    if not _stages(model, t, step, work.x, work.k, work.s, F, K, work.Y, weights, newton_tolerance, work.base):
        return FAILED_NEWTON
    error = _error(model, step, F, K, weights, work.residual)
    return max(error, 1e-10) if isfinite(error) else 1e10


@njit(**OPTIONS)
def step_within(h, remaining):
    """Return the step to take when ``h`` is proposed and a border lies ``remaining`` ahead."""
    if h >= remaining * 0.999999:
        return remaining
    return 0.5 * remaining if h > 0.5 * remaining else h


@njit(**OPTIONS)
def step_after_rejection(step, error):
    """Return a shorter step after a failed Newton iteration (negative ``error``) or too large an error."""
    if error < 0.0:
        return 0.25 * step
    return step * max(_SMALLEST_FACTOR, min(0.9, _SAFETY * error ** (-1.0 / _ORDER)))


@njit(**OPTIONS)
def step_after_success(step, h, error, error_before, rejected):
    """Return the next proposal (PI control); a step cut short by a border does not lower it."""
    factor = _SAFETY * error ** (-0.7 / _ORDER) * error_before ** (0.4 / _ORDER)
    factor = max(_SMALLEST_FACTOR, min(_LARGEST_FACTOR, factor))
    if rejected:
        return step * min(factor, 1.0)
    return max(step * factor, h) if step < h else step * factor


@njit(**OPTIONS)
def with_room(tape, used, lines):
    """Return the tape with room for more lines, unless it is one that is not written."""
    if tape.shape[0] == 0 or used + lines <= tape.shape[0]:
        return tape
    longer = np.empty((2 * tape.shape[0] + lines, tape.shape[1]))
    for line in range(used):
        for column in range(tape.shape[1]):
            longer[line, column] = tape[line, column]
    return longer


@njit(**OPTIONS)
def _write_head(tape, cursor, segment, t, h, bits, kind, number):
    line = cursor[0]
    tape[line, 0], tape[line, 1], tape[line, 2], tape[line, 3] = segment, t, h, -1.0
    tape[line, 4], tape[line, 5], tape[line, 6] = bits, kind, number
    cursor[0] += 1
    return line


@njit(**OPTIONS)
def record_step(tape, cursor, segment, t, h, bits, Y):
    """Append one accepted step to the tape."""
    if tape.shape[0] == 0:
        return
    line = _write_head(tape, cursor, segment, t, h, bits, STEP, 0)
    place = FIRST_STAGE_COLUMN
    for i in range(1, STAGES):
        for m in range(Y.shape[1]):
            tape[line, place + m] = Y[i, m]
        place += Y.shape[1]


@njit(**OPTIONS)
def record_happening(tape, cursor, segment, t, bits, kind, number, before, after):
    """Append what is no step: a start, a switch that changed, a jump, a steady state."""
    if tape.shape[0] == 0:
        return
    line = _write_head(tape, cursor, segment, t, 0.0, bits, kind, number)
    n = before.shape[0]
    for m in range(n):
        tape[line, FIRST_STAGE_COLUMN + m] = before[m]
        tape[line, FIRST_STAGE_COLUMN + n + m] = after[m]


@njit(**OPTIONS)
def record_output(tape, cursor, row):
    """Note on the last line that it reached an output row."""
    if tape.shape[0] > 0:
        tape[cursor[0] - 1, 3] = row
