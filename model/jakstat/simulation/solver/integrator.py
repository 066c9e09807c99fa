"""Adaptive ESDIRK steps of one trajectory, and the record of them.

Compiled by numba once for all models, and kept by :mod:`jakstat.simulation.kept_code.numba_files`.

For dx/dt = f(t, x, k, s), stages Y_i = x_n + h sum_j a_ij K_j with K_i = f(Y_i), solved by simplified Newton with the
Jacobian of the step's start; PI control of the filtered embedded error (Gustafsson 1991, doi:10.1145/210232.210242).
Which steps are taken, and what happens between them, is :mod:`jakstat.simulation.solver.segments`.

The tape, on which steps are written, is described in :mod:`jakstat.simulation.solver.tape`. ``cursor`` is the line that
is written next and by how many lines it moves on: a tape that is not wanted has one line, written again and again.
"""

from math import exp, isfinite, sqrt

import numpy as np
from numba import njit

from jakstat.simulation.solver.clock_rows import (
    DIVERGED,
    ENDLESS_ERROR,
    FAILED_NEWTON,
    LEAST_ERROR,
    LEAST_SHARE,
    SLOWEST_RATE,
    UNKNOWN_SHARE,
)
from jakstat.simulation.solver.kernel_interface import (
    AT_BASE,
    AT_C,
    AT_COEFFICIENTS,
    AT_FACTORS,
    AT_K,
    AT_SCALES,
    AT_SCRATCH,
    AT_SHARE,
    AT_SWITCHES,
    AT_WEIGHTS,
    AT_X,
    ERRORS,
    FACTORISE,
    N_ROOTS,
    N_SETTINGS,
    N_STATES,
    N_THRESHOLDS,
    NEWTON,
    RHS,
    STAGES,
    address_in,
    invoke,
)
from jakstat.simulation.solver.tableaus import METHODS, lagrange_weights
from jakstat.simulation.solver.tape import FIRST_STAGE_COLUMN

_MOST_ROWS = max(len(method.c) for method in METHODS)
STAGES_OF = np.array([len(method.c) for method in METHODS])
A_OF = np.array([np.pad(method.a, (0, _MOST_ROWS - len(method.c))) for method in METHODS])
C_OF = np.array([np.pad(method.c, (0, _MOST_ROWS - len(method.c))) for method in METHODS])
_ERROR_OF = np.array([np.pad(method.error_weights, (0, _MOST_ROWS - len(method.c))) for method in METHODS])
# First guess of a stage's K: a polynomial through the K of the stages before, weights (method, stage, stage before).
_GUESS_OF = np.zeros((len(METHODS), _MOST_ROWS, _MOST_ROWS))
for _number, _method in enumerate(METHODS):
    for _stage in range(2, len(_method.c)):
        _GUESS_OF[_number, _stage, :_stage] = lagrange_weights(_method.c[:_stage], _method.c[_stage])
_EARLIER_OF = np.array([method.earlier for method in METHODS])  # rows of that of the first stage
GAMMA_OF = np.array([method.gamma for method in METHODS])
_ORDER_OF = np.array([method.embedded_order + 1.0 for method in METHODS])  # of the step-size controller

TINY_PIVOT = 1e-10
NEWTON_ITERATIONS = 8
_SAFETY, _SMALLEST_FACTOR, _LARGEST_FACTOR = 0.9, 0.2, 8.0

OPTIONS = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "fastmath": {"contract", "nsz", "arcp", "reassoc"},
}


@njit(**OPTIONS)
def width_of(n, method):
    """Return the columns of a tape of ``n`` states (a line that is no step holds two)."""
    return FIRST_STAGE_COLUMN + max(2, STAGES_OF[method] - 1) * n


@njit(**OPTIONS)
def copy_within(work, source, target, count):
    """Copy ``count`` numbers from one place to another."""
    for m in range(count):
        work[target + m] = work[source + m]


@njit(**OPTIONS)
def norm(work, place, weights, n):
    """Root mean square of the vector at a place, each entry times its weight."""
    total = 0.0
    for m in range(n):
        total += (work[place + m] * work[weights + m]) ** 2
    return sqrt(total / n)


@njit(**OPTIONS)
def set_weights(model, work, place, rtol, atol):
    """Write what turns an error of the state at a place into a share of its tolerance."""
    weights, scales = model[AT_WEIGHTS], model[AT_SCALES]
    for m in range(model[N_STATES]):
        work[weights + m] = 1.0 / (atol * work[scales + m] + rtol * abs(work[place + m]))


