"""SymPy expressions as PyTensor graphs, and a pool that computes each distinct expression once.

A problem names the same few expressions thousands of times (one a condition, one a measurement). The pool keeps each
once, in a vector [estimated parameters, numbers, computed expressions], and everything else gathers from it by index.
Expressions of one structure (a dose over a constant, a pooled value of a cell line) are computed together, so that the
graph grows with the structures and not with the conditions.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pytensor.tensor as pt
import sympy as sp
from pytensor.tensor.variable import TensorVariable
from sympy.core.relational import Relational

from jakstat.pathway import substitute_names, symbol
from jakstat.statistics.packed_data import PackedData

_FUNCTIONS: dict[type, Callable] = {
    sp.exp: pt.exp, sp.log: pt.log, sp.sin: pt.sin, sp.cos: pt.cos, sp.tan: pt.tan, sp.asin: pt.arcsin,
    sp.acos: pt.arccos, sp.atan: pt.arctan, sp.sinh: pt.sinh, sp.cosh: pt.cosh, sp.tanh: pt.tanh, sp.Abs: pt.abs,
    sp.sign: pt.sign, sp.floor: pt.floor, sp.ceiling: pt.ceil,
}  # fmt: skip
_RELATIONS: dict[type, Callable] = {sp.Lt: pt.lt, sp.Le: pt.le, sp.Gt: pt.gt, sp.Ge: pt.ge, sp.Eq: pt.eq, sp.Ne: pt.neq}
_CHAINS: dict[type, Callable] = {sp.Add: pt.add, sp.Mul: pt.mul, sp.Max: pt.maximum, sp.Min: pt.minimum,
                                 sp.And: pt.and_, sp.Or: pt.or_}  # fmt: skip


def as_tensor(expression: sp.Expr, values: Mapping[str, TensorVariable]) -> TensorVariable:
    """Build the graph of ``expression``; ``values`` holds a tensor for each of its symbols, by name.

    Raises
    ------
    NotImplementedError
        A function of the expression has no counterpart; it is named.
    KeyError
        A symbol has no value.
    """
    if expression.is_Symbol:
        return values[expression.name]
    if expression.is_number and not isinstance(expression, (Relational, sp.logic.boolalg.Boolean)):
        return pt.constant(float(expression))
    if expression in (sp.true, sp.false):
        return pt.constant(bool(expression))
    if isinstance(expression, sp.Piecewise):
        return _piecewise(expression, values)
    parts = [as_tensor(part, values) for part in expression.args]
    kind = type(expression)
    if isinstance(expression, sp.Pow):
        return 1.0 / parts[0] if expression.exp == -1 else parts[0] ** parts[1]
    if kind in _FUNCTIONS:
        return _FUNCTIONS[kind](parts[0])
    if kind in _RELATIONS:
        return _RELATIONS[kind](*parts)
    if kind in _CHAINS:
        total = parts[0]
        for part in parts[1:]:
            total = _CHAINS[kind](total, part)
        return total
    raise NotImplementedError(f"the function '{expression.func}' in '{expression}' is not supported in formulas")


def _piecewise(expression: sp.Piecewise, values: Mapping[str, TensorVariable]) -> TensorVariable:
    result = pt.constant(np.nan)
    for value, condition in reversed(expression.args):
        chosen = as_tensor(value, values)
        result = chosen if condition == sp.true else pt.switch(as_tensor(condition, values), chosen, result)
    return result


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

    def indices(self, references: list[tuple[str, int]]) -> np.ndarray:
        """Return places in the pool's vector; call it once everything has been entered and ``tensor`` was called."""
        offset = {"estimated": 0, "number": len(self._estimated), "computed": len(self._estimated) + len(self._numbers)}
        return np.array([offset[kind] + number for kind, number in references], dtype=np.int64)

    def tensor(self, parameters: TensorVariable, data: PackedData) -> TensorVariable:
        """Return the pool's vector.

        Parameters
        ----------
        parameters : (estimated,), linear scale
        data : PackedData
            Takes the pool's numbers.
        """
        groups = self._by_structure()
        numbers = data.numbers(np.array(list(self._numbers), dtype=float)) if self._numbers else None
        known = parameters if numbers is None else pt.concatenate([parameters, numbers])
        if not groups:
            return known
        # One gather for the leaves of all groups, then pieces of it: the compiled graph is that much smaller.
        leaves = [places for _, members in groups for places in np.array([one for _, one in members]).T]
        gathered = known[data.integers(np.concatenate(leaves))]
        remaining = iter(pt.split(gathered, [len(one) for one in leaves], n_splits=len(leaves)))
        pieces, order = [], []
        for template, members in groups:
            values = {_leaf(number).name: next(remaining) for number in range(len(members[0][1]))}
            pieces.append(pt.broadcast_to(as_tensor(template, values), (len(members),)))
            order += [number for number, _ in members]
        return pt.concatenate([known, pt.concatenate(pieces)[data.integers(np.argsort(order))]])

    def _by_structure(self) -> list[tuple[sp.Expr, list[tuple[int, list[int]]]]]:
        """Return (template, members) of each structure; a member is its number and the places of its leaves.

        Numbers that are leaves are entered, so that they have a place.
        """
        groups: dict[str, tuple[sp.Expr, list[tuple[int, list[int]]]]] = {}
        for expression, number in self._computed.items():
            leaves: list[sp.Expr] = []
            template = _template_of(expression, leaves)
            places = [self._place_of(leaf) for leaf in leaves]
            groups.setdefault(sp.srepr(template), (template, []))[1].append((number, places))
        return list(groups.values())

    def _place_of(self, leaf: sp.Expr) -> int:
        """Return the place of a parameter or a number in the vector of what is not computed."""
        if leaf.is_Symbol:
            return self._place[leaf]
        return len(self._estimated) + self._numbers.setdefault(float(leaf), len(self._numbers))


def _leaf(number: int) -> sp.Symbol:
    return symbol(f"leaf_{number}")


def _template_of(expression: sp.Expr, leaves: list[sp.Expr]) -> sp.Expr:
    """Return an expression with its parameters and numbers, added to ``leaves``, replaced by placeholders.

    Exponents belong to the structure, and so do the numbers in conditions.
    """
    if expression.is_Symbol or expression.is_Number or expression.is_NumberSymbol:
        leaves.append(expression)
        return _leaf(len(leaves) - 1)
    if isinstance(expression, sp.Pow) and expression.exp.is_number:
        return sp.Pow(_template_of(expression.base, leaves), expression.exp, evaluate=False)
    if isinstance(expression, (sp.Add, sp.Mul, sp.Pow)) or type(expression) in _FUNCTIONS:
        parts = [_template_of(part, leaves) for part in expression.args]
        return expression.func(*parts, evaluate=False)
    names = sorted(expression.free_symbols, key=lambda one: one.name)
    first = len(leaves)
    leaves.extend(names)
    return expression.xreplace({name: _leaf(first + number) for number, name in enumerate(names)})
