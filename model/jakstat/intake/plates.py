"""Plates of wells as readers export them: blocks of rows A to H under columns 1 to 12, one a quantity.

The block of the signal stands beside blocks, of the same shape and in the same sheet or file, that say what is in
the wells: ``cell line``, ``drug``, ``concentration (nM)``. A long table with a column ``well`` and no values is
such a map too. Each block becomes columns of a long table, a row a well.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from jakstat.files import Fault
from jakstat.intake.lab_files import LabRow, Sheet

#: Rows and columns of 6 to 1536 wells.
_FEWEST, _MOST_ROWS, _MOST_COLUMNS = 3, 32, 48
_LETTERS = re.compile(r"[A-Z]|A[A-F]")


@dataclass(frozen=True)
class Block:
    """A block of wells: its title, the line of its header, and the filled wells by name (``B7``) with line and cell."""

    title: str
    line: int
    wells: dict[str, tuple[int, str]]


def as_long_table(sheet: Sheet, faults: list[Fault]) -> Sheet | None:
    """Return a sheet of blocks as a long table with a row a well; None where it has no blocks.

    Parameters
    ----------
    sheet : Sheet
    faults : list of Fault
        A fault is added for blocks without a title, and where none or several could be a plate's map.
    """
    blocks, others = _blocks_of(sheet)
    if not blocks:
        return None
    untitled = [block for block in blocks if not block.title]
    if untitled and len(blocks) > 1:
        needed = "a title above each block that says what it holds, as cell line, drug, dose (nM), luminescence"
        faults.append(sheet.fault(untitled[0].line, "", "a block of wells without a title", needed))
        return replace(sheet, rows=())
    titles = [block.title or "raw" for block in blocks]
    plates = _plates_of(blocks, titles)
    headers = list(dict.fromkeys(title for title in titles if title))
    names = ["well", *(["plate"] if len(plates) > 1 else []), *headers]
    rows = []
    for number, plate in enumerate(plates, 1):
        wells = sorted({well for block in plate for well in block.wells}, key=_well_order)
        for well in wells:
            cells = {block.title or "raw": block.wells.get(well, (block.line, ""))[1] for block in plate}
            line = max(block.wells[well][0] for block in plate if well in block.wells)
            own = [str(number)] if len(plates) > 1 else []
            rows.append(LabRow(line, (well, *own, *(cells.get(header, "") for header in headers))))
    first = blocks[0].line
    return replace(sheet, form=f"{sheet.form}, blocks of wells", rows=(*others, LabRow(first, tuple(names)), *rows))


def _plates_of(blocks: Sequence[Block], titles: Sequence[str]) -> list[list[Block]]:
    """Return the blocks of each plate: a title that comes again begins another plate; maps said once are shared."""
    repeated = {title for title in titles if titles.count(title) > 1}
    count = max(titles.count(title) for title in titles)
    shared = [block for block, title in zip(blocks, titles, strict=True) if title not in repeated]
    by_title = {
        title: [block for block, other in zip(blocks, titles, strict=True) if other == title] for title in repeated
    }
    return [
        [*shared, *(of_title[number] for of_title in by_title.values() if number < len(of_title))]
        for number in range(count)
    ]


def _blocks_of(sheet: Sheet) -> tuple[list[Block], list[LabRow]]:
    """Return the blocks of a sheet, and the rows above the first of them that are no title."""
    blocks: list[Block] = []
    others: list[LabRow] = []
    rows, place = sheet.rows, 0
    title: list[LabRow] = []
    while place < len(rows):
        start = _start_of_columns(rows[place])
        of_wells = _lettered(rows[place + 1 :]) if start is not None else []
        if start is None or len(of_wells) < 2:
            title.append(rows[place])
            place += 1
            continue
        corner = rows[place].cells[start - 1] if start else ""
        texts = [cell for row in title[-1:] for cell in row.cells if cell]
        name = corner if corner and not re.fullmatch(r"<>|row|rows", corner, re.IGNORECASE) else " ".join(texts)
        if not blocks:
            others = title if name == corner and corner else title[:-1]
        columns = [cell for cell in rows[place].cells[start:] if cell]
        wells = {
            f"{row.cells[start - 1]}{columns[number]}": (row.line, cell)
            for row in of_wells
            for number, cell in enumerate(row.cells[start : start + len(columns)])
            if cell
        }
        blocks.append(Block(name.rstrip(": "), rows[place].line, wells))
        place += 1 + len(of_wells)
        title = []
    return blocks, others


def _start_of_columns(row: LabRow) -> int | None:
    """Return where the numbers 1, 2, 3, ... begin in a row that has nothing else but a title left of them."""
    start = next((place for place, cell in enumerate(row.cells) if cell == "1"), None)
    if start is None or start == 0:
        return None
    numbers = [cell for cell in row.cells[start:] if cell]
    is_counted = numbers == [str(number) for number in range(1, len(numbers) + 1)]
    left = [cell for cell in row.cells[: start - 1] if cell]
    return start if is_counted and not left and _FEWEST <= len(numbers) <= _MOST_COLUMNS else None


def _lettered(rows: Iterable[LabRow]) -> list[LabRow]:
    """Return the rows from the first on that are called A, B, C, ..."""
    found: list[LabRow] = []
    for row in rows:
        first = next((cell for cell in row.cells if cell), "")
        if not _LETTERS.fullmatch(first) or _row_number(first) != len(found) or len(found) == _MOST_ROWS:
            break
        found.append(row)
    return found


def _row_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _well_order(well: str) -> tuple[int, int]:
    letters = well.rstrip("0123456789")
    return _row_number(letters), int(well[len(letters) :])
