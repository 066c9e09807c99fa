"""Tab-separated tables as text, each row with its line in the file, so that a fault can name its place.

A line is a row and a tab ends a cell, whatever quotes stand there: a note may hold an inch sign. Only a cell that is
quoted as a whole, as spreadsheets and R write text, loses its quotes. Nothing else is converted here: a cell that
should be a number and is not is found by the reader that knows what it means.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jakstat.files.faults import Fault
from jakstat.files.name_hints import near_names
from jakstat.files.numbers import number_of_text, number_remedy
from jakstat.files.text_files import read_text

#: How many valid names a fault lists; of more it gives the near ones.
_LISTED = 40
#: Over how many lines a quoted cell is looked for.
_LONGEST_CELL = 20
#: Characters of a cell that a fault shows.
_LONGEST_SHOWN = 120
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


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
        shown = found if len(found) <= _LONGEST_SHOWN else f"{found[:_LONGEST_SHOWN]}... ({len(found):,} characters)"
        return Fault(self.file, 1 if row is None else row.line, column, shown, needed)


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
    lines = text.split("\n")
    columns = tuple(_cells_of(lines[0]))
    fault = _fault_of_header(str(path), lines, columns) or _fault_of_width(str(path), lines, columns)
    if fault is not None:
        faults.append(fault)
        return None
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    faults += [Fault(str(path), 1, name, "the column twice", "each column once") for name in twice]
    if twice:
        return None
    rows = tuple(_rows_of(lines, columns, str(path), faults))
    _check_nameless(
        str(path), columns, [_cells_of(lines[row.line - 1]) for row in rows] if "" in columns else [], faults
    )
    return TextTable(str(path), tuple(name for name in columns if name), rows)


def _cells_of(line: str) -> list[str]:
    """Return the cells of a line without blanks around them, and without the quotes of a cell that is quoted."""
    cells = [cell.strip() for cell in line.split("\t")]
    if '"' not in line:
        return cells
    return [found.group(1).replace('""', '"').strip() if (found := _QUOTED.fullmatch(cell)) else cell for cell in cells]


def _fault_of_header(file: str, lines: Sequence[str], columns: Sequence[str]) -> Fault | None:
    """Return what is wrong with the first line as names of columns, or None."""
    if not any(line.strip() for line in lines):
        return Fault(file, None, "", "an empty file", "a first line with the names of the columns, and rows")
    below = next((number for number, line in enumerate(lines[1:], 2) if line.count("\t") > 1), None)
    if len(columns) == 1 and (found := _other_separator(columns[0], below is not None)):
        needed = "columns with a tab between them: save as Text (Tab delimited); jakstat new-study reads it as it is"
        return Fault(file, 1, "", f"columns with {found} between them ({columns[0][:60]!r})", needed)
    if len([name for name in columns if name]) < 2 and below is not None:
        found = f"{columns[0]!r}, a title" if columns[0] else "no column names"
        needed = f"the names of the columns first: delete what stands above them (they seem to be on line {below})"
        return Fault(file, 1, "", found, needed)
    if not any(columns):
        return Fault(file, 1, "", "no column names", "a first line with the names of the columns")
    return None


def _other_separator(header: str, may_be_title: bool) -> str:
    """Return what stands between the names of a header without a tab; nothing where it is one name, or a title."""
    signs = {";": "semicolons", ",": "commas", "|": "bars"}
    found = re.search(r"([;,|])\S" if may_be_title else r"([;,|])\s*\S", header)
    blanks = r"\S {2,}\S+ {2,}\S" if may_be_title else r"\S\s+\S"
    return signs[found.group(1)] if found else "blanks" if re.search(blanks, header) else ""


def _fault_of_width(file: str, lines: Sequence[str], columns: Sequence[str]) -> Fault | None:
    """Return one fault where most rows have more cells than the first line has names, which then is no header."""
    rows = [cells for line in lines[1:] if any(cells := _cells_of(line))]
    numbered = all(len(cells) == len(columns) + 1 and cells[0] == str(place) for place, cells in enumerate(rows, 1))
    longer = [len(cells) for cells in rows if numbered or any(cells[len(columns) :])]
    if len(longer) < 2 or 2 * len(longer) <= len(rows):
        return None
    found = f"{len(columns)} names, and {len(longer)} of {len(rows)} rows with up to {max(longer)} cells"
    needed = (
        "a name for each column on the first line: delete a title above the names, and name a column of row "
        "names (in R: row.names = FALSE)"
    )
    return Fault(file, 1, "", found, needed)


def _check_nameless(file: str, columns: Sequence[str], rows: Sequence[Sequence[str]], faults: list[Fault]) -> None:
    """Add a fault for each column with values and without a name, unless it numbers the rows, as pandas writes it."""
    for place in (place for place, name in enumerate(columns) if not name):
        cells = [cells[place] if place < len(cells) else "" for cells in rows]
        numbers = any(cells == [str(start + row) for row in range(len(cells))] for start in (0, 1))
        if any(cells) and not (place == 0 and numbers):
            value = next(filter(None, cells))[:_LONGEST_SHOWN]
            found = f"values ({value!r} first) in column {place + 1}, which has no name"
            faults.append(Fault(file, 1, "", found, "a name for each column with values, or no values in it"))


def _rows_of(lines: Sequence[str], columns: Sequence[str], file: str, faults: list[Fault]) -> Iterator[Row]:
    """Yield the rows that are not blank; add a fault for each row that is longer than the header or goes on below."""
    width, read = len(columns), 1
    for number, line in enumerate(lines[1:], 2):
        cells = _cells_of(line)
        if number <= read or not any(cells):
            continue
        if any(cells[width:]):
            faults.append(Fault(file, number, "", f"{len(cells)} cells", f"{width} cells, as in the header"))
        if cells[-1].startswith('"') and (read := _last_line_of_cell(lines, number, width)) > number:
            found, needed = f"a quoted cell that goes on to line {read}", "no line breaks inside of a cell"
            faults.append(Fault(file, number, columns[min(len(cells), width) - 1], found, needed))
            continue
        if _is_remark(cells, width):
            found = f"a line of text, {cells[0][:_LONGEST_SHOWN]!r}"
            faults.append(
                Fault(file, number, "", found, "rows only: put remarks into a README, or a column of their own")
            )
            continue
        padded = cells + [""] * (width - len(cells))
        yield Row(number, {name: cell for name, cell in zip(columns, padded, strict=False) if name})


def _is_remark(cells: Sequence[str], width: int) -> bool:
    """Whether a line is a comment or a footnote: text in its first cell alone, with # before it or blanks in it."""
    return width > 2 and not any(cells[1:]) and (cells[0].startswith("#") or " " in cells[0])


