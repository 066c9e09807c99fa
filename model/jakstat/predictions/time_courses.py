"""Dense time courses of the expected signals of a study's own experiments, for bands through the data."""

import numpy as np
import xarray as xr

from jakstat.predictions.signals import ask_for_signals, signals_over_draws
from jakstat.problem import ProblemTables
from jakstat.statistics import SolverSettings


def predict_time_courses(
    tables: ProblemTables, tree: xr.DataTree, solver: SolverSettings, n_times: int = 61, n_draws: int = 100
) -> xr.Dataset:
    """Predict the signal of every observable in every experiment that measures it, over evenly chosen draws.

    Parameters
    ----------
    tables : ProblemTables
    tree : DataTree
        With ``posterior`` (``parameter_value``; chain, draw, parameter).
    solver : SolverSettings
    n_times : int
        Points from the first start to the last measurement.
    n_draws : int
        Draws of each chain that are used.

    Returns
    -------
    Dataset
        ``signal`` (chain, draw, observable, experiment, time); NaN where an experiment does not measure an observable.
    """
    posterior = tree["posterior"].dataset["parameter_value"].transpose("chain", "draw", "parameter")
    chosen = np.unique(np.linspace(0, posterior.sizes["draw"] - 1, min(n_draws, posterior.sizes["draw"])).astype(int))
    posterior = posterior.isel(draw=chosen)
    start = min(one.start for one in tables.experiments)
    last = max((one.time for one in tables.measurements if np.isfinite(one.time)), default=start)
    times = np.linspace(start, last, n_times)
    pairs = sorted({(one.observable_id, one.experiment_id) for one in tables.measurements})
    wanted = [(observable, experiment, time) for observable, experiment in pairs for time in times.tolist()]
    request = ask_for_signals(tables, tables.experiments, wanted)
    draws = posterior.to_numpy().reshape(-1, posterior.sizes["parameter"])
    values = signals_over_draws(request, draws, solver).reshape(*posterior.shape[:2], len(pairs), n_times)
    observables = [one.id for one in tables.observables]
    experiments = [one.id for one in tables.experiments]
    signal = np.full((*posterior.shape[:2], len(observables), len(experiments), n_times), np.nan)
    for number, (observable, experiment) in enumerate(pairs):
        signal[:, :, observables.index(observable), experiments.index(experiment)] = values[:, :, number]
    return xr.Dataset(
        {"signal": (("chain", "draw", "observable", "experiment", "time"), signal)},
        coords={"chain": posterior["chain"].to_numpy(), "draw": posterior["draw"].to_numpy(), "observable": observables,
                "experiment": experiments, "time": ("time", times, {"units": tables.time_unit})},
    )  # fmt: skip
