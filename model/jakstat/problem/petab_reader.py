"""A PEtab problem, version 1 or 2, to :class:`ProblemTables`.

The tables are checked as text (every fault with its line), then read by libpetab; version 1 is upgraded by libpetab's
own converter without renaming parameters, and its parameter scales are kept beside. Visualisation files are not read.
"""

import logging
import math
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from jsonschema import ValidationError
from petab import v1, v2
from petab.v2.models.sbml_model import SbmlModel
from petab.v2.petab1to2 import petab_files_1to2

from jakstat.problem.faults import DataFaultsError, Fault
from jakstat.problem.model_text import model_entities, read_model, rename_local_parameters
from jakstat.problem.petab_checks import check_tables, identical_rows
from jakstat.problem.petab_condition_checks import check_mapping, renamed_parameters
from jakstat.problem.petab_files import PetabListing, PetabText, read_listing, read_petab_text
from jakstat.problem.petab_parameters import MADE_FROM_BOUNDS, prior_of
from jakstat.problem.petab_refusals import refuse_unsupported
from jakstat.problem.petab_tables import Annotations, lint_faults, tables_of
from jakstat.problem.records import Prior, ProblemTables
from jakstat.problem.text_table import sha256_of

# Errors of libpetab's check of version 2 (task, part of the message) that are none: "time" in a condition is no
# parameter, and conditions of version 1, which passed that version's check, may name parameters of the model.
_NO_ERRORS = {
    1: (("CheckInitialChangeSymbols", ""),),
    2: (("CheckAllParametersPresentInParameterTable", "table: {'time'}"),),
}


def read_petab(path: str | Path) -> ProblemTables:
    """Read a PEtab problem.

    Parameters
    ----------
    path : str or Path
        The problem's YAML file.

    Returns
    -------
    ProblemTables

    Raises
    ------
    DataFaultsError
        The files have faults; the error lists them all.
    UnsupportedError
        The problem uses a feature of PEtab that is not supported; the message names all of them.
    """
    faults: list[Fault] = []
    listing = read_listing(Path(path), faults)
    if listing is None:
        raise DataFaultsError(faults)
    text = read_petab_text(listing, faults)
    refuse_unsupported(text)
    sbml = _check(text, faults)
    if faults or sbml is None:
        raise DataFaultsError(faults)
    with TemporaryDirectory() as folder, _quiet_libpetab() as said:
        try:
            problem = _read_by_libpetab(text, sbml, Path(folder), said)
        except (ValueError, NotImplementedError, TypeError, KeyError, RecursionError, ValidationError) as error:
            said_by_libpetab = error.message if isinstance(error, ValidationError) else str(error)
            found = f"what libpetab cannot read: {' '.join(said_by_libpetab.split())}"
            raise DataFaultsError([Fault(str(path), None, "", found, "a valid PEtab problem")]) from error
        faults += lint_faults(problem, str(path), _NO_ERRORS[listing.version])
    if faults:
        raise DataFaultsError(faults)
    return tables_of(problem, _annotations(text, problem, sbml))


def _check(text: PetabText, faults: list[Fault]) -> str | None:
    """Add the faults of the model and the tables; return the model as SBML."""
    listing = text.listing
    if not listing.models:
        faults.append(Fault(str(listing.file), None, "model_files", "nothing", "one SBML model"))
        return None
    sbml = read_model(listing.models[0].path, faults)
    if sbml is None:
        return None
    check_mapping(text, model_entities(sbml), faults)
    renamed = renamed_parameters(text)
    if renamed and not faults:
        sbml = rename_local_parameters(sbml, renamed)
    check_tables(text, model_entities(sbml), faults)
    return sbml


