"""Exports as they stand: text with tabs, commas or semicolons, and workbooks, as rows of cells.

Everything becomes text with decimal points; what a cell means is found out later. Text may be UTF-8, UTF-16 with
its mark or Windows-1252. Workbooks (.xlsx, .xls, .ods) are read by calamine through pandas, one :class:`Sheet` a
sheet that is not empty.
"""

import csv
import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from jakstat.files import Fault, read_text, shown_path, why_unreadable
from jakstat.intake.decimal_marks import MarkError, decimal_mark, with_points
from jakstat.problem import number_text

_SEPARATORS = (("\t", "tabs"), (";", "semicolons"), (",", "commas"), ("|", "bars"))
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NEEDED = "a table as text (tabs, commas or semicolons) or a workbook (.xlsx, .xls, .ods)"


@dataclass(frozen=True)
class LabRow:
    """A row of an export: its line in the file (from 1) and its cells as text without blanks around them."""

    line: int
    cells: tuple[str, ...]

    def __getitem__(self, place: int) -> str:
        """Return a cell, empty beyond the end of the row."""
        return self.cells[place] if place < len(self.cells) else ""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or a text file.

    Parameters
    ----------
    file : str
        Path.
    name : str
        Of the sheet; empty for text.
    form : str
        How it was read, for people: "text with semicolons, decimal commas", "workbook".
    rows : tuple of LabRow
        Those that are not empty.
    mark : {"", "point", "comma"}
        The decimal mark of numbers within its texts; cells that are numbers have points.
    """

    file: str
    name: str
    form: str
    rows: tuple[LabRow, ...]
    mark: str = ""

    @property
    def label(self) -> str:
        """Name for people."""
        return f"{Path(self.file).name} [{self.name}]" if self.name else Path(self.file).name

    def fault(self, line: int | None, column: str, found: str, needed: str) -> Fault:
        """Return a fault in this sheet."""
        return Fault(self.file, line, f"[{self.name}] {column}".strip() if self.name else column, found, needed)


def read_lab_file(path: Path, decimal: str, faults: list[Fault]) -> tuple[Sheet, ...]:
    """Read an export.

    Parameters
    ----------
    path : Path
    decimal : {"", "point", "comma"}
        The decimal mark of numbers that are text; found out where empty.
    faults : list of Fault
        Faults are added here.
    """
    found = why_unreadable(path)
    if found:
        faults.append(Fault(shown_path(path), None, "", found, _NEEDED))
        return ()
    content = path.read_bytes()
    if content.startswith(_WORKBOOKS):
        sheets = _sheets_of_workbook(path, content, faults)
    else:
        text = read_text(path, _NEEDED, faults)
        sheets = [] if text is None else _sheet_of_text(path, text)
    marked = [read for sheet, numbers in sheets if (read := _with_points(sheet, numbers, decimal, faults)) is not None]
    if not marked and not faults:
        faults.append(Fault(str(path), None, "", "an empty file", _NEEDED))
    return tuple(marked)


def _sheet_of_text(path: Path, text: str) -> list[tuple[Sheet, frozenset[tuple[int, int]]]]:
    """Return the one sheet of a text file, without cells that are known to be numbers."""
    lines = text.split("\n")
    said = lines[0].strip().strip('"').casefold().startswith("sep=")  # a hint for Excel
    separator, name = _separator(lines[1:] if said else lines, lines[0].strip().strip('"')[4:5] if said else "")
    rows = _cells_of_text(text, separator)
    sheet = Sheet(str(path), "", f"text with {name}", _rows_of(rows[1:] if said else rows))
    return [(sheet, frozenset())] if sheet.rows else []


def _cells_of_text(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Return the cells of each row with its line; quotes that swallow cells of other rows are taken as they stand."""
    reader = csv.reader(StringIO(text), delimiter=separator, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if any("\n" in cell and separator in cell for cell in cells):
                raise csv.Error("a quote that was closed in another row")
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        plain = csv.reader(StringIO(text), delimiter=separator, quoting=csv.QUOTE_NONE)
        return [(number, [_unquoted(cell) for cell in cells]) for number, cells in enumerate(plain, 1)]
    return rows


def _unquoted(cell: str) -> str:
    """Return a cell without the quotes that it is in as a whole."""
    cell = cell.strip()
    return cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def _separator(lines: Sequence[str], hint: str) -> tuple[str, str]:
    """Return what stands between cells and its name: the first that half of the lines with words have."""
    filled = [line for line in lines if line.strip()]
    for sign, name in _SEPARATORS:
        if sign == hint or (not hint and 2 * sum(sign in line for line in filled) >= max(len(filled), 1)):
            return sign, name
    return "\t", "one column"


def _sheets_of_workbook(
    path: Path, content: bytes, faults: list[Fault]
) -> list[tuple[Sheet, frozenset[tuple[int, int]]]]:
    """Return the sheets of a workbook, each with the places of cells that are numbers in it."""
    import pandas as pd  # takes a second

    try:
        tables = pd.read_excel(BytesIO(content), sheet_name=None, header=None, engine="calamine", na_filter=False)
    except Exception as error:  # calamine's errors are its own, one class for each of its versions
        faults.append(Fault(str(path), None, "", f"a workbook that cannot be read ({error})", _NEEDED))
        return []
    sheets = []
    for name, table in tables.items():
        cells = table.to_numpy(dtype=object).tolist()
        numbers = frozenset(
            (line, place)
            for line, row in enumerate(cells, 1)
            for place, cell in enumerate(row)
            if isinstance(cell, int | float)
        )
        rows = _rows_of((line, [_text_of(cell) for cell in row]) for line, row in enumerate(cells, 1))
        if rows:
            sheets.append((Sheet(str(path), str(name) if len(tables) > 1 else "", "workbook", rows), numbers))
    return sheets


def _text_of(cell: Any) -> str:
    """Return a cell of a workbook as text; a date stays one, so that no number is made of it."""
    if isinstance(cell, bool) or cell is None:
        return "" if cell is None else str(cell)
    if isinstance(cell, int | float):
        return "" if cell != cell else number_text(float(cell))
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def _rows_of(rows: Iterable[tuple[int, Sequence[str]]]) -> tuple[LabRow, ...]:
    """Return the rows that have a cell with something in it."""
    made = (LabRow(line, tuple(cell.replace("\xa0", " ").strip() for cell in cells)) for line, cells in rows)
    return tuple(row for row in made if any(row.cells))


def _with_points(sheet: Sheet, numbers: frozenset[tuple[int, int]], decimal: str, faults: list[Fault]) -> Sheet | None:
    """Return a sheet whose numbers have decimal points; None after adding the fault that their mark is not clear."""
    texts = [
        (row.line, place, cell)
        for row in sheet.rows
        for place, cell in enumerate(row.cells)
        if (row.line, place) not in numbers
    ]
    try:
        mark = decimal or decimal_mark([cell for _, _, cell in texts], "semicolons" in sheet.form)
    except MarkError as error:
        line = next(line for line, _, cell in texts if cell == error.cell)
        faults.append(sheet.fault(line, "", error.found, error.needed))
        return None
    rows = tuple(
        LabRow(
            row.line,
            tuple(
                cell if (row.line, place) in numbers else with_points(cell, mark)
                for place, cell in enumerate(row.cells)
            ),
        )
        for row in sheet.rows
    )
    said = f"{sheet.form}, decimal commas" if mark == "comma" else sheet.form
    return replace(sheet, rows=rows, form=said, mark=mark)
