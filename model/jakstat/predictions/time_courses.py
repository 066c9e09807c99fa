"""Dense time courses of the expected signals of a study's own experiments, for bands through the data."""

import numpy as np
import xarray as xr

from jakstat.predictions.fit import thin_posterior
from jakstat.predictions.signals import ask_for_signals, signals_over_draws
from jakstat.problem import (
    PROBLEM_DIGESTS,
    ProblemTables,
    measured_over_time,
    problem_digests,
    require_same_problem,
    scales_apart,
)
from jakstat.statistics import SolverSettings


def predict_time_courses(
    tables: ProblemTables, tree: xr.DataTree, solver: SolverSettings, n_times: int = 61, n_draws: int = 400
) -> xr.Dataset:
    """Predict the signal of every observable in every experiment that measures it over time, at evenly chosen draws.

    Observables that are measured over doses (:func:`jakstat.problem.measured_over_doses`) have no time course.

    Parameters
    ----------
    tables : ProblemTables
    tree : DataTree
        As ``sample_posterior`` returns it.
    solver : SolverSettings
    n_times : int
        Points from the first start to the last measurement; the steady state (time inf) is one more where the study
        measures it.
    n_draws : int
        Draws that are used in all.

    Returns
    -------
    Dataset
        ``signal`` (chain, draw, observable, experiment, time); NaN where an experiment does not measure an observable,
        has not begun, or is not measured at its steady state. Observables are those of
        :func:`jakstat.problem.scales_apart`: one for each blot where several have an experiment.

    Raises
    ------
    UnusableFileError
        The draws belong to another problem.
    """
    require_same_problem(tree, tables)
    digests = problem_digests(tables)
    tables = measured_over_time(scales_apart(tables))
    posterior = thin_posterior(tree, n_draws)
    times = _times(tables, n_times)
    pairs = sorted({(measurement.observable_id, measurement.experiment_id) for measurement in tables.measurements})
    starts = {experiment.id: experiment.start for experiment in tables.experiments}
    steady = {
        (measurement.observable_id, measurement.experiment_id)
        for measurement in tables.measurements
        if measurement.time == np.inf
    }
    wanted = [
        (*pair, time)
        for pair in pairs
        for time in times.tolist()
        if time >= starts[pair[1]] and (time < np.inf or pair in steady)
    ]
    request = ask_for_signals(tables, tables.experiments, wanted)
    shape = posterior.values.shape[:2]
    draws = posterior.values.reshape(-1, posterior.values.shape[2])
    values = signals_over_draws(request, draws, solver) if wanted else np.empty((len(draws), 0))
    values = values.reshape(*shape, len(wanted))
    observables = [observable.id for observable in tables.observables]
    experiments = [experiment.id for experiment in tables.experiments]
    signal = np.full((*shape, len(observables), len(experiments), len(times)), np.nan)
    place = {time: number for number, time in enumerate(times.tolist())}
    for number, (observable, experiment, time) in enumerate(wanted):
        signal[:, :, observables.index(observable), experiments.index(experiment), place[time]] = values[:, :, number]
    return xr.Dataset(
        {"signal": (("chain", "draw", "observable", "experiment", "time"), signal)},
        coords={
            **posterior.coords,
            "observable": observables,
            "experiment": experiments,
            "time": ("time", times, {"units": tables.time_unit}),
        },
        attrs={PROBLEM_DIGESTS: digests},
    )


def _times(tables: ProblemTables, n_times: int) -> np.ndarray:
    """Return the times of the courses, in order."""
    start = min((experiment.start for experiment in tables.experiments), default=0.0)
    last = max(
        (measurement.time for measurement in tables.measurements if np.isfinite(measurement.time)), default=start
    )
    steady = [np.inf] if any(measurement.time == np.inf for measurement in tables.measurements) else []
    return np.unique([*np.linspace(start, last, n_times), *steady])