@contextmanager
def _quiet_libpetab() -> Iterator[list[str]]:
    """Collect what libpetab warns of instead of printing it (its converter warns of what is handled here)."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("petab")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield said
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


def _read_by_libpetab(text: PetabText, sbml: str, folder: Path, said: list[str]) -> v2.Problem:
    """Read a problem by libpetab, version 1 after an upgrade in ``folder``."""
    listing = text.listing
    if listing.version == 2:
        # By what was read here: libpetab's loader of YAML would follow YAML 1.1.
        problem = v2.Problem.from_yaml(dict(listing.content), base_path=listing.file.parent)
        if renamed_parameters(text):
            # The tables' ids are the model's own now; libpetab's checks know renamed ones in some places only.
            problem.models = [SbmlModel.from_string(sbml, model_id=listing.models[0].id)]
            problem.mapping_tables = []
        return problem
    source = _copy_without_figures(listing, folder)
    if v1.lint_problem(v1.Problem.from_yaml(source)):
        raise ValueError("; ".join(said) or "it does not pass libpetab's validation")
    upgraded = folder / "upgraded"
    upgraded.mkdir()
    petab_files_1to2(source, upgraded, validate=False, reparametrize="none")
    problem = v2.Problem.from_yaml(upgraded / source.name)
    _set_experiments_of_v1(problem, text)
    return problem


def _set_experiments_of_v1(problem: v2.Problem, text: PetabText) -> None:
    """Give an upgraded problem the experiments of its measurements: pairs of conditions, called as they are.

    libpetab's converter makes the same ones under names in which two pairs can be one ("a_" before "b", "a" before
    "_b"). Measurements of a condition that changes nothing, without pre-equilibration, need no experiment.
    """
    changing = {one.id for one in problem.conditions if one.changes}
    pairs = [(row["preequilibrationConditionId"], row["simulationConditionId"]) for _, row in text.rows("measurement")]
    conditions = {row["conditionId"] for _, row in text.rows("condition")}
    names: dict[tuple[str, str], str | None] = {}
    for before, condition in pairs:
        name = f"{before}_then_{condition}" if before else condition
        while before and (name in conditions or name in names.values()):
            name += "_"
        names.setdefault((before, condition), name if before or condition in changing else None)

    def period(time: float, condition: str) -> v2.ExperimentPeriod:
        return v2.ExperimentPeriod(time=time, condition_ids=[condition] if condition in changing else [])

    experiments = [
        v2.Experiment(id=name, periods=[*([period(-math.inf, before)] if before else []), period(0.0, condition)])
        for (before, condition), name in names.items()
        if name is not None
    ]
    problem.experiment_tables = [v2.ExperimentTable(experiments)] if experiments else []
    for measurement, pair in zip(problem.measurements, pairs, strict=True):
        measurement.experiment_id = names[pair]


def _copy_without_figures(listing: PetabListing, folder: Path) -> Path:
    """Copy a version 1 problem without its visualisation files: published problems name ones that they lack."""
    models = [model.path for model in listing.models]
    # Files of one name may lie in different folders: a number keeps them apart.
    files = dict.fromkeys(one for group in (*listing.table_files.values(), models) for one in group)
    names = {file: f"file{number}_{file.name}" for number, file in enumerate(files)}
    for file, name in names.items():
        (folder / name).write_bytes(file.read_bytes())
    listed = {f"{kind}_files": [names[file] for file in listing.table_files[kind]]
              for kind in ("condition", "measurement", "observable")}  # fmt: skip
    content = {
        "format_version": listing.content["format_version"],
        "parameter_file": names[listing.table_files["parameter"][0]],
        "problems": [{**listed, "sbml_files": [names[file] for file in models]}],
    }
    copy = folder / "problem.yaml"
    copy.write_text(yaml.safe_dump(content))
    return copy


def _annotations(text: PetabText, problem: v2.Problem, sbml: str) -> Annotations:
    """Return what is known beside the PEtab 2 tables."""
    listing = text.listing
    rows = {row["parameterId"]: row for _, row in text.rows("parameter")}
    priors = {one.id: prior_of(one, rows[one.id], listing.version) for one in problem.parameters if one.estimate}
    files = [listing.file, listing.models[0].path, *(one for files in listing.table_files.values() for one in files)]
    name = listing.problem_id or listing.file.stem
    return Annotations(
        id=re.sub(r"[^\w.-]", "_", name).lstrip(".") or "problem",
        sbml=sbml,
        priors=priors,
        scales={name: row["parameterScale"] or "lin" for name, row in rows.items()} if listing.version == 1 else {},
        experiment_labels=_labels(text, problem),
        resets_parameters=listing.version == 1,
        measurement_sources=[f"{Path(table.file).name}, line {row.line}" for table, row in text.rows("measurement")],
        time_unit=model_entities(sbml).time_unit,
        title=name,
        data_digests={file.name: sha256_of(file) for file in files},
        notes=_notes(text, priors),
    )


def _labels(text: PetabText, problem: v2.Problem) -> dict[str, str]:
    """Return the condition names of version 1 by experiment; the one without changes is called nothing."""
    if text.listing.version != 1:
        return {}
    names = {row["conditionId"]: row["conditionName"] or row["conditionId"] for _, row in text.rows("condition")}
    labels: dict[str, set[str]] = {}
    for measurement, (_, row) in zip(problem.measurements, text.rows("measurement"), strict=True):
        before, condition = row["preequilibrationConditionId"], names[row["simulationConditionId"]]
        label = f"{names[before]}, then {condition}" if before else condition
        labels.setdefault(measurement.experiment_id or "", set()).add(label)
    return {name: found.pop() for name, found in labels.items() if len(found) == 1}


def _notes(text: PetabText, priors: dict[str, Prior]) -> tuple[str, ...]:
    """Return what was decided for the user."""
    notes = []
    made = [name for name, prior in priors.items() if prior.source.startswith(MADE_FROM_BOUNDS)]
    if made:
        notes.append(
            f"{len(made)} of {len(priors)} estimated parameters have no prior in the PEtab problem; theirs are made "
            "from their bounds, which lie two standard deviations from the centre (weakly informative, assumed)."
        )
    if any(row["observableTransformation"] == "log10" for _, row in text.rows("observable")):
        notes.append(
            "Noise on log10 was converted to the natural logarithm: noise formulas are multiplied by ln(10), noise "
            "parameters keep their meaning on log10, and the likelihood is that of the measured value."
        )
    repeated = identical_rows(text)
    if repeated:
        notes.append(f"Measurements that stand twice, cell by cell, are counted twice: {', '.join(repeated)}.")
    return tuple(notes)
