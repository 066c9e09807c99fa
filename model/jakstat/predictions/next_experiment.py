"""Which measurement would narrow a quantity most: expected reduction of its posterior variance, from existing draws.

A candidate is a measurement y = signal + noise that has not been made. The reduction is the share of the target's
variance that it is expected to remove, 1 - E[Var(target | y)] / Var(target), which is also Var(E[target | y]) /
Var(target). Two estimates, by different means:

- importance weights: y is simulated at some draws, all other draws are weighed by the density of y at their signals
  (Pareto-smoothed: Vehtari et al. 2024, arXiv:1507.02646), and the weighted variances are averaged. Where the
  measurement is so sharp that few draws carry the weight, k-hat says so, and the estimate is not to be trusted;
- regression: the target on a natural cubic spline of one simulated y a draw, by least squares; what remains is judged
  on draws that the fit has not seen. It errs to the small side where E[target | y] is no smooth curve. Expected value
  of sample information by regression: Strong et al. 2015, Med Decis Making 35:570, doi:10.1177/0272989X15575286 (from
  memory, not read again).

Signals must be on the scale on which the noise is normal and additive (ln, for log-normal noise).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from arviz_stats.base import array_stats

from jakstat.inference import smooth_weights

_KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)  # quantiles; Harrell, Regression Modeling Strategies, from memory
_FOLDS = 10
#: Draws in which a target must exist: below, a spline of five terms on nine tenths of them tells little (assumed).
FEWEST_DRAWS = 100
ESTIMATES = (
    "regression_reduction",
    "regression_error",
    "weights_reduction",
    "weights_error",
    "k_hat",
    "share_unreliable",
)
_BLOCKS = 20  # left out in turn (jackknife)
_NOTHING = 1e-9
_GOOD_K = 0.7  # Vehtari et al. 2024; lower for few draws


def reduction_by_weights(
    target: np.ndarray, signal: np.ndarray, noise_sd: np.ndarray, rng: np.random.Generator, simulated: int = 200
) -> Mapping[str, float]:
    """Estimate the expected reduction of variance by one candidate from importance weights.

    Parameters
    ----------
    target : (draw,) array
    signal : (draw,) array
        Of the candidate.
    noise_sd : (draw,) array
        > 0, unit of ``signal``.
    rng : Generator
    simulated : int
        Draws at which a measurement is simulated.

    Returns
    -------
    dict
        ``reduction`` (share of the variance), ``error`` (its Monte Carlo standard error, from leaving out blocks of
        successive draws), ``k_hat`` (largest), ``share_unreliable`` (of the simulated measurements: k-hat above 0.7 or
        what the number of draws allows, or not defined).
    """
    chosen = np.sort(rng.choice(target.size, min(simulated, target.size), replace=False))
    measured = signal[chosen] + noise_sd[chosen] * rng.standard_normal(chosen.size)
    block = np.arange(target.size) * _BLOCKS // target.size
    centred = target - target.mean()
    powers = np.stack([np.ones_like(centred), centred, centred**2])
    sums, shapes = np.empty((chosen.size, 4, _BLOCKS)), np.empty(chosen.size)
    for number, (own, value) in enumerate(zip(chosen, measured, strict=True)):
        log_likelihood = -0.5 * ((value - signal) / noise_sd) ** 2 - np.log(noise_sd)
        others = np.arange(target.size) != own  # the draw that made the measurement would flatter it
        with np.errstate(over="ignore"):  # tails of draws that the measurement excludes
            log_weights, shapes[number] = smooth_weights(log_likelihood[others])
        weights = np.zeros(target.size)
        weights[others] = np.exp(log_weights)
        sums[number] = [np.bincount(block, weights * power, _BLOCKS) for power in (*powers, weights)]
    before = np.array([np.bincount(block, power, _BLOCKS) for power in (*powers, powers[0])])
    made_in = block[chosen]
    left_out = np.array(
        [
            _reduction(
                np.delete(sums, block, axis=2)[made_in != block].sum(axis=2),
                np.delete(before, block, axis=1).sum(axis=1),
            )
            for block in range(_BLOCKS)
        ]
    )
    limit = min(1 - 1 / np.log10(target.size), _GOOD_K)
    return {
        "reduction": _reduction(sums.sum(axis=2), before.sum(axis=1)),
        "error": float(np.sqrt((_BLOCKS - 1) * left_out.var())),
        "k_hat": float(np.nan_to_num(shapes, nan=np.inf).max()),
        "share_unreliable": float((~(shapes <= limit)).mean()),
    }


def _reduction(after: np.ndarray, before: np.ndarray) -> float:
    """Return the reduction from sums of weights times 1, target, its square, and of squared weights, (..., 4)."""
    return float(1 - _variance(after).mean() / _variance(before))


def _variance(sums: np.ndarray) -> np.ndarray:
    weight, first, second, squares = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = second / weight - (first / weight) ** 2
        lost = 1 - squares / weight**2  # what a weighted variance loses on average; 0 where one draw has all the weight
        return np.where(lost > _NOTHING, np.maximum(spread, 0.0) / lost, 0.0)


def reduction_by_regression(
    target: np.ndarray, signal: np.ndarray, noise_sd: np.ndarray, rng: np.random.Generator
) -> Mapping[str, float]:
    """Estimate the expected reduction of variance by one candidate from a regression on simulated measurements.

    Parameters
    ----------
    target : (chain, draw) array
    signal, noise_sd : (chain, draw) arrays
        Of the candidate; noise > 0.
    rng : Generator

    Returns
    -------
    dict
        ``reduction`` (share of the variance) and ``error`` (its Monte Carlo standard error, with the effective number
        of draws).
    """
    measured = (signal + noise_sd * rng.standard_normal(signal.shape)).ravel()
    values = target.ravel()
    basis = _natural_spline(measured)
    fold = rng.permutation(values.size) % _FOLDS
    grams = np.array([basis[fold == part].T @ basis[fold == part] for part in range(_FOLDS)])
    moments = np.array([basis[fold == part].T @ values[fold == part] for part in range(_FOLDS)])
    count = np.bincount(fold, minlength=_FOLDS)
    sums = np.bincount(fold, values, minlength=_FOLDS)
    left_out = np.empty((values.size, 2))
    for part in range(_FOLDS):
        seen = fold == part
        fitted = np.linalg.lstsq(grams.sum(axis=0) - grams[part], moments.sum(axis=0) - moments[part], rcond=None)[0]
        left_out[seen, 0] = values[seen] - basis[seen] @ fitted
        left_out[seen, 1] = values[seen] - (sums.sum() - sums[part]) / (values.size - count[part])
    after, before = left_out[:, 0] ** 2, left_out[:, 1] ** 2
    remaining = after.mean() / before.mean()
    deviation = ((after - remaining * before) / before.mean()).reshape(target.shape)
    effective = float(array_stats.ess(deviation, chain_axis=0, draw_axis=1, method="mean"))
    return {"reduction": float(1 - remaining), "error": float(deviation.std(ddof=1) / np.sqrt(effective))}


def _natural_spline(values: np.ndarray) -> np.ndarray:
    """Return a basis of natural cubic splines, (value, 5): 1, the standardised value, three bends; linear beyond."""
    scaled = (values - values.mean()) / values.std()
    knots = np.quantile(scaled, _KNOTS)
    last, before = knots[-1], knots[-2]

    def bend(knot: float) -> np.ndarray:
        return (np.maximum(scaled - knot, 0) ** 3 - np.maximum(scaled - last, 0) ** 3) / (last - knot)

    bends = [bend(knot) - bend(before) for knot in knots[:-2]]
    return np.stack([np.ones_like(scaled), scaled, *bends], axis=1)


def expect_reductions(
    target: xr.DataArray,
    signal: xr.DataArray,
    noise_sd: xr.DataArray,
    seed: int,
    scale: str = "linear",
    simulated: int = 200,
    weighed: int = 20,
) -> xr.Dataset:
    """Estimate, for each candidate measurement, the expected reduction of the target's posterior variance.

    Parameters
    ----------
    target : DataArray
        Dims chain, draw: an IC50, a fold shift, or an event (0 or 1) whose probability is of interest. Draws in which
        it does not exist (NaN) are left out.
    signal : DataArray
        Dims chain, draw, candidate: expected signals, on the scale on which noise is normal.
    noise_sd : DataArray
        Dims candidate, or chain, draw, candidate; > 0, unit of ``signal``.
    seed : int
    scale : {"linear", "log"}
        log: the variance is that of the logarithm of the target.
    simulated : int
        Measurements simulated for the importance weights of each candidate.
    weighed : int
        How many candidates, the best by regression, are also judged by importance weights, which cost some
        milliseconds a simulated measurement; the others' are NaN.

    Returns
    -------
    Dataset
        By candidate: ``regression_reduction``, ``weights_reduction`` (shares of the variance), ``regression_error``,
        ``weights_error``, ``k_hat``, ``share_unreliable``; attrs ``sd`` (of the target on its scale), ``scale``,
        ``draws`` and ``share_of_draws`` that were used.

    Raises
    ------
    ValueError
        The target has no spread, is not positive on log scale, or noise is not positive.
    """
    signals = signal.transpose("chain", "draw", "candidate")
    noise = noise_sd.broadcast_like(signals).transpose("chain", "draw", "candidate").to_numpy()
    values = _on_scale(target.transpose("chain", "draw").to_numpy().astype(float), scale)
    kept = np.isfinite(values) & np.isfinite(signals.to_numpy()).all(axis=-1)
    values, signals_kept, noise = (
        _without_gaps(values, kept),
        _without_gaps(signals.to_numpy(), kept),
        _without_gaps(noise, kept),
    )
    if not (noise > 0).all():
        raise ValueError("noise_sd: found values that are not positive; needed: the sd of each measurement's noise")
    if reason := why_not_ranked(target.where(xr.DataArray(kept, dims=("chain", "draw")))):
        raise ValueError(f"target: {reason}")
    streams = [
        np.random.default_rng(sequence) for sequence in np.random.SeedSequence(seed).spawn(signals.sizes["candidate"])
    ]
    rows = [dict.fromkeys(ESTIMATES, np.nan) for _ in streams]
    for number, rng in enumerate(streams):
        found = reduction_by_regression(values, signals_kept[..., number], noise[..., number], rng)
        rows[number] |= {f"regression_{name}": value for name, value in found.items()}
    for number in np.argsort([-row["regression_reduction"] for row in rows], kind="stable")[:weighed]:
        of_signal, of_noise = signals_kept[..., number].ravel(), noise[..., number].ravel()
        weights = dict(reduction_by_weights(values.ravel(), of_signal, of_noise, streams[number], simulated))
        rows[number] |= {f"weights_{name}": weights.pop(name) for name in ("reduction", "error")} | weights
    columns = {name: ("candidate", np.array([row[name] for row in rows]), {"units": "1"}) for name in ESTIMATES}
    attrs = {
        "sd": float(values.std(ddof=1)),
        "scale": scale,
        "draws": values.size,
        "share_of_draws": float(kept.mean()),
    }
    coords = {name: coordinate for name, coordinate in signals.coords.items() if coordinate.dims == ("candidate",)}
    return xr.Dataset(columns, coords=coords, attrs=attrs)


def why_not_ranked(target: xr.DataArray) -> str:
    """Say why draws of a target are not enough to rank measurements by; empty where they are.

    Parameters
    ----------
    target : DataArray
        Dims chain, draw; NaN where it does not exist.
    """
    values = target.to_numpy().astype(float)
    existing = values[np.isfinite(values)]
    if existing.size < FEWEST_DRAWS:
        return (
            f"it exists in {existing.size} of {values.size} draws; needed: {FEWEST_DRAWS} or more (more draws of the "
            "fit, doses up to where there is an effect, or another target)"
        )
    if not existing.std() > 0:
        return f"it is the same in all of {existing.size} draws; needed: an answer that is not sure yet"
    return ""


def _on_scale(target: np.ndarray, scale: str) -> np.ndarray:
    if scale == "linear":
        return target
    if scale != "log":
        raise ValueError(f"scale: found {scale!r}; needed: linear or log")
    if (target <= 0).any():
        raise ValueError("target: found values that are not positive; needed: positive ones for scale log")
    return np.log(target)


def _without_gaps(values: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Return the kept draws; as (chain, draw) where none is missing, otherwise in one row."""
    return values if kept.all() else values[kept][None]


def rank_candidates(reductions: xr.Dataset) -> pd.DataFrame:
    """Return the candidates, the most useful first.

    Parameters
    ----------
    reductions : Dataset
        From :func:`expect_reductions`.

    Returns
    -------
    DataFrame
        The coordinates of candidate and all estimates, sorted by ``regression_reduction``; ``expected_sd``, what would
        remain of the target's sd; ``estimates_agree``: whether the two estimates differ by less than 3 of their joint
        standard errors (False also where the weights were not asked for, or are not reliable for a tenth or more of the
        measurements).
    """
    table = reductions.to_dataframe().reset_index()
    table["expected_sd"] = reductions.attrs["sd"] * np.sqrt((1 - table["regression_reduction"]).clip(lower=0.0))
    joint = np.hypot(table["regression_error"], table["weights_error"])
    near = (table["regression_reduction"] - table["weights_reduction"]).abs() < 3 * joint
    table["estimates_agree"] = near & (table["share_unreliable"] < 0.1)
    return table.sort_values("regression_reduction", ascending=False, kind="stable", ignore_index=True)
