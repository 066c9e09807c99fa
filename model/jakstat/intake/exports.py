"""Laboratories' files as one tidy table: a row a measurement, in the columns and units of a study.

What is ambiguous and would change a value is a fault that names the option which settles it; everything else that
was decided stands in :attr:`Intake.understood`, to be confirmed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pandas as pd

from jakstat.files import DataFaultsError, Fault, sha256_of
from jakstat.intake.columns import DOSE, DOSE_2, PRETREATMENT, ROLES, STIMULUS_DOSE, TIME, VALUE, WELL
from jakstat.intake.declared import Declared
from jakstat.intake.lab_files import read_lab_file
from jakstat.intake.lab_records import Record, records_of
from jakstat.intake.lab_tables import LabTable, table_of
from jakstat.intake.normalisation import viabilities
from jakstat.intake.observable_kinds import KINDS, VIABILITY, kind_of
from jakstat.intake.plates import as_long_table
from jakstat.intake.understood import understood_columns, understood_measurements
from jakstat.intake.units import as_share, unit_of
from jakstat.intake.vocabulary import (
    BLANK,
    CELL_LINE,
    CONTENT,
    INHIBITOR,
    OBSERVABLE,
    STIMULUS,
    VEHICLE,
    Vocabulary,
    vocabulary_of,
)
from jakstat.problem import Reference

#: Columns of the tidy table, in their order; times in min.
TIDY = (
    *("observable", "cell_line", "alterations", "stimulus", "stimulus_ng_per_ml", "stimulus_nM", "inhibitor"),
    *("inhibitor_nM", "inhibitor_2", "inhibitor_2_nM", "pretreatment_min", "time_min", "value", "experiment"),
    *("replicate", "screen", "censored"),
)
#: A share of untreated cells above it is percent (as in jakstat.problem.study.magnitudes).
_HIGHEST_SHARE = 3
#: Percent of which none is above it may be shares that a spreadsheet shows as percent.
_LOWEST_PERCENT = Decimal("1.5")
_OF_SHARES = ("percent", "share")
#: What units may be declared for besides headers: headers that are numbers, and all viabilities.
_ALL_OF = ("headers", "viability")
#: Amounts that cannot be negative, with their units; and the column's role where it is another.
_AMOUNTS = {
    DOSE: "nM",
    DOSE_2: "nM",
    "stimulus_ng_per_ml": "ng/ml",
    "stimulus_nM": "nM",
    TIME: "min",
    PRETREATMENT: "min",
}
_ROLE_OF = {"stimulus_ng_per_ml": STIMULUS_DOSE, "stimulus_nM": STIMULUS_DOSE}
_EXAMPLES = {OBSERVABLE: "observable=pSTAT5", CELL_LINE: "cell_line=HEL", TIME: "time=72 h"}


@dataclass(frozen=True)
class Intake:
    """What exports hold.

    Parameters
    ----------
    measurements : DataFrame
        Columns :data:`TIDY`, of text; sorted.
    understood : DataFrame
        What was taken for what: ``file``, ``what``, ``read as``, ``values``; to be confirmed by a person.
    notes : tuple of str
        What was decided besides.
    scatter : (float, int) or None
        Standard deviation of the viability of vehicle wells and its degrees of freedom.
    """

    measurements: pd.DataFrame
    understood: pd.DataFrame
    notes: tuple[str, ...]
    scatter: tuple[float, int] | None = None


def read_exports(
    files: Iterable[str | Path], reference: Reference, declared: Declared | None = None, screen: str = "our lab"
) -> Intake:
    """Read laboratories' files: CSV, TSV and semicolons, workbooks; long and wide tables, plates.

    Parameters
    ----------
    files : iterable of path
    reference : Reference
        Names of cell lines, inhibitors and ligands.
    declared : Declared, optional
        What the files do not say.
    screen : str
        Name of the screen where no column gives one.

    Raises
    ------
    DataFaultsError
        Something is not understood, or could mean two things; all of it is listed.
    """
    declared = declared or Declared()
    faults: list[Fault] = []
    notes: list[str] = []
    vocabulary = vocabulary_of(reference, declared)
    declared = _checked(declared, vocabulary, faults)
    paths = [Path(file) for file in files]
    faults += _copies(paths)
    sheets = [sheet for path in paths for sheet in read_lab_file(path, declared.decimal, faults)]
    plain = [long for sheet in sheets if (long := as_long_table(sheet, faults) or sheet).rows]
    tables = [table for sheet in plain if (table := table_of(sheet, vocabulary, declared, faults)) is not None]
    _require_headers(tables, declared, faults)
    tables, maps = _without_maps(tables)
    records = [record for table in tables for record in records_of(_mapped(table, maps), vocabulary, declared, faults)]
    records = _in_shares(records, declared, faults)
    records, scatter = viabilities(records, declared.no_blank, faults, notes)
    records = [record for record in records if record.facts.get(CONTENT) != BLANK]
    _require_whole(records, faults)
    if not records and not faults:
        faults.append(Fault(str(paths[0]) if paths else "", None, "", "no measurements", "a table of measured values"))
    if faults:
        raise DataFaultsError(faults)
    _note_shared_scales(records, notes)
    measurements = _tidy(records, screen, notes)
    understood = [*understood_columns(tables), *understood_measurements(measurements)]
    return Intake(measurements, pd.DataFrame(understood), tuple(notes), scatter)


def _copies(files: Sequence[Path]) -> list[Fault]:
    """Return a fault for each file that has the content of an earlier one: its measurements would count twice."""
    first: dict[str, Path] = {}
    faults = []
    for file in files:
        if file.is_file() and (other := first.setdefault(sha256_of(file), file)) is not file:
            faults.append(Fault(str(file), None, "", f"the content of {other.name}", "each file once"))
    return faults


def _checked(declared: Declared, vocabulary: Vocabulary, faults: list[Fault]) -> Declared:
    """Return the declarations with units by their names here; add a fault for each that is none."""
    for header, role in declared.columns.items():
        if role not in ROLES and kind_of(role) is None:
            needed = f"one of {', '.join(ROLES)}, or a readout ({', '.join(kind.stem for kind in KINDS.values())})"
            faults.append(Fault("--column", None, header, repr(role), needed))
    for written, meant in declared.names.items():
        if meant not in (VEHICLE, BLANK, "ignore") and vocabulary.meaning(meant) is None:
            faults.append(
                Fault("--name", None, written, repr(meant), "a name of the reference tables, vehicle, blank or ignore")
            )
    for role in declared.everywhere:
        if role not in ROLES:
            faults.append(Fault("--all", None, role, repr(role), f"one of {', '.join(ROLES)}"))
    units = {}
    for header, unit in declared.units.items():
        units[header] = unit_of(unit.replace("log10_", "log10 "))
        if not units[header]:
            needed = "a unit: pM, nM, uM, mM, M, log10 M, ng/ml, s, min, h, d, percent, share, a.u."
            faults.append(Fault("--unit", None, header, repr(unit), needed))
    return replace(declared, units=units)


def _require_headers(tables: Sequence[LabTable], declared: Declared, faults: list[Fault]) -> None:
    """Add a fault for each declaration of a header that no file has."""
    headers = {column.header for table in tables for column in table.columns} | set(_ALL_OF)
    headers |= {cell for table in tables for cell in table.header.cells}
    for option, named in (("--column", declared.columns), ("--unit", declared.units)):
        for header in named:
            if header not in headers:
                known = ", ".join(repr(name) for name in sorted(filter(None, headers - set(_ALL_OF))))
                faults.append(
                    Fault(option, None, header, f"the header {header!r}, which no file has", f"one of {known}")
                )


def _without_maps(tables: Sequence[LabTable]) -> tuple[list[LabTable], list[LabTable]]:
    """Return tables with values, and the maps of plates: tables with wells and no values."""
    is_map = [
        any(column.role == WELL for column in table.columns)
        and not any(column.role == VALUE for column in table.columns)
        for table in tables
    ]
    kept = [table for table, alone in zip(tables, is_map, strict=True) if not alone]
    return kept, [table for table, alone in zip(tables, is_map, strict=True) if alone]


def _mapped(table: LabTable, maps: Sequence[LabTable]) -> LabTable:
    """Return a table of wells with the columns of the maps that say more of them; others as they are."""
    well = next((column for column in table.columns if column.role == WELL), None)
    has = {column.role for column in table.columns}
    for plate in maps if well is not None else ():
        of_map = next(column for column in plate.columns if column.role == WELL)
        more = [column for column in plate.columns if column.role not in has]
        by_well = {_well_name(row[of_map.place]): row for row in plate.rows}
        width = max(len(table.header.cells), *(column.place + 1 for column in table.columns))
        rows = []
        for row in table.rows:
            found = by_well.get(_well_name(row[well.place]))  # type: ignore[union-attr]
            padded = (*row.cells, *[""] * (width - len(row.cells)))[:width]
            rows.append(replace(row, cells=(*padded, *(found[column.place] if found else "" for column in more))))
        placed = tuple(replace(column, place=width + number) for number, column in enumerate(more))
        table = replace(table, columns=(*table.columns, *placed), rows=tuple(rows))
        has |= {column.role for column in more}
    return table


def _well_name(text: str) -> str:
    """Return a well's name without leading zeros: B07 is B7."""
    letters = text.strip().rstrip("0123456789")
    return f"{letters.upper()}{text.strip()[len(letters) :].lstrip('0')}"


