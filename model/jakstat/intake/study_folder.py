"""A study folder from laboratories' files: tidy tables, description, parameters with priors, questions, settings.

Priors of the pathway are rows of the panel's ``parameters.tsv`` with their sources; only those are taken on which a
measurement depends. What is written is read back as every study is, so that a folder is made whole or not at all.
"""

import csv
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from jakstat.files import DataFaultsError, Fault, shipped_root
from jakstat.intake.declared import Declared, OwnLine
from jakstat.intake.exports import Intake, read_exports
from jakstat.intake.needed_parameters import needed_names
from jakstat.intake.observable_kinds import COUNT, KINDS, VIABILITY, observable_parameters
from jakstat.intake.study_settings import names_in, scenarios_section, study_section
from jakstat.problem import ProblemTables, Reference, read_reference, read_study

_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
#: What a number rests on, and where in its source it stands (jakstat.problem.evidence).
_EVIDENCE = ("source", "status", "place")
#: What the intake makes itself is nobody's number.
_ASSUMED = ("assumed", "")
_COLUMNS = ("id", "unit", "nominal", "estimate", "prior", "prior_parameters", "lower", "upper", *_EVIDENCE)
_OF_OBSERVABLES = ("scaling_", "sd_")  # rows of the panel's table that belong to its own observables
_LINE_COLUMNS = (
    *("cell_line", "cancer", "driver", "receptor", "alterations", "ligand_source", "doubling_time_h", "sd_ln"),
    *_EVIDENCE,
)
_MODEL = "jak_stat.ant"
#: Reference tables that nothing of a new study reads: covariates of GDSC's lines, and what medians of IC50s rest on.
_NOT_READ = shutil.ignore_patterns("line_covariates.tsv", "biochemical_ic50.tsv")


@dataclass(frozen=True)
class NewStudy:
    """A study that was made: its folder, what was understood of the files, and its problem as it was read back."""

    folder: Path
    intake: Intake
    tables: ProblemTables


def new_study(
    name: str,
    files: Iterable[str | Path],
    declared: Declared | None = None,
    parent: str | Path = "data",
    overwrite: bool = False,
) -> NewStudy:
    """Make a study folder of laboratories' files.

    Parameters
    ----------
    name : str
        Of the study and its folder: letters, digits and ``_``, first a letter.
    files : iterable of path
        CSV, TSV, semicolons or workbooks: :func:`jakstat.intake.read_exports`.
    declared : Declared, optional
        What the files do not say.
    parent : path
        Folder in which the study's is made.
    overwrite : bool
        Whether a folder of this name is replaced.

    Returns
    -------
    NewStudy

    Raises
    ------
    DataFaultsError
        The files hold something that is not understood or could mean two things; nothing is written then.
    ValueError
        The name is none, or there is a folder of this name.
    """
    folder = Path(parent) / name
    if not _NAME.fullmatch(name):
        raise ValueError(f"name: found {name!r}; needed: letters, digits and _, first a letter, such as my_lab")
    if folder.exists() and not overwrite:
        raise ValueError(f"name: found a folder {folder}; needed: another name, or --overwrite to replace it")
    declared = declared or Declared()
    root = shipped_root()
    faults: list[Fault] = []
    reference = read_reference(root / "data" / "reference", faults)
    if reference is None or faults:
        raise DataFaultsError(faults)
    intake = read_exports(files, reference, declared, screen=name)
    _require_receptors(declared, reference)
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{name}_", dir=folder.parent))
    try:
        tables = _write(made, name, intake, declared, reference, root, folder)
        if folder.exists():
            shutil.rmtree(folder)
        made.chmod(0o755)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return NewStudy(folder, intake, tables)


def _write(
    made: Path, name: str, intake: Intake, declared: Declared, reference: Reference, root: Path, folder: Path
) -> ProblemTables:
    """Write all files of a study into the folder ``made``, which becomes ``folder``, and read them back."""
    measurements = intake.measurements
    own = [line for line in declared.own_lines if line.id in set(measurements["cell_line"])]
    places = _places(made, root)
    if own:
        places["cell_lines"] = "cell_lines.tsv"
        _write_rows(made / "cell_lines.tsv", _LINE_COLUMNS, map(_own_line_row, own))
    tables = _write_measurements(made, measurements)
    _write_yaml(made / "study.yaml", study_section(name, measurements, tables, places, reference), _STUDY_HEAD)
    panel = _panel_rows(root)
    mine = _own_rows(intake)
    _write_rows(made / "parameters.tsv", _COLUMNS, ({"id": id, **row} for id, row in {**panel, **mine}.items()))
    needed = needed_names(read_study(made))
    kept = {id: row for id, row in panel.items() if id in needed or f"{id}_wild_type" in needed}
    _write_rows(made / "parameters.tsv", _COLUMNS, ({"id": id, **row} for id, row in {**kept, **mine}.items()))
    scenarios = scenarios_section(measurements, reference)
    if scenarios is not None:
        _write_yaml(made / "scenarios.yaml", scenarios, _SCENARIOS_HEAD)
    settings = {"study": str(folder), "scenarios": str(folder / "scenarios.yaml") if scenarios else None}
    _write_yaml(made / "config.yaml", {**settings, "dose_response": None}, _CONFIG_HEAD)
    (made / "README.md").write_text(_readme(name, intake), encoding="utf-8")
    return read_study(made)


