"""How good predictions of held-out measurements are, next to naive ones, scored the same way.

A prediction is draws of the measurement (noise included) or a mean with a standard deviation. Scores of a measurement:

- CRPS (continuous ranked probability score; unit of the measurement, smaller is better): Gneiting and Raftery 2007,
  doi:10.1198/016214506000001437; of draws the estimator without bias by the number of draws (probability-weighted
  moments), of a mean and standard deviation the closed form of the normal distribution; both by `scoringrules`;
- log score (log predictive density, larger is better): of draws the log of the mean of the noise densities where those
  are given, so that no kernel is needed, otherwise the density of a normal distribution with the draws' mean and
  standard deviation;
- coverage of the central 50, 80 and 90 % intervals; Spearman's rank correlation, R2 (1 - residual / total sum of
  squares) and root mean square error of the predictive mean.

A predictor wins or loses against the best naive one only if the 95 % interval of the mean score difference, by a
bootstrap of whole groups of measurements (curves, lines), leaves 0 out. The best naive one is chosen on the same
held-out data, which favours it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import logsumexp

COVERAGE_LEVELS = (50, 80, 90)  # percent
FEWEST_GROUPS = 5  # assumed: a bootstrap of fewer groups is not judged
TOO_FEW_GROUPS = "too few groups"
_RESAMPLES = 4000
_INTERVAL = 0.95


@dataclass(frozen=True)
class Prediction:
    """What one predictor says of the held-out measurements.

    Parameters
    ----------
    name : str
    draws : (draw, measurement) array, optional
        Predicted measurements, noise included. Draws with a value that is not finite (a failed solve) are left out.
    mean, sd : (measurement,) arrays, optional
        Of a normal predictive distribution; instead of ``draws``.
    log_density : (draw, measurement) array, optional
        Log density of each held-out value under the noise of each draw of ``draws``.
    naive : bool
        Whether it is one of the baselines that the others must beat.
    """

    name: str
    draws: np.ndarray | None = None
    mean: np.ndarray | None = None
    sd: np.ndarray | None = None
    log_density: np.ndarray | None = None
    naive: bool = False


def score_measurements(observed: np.ndarray, prediction: Prediction) -> pd.DataFrame:
    """Score every held-out measurement.

    Parameters
    ----------
    observed : (measurement,) array
    prediction : Prediction

    Returns
    -------
    DataFrame
        One row a measurement: ``observed``, ``mean`` (of the prediction), ``crps``, ``log_score``, ``inside_50``,
        ``inside_80``, ``inside_90``.

    Raises
    ------
    ValueError
        Shapes do not agree, values are not finite, or there is neither draws nor mean and sd.
    """
    observed = np.asarray(observed, dtype=float)
    if not np.isfinite(observed).all():
        raise ValueError(
            f"observed: found {int((~np.isfinite(observed)).sum())} values that are not finite; needed: "
            "held-out measurements without gaps"
        )
    columns = (
        _score_draws(observed, prediction) if prediction.draws is not None else _score_normal(observed, prediction)
    )
    return pd.DataFrame({"observed": observed, **columns})


def _score_normal(observed: np.ndarray, prediction: Prediction) -> dict[str, np.ndarray]:
    from scoringrules import crps_normal  # compiles for seconds when it is imported

    if prediction.mean is None or prediction.sd is None:
        raise ValueError(f"{prediction.name}: found neither draws nor mean and sd; needed: one of them")
    mean, sd = np.asarray(prediction.mean, dtype=float), np.asarray(prediction.sd, dtype=float)
    wrong = mean.shape != observed.shape or sd.shape != observed.shape
    if wrong or not np.isfinite(mean).all() or not (np.isfinite(sd) & (sd > 0)).all():
        raise ValueError(
            f"{prediction.name}: needed: a finite mean and a positive sd for each of {observed.size} "
            f"measurements; found the shapes {mean.shape} and {sd.shape}"
        )
    distance = np.abs(observed - mean) / sd
    return {
        "mean": mean,
        "crps": np.asarray(crps_normal(observed, mean, sd, backend="numpy")),
        "log_score": stats.norm.logpdf(observed, mean, sd),
        **{f"inside_{level}": distance <= stats.norm.ppf(0.5 + level / 200) for level in COVERAGE_LEVELS},
    }


def _score_draws(observed: np.ndarray, prediction: Prediction) -> dict[str, np.ndarray]:
    from scoringrules import crps_ensemble  # compiles for seconds when it is imported

    draws, kept = _solved_draws(observed, prediction)
    mean, sd = draws.mean(axis=0), draws.std(axis=0, ddof=1)
    if prediction.log_density is None:
        spread = np.where(sd > 0, sd, np.nan)  # draws that are all the same have no density
        log_score = stats.norm.logpdf(observed, mean, spread)
    else:
        log_density = np.asarray(prediction.log_density)[kept]
        log_score = logsumexp(log_density, axis=0) - np.log(len(log_density))
    inside = {}
    for level in COVERAGE_LEVELS:
        lower, upper = np.quantile(draws, [0.5 - level / 200, 0.5 + level / 200], axis=0)
        inside[f"inside_{level}"] = (observed >= lower) & (observed <= upper)
    crps = np.asarray(crps_ensemble(observed, draws.T, estimator="pwm", backend="numpy"))
    return {"mean": mean, "crps": crps, "log_score": log_score, **inside}


def _solved_draws(observed: np.ndarray, prediction: Prediction) -> tuple[np.ndarray, np.ndarray]:
    """Return the draws without a gap and which they are."""
    draws = np.asarray(prediction.draws, dtype=float)
    density = draws if prediction.log_density is None else np.asarray(prediction.log_density)
    if draws.ndim != 2 or draws.shape[1] != observed.size or density.shape != draws.shape:
        raise ValueError(
            f"{prediction.name}: found draws {draws.shape} and log densities {density.shape}; needed: "
            f"(draw, {observed.size}), the same for both"
        )
    kept = np.isfinite(draws).all(axis=1)
    if kept.sum() < 2:
        raise ValueError(
            f"{prediction.name}: found {int(kept.sum())} draws of {len(draws)} without a failed solve; "
            "needed: two or more"
        )
    return draws[kept], kept


def compare_predictors(
    observed: np.ndarray, predictions: Sequence[Prediction], seed: int, groups: Sequence | np.ndarray | None = None
) -> pd.DataFrame:
    """Score predictors on the same measurements and say where each stands against the best naive one.

    Parameters
    ----------
    observed : (measurement,) array
    predictions : sequence of Prediction
        At least one of them naive; names differ.
    seed : int
        Of the bootstrap.
    groups : (measurement,) labels, optional
        Measurements that belong together (a curve, a line) and are resampled together; each its own where absent.

    Returns
    -------
    DataFrame
        One row a predictor, smallest mean CRPS first: ``predictor``, ``naive``, ``measurements``, ``crps``,
        ``log_score`` (means), ``coverage_50``, ``coverage_80``, ``coverage_90``, ``spearman``, ``r2``, ``rmse``,
        ``against`` (the best naive predictor), ``crps_difference`` (its own minus that one's; below 0 is better),
        ``difference_lower_95``, ``difference_upper_95``, ``verdict``: wins, ties, loses, "best naive", or "too few
        groups".

    Raises
    ------
    ValueError
        No naive predictor, two of one name, or what :func:`score_measurements` refuses.
    """
    names = [prediction.name for prediction in predictions]
    if len(set(names)) < len(names) or not any(prediction.naive for prediction in predictions):
        raise ValueError(f"predictors: found {', '.join(names)}; needed: different names, one of them naive or more")
    scored = {prediction.name: score_measurements(observed, prediction) for prediction in predictions}
    naive = [prediction.name for prediction in predictions if prediction.naive]
    best = min(naive, key=lambda name: scored[name]["crps"].mean())
    codes, labels = pd.factorize(np.arange(len(scored[best])) if groups is None else np.asarray(groups))
    weights = _resampled_groups(len(labels), np.random.default_rng(seed))
    rows = []
    for name in names:
        difference = (scored[name]["crps"] - scored[best]["crps"]).to_numpy()
        lower, upper = _interval(difference, codes, weights)
        verdict = "best naive" if name == best else _verdict(lower, upper, len(labels))
        rows.append(
            {
                "predictor": name,
                "naive": name in naive,
                **summarise_scores(scored[name]),
                "against": best,
                "crps_difference": difference.mean(),
                "difference_lower_95": lower,
                "difference_upper_95": upper,
                "verdict": verdict,
            }
        )
    return pd.DataFrame(rows).sort_values("crps", kind="stable", ignore_index=True)


def summarise_scores(scored: pd.DataFrame) -> dict[str, float]:
    """Return the means of scores, coverages and how the predictive means agree with the measurements.

    Parameters
    ----------
    scored : DataFrame
        From :func:`score_measurements`.

    Returns
    -------
    dict
        measurements, crps, log_score, coverage_50, coverage_80, coverage_90, spearman and r2 (NaN where predictions, or
        measurements, are all the same), rmse (unit of the measurement).
    """
    from sklearn.metrics import r2_score, root_mean_squared_error  # takes a second to import

    observed, mean = scored["observed"].to_numpy(), scored["mean"].to_numpy()
    ranked = np.ptp(observed) > 0 and np.ptp(mean) > 0
    return {
        "measurements": observed.size,
        "crps": float(scored["crps"].mean()),
        "log_score": float(scored["log_score"].mean()),
        **{f"coverage_{level}": float(scored[f"inside_{level}"].mean()) for level in COVERAGE_LEVELS},
        "spearman": float(stats.spearmanr(observed, mean).statistic) if ranked else np.nan,
        "r2": r2_score(observed, mean) if np.ptp(observed) > 0 else np.nan,
        "rmse": root_mean_squared_error(observed, mean),
    }


def _resampled_groups(groups: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each group is drawn when as many as there are come with replacement, (resample, group)."""
    return rng.multinomial(groups, np.full(groups, 1 / groups), size=_RESAMPLES)


def _interval(difference: np.ndarray, codes: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Return the bootstrap interval of the mean of ``difference`` over measurements."""
    mean = weights @ np.bincount(codes, difference) / (weights @ np.bincount(codes))
    lower, upper = np.quantile(mean, [(1 - _INTERVAL) / 2, (1 + _INTERVAL) / 2])
    return float(lower), float(upper)


def interval_of_mean(difference: np.ndarray, groups: Sequence | np.ndarray, seed: int) -> tuple[float, float]:
    """Return the 95 % interval of a mean over measurements by a bootstrap of whole groups (lines, curves).

    Parameters
    ----------
    difference : (measurement,) array
    groups : (measurement,) labels
    seed : int
    """
    codes, labels = pd.factorize(np.asarray(groups))
    return _interval(difference, codes, _resampled_groups(len(labels), np.random.default_rng(seed)))


def _verdict(lower: float, upper: float, groups: int) -> str:
    if groups < FEWEST_GROUPS:
        return TOO_FEW_GROUPS
    return "wins" if upper < 0 else "loses" if lower > 0 else "ties"
