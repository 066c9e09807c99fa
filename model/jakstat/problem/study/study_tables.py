"""A study whose files have no fault of their own: its records, and what it needs besides them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy as sp

from jakstat.files import DataFaultsError
from jakstat.problem.formulas import entity, names_of
from jakstat.problem.made_ids import made_id_faults, require_own_ids
from jakstat.problem.model_text import model_entities
from jakstat.problem.records import Experiment, Measurement, ProblemTables
from jakstat.problem.reference import Reference
from jakstat.problem.study.description import Study
from jakstat.problem.study.rows import StudyMeasurement
from jakstat.problem.study.study_experiments import experiment_parameters, experiments_of, names_made_for, wild_type_ids
from jakstat.problem.study.study_observables import StudyObservables, experiment_scales, per_experiment_id
from jakstat.problem.study.study_parameters import StudyParameters, without_unused
from jakstat.problem.study.study_treatments import Treatment
from jakstat.problem.study.whole_study import faults_of_whole, unused_parameters


@dataclass(frozen=True)
class CheckedStudy:
    """A study without faults.

    Parameters
    ----------
    study : Study
        What ``study.yaml`` says.
    tables : ProblemTables
        Its records, which is all that later stages take.
    measurements : tuple of StudyMeasurement
        The measurements of ``tables`` with what was done to the cells, in the same order.
    reference : Reference or None
        The tables of its ``cells`` section, with what is known of its lines before any drug; None where it has none.
    wild_type : mapping of str to str
        From :func:`jakstat.problem.study.study_experiments.wild_type_ids`.
    without : mapping of str to Expr
        What :func:`jakstat.problem.study.study_experiments.experiments_of` takes.
    """

    study: Study
    tables: ProblemTables
    measurements: tuple[StudyMeasurement, ...]
    reference: Reference | None
    wild_type: Mapping[str, str]
    without: Mapping[str, sp.Expr]


def assembled_study(
    study: Study,
    sbml: str,
    reference: Reference | None,
    table: StudyParameters,
    observables: StudyObservables,
    measurements: tuple[StudyMeasurement, ...],
    notes: list[str],
) -> CheckedStudy:
    """Return the study with its experiments, and the parameters that these and its scales need.

    Parameters of its table on which no measurement depends are left out, and a note in ``notes`` says which.

    Raises
    ------
    DataFaultsError
        An id that was made of names is not one to one, or the parts do not make a whole.
    """
    entities = model_entities(sbml)
    treatments = [row.treatment for row in measurements]
    wild_type = wild_type_ids(study, reference, treatments, table.ids)
    without = {name: sp.Float(value) for name, value in entities.values.items() if name not in table.ids}
    experiments = experiments_of(study, reference, treatments, wild_type, without)
    scaled = {name for names in observables.of_experiment.values() for name in names}
    written = [replace(row, id=wild_type.get(row.id, row.id)) for row in table.parameters if row.id not in scaled]
    scales = experiment_scales(observables, measurements, table.parameters)
    made = {new: f"{name} of cells without alterations" for name, new in wild_type.items()}
    made |= names_made_for(study, reference, experiments) | {scale.id: scale.name for scale in scales}
    faults = made_id_faults(str(study.file), made, table.ids, observables.observables, entities)
    if faults:
        raise DataFaultsError(faults)
    tables = ProblemTables(
        id=study.id,
        sbml=sbml,
        parameters=(*written, *experiment_parameters(study, reference, experiments), *scales),
        observables=observables.observables,
        experiments=tuple(experiments.values()),
        measurements=_records(measurements, observables, experiments),
        time_unit=study.time_unit,
        title=study.title,
        citation=f"{study.citation} doi:{study.doi}" if study.doi else study.citation,
    )
    require_own_ids(tables, str(study.file))
    written_ids = {new: name for name, new in wild_type.items()}
    unused = {parameter.id for parameter in written} & unused_parameters(tables, entities)
    unused -= _of_pooled_values(study)
    without_unused(table, study.parameters, {written_ids.get(name, name) for name in unused}, notes)
    used = tuple(parameter for parameter in tables.parameters if parameter.id not in unused)
    tables = replace(tables, parameters=used)
    faults = faults_of_whole(study, tables, entities, wild_type)
    if faults:
        raise DataFaultsError(faults)
    return CheckedStudy(study, tables, measurements, reference, wild_type, without)


def _of_pooled_values(study: Study) -> set[str]:
    """Return the names in formulas of pooled values: other lines and screens need them, whatever was measured."""
    pooled = study.cells.pooled if study.cells is not None else ()
    return {name for entry in pooled for formula in entry.formulas.values() for name in names_of(formula)}


def _records(
    measurements: tuple[StudyMeasurement, ...],
    observables: StudyObservables,
    experiments: Mapping[Treatment, Experiment],
) -> tuple[Measurement, ...]:
    """Return the measurements, each with what its observable has of its own in its experiment of the tables."""
    observable = {found.id: found for found in observables.observables}
    own = {
        (name, experiment): tuple(
            entity(per_experiment_id(parameter, experiment)) for parameter in observables.of_experiment.get(name, ())
        )
        for name, experiment in {(row.observable, row.experiment) for row in measurements}
    }
    return tuple(
        Measurement(
            observable_id=row.observable,
            experiment_id=experiments[row.treatment].id,
            time=row.time,
            value=row.value,
            observable_parameters=own[row.observable, row.experiment],
            noise_parameters=own[row.observable, row.experiment]
            if observable[row.observable].noise_placeholders
            else (),
            source=row.source,
            censored=row.censored,
        )
        for row in measurements
    )