def _require_receptors(declared: Declared, reference: Reference) -> None:
    """Raise DataFaultsError where own lines have receptors or alterations that the tables do not know."""
    faults = []
    for line in declared.own_lines:
        if line.receptor not in reference.receptors:
            needed = f"one of {', '.join(reference.receptors)}"
            faults.append(Fault("--own-line", None, line.id, f"the receptor {line.receptor!r}", needed))
        for alteration in line.alterations:
            if alteration not in reference.alterations:
                needed = f"one of {', '.join(reference.alterations)}"
                faults.append(Fault("--own-line", None, line.id, f"the alteration {alteration!r}", needed))
    if faults:
        raise DataFaultsError(faults)


def _places(made: Path, root: Path) -> dict[str, str]:
    """Return where model and reference tables are: in the repository that the study is part of, else its own copies."""
    model, reference = root / "model" / "pathways" / _MODEL, root / "data" / "reference"
    if made.resolve().is_relative_to(root):
        return {
            "model": Path(os.path.relpath(model, made.resolve())).as_posix(),
            "reference": Path(os.path.relpath(reference, made.resolve())).as_posix(),
        }
    shutil.copyfile(model, made / _MODEL)
    shutil.copytree(reference, made / "reference", ignore=_NOT_READ)
    return {"model": _MODEL, "reference": "reference"}


def _own_line_row(line: OwnLine) -> dict[str, str]:
    """Return the row of cell_lines.tsv of a line of the laboratory."""
    hours = f"{line.doubling_time_h:g}" if line.doubling_time_h else ""
    return {
        "cell_line": line.id,
        "cancer": "as the laboratory knows it",
        "driver": ", ".join(line.alterations) or "unknown",
        "receptor": line.receptor,
        "alterations": ",".join(line.alterations),
        "ligand_source": "unknown",
        "doubling_time_h": hours,
        "sd_ln": "0.3" if hours else "",
        "source": "declared by the laboratory; whether the line makes its ligand is unknown, sd_ln assumed",
        **dict(zip(_EVIDENCE[1:], _ASSUMED, strict=True)),
    }


def _write_measurements(made: Path, measurements: pd.DataFrame) -> list[str]:
    """Write a table for each observable, times in hours where all are whole hours; return the tables' names."""
    names = []
    for observable, table in measurements.groupby("observable", sort=False):
        times = pd.to_numeric(table["time_min"])
        is_hours = bool((times % 60 == 0).all()) and observable in (VIABILITY, COUNT)
        table = table.assign(time_min=(times // 60).astype(int).astype(str)) if is_hours else table
        table = table.rename(columns={"time_min": "time_h"}) if is_hours else table
        kept = [column for column in table.columns if column in ("value", "observable") or (table[column] != "").any()]
        name = f"{KINDS[str(observable)].stem}.tsv"
        _write_rows(made / name, kept, table[kept].to_dict("records"))
        names.append(name)
    return names


def _panel_rows(root: Path) -> dict[str, dict[str, str]]:
    """Return the rows of the panel's parameter table by id, without those of its own observables."""
    with (root / "data" / "cancer_panel" / "parameters.tsv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {
            row["id"]: {column: row[column] or "" for column in _COLUMNS[1:]}
            for row in rows
            if not row["id"].startswith(_OF_OBSERVABLES)
        }


def _own_rows(intake: Intake) -> dict[str, dict[str, str]]:
    """Return the rows of parameters.tsv of the study's own observables, by id."""
    rows: dict[str, dict[str, str]] = {}
    values = pd.to_numeric(intake.measurements["value"])
    for observable in names_in(intake.measurements, "observable"):
        largest = values[intake.measurements["observable"] == observable].abs().max()
        made = observable_parameters(KINDS[observable], float(largest) or 1.0, intake.scatter)
        rows |= {id: dict(zip(_COLUMNS[1:], (*cells, *_ASSUMED), strict=True)) for id, cells in made.items()}
    return rows


def _write_rows(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a tab-separated table."""
    columns = list(columns)
    lines = ["\t".join(columns), *("\t".join(str(row[column]) for column in columns) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_yaml(path: Path, content: Mapping[str, Any], head: str) -> None:
    """Write a YAML file below a comment."""
    parts = [
        yaml.safe_dump(
            {key: value},
            sort_keys=False,
            allow_unicode=True,
            width=120,
            default_flow_style=None if isinstance(value, Mapping | list) and key != "observables" else False,
        )
        for key, value in content.items()
    ]
    path.write_text(f"{head}\n{''.join(parts)}", encoding="utf-8")


def _readme(name: str, intake: Intake) -> str:
    """Return the README of a study: what was understood of the files."""
    rows = intake.understood.astype(str).apply(lambda row: row.str.replace("|", "/", regex=False))
    cells = "\n".join(f"| {' | '.join(row)} |" for row in rows.itertuples(index=False))
    notes = "".join(f"- {note}\n" for note in intake.notes)
    columns = list(rows.columns)
    return (
        f"# {name}\n\nMade by `jakstat new-study`. Add here who measured it, how, and what licence it has.\n\n"
        f"## What was understood of the files\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n{cells}\n\n"
        f"{notes}"
    )


_STUDY_HEAD = (
    "# What was measured, and how the model predicts it (docs/your_data.md). Title and citation are yours to write."
)
_SCENARIOS_HEAD = (
    "# What is predicted from the fit; each section may be taken out. config/scenarios.yaml of jakstat shows\n"
    "# what else may be asked (resistance, combinations, scores). Doses are nM in the medium, the first of each list 0."
)
_CONFIG_HEAD = (
    "# Settings of this study: jakstat run FOLDER. What does not stand here is as in config/config.yaml of jakstat\n"
    "# (sampling, gates, ...). Paths from the folder in which it is run."
)
