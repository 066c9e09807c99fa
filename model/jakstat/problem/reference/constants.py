"""Constants of the reference tables: a row's columns ``constant  unit  median  sd_ln`` and its source.

A constant is positive and log-normal (``sd_ln`` is the standard deviation of its natural logarithm), or fixed where
``sd_ln`` is empty. It is defined once in all tables; a row without a constant of its own leaves the four columns empty.
"""

import math
from collections.abc import Iterable
from pathlib import Path

from jakstat.files import Fault, Row, TextTable
from jakstat.problem.evidence import cited_source
from jakstat.problem.records import Prior
from jakstat.problem.reference.entries import AFFINITY, DOSE, Constant
from jakstat.problem.reference.entry_rows import positive_in
from jakstat.problem.written_priors import wrong_parameters

#: Names that mean something else in formulas.
_RESERVED = (AFFINITY, DOSE, "time")


def constants_of(tables: Iterable[TextTable], faults: list[Fault]) -> dict[str, Constant]:
    """Return the constants that tables define, by id; add the faults of their cells and each second definition."""
    constants: dict[str, Constant] = {}
    first: dict[str, str] = {}
    for table in tables:
        for row in table.rows:
            name = row["constant"]
            if name in first:
                found = f"{name!r} again (first in {first[name]})"
                needed = "each constant once; other rows use its name in their formula and leave this column empty"
                faults.append(table.fault(row, "constant", found, needed))
                continue
            constant = _constant_of(table, row, faults)
            if constant is not None:
                constants[name] = constant
            if name:
                first[name] = f"{Path(table.file).name}, line {row.line}"
    return constants


def log_normal(median: float, sd_ln: float, source: str, status: str) -> Prior:
    """Return a log-normal prior by its median and the standard deviation of the natural logarithm."""
    return Prior("log-normal", (math.log(median), sd_ln), 0.0, math.inf, source, status)


def _constant_of(table: TextTable, row: Row, faults: list[Fault]) -> Constant | None:
    """Return the constant of a row, or None where it has none or after adding its faults."""
    before = len(faults)
    name = row["constant"]
    if not name:
        _require_no_number(table, row, faults)
        return None
    if not name.isidentifier() or name in _RESERVED:
        needed = f"letters, digits and _, not first a digit, and not {', '.join(_RESERVED)}"
        faults.append(table.fault(row, "constant", repr(name), needed))
    if not row["unit"]:
        faults.append(table.fault(row, "unit", "nothing", "the constant's unit, 1 where it has none"))
    median = positive_in(table, row, "median", faults)
    sd_ln = positive_in(table, row, "sd_ln", faults) if row["sd_ln"] else None
    if median is None or len(faults) > before:
        return None
    wrong = wrong_parameters("log-normal", (math.log(median), sd_ln or 1.0))
    if wrong:
        faults.append(table.fault(row, "sd_ln" if sd_ln else "median", row["sd_ln" if sd_ln else "median"], wrong))
        return None
    source, status = cited_source(row), row["status"]
    prior = None if sd_ln is None else log_normal(median, sd_ln, source, status)
    return Constant(name, row["unit"], prior, median, source, table.file, row.line, status)


def _require_no_number(table: TextTable, row: Row, faults: list[Fault]) -> None:
    """Add a fault where a row has a number but no constant that it is of."""
    for column in ("median", "sd_ln"):
        if row[column]:
            found = f"nothing, but the {column} {row[column]}"
            faults.append(table.fault(row, "constant", found, "the constant's id, or an empty median and sd_ln"))
            return
    if "formula" not in table.columns:
        faults.append(table.fault(row, "constant", "nothing", "the constant's id"))
