"""Predictors of held-out lines in one table: CRPS, strong answers, the most sensitive lines, calibration."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from jakstat.predictions.scoring.referees.strong_answers import (
    auroc_of_most_sensitive,
    line_scores,
    pit_values,
    samples_of,
    score_strong_answers,
)
from jakstat.predictions.scoring.scores import Prediction, compare_predictors, interval_of_mean


def compare_referees(
    observed: np.ndarray, predictions: Sequence[Prediction], asked: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Score predictors on the same held-out rows; every interval is by resampling lines.

    Parameters
    ----------
    observed : (row,) array
    predictions : sequence of Prediction
        At least one of them naive.
    asked : DataFrame
        ``line``, ``drug``, ``dose_nM`` and ``screen`` of each row.
    seed : int
        Of bootstraps and of ties.

    Returns
    -------
    DataFrame
        As :func:`jakstat.predictions.scoring.scores.compare_predictors`, and ``strong_crps`` (of responses below 0.5)
        with its difference to that of ``against`` and the 95 % interval of it; ``auroc`` of the most sensitive tenth of
        lines with its 95 % interval; ``pit_mean``.
    """
    lines = asked["line"].to_numpy()
    table = compare_predictors(observed, predictions, seed, lines)
    by_name = {prediction.name: prediction for prediction in predictions}
    best = score_strong_answers(observed, by_name[table["against"].iloc[0]])
    seen = line_scores(observed, asked)
    rows = []
    for name in table["predictor"]:
        strong = score_strong_answers(observed, by_name[name])
        lower, upper = interval_of_mean(strong - best, lines, seed)
        auroc, auroc_lower, auroc_upper = auroc_of_most_sensitive(
            seen, line_scores(samples_of(by_name[name]).mean(axis=0), asked), seed
        )
        rows.append(
            {
                "strong_crps": strong.mean(),
                "strong_difference": (strong - best).mean(),
                "strong_difference_lower_95": lower,
                "strong_difference_upper_95": upper,
                "auroc": auroc,
                "auroc_lower_95": auroc_lower,
                "auroc_upper_95": auroc_upper,
                "pit_mean": pit_values(observed, by_name[name], seed).mean(),
            }
        )
    return pd.concat([table, pd.DataFrame(rows)], axis=1)
