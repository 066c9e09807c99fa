"""A study folder (``study.yaml``, tables of measurements, a table of parameters, a model) to :class:`ProblemTables`.

The folder is checked whole, turned into a PEtab 2 problem in memory and read from there like any other PEtab problem,
so that it can be given away as one: ``study_to_petab(folder).to_files(target)``.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import sympy as sp
from petab import v2

from jakstat.files import DataFaultsError, Fault, digests_of, encoding_notes, shown_path
from jakstat.problem.formulas import names_of, unknown_name_needed
from jakstat.problem.made_ids import made_id_faults, require_own_ids, shared_id_faults
from jakstat.problem.model_text import ModelEntities, model_entities, read_model
from jakstat.problem.petab import Annotations, lint_faults, quiet_libpetab, tables_of
from jakstat.problem.records import ProblemTables
from jakstat.problem.reference import Reference, check_against_model, only_what_suits, read_reference
from jakstat.problem.study.cells_section import ALL_ROWS
from jakstat.problem.study.constants_section import with_own_constants
from jakstat.problem.study.description import Study, read_description
from jakstat.problem.study.study_experiments import experiment_parameters, experiments_of, names_made_for, wild_type_ids
from jakstat.problem.study.study_measurements import StudyMeasurement, read_measurements
from jakstat.problem.study.study_observables import StudyObservables, experiment_scales, read_observables
from jakstat.problem.study.study_parameters import StudyParameters, check_parameter_ids, read_parameters
from jakstat.problem.study.study_petab import CheckedStudy, measurements_of, petab_problem
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
    checked = check_study(Path(folder))
    study = checked.study
    with quiet_libpetab():  # libSBML would warn of values that the tables give
        problem = petab_problem(checked, one_of_each_kind=True)
        faults = lint_faults(problem, str(study.file))
    if faults:
        raise DataFaultsError(faults)
    annotations = Annotations(
        id=study.id,
        sbml=checked.sbml,
        priors={one.id: one.prior for one in checked.parameters if one.prior is not None},
        degrees_of_freedom={one.id: one.degrees_of_freedom for one in checked.observables},
        scales={one.id: one.scale for one in checked.parameters},
        parameter_units={one.id: one.unit for one in checked.parameters},
        observable_units={one.id: one.unit for one in checked.observables},
        experiment_labels={one.id: one.label for one in checked.experiments.values()},
        experiment_details={one.id: one.details for one in checked.experiments.values()},
        time_unit=study.time_unit,
        title=study.title,
        citation=f"{study.citation} doi:{study.doi}" if study.doi else study.citation,
        data_digests=digests_of((*study.files, *checked.imported), study.file.parent),
        notes=(*checked.notes, *encoding_notes((*study.files, *checked.imported))),
    )
    return require_own_ids(tables_of(problem, measurements_of(checked), annotations), str(study.file))


def study_to_petab(folder: str | Path) -> v2.Problem:
    """Return a study folder as a PEtab 2 problem.

    Parameters
    ----------
    folder : str or Path
        The folder that holds ``study.yaml``, or that file.

    Returns
    -------
    petab.v2.Problem
        Its ``to_files(target)`` writes the problem, ``<study id>.yaml`` first of all.

    Raises
    ------
    DataFaultsError
        The folder has faults; the error lists them all.
    """
    return petab_problem(check_study(Path(folder)))


def check_study(folder: Path) -> CheckedStudy:
    """Read all files of a study.

    Raises
    ------
    DataFaultsError
        With every fault of all of them.
    """
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
    reference, before = None, len(faults)
    if cells is not None and _has_reference(study, cells.reference, faults):
        reference = read_reference(cells.reference, faults, cells.own_cell_lines)
    if cells is not None and reference is not None:
        reference = with_own_constants(reference, cells.constants, faults)
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
            reference = reference if every else only_what_suits(reference, entities)
        if observables.complete:
            _check_parameters(study, reference, entities, observables, table, faults)
    if faults or sbml is None or table is None or observables is None:
        raise DataFaultsError(faults)
    checked = _assembled(study, sbml, reference, table, observables, measurements)
    return replace(checked, imported=tuple(imported), notes=tuple(notes))


def _assembled(
    study: Study, sbml: str, reference: Reference | None, table: StudyParameters,
    observables: StudyObservables, measurements: tuple[StudyMeasurement, ...],
) -> CheckedStudy:  # fmt: skip
    """Return the study with its experiments, and the parameters that these and its scales need."""
    entities = model_entities(sbml)
    treatments = [one.treatment for one in measurements]
    wild_type = wild_type_ids(study, reference, treatments, table.ids)
    without = {name: sp.Float(value) for name, value in entities.values.items() if name not in table.ids}
    experiments = experiments_of(study, reference, treatments, wild_type, without)
    scaled = {name for names in observables.of_experiment.values() for name in names}
    written = [replace(one, id=wild_type.get(one.id, one.id)) for one in table.parameters if one.id not in scaled]
    of_experiments = experiment_parameters(study, reference, experiments.values())
    scales = experiment_scales(observables, measurements, table.parameters)
    made = {new: f"{name} of cells without alterations" for name, new in wild_type.items()}
    made |= names_made_for(study, reference, experiments.values()) | {one.id: one.name for one in scales}
    everything = [(one.id, one.name or one.id) for one in (*written, *of_experiments, *scales)]
    faults = made_id_faults(str(study.file), made, table.ids, observables.observables, entities) or [
        *shared_id_faults(str(study.file), "experiments", ((one.id, one.label) for one in experiments.values())),
        *shared_id_faults(str(study.file), "parameters", everything),
    ]
    if faults:
        raise DataFaultsError(faults)
    return CheckedStudy(
        study=study,
        sbml=sbml,
        parameters=(*written, *of_experiments, *scales),
        observables=observables.observables,
        measurements=measurements,
        experiments=experiments,
        of_experiment=observables.of_experiment,
        reference=reference,
        wild_type=wild_type,
        without=without,
    )


def _has_reference(study: Study, folder: Path, faults: list[Fault]) -> bool:
    """Whether the folder of the reference tables is one; add one fault where it is not, not one a table."""
    if not folder.is_dir():
        needed = f"a folder with the reference tables, from {study.file.parent} on"
        faults.append(study.fault(("cells", "reference"), shown_path(folder), needed))
    return folder.is_dir()


def _used_of_reference(reference: Reference, measurements: Iterable[StudyMeasurement]) -> set[str]:
    """Return the ids of the inhibitors, alterations and receptors that the measured cells have or were given."""
    used: set[str] = set()
    for treatment in {one.treatment for one in measurements}:
        line = reference.cell_lines[treatment.cell_line]
        used |= {line.receptor, *line.alterations, *treatment.alterations}
        used |= {inhibitor for inhibitor, _ in treatment.inhibitors}
    return used


def _check_units(study: Study, entities: ModelEntities, faults: list[Fault]) -> None:
    """Check that conditions set entities of the model, and that time and doses are in the model's units."""
    if entities.time_unit and study.time_unit and study.time_unit != entities.time_unit:
        needed = f"{entities.time_unit}, the unit of time of the model"
        faults.append(study.fault(("time", "unit"), repr(study.time_unit), needed))
    for one in study.conditions:
        path = ("conditions", one.column)
        if one.sets not in entities.targets:
            needed = unknown_name_needed(one.sets, entities.targets, "a parameter, species or compartment of the model")
            faults.append(study.fault((*path, "sets"), repr(one.sets), needed))
        unit = entities.units.get(one.sets, "")
        if unit and not one.column.endswith(f"_{unit}"):
            needed = f"a column whose name ends in _{unit}, the unit of {one.sets} in the model"
            faults.append(study.fault(path, repr(one.column), needed))


