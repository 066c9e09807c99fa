"""A study folder's ``study.yaml``: what was measured, in which columns and units, and how the model predicts it.

Keys (unknown ones are refused)::

    id, title, citation, doi, licence     what it is; doi and licence may be absent
    model                                 Antimony or SBML file, from the folder on
    measurements                          a tab-separated table in the folder, or a list of them
    parameters                            a tab-separated table in the folder
    time: {column, unit}                  the column's name ends in its unit
    conditions: {<column>: {sets, unit, label}}      what was done to the cells, and the model entity that it sets
    cells                                 cell lines and inhibitors: see jakstat.problem.study.cells_section
    observables: {<id>: {formula, noise, distribution, degrees_of_freedom, per_experiment, unit, label}}
    ignored_columns: [...]                columns of the measurement tables that are for people only

``per_experiment`` lists parameters of an observable, its scale or offset, that have a value of their own in each
``experiment`` of the tables, with the prior that the parameter table gives them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jakstat.files import Fault, read_mapping
from jakstat.problem.study.cells_section import Cells, read_cells
from jakstat.problem.study.description_keys import DescriptionKeys

REQUIRED = ("id", "title", "citation", "model", "measurements", "parameters", "time", "observables")
OPTIONAL = ("doi", "licence", "conditions", "ignored_columns", "cells")
TIME_UNITS = ("s", "min", "h", "d")
_TEXTS = ("id", "title", "citation", "model", "parameters", "doi", "licence")
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
    degrees_of_freedom: str = ""
    per_experiment: tuple[str, ...] = ()


@dataclass(frozen=True)
class Study:
    """The content of ``study.yaml``; ``lines`` gives the line of each key by its path, for faults."""

    file: Path
    id: str
    title: str
    citation: str
    doi: str
    model: Path
    measurements: tuple[Path, ...]
    parameters: Path
    time_column: str
    time_unit: str
    conditions: tuple[ConditionColumn, ...]
    observables: tuple[StudyObservable, ...]
    ignored_columns: tuple[str, ...]
    cells: Cells | None = None
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)

    @property
    def files(self) -> tuple[Path, ...]:
        """The study's own files."""
        own = (self.cells.own_cell_lines,) if self.cells is not None and self.cells.own_cell_lines else ()
        return (self.file, self.model, *self.measurements, self.parameters, *own)

    def fault(self, path: tuple[str, ...], found: str, needed: str) -> Fault:
        """Return a fault at a key of the file."""
        return Fault(str(self.file), self.lines.get(path), ".".join(path), found, needed)


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
    read = read_mapping(file, "a study description", faults, numbers=False)
    if read is None:
        return None
    content = read.content
    keys = DescriptionKeys(file, read.lines, faults)
    keys.check((), content, REQUIRED, OPTIONAL)
    text = {key: keys.text((key,), content.get(key)) for key in _TEXTS}
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
        measurements=_tables(keys, folder, content.get("measurements")),
        parameters=folder / text["parameters"],
        time_column=time_column,
        time_unit=time_unit,
        conditions=_conditions(keys, content.get("conditions") or {}),
        observables=_observables(keys, content.get("observables") or {}),
        ignored_columns=tuple(map(str, ignored)),
        cells=read_cells(keys, content.get("cells"), folder),
        lines=keys.lines,
    )


def _check_column(keys: DescriptionKeys, path: tuple[str, ...], column: str, unit: str) -> None:
    """Add a fault where a column's name does not end in its unit."""
    if column and unit and not column.endswith(f"_{column_suffix(unit)}"):
        keys.fault(path, repr(column), f"a column whose name ends in _{column_suffix(unit)}, its unit {unit}")


def _tables(keys: DescriptionKeys, folder: Path, content: Any) -> tuple[Path, ...]:  # noqa: ANN401
    """Return the measurement tables."""
    names = content if isinstance(content, list) else [content]
    texts = [keys.text(("measurements",), name) for name in names]
    if isinstance(content, list) and not all(name is not None and name != "" for name in names or [None]):
        keys.fault(("measurements",), "nothing", "a table, or a list of tables")
    return tuple(folder / text for text in texts if text)


def _time(keys: DescriptionKeys, content: Any) -> tuple[str, str]:  # noqa: ANN401
    """Return the column and the unit of time."""
    if content is None or not keys.check(("time",), content, ("column", "unit"), ()):
        return "", ""
    column = keys.text(("time", "column"), content.get("column"))
    unit = keys.text(("time", "unit"), content.get("unit"))
    if unit and unit not in TIME_UNITS:
        keys.fault(("time", "unit"), repr(unit), f"one of {', '.join(TIME_UNITS)}")
    _check_column(keys, ("time", "column"), column, unit)
    return column, unit


def _conditions(keys: DescriptionKeys, content: Any) -> tuple[ConditionColumn, ...]:  # noqa: ANN401
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


def _observables(keys: DescriptionKeys, content: Any) -> tuple[StudyObservable, ...]:  # noqa: ANN401
    """Return the observables."""
    if not isinstance(content, dict):
        keys.fault(("observables",), repr(content), "a mapping of observable ids to their formulas")
        return ()
    found = []
    names = ("formula", "noise", "distribution", "unit", "label", "degrees_of_freedom")
    optional = ("distribution", "label", "degrees_of_freedom", "per_experiment")
    for name, one in content.items():
        path = ("observables", str(name))
        if not _ID.match(str(name)):
            keys.fault(path, repr(name), "letters, digits and _, not first a digit")
        elif keys.check(path, one, ("formula", "noise", "unit"), optional):
            text = {key: keys.text((*path, key), one.get(key)) for key in names}
            text["distribution"] = text["distribution"] or "normal"
            found.append(StudyObservable(str(name), **text, per_experiment=_names(keys, path, one)))
    return tuple(found)


def _names(keys: DescriptionKeys, path: tuple[str, ...], one: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parameters that an observable has for each experiment."""
    names = one.get("per_experiment") or []
    if isinstance(names, list):
        return tuple(map(str, names))
    keys.fault((*path, "per_experiment"), repr(names), "a list of parameters")
    return ()
