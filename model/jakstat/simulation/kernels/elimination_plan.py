"""Order and pattern of a sparse LU factorisation without pivoting, planned once a model.

The matrix is M = I - h gamma J of the implicit stages. For reaction networks it is near an M-matrix and its diagonal
dominates once h is small, so that pivots are taken on the diagonal. The order is found by Markowitz's rule (fewest
products of row and column counts), Markowitz 1957, doi:10.1287/mnsc.3.3.255.
"""

from dataclasses import dataclass

#: Updates of entries from which on a factorisation is a loop: straight-line code of 16 bytes each would outgrow the
#: 32 kB that a core keeps of its instructions.
_MOST_UPDATES_IN_LINE = 2000


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

    @property
    def below(self) -> dict[int, list[int]]:
        """Rows with an entry of L in each column, in the order of elimination."""
        return self._rows_of_columns(self.lower)

    @property
    def above(self) -> dict[int, list[int]]:
        """Rows with an entry of U in each column, in the order of elimination."""
        return self._rows_of_columns(self.upper)

    def _rows_of_columns(self, columns: dict[int, tuple[int, ...]]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {column: [] for column in self.order}
        for row in self.order:
            for column in columns[row]:
                found[column].append(row)
        return found

    @property
    def updates(self) -> list[tuple[int, int]]:
        """Entries that are changed by a product, once for each, row after row and pivot after pivot."""
        return [(row, j) for row in self.order for k in self.lower[row] for j in self.upper[k]]

    @property
    def in_loops(self) -> bool:
        """Whether it is computed by loops over tables, in place of straight-line code."""
        return len(self.updates) > _MOST_UPDATES_IN_LINE


def plan_elimination(pattern: set[tuple[int, int]], size: int) -> Elimination:
    """Choose pivots for a ``size`` x ``size`` matrix with the off-diagonal non-zeros ``pattern``."""
    rows: dict[int, set[int]] = {i: set() for i in range(size)}
    columns: dict[int, set[int]] = {j: set() for j in range(size)}
    for row, column in pattern:
        rows[row].add(column)
        columns[column].add(row)
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