def _in_shares(records: Sequence[Record], declared: Declared, faults: list[Fault]) -> list[Record]:
    """Return records whose viabilities are shares; add a fault for values of a sheet that may be percent or shares."""
    sheets: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        if record.facts.get(OBSERVABLE) == VIABILITY:
            sheets[_unit_key(record)].append(record)
    unit = {key: _share_unit(alike, declared, faults) for key, alike in sheets.items()}
    return [
        replace(record, value=as_share(record.value, unit[_unit_key(record)]), unit="share")
        if record.facts.get(OBSERVABLE) == VIABILITY
        else record
        for record in records
    ]


def _unit_key(record: Record) -> tuple[str, str]:
    """Return what viabilities share that are in one unit: their sheet, and a column that says a unit itself."""
    return f"{record.sheet.file} {record.sheet.name}", record.column.header if record.column.unit else record.unit


def _share_unit(records: Sequence[Record], declared: Declared, faults: list[Fault]) -> str:
    """Return whether viabilities are ``percent`` or ``share``; add a fault where it is not clear."""
    first = records[0]
    own = declared.units.get("viability", "")
    said = own or (first.unit if first.unit in _OF_SHARES else "")
    highest = max(record.value for record in records)
    in_range = highest > _LOWEST_PERCENT if said == "percent" else highest <= _HIGHEST_SHARE
    if not (own or first.column.is_declared or in_range):
        name = first.column.header if OBSERVABLE in first.column.facts and first.column.unit else "viability"
        found = f"viabilities up to {highest:g}{f' in {said}' if said else ''}"
        needed = (
            f'which they are: --unit "{name}=percent" (100 is untreated), or --unit "{name}=share" (1 is untreated)'
        )
        faults.append(first.sheet.fault(first.line, first.column.header, found, needed))
    return said or "share"


