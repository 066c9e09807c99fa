"""A study's measurement tables: a row a measurement, with what was done to the cells, when, and what was read.

Columns: ``observable``, what was done (``study_treatments``), the time column that ``study.yaml``
names (each name ends in its unit), ``value`` (in the observable's unit) and, where they apply, ``replicate``,
``experiment`` (the blot or plate: observables may have a scale of their own in each) and ``censored``: ``below`` or
``above`` where the value is only a bound, such as a detection limit. A study with cell lines may give time in any
unit: ``time_h`` is converted.
"""

from dataclasses import replace
from math import inf
from pathlib import Path

from jakstat.files import (
    EACH_TABLE_ONCE,
    Fault,
    Row,
    TextTable,
    copies_of_tables,
    folded,
    known_id,
    near_names,
    number_in,
    number_of_text,
    read_text_table,
)
from jakstat.problem.measurement_limit import require_readable_number
from jakstat.problem.records import CENSORED
from jakstat.problem.reference import Reference
from jakstat.problem.study.description import Study, column_suffix
from jakstat.problem.study.magnitudes import check_magnitudes
from jakstat.problem.study.names_in_tables import with_names
from jakstat.problem.study.rows import StudyMeasurement
from jakstat.problem.study.study_treatments import (
    DOSE_IN_COLUMN,
    INHIBITORS,
    MINUTES,
    STIMULUS,
    Treatment,
    amount_in,
    dose_and_time_columns,
    time_in,
    treatment_columns,
    treatment_of,
)
from jakstat.problem.study.units import in_known_units

#: How the name of a column may end, to tell a column in another unit from a column of another thing.
_UNIT_ENDINGS = (
    *("s", "sec", "min", "h", "hours", "d", "days", "M", "mM", "uM", "µM", "μM", "nM", "pM", "percent", "copies", "au"),
    *("g_per_ml", "mg_per_ml", "ug_per_ml", "ng_per_ml", "pg_per_ml", "ng_per_l", "U_per_ml", "nmol_per_l"),
)
_OPTIONAL = ("replicate", "experiment", "censored")


def read_measurements(
    study: Study, reference: Reference | None, faults: list[Fault], notes: list[str]
) -> tuple[StudyMeasurement, ...]:
    """Read the measurement tables.

    Parameters
    ----------
    study : Study
        What ``study.yaml`` says.
    reference : Reference or None
        Cell lines, inhibitors and receptors; None in a study without a ``cells`` section, or where they have faults.
    faults : list of Fault
        The tables' faults are added here.
    notes : list of str
        What was decided for the user is added here.

    Returns
    -------
    tuple of StudyMeasurement
        The rows that have no fault.
    """
    found: list[StudyMeasurement] = []
    if not study.measurements and not any(fault.file == str(study.file) for fault in faults):
        faults.append(study.fault(("measurements",), "nothing", "a table of measurements, or a list of them"))
    repeated = copies_of_tables(study.measurements)
    faults += [study.fault(("measurements",), found, EACH_TABLE_ONCE) for found in repeated.values()]
    read = [path for place, path in enumerate(study.measurements) if place not in repeated]
    tables = [(path, table) for path in read if (table := read_text_table(path, faults)) is not None]
    require_readable_number([table for _, table in tables], faults)
    for path, table in tables:
        found += _measurements_in(table, path, study, reference, faults, notes)
    return tuple(found)


def _measurements_in(
    table: TextTable, path: Path, study: Study, reference: Reference | None, faults: list[Fault], notes: list[str]
) -> list[StudyMeasurement]:
    """Return the measurements of one table."""
    before = len(faults)
    if study.cells is not None and reference is not None:
        table = in_known_units(with_names(table, reference, notes), notes)
    if not any(fault.file == str(study.file) for fault in faults):  # else columns may be right that it misnames
        _check_columns(table, study, faults)
    of_header = len(faults)
    if of_header == before:  # else rows would look alike that a column with another name tells apart
        _check_duplicates(table, study, faults)
    if not table.rows:
        faults.append(Fault(table.file, None, "", "no rows", "at least one measurement"))
    rows = ((row.line, _measurement_of(table, row, path, study, reference, faults)) for row in table.rows)
    measured = [(line, measurement) for line, measurement in rows if measurement is not None]
    if of_header > before:  # what a column with another name holds is missing only until it is renamed
        faults[of_header:] = [fault for fault in faults[of_header:] if not _is_of_absent_column(fault, table)]
    check_magnitudes(table, study, measured, faults, notes)
    return [measurement for _, measurement in measured]


