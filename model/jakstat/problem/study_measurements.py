"""A study's measurement table: a row a measurement, with what was done to the cells, when, and what was read.

Columns: ``observable``, the condition columns and the time column that ``study.yaml`` names (each name ends in its
unit), ``value`` (in the observable's unit) and, where a measurement was repeated, ``replicate``.
"""

import re
from dataclasses import dataclass

from jakstat.problem.faults import Fault
from jakstat.problem.study_description import Study, column_suffix
from jakstat.problem.text_table import Row, TextTable, known_id, number_in, read_text_table

#: How the name of a column may end, to tell a column in another unit from a column of another thing.
_UNIT_ENDINGS = (
    *("s", "sec", "min", "h", "hours", "d", "days", "M", "mM", "uM", "nM", "pM", "percent", "copies", "au"),
    *("g_per_ml", "mg_per_ml", "ug_per_ml", "ng_per_ml", "pg_per_ml", "ng_per_l", "U_per_ml", "nmol_per_l"),
)


@dataclass(frozen=True)
class StudyMeasurement:
    """A measurement: ``dose`` holds the values of the condition columns in the order of ``study.yaml``."""

    observable: str
    dose: tuple[float, ...]
    time: float
    value: float
    source: str


def read_measurements(study: Study, faults: list[Fault]) -> tuple[StudyMeasurement, ...] | None:
    """Read the measurement table.

    Parameters
    ----------
    study : Study
        What ``study.yaml`` says.
    faults : list of Fault
        The table's faults are added here.

    Returns
    -------
    tuple of StudyMeasurement or None
        The rows that have no fault; None where the table cannot be read.
    """
    table = read_text_table(study.measurements, faults)
    if table is None:
        return None
    _check_columns(table, study, faults)
    if not table.rows:
        faults.append(Fault(table.file, None, "", "no rows", "at least one measurement"))
    found = [one for row in table.rows if (one := _measurement_of(table, row, study, faults)) is not None]
    _check_duplicates(table, study, faults)
    return tuple(found)


def _stem(column: str) -> str:
    """Return a column's name without its unit."""
    for ending in sorted(_UNIT_ENDINGS, key=len, reverse=True):
        if column.endswith(f"_{ending}"):
            return column.removesuffix(f"_{ending}")
    return column


def _check_columns(table: TextTable, study: Study, faults: list[Fault]) -> None:
    """Add a fault for each column that is absent, in another unit, or not described in ``study.yaml``."""
    units = {study.time_column: study.time_unit} | {one.column: one.unit for one in study.conditions}
    units.pop("", None)
    described = {"observable", "value", *units}
    spare = [one for one in table.columns if one not in described | {"replicate", *study.ignored_columns}]
    for column in ("observable", *units, "value"):
        if column in table.columns:
            continue
        stem = column.removesuffix(f"_{column_suffix(units.get(column, ''))}")
        other = next((one for one in spare if stem in (_stem(one), one)), None)
        if other is None:
            found = f"the columns {', '.join(table.columns)}"
            faults.append(table.fault(None, column, found, f"the column {column}"))
        else:
            spare.remove(other)
            needed = f"{column}: values in {units.get(column)}, converted, or another unit in study.yaml"
            faults.append(table.fault(None, other, f"the column {other}", needed))
    for column in spare:
        needed = "a condition column of study.yaml, or a place in its ignored_columns"
        faults.append(table.fault(None, column, "a column that study.yaml does not describe", needed))


def _amount(table: TextTable, row: Row, column: str, what: str, faults: list[Fault]) -> float | None:
    """Return a number that is not negative; None where the column is absent or after adding a fault."""
    if column not in table.columns:
        return None
    number = number_in(table, row, column, faults)
    if number is not None and number < 0:
        faults.append(table.fault(row, column, row[column], f"{what} of 0 or more"))
    return number


def _measurement_of(table: TextTable, row: Row, study: Study, faults: list[Fault]) -> StudyMeasurement | None:
    """Return a measurement, or None after adding its faults."""
    before = len(faults)
    observables = {one.id: one for one in study.observables}
    if "observable" in table.columns:
        known_id(table, row, "observable", observables, faults)
    doses = [_amount(table, row, one.column, "a concentration", faults) for one in study.conditions]
    time = _amount(table, row, study.time_column, "a time", faults) if study.time_column else None
    value = number_in(table, row, "value", faults) if "value" in table.columns else None
    observable = observables.get(row["observable"])
    if value is not None and value <= 0 and observable is not None and observable.distribution.startswith("log"):
        needed = f"a positive value: the noise of {observable.id} is {observable.distribution}"
        faults.append(table.fault(row, "value", row["value"], needed))
    if len(faults) > before or time is None or value is None or observable is None:
        return None
    dose = tuple(one for one in doses if one is not None)
    source = f"{study.measurements.name}, line {row.line}"
    return StudyMeasurement(row["observable"], dose, time, value, source) if len(dose) == len(doses) else None


def _check_duplicates(table: TextTable, study: Study, faults: list[Fault]) -> None:
    """Add a fault for each row that measures what an earlier row measured: same everything but the value."""
    needed_columns = ["observable", *(one.column for one in study.conditions), study.time_column]
    if not set(needed_columns) <= set(table.columns):
        return  # without one of them (reported already) every row would look like another
    columns = [*needed_columns, "replicate"]
    first: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        key = tuple(_as_number(row[column]) for column in columns)
        if key in first:
            found = f"the same {', '.join(one for one in columns if one in table.columns)} as line {first[key]}"
            needed = (
                "each measurement once" if row["replicate"] else "each once, or a column replicate to tell them apart"
            )
            faults.append(table.fault(row, "", found, needed))
        first.setdefault(key, row.line)


def _as_number(text: str) -> str:
    """Return a number's text in one way of writing it, other text as it is: 4 and 4.0 are the same dose."""
    try:
        return repr(float(text))
    except ValueError:
        return text


def experiment_id(study: Study, dose: tuple[float, ...]) -> str:
    """Return an id for the experiment with these doses, like ``il13_4``."""
    parts = []
    for column, value in zip(study.conditions, dose, strict=True):
        name = column.column.removesuffix(f"_{column_suffix(column.unit)}")
        parts.append(f"{name}_{value:.12g}".replace("+", ""))
    return re.sub(r"\W", lambda found: {".": "p", "-": "m"}.get(found.group(), "_"), "__".join(parts)) or "experiment"


def experiment_label(study: Study, dose: tuple[float, ...]) -> str:
    """Return a label for people, like ``IL-13 4 ng/ml``."""
    parts = [f"{one.label} {value:g} {one.unit}" for one, value in zip(study.conditions, dose, strict=True)]
    return ", ".join(parts)
