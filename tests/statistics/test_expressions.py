"""Formulas as PyTensor graphs agree with SymPy; the pool computes each expression once."""

import numpy as np
import pytensor.tensor as pt
import pytest
import sympy as sp

from jakstat.pathway import TIME, symbol
from jakstat.problem.formulas import parse_formula
from jakstat.statistics.expressions import ExpressionPool, as_tensor
from jakstat.statistics.packed_data import PackedData

FORMULAS = [
    "a * b / (1 + a)",
    "a^2 + b^-1.5 + sqrt(a)",
    "exp(-a) * log(b) + log10(a) + ln(b)",
    "piecewise(a, a > b, b + 1)",
    "piecewise(a, a < b && b > 0, 2 * b)",
    "min(a, b) + max(a, 2)",
    "(100 * a + 200 * b * 0.107) / (a + b * 0.107)",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_graphs_agree_with_sympy(text):
    formula = parse_formula(text)
    values = {"a": 1.7, "b": 0.6}
    graph = as_tensor(formula, {name: pt.as_tensor(value) for name, value in values.items()})
    expected = float(formula.subs({free: values[free.name] for free in formula.free_symbols}))
    assert float(graph.eval()) == pytest.approx(expected, rel=1e-13)


def test_an_unsupported_function_is_named():
    with pytest.raises(NotImplementedError, match="gamma"):
        as_tensor(sp.gamma(symbol("a")), {"a": pt.as_tensor(1.0)})


def test_equal_expressions_share_one_place():
    pool = ExpressionPool(["a", "b"], {"fixed": 3.0})
    a, b, fixed = symbol("a"), symbol("b"), symbol("fixed")
    references = [pool.add(one) for one in (a, b, sp.Float(2.5), a * b, fixed, b * a, a * fixed, a * 3.0, sp.Float(3))]
    data = PackedData()
    vector = pool.tensor(pt.as_tensor(np.array([1.5, 4.0])), data)
    places = data.integers(pool.indices(references))
    data.finish()
    assert vector[places].eval() == pytest.approx([1.5, 4.0, 2.5, 6.0, 3.0, 6.0, 4.5, 4.5, 3.0])
    assert len(set(references)) == 6


def test_time_is_a_name_like_any_other():
    assert float(as_tensor(2 * TIME, {"time": pt.as_tensor(4.0)}).eval()) == 8.0