@njit(**OPTIONS)
def set_scales(model, work, solver, segment):
    """Write how large each state is in a segment, from what follows the settings; 1 where nothing does."""
    n, given = model[N_STATES], solver.shape[0] - N_SETTINGS
    first = N_SETTINGS + (segment % (given // n)) * n if given >= n else 0  # segments of draws, one behind the other
    for m in range(n):
        work[model[AT_SCALES] + m] = solver[first + m] if given >= n else 1.0


@njit(**OPTIONS)
def bits_of(model, work):
    """Return the switches as one number."""
    s, total, value = model[AT_SWITCHES], 0.0, 1.0
    for j in range(model[N_THRESHOLDS] + model[N_ROOTS]):
        if work[s + j] > 0.5:
            total += value
        value *= 2.0
    return total


@njit(**OPTIONS)
def set_from_bits(model, work, bits):
    """Write the switches that ``bits_of`` made a number of."""
    s, rest = model[AT_SWITCHES], np.int64(bits)
    for j in range(model[N_THRESHOLDS] + model[N_ROOTS]):
        work[s + j] = 1.0 if rest & 1 else 0.0
        rest >>= 1


@njit(**OPTIONS)
def write_rate(model, work, t, place, target):
    """Write dx/dt of the state at a place to another."""
    k, s = address_in(work, model[AT_COEFFICIENTS]), address_in(work, model[AT_SWITCHES])
    invoke(model[RHS], t, address_in(work, place), k, s, address_in(work, target))


@njit(**OPTIONS)
def first_step(model, work, t, span, method):
    """Propose a first step from the size of x, f and the change of f (Hairer, Norsett, Wanner 1993, II.4)."""
    n, x, rate, weights = model[N_STATES], model[AT_X], model[AT_K], model[AT_WEIGHTS]
    trial, change = model[AT_BASE], model[AT_SCRATCH]
    size, speed = norm(work, x, weights, n), norm(work, rate, weights, n)
    h = 0.01 * size / speed if size > 1e-5 and speed > 1e-5 else 1e-6
    h = min(h, span)
    for m in range(n):
        work[trial + m] = work[x + m] + h * work[rate + m]
    write_rate(model, work, t + h, trial, change)
    for m in range(n):
        work[change + m] -= work[rate + m]
    fastest = max(speed, norm(work, change, weights, n) / h)
    h_second = max(1e-6, h * 1e-3) if fastest <= 1e-15 else (0.01 / fastest) ** (1.0 / _ORDER_OF[method])
    return min(100.0 * h, h_second, span)


@njit(**OPTIONS)
def _newton(model, work, t, h_gamma, tolerance, Y):
    """Solve Y = base + h gamma f(Y) from the guess at the address Y; return whether it converged.

    What an iteration leaves, as a share of its correction, is known from the iteration before, or from the stage
    before (Hairer, Wanner 1996, IV.8).
    """
    k, s = address_in(work, model[AT_COEFFICIENTS]), address_in(work, model[AT_SWITCHES])
    F, base = address_in(work, model[AT_FACTORS]), address_in(work, model[AT_BASE])
    weights, kernel = address_in(work, model[AT_WEIGHTS]), model[NEWTON]
    per_state, before, share = 1.0 / model[N_STATES], 0.0, work[model[AT_SHARE]]
    for iteration in range(NEWTON_ITERATIONS):
        size = sqrt(invoke(kernel, t, h_gamma, k, s, F, base, weights, Y) * per_state)
        if not size < DIVERGED:
            return False
        if iteration > 0:
            rate = size / before
            if rate >= 1.0 and size > tolerance:
                return False
            share = rate / (1.0 - min(rate, SLOWEST_RATE))
        if size * share <= tolerance:
            work[model[AT_SHARE]] = max(share, LEAST_SHARE)
            return True
        before = size
    return False


@njit(**OPTIONS)
def _set_first_guess(work, place, step, step_before, method):
    """Write the weights of K of the step before in the first stage's guess; without one it is K at the start."""
    for j in range(_MOST_ROWS):
        work[place + j] = 0.0
    work[place] = 1.0
    if step_before > 0.0:
        target = 1.0 + C_OF[method, 1] * step / step_before
        work[place] = 0.0
        for a in range(3):
            weight, row = 1.0, _EARLIER_OF[method, a]
            for b in range(3):
                other = _EARLIER_OF[method, b]
                if b != a:
                    weight *= (target - C_OF[method, other]) / (C_OF[method, row] - C_OF[method, other])
            work[place + row] = weight


@njit(**OPTIONS)
def attempt_step(model, work, t, step, step_before, newton_tolerance, method, tape, line):
    """Try one step, its stages on a line of the tape; return the norm of its error, or ``FAILED_NEWTON``.

    ``step_before`` is the size of the step whose K stand in ``work``, 0 where there are none.
    """
    n, stages, h_gamma, c = model[N_STATES], STAGES_OF[method], step * GAMMA_OF[method], model[AT_C]
    x, K, F = address_in(work, model[AT_X]), address_in(work, model[AT_K]), address_in(work, model[AT_FACTORS])
    k, s = address_in(work, model[AT_COEFFICIENTS]), address_in(work, model[AT_SWITCHES])
    if not invoke(model[FACTORISE], t, x, k, s, h_gamma, F) > TINY_PIVOT:
        return FAILED_NEWTON
    base, shares = address_in(work, model[AT_BASE]), address_in(work, c)
    first = line * tape.shape[1] + FIRST_STAGE_COLUMN
    Y = address_in(tape, first)
    for i in range(1, stages):
        for j in range(i):
            work[c + j] = step * A_OF[method, i, j]
            work[c + _MOST_ROWS + j] = _GUESS_OF[method, i, j]
        if i == 1:
            _set_first_guess(work, c + _MOST_ROWS, step, step_before, method)
        invoke(model[model[STAGES] + i - 1], h_gamma, x, K, shares, base, Y)
        stage = address_in(tape, first + (i - 1) * n)
        if not _newton(model, work, t + C_OF[method, i] * step, h_gamma, newton_tolerance, stage):
            work[model[AT_SHARE]] = UNKNOWN_SHARE
            return FAILED_NEWTON
    for j in range(stages):
        work[c + j] = step * _ERROR_OF[method, j]
    weights = address_in(work, model[AT_WEIGHTS])
    error = sqrt(invoke(model[model[ERRORS] + stages - 2], h_gamma, K, Y, base, shares, F, weights) / n)
    return max(error, LEAST_ERROR) if isfinite(error) else ENDLESS_ERROR


@njit(**OPTIONS)
def step_within(h, remaining):
    """Return the step to take when ``h`` is proposed and a border lies ``remaining`` ahead."""
    if h >= remaining * 0.999999:
        return remaining
    return 0.5 * remaining if h > 0.5 * remaining else h


@njit(**OPTIONS)
def step_after_rejection(step, error, method):
    """Return a shorter step after a failed Newton iteration (negative ``error``) or too large an error."""
    if error < 0.0:
        return 0.25 * step
    return step * max(_SMALLEST_FACTOR, min(0.9, _SAFETY * error ** (-1.0 / _ORDER_OF[method])))


@njit(**OPTIONS)
def step_after_success(step, h, log_error, log_error_before, rejected, method):
    """Return the next proposal (PI control); a step cut short by a border does not lower it."""
    factor = _SAFETY * exp((0.4 * log_error_before - 0.7 * log_error) / _ORDER_OF[method])
    factor = max(_SMALLEST_FACTOR, min(_LARGEST_FACTOR, factor))
    if rejected:
        return step * min(factor, 1.0)
    return max(step * factor, h) if step < h else step * factor


@njit(**OPTIONS)
def with_room(tape, cursor, lines):
    """Return the tape with room for more lines."""
    if cursor[1] == 0 or cursor[0] + lines <= tape.shape[0]:
        return tape
    longer = np.empty((2 * tape.shape[0] + lines, tape.shape[1]))
    for line in range(cursor[0]):
        for column in range(tape.shape[1]):
            longer[line, column] = tape[line, column]
    return longer


@njit(**OPTIONS)
def write_line(tape, line, segment, t, h, bits, kind, number):
    """Write what stands first on a line; a step's stages stand on it already."""
    tape[line, 0], tape[line, 1], tape[line, 2], tape[line, 3] = segment, t, h, -1.0
    tape[line, 4], tape[line, 5], tape[line, 6] = bits, kind, number


@njit(**OPTIONS)
def record(tape, cursor, segment, t, h, bits, kind, number):
    """Write what stands first on the next line."""
    write_line(tape, cursor[0], segment, t, h, bits, kind, number)
    cursor[0] += cursor[1]


@njit(**OPTIONS)
def record_happening(model, work, tape, cursor, segment, t, kind, number, before, after):
    """Append what is no step (a start, a switch that changed, a jump, a steady state) with the states at two places."""
    n, line = model[N_STATES], cursor[0]
    for m in range(n):
        tape[line, FIRST_STAGE_COLUMN + m] = work[before + m]
        tape[line, FIRST_STAGE_COLUMN + n + m] = work[after + m]
    record(tape, cursor, segment, t, 0.0, bits_of(model, work), kind, number)