def _check_cells(
    study: Study, reference: Reference, entities: ModelEntities, table: StudyParameters, faults: list[Fault]
) -> None:
    """Check that the ``cells`` section sets entities of the model, by formulas over what there is."""
    cells = study.cells
    if cells is None:
        return
    targets: dict[tuple[str, ...], str] = {("cells", key): getattr(cells, key)
                                           for key in ("stimulus", "growth", "secreted")}  # fmt: skip
    formulas: dict[tuple[str, ...], sp.Expr] = {("cells", key, name): formula
                for key in ("before", "at_treatment") for name, formula in getattr(cells, key).items()}  # fmt: skip
    for one in cells.pooled:
        targets[("cells", "pooled", one.entity)] = one.entity
        formulas |= {("cells", "pooled", one.entity, key): getattr(one, key) for key in ("mean", "sd")}
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


def _check_parameters(
    study: Study, reference: Reference | None, entities: ModelEntities, observables: StudyObservables,
    table: StudyParameters, faults: list[Fault],
) -> None:  # fmt: skip
    """Check that each parameter of the table is used, and that no entity is set twice or not at all."""
    names, targets = set(observables.names), {one.sets for one in study.conditions}
    if study.cells is not None and reference is not None:
        formulas = [formula for one in study.cells.pooled for formula in (one.mean, one.sd)]
        names |= {name for formula in formulas for name in names_of(formula)}
    check_parameter_ids(study.parameters, table.ids, entities, names, targets, faults)