def _require_whole(records: Iterable[Record], faults: list[Fault]) -> None:
    """Add a fault for each record of which something is not said that its meaning needs."""
    for record in records:
        facts = record.facts
        _require_not_negative(record, faults)
        for role, example in _EXAMPLES.items():
            if not str(facts.get(role, "")):
                _missing(record, f"no {ROLES[role]}", f'a column or title that says it, or --all "{example}"', faults)
        for name, dose in ((INHIBITOR, DOSE), ("inhibitor_2", DOSE_2)):
            if name in facts and dose not in facts:
                _missing(record, f"{facts[name]} without a dose", f'its dose, or --all "{dose}=1 uM"', faults)
            if facts.get(dose) and name not in facts:
                _missing(record, "a dose without a drug", f'the drug, or --all "{name}=ruxolitinib"', faults)
        has_dose = facts.get("stimulus_ng_per_ml") or facts.get("stimulus_nM")
        if STIMULUS in facts and not has_dose and "stimulus_ng_per_ml" not in facts and "stimulus_nM" not in facts:
            needed = 'its dose, or --all "stimulus_dose=10 ng/ml"'
            _missing(record, f"{facts[STIMULUS]} without a dose", needed, faults)
        if has_dose and STIMULUS not in facts:
            _missing(record, "the dose of a ligand without its name", '--all "stimulus=Epo"', faults)
        if has_dose and facts.get(DOSE) and PRETREATMENT not in facts:
            needed = '--all "pretreatment=60 min"; "pretreatment=0 min", if they were added together'
            _missing(record, "a drug and a ligand, and not how long before the drug was added", needed, faults)