def _is_of_absent_column(fault: Fault, table: TextTable) -> bool:
    """Whether a fault of a row is that a column is not there, or has a name that is not known."""
    return (fault.found == "nothing" and fault.column not in table.columns) or fault.needed.startswith(DOSE_IN_COLUMN)


def _stem(column: str) -> str:
    """Return a column's name without its unit."""
    for ending in sorted(_UNIT_ENDINGS, key=len, reverse=True):
        if column.endswith(f"_{ending}"):
            return column.removesuffix(f"_{ending}")
    return column


def _time_stem(study: Study) -> str:
    """Return the name of the time column without its unit."""
    return study.time_column.removesuffix(f"_{study.time_unit}")


def _time_columns(study: Study, table: TextTable) -> tuple[str, ...]:
    """Return the time columns of a table: any unit where the study has cell lines, else the one that it names."""
    if study.cells is None:
        return (study.time_column,) if study.time_column else ()
    found = [f"{_time_stem(study)}_{unit}" for unit in MINUTES if f"{_time_stem(study)}_{unit}" in table.columns]
    return tuple(found) or (study.time_column,)


def _check_columns(table: TextTable, study: Study, faults: list[Fault]) -> None:
    """Add a fault for each column that is absent, in another unit, or not described in ``study.yaml``."""
    units = dict.fromkeys(_time_columns(study, table), study.time_unit)
    units |= {condition.column: condition.unit for condition in study.conditions}
    needed_of_cells = () if study.cells is None else ("cell_line",)
    known = {"observable", "value", *units, *_OPTIONAL, *study.ignored_columns, *treatment_columns(study)}
    spare = [column for column in table.columns if column not in known]
    absent = [column for column in ("observable", *needed_of_cells, *units, "value") if column not in table.columns]
    for column in absent:
        stem = column.removesuffix(f"_{column_suffix(units.get(column, ''))}")
        other = next((name for name in spare if stem in (_stem(name), name)), None)
        spelt = next((name for name in spare if folded(name) == folded(column)), None)
        if spelt is not None:
            spare.remove(spelt)
            faults.append(table.fault(None, spelt, f"the column {spelt!r}", f"the column {column}, spelt like this"))
        elif other is not None:
            spare.remove(other)
            needed = f"{column}: values in {units[column]}, converted, or another unit in study.yaml"
            faults.append(table.fault(None, other, f"the column {other}", needed if column in units else column))
        elif len(absent) == len(spare) == 1:
            found = f"the column {spare.pop()}, which study.yaml does not describe"
            faults.append(table.fault(None, column, found, f"the column {column}"))
        else:
            found = f"the columns {', '.join(table.columns)}"
            faults.append(table.fault(None, column, found, f"the column {column}"))
    for column in spare:
        needed = _instead_of_column(column, study)
        faults.append(table.fault(None, column, "a column that study.yaml does not describe", needed))


def _instead_of_column(column: str, study: Study) -> str:
    """Say what is needed in place of a column that is not described."""
    needed = "a condition column of study.yaml, or a place in its ignored_columns"
    if study.cells is None:
        return needed
    choices = treatment_columns(study)
    near = near_names(column, choices)
    if near:
        return f"{' or '.join(near)}, {needed}"
    return f"one of {', '.join(choices)}, {needed}"


