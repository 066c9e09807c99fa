"""Formulas of observables, noise and conditions: PEtab math text to SymPy, and the names in it.

Every expression of a problem is made by ``petab.v2.math.sympify_petab``: its symbols are real
(``sympy.Symbol(name, real=True)``), its numbers are floats. Text is parsed by a grammar, never evaluated as Python.
PEtab math: https://petab.readthedocs.io/en/latest/v2/documentation_data_format.html#math-expressions-syntax.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import accumulate

import sympy as sp
from petab.v2.math import sympify_petab

from jakstat.files import Fault, Row, TextTable, finite_number_of_text, near_names, number_remedy

#: Up to so many names are listed beside near ones, and where no name is near.
_FEW, _MANY = 8, 40
#: The longest formula that is read (characters), and the deepest nesting of parentheses.
MAX_LENGTH, MAX_DEPTH = 20_000, 100
_TOO_LONG = "it has {}: give its parts names in the model, by assignment rules"
_RESERVED = ("time", "inf", "nan", "true", "false")
_SHOWN = 200
_POWERS_IN_A_CHAIN = re.compile(r"(?:\^[\w.\s]*){21}")  # time to derive them grows beyond all bounds
_LARGEST = sys.float_info.max


def parse_formula(text: str) -> sp.Expr:
    """Return the expression of a formula.

    Raises
    ------
    ValueError
        The text is not PEtab math, or too long or too deep to be read; the message says where, or what to do.
    """
    # A number needs no grammar; a table has the same formula in many rows.
    number = finite_number_of_text(text)
    return _parsed(text) if number is None else sp.Float(number)


@lru_cache(maxsize=10_000)
def _parsed(text: str) -> sp.Expr:
    """Return the expression of a formula."""
    _require_readable(text)
    try:
        return sp.sympify(sympify_petab(text))
    except ZeroDivisionError:
        raise ValueError("it divides by zero") from None
    except RecursionError:
        raise ValueError(_TOO_LONG.format("hundreds of operations one in another")) from None
    except (ValueError, TypeError, AttributeError, NotImplementedError) as error:
        raise ValueError(str(error)) from None


def _require_readable(text: str) -> None:
    """Raise ValueError for a text that would cost the parser minutes, or all of its stack."""
    if len(text) > MAX_LENGTH:
        raise ValueError(_TOO_LONG.format(f"{len(text):,} characters, above {MAX_LENGTH:,}"))
    depth = deepest(text)
    if depth > MAX_DEPTH:
        raise ValueError(_TOO_LONG.format(f"{depth:,} parentheses in each other, above {MAX_DEPTH}"))
    # Numbers grow without end in powers of powers of powers, and the parser computes them.
    of_numbers = re.split(r"(?!exp\b)\b[A-Za-z_]\w*", text)
    if _POWERS_IN_A_CHAIN.search(text):
        raise ValueError(_TOO_LONG.format("more than 20 powers of powers"))
    if any(part.count("^") + part.count("exp") > 2 for part in of_numbers):
        raise ValueError("it has powers of powers of numbers: write the number itself")


def deepest(text: str) -> int:
    """Return how many parentheses at most are open at once."""
    changes = ((character == "(") - (character == ")") for character in text)
    return max(accumulate(changes, initial=0))


def is_reserved(name: str) -> bool:
    """Whether an id means something else in a formula: ``time``, ``inf``, ``nan``, ``true``, ``false``."""
    return name.lower() in _RESERVED


def names_of(expression: sp.Expr) -> set[str]:
    """Return the names that an expression depends on."""
    return {symbol.name for symbol in expression.free_symbols}


def entity(name: str) -> sp.Symbol:
    """Return the symbol of an id, the one that the parser makes."""
    return sp.Symbol(name, real=True)


def with_values(expression: sp.Expr, values: Mapping[str, sp.Expr]) -> sp.Expr:
    """Return an expression in which ``values`` stand for names, all at once."""
    return expression.xreplace(
        {symbol: values[symbol.name] for symbol in expression.free_symbols if symbol.name in values}
    )


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
        reason = _shortened(str(error))
        remedy = "" if re.search(r"[*/^(]", text) else number_remedy(text.strip())
        needed = f"a number {remedy}, or a formula in PEtab math" if remedy else "a formula in PEtab math"
        faults.append(Fault(*place, f"{_shortened(text)!r}, which is no formula ({reason})", needed))
        return None
    if expression.has(sp.zoo, sp.nan, sp.oo, -sp.oo) or _is_beyond_floats(expression):
        found = f"{_shortened(text)!r}, which is not finite: it divides by zero, or has an infinite number"
        faults.append(Fault(*place, found, "a formula whose value is finite"))
        return None
    if not isinstance(expression, sp.Expr):
        found = f"{_shortened(text)!r}, which is true or false"
        faults.append(Fault(*place, found, "a formula whose value is a number: piecewise(1, <condition>, 0)"))
        return None
    known = set(known)
    for name in unknown_names(expression, known):
        faults.append(Fault(*place, f"the unknown name {name!r}", unknown_name_needed(name, known, what)))
    return expression


def _is_beyond_floats(expression: sp.Expr) -> bool:
    """Whether an expression has a number that SymPy can hold and a float cannot, like 1e400."""
    return any(abs(number) > _LARGEST for number in expression.atoms(sp.Float, sp.Integer))


def checked_noise(
    text: str, place: tuple[str, int | None, str], known: Iterable[str], what: str, faults: list[Fault]
) -> sp.Expr | None:
    """Return the expression of a noise formula, or None after adding its faults; a number must be positive."""
    noise = checked_formula(text, place, known, what, faults)
    if noise is not None and noise.is_number and not noise.is_positive:
        faults.append(Fault(*place, f"the noise {text}", "a noise formula that is positive"))
        return None
    return noise


def _shortened(text: str) -> str:
    """Return the beginning of a long text, for a message."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
