"""Names in measurement tables as laboratories write them: K562, hel and Ruxolitinib are read where one name is meant.

A name of a reference table in another spelling (case, hyphens, spaces), or a synonym of it (``synonyms.tsv``: Jakafi),
becomes that name, and a note says so once.
Those tables hold no two spellings of one name (:func:`jakstat.problem.identifiers.require_distinct_names`), so that it
is always clear which one is meant. Names that are only like one are faults, where near ones are told.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from jakstat.files import TextTable, folded
from jakstat.problem.reference import Reference
from jakstat.problem.study.cells_section import CELL_LINE
from jakstat.problem.study.study_treatments import ALTERATIONS, INHIBITORS, STIMULUS


def with_names(table: TextTable, reference: Reference, notes: list[str]) -> TextTable:
    """Return a table of measurements with the names of the reference tables in place of other spellings of them.

    Parameters
    ----------
    table : TextTable
    reference : Reference
    notes : list of str
        A sentence for each name that was read as another is added here.
    """
    known: dict[str, Iterable[str]] = {CELL_LINE: reference.cell_lines, ALTERATIONS: reference.alterations}
    known |= {column: reference.inhibitors for column, _ in INHIBITORS}
    known[STIMULUS[0]] = {receptor.ligand for receptor in reference.receptors.values()}
    kinds = {CELL_LINE: "cell_line", STIMULUS[0]: "ligand"} | {column: "inhibitor" for column, _ in INHIBITORS}
    spellings = {
        column: {**reference.synonyms.get(kinds.get(column, ""), {}), **_by_spelling(names)}
        for column, names in known.items()
        if column in table.columns
    }
    counts: Counter[tuple[str, str, str]] = Counter()
    rows = []
    for row in table.rows:
        changed = {}
        for column, by_spelling in spellings.items():
            read = _read(row[column], by_spelling, column == ALTERATIONS)
            if read != row[column]:
                changed[column] = read
                counts[column, row[column], read] += 1
        rows.append(replace(row, cells={**row.cells, **changed}) if changed else row)
    notes += [
        f"{Path(table.file).name}, {column}: {written} read as {read} ({number} row{'s' if number > 1 else ''})."
        for (column, written, read), number in counts.items()
    ]
    return replace(table, rows=tuple(rows)) if counts else table


def _by_spelling(names: Iterable[str]) -> dict[str, str]:
    """Return names by what their spellings share, where one name alone has it; names themselves stay as they are."""
    names = tuple(names)
    shared = Counter(folded(name) for name in names)
    alone = {folded(name): name for name in names if folded(name) and shared[folded(name)] == 1}
    return alone | {name: name for name in names}


def _read(text: str, by_spelling: Mapping[str, str], is_list: bool) -> str:
    """Return a cell with known names in place of other spellings of them; ``is_list`` where commas separate several."""
    if is_list and "," in text:
        return ",".join(_read(part.strip(), by_spelling, False) for part in text.split(","))
    return by_spelling.get(text) or by_spelling.get(folded(text)) or text
