"""The last step of reading PEtab: libpetab's problem of version 2 to :class:`ProblemTables`.

What PEtab 2 has no column for (scales, where a value was read, why a prior is what it is) comes beside it.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from petab import v2
from petab.v2.lint import ValidationIssueSeverity

from jakstat.files import Fault
from jakstat.problem.records import Experiment, Measurement, Observable, Parameter, Period, Prior, ProblemTables


@dataclass(frozen=True)
class Annotations:
    """What is known of a problem beside its PEtab 2 tables.

    Parameters
    ----------
    id, sbml, time_unit, title, data_digests, notes
        As in :class:`ProblemTables`.
    priors : mapping of str to Prior
        The prior of each estimated parameter.
    scales : mapping of str to str
        Scale by parameter id, where there is one.
    experiment_labels : mapping of str to str
        A label for people by experiment id.
    resets_parameters : bool
        Whether a condition after a pre-equilibration sets parameters that it does not name to the model's values
        (PEtab 1), or leaves them (PEtab 2).
    """

    id: str
    sbml: str
    priors: Mapping[str, Prior]
    scales: Mapping[str, str]
    experiment_labels: Mapping[str, str]
    resets_parameters: bool
    time_unit: str
    title: str
    data_digests: Mapping[str, str]
    notes: tuple[str, ...]


def lint_faults(problem: v2.Problem, file: str, no_errors: Collection[tuple[str, str]]) -> list[Fault]:
    """Return a fault for each error of libpetab's own validation; they name the file, not the line.

    Parameters
    ----------
    problem : petab.v2.Problem
    file : str
        Its file, for the faults.
    no_errors : collection of (str, str)
        Names of checks and parts of messages: such errors are left out.
    """
    return [
        Fault(file, None, "", " ".join(issue.message.split()), "a valid PEtab problem")
        for issue in problem.validate()
        if issue.level >= ValidationIssueSeverity.ERROR
        and not any(issue.task == task and part in issue.message for task, part in no_errors)
    ]


def tables_of(problem: v2.Problem, measurements: Sequence[Measurement], annotations: Annotations) -> ProblemTables:
    """Return the records of a checked problem.

    Parameters
    ----------
    problem : petab.v2.Problem
        A valid problem with one model; of its measurements it may hold some only.
    measurements : sequence of Measurement
        All of them; one whose experiment is empty belongs to the model as it is.
    annotations : Annotations
        What the PEtab tables do not say.
    """
    taken = {experiment.id for experiment in problem.experiments}
    nameless = "model_as_it_is" if "experiment" in taken else "experiment"
    while nameless in taken:
        nameless += "_"
    measured = {measurement.experiment_id for measurement in measurements}
    experiments = [
        _experiment_of(experiment, problem, annotations)
        for experiment in problem.experiments
        if experiment.id in measured
    ]
    if "" in measured:
        label = annotations.experiment_labels.get("", "the model as it is")
        experiments.append(Experiment(nameless, (Period(0.0),), label))
    idle = [experiment.id for experiment in problem.experiments if experiment.id not in measured]
    notes = annotations.notes
    if idle:
        notes += (f"Left out, because nothing was measured in them: experiments {', '.join(idle)}.",)
    return ProblemTables(
        id=annotations.id,
        sbml=annotations.sbml,
        parameters=tuple(_parameter_of(parameter, annotations) for parameter in problem.parameters),
        observables=tuple(map(_observable_of, problem.observables)),
        experiments=tuple(experiments),
        measurements=tuple(
            measurement if measurement.experiment_id else replace(measurement, experiment_id=nameless)
            for measurement in measurements
        ),
        time_unit=annotations.time_unit,
        title=annotations.title,
        data_digests=annotations.data_digests,
        notes=notes,
    )


def _experiment_of(experiment: v2.Experiment, problem: v2.Problem, annotations: Annotations) -> Experiment:
    """Return an experiment with the changes of all conditions of each period.

    Where nothing is said to follow a pre-equilibration, the model as it is then goes on from time 0.
    """
    conditions = {condition.id: condition for condition in problem.conditions}
    periods: list[Period] = []
    for period in experiment.sorted_periods:
        changes = [change for name in period.condition_ids for change in conditions[name].changes]
        periods.append(
            Period(
                float(period.time),
                {change.target_id: change.target_value for change in changes},
                resets_parameters=annotations.resets_parameters and bool(periods),
            )
        )
    if periods[-1].start == -math.inf:
        periods.append(Period(0.0))
    return Experiment(experiment.id, tuple(periods), annotations.experiment_labels.get(experiment.id, ""))


def _parameter_of(parameter: v2.Parameter, annotations: Annotations) -> Parameter:
    """Return a parameter with its prior and scale."""
    return Parameter(
        id=parameter.id,
        nominal=None if parameter.nominal_value is None else float(parameter.nominal_value),
        prior=annotations.priors.get(parameter.id),
        name=parameter.name or "",
        scale=annotations.scales.get(parameter.id, "lin"),
    )


def _observable_of(observable: v2.Observable) -> Observable:
    """Return an observable."""
    return Observable(
        id=observable.id,
        formula=observable.formula,
        noise_formula=observable.noise_formula,
        noise_distribution=str(observable.noise_distribution),
        observable_placeholders=tuple(placeholder.name for placeholder in observable.observable_placeholders),
        noise_placeholders=tuple(placeholder.name for placeholder in observable.noise_placeholders),
        name=observable.name or "",
    )
