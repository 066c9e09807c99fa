"""The referees of a panel, and what they say of held-out rows as samples of what will be measured.

A referee predicts a mean; around it lie the residuals of training rows that it had not seen, of the same drug and dose:
rows of lines that training has not are predicted with lines left out in turn, rows of known lines with curves left out.
"No effect" has no residuals of its own and takes a normal distribution around 1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

from jakstat.predictions.scoring.naive_predictors import predict_additive, predict_hill_fits, predict_no_effect
from jakstat.predictions.scoring.referees.blinded_rows import conditions_of, require_conditions_only
from jakstat.predictions.scoring.referees.cell_regressions import (
    all_covariates,
    cell_means,
    forest,
    general_viability,
    linear,
    nearest_lines,
    regressed,
    ridge,
    stat_signature,
)
from jakstat.predictions.scoring.referees.dose_cells import nearest_cells, rows_of_cell
from jakstat.predictions.scoring.scores import Prediction
from jakstat.problem import LineCovariates

_SAMPLES = 200  # of each held-out row: the CRPS of so many quantiles differs from that of all by under 1 %
_FOLDS = 5  # into which training rows are left out in turn, assumed
_FEWEST_RESIDUALS = 8  # assumed: a drug and dose with fewer takes the residuals of all rows

#: Training rows, asked rows without values, covariates and a seed to means, (asked row,).
Mean = Callable[[pd.DataFrame, pd.DataFrame, LineCovariates, int], np.ndarray]


@dataclass(frozen=True)
class Referee:
    """A referee: its name and how it predicts means; None where it says that nothing happens."""

    name: str
    mean: Mean | None


def _of_naive(predict: Callable[[pd.DataFrame, pd.DataFrame], Prediction]) -> Mean:
    """Return the means of a naive predictor, which knows no covariates."""

    def mean(training: pd.DataFrame, asked: pd.DataFrame, _: LineCovariates, __: int) -> np.ndarray:
        return np.asarray(predict(training, asked).mean)

    return mean


def _cell_means(training: pd.DataFrame, asked: pd.DataFrame, _: LineCovariates, __: int) -> np.ndarray:
    return cell_means(training, asked)


REFEREES = (
    Referee("no effect", None),
    Referee("drug and dose", _cell_means),
    Referee("drug + line", _of_naive(predict_additive)),
    Referee("independent Hill fits", _of_naive(predict_hill_fits)),
    Referee("general sensitivity", partial(regressed, linear, general_viability)),
    Referee("STAT signature", partial(regressed, linear, stat_signature)),
    Referee("ridge", partial(regressed, ridge, all_covariates)),
    Referee("random forest", partial(regressed, forest, all_covariates)),
    Referee("nearest lines", partial(regressed, nearest_lines, all_covariates)),
)


def predict_by_referees(
    training: pd.DataFrame,
    asked: pd.DataFrame,
    covariates: LineCovariates,
    seed: int,
    referees: Sequence[Referee] = REFEREES,
) -> list[Prediction]:
    """Predict held-out rows by every referee.

    Parameters
    ----------
    training : DataFrame
        ``line``, ``drug``, ``dose_nM``, ``screen``, ``value``; doses of all screens made alike
        (:func:`jakstat.predictions.scoring.referees.with_screen_offsets`).
    asked : DataFrame
        The same columns without ``value``.
    covariates : LineCovariates
        Of the lines of both.
    seed : int
        Of forests and of folds.
    referees : sequence of Referee

    Returns
    -------
    list of Prediction
        ``draws`` are (sample, asked row), equally spaced quantiles.

    Raises
    ------
    ValueError
        ``asked`` has another column than conditions: a referee must not see what was measured.
    """
    require_conditions_only(asked)
    training = training.reset_index(drop=True)
    return [
        Prediction(referee.name, draws=_samples_of(referee, training, asked, covariates, seed), naive=True)
        for referee in referees
    ]


def _samples_of(
    referee: Referee, training: pd.DataFrame, asked: pd.DataFrame, covariates: LineCovariates, seed: int
) -> np.ndarray:
    """Return samples of asked rows, (sample, row), within the range that the values of training have, 0 and 1 in it."""
    values = training["value"].to_numpy(dtype=float)
    shares = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    if referee.mean is None:
        said = predict_no_effect(training, asked)
        samples = stats.norm.ppf(shares[:, None], said.mean, said.sd)
    else:
        mean = referee.mean(training, asked, covariates, seed)
        known = asked["line"].isin(set(training["line"])).to_numpy()
        cells = nearest_cells(training, asked)
        samples = np.empty((_SAMPLES, len(asked)))
        for of_known in (True, False):
            here = np.flatnonzero(known == of_known)
            residuals = _residuals(referee.mean, training, covariates, seed, of_known) if here.size else values
            around = {cell: _residuals_of_cell(training, residuals, cell) for cell in {cells[row] for row in here}}
            for row in here:
                samples[:, row] = mean[row] + np.quantile(around[cells[row]], shares, method="inverted_cdf")
    return np.clip(samples, min(0.0, values.min()), max(1.0, values.max()))


def _residuals(mean: Mean, training: pd.DataFrame, covariates: LineCovariates, seed: int, of_known: bool) -> np.ndarray:
    """Return the residuals of training rows, each predicted without its line, (training row,).

    Where lines are known (``of_known``) it is without its curve, and NaN where nothing else of its line was left;
    without its line where that is so everywhere.
    """
    from sklearn.model_selection import GroupKFold

    groups = training["line"].astype(str)
    if of_known:
        groups = groups + "\t" + training["drug"] + "\t" + training["screen"].astype(str)
    found = training["value"].to_numpy(dtype=float).copy()
    folds = GroupKFold(min(_FOLDS, groups.nunique()), shuffle=True, random_state=seed)
    for kept, left_out in folds.split(training, groups=groups):
        rows, asked = training.iloc[kept].reset_index(drop=True), conditions_of(training.iloc[left_out])
        found[left_out] -= mean(rows, asked, covariates, seed)
        if of_known:
            found[left_out[~asked["line"].isin(set(rows["line"])).to_numpy()]] = np.nan
    return found if np.isfinite(found).any() else _residuals(mean, training, covariates, seed, False)


def _residuals_of_cell(training: pd.DataFrame, residuals: np.ndarray, cell: tuple[str, int]) -> np.ndarray:
    """Return the residuals of a cell, of all rows where the cell has few."""
    finite = np.isfinite(residuals)
    own = residuals[finite & rows_of_cell(training, cell)]
    return own if own.size >= _FEWEST_RESIDUALS else residuals[finite]
