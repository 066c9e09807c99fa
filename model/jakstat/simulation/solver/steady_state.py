"""The steady state that a trajectory runs into, and the pull-back through it.

Compiled like the integrator. Steps of the implicit Euler method that are long beside all that the model does,
(I - H J) dx = H f, are Newton's steps that keep conserved totals by themselves: w^T J = 0 makes w^T dx = H w^T f = 0.
They need no more than the model's sparse factors. The pull-back goes the same way: at a steady state each of endlessly
many such steps does the same, w_{j+1} = M^-T w_j from w_0 = lambda. What w_j comes to, w, is the cotangent of the state
at the start, whose totals are all that it hands on, and f_k^T times the sum of H (w_{j+1} - w) the gradient of k.
Rounding grows with H, so that both are left where H would have to be longer than it allows.

Then Newton's method for f(x) = 0 has the conserved totals of the start as rows: where w^T J = 0 and w^T f = 0, the row
of J that depends on the others makes room for w. The vectors w are found from J itself by elimination with complete
pivoting (their weights can be volumes, so that they depend on parameters), rows scaled so that slow reactions are not
taken for totals, columns by the size of each state. With A the matrix so completed, the implicit function theorem gives
A^T mu = lambda, gradient of k -= f_k^T mu (kept rows), and the w weighted by mu for the state at the start.

What the integration reached is only accepted as the start of Newton's method near the steady state, so that it leads
to the one that the trajectory runs into.
"""

from math import sqrt

import numpy as np
from numba import njit

from jakstat.simulation.solver.integrator import OPTIONS, copy_within, norm, set_weights, write_rate
from jakstat.simulation.solver.kernel_interface import (
    ADJOINT_STAGE,
    AT_BASE,
    AT_COEFFICIENTS,
    AT_FACTORS,
    AT_JACOBIAN,
    AT_SCALES,
    AT_SCRATCH,
    AT_SWITCHES,
    AT_WEIGHTS,
    AT_X,
    COEFFICIENT_VJP,
    FACTORISE,
    IS_SPECIES,
    JACOBIAN,
    JACOBIAN_COLUMNS,
    JACOBIAN_ROWS,
    N_COEFFICIENTS,
    N_JACOBIAN,
    N_STATES,
    NEWTON,
    address_in,
    invoke,
)

NOT_YET, SOLVED, NOT_SO = 0, 1, 2  # the last: not in this way
_EXACT = {**OPTIONS, "fastmath": False}  # elimination counts on the order of its operations
_ITERATIONS = 15
_NEAR = 0.1  # the first correction, as a share of each state, from which Newton's method may start
_CONVERGED = 1e-4  # the last correction, as a share of the tolerance
_ROUNDING = 1e-11  # relative size of a correction that rounding may leave where Newton's method stands still
_STILL = 0.5  # of the correction before: what is not smaller gets no nearer
_DEPENDENT = 1e-11  # a pivot this small, of rows scaled to 1, is no pivot
_PIVOT = 1e-3  # of I - H J: 1 and more where nothing grows
_LONGEST, _SHORTEST = 1e6, 1e3  # H, in times of the fastest state; rounding puts some 1e-16 of it into the totals
_SHARE_OF_TOTALS = 1e-3  # of the tolerance, what rounding may put into them
_LENGTH_BACK = 1e5  # H of the pull-back
_STEPS_BACK = 60
_GONE, _NOISE = 1e-13, 1e-9  # what is left of a cotangent, and what rounding may leave of it
_MOST_IN_BITS = 62  # states whose numbers are bits of an int64
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
def _scale_of_rows(matrix):
    """Return the inverse of each row's largest entry; 1 for a row of zeros."""
    scale = np.ones(matrix.shape[0])
    for i in range(matrix.shape[0]):
        largest = np.abs(matrix[i]).max()
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
            largest = np.abs(combined[i]).max()
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
def _has_converged(size, before, rtol):
    """Whether a correction (as a share of the tolerance) is small, or as small as rounding lets it become."""
    return size <= _CONVERGED or (size > _STILL * before and size <= max(1.0, _ROUNDING / rtol))


