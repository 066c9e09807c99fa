"""A pool that computes each distinct expression of a problem's parameters once.

A problem names the same few expressions thousands of times (one a condition, one a measurement). The pool keeps each
once, in a vector [estimated parameters, numbers, computed expressions], and everything else gathers from it by index.
What is computed is one table of formulas: one node of the graph.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pytensor.tensor as pt
import sympy as sp
from pytensor.tensor.variable import TensorVariable

from jakstat.pathway import substitute_names, symbol
from jakstat.simulation import EvaluateFormulas, Structure, structure_of, tabulate_formulas
from jakstat.statistics.packed_data import PackedData


def compute_formulas(
    formulas: Sequence[tuple[Structure, Sequence[int]]], known: TensorVariable, data: PackedData
) -> TensorVariable:
    """Return the values of formulas (formula,).

    Parameters
    ----------
    formulas : sequence of (Structure, places of its leaves in ``known``)
    known : vector
    data : PackedData
        Takes the table.
    """
    table = tabulate_formulas(formulas)
    parts = (data.addresses(table.addresses), *map(data.integers, (table.structures, table.begins, table.leaves)))
    return EvaluateFormulas(len(formulas))(known, *parts)


class ExpressionPool:
    """Distinct expressions over a problem's parameters, each computed once.

    Parameters
    ----------
    estimated : sequence of str
        Parameters whose values come as the vector given to ``tensor``.
    fixed : mapping of str to float
        Values of all other parameters.
    """

    def __init__(self, estimated: list[str], fixed: Mapping[str, float]):
        self._estimated = estimated
        self._fixed = {name: sp.Float(value) for name, value in fixed.items()}
        self._place = {symbol(name): number for number, name in enumerate(estimated)}
        self._numbers: dict[float, int] = {}
        self._computed: dict[sp.Expr, int] = {}

    def add(self, expression: sp.Expr) -> tuple[str, int]:
        """Return a reference to ``expression`` in the pool (kind and number), entering it if it is new."""
        reduced = substitute_names(expression, self._fixed)
        if reduced in self._place:
            return "estimated", self._place[reduced]
        if reduced.is_number:
            return "number", self._numbers.setdefault(float(reduced), len(self._numbers))
        return "computed", self._computed.setdefault(reduced, len(self._computed))

    @property
    def size(self) -> int:
        """Entries of the pool's vector; final once ``tensor`` was called."""
        return len(self._estimated) + len(self._numbers) + len(self._computed)

    @property
    def offsets(self) -> dict[str, int]:
        """Where each kind of reference begins in the pool's vector; final once ``tensor`` was called."""
        return {"estimated": 0, "number": len(self._estimated), "computed": len(self._estimated) + len(self._numbers)}

    def indices(self, references: list[tuple[str, int]]) -> np.ndarray:
        """Return places in the pool's vector; call it once everything has been entered and ``tensor`` was called."""
        offsets = self.offsets
        return np.array([offsets[kind] + number for kind, number in references], dtype=np.int64)

    def tensor(self, parameters: TensorVariable, data: PackedData) -> TensorVariable:
        """Return the pool's vector.

        Parameters
        ----------
        parameters : (estimated,), linear scale
        data : PackedData
            Takes the pool's numbers.
        """
        entries = [self._entry(expression) for expression in self._computed]
        numbers = data.numbers(np.array(list(self._numbers), dtype=float)) if self._numbers else None
        known = parameters if numbers is None else pt.concatenate([parameters, numbers])
        return known if not entries else pt.concatenate([known, compute_formulas(entries, known, data)])

    def _entry(self, expression: sp.Expr) -> tuple[Structure, list[int]]:
        """Return an expression's structure and the places of its leaves; numbers among them are entered."""
        structure = structure_of(expression)
        return structure, [self._place_of(leaf) for leaf in structure.leaves]

    def _place_of(self, leaf: sp.Expr) -> int:
        """Return the place of a parameter or a number in the vector of what is not computed."""
        if leaf.is_Symbol:
            return self._place[leaf]
        return len(self._estimated) + self._numbers.setdefault(float(leaf), len(self._numbers))
