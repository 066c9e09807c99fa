"""Cells that all reference tables have: source, lists, positive numbers, a formula, and rows that stand there once."""

from collections.abc import Collection, Sequence

import sympy as sp

from jakstat.files import Fault, Row, TextTable, number_in
from jakstat.problem.evidence import status_in
from jakstat.problem.formulas import names_of, parse_formula


def require_evidence(table: TextTable, faults: list[Fault]) -> None:
    """Add a fault for each row that does not say where it comes from and what its numbers rest on."""
    for row in table.rows:
        _require_source_in(table, row, faults)
        status_in(table, row, faults)


def require_source(table: TextTable, faults: list[Fault]) -> None:
    """Add a fault for each row, of a table without numbers to rest on something, that has no source."""
    for row in table.rows:
        _require_source_in(table, row, faults)


def _require_source_in(table: TextTable, row: Row, faults: list[Fault]) -> None:
    if not row["source"]:
        needed = "where the row comes from, or from what its numbers were assumed"
        faults.append(table.fault(row, "source", "nothing", needed))


def unique_rows(table: TextTable, columns: Sequence[str], faults: list[Fault]) -> None:
    """Add a fault for each row that has the same cells in ``columns`` as an earlier one."""
    first: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        key = tuple(row[column] for column in columns)
        if key in first:
            found = f"{' on '.join(key)!r} again (first on line {first[key]})"
            faults.append(table.fault(row, columns[0], found, f"each {' and '.join(columns)} once"))
        first.setdefault(key, row.line)


def list_in(text: str) -> tuple[str, ...]:
    """Return the names of a comma-separated cell."""
    return tuple(name for part in text.split(",") if (name := part.strip()))


def positive_in(
    table: TextTable, row: Row, column: str, faults: list[Fault], *, most: float | None = None
) -> float | None:
    """Return the positive number in a cell, at most ``most``, or None after adding a fault."""
    needed = "a positive number" + (f", at most {most:g}" if most is not None else "")
    number = number_in(table, row, column, faults, needed=needed)
    if number is None or (number > 0 and (most is None or number <= most)):
        return number
    faults.append(table.fault(row, column, row[column], needed))
    return None


def formula_of_row(table: TextTable, row: Row, must_name: Collection[str], faults: list[Fault]) -> sp.Expr | None:
    """Return the formula of a row, or None after adding its faults; empty names of ``must_name`` ask for nothing.

    Names that the model may have are not checked: that is ``check_against_model``.
    """
    text = row["formula"]
    if not text:
        faults.append(table.fault(row, "formula", "nothing", "a formula"))
        return None
    try:
        expression = parse_formula(text)
    except ValueError as error:
        found = f"{text!r}, which is no formula ({error})"
        faults.append(table.fault(row, "formula", found, "a formula in PEtab math"))
        return None
    if not isinstance(expression, sp.Expr):
        faults.append(table.fault(row, "formula", f"{text!r}, which is true or false", "a formula for a number"))
        return None
    absent = [name for name in must_name if name and name not in names_of(expression)]
    for name in absent:
        faults.append(table.fault(row, "formula", f"{text!r}, without {name}", f"a formula that uses {name}"))
    return None if absent else expression
