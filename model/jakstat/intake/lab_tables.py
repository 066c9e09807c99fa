"""Where an export's table begins, and what stands above it: titles, settings (``Cell line: HEL``), headers of headers.

One sheet is one table, long or wide. What stands above it holds for all its rows, where they do not say otherwise.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from jakstat.files import Fault
from jakstat.intake.columns import DOSE, IGNORE, ROLES, TIME, VALUE, Column, column_of, is_number
from jakstat.intake.decimal_marks import mark_remedy
from jakstat.intake.declared import Declared
from jakstat.intake.lab_files import LabRow, Sheet
from jakstat.intake.units import dose_of_length, in_minutes, in_nM, is_molar, is_time, split_unit, unit_of
from jakstat.intake.vocabulary import OBSERVABLE, Fact, Vocabulary, decimal_of

#: A header stands in the first rows of a sheet; exports of plate readers have some 60 lines of settings above it.
_HIGHEST_TABLE = 80
#: A row as wide as this share of the rows below it may be their header.
_AS_WIDE = 0.8


@dataclass(frozen=True)
class LabTable:
    """A table of an export: columns, rows, and what holds for all of them by role.

    ``titles`` are what the titles, the sheet's and the file's name say, which counts only where nothing else does.
    ``is_in_title`` says for the role ``unit`` which unit a title gives to the values.
    """

    sheet: Sheet
    header: LabRow
    columns: tuple[Column, ...]
    rows: tuple[LabRow, ...]
    settings: Mapping[str, str]
    titles: Mapping[str, Fact]
    value_unit: str = ""


def table_of(sheet: Sheet, vocabulary: Vocabulary, declared: Declared, faults: list[Fault]) -> LabTable | None:
    """Return the table of a sheet, or None after adding the fault that there is none."""
    vocabulary = replace(vocabulary, mark=sheet.mark)
    place = _place_of_header(sheet.rows, vocabulary, declared)
    if place is None:
        roles = ", ".join(role for role in ROLES if role != IGNORE)
        found = f"no header that names what the columns are (first line: {' | '.join(sheet.rows[0].cells)[:80]!r})"
        faults.append(sheet.fault(None, "", found, f"a line of headers; --column HEADER=ROLE says one ({roles})"))
        return None
    header, above = sheet.rows[place], sheet.rows[:place]
    settings, over, texts = _read_above(above, header, vocabulary)
    titles = titles_of(sheet, texts, vocabulary)
    unit = next((unit for text in reversed(texts) if (unit := _value_unit(text))), "")
    columns = _columns_of(sheet, header, over, texts, vocabulary, declared, faults)
    rows = tuple(row for row in sheet.rows[place + 1 :] if row.cells != header.cells)
    return LabTable(sheet, header, columns, rows, settings, titles, unit)


def titles_of(sheet: Sheet, texts: Sequence[str], vocabulary: Vocabulary) -> dict[str, Fact]:
    """Return what titles say, then the sheet's name, then the file's, where one thing of each role is said."""
    found: dict[str, Fact] = {}
    stem = Path(sheet.file).stem
    for told in (texts, [sheet.name], [stem]):
        facts = [vocabulary.mentions(text) for text in told if text]
        for role in {role for said in facts for role in said}:
            said = {said[role] for said in facts if role in said}
            if len(said) == 1:
                found.setdefault(role, said.pop())
    return found


def _place_of_header(rows: Sequence[LabRow], vocabulary: Vocabulary, declared: Declared) -> int | None:
    """Return the row that names the columns: a role among its cells, as wide as what is below, and then numbers."""
    widths = [sum(map(bool, row.cells)) for row in rows]
    for place, row in enumerate(rows[: min(_HIGHEST_TABLE, len(rows) - 1)]):
        below = [width for width in widths[place + 1 :] if width > 1] or [1]
        if widths[place] < 2 or widths[place] < _AS_WIDE * median(below):
            continue
        if not any(any(map(is_number, below.cells)) for below in rows[place + 1 : place + 4]):
            continue
        if _names_columns(row, vocabulary, declared) and not _is_setting(row, max(below)):
            return place
    return None


def _names_columns(row: LabRow, vocabulary: Vocabulary, declared: Declared) -> bool:
    """Whether a row has the header of a role, and half of its cells are understood or numbers."""
    filled = [(place, cell) for place, cell in enumerate(row.cells) if cell]
    columns = [column_of(place, cell, vocabulary, declared) for place, cell in filled]
    has_role = any(column is not None and not (column.role == VALUE and column.facts) for column in columns)
    has_readout = sum(column is not None and OBSERVABLE in column.facts for column in columns)
    understood = sum(column is not None or is_number(cell) for column, (_, cell) in zip(columns, filled, strict=True))
    return (has_role or bool(has_readout)) and 2 * understood >= len(filled)


def _is_setting(row: LabRow, widest: int) -> bool:
    """Whether a row of two cells is a setting: ``Time (h)``, ``72``, or ``Drug``, ``Jakafi`` above a wider table."""
    filled = [cell for cell in row.cells if cell]
    return len(filled) == 2 and (is_number(filled[1]) or widest > len(filled))


def _read_above(
    above: Sequence[LabRow], header: LabRow, vocabulary: Vocabulary
) -> tuple[dict[str, str], LabRow | None, list[str]]:
    """Return the settings above a table by role, the row of headers over its headers, and all other texts."""
    settings: dict[str, str] = {}
    texts: list[str] = []
    over = None
    for number, row in enumerate(above):
        filled = [cell for cell in row.cells if cell]
        pairs = [filled] if len(filled) == 2 else [cell.split(":", 1) for cell in filled if ":" in cell]
        read = [
            pair
            for pair in pairs
            if (role := _setting_role(pair[0], vocabulary)) and settings.update({role: pair[1].strip()}) is None
        ]
        if number == len(above) - 1 and not read and any(row.cells[1:]) and len(filled) < len(header.cells):
            over = row
        elif not read:
            texts += filled
    return settings, over, texts


def _setting_role(name: str, vocabulary: Vocabulary) -> str:
    """Return the role of which a line above the table says something, with its unit (``time h``); empty for none."""
    column = column_of(0, name.strip(), vocabulary, Declared())
    if column is None or column.role in (VALUE, IGNORE):
        return ""
    return f"{column.role} {column.unit}".strip()


def _value_unit(text: str) -> str:
    """Return the unit that a title gives to viabilities, or nothing."""
    if re.search(r"%|\bper ?cent\b", text, re.IGNORECASE):
        return "percent"
    return "share" if re.search(r"\b(?:fraction|share) of\b", text, re.IGNORECASE) else ""


def _columns_of(
    sheet: Sheet,
    header: LabRow,
    over: LabRow | None,
    texts: Sequence[str],
    vocabulary: Vocabulary,
    declared: Declared,
    faults: list[Fault],
) -> tuple[Column, ...]:
    """Return the columns; add a fault for each header that is not understood, and for values without one."""
    columns: list[Column] = []
    spanning = _spanning(over, len(header.cells), vocabulary)
    numbers = [place for place, cell in enumerate(header.cells) if cell and is_number(cell)]
    unit_of_numbers = _unit_of_numbers(over, texts, declared)
    for place, cell in enumerate(header.cells):
        if not cell and not spanning[place]:
            continue
        column = column_of(place, cell, vocabulary, declared)
        if place in numbers and (column is None or not column.facts):
            column = _numbered(place, cell, unit_of_numbers)
        if column is None and not cell:
            column = Column(place, cell, VALUE)
        if column is None:
            faults.append(_fault_of_header(sheet, header, cell, vocabulary, place in numbers))
        elif column.role == VALUE:
            columns.append(replace(column, facts={**spanning[place], **column.facts}))
        else:
            columns.append(column)
    faults += _faults_of_values(sheet, header, columns)
    return tuple(columns)


def _faults_of_values(sheet: Sheet, header: LabRow, columns: Sequence[Column]) -> list[Fault]:
    """Return a fault for each column of values beside named readouts that does not say which readout it is.

    Beside ``pSTAT5`` a column ``ruxolitinib`` without a unit is a dose, or another value; ``Mean`` is a second value.
    """
    values = [column for column in columns if column.role == VALUE]
    if any(column.role == OBSERVABLE for column in columns) or not any(OBSERVABLE in column.facts for column in values):
        return []
    return [
        sheet.fault(
            header.line,
            column.header,
            f"the header {column.header!r} beside {', '.join(other.header for other in values if other is not column)}",
            f'what it holds: --unit "{column.header}=nM" if doses, --column "{column.header}=ignore" if for people',
        )
        for column in values
        if OBSERVABLE not in column.facts
    ]


def _spanning(over: LabRow | None, width: int, vocabulary: Vocabulary) -> list[dict[str, Fact]]:
    """Return what a row above the header says of each column: a name over several columns stands over the first."""
    facts: list[dict[str, Fact]] = []
    for place in range(width):
        text = over[place] if over is not None else ""
        said = vocabulary.facts(text) if text else None
        facts.append(said if said else ({} if text or not facts else dict(facts[-1])))
    return facts


def _unit_of_numbers(over: LabRow | None, texts: Sequence[str], declared: Declared) -> str:
    """Return the unit of headers that are numbers: declared for ``headers``, or that of the title over them."""
    if "headers" in declared.units:
        return unit_of(declared.units["headers"])
    titles = [cell for cell in (over.cells if over is not None else ()) if cell] or list(reversed(texts))
    units = (split_unit(text)[1] for text in titles)
    return next((unit for unit in units if is_molar(unit) or is_time(unit)), "")


def _numbered(place: int, cell: str, unit: str) -> Column | None:
    """Return a column of values whose header is a dose or a time."""
    number = decimal_of(cell)
    if number is None or not (is_molar(unit) or is_time(unit)):
        return None
    fact = (DOSE, in_nM(number, unit)) if is_molar(unit) else (TIME, in_minutes(number, unit))
    return Column(place, cell, VALUE, "", dict([fact]))


def _fault_of_header(sheet: Sheet, header: LabRow, cell: str, vocabulary: Vocabulary, is_numbered: bool) -> Fault:
    """Return the fault of a header that is not understood, with the option that settles it."""
    if is_numbered:
        needed = "whether it is a dose or a time: --unit headers=uM, or --unit headers=min"
        return sheet.fault(header.line, cell, f"the number {cell!r} as a header", needed)
    near = [name for role in ("cell_line", "inhibitor", "stimulus") for name in vocabulary.near(cell, role)]
    hint = f" (did you mean {' or '.join(near[:3])}?)" if near else ""
    unit = dose_of_length(cell)
    length = f'if it is a dose: --column "{cell}=inhibitor_dose" --unit "{cell}={unit}"; ' if unit else ""
    needed = (
        f"what it is{hint}: {length}{mark_remedy(cell)}--column {cell!r}=ROLE with one of {', '.join(ROLES)} (ignore "
        "leaves it out), a readout such as pSTAT5 or viability; or --name for a drug or line in it"
    )
    return sheet.fault(header.line, cell, f"the header {cell!r}, which is not understood", needed)
