"""Sparse LU factorisation without pivoting, planned once and written out as straight-line code.

The matrix is M = I - h gamma J of the implicit stages. For reaction networks it is near an M-matrix and its diagonal
dominates once h is small, so that pivots are taken on the diagonal; the factorisation reports its smallest pivot and
the integrator rejects the step if that is tiny. The order is found by Markowitz's rule (fewest products of row and
column counts), Markowitz 1957, doi:10.1287/mnsc.3.3.255.
"""

from dataclasses import dataclass

from jakstat.simulation.kernels.kernel_ir import Kernel, literal

#: Values of L and U by place; the diagonal holds the inverse pivots.
Factors = dict[tuple[int, int], str]


@dataclass(frozen=True)
class Elimination:
    """Plan of a factorisation P M P^T = L U with unit L.

    ``order`` lists the pivots; ``lower[i]`` holds the columns of row i of L, ``upper[i]`` the columns of row i of U
    right of the diagonal, both in original numbering and in the order of elimination.
    """

    order: tuple[int, ...]
    lower: dict[int, tuple[int, ...]]
    upper: dict[int, tuple[int, ...]]

    @property
    def entries(self) -> list[tuple[int, int]]:
        """Off-diagonal entries of L and U, in a fixed order."""
        return [(row, column) for row in self.order for column in (*self.lower[row], *self.upper[row])]


def plan_elimination(pattern: set[tuple[int, int]], size: int) -> Elimination:
    """Choose pivots for a ``size`` x ``size`` matrix with the off-diagonal non-zeros ``pattern``."""
    rows = {i: {j for r, j in pattern if r == i and j != i} for i in range(size)}
    columns = {j: {i for i in rows if j in rows[i]} for j in range(size)}
    lower: dict[int, list[int]] = {i: [] for i in range(size)}
    upper: dict[int, list[int]] = {}
    remaining, order = set(range(size)), []
    while remaining:
        pivot = min(remaining, key=lambda k: (len(rows[k]) * len(columns[k]), k))
        remaining.discard(pivot)
        order.append(pivot)
        upper[pivot] = sorted(rows[pivot])
        for column in rows[pivot]:
            columns[column].discard(pivot)
        for row in columns[pivot]:
            lower[row].append(pivot)
            rows[row].discard(pivot)
            fill = rows[pivot] - rows[row] - {row}
            rows[row] |= fill
            for column in fill:
                columns[column].add(row)
    place = {pivot: number for number, pivot in enumerate(order)}
    return Elimination(
        order=tuple(order),
        lower={i: tuple(sorted(lower[i], key=place.__getitem__)) for i in range(size)},
        upper={i: tuple(sorted(upper[i], key=place.__getitem__)) for i in range(size)},
    )


def factor_slots(plan: Elimination) -> dict[tuple[int, int], int]:
    """Return the place of each off-diagonal entry of L and U in F; the inverse pivot of k is F[k]."""
    return {entry: len(plan.order) + number for number, entry in enumerate(plan.entries)}


def write_factorisation(
    kernel: Kernel, plan: Elimination, jacobian: dict[tuple[int, int], str], h_gamma: str
) -> tuple[Factors, str]:
    """Write the factorisation of M; return the factors' values and the smallest absolute pivot."""
    entry = {place: kernel.multiply(h_gamma, value) for place, value in jacobian.items()}
    entry = {(i, j): kernel.subtract(literal(float(i == j)), value) for (i, j), value in entry.items()}
    for i in plan.order:
        entry.setdefault((i, i), literal(1.0))
    factors: Factors = {}
    smallest = literal(1.0)
    for k in plan.order:
        smallest = kernel.call("llvm.minnum.f64", smallest, kernel.call("llvm.fabs.f64", entry[k, k]))
        factors[k, k] = kernel.reciprocal(entry[k, k])
        for j in plan.upper[k]:
            factors[k, j] = entry[k, j]
        for i in (row for row in plan.order if k in plan.lower[row]):
            factors[i, k] = kernel.multiply(entry[i, k], factors[k, k])
            for j in plan.upper[k]:
                update = kernel.multiply(factors[i, k], entry[k, j])
                entry[i, j] = kernel.subtract(entry.get((i, j), literal(0.0)), update)
    return factors, smallest


def load_factors(kernel: Kernel, plan: Elimination) -> Factors:
    """Return the factors that stand in the argument F."""
    slots = factor_slots(plan) | {(k, k): k for k in plan.order}
    return {place: kernel.load("F", slot) for place, slot in slots.items()}


def store_factors(kernel: Kernel, plan: Elimination, factors: Factors) -> None:
    """Store the factors in the argument F."""
    slots = factor_slots(plan) | {(k, k): k for k in plan.order}
    for place, value in factors.items():
        kernel.store("F", slots[place], value)


def write_solution(kernel: Kernel, plan: Elimination, factors: Factors, right: list[str]) -> list[str]:
    """Write the solution of M b = ``right``; return its values."""
    b = list(right)
    for i in plan.order:
        for k in plan.lower[i]:
            b[i] = kernel.subtract(b[i], kernel.multiply(factors[i, k], b[k]))
    for i in reversed(plan.order):
        for j in plan.upper[i]:
            b[i] = kernel.subtract(b[i], kernel.multiply(factors[i, j], b[j]))
        b[i] = kernel.multiply(b[i], factors[i, i])
    return b


def write_transposed_solution(kernel: Kernel, plan: Elimination, factors: Factors, right: list[str]) -> list[str]:
    """Write the solution of M^T b = ``right``; return its values."""
    b = list(right)
    for j in plan.order:
        for i in plan.order:
            if j in plan.upper[i]:
                b[j] = kernel.subtract(b[j], kernel.multiply(factors[i, j], b[i]))
        b[j] = kernel.multiply(b[j], factors[j, j])
    for k in reversed(plan.order):
        for i in plan.order:
            if k in plan.lower[i]:
                b[k] = kernel.subtract(b[k], kernel.multiply(factors[i, k], b[i]))
    return b
