"""The files of a PEtab problem as text: its YAML file, and the tables it lists with the line of every row.

The tables are checked as text first, because libpetab stops at the first cell it cannot read and does not know its
line.
PEtab 1 and 2, https://petab.readthedocs.io.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jakstat.files import EACH_TABLE_ONCE, Fault, Row, TextTable, copies_of_tables, read_mapping, read_text_table
from jakstat.problem.measurement_limit import require_readable_number

_ID = re.compile(r"[A-Za-z_]\w*", re.ASCII)
TABLE_KINDS = ("parameter", "observable", "condition", "experiment", "measurement", "mapping")


@dataclass(frozen=True)
class ModelFile:
    """A model that a PEtab problem names: its id, language (``sbml``, ...) and file."""

    id: str
    language: str
    path: Path


@dataclass(frozen=True)
class PetabListing:
    """What a problem's YAML file says: version, models, the files of each kind of table, and what else it uses."""

    file: Path
    version: int
    models: tuple[ModelFile, ...]
    table_files: Mapping[str, tuple[Path, ...]]
    extensions: tuple[str, ...]
    problem_id: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class PetabText:
    """A listing with the text of its tables, by kind."""

    listing: PetabListing
    tables: Mapping[str, tuple[TextTable, ...]]

    def rows(self, kind: str) -> Iterator[tuple[TextTable, Row]]:
        """Yield each row of one kind of table, with its table."""
        for table in self.tables[kind]:
            for row in table.rows:
                yield table, row

    def is_whole(self, kind: str) -> bool:
        """Whether every table of a kind could be read."""
        return len(self.tables[kind]) == len(_each_once(self.listing.table_files[kind]))

    def ids(self, kind: str, column: str) -> set[str]:
        """Return the ids in a column of one kind of table."""
        return {row[column] for _, row in self.rows(kind) if row[column]}


def read_listing(path: Path, faults: list[Fault]) -> PetabListing | None:
    """Read a problem's YAML file, or return None after adding its faults."""
    before = len(faults)
    read = read_mapping(path, "a PEtab problem", faults)
    if read is None or len(faults) > before:
        return None
    content = read.content
    version = str(content.get("format_version", "")).split(".")[0]
    if version not in ("1", "2"):
        found = repr(content["format_version"]) if "format_version" in content else "nothing"
        faults.append(Fault(str(path), None, "format_version", found, "1 or 2.0.0"))
        return None
    name = content.get("id")
    if version == "2" and name is not None and not (isinstance(name, str) and _ID.fullmatch(name)):
        faults.append(
            Fault(str(path), read.lines.get(("id",)), "id", repr(name), "letters, digits and _, not first a digit")
        )
        return None
    try:
        return _listing_of_v1(path, content) if version == "1" else _listing_of_v2(path, content)
    except (TypeError, AttributeError, KeyError, IndexError) as error:
        needed = f"lists of files as PEtab {version} asks for ({type(error).__name__}: {error})"
        faults.append(Fault(str(path), None, "", "a structure that is not PEtab's", needed))
        return None


def _listing_of_v1(path: Path, content: dict[str, Any]) -> PetabListing:
    """Return the listing of a PEtab 1 problem; the models of all its sub-problems are listed."""
    problems = content["problems"]
    files = {
        kind: tuple(path.parent / name for problem in problems for name in problem.get(f"{kind}_files") or ())
        for kind in TABLE_KINDS
        if kind != "parameter"
    }
    files["parameter"] = tuple(path.parent / name for name in _as_list(content["parameter_file"]))
    models = tuple(
        ModelFile(Path(name).stem, "sbml", path.parent / name)
        for problem in problems
        for name in problem.get("sbml_files") or ()
    )
    return PetabListing(path, 1, models, files, tuple(content.get("extensions") or ()), "", content)


def _listing_of_v2(path: Path, content: dict[str, Any]) -> PetabListing:
    """Return the listing of a PEtab 2 problem."""
    files = {
        kind: tuple(path.parent / name for name in _as_list(content.get(f"{kind}_files") or ())) for kind in TABLE_KINDS
    }
    models = tuple(
        ModelFile(name, str(entry["language"]), path.parent / entry["location"])
        for name, entry in (content.get("model_files") or {}).items()
    )
    extensions = tuple(content.get("extensions") or ())
    return PetabListing(path, 2, models, files, extensions, str(content.get("id") or ""), content)


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401
    """Return a list of one for a single file name."""
    return [value] if isinstance(value, str) else list(value)


def read_petab_text(listing: PetabListing, faults: list[Fault]) -> PetabText:
    """Read every table that a listing names; unreadable ones leave a fault and are absent."""
    tables = {
        kind: tuple(table for path in _each_once(files) if (table := read_text_table(path, faults)) is not None)
        for kind, files in listing.table_files.items()
    }
    _refuse_copies(listing, faults)
    require_readable_number(tables["measurement"], faults)
    for kind in ("parameter", "observable", "measurement"):
        if not listing.table_files[kind]:
            faults.append(Fault(str(listing.file), None, f"{kind}_files", "nothing", f"a {kind} table"))
    return PetabText(listing, tables)


def _each_once(files: Sequence[Path]) -> list[Path]:
    """Return the files without copies of earlier ones."""
    copies = copies_of_tables(files)
    return [path for place, path in enumerate(files) if place not in copies]


def _refuse_copies(listing: PetabListing, faults: list[Fault]) -> None:
    """Add a fault for each table that is listed twice or is a copy of another of its kind."""
    for kind, files in listing.table_files.items():
        for found in copies_of_tables(files).values():
            needed = EACH_TABLE_ONCE if kind == "measurement" else "each table once"
            faults.append(Fault(str(listing.file), None, f"{kind}_files", found, needed))
