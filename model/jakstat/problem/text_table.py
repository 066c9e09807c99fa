"""Tab-separated tables as text, each row with its line in the file, so that a fault can name its place.

Nothing is converted here: a cell that should be a number and is not is found by the reader that knows what it means.
"""

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jakstat.named_files import shown_path, why_unreadable
from jakstat.problem.faults import Fault


@dataclass(frozen=True)
class Row:
    """A row: its line in the file (the header is line 1) and its cells by column name, stripped."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """Return the cell of ``column``, empty where the table has no such column."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class TextTable:
    """A table: the file as the user gave it, its columns and its rows."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def fault(self, row: Row | None, column: str, found: str, needed: str) -> Fault:
        """Return a fault of this table; ``row`` None means the header."""
        return Fault(self.file, 1 if row is None else row.line, column, found, needed)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hexadecimal text."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_text(path: Path, what: str, faults: list[Fault]) -> str | None:
    """Return the text of a file, or None after adding the fault that it cannot be read."""
    found = why_unreadable(path)
    if found:
        faults.append(Fault(shown_path(path), None, "", found, what))
        return None
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        faults.append(Fault(str(path), None, "", f"bytes that are not UTF-8 text ({error.reason})", what))
    except OSError as error:
        faults.append(Fault(str(path), None, "", error.strerror or type(error).__name__, what))
    return None


def read_text_table(path: Path, faults: list[Fault]) -> TextTable | None:
    """Read a tab-separated table.

    Parameters
    ----------
    path : Path
        The file; its first line names the columns.
    faults : list of Fault
        What is wrong with the file is added here.

    Returns
    -------
    TextTable or None
        None where the file cannot be read at all.
    """
    text = read_text(path, "a tab-separated table, UTF-8 text", faults)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text), delimiter="\t")
    columns = tuple(cell.strip() for cell in next(reader, []))
    if not any(columns):
        faults.append(Fault(str(path), 1, "", "no column names", "a first line with the names of the columns"))
        return None
    if len(columns) == 1 and any(mark in columns[0] for mark in ",;"):
        faults.append(Fault(str(path), 1, "", f"one column {columns[0]!r}", "columns with a tab between them"))
        return None
    for name in sorted({name for name in columns if columns.count(name) > 1}):
        faults.append(Fault(str(path), 1, name, "the column twice", "each column once"))
    return TextTable(str(path), columns, tuple(_rows_of(reader, columns, str(path), faults)))


def _rows_of(reader: Iterable[list[str]], columns: Sequence[str], file: str, faults: list[Fault]) -> Iterable[Row]:
    """Yield the rows that are not blank; add a fault for each row that is longer than the header."""
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if not any(stripped):
            continue
        line: int = reader.line_num  # type: ignore[attr-defined]
        if any(stripped[len(columns) :]):
            faults.append(Fault(file, line, "", f"{len(cells)} cells", f"{len(columns)} cells, as in the header"))
        padded = stripped + [""] * (len(columns) - len(stripped))
        yield Row(line, dict(zip(columns, padded, strict=False)))


def require_columns(table: TextTable, needed: Iterable[str], faults: list[Fault]) -> bool:
    """Add a fault for each column of ``needed`` that is absent; return whether all are there."""
    absent = [name for name in needed if name not in table.columns]
    for name in absent:
        faults.append(table.fault(None, name, f"the columns {', '.join(table.columns)}", f"the column {name}"))
    return not absent


def number_in(
    table: TextTable, row: Row, column: str, faults: list[Fault], *, infinite: bool = False, needed: str = ""
) -> float | None:
    """Return the number in a cell, or None after adding the fault that there is none.

    Parameters
    ----------
    table, row, column
        The cell.
    faults : list of Fault
        Faults are added here.
    infinite : bool
        Whether ``inf`` and ``-inf`` are allowed.
    needed : str
        What the cell must hold, for the fault; by default a number.
    """
    text = row[column]
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number) or (infinite and not math.isnan(number)):
        return number
    hint = " (with a decimal point)" if text.replace(",", ".", 1).replace(".", "", 1).lstrip("-").isdigit() else ""
    faults.append(table.fault(row, column, repr(text) if text else "nothing", (needed or "a number") + hint))
    return None


def known_id(table: TextTable, row: Row, column: str, choices: Iterable[str], faults: list[Fault]) -> bool:
    """Add a fault unless the cell holds one of ``choices``; return whether it does."""
    text = row[column]
    known = sorted(choices)
    if text in known:
        return True
    faults.append(table.fault(row, column, repr(text) if text else "nothing", f"one of {', '.join(known) or '(none)'}"))
    return False


def unique_ids(table: TextTable, column: str, faults: list[Fault]) -> None:
    """Add a fault for each row whose id stands in an earlier row."""
    first: dict[str, int] = {}
    for row in table.rows:
        if row[column] in first:
            found = f"{row[column]!r} again (first on line {first[row[column]]})"
            faults.append(table.fault(row, column, found, "each id once"))
        first.setdefault(row[column], row.line)
