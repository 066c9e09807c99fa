"""A PEtab problem, version 1 or 2, to :class:`ProblemTables`.

The tables are checked as text (every fault with its line), then read by libpetab; version 1 is upgraded by libpetab's
own converter without renaming parameters, and its parameter scales are kept beside. Visualisation files are not read.
"""

from pathlib import Path

import sympy as sp
from jsonschema import ValidationError
from petab import v2

from jakstat.files import DataFaultsError, Fault, digests_of, encoding_notes, file_stem
from jakstat.problem.formulas import parse_formula
from jakstat.problem.made_ids import require_own_ids
from jakstat.problem.model_text import model_entities, read_model, rename_local_parameters
from jakstat.problem.petab.condition_checks import check_mapping, renamed_parameters
from jakstat.problem.petab.from_libpetab import Annotations, lint_faults, tables_of
from jakstat.problem.petab.libpetab import experiments_of_v1, read_by_libpetab
from jakstat.problem.petab.parameter_rows import MADE_FROM_BOUNDS, outside_bounds, prior_of
from jakstat.problem.petab.petab_text import PetabText, read_listing, read_petab_text
from jakstat.problem.petab.refusals import refuse_unsupported
from jakstat.problem.petab.table_checks import check_tables, identical_rows
from jakstat.problem.records import Measurement, Prior, ProblemTables

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
    imported: list[Path] = []
    sbml = _check(text, faults, imported)
    if faults or sbml is None:
        raise DataFaultsError(faults)
    try:
        problem = read_by_libpetab(text, sbml)
    except (ValueError, NotImplementedError, TypeError, KeyError, RecursionError, ValidationError) as error:
        said = error.message if isinstance(error, ValidationError) else str(error)
        found = f"what libpetab cannot read: {' '.join(said.split())}"
        raise DataFaultsError([Fault(str(path), None, "", found, "a valid PEtab problem")]) from error
    faults += lint_faults(problem, str(path), _NO_ERRORS[listing.version])
    if faults:
        raise DataFaultsError(faults)
    tables = tables_of(problem, _measurements(text, problem), _annotations(text, problem, sbml, imported))
    return require_own_ids(tables, str(path))


def _check(text: PetabText, faults: list[Fault], imported: list[Path]) -> str | None:
    """Add the faults of the model and the tables, and what the model imports; return the model as SBML."""
    listing = text.listing
    if not listing.models:
        faults.append(Fault(str(listing.file), None, "model_files", "nothing", "one SBML model"))
        return None
    sbml = read_model(listing.models[0].path, faults, (listing.file.parent,), imported)
    if sbml is None:
        return None
    check_mapping(text, model_entities(sbml), faults)
    renamed = renamed_parameters(text)
    if renamed and not faults:
        sbml = rename_local_parameters(sbml, renamed)
    check_tables(text, model_entities(sbml), faults)
    return sbml


def _measurements(text: PetabText, problem: v2.Problem) -> list[Measurement]:
    """Return every row of the measurement tables."""
    names = (
        experiments_of_v1(text, {condition.id for condition in problem.conditions}) if text.listing.version == 1 else {}
    )
    parsed: dict[str, tuple[sp.Expr, ...]] = {"": ()}

    def overrides(cell: str) -> tuple[sp.Expr, ...]:
        if cell not in parsed:
            parsed[cell] = tuple(parse_formula(part.strip()) for part in cell.split(";"))
        return parsed[cell]

    return [
        Measurement(
            observable_id=row["observableId"],
            experiment_id=(names[row["preequilibrationConditionId"], row["simulationConditionId"]] or "")
            if names
            else row["experimentId"],
            time=float(row["time"]),
            value=float(row["measurement"]),
            observable_parameters=overrides(row["observableParameters"]),
            noise_parameters=overrides(row["noiseParameters"]),
            source=f"{Path(table.file).name}, line {row.line}",
        )
        for table, row in text.rows("measurement")
    ]


def _annotations(text: PetabText, problem: v2.Problem, sbml: str, imported: list[Path]) -> Annotations:
    """Return what is known beside the PEtab 2 tables."""
    listing = text.listing
    rows = {row["parameterId"]: row for _, row in text.rows("parameter")}
    priors = {
        parameter.id: prior_of(parameter, rows[parameter.id], listing.version)
        for parameter in problem.parameters
        if parameter.estimate
    }
    files = [
        listing.file,
        listing.models[0].path,
        *imported,
        *(file for files in listing.table_files.values() for file in files),
    ]
    name = listing.problem_id or listing.file.stem
    return Annotations(
        id=file_stem(name),
        sbml=sbml,
        priors=priors,
        scales={name: row["parameterScale"] or "lin" for name, row in rows.items()} if listing.version == 1 else {},
        experiment_labels=_labels(text, problem) if listing.version == 1 else {},
        resets_parameters=listing.version == 1,
        time_unit=model_entities(sbml).time_unit,
        title=name,
        data_digests=digests_of(files, listing.file.parent),
        notes=(*_notes(text, priors), *encoding_notes(files)),
    )


def _labels(text: PetabText, problem: v2.Problem) -> dict[str, str]:
    """Return the condition names of version 1 by experiment; the one without changes is called nothing."""
    names = {row["conditionId"]: row["conditionName"] or row["conditionId"] for _, row in text.rows("condition")}
    labels: dict[str, set[str]] = {}
    for (before, condition), name in experiments_of_v1(
        text, {condition.id for condition in problem.conditions}
    ).items():
        label = f"{names[before]}, then {names[condition]}" if before else names[condition]
        labels.setdefault(name or "", set()).add(label)
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
    outside = outside_bounds(text)
    if outside:
        notes.append(f"Nominal values a little outside of their bounds, taken as they are: {', '.join(outside)}.")
    repeated = identical_rows(text)
    if repeated:
        notes.append(f"Measurements that stand twice, cell by cell, are counted twice: {', '.join(repeated)}.")
    return tuple(notes)