def _require_not_negative(record: Record, faults: list[Fault]) -> None:
    """Add a fault for each dose or time below 0."""
    for role, unit in _AMOUNTS.items():
        if Decimal(record.facts.get(role) or 0) < 0:
            found = f"{ROLES[_ROLE_OF.get(role, role)]} {record.facts[role]} {unit}"
            _missing(record, found, "none below 0: times count from the treatment on, doses from none", faults)


def _missing(record: Record, found: str, needed: str, faults: list[Fault]) -> None:
    faults.append(record.sheet.fault(record.line, "", found, needed))


def _note_shared_scales(records: Iterable[Record], notes: list[str]) -> None:
    """Add a note for each file whose values share one scale because nothing says which blot or plate they are of."""
    files = dict.fromkeys(
        record.sheet.file
        for record in records
        if record.facts[OBSERVABLE] != VIABILITY and not record.facts.get("experiment")
    )
    notes += [
        f"{Path(file).name}: all values share one scale, as on one blot; --column HEADER=experiment names the column "
        "that says which blot (or replicate) has a scale of its own."
        for file in files
    ]


def _tidy(records: Sequence[Record], screen: str, notes: list[str]) -> pd.DataFrame:
    """Return the records as a table of text, sorted, with numbers of replicates where rows are alike."""
    rows = [_tidy_row(record, screen) for record in records]
    table = pd.DataFrame(rows, columns=list(TIDY)).fillna("")
    keys = [column for column in TIDY if column not in ("value", "censored")]
    alike = table.duplicated(keys, keep=False)
    if alike.any():
        table.loc[alike, "replicate"] = (table[alike].groupby(keys, sort=False).cumcount() + 1).astype(str)
        notes.append(f"{int(alike.sum())} values are alike in all but the value: they are replicates, numbered here.")
    order = table.assign(
        **{column: pd.to_numeric(table[column]) for column in ("inhibitor_nM", "inhibitor_2_nM", "time_min")}
    )
    return table.loc[order.sort_values(keys, kind="stable").index].reset_index(drop=True)


def _tidy_row(record: Record, screen: str) -> dict[str, str]:
    """Return the cells of a record in the columns of the tidy table."""
    facts: Mapping[str, object] = record.facts
    row = {column: str(facts.get(column, "")) for column in TIDY}
    numbers = {"inhibitor_nM": DOSE, "inhibitor_2_nM": DOSE_2, "pretreatment_min": PRETREATMENT, "time_min": TIME}
    row |= {column: _text(facts.get(role)) for column, role in numbers.items()}
    row |= {column: _text(facts.get(column)) for column in ("stimulus_ng_per_ml", "stimulus_nM")}
    row |= {"value": _text(record.value), "censored": record.censored}
    if not facts.get(DOSE):
        row |= {"inhibitor": "", "inhibitor_nM": "", "pretreatment_min": ""}
    if not facts.get(DOSE_2):
        row |= {"inhibitor_2": "", "inhibitor_2_nM": ""}
    if not (facts.get("stimulus_ng_per_ml") or facts.get("stimulus_nM")):
        row |= {"stimulus": "", "stimulus_ng_per_ml": "", "stimulus_nM": ""}
    row["screen"] = (row["screen"] or screen) if row["inhibitor"] else ""
    if row["observable"] != VIABILITY:
        row["experiment"] = row["experiment"] or _name_of_file(record.sheet.file)
    return row


def _name_of_file(file: str) -> str:
    """Return the name of the experiment that a file is, where no column says which blot or plate a value is of."""
    return " ".join(re.split(r"[\s_-]+", Path(file).stem))


def _text(value: object) -> str:
    """Return a number as text without an exponent; nothing for none."""
    return "" if value is None or value == "" else format(Decimal(str(value)).normalize(), "f")