@njit(**_EXACT)
def _fastest(model, work, t, x):
    """Return the largest absolute entry on the Jacobian's diagonal, 1/time."""
    k, s, J = model[AT_COEFFICIENTS], model[AT_SWITCHES], model[AT_JACOBIAN]
    invoke(model[JACOBIAN], t, x, address_in(work, k), address_in(work, s), address_in(work, J))
    largest = 0.0
    for place in range(model[N_JACOBIAN]):
        if model[model[JACOBIAN_ROWS] + place] == model[model[JACOBIAN_COLUMNS] + place]:
            largest = max(largest, abs(work[J + place]))
    return largest


@njit(**_EXACT)
def _is_taken(model, work, y, atol):
    """Whether no species at a place is below 0 by more than its tolerance."""
    for m in range(model[N_STATES]):
        if model[model[IS_SPECIES] + m] and work[y + m] < -atol * work[model[AT_SCALES] + m]:
            return False
    return True


@njit(**_EXACT)
def _long_steps(model, work, t, rtol, atol):
    """Take steps of H from the present state, as :func:`newton_steady_state`; return NOT_SO where they lead nowhere."""
    n, y, base, before = model[N_STATES], model[AT_BASE], model[AT_SCRATCH], np.inf
    k, s = address_in(work, model[AT_COEFFICIENTS]), address_in(work, model[AT_SWITCHES])
    F, weights = address_in(work, model[AT_FACTORS]), address_in(work, model[AT_WEIGHTS])
    length = min(_LONGEST, _SHARE_OF_TOTALS * rtol / 2.2e-16)
    fastest = _fastest(model, work, t, address_in(work, model[AT_X]))
    if length < _SHORTEST or not 0.0 < fastest < np.inf:
        return NOT_SO
    step = length / fastest
    for iteration in range(_ITERATIONS):
        if not invoke(model[FACTORISE], t, address_in(work, y), k, s, step, F) > _PIVOT:
            return NOT_SO
        copy_within(work, y, base, n)
        set_weights(model, work, y, _NEAR if iteration == 0 else rtol, atol)
        size = sqrt(invoke(model[NEWTON], t, step, k, s, F, address_in(work, base), weights, address_in(work, y)) / n)
        if not size < 1e10 or (iteration == 0 and size > 1.0) or not _is_taken(model, work, y, atol):
            return NOT_YET
        if iteration > 0 and size <= _CONVERGED and size <= _STILL * before:
            return SOLVED
        if iteration > 1 and size > _STILL * before:
            return NOT_SO
        before = size if iteration > 0 else np.inf  # the first correction was measured more loosely
    return NOT_SO


@njit(**_EXACT)
def _newton_with_totals(model, work, t, rtol, atol):
    """Look for the steady state by the completed Jacobian, as :func:`newton_steady_state`."""
    n, y, f = model[N_STATES], model[AT_BASE], model[AT_SCRATCH]
    right, before = np.empty(n), np.inf
    for iteration in range(_ITERATIONS):
        jacobian = _jacobian_at(model, work, t, address_in(work, y))
        write_rate(model, work, t, y, f)
        if not np.isfinite(jacobian).all() or not np.isfinite(norm(work, f, model[AT_WEIGHTS], n)):
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
        if not _is_taken(model, work, y, atol):
            return NOT_YET
        if iteration > 0 and _has_converged(size, before, rtol):
            return SOLVED
        before = size if iteration > 0 else np.inf  # the first correction was measured more loosely
    return NOT_YET


@njit(**_EXACT)
def newton_steady_state(model, work, t, rtol, atol):
    """Look for the steady state next to the present one; write it to AT_BASE and return SOLVED, or return NOT_YET."""
    copy_within(work, model[AT_X], model[AT_BASE], model[N_STATES])
    outcome = _long_steps(model, work, t, rtol, atol)
    if outcome == NOT_SO:
        copy_within(work, model[AT_X], model[AT_BASE], model[N_STATES])
        outcome = _newton_with_totals(model, work, t, rtol, atol)
    return outcome


