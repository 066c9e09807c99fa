"""A study folder (``study.yaml``, a table of measurements, a table of parameters, a model) to :class:`ProblemTables`.

The folder is checked whole, turned into a PEtab 2 problem in memory and read from there like any other PEtab problem,
so that it can be given away as one: ``study_to_petab(folder).to_files(target)``.
"""

from dataclasses import dataclass
from pathlib import Path

from petab import v2
from petab.v2.models.sbml_model import SbmlModel

from jakstat.problem.faults import DataFaultsError, Fault
from jakstat.problem.formulas import checked_formula, names_of, unknown_name_needed
from jakstat.problem.model_text import ModelEntities, model_entities, read_model
from jakstat.problem.petab_checks import NOISE
from jakstat.problem.petab_tables import Annotations, lint_faults, tables_of
from jakstat.problem.records import Observable, Parameter, ProblemTables
from jakstat.problem.study_description import Study, StudyObservable, read_description
from jakstat.problem.study_measurements import (
    StudyMeasurement,
    experiment_id,
    experiment_label,
    read_measurements,
)
from jakstat.problem.study_parameters import check_parameter_ids, read_parameters
from jakstat.problem.text_table import sha256_of


@dataclass(frozen=True)
class _CheckedStudy:
    """A study without faults."""

    study: Study
    sbml: str
    parameters: tuple[Parameter, ...]
    observables: tuple[Observable, ...]
    measurements: tuple[StudyMeasurement, ...]

    @property
    def doses(self) -> list[tuple[float, ...]]:
        """The combinations of doses that were measured, in increasing order."""
        return sorted({one.dose for one in self.measurements})


def read_study(folder: str | Path) -> ProblemTables:
    """Read a study folder.

    Parameters
    ----------
    folder : str or Path
        The folder that holds ``study.yaml``.

    Returns
    -------
    ProblemTables

    Raises
    ------
    DataFaultsError
        The folder has faults; the error lists them all.
    """
    checked = _check(Path(folder))
    study = checked.study
    problem = _petab_problem(checked)
    faults = lint_faults(problem, str(study.file))
    if faults:
        raise DataFaultsError(faults)
    files = (study.file, study.model, study.measurements, study.parameters)
    annotations = Annotations(
        id=study.id,
        sbml=checked.sbml,
        priors={one.id: one.prior for one in checked.parameters if one.prior is not None},
        measurement_sources=[one.source for one in checked.measurements],
        scales={one.id: one.scale for one in checked.parameters},
        parameter_units={one.id: one.unit for one in checked.parameters},
        observable_units={one.id: one.unit for one in checked.observables},
        experiment_labels={experiment_id(study, dose): experiment_label(study, dose) for dose in checked.doses},
        time_unit=study.time_unit,
        title=study.title,
        citation=f"{study.citation} doi:{study.doi}" if study.doi else study.citation,
        data_digests={file.name: sha256_of(file) for file in files},
    )
    return tables_of(problem, annotations)


def study_to_petab(folder: str | Path) -> v2.Problem:
    """Return a study folder as a PEtab 2 problem.

    Parameters
    ----------
    folder : str or Path
        The folder that holds ``study.yaml``.

    Returns
    -------
    petab.v2.Problem
        Its ``to_files(target)`` writes the problem, ``<study id>.yaml`` first of all.

    Raises
    ------
    DataFaultsError
        The folder has faults; the error lists them all.
    """
    return _petab_problem(_check(Path(folder)))


def _check(folder: Path) -> _CheckedStudy:
    """Read all files of a study and raise DataFaultsError with every fault of all of them."""
    faults: list[Fault] = []
    study = read_description(folder, faults)
    if study is None:
        raise DataFaultsError(faults)
    sbml = read_model(study.model, faults) if study.model != folder else None
    parameters = read_parameters(study.parameters, faults) if study.parameters != folder else None
    measurements = read_measurements(study, faults) if study.measurements != folder else None
    observables: list[Observable] = []
    if sbml is not None and parameters is not None:
        entities = model_entities(sbml)
        _check_units(study, entities, faults)
        observables = [
            one for text in study.observables if (one := _observable_of(text, study, entities, parameters.ids, faults))
        ]
        formulas = [formula for one in observables for formula in (one.formula, one.noise_formula)]
        names = {name for formula in formulas for name in names_of(formula)}
        targets = {one.sets for one in study.conditions}
        if len(observables) == len(study.observables):
            check_parameter_ids(study.parameters, parameters.ids, entities, names, targets, faults)
    if faults or sbml is None or parameters is None or measurements is None:
        raise DataFaultsError(faults)
    return _CheckedStudy(study, sbml, parameters.parameters, tuple(observables), measurements)


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


