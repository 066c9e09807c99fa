"""A study's measurement tables: a row a measurement, with what was done to the cells, when, and what was read.

Columns: ``observable``, what was done (:mod:`jakstat.problem.study_treatments`), the time column that ``study.yaml``
names (each name ends in its unit), ``value`` (in the observable's unit) and, where they apply, ``replicate``,
``experiment`` (the blot or plate: observables may have a scale of their own in each) and ``censored``: ``below`` or
``above`` where the value is only a bound, such as a detection limit. A study with cell lines may give time in any
unit: ``time_h`` is converted.
"""

from dataclasses import dataclass
from pathlib import Path

from jakstat.problem.faults import Fault
from jakstat.problem.formulas import identifier
from jakstat.problem.measurement_limit import require_readable_number
from jakstat.problem.records import CENSORED
from jakstat.problem.reference_records import Reference
from jakstat.problem.study_description import Study, column_suffix
from jakstat.problem.study_treatments import MINUTES, Treatment, amount_in, time_in, treatment_columns, treatment_of
from jakstat.problem.text_table import Row, TextTable, known_id, number_in, read_text_table

#: How the name of a column may end, to tell a column in another unit from a column of another thing.
_UNIT_ENDINGS = (
    *("s", "sec", "min", "h", "hours", "d", "days", "M", "mM", "uM", "nM", "pM", "percent", "copies", "au"),
    *("g_per_ml", "mg_per_ml", "ug_per_ml", "ng_per_ml", "pg_per_ml", "ng_per_l", "U_per_ml", "nmol_per_l"),
)
_OPTIONAL = ("replicate", "experiment", "censored")


@dataclass(frozen=True)
class StudyMeasurement:
    """A measurement: what was done, what was read and when (unit of the study), and where it stands."""

    observable: str
    treatment: Treatment
    time: float
    value: float
    source: str
    experiment: str = ""
    censored: str = ""


def read_measurements(study: Study, reference: Reference | None, faults: list[Fault]) -> tuple[StudyMeasurement, ...]:
    """Read the measurement tables.

    Parameters
    ----------
    study : Study
        What ``study.yaml`` says.
    reference : Reference or None
        Cell lines, inhibitors and receptors; None in a study without a ``cells`` section, or where they have faults.
    faults : list of Fault
        The tables' faults are added here.

    Returns
    -------
    tuple of StudyMeasurement
        The rows that have no fault.
    """
    found: list[StudyMeasurement] = []
    tables = [(path, table) for path in study.measurements if (table := read_text_table(path, faults)) is not None]
    require_readable_number([table for _, table in tables], faults)
    for path, table in tables:
        found += _measurements_in(table, path, study, reference, faults)
    return tuple(found)


def _measurements_in(
    table: TextTable, path: Path, study: Study, reference: Reference | None, faults: list[Fault]
) -> list[StudyMeasurement]:
    """Return the measurements of one table."""
    _check_columns(table, study, faults)
    if not table.rows:
        faults.append(Fault(table.file, None, "", "no rows", "at least one measurement"))
    _check_duplicates(table, study, faults)
    rows = (_measurement_of(table, row, path, study, reference, faults) for row in table.rows)
    return [one for one in rows if one is not None]


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
    units |= {one.column: one.unit for one in study.conditions}
    needed_of_cells = () if study.cells is None else ("cell_line",)
    known = {"observable", "value", *units, *_OPTIONAL, *study.ignored_columns, *treatment_columns(study)}
    spare = [one for one in table.columns if one not in known]
    for column in ("observable", *needed_of_cells, *units, "value"):
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
        if study.cells is not None:
            needed = f"one of {', '.join(treatment_columns(study))}, {needed}"
        faults.append(table.fault(None, column, "a column that study.yaml does not describe", needed))


def _measurement_of(
    table: TextTable, row: Row, path: Path, study: Study, reference: Reference | None, faults: list[Fault]
) -> StudyMeasurement | None:
    """Return a measurement, or None after adding its faults."""
    before = len(faults)
    observables = {one.id: one for one in study.observables}
    if "observable" in table.columns:
        known_id(table, row, "observable", observables, faults)
    treatment = treatment_of(table, row, study, reference, faults)
    time = _time_of(table, row, study, faults)
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
    """Add a fault for each row that measures what an earlier row measured: same everything but the value."""
    needed_columns = ["observable", *(one.column for one in study.conditions), *_time_columns(study, table)]
    if not set(needed_columns) <= set(table.columns):
        return  # without one of them (reported already) every row would look like another
    columns = [*needed_columns, *treatment_columns(study), "experiment", "replicate"]
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


def experiment_id(study: Study, treatment: Treatment) -> str:
    """Return an id for the experiment with a treatment, like ``il13_4`` or ``HEL__ruxolitinib_640``."""
    parts = [treatment.cell_line] if treatment.cell_line else []
    parts += treatment.alterations
    for column, value in zip(study.conditions, treatment.dose, strict=True):
        name = column.column.removesuffix(f"_{column_suffix(column.unit)}")
        parts.append(f"{name}_{value:.12g}".replace("+", ""))
    if treatment.stimulus:
        parts.append(f"{treatment.stimulus}_{treatment.stimulus_text.split()[0]}")
    parts += [f"{name}_{dose:.12g}".replace("+", "") for name, dose in treatment.inhibitors]
    if treatment.pretreatment:
        parts.append(f"after_{treatment.pretreatment:g}")
    parts += [f"share_{share:g}_from_{time:g}" for time, share in treatment.schedule]
    parts += other_groups(treatment)
    return identifier("__".join(parts)) or "experiment"


def other_groups(treatment: Treatment) -> list[str]:
    """Return the groups of a treatment that its inhibitors do not name."""
    return [name for name in treatment.groups if name and name not in dict(treatment.inhibitors)]


def experiment_label(study: Study, treatment: Treatment) -> str:
    """Return a label for people, like ``IL-13 4 ng/ml`` or ``HEL, ruxolitinib 640 nM``."""
    parts = [" ".join((treatment.cell_line, *treatment.alterations))] if treatment.cell_line else []
    parts += [f"{one.label} {value:g} {one.unit}" for one, value in zip(study.conditions, treatment.dose, strict=True)]
    if treatment.stimulus:
        parts.append(f"{treatment.stimulus} {treatment.stimulus_text}")
    parts += [f"{name} {dose:g} nM" for name, dose in treatment.inhibitors]
    parts += [f"{100 * share:g} % of it from {time:g} {study.time_unit}" for time, share in treatment.schedule]
    parts += other_groups(treatment)
    return ", ".join(parts)
