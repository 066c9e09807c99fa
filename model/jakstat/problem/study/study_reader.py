"""A study folder (``study.yaml``, tables of measurements, a table of parameters, a model) to :class:`ProblemTables`.

Each file is checked by itself, then what they are together (``whole_study``).
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import sympy as sp

from jakstat.files import DataFaultsError, Fault, digests_of, encoding_notes, shown_path
from jakstat.problem.formulas import names_of, unknown_name_needed
from jakstat.problem.model_text import ModelEntities, model_entities, read_model
from jakstat.problem.records import ProblemTables
from jakstat.problem.reference import (
    LineCovariates,
    Reference,
    check_against_model,
    only_what_suits,
    read_line_covariates,
    read_reference,
)
from jakstat.problem.study.cells_section import ALL_ROWS, CELL_LINE, Cells, Pooled
from jakstat.problem.study.constants_section import with_own_constants
from jakstat.problem.study.description import Study, read_description
from jakstat.problem.study.study_measurements import StudyMeasurement, read_measurements
from jakstat.problem.study.study_observables import StudyObservables, read_observables
from jakstat.problem.study.study_parameters import StudyParameters, check_parameter_ids, read_parameters, without_unused
from jakstat.problem.study.study_tables import CheckedStudy, assembled_study
from jakstat.problem.study.study_treatments import NAME_COLUMNS


def read_study(folder: str | Path) -> ProblemTables:
    """Read a study folder.

    Parameters
    ----------
    folder : str or Path
        The folder that holds ``study.yaml``, or that file.

    Returns
    -------
    ProblemTables

    Raises
    ------
    DataFaultsError
        The folder has faults; the error lists them all.
    """
    return read_checked_study(folder).tables


def read_checked_study(folder: str | Path) -> CheckedStudy:
    """Read a study folder for those who need more of it than its records: what was done to the cells, in its words.

    Parameters
    ----------
    folder : str or Path
        The folder that holds ``study.yaml``, or that file.

    Raises
    ------
    DataFaultsError
        The folder has faults; the error lists them all.
    """
    folder = Path(folder)
    folder = folder.parent if folder.name == "study.yaml" else folder
    faults: list[Fault] = []
    study = read_description(folder, faults)
    if study is None:
        raise DataFaultsError(faults)
    imported: list[Path] = []
    notes: list[str] = []
    sbml = read_model(study.model, faults, (folder,), imported) if study.model != folder else None
    table = read_parameters(study.parameters, faults) if study.parameters != folder else None
    cells = study.cells
    before = len(faults)
    reference = _reference_of(study, cells, faults, notes)
    reference_is_whole, before = len(faults) == before, len(faults)
    measurements = read_measurements(study, reference, faults, notes)
    if not reference_is_whole:  # what it lacks now is unknown only until its faults are mended
        faults[before:] = [fault for fault in faults[before:] if fault.column not in NAME_COLUMNS]
    observables = None
    if sbml is not None and table is not None:
        entities = model_entities(sbml)
        _check_units(study, entities, faults)
        observables = read_observables(study, entities, table.ids, faults)
        if reference is not None and cells is not None and reference_is_whole:
            every = cells.suit == ALL_ROWS
            needed = None if every else _used_of_reference(reference, measurements)
            check_against_model(reference, entities, faults, only=needed)
            _check_cells(study, reference, entities, table, faults)
            _check_stimulus(study, measurements, faults)
            reference = reference if every else only_what_suits(reference, entities)
        if observables.complete:
            unused = _check_parameters(study, reference, entities, observables, table, faults)
            table = without_unused(table, study.parameters, unused, notes)
    if faults or sbml is None or table is None or observables is None:
        raise DataFaultsError(faults)
    _note_unmeasured_names(study, measurements, notes)
    checked = assembled_study(study, sbml, reference, table, observables, measurements, notes)
    files = (*study.files, *imported)
    return replace(
        checked,
        tables=replace(
            checked.tables, data_digests=digests_of(files, study.file.parent), notes=(*notes, *encoding_notes(files))
        ),
    )


def _reference_of(study: Study, cells: Cells | None, faults: list[Fault], notes: list[str]) -> Reference | None:
    """Return the reference tables with the study's own constants and what is known of lines; None where it has none."""
    if cells is None or not _has_reference(study, cells.reference, faults):
        return None
    reference = read_reference(cells.reference, faults, cells.own_cell_lines)
    if reference is None:
        return None
    covariates = None
    if cells.covariates is not None:
        covariates = read_line_covariates(cells.covariates, reference.cell_lines, faults, notes)
    return replace(with_own_constants(reference, cells.constants, faults), covariates=covariates)


