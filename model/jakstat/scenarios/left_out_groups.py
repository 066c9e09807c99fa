"""Groups of dose responses that a fit is made without: a cell line or an inhibitor.

A group's parameters stay in the problem and keep their priors, so that draws of a fit without it have the parameters of
the whole fit's and predict the group's dose responses as those do.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jakstat.problem import ProblemTables, StudyMeasurement, unknown_name_needed
from jakstat.scenarios.study_scenarios import StudyScenarios

GROUPS = ("cell_line", "inhibitor")


def dose_responses_by(
    measurements: Sequence[StudyMeasurement], observable: str, by: str
) -> tuple[list[StudyMeasurement], np.ndarray]:
    """Return the measurements of an observable under one inhibitor, and the group of each.

    Raises
    ------
    ValueError
        ``by`` is neither cell_line nor inhibitor.
    """
    if by not in GROUPS:
        raise ValueError(f"leave out: found {by!r}; needed: one of {', '.join(GROUPS)}")
    found = [
        measurement
        for measurement in measurements
        if measurement.observable == observable and len(measurement.treatment.inhibitors) == 1
    ]
    labels = [
        measurement.treatment.cell_line if by == "cell_line" else measurement.treatment.inhibitors[0][0]
        for measurement in found
    ]
    return found, np.array(labels)


def tables_without(scenarios: StudyScenarios, observable: str, by: str, group: str) -> ProblemTables:
    """Return the problem of a study without the dose responses of a group.

    Parameters
    ----------
    scenarios : StudyScenarios
    observable : str
        Of the dose responses.
    by : {"cell_line", "inhibitor"}
    group : str

    Raises
    ------
    ValueError
        There is no such group, or nothing but it.
    """
    tables = scenarios.tables
    found, labels = dose_responses_by(scenarios.measurements, observable, by)
    if group not in labels:
        needed = unknown_name_needed(group, set(labels), f"a {by} with measurements of {observable}")
        raise ValueError(f"leave out {by}: found {group!r}; needed: {needed}")
    left_out = {id(measurement) for measurement, label in zip(found, labels, strict=True) if label == group}
    kept = tuple(
        measurement
        for measurement, in_study in zip(tables.measurements, scenarios.measurements, strict=True)
        if id(in_study) not in left_out
    )
    if not kept:
        raise ValueError(f"leave out {by} {group}: found no other measurements; needed: some to fit")
    named = {measurement.experiment_id for measurement in kept}
    return replace(
        tables,
        measurements=kept,
        experiments=tuple(experiment for experiment in tables.experiments if experiment.id in named),
    )