def _measurement_of(
    table: TextTable, row: Row, path: Path, study: Study, reference: Reference | None, faults: list[Fault]
) -> StudyMeasurement | None:
    """Return a measurement, or None after adding its faults."""
    before = len(faults)
    observables = {observable.id: observable for observable in study.observables}
    if "observable" in table.columns:
        known_id(table, row, "observable", observables, faults)
    treatment = treatment_of(table, row, study, reference, faults)
    resting = row["observable"] in observables and observables[row["observable"]].before_treatment
    if resting:
        treatment = _untreated(table, row, treatment, study, faults)
    time = inf if resting else _time_of(table, row, study, faults)
    value = number_in(table, row, "value", faults) if "value" in table.columns else None
    if row["censored"]:
        known_id(table, row, "censored", CENSORED, faults)
    observable = observables.get(row["observable"])
    if observable is not None and observable.per_experiment and not row["experiment"]:
        names = ", ".join(observable.per_experiment)
        faults.append(table.fault(row, "experiment", "nothing", f"a name: each experiment has its own {names}"))
    if row["censored"] and observable is not None and observable.distribution == "student-t":
        needed = f"nothing, or another distribution of {observable.id}: bounds under Student's t are not supported"
        faults.append(table.fault(row, "censored", row["censored"], needed))
    if value is not None and value <= 0 and observable is not None and observable.distribution.startswith("log"):
        needed = f"a positive value: the noise of {observable.id} is {observable.distribution}"
        faults.append(table.fault(row, "value", row["value"], needed))
    complete = len(treatment.dose) == len(study.conditions)
    if len(faults) > before or time is None or value is None or observable is None or not complete:
        return None
    source = f"{path.name}, line {row.line}"
    return StudyMeasurement(row["observable"], treatment, time, value, source, row["experiment"], row["censored"])


def _untreated(table: TextTable, row: Row, treatment: Treatment, study: Study, faults: list[Fault]) -> Treatment:
    """Return the treatment of cells to which nothing was added; add a fault for each cell that says otherwise."""
    columns = [
        *_time_columns(study, table),
        *dose_and_time_columns(study),
        *(name for name, _ in INHIBITORS),
        STIMULUS[0],
    ]
    for column in dict.fromkeys(columns):
        if row[column] and number_of_text(row[column]) != 0.0:
            needed = f"nothing: {row['observable']} is measured before treatment (study.yaml)"
            faults.append(table.fault(row, column, repr(row[column]), needed))
    return replace(treatment, groups=("",) * len(treatment.groups), untreated=True)


def _time_of(table: TextTable, row: Row, study: Study, faults: list[Fault]) -> float | None:
    """Return the time of a measurement, or None after adding a fault."""
    columns = _time_columns(study, table)
    given = [column for column in columns if row[column]]
    if study.cells is not None and len(given) == 1:
        return time_in(table, row, _time_stem(study), study, faults)
    if len(given) > 1:
        faults.append(table.fault(row, given[1], row[given[1]], f"a time in one column only, {given[0]}"))
        return None
    return amount_in(table, row, columns[0], "a time", faults) if columns else None


def _check_duplicates(table: TextTable, study: Study, faults: list[Fault]) -> None:
    """Add a fault for each row that measures what an earlier row measured: same everything but the value.

    Doses and times are compared as numbers (4 and 4.0 are one dose), names as text: plates 1_12 and 112 are two.
    """
    times = _time_columns(study, table)
    conditions = tuple(condition.column for condition in study.conditions)
    amounts = {*conditions, *times, *dose_and_time_columns(study)}
    columns = [
        column
        for column in dict.fromkeys(
            ("observable", *conditions, *times, *treatment_columns(study), "experiment", "replicate")
        )
        if column in table.columns
    ]
    first: dict[tuple[str | float | None, ...], int] = {}
    for row in table.rows:
        key = tuple(_amount(row[column]) if column in amounts else row[column] for column in columns)
        if key in first:
            found = f"the same {', '.join(columns)} as line {first[key]}"
            needed = (
                "each measurement once" if row["replicate"] else "each once, or a column replicate to tell them apart"
            )
            faults.append(table.fault(row, "", found, needed))
        first.setdefault(key, row.line)


def _amount(text: str) -> str | float:
    """Return the number of a text, or the text where it is none."""
    number = number_of_text(text)
    return text if number is None else number
