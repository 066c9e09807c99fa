"""The steady state that a trajectory runs into, and the pull-back through it.

Not imported as it stands, like the integrator. Newton's method for f(x) = 0 with the conserved totals of the start: where
w^T J = 0 and w^T f = 0, the row of J that depends on the others makes room for w. The vectors w are found from J itself
by elimination with complete pivoting (their weights can be volumes, so that they depend on parameters), rows scaled so
that slow reactions are not taken for conserved totals. With A the matrix so completed, the implicit function theorem
gives A^T mu = lambda, gradient of k -= f_k^T mu (kept rows), and the w weighted by mu for the state at the start.

What the integration reached is only accepted as the start of Newton's method near the steady state, so that it leads
to the one that the trajectory runs into.
"""

import numpy as np
from numba import njit

from jakstat.simulation.integrator import norm, set_weights
from jakstat.simulation.kernel_interface import (
    JACOBIAN_COLUMNS,
    JACOBIAN_ROWS,
    LEAST_STATE,
    N_JACOBIAN,
    N_STATES,
    add_coefficient_vjp,
    jacobian,
    rhs,
)

NOT_YET, SOLVED = 0, 1
_ITERATIONS = 15
_NEAR = 0.1  # the first correction, as a share of each state, from which Newton's method may start
_CONVERGED = 1e-4  # the last correction, as a share of the tolerance
_DEPENDENT = 1e-11  # a pivot this small, of rows scaled to 1, is no pivot
_BALANCED = 1e-6  # w . f as a share of its terms, where w is a conserved total
_OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy"}


@njit(**_OPTIONS)
def _dense(J):
    """Return the Jacobian with its zeros, (state, state)."""
    matrix = np.zeros((N_STATES, N_STATES))
    for n in range(N_JACOBIAN):
        matrix[JACOBIAN_ROWS[n], JACOBIAN_COLUMNS[n]] = J[n]
    return matrix


@njit(**_OPTIONS)
def _scale_of_rows(matrix):
    """Return the inverse of each row's largest entry; 1 for a row of zeros."""
    scale = np.ones(N_STATES)
    for i in range(N_STATES):
        largest = np.abs(matrix[i]).max()
        if largest > 0.0:
            scale[i] = 1.0 / largest
    return scale


@njit(**_OPTIONS)
def _largest_entry(matrix, free):
    """Return row and column of the largest entry in the rows that are ``free``."""
    best, row, column = -1.0, 0, 0
    for i in range(N_STATES):
        if free[i]:
            for j in range(N_STATES):
                if abs(matrix[i, j]) > best:
                    best, row, column = abs(matrix[i, j]), i, j
    return row, column


@njit(**_OPTIONS)
def _complete(J):
    """Return A (rows scaled), which rows are conserved totals, and the scale of the others."""
    matrix = _dense(J)
    scale = _scale_of_rows(matrix)
    completed = np.empty((N_STATES, N_STATES))
    for i in range(N_STATES):
        for j in range(N_STATES):
            matrix[i, j] *= scale[i]
            completed[i, j] = matrix[i, j]
    combined = np.diag(scale)  # the rows of ``matrix`` are these combinations of the rows of J
    total = np.ones(N_STATES, dtype=np.bool_)
    for _ in range(N_STATES):
        row, column = _largest_entry(matrix, total)
        pivot = matrix[row, column]
        if not abs(pivot) > _DEPENDENT:
            break
        total[row] = False
        for i in range(N_STATES):
            if total[i] and matrix[i, column] != 0.0:
                share = matrix[i, column] / pivot
                for j in range(N_STATES):
                    matrix[i, j] -= share * matrix[row, j]
                    combined[i, j] -= share * combined[row, j]
                matrix[i, column] = 0.0
    for i in range(N_STATES):
        if total[i]:
            largest = np.abs(combined[i]).max()
            for j in range(N_STATES):
                completed[i, j] = combined[i, j] / largest
    return completed, total, scale


@njit(**_OPTIONS)
def _is_conserved(completed, total, f):
    """Whether each supposed total is one: the rates that feed it cancel."""
    for i in range(N_STATES):
        if total[i]:
            net, gross = 0.0, 0.0
            for j in range(N_STATES):
                net += completed[i, j] * f[j]
                gross += abs(completed[i, j] * f[j])
            if abs(net) > _BALANCED * gross:
                return False
    return True


@njit(**_OPTIONS)
def newton_steady_state(t, x, k, s, rtol, atol, J, y, f, weights):
    """Look for the steady state next to ``x``; write it to ``y`` and return SOLVED, or return NOT_YET."""
    for m in range(N_STATES):
        y[m] = x[m]
    for iteration in range(_ITERATIONS):
        jacobian(t, y, k, s, J)
        rhs(t, y, k, s, f)
        if not np.isfinite(J).all() or not np.isfinite(f).all():
            return NOT_YET
        completed, total, scale = _complete(J)
        if iteration == 0 and not _is_conserved(completed, total, f):
            return NOT_YET
        for m in range(N_STATES):
            f[m] = 0.0 if total[m] else -f[m] * scale[m]
        correction = np.linalg.solve(completed, f)
        set_weights(y, _NEAR if iteration == 0 else rtol, atol, weights)
        size = norm(correction, weights)
        if not size < 1e10 or (iteration == 0 and size > 1.0):
            return NOT_YET
        for m in range(N_STATES):
            y[m] += correction[m]
            if y[m] < LEAST_STATE[m] - atol:
                return NOT_YET
        if iteration > 0 and size <= _CONVERGED:
            return SOLVED
    return NOT_YET


@njit(**_OPTIONS)
def is_unstable(t, x, k, s, J):
    """Whether the Jacobian has an eigenvalue of clearly positive real part: a small push would grow."""
    jacobian(t, x, k, s, J)
    if not np.isfinite(J).all():
        return True
    values = np.linalg.eigvals(_dense(J).astype(np.complex128))
    return values.real.max() > 1e-9 * np.abs(values).max()


@njit(**_OPTIONS)
def is_below_zero(x, rtol, atol):
    """Whether a species is negative by more than the solver's error."""
    largest = np.abs(x).max()
    for m in range(N_STATES):
        if x[m] < LEAST_STATE[m] - 100.0 * (atol + rtol * largest):
            return True
    return False


@njit(**_OPTIONS)
def pull_back_steady_state(t, x, k, s, J, lam, w, gk):
    """Pull ``lam`` back through a steady state: what is left of it belongs to the conserved totals of the start."""
    jacobian(t, x, k, s, J)
    completed, total, scale = _complete(J)
    mu = np.linalg.solve(np.ascontiguousarray(completed.T), lam)
    for m in range(N_STATES):
        w[m] = 0.0 if total[m] else -mu[m] * scale[m]
        lam[m] = 0.0
    add_coefficient_vjp(t, x, k, s, w, gk)
    for i in range(N_STATES):
        if total[i]:
            for m in range(N_STATES):
                lam[m] += mu[i] * completed[i, m]
