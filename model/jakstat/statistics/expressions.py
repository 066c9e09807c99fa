"""SymPy expressions as PyTensor graphs, and a pool that computes each distinct expression once.

A problem names the same few expressions thousands of times (one a condition, one a measurement). The pool keeps each
once, in a vector [estimated parameters, numbers, computed expressions], and everything else gathers from it by index.
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
        """Return places in the pool's vector; call it once everything has been entered."""
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
        values = {name: parameters[number] for number, name in enumerate(self._estimated)}
        pieces = [parameters]
        if self._numbers:
            pieces.append(data.numbers(np.array(list(self._numbers))))
        if self._computed:
            pieces.append(pt.stack([as_tensor(expression, values) for expression in self._computed]))
        return pt.concatenate(pieces) if len(pieces) > 1 else pieces[0]
