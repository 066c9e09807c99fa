"""Measurements of one observable with scales of their own in each blot, apart: each blot an observable of its own.

Where an experiment of the model was measured on several blots, its expected signal is another number on each. Figures
and time courses that had one curve for it would show that of the first blot beside the values of all.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from jakstat.files import with_digest
from jakstat.problem.formulas import entity, names_of, with_values
from jakstat.problem.records import Measurement, Observable, ProblemTables


def scales_apart(tables: ProblemTables) -> ProblemTables:
    """Return a problem in which each observable has one scale in each experiment.

    Parameters
    ----------
    tables : ProblemTables

    Returns
    -------
    ProblemTables
        Measurements in the same order. An observable of which an experiment has values under several scales becomes
        one observable a scale, its id with a digest of the scale's parameters, its name with theirs; the same problem
        where there is none.
    """
    by_experiment: dict[tuple[str, str], set[tuple]] = defaultdict(set)
    for measurement in tables.measurements:
        key = measurement.observable_id, measurement.experiment_id
        by_experiment[key].add(measurement.observable_parameters)
    mixed = {observable for (observable, _), scales in by_experiment.items() if len(scales) > 1}
    if not mixed:
        return tables
    names = {parameter.id: parameter.name for parameter in tables.parameters}
    made: dict[str, dict[str, str]] = {observable: {} for observable in mixed}
    measurements = []
    for measurement in tables.measurements:
        if measurement.observable_id in mixed:
            own = _own_id(measurement)
            made[measurement.observable_id].setdefault(own, _scale_name(measurement, names))
            measurement = replace(measurement, observable_id=own)
        measurements.append(measurement)
    observables = [
        apart
        for observable in tables.observables
        for apart in (_each_scale(observable, made[observable.id]) if observable.id in mixed else (observable,))
    ]
    return replace(tables, observables=tuple(observables), measurements=tuple(measurements))


def _each_scale(observable: Observable, scales: Mapping[str, str]) -> Iterator[Observable]:
    """Yield an observable once for each of its scales, by id with the scale's name."""
    for own, name in scales.items():
        yield replace(
            observable,
            id=own,
            name=f"{observable.name or observable.id}, {name}",
            noise_formula=with_values(observable.noise_formula, {observable.id: entity(own)}),
        )


def _own_id(measurement: Measurement) -> str:
    """Return the id of the observable that a measurement's observable is under its scale."""
    scale = [str(value) for value in measurement.observable_parameters]
    return with_digest(measurement.observable_id, [measurement.observable_id, *scale])


def _scale_name(measurement: Measurement, names: Mapping[str, str]) -> str:
    """Return what people call a scale: the blot, or the values of its parameters."""
    said = []
    for value in measurement.observable_parameters:
        named = [names.get(name) or name for name in sorted(names_of(value))]
        said += [name.partition(", ")[2] or name for name in named] or [str(value)]
    return ", ".join(dict.fromkeys(said))
