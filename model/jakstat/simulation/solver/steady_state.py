"""The steady state that a trajectory runs into, and the pull-back through it.

Compiled like the integrator. Newton's method for f(x) = 0 with the conserved totals of the start: where
w^T J = 0 and w^T f = 0, the row of J that depends on the others makes room for w. The vectors w are found from J itself
by elimination with complete pivoting (their weights can be volumes, so that they depend on parameters), rows scaled so
that slow reactions are not taken for conserved totals, columns by the size of each state, so that units do not matter.
With A the matrix so completed, the implicit function theorem gives A^T mu = lambda, gradient of k -= f_k^T mu (kept
rows), and the w weighted by mu for the state at the start.

What the integration reached is only accepted as the start of Newton's method near the steady state, so that it leads
to the one that the trajectory runs into.
"""

import numpy as np
from numba import njit

from jakstat.simulation.solver.integrator import OPTIONS, copy_within, norm, set_weights, write_rate
from jakstat.simulation.solver.kernel_interface import (
    AT_BASE,
    AT_COEFFICIENTS,
    AT_JACOBIAN,
    AT_SCALES,
    AT_SCRATCH,
    AT_SWITCHES,
    AT_WEIGHTS,
    AT_X,
    COEFFICIENT_VJP,
    IS_SPECIES,
    JACOBIAN,
    JACOBIAN_COLUMNS,
    JACOBIAN_ROWS,
    N_JACOBIAN,
    N_STATES,
    address_in,
    invoke,
)

NOT_YET, SOLVED = 0, 1
_EXACT = {**OPTIONS, "fastmath": False}  # elimination counts on the order of its operations
_ITERATIONS = 15
_NEAR = 0.1  # the first correction, as a share of each state, from which Newton's method may start
_CONVERGED = 1e-4  # the last correction, as a share of the tolerance
_ROUNDING = 1e-11  # relative size of a correction that rounding may leave where Newton's method stands still
_STILL = 0.5  # of the correction before: what is not smaller gets no nearer
_DEPENDENT = 1e-11  # a pivot this small, of rows scaled to 1, is no pivot
_BALANCED = 1e-6  # w . f as a share of its terms, where w is a conserved total


@njit(**_EXACT)
def _jacobian_at(model, work, t, x):
    """Return the Jacobian with its zeros, (state, state), at the state whose address is ``x``."""
    k, s, J = model[AT_COEFFICIENTS], model[AT_SWITCHES], model[AT_JACOBIAN]
    invoke(model[JACOBIAN], t, x, address_in(work, k), address_in(work, s), address_in(work, J))
    n = model[N_STATES]
    matrix = np.zeros((n, n))
    for place in range(model[N_JACOBIAN]):
        matrix[model[model[JACOBIAN_ROWS] + place], model[model[JACOBIAN_COLUMNS] + place]] = work[J + place]
    return matrix


@njit(**_EXACT)
def _largest_of(vector):
    """Return the largest absolute entry."""
    largest = 0.0
    for m in range(vector.shape[0]):
        largest = max(largest, abs(vector[m]))
    return largest


@njit(**_EXACT)
def _scale_of_rows(matrix):
    """Return the inverse of each row's largest entry; 1 for a row of zeros."""
    scale = np.ones(matrix.shape[0])
    for i in range(matrix.shape[0]):
        largest = _largest_of(matrix[i])
        if largest > 0.0:
            scale[i] = 1.0 / largest
    return scale


@njit(**_EXACT)
def _largest_entry(matrix, free):
    """Return row and column of the largest entry in the rows that are ``free``."""
    best, row, column = -1.0, 0, 0
    for i in range(matrix.shape[0]):
        if free[i]:
            for j in range(matrix.shape[0]):
                if abs(matrix[i, j]) > best:
                    best, row, column = abs(matrix[i, j]), i, j
    return row, column


@njit(**_EXACT)
def _eliminate(matrix, combined, left, row, column):
    """Take a multiple of a row from the rows that are ``left``, so that they are 0 in a column."""
    for i in range(matrix.shape[0]):
        if left[i] and matrix[i, column] != 0.0:
            share = matrix[i, column] / matrix[row, column]
            for j in range(matrix.shape[0]):
                matrix[i, j] -= share * matrix[row, j]
                combined[i, j] -= share * combined[row, j]
            matrix[i, column] = 0.0


@njit(**_EXACT)
def _scale_columns(model, work, matrix):
    """Multiply each column by the scale of its state."""
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[0]):
            matrix[i, j] *= work[model[AT_SCALES] + j]


@njit(**_EXACT)
def _complete(model, work, matrix):
    """Return A (rows scaled, columns times the states' scales), which rows are totals, and the scale of the others."""
    n = matrix.shape[0]
    _scale_columns(model, work, matrix)
    scale = _scale_of_rows(matrix)
    combined = np.zeros((n, n))  # the rows of ``matrix`` are these combinations of the rows of J
    for i in range(n):
        combined[i, i] = scale[i]
        for j in range(n):
            matrix[i, j] *= scale[i]
    completed = matrix.copy()
    total = np.ones(n, dtype=np.bool_)
    for _ in range(n):
        row, column = _largest_entry(matrix, total)
        if not abs(matrix[row, column]) > _DEPENDENT:
            break
        total[row] = False
        _eliminate(matrix, combined, total, row, column)
    _scale_columns(model, work, combined)
    for i in range(n):
        if total[i]:
            largest = _largest_of(combined[i])
            for j in range(n):
                completed[i, j] = combined[i, j] / largest
    return completed, total, scale