def _has_reference(study: Study, folder: Path, faults: list[Fault]) -> bool:
    """Whether the folder of the reference tables is one; add one fault where it is not, not one a table."""
    if not folder.is_dir():
        needed = f"a folder with the reference tables, from {study.file.parent} on"
        faults.append(study.fault(("cells", "reference"), shown_path(folder), needed))
    return folder.is_dir()


def _used_of_reference(reference: Reference, measurements: Iterable[StudyMeasurement]) -> set[str]:
    """Return the ids of the inhibitors, alterations and receptors that the measured cells have or were given."""
    used: set[str] = set()
    for treatment in {measurement.treatment for measurement in measurements}:
        line = reference.cell_lines[treatment.cell_line]
        used |= {line.receptor, *line.alterations, *treatment.alterations}
        used |= {inhibitor for inhibitor, _ in treatment.inhibitors}
    return used


def _check_units(study: Study, entities: ModelEntities, faults: list[Fault]) -> None:
    """Check that conditions set entities of the model, and that time and doses are in the model's units."""
    if entities.time_unit and study.time_unit and study.time_unit != entities.time_unit:
        needed = f"{entities.time_unit}, the unit of time of the model"
        faults.append(study.fault(("time", "unit"), repr(study.time_unit), needed))
    _check_untreated(study, faults)
    for condition in study.conditions:
        path = ("conditions", condition.column)
        if condition.sets and condition.sets not in entities.targets:
            needed = unknown_name_needed(
                condition.sets, entities.targets, "a parameter, species or compartment of the model"
            )
            faults.append(study.fault((*path, "sets"), repr(condition.sets), needed))
        unit = entities.units.get(condition.sets, "")
        if unit and not condition.column.endswith(f"_{unit}"):
            needed = f"a column whose name ends in _{unit}, the unit of {condition.sets} in the model"
            faults.append(study.fault(path, repr(condition.column), needed))


def _check_untreated(study: Study, faults: list[Fault]) -> None:
    """Check that a study whose cells are measured before treatment has cell lines, whose steady state that is."""
    for observable in study.observables:
        if observable.before_treatment and study.cells is None:
            needed = "over_time, or a section cells, whose lines have a steady state before treatment"
            faults.append(study.fault(("observables", observable.id, "measured"), "before_treatment", needed))


