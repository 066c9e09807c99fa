"""What a user declares about exports, where the files do not say it themselves.

On the command line each is ``KEY=VALUE``: ``--column Conc=inhibitor_dose``, ``--unit Conc=uM``, ``--all time=72
h``, ``--name "JAKi A=ruxolitinib"``. A declaration that meets nothing in the files is a fault: it was meant for
something.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

DECIMAL_MARKS = ("point", "comma")


@dataclass(frozen=True)
class OwnLine:
    """A cell line of the laboratory: id, receptor, doubling time (h; 0 where it is not known) and alterations."""

    id: str
    receptor: str
    doubling_time_h: float
    alterations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declared:
    """Declarations for all files of one intake.

    Parameters
    ----------
    columns : mapping of str to str
        Header of a column, as it stands in the file, and its role (:data:`jakstat.intake.columns.ROLES`) or ``ignore``.
    units : mapping of str to str
        Header (or role) and the unit of its numbers.
    everywhere : mapping of str to str
        Role and what it is in all rows that do not say it: ``time`` and ``72 h``.
    names : mapping of str to str
        A name as it is written and what it means: a cell line, inhibitor or ligand, ``vehicle``, ``blank``, ``ignore``.
    decimal : {"", "point", "comma"}
        The decimal mark of numbers that are written as text; found out where empty.
    no_blank : bool
        Raw signals have no background to take off.
    own_lines : tuple of OwnLine
        Cell lines that the reference tables do not have.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    everywhere: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    decimal: str = ""
    no_blank: bool = False
    own_lines: tuple[OwnLine, ...] = ()


def declared_pairs(written: Iterable[str], option: str) -> dict[str, str]:
    """Return ``KEY=VALUE`` texts as a mapping.

    Parameters
    ----------
    written : iterable of str
    option : str
        What they were given with, for the error.

    Raises
    ------
    ValueError
        A text has no ``=``, or nothing on one of its sides.
    """
    pairs: dict[str, str] = {}
    for text in written:
        key, _, value = (part.strip() for part in text.rpartition("="))
        if not key or not value:
            raise ValueError(
                f"{option}: found {text!r}; needed: KEY=VALUE, as in {option} {_EXAMPLES.get(option, 'a=b')}"
            )
        pairs[key] = value
    return pairs


_EXAMPLES = {
    "--column": "Conc=inhibitor_dose",
    "--unit": "Conc=uM",
    "--all": '"time=72 h"',
    "--name": '"JAKi A=ruxolitinib"',
    "--own-line": '"LAB-1=EpoR, 32 h, JAK2_V617F"',
}


def own_lines(written: Iterable[str]) -> tuple[OwnLine, ...]:
    """Return cell lines declared as ``LAB-1=EpoR, 32 h, JAK2_V617F``: receptor, doubling time, alterations.

    Raises
    ------
    ValueError
        A text is not of this form.
    """
    lines = []
    for name, text in declared_pairs(written, "--own-line").items():
        receptor, *rest = (part.strip() for part in text.split(","))
        hours = 0.0
        if rest and rest[0].removesuffix("h").strip().replace(".", "", 1).isdigit():
            hours = float(rest.pop(0).removesuffix("h"))
        lines.append(OwnLine(name, receptor, hours, tuple(filter(None, rest))))
    return tuple(lines)
