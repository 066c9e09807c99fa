"""Any problem as PEtab 2, which other tools read.

What PEtab 2 has no word for stands in columns of its own: unit and source of parameters, ``censored`` of measurements,
``degreesOfFreedom`` of observables whose noise is Student's t (their distribution says normal). Units of observables,
what was done in an experiment, and where a measurement was read are not given away.
"""

import sympy as sp
from petab import v2
from petab.v2.models.sbml_model import SbmlModel

from jakstat.files import UnsupportedError
from jakstat.problem.records import Experiment, Measurement, Observable, Parameter, ProblemTables


def petab_problem(tables: ProblemTables) -> v2.Problem:
    """Return a problem as PEtab 2.

    Parameters
    ----------
    tables : ProblemTables
        As a reader returned it.

    Returns
    -------
    petab.v2.Problem
        Its ``to_files(target)`` writes ``<id>.yaml``, ``<id>.xml`` and a file a table. Periods that set the same share
        a condition, which has the id of the first experiment with it.

    Raises
    ------
    UnsupportedError
        An experiment resets parameters after its pre-equilibration, as those of PEtab 1 do.
    """
    resetting = [
        experiment.id
        for experiment in tables.experiments
        if any(period.resets_parameters for period in experiment.periods)
    ]
    if resetting:
        raise UnsupportedError(f"{tables.id}: experiments {', '.join(resetting)} reset parameters, as in PEtab 1 only")
    model = SbmlModel.from_string(tables.sbml, model_id=tables.id)
    model.rel_path = f"{tables.id}.xml"
    conditions, experiments = _conditions_and_experiments(tables.experiments)
    observables = [_observable(observable) for observable in tables.observables]
    measurements = [_measurement(measurement) for measurement in tables.measurements]
    parameters = [_parameter(parameter) for parameter in tables.parameters]
    return v2.Problem(
        config=v2.ProblemConfig(id=tables.id, format_version="2.0.0", filepath=f"{tables.id}.yaml"),
        models=[model],
        condition_tables=[v2.ConditionTable(conditions, rel_path="conditions.tsv")],
        experiment_tables=[v2.ExperimentTable(experiments, rel_path="experiments.tsv")],
        observable_tables=[v2.ObservableTable(observables, rel_path="observables.tsv")],
        measurement_tables=[v2.MeasurementTable(measurements, rel_path="measurements.tsv")],
        parameter_tables=[v2.ParameterTable(parameters, rel_path="parameters.tsv")],
    )


def _conditions_and_experiments(experiments: tuple[Experiment, ...]) -> tuple[list[v2.Condition], list[v2.Experiment]]:
    """Return the tables of conditions and of experiments."""
    conditions: dict[tuple[tuple[str, sp.Expr], ...], v2.Condition] = {}
    simulated = []
    for experiment in experiments:
        periods = []
        for number, period in enumerate(experiment.periods):
            key = tuple(sorted(period.changes.items(), key=lambda item: item[0]))
            if key and key not in conditions:
                is_last = number == len(experiment.periods) - 1
                # No id of an experiment ends like this, so that no two conditions are called the same.
                name = f"condition_{experiment.id}" if is_last else f"condition_{experiment.id}__period_{number}"
                changes = [v2.Change(target_id=target, target_value=value) for target, value in period.changes.items()]
                conditions[key] = v2.Condition(id=name, changes=changes)
            names = [conditions[key].id] if key else []
            periods.append(v2.ExperimentPeriod(time=period.start, condition_ids=names))
        simulated.append(v2.Experiment(id=experiment.id, periods=periods))
    return list(conditions.values()), simulated


def _measurement(measurement: Measurement) -> v2.Measurement:
    """Return a measurement as PEtab has it."""
    beside = {"censored": measurement.censored} if measurement.censored else {}
    return v2.Measurement(
        observable_id=measurement.observable_id,
        experiment_id=measurement.experiment_id,
        time=measurement.time,
        measurement=measurement.value,
        observable_parameters=list(measurement.observable_parameters),
        noise_parameters=list(measurement.noise_parameters),
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