def _last_line_of_cell(lines: Sequence[str], number: int, width: int) -> int:
    """Return the line on which a later line, too short for a row, closes the quote that line ``number`` ends in."""
    for below, line in enumerate(lines[number : number + _LONGEST_CELL], number + 1):
        first, *rest = line.split("\t")
        if first.rstrip().endswith('"') and not first.lstrip().startswith('"'):
            return below if len(rest) + 1 < width else number
        if rest:
            return number
    return number


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

    A column that the table does not have is said once, by :func:`require_columns`, not for each row.

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
    if column not in table.columns:
        return None
    text = row[column]
    number = number_of_text(text)
    if number is not None and (infinite or math.isfinite(number)):
        return number
    remedy = number_remedy(text)
    hint = f" ({remedy})" if remedy else ""
    faults.append(table.fault(row, column, repr(text) if text else "nothing", (needed or "a number") + hint))
    return None


def known_id(table: TextTable, row: Row, column: str, choices: Iterable[str], faults: list[Fault]) -> bool:
    """Add a fault unless the cell holds one of ``choices``, or is of an absent column; return whether it does."""
    if column not in table.columns:
        return False
    text = row[column]
    known = choices if isinstance(choices, (Mapping, set, frozenset)) else set(choices)
    if text in known:
        return True
    near = near_names(text, known)
    listed = sorted(known)
    needed = f"one of {', '.join(listed)}" if len(listed) <= _LISTED else f"one of {len(listed)} names"
    needed += f" (did you mean {' or '.join(near)}?)" if near else ""
    faults.append(table.fault(row, column, repr(text) if text else "nothing", needed))
    return False


def unique_ids(table: TextTable, column: str, faults: list[Fault]) -> None:
    """Add a fault for each row whose id stands in an earlier row."""
    first: dict[str, int] = {}
    for row in table.rows:
        if row[column] in first:
            found = f"{row[column]!r} again (first on line {first[row[column]]})"
            faults.append(table.fault(row, column, found, "each id once"))
        first.setdefault(row[column], row.line)
