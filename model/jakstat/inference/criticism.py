"""Does the model describe the data: coverage of predicted measurements, cross-validation, modes of the posterior.

PSIS-LOO: Vehtari, Gelman, Gabry 2017, doi:10.1007/s11222-016-9696-4; Pareto k limits: Vehtari et al. 2024,
arXiv:1507.02646.
"""

import arviz_stats
import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import gaussian_kde

from jakstat.problem import parameter_draws

COVERAGE_LEVELS = (0.5, 0.8, 0.95)


def measure_coverage(tree: xr.DataTree, group: str = "posterior_predictive") -> pd.DataFrame:
    """Return how many measurements lie in central intervals of their predictive distribution.

    Parameters
    ----------
    tree : DataTree
        With ``group`` (``measurement``; chain, draw, obs) and ``observed_data``.
    group : {"posterior_predictive", "prior_predictive"}

    Returns
    -------
    DataFrame
        One row an observable and one for all: columns observable, measurements, and coverage_50, coverage_80,
        coverage_95 (shares).
    """
    predicted = tree[group].dataset["measurement"]
    observed = tree["observed_data"].dataset["measurement"].to_numpy()
    observable = predicted.coords["observable"].to_numpy()
    draws = predicted.to_numpy().reshape(-1, observed.size)
    inside = {}
    for level in COVERAGE_LEVELS:
        lower, upper = np.nanquantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
        inside[f"coverage_{level * 100:.0f}"] = (observed >= lower) & (observed <= upper)
    rows = [(name, observable == name) for name in dict.fromkeys(observable)] + [("all", np.full(observed.size, True))]
    return pd.DataFrame(
        [
            {"observable": name, "measurements": int(chosen.sum())}
            | {level: float(held[chosen].mean()) for level, held in inside.items()}
            for name, chosen in rows
        ]
    )


def compute_loo(tree: xr.DataTree) -> xr.Dataset:
    """Estimate the expected log predictive density of left-out measurements (PSIS-LOO).

    Returns
    -------
    Dataset
        ``elpd`` and ``pareto_k`` (obs) with the measurements' coordinates; attrs elpd_loo, se, p_loo, good_k (the limit
        that k must keep for this many draws) and unreliable (how many exceed it).
    """
    draws = parameter_draws(tree).to_dataset(name="value")
    efficiency = arviz_stats.ess(draws, method="mean")["value"].mean() / (draws.sizes["chain"] * draws.sizes["draw"])
    loo = arviz_stats.loo(tree, var_name="measurement", pointwise=True, reff=float(efficiency))
    coords = {name: tree["observed_data"].dataset.coords[name] for name in ("obs", "observable", "experiment", "time")}
    pareto_k = np.asarray(loo.pareto_k).ravel()
    return xr.Dataset(
        {"elpd": ("obs", np.asarray(loo.elpd_i).ravel()), "pareto_k": ("obs", pareto_k)},
        coords=coords,
        attrs={
            "elpd_loo": float(loo.elpd),
            "se": float(loo.se),
            "p_loo": float(loo.p),
            "good_k": float(loo.good_k),
            "unreliable": int((pareto_k > loo.good_k).sum()),
        },
    )


def find_modes(tree: xr.DataTree, valley: float = 0.5) -> pd.DataFrame:
    """Find parameters whose posterior has more than one mode, with the weight of each.

    A marginal (of the logarithm where the parameter is positive) is split at a minimum of its kernel density whose
    depth is below ``valley`` times the lower of the two peaks beside it.

    Returns
    -------
    DataFrame
        One row a mode of a split parameter: columns parameter, mode (number), peak (linear scale), weight (share of
        draws), and one column a chain with the share of that chain's draws in the mode; empty where all are unimodal.
    """
    draws = parameter_draws(tree)
    rows: list[dict] = []
    for name in draws.coords["parameter"].to_numpy():
        linear = draws.sel(parameter=name).to_numpy()
        positive = bool((linear > 0).all())
        values = np.log(linear) if positive else linear
        peaks, borders = _split_density(values.ravel(), valley)
        if len(peaks) < 2:
            continue
        member = np.digitize(values, borders)
        for mode, peak in enumerate(peaks):
            shares = {f"chain_{chain}": float((member[chain] == mode).mean()) for chain in range(values.shape[0])}
            rows.append(
                {
                    "parameter": str(name),
                    "mode": mode,
                    "peak": float(np.exp(peak) if positive else peak),
                    "weight": float((member == mode).mean()),
                }
                | shares
            )
    return pd.DataFrame(rows)


def _split_density(values: np.ndarray, valley: float) -> tuple[list[float], list[float]]:
    """Return peaks of a kernel density and the borders between them (both increasing)."""
    if not np.isfinite(values).all() or values.std() == 0:
        return [float(values.mean())], []
    lower, upper = np.quantile(values, [0.001, 0.999])
    grid = np.linspace(lower, upper, 400)
    density = gaussian_kde(values)(grid)
    inner = density[1:-1]
    tops = [i + 1 for i in np.flatnonzero((inner > density[:-2]) & (inner >= density[2:]))]
    peaks, borders = tops[:1], []
    for top in tops[1:]:
        low = peaks[-1] + int(np.argmin(density[peaks[-1] : top + 1]))
        if density[low] < valley * min(density[peaks[-1]], density[top]):
            borders.append(float(grid[low]))
            peaks.append(top)
        elif density[top] > density[peaks[-1]]:
            peaks[-1] = top
    return [float(grid[peak]) for peak in peaks], borders
