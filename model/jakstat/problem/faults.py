"""Faults of a data set: each with its place, what was found and what is needed; all of them raised at once."""

from dataclasses import dataclass
from pathlib import Path


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
    """

    file: str
    row: int | None
    column: str
    found: str
    needed: str

    def __str__(self) -> str:
        place = Path(self.file).name
        if self.row is not None:
            place += f", line {self.row}"
        if self.column:
            place += f", {self.column}"
        return f"{place}: found {self.found}; needed: {self.needed}"


class DataFaultsError(ValueError):
    """A data set cannot be used; ``faults`` lists every reason that one pass could find."""

    def __init__(self, faults: list[Fault]):
        self.faults = tuple(faults)
        lines = "\n".join(f"  {number}. {fault}" for number, fault in enumerate(self.faults, 1))
        super().__init__(f"{len(self.faults)} fault(s) in the input; nothing was written:\n{lines}")


class UnsupportedError(NotImplementedError):
    """The problem is well formed but uses what jakstat does not support yet; the message names it and its id."""
