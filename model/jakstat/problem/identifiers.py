"""Names that people give to ids that PEtab allows, one to one: two names never become one id.

An id has ASCII letters, digits and ``_`` only, so that most names lose something. The rule: an id is readable where the
name can be read back from it, and carries a digest of the name (``_h`` and eight hexadecimal digits) everywhere else.
It looks at the name alone, so that another row of a table renames nothing. How an id is read back differs by kind:

- names of the reference tables (cell lines, ligands, inhibitors): as the name of the table, where
  :func:`require_distinct_names` refuses two spellings of one name, so that K-562 is ``K_562``; beyond ASCII a digest;
- experiments (blots, plates): one ``_`` is a space, so that ``blot 1`` is ``blot_1``; several are ``_``;
- all others (screens): as they stand.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from jakstat.files import Fault, Row, TextTable, distinct_id, ends_in_digest, folded


def identifier(text: str) -> str:
    """Return a text as an id: a point is p, a minus before a digit m, all else that no id may hold is _.

    Several texts may have one id: it is for numbers and as a part of what the functions below return.
    """
    text = re.sub(r"(?<![0-9A-Za-z])-(?=\d)|(?<=[eE])-(?=\d)", "m", text)
    return re.sub(r"\W", lambda found: "p" if found.group() == "." else "_", text, flags=re.ASCII)


def is_table_name_readable(name: str) -> bool:
    """Whether the id of a name of the reference tables needs no digest."""
    return name.isascii() and not ends_in_digest(name)


def id_of_table_name(name: str) -> str:
    """Return the id of a cell line, ligand or inhibitor, one to one within a table of distinct names."""
    return distinct_id(identifier(name), name, is_table_name_readable(name))


def id_of_experiment_name(name: str) -> str:
    """Return the id of an experiment of the tables: ``blot 1`` is ``blot_1``, other spellings of it carry a digest."""
    readable = identifier(name)
    read_back = readable.replace("_", " ") if readable.count("_") == 1 else readable
    return distinct_id(readable, name, read_back == name)


def id_of_group(columns: Sequence[str], names: Sequence[str], tables: Mapping[str, Collection[str]]) -> str:
    """Return the id of a group of measurements: the names of several columns, with ``_`` between them.

    Parameters
    ----------
    columns : sequence of str
        The columns.
    names : sequence of str
        Name in each column.
    tables : mapping of str to collection of str
        All names of the columns whose names stand in reference tables.

    Returns
    -------
    str
        Readable where the names can be read back: the longest known name of each table, up to the next ``_`` in other
        columns, the rest in the last one. "A_B" with "C" and "A" with "B_C" are two ids.
    """
    readable = identifier("_".join(names))
    plain = all(
        is_table_name_readable(name) if column in tables else identifier(name) == name
        for column, name in zip(columns, names, strict=True)
    )
    return distinct_id(readable, list(names), plain and _read_group(readable, columns, tables) == tuple(names))


def _read_group(text: str, columns: Sequence[str], tables: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Return the names that a group's readable id is read as."""
    names: list[str] = []
    for place, column in enumerate(columns):
        known = _names_by_id(tuple(tables.get(column, ())))
        if place == len(columns) - 1:
            names.append(known.get(text, "") if known else text)
        elif known:
            found = max((name for name in known if text.startswith(f"{name}_")), key=len, default="")
            names.append(known.get(found, ""))
            text = text[len(found) + 1 :]
        else:
            head, _, text = text.partition("_")
            names.append(head)
    return tuple(names)


@lru_cache(maxsize=64)
def _names_by_id(names: tuple[str, ...]) -> Mapping[str, str]:
    """Return the names of a table whose ids are readable, by id; kept, since each group of a large study asks."""
    return {identifier(name): name for name in names if is_table_name_readable(name)}


def number_text(value: float) -> str:
    """Return the shortest text of a number that is read as the same number again, up to 12 digits without exponent."""
    short = f"{value:.12g}"
    return short if float(short) == value else repr(value)


def require_distinct_names(table: TextTable, column: str, faults: list[Fault], shared: TextTable | None = None) -> None:
    """Add a fault for each name of a column that is another name in another spelling; a name may stand in many rows.

    Parameters
    ----------
    table : TextTable
    column : str
        Of names.
    faults : list of Fault
        Faults are added here.
    shared : TextTable, optional
        Another table with the same column, whose names may not stand in this one at all.
    """
    first: dict[tuple[str, str], tuple[TextTable, Row]] = {}
    for row in () if shared is None else shared.rows:
        for key in _spelling_keys(row[column]):
            first.setdefault(key, (shared, row))  # type: ignore[arg-type]
    for row in table.rows:
        keys = _spelling_keys(row[column])
        where, there = next((first[key] for key in keys if key in first), (table, row))
        for key in keys:
            first.setdefault(key, (table, row))
        if not row[column] or there is row or (where is table and there[column] == row[column]):
            continue  # nothing, new, or the very same name of this table
        found = f"{row[column]!r}, which is {there[column]!r} of {where.file}, line {there.line}"
        faults.append(table.fault(row, column, found, "another id: that one can be named as it is"))


def _spelling_keys(name: str) -> tuple[tuple[str, str], ...]:
    """Return what no other name of a table may share with this one."""
    spelling = ("spelling", folded(name) or name)
    return (spelling, ("id", identifier(name))) if is_table_name_readable(name) else (spelling,)
