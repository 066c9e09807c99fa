"""Regressions of responses on covariates of lines, a regression of scikit-learn for each drug and dose.

A covariate that is not known of a line is the mean of the training lines; all are standardised by the training rows of
the cell, so that nothing of a held-out line, nor of another held-out line's covariates, is in what it is predicted by.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from jakstat.predictions.scoring.referees.dose_cells import nearest_cells, rows_of_cell
from jakstat.problem import LineCovariates

#: The regressions here hold these many lines at least in a leaf or neighbourhood, and so many trees (assumed).
_LEAST_LEAF, _NEIGHBOURS, _TREES = 3, 10, 100
#: Strengths of ridge among which leave-one-out chooses (standardised covariates).
_STRENGTHS = np.logspace(0, 5, 11)
#: STAT's own targets in all kinds of blood cells, whose mean expression tells its activity.
SIGNATURE = ("expression_CISH", "expression_PIM1", "expression_SOCS2")
_FUSION = "fusion_BCR_ABL"
_LOW_SIGNATURE = 0.1  # assumed: quantile of the signature over all lines that stands for no STAT activity by JAK

#: A regression of scikit-learn, unfitted, for so many rows and with this seed.
MakeRegression = Callable[[int, int], object]
Features = Callable[[LineCovariates, Sequence[str]], np.ndarray]


def all_covariates(covariates: LineCovariates, lines: Sequence[str]) -> np.ndarray:
    """Return all covariates of lines, (line, covariate)."""
    return covariates.of(lines)


def general_viability(covariates: LineCovariates, lines: Sequence[str]) -> np.ndarray:
    """Return how lines fare under drugs of other kinds: the mean of the screens that know them, (line, 1)."""
    columns = [name for name in covariates.columns if name.startswith("general_viability_")]
    known = covariates.of(lines, columns)
    count = np.isfinite(known).sum(axis=1)
    return np.where(count > 0, np.nansum(known, axis=1) / np.maximum(count, 1), np.nan)[:, None]


def stat_signature(covariates: LineCovariates, lines: Sequence[str]) -> np.ndarray:
    """Return general viability and the mean expression of STAT's targets, (line, 2).

    BCR-ABL phosphorylates STAT5 without JAK, so that there the targets tell nothing of JAK: such a line counts as one
    of the lowest tenth. Without the columns of the signature (another laboratory's table) it is not known in any line.
    """
    genes = [name for name in SIGNATURE if name in covariates.columns]
    if not genes:
        return np.column_stack([general_viability(covariates, lines), np.full(len(lines), np.nan)])
    signature = covariates.of(lines, genes).mean(axis=1)
    if _FUSION in covariates.columns:
        low = np.nanquantile(covariates.of(covariates.lines, genes).mean(axis=1), _LOW_SIGNATURE)
        signature = np.where(covariates.of(lines, [_FUSION])[:, 0] == 1, low, signature)
    return np.column_stack([general_viability(covariates, lines), signature])


def linear(_: int, __: int) -> object:
    """Return a linear regression."""
    from sklearn.linear_model import LinearRegression  # takes a second to import

    return LinearRegression()


def ridge(_: int, __: int) -> object:
    """Return a ridge regression whose strength is chosen by leaving out one row after another."""
    from sklearn.linear_model import RidgeCV

    return RidgeCV(_STRENGTHS)


def forest(_: int, seed: int) -> object:
    """Return a random forest."""
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(_TREES, min_samples_leaf=_LEAST_LEAF, max_features=1 / 3, random_state=seed)


def nearest_lines(rows: int, _: int) -> object:
    """Return the mean over the nearest lines by standardised covariates."""
    from sklearn.neighbors import KNeighborsRegressor

    return KNeighborsRegressor(min(_NEIGHBOURS, rows))


def cell_means(training: pd.DataFrame, asked: pd.DataFrame) -> np.ndarray:
    """Return the mean of the training rows of each asked row's cell, (asked row,)."""
    cells = nearest_cells(training, asked)
    means = {cell: training.loc[rows_of_cell(training, cell), "value"].mean() for cell in dict.fromkeys(cells)}
    return np.array([means[cell] for cell in cells])


def regressed(
    make: MakeRegression,
    features: Features,
    training: pd.DataFrame,
    asked: pd.DataFrame,
    covariates: LineCovariates,
    seed: int,
) -> np.ndarray:
    """Predict the means of asked rows by a regression in each cell.

    Parameters
    ----------
    make : callable
        A regression for a number of rows and a seed.
    features : callable
        Covariates and lines to the regression's features.
    training, asked : DataFrame
        Rows with values; rows without.
    covariates : LineCovariates
    seed : int

    Returns
    -------
    (asked row,) array
    """
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    of_training, of_asked = (features(covariates, rows["line"].tolist()) for rows in (training, asked))
    cells = nearest_cells(training, asked)
    mean = np.empty(len(asked))
    for cell in dict.fromkeys(cells):
        own, here = rows_of_cell(training, cell), np.array([other == cell for other in cells])
        fitted = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), make(int(own.sum()), seed))
        fitted.fit(of_training[own], training.loc[own, "value"])
        mean[here] = fitted.predict(of_asked[here])
    return mean
