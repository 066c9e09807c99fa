"""Whence a number is: a table's columns ``source``, ``status`` and ``place``.

``status`` says what the number in a row rests on, and is never inferred from the wording of a source:

- ``read``: it stands in a source that was opened, and ``place`` says where in it (table, figure, section, page, row of
  a data file), or follows from such numbers by arithmetic that ``source`` writes out;
- ``memory``: someone remembered it of a source that was not opened again;
- ``assumed``: nobody's number. Its direction may have a source all the same; ``source`` says what it was reasoned from.

A row that holds several numbers has the status of the weakest of them that predictions use.
"""

from collections.abc import Iterable

from jakstat.files import Fault, Row, TextTable, known_id

#: From the weakest to the strongest.
STATUSES = ("assumed", "memory", "read")
#: What readers of a report see; a prior of a PEtab problem, or one by construction, has no status.
_WORDS = {"read": "read", "memory": "from memory", "assumed": "assumed", "": "without a status"}


def status_in(table: TextTable, row: Row, faults: list[Fault]) -> str:
    """Return the status of a row; add a fault where it is none, or where a number that was read has no place.

    A table without the column (a study's own) gives no status. Reference tables need it.

    Parameters
    ----------
    table, row
        The row; its cells ``status`` and ``place`` are read.
    faults : list of Fault
        Faults are added here.

    Returns
    -------
    str
        One of ``STATUSES``, empty without the column, or what stood there, which then has its fault.
    """
    status = row["status"]
    if known_id(table, row, "status", STATUSES, faults) and status == "read" and not row["place"]:
        needed = "where in its source the number stands (table, figure, section, page), or the status memory or assumed"
        faults.append(table.fault(row, "place", "nothing, but the status read", needed))
    return status


def cited_source(row: Row) -> str:
    """Return the source of a row, with the place in it where the row names one."""
    return f"{row['source']} [{row['place']}]" if row["place"] else row["source"]


def weakest_status(statuses: Iterable[str]) -> str:
    """Return the weakest of some statuses, empty where there are none."""
    return min(statuses, key=STATUSES.index, default="")


def status_text(status: str) -> str:
    """Return a status in words that a reader of a report understands."""
    return _WORDS[status]


def count_statuses(statuses: Iterable[str]) -> str:
    """Return how many of some numbers were read, remembered and assumed, as text: ``3 read, 1 assumed``."""
    given = list(statuses)
    counts = ((given.count(status), word) for status, word in _WORDS.items())
    return ", ".join(f"{count} {word}" for count, word in counts if count)
