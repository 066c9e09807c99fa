"""Draws in a few numbers: medians, central intervals, and by how much the data narrowed a prior.

All summaries give central 50 % and 90 % intervals; what uses another level says so.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from jakstat.problem import Prior, prior_quantiles

#: Column of a summary -> probability. Median and ends of the central 50 % and 90 % intervals.
QUANTILES = {"median": 0.5, "lower_50": 0.25, "upper_50": 0.75, "lower_90": 0.05, "upper_90": 0.95}

# Points of a prior's quantile function that stand for its density where its variance has no formula.
_PRIOR_POINTS = 2000


def summarise_draws(values: np.ndarray) -> dict[str, float]:
    """Return the :data:`QUANTILES` of the finite ``values`` (draw,) by name; NaN where there are none."""
    return {str(name): float(value) for name, value in summary_rows(values[:, None]).iloc[0].items()}


def summary_rows(draws: np.ndarray) -> pd.DataFrame:
    """Return the :data:`QUANTILES` of each column of draws.

    Parameters
    ----------
    draws : (draw, place) array
        Values that are not finite (failed solves) are left out.

    Returns
    -------
    DataFrame
        One row a place, one column a name; NaN where no draw is finite.
    """
    rows = np.full((draws.shape[1], len(QUANTILES)), np.nan)
    probabilities = list(QUANTILES.values())
    for place in range(draws.shape[1]):
        finite = draws[np.isfinite(draws[:, place]), place]
        if finite.size:
            rows[place] = np.quantile(finite, probabilities)
    return pd.DataFrame(rows, columns=list(QUANTILES))


def bands_by(values: xr.DataArray, keys: Sequence[str]) -> pd.DataFrame:
    """Return bands of ``values`` (chain, draw, obs) pooled over the measurements that share ``keys``.

    Parameters
    ----------
    values : DataArray
        With the coordinates observable, experiment and time along obs.
    keys : sequence of str
        Coordinates of obs, for instance observable, experiment and time: replicates share one band.

    Returns
    -------
    DataFrame
        One row a combination that occurs, sorted: the keys, and the columns of :func:`summary_rows`.
    """
    values = values.transpose("chain", "draw", "obs")
    draws = values.to_numpy().reshape(-1, values.sizes["obs"])
    labels = pd.DataFrame({key: values.coords[key].to_numpy() for key in keys})
    groups = labels.groupby(list(keys), sort=True).indices
    pooled = [summary_rows(draws[:, places].reshape(-1, 1)) for places in groups.values()]
    names = pd.DataFrame(list(groups), columns=list(keys))
    return pd.concat([names, pd.concat(pooled, ignore_index=True)], axis=1)


def is_positive(prior: Prior) -> bool:
    """Whether the prior allows positive values only, so that the parameter is judged on its logarithm."""
    return bool(prior_quantiles(prior, np.array([0.0]))[0] >= 0)


def contraction(prior: Prior, draws: np.ndarray) -> float:
    """Return by how much the data narrowed a parameter: 1 - variance of the posterior / variance of the prior.

    Variances are of the natural logarithm for positive parameters. Near 1: the data decide; near 0: the prior does;
    below 0: the posterior is wider than the prior.

    Parameters
    ----------
    prior : Prior
    draws : array
        Posterior draws, linear scale.
    """
    points = prior_quantiles(prior, (np.arange(_PRIOR_POINTS) + 0.5) / _PRIOR_POINTS)
    if is_positive(prior):
        points, draws = np.log(points), np.log(draws)
    spread = float(np.var(points))
    return 1.0 - float(np.var(draws)) / spread if spread > 0 else float("nan")
