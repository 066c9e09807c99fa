"""Formulas of observables, noise and conditions: PEtab math text to SymPy, and the names in it.

Every expression of a problem is made by ``petab.v2.math.sympify_petab``: its symbols are real
(``sympy.Symbol(name, real=True)``), its numbers are floats. Text is parsed by a grammar, never evaluated as Python.
PEtab math: https://petab.readthedocs.io/en/latest/v2/documentation_data_format.html#math-expressions-syntax.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import sympy as sp
from petab.v2.math import sympify_petab

from jakstat.problem.faults import Fault
from jakstat.problem.near_names import near_names
from jakstat.problem.numbers import finite_number_of_text
from jakstat.problem.text_table import Row, TextTable

#: Up to so many names are listed beside near ones, and where no name is near.
_FEW, _MANY = 8, 40


def parse_formula(text: str) -> sp.Expr:
    """Return the expression of a formula.

    Raises
    ------
    ValueError
        The text is not PEtab math; the message says where.
    """
    # A number needs no grammar; a table has the same formula in many rows.
    number = finite_number_of_text(text)
    return _parsed(text) if number is None else sp.Float(number)


@lru_cache(maxsize=10_000)
def _parsed(text: str) -> sp.Expr:
    """Return the expression of a formula."""
    try:
        return sp.sympify(sympify_petab(text))
    except (ValueError, TypeError, AttributeError, NotImplementedError) as error:
        raise ValueError(str(error)) from None


def names_of(expression: sp.Expr) -> set[str]:
    """Return the names that an expression depends on."""
    return {symbol.name for symbol in expression.free_symbols}


def entity(name: str) -> sp.Symbol:
    """Return the symbol of an id, the one that the parser makes."""
    return sp.Symbol(name, real=True)


def with_values(expression: sp.Expr, values: Mapping[str, sp.Expr]) -> sp.Expr:
    """Return an expression in which ``values`` stand for names, all at once."""
    return expression.xreplace({one: values[one.name] for one in expression.free_symbols if one.name in values})


def unknown_names(expression: sp.Expr, known: Iterable[str]) -> list[str]:
    """Return the names of an expression that are not in ``known``, in alphabetical order."""
    return sorted(names_of(expression) - set(known))


def unknown_name_needed(name: str, known: Iterable[str], what: str) -> str:
    """Say what must stand in place of an unknown ``name``: near ones, and all of them where they are few."""
    choices = sorted(known)
    near = near_names(name, choices)
    listed = f"{what}: {', '.join(choices)}" if 0 < len(choices) <= (_FEW if near else _MANY) else what
    return f"{listed} (did you mean {' or '.join(near)}?)" if near else listed


def formula_in(
    table: TextTable, row: Row, column: str, known: Iterable[str], what: str, faults: list[Fault]
) -> sp.Expr | None:
    """Return the formula in a cell; add a fault where it does not parse or names something unknown."""
    return checked_formula(row[column], (table.file, row.line, column), known, what, faults)


def checked_formula(
    text: str, place: tuple[str, int | None, str], known: Iterable[str], what: str, faults: list[Fault]
) -> sp.Expr | None:
    """Return the expression of ``text``, or None after adding its faults at ``place`` (file, row, column)."""
    if not text:
        faults.append(Fault(*place, "nothing", "a formula"))
        return None
    try:
        expression = parse_formula(text)
    except ValueError as error:
        faults.append(Fault(*place, f"{text!r}, which is no formula ({error})", "a formula in PEtab math"))
        return None
    known = set(known)
    for name in unknown_names(expression, known):
        faults.append(Fault(*place, f"the unknown name {name!r}", unknown_name_needed(name, known, what)))
    return expression
