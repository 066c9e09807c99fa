"""A checked study as a PEtab 2 problem, which other tools read.

What PEtab 2 has no word for stands in columns of its own: unit and source of parameters, ``censored`` of measurements,
``degreesOfFreedom`` of observables whose noise is Student's t (their distribution says normal).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sympy as sp
from petab import v2
from petab.v2.models.sbml_model import SbmlModel

from jakstat.files import with_digest
from jakstat.problem.formulas import entity
from jakstat.problem.identifiers import id_of_experiment_name
from jakstat.problem.records import Measurement, Observable, Parameter
from jakstat.problem.reference import Reference
from jakstat.problem.study.description import Study
from jakstat.problem.study.study_experiments import StudyExperiment
from jakstat.problem.study.study_measurements import StudyMeasurement
from jakstat.problem.study.study_treatments import Treatment


@dataclass(frozen=True)
class CheckedStudy:
    """A study without faults.

    ``of_experiment`` holds, by observable, the parameters that have a value for each experiment; their placeholders
    are the observable's. ``reference`` are the tables of its ``cells`` section, ``wild_type`` what
    :func:`jakstat.problem.study.study_experiments.wild_type_ids` returned, ``without`` what ``experiments_of`` takes,
    ``imported`` the files that the model imports, ``notes`` what was decided for the user.
    """

    study: Study
    sbml: str
    parameters: tuple[Parameter, ...]
    observables: tuple[Observable, ...]
    measurements: tuple[StudyMeasurement, ...]
    experiments: Mapping[Treatment, StudyExperiment]
    of_experiment: Mapping[str, tuple[str, ...]]
    reference: Reference | None
    wild_type: Mapping[str, str]
    without: Mapping[str, sp.Expr]
    imported: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def per_experiment_id(parameter: str, experiment: str) -> str:
    """Return the id of an observable's parameter in one experiment of the tables."""
    name = id_of_experiment_name(experiment)
    readable = f"{parameter}_of_{name}"
    # scale of "x of y" and scale_of_x of "y" are two.
    return readable if "_of_" not in name else with_digest(readable, [parameter, experiment])


def petab_problem(checked: CheckedStudy, *, one_of_each_kind: bool = False) -> v2.Problem:
    """Return a checked study as a PEtab 2 problem.

    Parameters
    ----------
    checked : CheckedStudy
    one_of_each_kind : bool
        Whether only one measurement of each observable in each experiment is in it, which is all that libpetab's
        checks depend on.
    """
    study = checked.study
    model = SbmlModel.from_string(checked.sbml, model_id=study.id)
    model.rel_path = f"{study.id}.xml"
    conditions, experiments = _experiments(checked)
    return v2.Problem(
        config=v2.ProblemConfig(id=study.id, format_version="2.0.0", filepath=f"{study.id}.yaml"),
        models=[model],
        condition_tables=[conditions],
        experiment_tables=[experiments],
        observable_tables=[v2.ObservableTable([_observable(one) for one in checked.observables],
                                              rel_path="observables.tsv")],
        measurement_tables=[_measurements(checked, one_of_each_kind)],
        parameter_tables=[v2.ParameterTable([_parameter(one) for one in checked.parameters],
                                            rel_path="parameters.tsv")],
    )  # fmt: skip


def _experiments(checked: CheckedStudy) -> tuple[v2.ConditionTable, v2.ExperimentTable]:
    """Return conditions and experiments; periods that set the same share a condition."""
    conditions: dict[tuple, v2.Condition] = {}
    experiments = []
    for one in checked.experiments.values():
        periods = []
        for number, (start, changes) in enumerate(one.periods):
            if not changes:
                periods.append(v2.ExperimentPeriod(time=start, condition_ids=[]))
                continue
            key = tuple(sorted(changes.items(), key=lambda item: item[0]))
            if key not in conditions:
                last = number == len(one.periods) - 1
                # No id of an experiment ends like this, so that no two conditions are called the same.
                name = f"condition_{one.id}" if last else f"condition_{one.id}__period_{number}"
                targets = [v2.Change(target_id=target, target_value=_value(value)) for target, value in changes.items()]
                conditions[key] = v2.Condition(id=name, changes=targets)
            periods.append(v2.ExperimentPeriod(time=start, condition_ids=[conditions[key].id]))
        experiments.append(v2.Experiment(id=one.id, periods=periods))
    return (
        v2.ConditionTable(list(conditions.values()), rel_path="conditions.tsv"),
        v2.ExperimentTable(experiments, rel_path="experiments.tsv"),
    )


def _value(value: sp.Expr) -> sp.Expr | float:
    """Return a plain number as one."""
    return float(value) if value.is_number else value


def measurements_of(checked: CheckedStudy) -> list[Measurement]:
    """Return the measurements of a checked study, each with what its observable has of its own in its experiment."""
    observables = {one.id: one for one in checked.observables}
    own: dict[tuple[str, str], tuple[sp.Expr, ...]] = {}

    def parameters_of(one: StudyMeasurement) -> tuple[sp.Expr, ...]:
        key = one.observable, one.experiment
        if key not in own:
            names = checked.of_experiment.get(one.observable, ())
            own[key] = tuple(entity(per_experiment_id(name, one.experiment)) for name in names)
        return own[key]

    return [
        Measurement(
            observable_id=one.observable,
            experiment_id=checked.experiments[one.treatment].id,
            time=one.time,
            value=one.value,
            observable_parameters=parameters_of(one) if observables[one.observable].observable_placeholders else (),
            noise_parameters=parameters_of(one) if observables[one.observable].noise_placeholders else (),
            source=one.source,
            censored=one.censored,
        )
        for one in checked.measurements
    ]


def _measurements(checked: CheckedStudy, one_of_each_kind: bool) -> v2.MeasurementTable:
    """Return the measurement table."""
    records = measurements_of(checked)
    if one_of_each_kind:
        records = list({(one.observable_id, one.experiment_id, one.observable_parameters, one.noise_parameters): one
                        for one in records}.values())  # fmt: skip
    return v2.MeasurementTable([_measurement(one) for one in records], rel_path="measurements.tsv")


def _measurement(one: Measurement) -> v2.Measurement:
    """Return a measurement as PEtab has it."""
    beside = {"censored": one.censored} if one.censored else {}
    return v2.Measurement(
        observable_id=one.observable_id,
        experiment_id=one.experiment_id,
        time=one.time,
        measurement=one.value,
        observable_parameters=list(one.observable_parameters),
        noise_parameters=list(one.noise_parameters),
        **beside,
    )


def _observable(observable: Observable) -> v2.Observable:
    """Return an observable as PEtab has it."""
    is_t = observable.noise_distribution == "student-t"
    beside = {"degreesOfFreedom": observable.degrees_of_freedom} if is_t else {}
    return v2.Observable(
        id=observable.id,
        name=observable.name,
        formula=observable.formula,
        noise_formula=observable.noise_formula,
        noise_distribution="normal" if is_t else observable.noise_distribution,
        observable_placeholders=list(observable.observable_placeholders),
        noise_placeholders=list(observable.noise_placeholders),
        **beside,
    )


def _parameter(parameter: Parameter) -> v2.Parameter:
    """Return a parameter as PEtab has it, with unit and source in columns of their own."""
    prior = parameter.prior
    beside = {"unit": parameter.unit, "priorSource": "" if prior is None else prior.source}
    if parameter.name:
        beside["name"] = parameter.name
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