@njit(**_EXACT)
def _is_conserved(model, completed, total, work, f):
    """Whether each supposed total is one: the rates that feed it cancel."""
    for i in range(total.shape[0]):
        if total[i]:
            net, gross = 0.0, 0.0
            for j in range(total.shape[0]):
                flow = completed[i, j] * work[f + j] / work[model[AT_SCALES] + j]
                net += flow
                gross += abs(flow)
            if abs(net) > _BALANCED * gross:
                return False
    return True


@njit(**_EXACT)
def _is_finite(matrix):
    """Whether every entry is finite."""
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            if not np.isfinite(matrix[i, j]):
                return False
    return True


@njit(**_EXACT)
def _has_converged(size, before, rtol):
    """Whether a correction (as a share of the tolerance) is small, or as small as rounding lets it become."""
    return size <= _CONVERGED or (size > _STILL * before and size <= max(1.0, _ROUNDING / rtol))


@njit(**_EXACT)
def newton_steady_state(model, work, t, rtol, atol):
    """Look for the steady state next to the present one; write it to AT_BASE and return SOLVED, or return NOT_YET."""
    n, y, f = model[N_STATES], model[AT_BASE], model[AT_SCRATCH]
    copy_within(work, model[AT_X], y, n)
    right, before = np.empty(n), np.inf
    for iteration in range(_ITERATIONS):
        jacobian = _jacobian_at(model, work, t, address_in(work, y))
        write_rate(model, work, t, y, f)
        if not _is_finite(jacobian) or not np.isfinite(norm(work, f, model[AT_WEIGHTS], n)):
            return NOT_YET
        completed, total, scale = _complete(model, work, jacobian)
        if iteration == 0 and not _is_conserved(model, completed, total, work, f):
            return NOT_YET
        for m in range(n):
            right[m] = 0.0 if total[m] else -work[f + m] * scale[m]
        correction = np.linalg.solve(completed, right)
        set_weights(model, work, y, _NEAR if iteration == 0 else rtol, atol)
        for m in range(n):
            correction[m] *= work[model[AT_SCALES] + m]
            work[f + m] = correction[m]
        size = norm(work, f, model[AT_WEIGHTS], n)
        if not size < 1e10 or (iteration == 0 and size > 1.0):
            return NOT_YET
        for m in range(n):
            work[y + m] += correction[m]
            if model[model[IS_SPECIES] + m] and work[y + m] < -atol * work[model[AT_SCALES] + m]:
                return NOT_YET
        if iteration > 0 and _has_converged(size, before, rtol):
            return SOLVED
        before = size if iteration > 0 else np.inf  # the first correction was measured more loosely
    return NOT_YET


@njit(**_EXACT)
def is_unstable(model, work, t, place):
    """Whether the Jacobian at a state has an eigenvalue of clearly positive real part: a small push would grow."""
    jacobian = _jacobian_at(model, work, t, address_in(work, place))
    if not _is_finite(jacobian):
        return True
    values = np.linalg.eigvals(jacobian.astype(np.complex128))
    largest, rightmost = 0.0, -np.inf
    for m in range(values.shape[0]):
        largest = max(largest, abs(values[m]))
        rightmost = max(rightmost, values[m].real)
    return rightmost > 1e-9 * largest


@njit(**_EXACT)
def is_below_zero(model, work, rtol, atol):
    """Whether a species is negative by more than the solver's error."""
    largest, x, scales = 0.0, model[AT_X], model[AT_SCALES]
    for m in range(model[N_STATES]):
        largest = max(largest, abs(work[x + m]) / work[scales + m])
    for m in range(model[N_STATES]):
        if model[model[IS_SPECIES] + m] and work[x + m] < -100.0 * (atol + rtol * largest) * work[scales + m]:
            return True
    return False


@njit(**_EXACT)
def pull_back_steady_state(model, work, t, lam, gk):
    """Pull ``lam`` back through the steady state at AT_X; what is left of it belongs to totals of the start."""
    n, w = model[N_STATES], model[AT_SCRATCH]
    x = address_in(work, model[AT_X])
    completed, total, scale = _complete(model, work, _jacobian_at(model, work, t, x))
    for m in range(n):
        lam[m] *= work[model[AT_SCALES] + m]
    mu = np.linalg.solve(np.ascontiguousarray(completed.T), lam)
    for m in range(n):
        work[w + m] = 0.0 if total[m] else -mu[m] * scale[m]
        lam[m] = 0.0
    k, s = address_in(work, model[AT_COEFFICIENTS]), address_in(work, model[AT_SWITCHES])
    invoke(model[COEFFICIENT_VJP], t, x, k, s, address_in(work, w), address_in(gk, 0))
    for i in range(n):
        if total[i]:
            for m in range(n):
                lam[m] += mu[i] * completed[i, m] / work[model[AT_SCALES] + m]
