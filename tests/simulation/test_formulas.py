"""Tables of formulas: values and derivatives agree with SymPy, in each linker; what cannot be computed is named."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
import sympy as sp

from jakstat.pathway import TIME, UnsupportedModelError, symbol
from jakstat.problem.formulas import parse_formula
from jakstat.simulation import EvaluateFormulas, structure_of, tabulate_formulas

NAMES = ["a", "b", "time"]
VALUES = np.array([1.7, 0.6, 4.0])
FORMULAS = [
    "a",
    "2.5",
    "a * b / (1 + a)",
    "a^2 + b^-1.5 + sqrt(a)",
    "a^b + b^a",
    "exp(-a) * log(b) + log10(a) + ln(b)",
    "piecewise(a, a > b, b + 1)",
    "piecewise(a, a < b && b > 0, 2 * b)",
    "min(a, b) * max(a, 2) + max(max(a * b, b), 0.1)",
    "abs(b - a) * a",
    "tanh(a) + sin(a * b) / cos(b)",
    "(100 * a + 200 * b * 0.107) / (a + b * 0.107)",
    "a * time",
]


def table_of(formulas):
    """Return a table over NAMES and, behind them, the formulas' numbers; and these numbers."""
    structures = [structure_of(formula) for formula in formulas]
    numbers = [float(leaf) for structure in structures for leaf in structure.leaves if not leaf.is_Symbol]
    behind = iter(range(len(NAMES), len(NAMES) + len(numbers)))
    return tabulate_formulas(
        [
            (structure, [NAMES.index(leaf.name) if leaf.is_Symbol else next(behind) for leaf in structure.leaves])
            for structure in structures
        ]
    ), numbers


def evaluate(formulas, mode="FAST_COMPILE", weights=None):
    """Return the formulas' values, and the derivatives of their weighted sum by NAMES."""
    table, numbers = table_of(formulas)
    known = pt.dvector("known")
    everything = pt.concatenate([known, np.array(numbers, dtype=float)])
    values = EvaluateFormulas(len(formulas))(everything, table.addresses, table.structures, table.begins, table.leaves)
    slopes = pytensor.grad((values * (np.ones(len(formulas)) if weights is None else weights)).sum(), known)
    return pytensor.function([known], [values, slopes], mode=mode)(VALUES)


def by_sympy(formula):
    return float(formula.subs(dict(zip((symbol("a"), symbol("b"), TIME), VALUES, strict=True))))


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA"])
def test_values_agree_with_sympy(mode):
    formulas = [parse_formula(text) for text in FORMULAS]
    assert evaluate(formulas, mode)[0] == pytest.approx([by_sympy(formula) for formula in formulas], rel=1e-13)


@pytest.mark.parametrize("text", FORMULAS)
def test_derivatives_agree_with_differences(text):
    formula, steps = parse_formula(text), np.array([1e-6, 1e-6, 1e-6])
    moved = [
        (by_sympy(formula.subs(free, free + step)) - by_sympy(formula.subs(free, free - step))) / (2 * step)
        for free, step in zip((symbol("a"), symbol("b"), TIME), steps, strict=True)
    ]
    assert evaluate([formula])[1] == pytest.approx(moved, rel=1e-7, abs=1e-8)


def test_derivatives_of_a_weighted_sum_are_the_same_in_each_linker():
    formulas = [parse_formula(text) for text in FORMULAS]
    weights = np.random.default_rng(1).normal(size=len(formulas))
    interpreted, compiled = (evaluate(formulas, mode, weights)[1] for mode in ("FAST_COMPILE", "NUMBA"))
    assert compiled == pytest.approx(interpreted, rel=1e-12)
    alone = [weight * evaluate([formula])[1] for formula, weight in zip(formulas, weights, strict=True)]
    assert interpreted == pytest.approx(np.sum(alone, axis=0), rel=1e-12)


def test_a_jump_has_no_slope_and_a_power_of_zero_has_one():
    a = symbol("a")
    formulas = [sp.floor(a) * a, sp.sign(a) * a, parse_formula("(a - 1.7)^1.5"), parse_formula("(a - 1.7)^b")]
    values, _ = evaluate(formulas)
    assert values == pytest.approx([1.7, 1.7, 0.0, 0.0])
    slopes = [evaluate([formula])[1] for formula in formulas]
    assert np.array(slopes)[:2, 0] == pytest.approx([1.0, 1.0])
    assert slopes[2] == pytest.approx([0.0, 0.0, 0.0])
    assert slopes[3][1] == 0.0, "0^b stays 0 when b moves"


def test_a_formula_that_is_not_asked_for_spoils_no_derivative():
    formulas = [parse_formula("sqrt(b - 1)"), parse_formula("a * b")]  # the first is not a number
    assert evaluate(formulas, weights=[0.0, 1.0])[1] == pytest.approx([0.6, 1.7, 0.0])


def test_formulas_that_differ_in_numbers_share_a_kernel():
    table, _ = table_of([parse_formula(text) for text in ("2 * a + b", "3.5 * b + a", "a + 2 * b * b")])
    assert list(table.structures) == [0, 0, 1]


def test_a_function_that_cannot_be_computed_is_named():
    with pytest.raises(UnsupportedModelError, match="gamma"):
        tabulate_formulas([(structure_of(sp.gamma(symbol("a"))), [0])])
