"""A study folder's ``study.yaml``: what was measured, in which columns and units, and how the model predicts it.

Keys (unknown ones are refused)::

    id, title, citation, doi, licence     what it is; doi and licence may be absent
    model                                 Antimony or SBML file, from the folder on
    measurements, parameters              tab-separated tables in the folder
    time: {column, unit}                  the column's name ends in its unit
    conditions: {<column>: {sets, unit, label}}      what was done to the cells, and the model entity that it sets
    observables: {<id>: {formula, noise, distribution, unit, label}}
    ignored_columns: [...]                columns of the measurement table that are for people only
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from jakstat.problem.faults import Fault
from jakstat.problem.petab_files import read_yaml

REQUIRED = ("id", "title", "citation", "model", "measurements", "parameters", "time", "observables")
OPTIONAL = ("doi", "licence", "conditions", "ignored_columns")
TIME_UNITS = ("s", "min", "h", "d")
_ID = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)


@dataclass(frozen=True)
class ConditionColumn:
    """A column of the measurement table that says what was done to the cells, and the model entity it sets."""

    column: str
    sets: str
    unit: str
    label: str


@dataclass(frozen=True)
class StudyObservable:
    """An observable as ``study.yaml`` describes it; formulas are still text."""

    id: str
    formula: str
    noise: str
    distribution: str
    unit: str
    label: str


@dataclass(frozen=True)
class Study:
    """The content of ``study.yaml``; ``lines`` gives the line of each key by its path, for faults."""

    file: Path
    id: str
    title: str
    citation: str
    doi: str
    model: Path
    measurements: Path
    parameters: Path
    time_column: str
    time_unit: str
    conditions: tuple[ConditionColumn, ...]
    observables: tuple[StudyObservable, ...]
    ignored_columns: tuple[str, ...]
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)

    def fault(self, path: tuple[str, ...], found: str, needed: str) -> Fault:
        """Return a fault at a key of the file."""
        return Fault(str(self.file), self.lines.get(path), ".".join(path), found, needed)


@dataclass(frozen=True)
class _Keys:
    """The keys of the file while they are read: their lines, and the faults so far."""

    file: Path
    lines: Mapping[tuple[str, ...], int]
    faults: list[Fault]

    def fault(self, path: tuple[str, ...], found: str, needed: str) -> None:
        """Add a fault at a key, or at its nearest parent that stands in the file."""
        line = next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), None)
        self.faults.append(Fault(str(self.file), line, ".".join(path), found, needed))

    def check(self, path: tuple[str, ...], content: Any, required: Iterable[str], optional: Iterable[str]) -> bool:  # noqa: ANN401
        """Add a fault for each absent or unknown key; return whether ``content`` is a mapping at all."""
        choices = (*required, *optional)
        if not isinstance(content, dict):
            self.fault(path, repr(content), f"a mapping with the keys {', '.join(choices)}")
            return False
        for key in content:
            if key not in choices:
                self.fault((*path, str(key)), "an unknown key", f"one of {', '.join(choices)}")
        for key in required:
            if content.get(key) in (None, ""):
                self.fault((*path, key), "nothing", f"the key {key}")
        return True

    def text(self, path: tuple[str, ...], value: Any, default: str = "") -> str:  # noqa: ANN401
        """Return a text or number as text; add a fault for a list or a mapping."""
        if value is None:
            return default
        if isinstance(value, (dict, list, bool)):
            self.fault(path, f"a {type(value).__name__}", "a text")
            return default
        return str(value).strip()


def column_suffix(unit: str) -> str:
    """Return how a column's name ends that holds values in ``unit``: ng/ml is ``ng_per_ml``."""
    text = re.sub(r"^1/", "per_", unit.strip()).replace("/", "_per_").replace("%", "percent")
    return re.sub(r"\W+", "_", text.replace("µ", "u").replace("μ", "u")).strip("_")