def _observable_of(
    text: StudyObservable, study: Study, entities: ModelEntities, parameter_ids: frozenset[str], faults: list[Fault]
) -> Observable | None:
    """Return an observable with its formulas parsed, or None after adding its faults."""
    before = len(faults)
    path = ("observables", text.id)
    if text.id in entities.taken:
        faults.append(study.fault(path, f"{text.id!r}, an id of the model", f"an id of its own, like {text.id}_signal"))
    if text.distribution not in NOISE[2]:
        faults.append(study.fault((*path, "distribution"), repr(text.distribution), f"one of {', '.join(NOISE[2])}"))
    known = entities.names | parameter_ids | {"time"}
    what = f"an id of {study.model.name} or {study.parameters.name}"
    places = {
        key: (str(study.file), study.lines.get((*path, key)), ".".join((*path, key))) for key in ("formula", "noise")
    }
    formula = checked_formula(text.formula, places["formula"], known, what, faults)
    noise = checked_formula(text.noise, places["noise"], known | {text.id}, what, faults)
    if len(faults) > before or formula is None or noise is None:
        return None
    return Observable(text.id, formula, noise, text.distribution, name=text.label or text.id, unit=text.unit)


def _petab_problem(checked: _CheckedStudy) -> v2.Problem:
    """Return a checked study as a PEtab 2 problem."""
    study = checked.study
    ids = {dose: experiment_id(study, dose) for dose in checked.doses}
    model = SbmlModel.from_string(checked.sbml, model_id=study.id)
    model.rel_path = f"{study.id}.xml"
    return v2.Problem(
        config=v2.ProblemConfig(id=study.id, format_version="2.0.0", filepath=f"{study.id}.yaml"),
        models=[model],
        condition_tables=[_conditions(study, ids)],
        experiment_tables=[_experiments(study, ids)],
        observable_tables=[v2.ObservableTable([_petab_observable(one) for one in checked.observables],
                                              rel_path="observables.tsv")],
        measurement_tables=[_measurements(checked, ids)],
        parameter_tables=[v2.ParameterTable([_petab_parameter(one) for one in checked.parameters],
                                            rel_path="parameters.tsv")],
    )  # fmt: skip


def _conditions(study: Study, ids: dict[tuple[float, ...], str]) -> v2.ConditionTable | None:
    """Return a condition per combination of doses."""
    conditions = [
        v2.Condition(
            id=f"condition_{name}",
            changes=[
                v2.Change(target_id=one.sets, target_value=value)
                for one, value in zip(study.conditions, dose, strict=True)
            ],
        )
        for dose, name in ids.items()
    ]
    return v2.ConditionTable(conditions if study.conditions else [], rel_path="conditions.tsv")


def _experiments(study: Study, ids: dict[tuple[float, ...], str]) -> v2.ExperimentTable:
    """Return an experiment per combination of doses, which starts at time 0."""
    return v2.ExperimentTable(
        [
            v2.Experiment(
                id=name,
                periods=[
                    v2.ExperimentPeriod(time=0.0, condition_ids=[f"condition_{name}"] if study.conditions else [])
                ],
            )
            for name in ids.values()
        ],
        rel_path="experiments.tsv",
    )


def _measurements(checked: _CheckedStudy, ids: dict[tuple[float, ...], str]) -> v2.MeasurementTable:
    """Return the measurement table."""
    return v2.MeasurementTable(
        [
            v2.Measurement(
                observable_id=one.observable, experiment_id=ids[one.dose], time=one.time, measurement=one.value
            )
            for one in checked.measurements
        ],
        rel_path="measurements.tsv",
    )


def _petab_observable(observable: Observable) -> v2.Observable:
    """Return an observable as PEtab has it."""
    return v2.Observable(
        id=observable.id,
        name=observable.name,
        formula=observable.formula,
        noise_formula=observable.noise_formula,
        noise_distribution=observable.noise_distribution,
    )


def _petab_parameter(parameter: Parameter) -> v2.Parameter:
    """Return a parameter as PEtab has it, with unit and source in columns of their own."""
    prior = parameter.prior
    beside = {"unit": parameter.unit, "priorSource": "" if prior is None else prior.source}
    if prior is None:
        return v2.Parameter(id=parameter.id, nominal_value=parameter.nominal, estimate=False, **beside)
    return v2.Parameter(
        id=parameter.id,
        lb=prior.lower,
        ub=prior.upper,
        nominal_value=parameter.nominal,
        estimate=True,
        prior_distribution=prior.distribution,
        prior_parameters=list(prior.parameters),
        **beside,
    )
