"""The pool computes each expression once; its graph is the same for one expression as for a thousand."""

import numpy as np
import pytensor.tensor as pt
import pytest
import sympy as sp
from pytensor.compile.mode import Mode
from pytensor.graph.traversal import ancestors

from jakstat.pathway import symbol
from jakstat.problem.formulas import parse_formula
from jakstat.statistics.expressions import ExpressionPool
from jakstat.statistics.packed_data import PackedData


def test_equal_expressions_share_one_place():
    pool = ExpressionPool(["a", "b"], {"fixed": 3.0})
    a, b, fixed = symbol("a"), symbol("b"), symbol("fixed")
    references = [
        pool.add(formula) for formula in (a, b, sp.Float(2.5), a * b, fixed, b * a, a * fixed, a * 3.0, sp.Float(3))
    ]
    data = PackedData()
    vector = pool.tensor(pt.as_tensor(np.array([1.5, 4.0])), data)
    places = data.integers(pool.indices(references))
    data.finish()
    assert vector[places].eval() == pytest.approx([1.5, 4.0, 2.5, 6.0, 3.0, 6.0, 4.5, 4.5, 3.0])
    assert len(set(references)) == 6


def test_expressions_of_one_structure_with_a_single_leaf_keep_their_own_values():
    pool = ExpressionPool(["a", "b"], {})
    references = [pool.add(sp.exp(symbol(name))) for name in ("a", "b")]
    data = PackedData()
    vector = pool.tensor(pt.as_tensor(np.array([0.5, 2.0])), data)
    places = data.integers(pool.indices(references))
    data.finish()
    assert vector[places].eval() == pytest.approx(np.exp([0.5, 2.0]))


INTERPRETED = Mode(linker="py", optimizer=None)
NAMES = [f"k{number}" for number in range(12)]
VALUES = dict(zip(NAMES, np.geomspace(0.3, 4.0, len(NAMES)), strict=True))
#: Texts with places for two parameters; {n} is a number of its own in each expression.
STRUCTURES = {
    "a dose over a constant": "{a} + {n} / ({b} * k0)",
    "a pooled value": "{a} * exp({b} * {n})",
    "a logit": "1 / (1 + exp(-({a} + {n} * {b})))",
    "a repeated symbol": "{a} / (1 + {a}) + {b} * {b} * {a}",
    "an exponent": "{a}^3 + {b}^-1.5 + sqrt({a})",
    "a parameter as exponent": "{a}^{b} + {n}",
    "a piecewise": "piecewise({a} * {n}, {a} < {b}, {b} + 1)",
    "an extreme": "max({a}, {b} * {n}) + min({a}, 1)",
    "a number alone in a sum": "{n} + {a} - {b}",
}


def members(structure, count):
    """Return ``count`` expressions of a structure, each over parameters and a number of its own."""
    pairs = [(NAMES[number % 12], NAMES[(5 * number + 1 + number // 12) % 12]) for number in range(count)]
    return [
        parse_formula(STRUCTURES[structure].format(a=a, b=b, n=1.25 + 0.5 * number))
        for number, (a, b) in enumerate(pairs)
    ]


def pooled(expressions):
    """Return the values of expressions through a pool, and the number of nodes of its graph."""
    pool = ExpressionPool(NAMES, {})
    references = [pool.add(formula) for formula in expressions]
    data = PackedData()
    vector = pool.tensor(pt.as_tensor(np.array(list(VALUES.values()))), data)
    wanted = vector[data.integers(pool.indices(references))]
    data.finish()
    nodes = {variable.owner for variable in ancestors([vector]) if variable.owner is not None}
    return wanted.eval(mode=INTERPRETED), len(nodes)


def one_by_one(expressions):
    return np.array(
        [float(formula.subs({symbol(name): value for name, value in VALUES.items()})) for formula in expressions]
    )


@pytest.mark.parametrize("structure", STRUCTURES)
def test_expressions_of_one_structure_have_the_values_they_have_alone(structure):
    expressions = members(structure, 7)
    assert pooled(expressions)[0] == pytest.approx(one_by_one(expressions), rel=1e-13)


def test_expressions_of_many_structures_have_the_values_they_have_alone():
    # Mixed up, so that places in the vector and in the groups differ.
    expressions = [member for row in zip(*(members(name, 5) for name in STRUCTURES), strict=True) for member in row]
    assert pooled(expressions)[0] == pytest.approx(one_by_one(expressions), rel=1e-13)


def test_expressions_that_differ_in_an_exponent_or_in_what_repeats_are_told_apart():
    a, b = symbol("k1"), symbol("k2")
    expressions = [
        a**2 * b,
        a**3 * b,
        a * b**2,
        a**2 / b,
        a + a * b,
        a + b * b,
        b + a * b,
        sp.exp(a) * b,
        sp.exp(a * b),
    ]
    assert pooled(expressions)[0] == pytest.approx(one_by_one(expressions), rel=1e-13)


@pytest.mark.parametrize("names", [["a logit"], list(STRUCTURES)])
def test_the_graph_does_not_grow_with_expressions_or_structures(names):
    few, many = (pooled([member for name in names for member in members(name, count)])[1] for count in (1, 50))
    assert many == few
