"""Faults of a data set: each with its place, what was found and what is needed; all of them raised at once.

One fault that many rows share (a misspelt drug) is one fault with the lines of all of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

#: How many lines a fault names, and how many faults of one kind a message spells out.
_LINES_SHOWN, _FAULTS_SHOWN = 5, 10


@dataclass(frozen=True)
class Fault:
    """One fault of one place in the input.

    Parameters
    ----------
    file : str
        File name as the user gave it.
    row : int or None
        Line of the file as an editor counts it (the header is line 1), None where the whole file is meant.
    column : str
        Column, or YAML key; empty where none is meant.
    found, needed : str
        What stands there, and what must stand there (with the valid choices).
    more_rows : tuple of int
        Further lines with the very same fault.
    """

    file: str
    row: int | None
    column: str
    found: str
    needed: str
    more_rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        place = Path(self.file).name
        if self.row is not None:
            place += f", line{_lines((self.row, *self.more_rows))}"
        if self.column:
            place += f", {self.column}"
        return f"{place}: found {self.found}; needed: {self.needed}"


class DataFaultsError(ValueError):
    """A data set cannot be used; ``faults`` lists every reason that one pass could find, each once."""

    def __init__(self, faults: list[Fault]):
        self.faults = tuple(_numbers_as_one(_each_once(faults)))
        lines = "\n".join(f"  {number}. {text}" for number, text in enumerate(_shortened(self.faults), 1))
        super().__init__(f"{len(self.faults)} fault(s) in the input; nothing was written:\n{lines}")


class UnsupportedError(NotImplementedError):
    """The problem is well formed but uses what jakstat does not support yet; the message names it and its id."""


def _lines(rows: tuple[int, ...]) -> str:
    """Return the numbers of lines as text: the first few, and how many more there are."""
    shown = ", ".join(str(row) for row in rows[:_LINES_SHOWN])
    more = f" and {len(rows) - _LINES_SHOWN} more" if len(rows) > _LINES_SHOWN else ""
    return f"{'s' if len(rows) > 1 else ''} {shown}{more}"


def _each_once(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Yield the faults in their order, those that differ in their line alone as one."""
    rows: dict[Fault, list[int]] = defaultdict(list)
    for fault in faults:
        known = rows[replace(fault, row=None, more_rows=())]
        known += [row for row in (fault.row, *fault.more_rows) if row is not None and row not in known[-1:]]
    for fault, lines in rows.items():
        unique = sorted(dict.fromkeys(lines))
        yield replace(fault, row=unique[0], more_rows=tuple(unique[1:])) if unique else fault


def _numbers_as_one(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Yield the faults; many cells of a column that are no numbers for one reason (decimal commas) are one."""
    faults = list(faults)
    kinds: dict[tuple[str, str, str], list[Fault]] = defaultdict(list)
    for fault in faults:
        kinds[fault.file, fault.column, fault.needed].append(fault)
    for fault in faults:
        kind = kinds[fault.file, fault.column, fault.needed]
        if len(kind) <= _FAULTS_SHOWN or not fault.needed.startswith(("a number (", "a positive number (")):
            yield fault
        elif fault is kind[0]:
            rows = sorted({row for fault in kind for row in (fault.row, *fault.more_rows) if row is not None})
            found = f"{fault.found} and {len(kind) - 1} others"
            yield replace(fault, row=rows[0], found=found, more_rows=tuple(rows[1:]))


def _shortened(faults: Iterable[Fault]) -> Iterator[str]:
    """Yield the text of each fault; of many that need the same in one column, the first ones and their number."""
    count: dict[tuple[str, str, str], int] = defaultdict(int)
    for fault in faults:
        kind = (fault.file, fault.column, fault.needed)
        count[kind] += 1
        if count[kind] <= _FAULTS_SHOWN:
            yield str(fault)
    for (file, column, needed), number in count.items():
        if number > _FAULTS_SHOWN:
            place = Path(file).name + (f", {column}" if column else "")
            yield f"{place}: {number - _FAULTS_SHOWN} more of this kind; needed: {needed}"