def read_description(folder: Path, faults: list[Fault]) -> Study | None:
    """Read ``study.yaml``.

    Parameters
    ----------
    folder : Path
        The study folder.
    faults : list of Fault
        Its faults are added here.

    Returns
    -------
    Study or None
        None where the file cannot be read; otherwise what could be read of it.
    """
    file = folder / "study.yaml"
    content = read_yaml(file, "a study description", faults)
    if content is None:
        return None
    keys = _Keys(file, _lines_of(file, faults), faults)
    keys.check((), content, REQUIRED, OPTIONAL)
    text = {key: keys.text((key,), content.get(key)) for key in (*REQUIRED[:6], *OPTIONAL[:2])}
    if text["id"] and not _ID.match(text["id"]):
        keys.fault(("id",), repr(text["id"]), "letters, digits and _, not first a digit")
    time_column, time_unit = _time(keys, content.get("time"))
    ignored = content.get("ignored_columns") or []
    if not isinstance(ignored, list):
        keys.fault(("ignored_columns",), repr(ignored), "a list of columns")
        ignored = []
    return Study(
        file=file,
        id=text["id"],
        title=text["title"],
        citation=text["citation"],
        doi=text["doi"],
        model=folder / text["model"],
        measurements=folder / text["measurements"],
        parameters=folder / text["parameters"],
        time_column=time_column,
        time_unit=time_unit,
        conditions=_conditions(keys, content.get("conditions") or {}),
        observables=_observables(keys, content.get("observables") or {}),
        ignored_columns=tuple(map(str, ignored)),
        lines=keys.lines,
    )


def _lines_of(file: Path, faults: list[Fault]) -> dict[tuple[str, ...], int]:
    """Return the line of each key by its path; add a fault for a key that stands twice."""
    lines: dict[tuple[str, ...], int] = {}

    def walk(node: yaml.Node | None, path: tuple[str, ...]) -> None:
        if not isinstance(node, yaml.MappingNode):
            return
        for key, value in node.value:
            here = (*path, str(key.value))
            if here in lines:
                found = f"the key again (first on line {lines[here]})"
                faults.append(Fault(str(file), key.start_mark.line + 1, ".".join(here), found, "each key once"))
            lines[here] = key.start_mark.line + 1
            walk(value, here)

    walk(yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader), ())
    return lines


def _check_column(keys: _Keys, path: tuple[str, ...], column: str, unit: str) -> None:
    """Add a fault where a column's name does not end in its unit."""
    if column and unit and not column.endswith(f"_{column_suffix(unit)}"):
        keys.fault(path, repr(column), f"a column whose name ends in _{column_suffix(unit)}, its unit {unit}")


def _time(keys: _Keys, content: Any) -> tuple[str, str]:  # noqa: ANN401
    """Return the column and the unit of time."""
    if content is None or not keys.check(("time",), content, ("column", "unit"), ()):
        return "", ""
    column = keys.text(("time", "column"), content.get("column"))
    unit = keys.text(("time", "unit"), content.get("unit"))
    if unit and unit not in TIME_UNITS:
        keys.fault(("time", "unit"), repr(unit), f"one of {', '.join(TIME_UNITS)}")
    _check_column(keys, ("time", "column"), column, unit)
    return column, unit


def _conditions(keys: _Keys, content: Any) -> tuple[ConditionColumn, ...]:  # noqa: ANN401
    """Return the condition columns."""
    if not isinstance(content, dict):
        keys.fault(("conditions",), repr(content), "a mapping of columns to what they set")
        return ()
    found = []
    for column, one in content.items():
        path = ("conditions", str(column))
        if keys.check(path, one, ("sets", "unit"), ("label",)):
            text = {key: keys.text((*path, key), one.get(key)) for key in ("sets", "unit", "label")}
            _check_column(keys, path, str(column), text["unit"])
            found.append(ConditionColumn(str(column), text["sets"], text["unit"], text["label"] or text["sets"]))
    return tuple(found)


def _observables(keys: _Keys, content: Any) -> tuple[StudyObservable, ...]:  # noqa: ANN401
    """Return the observables."""
    if not isinstance(content, dict):
        keys.fault(("observables",), repr(content), "a mapping of observable ids to their formulas")
        return ()
    found = []
    names = ("formula", "noise", "distribution", "unit", "label")
    for name, one in content.items():
        path = ("observables", str(name))
        if not _ID.match(str(name)):
            keys.fault(path, repr(name), "letters, digits and _, not first a digit")
        elif keys.check(path, one, ("formula", "noise", "unit"), ("distribution", "label")):
            text = {key: keys.text((*path, key), one.get(key)) for key in names}
            found.append(StudyObservable(str(name), **text | {"distribution": text["distribution"] or "normal"}))
    return tuple(found)
