"""How good predictions of a panel are: measurements that a fit has not seen, beside naive predictors.

They are a table (another screen, patients), or groups of the fit's own left out
(:mod:`jakstat.predictions.scoring.left_out_scores`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from jakstat.predictions.fit import StudyFit
from jakstat.predictions.scoring.held_out_signals import MECHANISM, NAIVE, dose_response_rows, held_out_signals
from jakstat.predictions.scoring.left_out_scores import NOTHING_WEIGHED, score_left_out
from jakstat.predictions.scoring.referees import conditions_of
from jakstat.predictions.scoring.refits import Refit
from jakstat.predictions.scoring.scores import Prediction, compare_predictors
from jakstat.problem import StudyMeasurement, require_unseen
from jakstat.scenarios import ScoreSettings, dose_responses_by
from jakstat.statistics import draw_measurements


def predict_held_out(fit: StudyFit, held_out: Sequence[StudyMeasurement]) -> Prediction:
    """Predict held-out measurements, noise included, from every draw of the fit."""
    signals = held_out_signals(fit, held_out)
    drawn = draw_measurements(signals.signal, signals.scale, signals.noise, np.random.default_rng(fit.seed))
    count = len(held_out)
    return Prediction(MECHANISM, draws=drawn.reshape(-1, count), log_density=signals.log_density().reshape(-1, count))


def score_held_out(fit: StudyFit, held_out: Sequence[StudyMeasurement]) -> pd.DataFrame:
    """Score the fit on held-out dose responses beside naive predictions from its training data.

    Parameters
    ----------
    held_out : sequence of StudyMeasurement
        One inhibitor each; the same observable as the dose responses of the fit.

    Returns
    -------
    DataFrame
        As ``scores.compare_predictors``; curves (line, drug and experiment) are resampled together.
    """
    names = {measurement.observable for measurement in held_out}
    training = dose_response_rows(
        [measurement for measurement in fit.scenarios.measurements if measurement.observable in names]
    )
    rows = dose_response_rows(held_out)
    predictions = [predict_held_out(fit, held_out), *(predict(training, conditions_of(rows)) for predict in NAIVE)]
    groups = (rows["line"] + " " + rows["drug"] + " " + rows["experiment"]).to_numpy()
    return compare_predictors(rows["value"].to_numpy(dtype=float), predictions, fit.seed, groups)


@dataclass(frozen=True)
class PublicTable:
    """Public measurements that are not shipped: their table, and a sentence that says why it has no rows, if so."""

    path: Path
    absence: str


def score_predictions(
    fit: StudyFit,
    sets: Sequence[ScoreSettings],
    folder: Path,
    observable: str,
    public: Mapping[str, PublicTable] | None = None,
    refits: Mapping[tuple[str, str], Refit] | None = None,
) -> pd.DataFrame:
    """Score the fit on several sets of measurements.

    Parameters
    ----------
    sets : sequence of ScoreSettings
    folder : Path
        That of the study, from which tables are named.
    observable : str
        Of the dose responses of which groups are left out.
    public : mapping of str to PublicTable, optional
        Public measurements by their names in ``sets``.
    refits : mapping of (str, str) to Refit, optional
        Fits without a group, by what makes groups (cell_line, inhibitor) and the group.

    Returns
    -------
    DataFrame
        As :func:`score_held_out` for each set; ``set`` is its name, ``k_hat`` the largest of its weights (NaN where
        nothing is weighed) and ``k_hat_of`` the group whose it is; ``refitted`` the groups that were fitted again and
        ``refit_r_hat`` the largest R-hat of those fits. A asked whose measurements are not there is one row with 0
        measurements; its ``left_out`` says why.
    """
    found = []
    for asked in sets:
        table = PublicTable(folder / asked.held_out, "")
        table = (public or {})[asked.public] if asked.public else table
        if reason := table.absence or _too_few_to_leave_out(fit, observable, asked.leave_out):
            found.append(_not_scored(reason).assign(set=asked.name, **NOTHING_WEIGHED))
        elif asked.held_out or asked.public:
            held_out = fit.scenarios.read_table(table.path)
            rows = [(row.observable, row.time, row.value, row.censored) for row in held_out]
            require_unseen(fit.posterior.seen, fit.tables, rows, asked.name)
            scores = score_held_out(fit, held_out)
            found.append(scores.assign(set=asked.name, **NOTHING_WEIGHED))
        else:
            own = {group: refit for (by, group), refit in (refits or {}).items() if by == asked.leave_out}
            left_out = score_left_out(fit, observable, asked.leave_out, own)
            found.append(left_out.scores.assign(set=asked.name, **left_out.trust()))
    return pd.concat([scores.assign(left_out=scores.get("left_out", "")) for scores in found], ignore_index=True)


def _not_scored(reason: str) -> pd.DataFrame:
    """Return the row of a set that could not be scored."""
    return pd.DataFrame([{"predictor": MECHANISM, "naive": False, "measurements": 0, "left_out": reason}])


def _too_few_to_leave_out(fit: StudyFit, observable: str, by: str) -> str:
    """Say why no group can be left out; empty where one can, or none is asked for."""
    if not by:
        return ""
    _, labels = dose_responses_by(fit.scenarios.measurements, observable, by)
    groups = sorted(set(map(str, labels)))
    if len(groups) > 1:
        return ""
    return (
        f"leaving out a {by} at a time needs dose responses ({observable}) of two or more, and the study has "
        f"{f'those of {groups[0]} alone' if groups else 'none'}."
    )
