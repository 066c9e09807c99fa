"""Sparse LU factorisation without pivoting, planned once and written out as straight-line code.

The matrix is M = I - h gamma J of the implicit stages. For reaction networks it is near an M-matrix and its diagonal
dominates once h is small, so that pivots are taken on the diagonal; the factorisation reports its smallest pivot and
the integrator rejects the step if that is tiny. The order is found by Markowitz's rule (fewest products of row and
column counts), Markowitz 1957, doi:10.1287/mnsc.3.3.255.
"""

from dataclasses import dataclass


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


def factorise_lines(plan: Elimination, jacobian_place: dict[tuple[int, int], int]) -> list[str]:
    """Write ``factorise(h_gamma, J, F)``: F holds the inverse pivots, then the entries of L and U."""
    size = len(plan.order)
    slots = factor_slots(plan)
    known: set[tuple[int, int]] = set()
    lines = []
    for (i, j), number in jacobian_place.items():
        lines.append(f"m_{i}_{j} = {'1.0 ' if i == j else ''}- h_gamma * J[{number}]")
        known.add((i, j))
    for i in range(size):
        if (i, i) not in known:
            lines.append(f"m_{i}_{i} = 1.0")
    lines.append("smallest_pivot = 1.0")
    for k in plan.order:
        lines += [f"smallest_pivot = min(smallest_pivot, abs(m_{k}_{k}))", f"d_{k} = 1.0 / m_{k}_{k}"]
        lines.append(f"F[{k}] = d_{k}")
        lines += [f"F[{slots[k, j]}] = m_{k}_{j}" for j in plan.upper[k]]
        for i in (row for row in range(size) if k in plan.lower[row]):
            lines += [f"l_{i}_{k} = m_{i}_{k} * d_{k}", f"F[{slots[i, k]}] = l_{i}_{k}"]
            for j in plan.upper[k]:
                update = f"l_{i}_{k} * m_{k}_{j}"
                exists = (i, j) in known or i == j
                lines.append(f"m_{i}_{j} = m_{i}_{j} - {update}" if exists else f"m_{i}_{j} = -{update}")
                known.add((i, j))
    return [*lines, "return smallest_pivot"]


def factor_slots(plan: Elimination) -> dict[tuple[int, int], int]:
    """Return the place of each off-diagonal entry of L and U in F; the inverse pivot of k is F[k]."""
    return {entry: len(plan.order) + number for number, entry in enumerate(plan.entries)}


def solve_lines(plan: Elimination) -> list[str]:
    """Write ``solve(F, b)``: b becomes M^-1 b."""
    slots = factor_slots(plan)
    lines = []
    for i in plan.order:
        terms = "".join(f" - F[{slots[i, k]}] * b_{k}" for k in plan.lower[i])
        lines.append(f"b_{i} = b[{i}]{terms}")
    for i in reversed(plan.order):
        terms = "".join(f" - F[{slots[i, j]}] * b_{j}" for j in plan.upper[i])
        lines.append(f"b_{i} = (b_{i}{terms}) * F[{i}]")
    return lines + [f"b[{i}] = b_{i}" for i in range(len(plan.order))]


def solve_transposed_lines(plan: Elimination) -> list[str]:
    """Write ``solve_transposed(F, b)``: b becomes M^-T b."""
    slots = factor_slots(plan)
    above = {j: [i for i in plan.order if j in plan.upper[i]] for j in plan.order}
    below = {k: [i for i in plan.order if k in plan.lower[i]] for k in plan.order}
    lines = []
    for j in plan.order:
        terms = "".join(f" - F[{slots[i, j]}] * b_{i}" for i in above[j])
        lines.append(f"b_{j} = (b[{j}]{terms}) * F[{j}]")
    for k in reversed(plan.order):
        terms = "".join(f" - F[{slots[i, k]}] * b_{i}" for i in below[k])
        if terms:
            lines.append(f"b_{k} = b_{k}{terms}")
    return lines + [f"b[{i}] = b_{i}" for i in range(len(plan.order))]
