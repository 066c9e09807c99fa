"""Scores of predictions where drugs work: strong answers, the most sensitive lines, and where observations fall.

- Threshold-weighted CRPS (Gneiting and Ranjan 2011, J Bus Econ Stat 29:411, from memory, not read again): the integral
  of the CRPS over responses below a threshold only; by `scoringrules`.
- AUROC: the share of pairs of a sensitive and another line that predictions put into the right order; by scikit-learn.
- PIT: the share of a predictive distribution that lies below the observation, uniform where predictions are calibrated.
"""

import numpy as np
import pandas as pd
from scipy import stats

from jakstat.predictions.scoring.scores import Prediction

STRONG_ANSWER = 0.5  # viability below which an answer is strong: the dose is above the IC50 (a convention)
SENSITIVE_SHARE = 0.1  # the most sensitive tenth of lines
_QUANTILES = 200  # by which a normal prediction is scored


def samples_of(prediction: Prediction) -> np.ndarray:
    """Return a prediction as samples, (sample, measurement): its draws without a gap, or quantiles of its normal."""
    if prediction.draws is not None:
        draws = np.asarray(prediction.draws, dtype=float)
        return draws[np.isfinite(draws).all(axis=1)]
    if prediction.mean is None or prediction.sd is None:
        raise ValueError(f"{prediction.name}: found neither draws nor mean and sd; needed: one of them")
    shares = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    return np.asarray(stats.norm.ppf(shares[:, None], prediction.mean, prediction.sd))


def score_strong_answers(observed: np.ndarray, prediction: Prediction, threshold: float = STRONG_ANSWER) -> np.ndarray:
    """Return the CRPS of each measurement restricted to responses below ``threshold``, (measurement,).

    Parameters
    ----------
    observed : (measurement,) array
    prediction : Prediction
    threshold : float
        Unit of the measurement.
    """
    from scoringrules import twcrps_ensemble  # compiles for seconds when it is imported

    samples = samples_of(prediction).T
    return np.asarray(twcrps_ensemble(observed, samples, b=threshold, estimator="pwm", backend="numpy"))


def pit_values(observed: np.ndarray, prediction: Prediction, seed: int) -> np.ndarray:
    """Return the share of each predictive distribution below its observation, (measurement,); ties at random."""
    samples = samples_of(prediction)
    below, equal = (samples < observed).sum(axis=0), (samples == observed).sum(axis=0)
    at = np.random.default_rng(seed).random(len(observed))
    return (below + at * (equal + 1)) / (len(samples) + 1)


def pit_histogram(pit: np.ndarray, bins: int = 10) -> np.ndarray:
    """Return the share of observations in equal parts of their predictive distributions, (bin,).

    It is 1 / bins everywhere where predictions are calibrated.
    """
    return np.histogram(pit, bins=bins, range=(0, 1))[0] / pit.size


def line_scores(values: np.ndarray, rows: pd.DataFrame) -> pd.Series:
    """Return how much more each line responds than the mean line, over its drugs and doses; above 0: more sensitive.

    Parameters
    ----------
    values : (row,) array
        Responses, or their predicted means.
    rows : DataFrame
        ``line``, ``drug``, ``dose_nM`` and ``screen`` of each.

    Returns
    -------
    Series
        By line: minus the mean of the deviations from the mean of the same drug, dose and screen.
    """
    table = rows.assign(response=values)
    deviation = table["response"] - table.groupby(["drug", "dose_nM", "screen"])["response"].transform("mean")
    return -deviation.groupby(table["line"]).mean()


def auroc_of_most_sensitive(
    observed: pd.Series, predicted: pd.Series, seed: int, share: float = SENSITIVE_SHARE, resamples: int = 2000
) -> tuple[float, float, float]:
    """Return how well predictions tell the most sensitive lines from others, with a 95 % interval by resampling lines.

    Parameters
    ----------
    observed, predicted : Series
        From :func:`line_scores`, of the same lines.
    seed : int
        Of the bootstrap.
    share : float
        Of lines that count as most sensitive, 0 to 1; at least one does.
    resamples : int

    Returns
    -------
    auroc, lower, upper : float
        0.5 is chance.
    """
    from sklearn.metrics import roc_auc_score

    score = predicted.reindex(observed.index).to_numpy()
    sensitive = (observed.rank(ascending=False, method="first") <= max(1, round(share * len(observed)))).to_numpy()
    drawn = np.random.default_rng(seed).multinomial(len(score), np.full(len(score), 1 / len(score)), size=resamples)
    first, second = score[sensitive][:, None], score[~sensitive]
    right = (first > second) + 0.5 * (first == second)  # of each pair of a sensitive and another line
    of_sensitive, of_others = drawn[:, sensitive], drawn[:, ~sensitive]
    pairs = of_sensitive.sum(axis=1) * of_others.sum(axis=1)
    ordered = np.einsum("rs,so,ro->r", of_sensitive, right, of_others, optimize=True)
    lower, upper = np.quantile((ordered / np.maximum(pairs, 1))[pairs > 0], [0.025, 0.975])
    return float(roc_auc_score(sensitive, score)), float(lower), float(upper)
