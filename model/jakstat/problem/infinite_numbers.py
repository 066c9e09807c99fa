"""Cells that may hold ``inf``: bounds and times. A number too large for a float, like 1e999, is another thing."""

import math

from jakstat.problem.faults import Fault
from jakstat.problem.text_table import Row, TextTable, number_in


def number_or_infinity_in(
    table: TextTable, row: Row, column: str, faults: list[Fault], *, needed: str = ""
) -> float | None:
    """Return the number in a cell, ``inf`` and ``-inf`` among them, or None after adding the fault that there is none.

    Parameters
    ----------
    table, row, column
        The cell.
    faults : list of Fault
        Faults are added here.
    needed : str
        What the cell must hold, for the fault; by default a number.
    """
    number = number_in(table, row, column, faults, infinite=True, needed=needed)
    if number is not None and math.isinf(number) and any(sign.isdigit() for sign in row[column]):
        faults.append(table.fault(row, column, row[column], f"{needed or 'a number'}, below 1e308 in size, or inf"))
        return None
    return number
