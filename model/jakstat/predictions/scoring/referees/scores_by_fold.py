"""Referees on folds of lines: each fold is predicted from the other folds asked for, and all are scored together."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from jakstat.predictions.scoring.folds import fold_of_line
from jakstat.predictions.scoring.referees.blinded_rows import split_rows
from jakstat.predictions.scoring.referees.comparison import compare_referees
from jakstat.predictions.scoring.referees.panel_referees import REFEREES, Referee, predict_by_referees
from jakstat.predictions.scoring.referees.strong_answers import samples_of
from jakstat.predictions.scoring.scores import Prediction
from jakstat.problem import LineCovariates


def score_referees_by_fold(
    rows: pd.DataFrame,
    covariates: LineCovariates,
    folds: Sequence[int],
    seed: int,
    not_scored: Collection[str] = (),
    referees: Sequence[Referee] = REFEREES,
) -> pd.DataFrame:
    """Score referees on lines that they have not seen.

    Parameters
    ----------
    rows : DataFrame
        ``line``, ``drug``, ``dose_nM``, ``screen``, ``value``, doses of all screens made alike. Rows of other folds are
        dropped before anything is computed.
    covariates : LineCovariates
    folds : sequence of int
        Two or more.
    seed : int
    not_scored : collection of str
        Lines that train but are not scored.
    referees : sequence of Referee

    Returns
    -------
    DataFrame
        As :func:`jakstat.predictions.scoring.referees.compare_referees`.

    Raises
    ------
    ValueError
        There are fewer than two folds, or one has no rows.
    """
    if len(set(folds)) < 2:
        raise ValueError(f"folds: found {list(folds)}; needed: two or more, since each is predicted from the others")
    of_row = rows["line"].map(fold_of_line).to_numpy()
    rows, of_row = rows[np.isin(of_row, folds)].reset_index(drop=True), of_row[np.isin(of_row, folds)]
    parts = []
    for fold in dict.fromkeys(folds):
        split = split_rows(rows, of_row == fold)
        parts.append((split, predict_by_referees(split.training, split.asked, covariates, seed, referees)))
    asked = pd.concat([split.asked for split, _ in parts], ignore_index=True)
    observed = np.concatenate([split.observed for split, _ in parts])
    scored = ~asked["line"].isin(not_scored).to_numpy()
    together = [
        Prediction(
            referee.name, draws=np.hstack([samples_of(said[number]) for _, said in parts])[:, scored], naive=True
        )
        for number, referee in enumerate(referees)
    ]
    return compare_referees(observed[scored], together, asked[scored].reset_index(drop=True), seed)