def _check_cells(
    study: Study, reference: Reference, entities: ModelEntities, table: StudyParameters, faults: list[Fault]
) -> None:
    """Check that the ``cells`` section sets entities of the model, by formulas over what there is."""
    cells = study.cells
    if cells is None:
        return
    targets: dict[tuple[str, ...], str] = {
        ("cells", key): getattr(cells, key) for key in ("stimulus", "growth", "secreted")
    }
    formulas: dict[tuple[str, ...], sp.Expr] = {
        ("cells", key, name): formula
        for key in ("before", "at_treatment")
        for name, formula in getattr(cells, key).items()
    }
    for pooled in cells.pooled:
        targets[("cells", "pooled", pooled.entity)] = pooled.entity
        formulas |= {("cells", "pooled", pooled.entity, *keys): formula for keys, formula in pooled.formulas.items()}
        _check_regression(study, pooled, reference.covariates, faults)
    targets |= {path: path[2] for path in formulas}
    for line, numbers in cells.fixed.items():
        targets |= {("cells", "fixed", line, name): name for name in numbers}
        if line not in reference.cell_lines:
            needed = unknown_name_needed(line, reference.cell_lines, "a cell line of the tables")
            faults.append(study.fault(("cells", "fixed", line), repr(line), needed))
    for path, name in targets.items():
        if name and name not in entities.targets:
            needed = unknown_name_needed(name, entities.targets, "a parameter, species or compartment of the model")
            faults.append(study.fault(path, repr(name), needed))
    known = entities.names | table.ids
    for path, formula in formulas.items():
        for name in sorted(names_of(formula) - known):
            needed = unknown_name_needed(name, known, f"an id of {study.model.name} or {study.parameters.name}")
            faults.append(study.fault(path, f"the unknown name {name!r}", needed))


def _check_regression(study: Study, pooled: Pooled, covariates: LineCovariates | None, faults: list[Fault]) -> None:
    """Check that slopes are on covariates that the study has, and that values are added by columns of ``over``."""
    known = () if covariates is None else covariates.columns
    path = ("cells", "pooled", pooled.entity, "mean")
    for covariate, _ in pooled.slopes:
        if covariate not in known:
            needed = unknown_name_needed(covariate, known, "a column of the table that cells.covariates names")
            faults.append(study.fault((*path, "slopes", covariate), repr(covariate), needed))
    for column in dict.fromkeys(column for column, _, _ in pooled.by):
        if column not in pooled.over:
            faults.append(study.fault((*path, "by", column), repr(column), f"one of over: {', '.join(pooled.over)}"))


def _note_unmeasured_names(study: Study, measurements: Iterable[StudyMeasurement], notes: list[str]) -> None:
    """Note each name under ``by`` that no measurement has in its column: predictions may have it, or it is misspelt."""
    cells = study.cells
    if cells is None:
        return
    columns = cells.grouping_columns
    rows = [row.treatment for row in measurements]
    measured = {pair for row in rows for pair in zip(columns, row.groups, strict=True)}
    measured |= {(CELL_LINE, row.cell_line) for row in rows}
    for pooled in cells.pooled:
        for column, name in dict.fromkeys((column, name) for column, name, _ in pooled.by):
            if (column, name) not in measured:
                notes.append(
                    f"study.yaml: no measurement has the {column} {name}, for which {pooled.entity} has a value."
                )


def _check_stimulus(study: Study, measurements: Iterable[StudyMeasurement], faults: list[Fault]) -> None:
    """Check that something in the model takes a stimulus where a row has one."""
    stimulated = next((row for row in measurements if row.treatment.stimulus_nM), None)
    # A fault of study.yaml may be that the key is misspelt.
    named = study.cells is None or study.cells.stimulus or any(fault.file == str(study.file) for fault in faults)
    if stimulated is not None and not named:
        needed = f"the entity of the model that takes {stimulated.treatment.stimulus} ({stimulated.source})"
        faults.append(study.fault(("cells", "stimulus"), "nothing", needed))


def _check_parameters(
    study: Study,
    reference: Reference | None,
    entities: ModelEntities,
    observables: StudyObservables,
    table: StudyParameters,
    faults: list[Fault],
) -> frozenset[str]:
    """Check that no entity is set twice or not at all; return the parameters of the table that nothing uses."""
    names, targets = set(observables.names), {condition.sets for condition in study.conditions}
    if study.cells is not None and reference is not None:
        formulas = [formula for pooled in study.cells.pooled for formula in pooled.formulas.values()]
        names |= {name for formula in formulas for name in names_of(formula)}
    return check_parameter_ids(study.parameters, table.ids, entities, names, targets, faults)
