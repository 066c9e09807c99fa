"""Which observables are measured over time and which over doses: they are predicted and drawn in different ways.

An observable is measured over doses where some of its experiments have an inhibitor and none is measured at more than
one time: a viability after three days, for instance. All others are measured over time.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from jakstat.problem.records import ProblemTables


def measured_over_doses(tables: ProblemTables) -> ProblemTables:
    """Return a problem with the observables that are measured over doses, their experiments and measurements."""
    return _with_observables(tables, _dose_responses(tables))


def measured_over_time(tables: ProblemTables) -> ProblemTables:
    """Return a problem without what :func:`measured_over_doses` holds; the same problem where that holds nothing."""
    over_doses = _dose_responses(tables)
    if not over_doses:
        return tables
    return _with_observables(tables, {observable.id for observable in tables.observables} - over_doses)


def measured_responses(tables: ProblemTables) -> pd.DataFrame:
    """Return the measurements that are relative to no drug, of one inhibitor each, as rows.

    Returns
    -------
    DataFrame
        Columns ``observable``, ``cells`` (the cell line), ``drug``, ``dose_nM``, ``value``; of observables without unit
        that are measured over doses, in cells without a stimulus, whose values are no bounds.
    """
    of_doses = measured_over_doses(tables)
    relative = {observable.id for observable in of_doses.observables if observable.unit == "1"}
    alone = {
        experiment.id: experiment
        for experiment in of_doses.experiments
        if len(experiment.inhibitors) == 1 and not experiment.stimulus
    }
    rows = [
        (
            measurement.observable_id,
            alone[measurement.experiment_id].cell_line,
            *alone[measurement.experiment_id].inhibitors[0],
            measurement.value,
        )
        for measurement in of_doses.measurements
        if measurement.observable_id in relative and measurement.experiment_id in alone and not measurement.censored
    ]
    return pd.DataFrame(rows, columns=["observable", "cells", "drug", "dose_nM", "value"])


def _dose_responses(tables: ProblemTables) -> set[str]:
    """Return the ids of observables that are measured over doses."""
    inhibited = {experiment.id for experiment in tables.experiments if experiment.inhibitors}
    times: dict[str, dict[str, set[float]]] = defaultdict(lambda: defaultdict(set))
    for measurement in tables.measurements:
        times[measurement.observable_id][measurement.experiment_id].add(measurement.time)
    return {
        observable
        for observable, by_experiment in times.items()
        if inhibited & set(by_experiment) and all(len(measured) == 1 for measured in by_experiment.values())
    }


def _with_observables(tables: ProblemTables, chosen: Collection[str]) -> ProblemTables:
    measurements = tuple(measurement for measurement in tables.measurements if measurement.observable_id in chosen)
    measured = {measurement.experiment_id for measurement in measurements}
    return replace(
        tables,
        observables=tuple(observable for observable in tables.observables if observable.id in chosen),
        experiments=tuple(experiment for experiment in tables.experiments if experiment.id in measured),
        measurements=measurements,
    )
