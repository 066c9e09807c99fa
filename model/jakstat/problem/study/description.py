"""A study folder's ``study.yaml``: what was measured, in which columns and units, and how the model predicts it.

Its keys stand in ``study.schema.yaml``; docs/your_data.md explains them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jakstat.files import Fault, read_mapping
from jakstat.problem.study.cells_section import Cells, read_cells
from jakstat.problem.study.structure import StudyKeys, well_formed

#: What ``measured`` says of an observable of cells to which nothing was added.
BEFORE_TREATMENT = "before_treatment"


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
    before_treatment: bool = False


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
        of_lines = (self.cells.own_cell_lines, self.cells.covariates) if self.cells is not None else ()
        return (self.file, self.model, *self.measurements, self.parameters, *(file for file in of_lines if file))

    def fault(self, path: tuple[str, ...], found: str, needed: str) -> Fault:
        """Return a fault at a key of the file."""
        return StudyKeys(self.file, self.lines).fault(path, found, needed)


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
    keys = StudyKeys(file, read.lines)
    content = well_formed(read.content, keys, faults)
    time = content.get("time") or {}
    study = Study(
        file=file,
        id=content.get("id") or "",
        title=content.get("title") or "",
        citation=content.get("citation") or "",
        doi=content.get("doi") or "",
        model=folder / (content.get("model") or ""),
        measurements=_tables(folder, content.get("measurements") or ()),
        parameters=folder / (content.get("parameters") or ""),
        time_column=time.get("column") or "",
        time_unit=time.get("unit") or "",
        conditions=tuple(_condition(*item) for item in (content.get("conditions") or {}).items()),
        observables=tuple(_observable(*item) for item in (content.get("observables") or {}).items()),
        ignored_columns=tuple(content.get("ignored_columns") or ()),
        cells=read_cells(content["cells"], folder, keys, faults) if content.get("cells") else None,
        lines=read.lines,
    )
    _check_column(study, ("time", "column"), study.time_column, study.time_unit, faults)
    for condition in study.conditions:
        _check_column(study, ("conditions", condition.column), condition.column, condition.unit, faults)
    return study


def _check_column(study: Study, path: tuple[str, ...], column: str, unit: str, faults: list[Fault]) -> None:
    """Add a fault where a column's name does not end in its unit."""
    if column and unit and not column.endswith(f"_{column_suffix(unit)}"):
        needed = f"a column whose name ends in _{column_suffix(unit)}, its unit {unit}"
        faults.append(study.fault(path, repr(column), needed))


def _tables(folder: Path, names: str | Sequence[str]) -> tuple[Path, ...]:
    """Return the measurement tables."""
    return tuple(folder / name for name in ([names] if isinstance(names, str) else names))


def _condition(column: str, content: Mapping[str, Any]) -> ConditionColumn:
    """Return a condition column."""
    sets = content.get("sets") or ""
    return ConditionColumn(column, sets, content.get("unit") or "", content.get("label") or sets)


def _observable(name: str, content: Mapping[str, Any]) -> StudyObservable:
    """Return an observable."""
    return StudyObservable(
        id=name,
        formula=content.get("formula") or "",
        noise=content.get("noise") or "",
        distribution=content.get("distribution") or "normal",
        unit=content.get("unit") or "",
        label=content.get("label") or "",
        degrees_of_freedom=content.get("degrees_of_freedom") or "",
        per_experiment=tuple(content.get("per_experiment") or ()),
        before_treatment=content.get("measured") == BEFORE_TREATMENT,
    )