@njit(**_EXACT)
def _blocks_of(model):
    """Return a number a state, equal for states that act on each other; all equal where there are many states."""
    n = model[N_STATES]
    block = np.zeros(n, dtype=np.int64)
    if n > _MOST_IN_BITS:
        return block
    reached = np.zeros(n, dtype=np.int64)  # the bits of the states that a state depends on
    for m in range(n):
        reached[m] = np.int64(1) << m
    for place in range(model[N_JACOBIAN]):
        reached[model[model[JACOBIAN_ROWS] + place]] |= np.int64(1) << model[model[JACOBIAN_COLUMNS] + place]
    for through in range(n):
        for m in range(n):
            if reached[m] >> through & 1:
                reached[m] |= reached[through]
    for m in range(n):
        block[m] = m
        for other in range(m):
            if reached[m] >> other & 1 and reached[other] >> m & 1:
                block[m] = other
                break
    return block


@njit(**_EXACT)
def is_unstable(model, work, t, place):
    """Whether the Jacobian at a state has an eigenvalue of clearly positive real part: a small push would grow.

    The eigenvalues are those of the blocks of states that act on each other.
    """
    jacobian = _jacobian_at(model, work, t, address_in(work, place))
    if not np.isfinite(jacobian).all():
        return True
    block = _blocks_of(model)
    largest, rightmost = 0.0, -np.inf
    for number in range(block.shape[0]):
        members = np.flatnonzero(block == number)
        part = jacobian[members][:, members]
        if part.shape[0] == 1:
            largest, rightmost = max(largest, abs(part[0, 0])), max(rightmost, part[0, 0])
        elif part.shape[0] > 1:
            values = np.linalg.eigvals(part.astype(np.complex128))
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
def _step_back(model, work, t, step, w, gk):
    """Replace w by v = M^-T w at the state at AT_X, gk += f_k^T v; return sizes of v and of v - w in states' scales."""
    k, s = address_in(work, model[AT_COEFFICIENTS]), address_in(work, model[AT_SWITCHES])
    x = address_in(work, model[AT_X])
    scales, change = model[AT_SCALES], model[AT_SCRATCH]
    invoke(model[ADJOINT_STAGE], t, x, k, s, step, address_in(w, 0), address_in(work, change), address_in(gk, 0))
    size, moved = 0.0, 0.0
    for m in range(model[N_STATES]):
        w[m] += step * work[change + m]
        size += abs(w[m]) * work[scales + m]  # a sum, so that what is not finite stays seen
        moved += abs(step * work[change + m]) * work[scales + m]
    return size, moved


@njit(**_EXACT)
def _steps_back(model, work, t, lam, gk):
    """Pull ``lam`` back by steps of H as :func:`pull_back_steady_state`; return whether they came to their end."""
    fastest = _fastest(model, work, t, address_in(work, model[AT_X]))
    if not 0.0 < fastest < np.inf:
        return False
    step, first, before = _LENGTH_BACK / fastest, 0.0, np.inf
    kept, of_steps = lam.copy(), np.zeros(model[N_COEFFICIENTS])
    for m in range(model[N_STATES]):
        first += abs(lam[m]) * work[model[AT_SCALES] + m]
    if first == 0.0:
        return True
    for _ in range(_STEPS_BACK):
        _, moved = _step_back(model, work, t, step, kept, of_steps)
        if moved <= _GONE * first or (moved <= _NOISE * first and moved > _STILL * before):
            break
        before = moved
    else:
        return False
    of_steps.fill(0.0)
    left, before = lam - kept, np.inf
    for _ in range(_STEPS_BACK):
        size, _ = _step_back(model, work, t, step, left, of_steps)
        if size <= _GONE * first or (size <= _NOISE * first and size > _STILL * before):
            break
        before = size
    else:
        return False
    for place in range(model[N_COEFFICIENTS]):
        gk[place] += step * of_steps[place]
    for m in range(model[N_STATES]):
        lam[m] = kept[m]
    return True


@njit(**_EXACT)
def pull_back_steady_state(model, work, t, lam, gk):
    """Pull ``lam`` back through the steady state at AT_X; what is left of it belongs to totals of the start."""
    if _steps_back(model, work, t, lam, gk):
        return
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
