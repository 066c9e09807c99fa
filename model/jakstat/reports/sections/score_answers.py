"""The section on scores: what predictions were worth on measurements that the fit had not seen."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from jakstat.predictions import FEWEST_GROUPS, TOO_FEW_GROUPS
from jakstat.reports.figures import figure_svg, score_figure
from jakstat.reports.page import Block, Cell, Paragraph, Picture, Section, Table, Tone
from jakstat.reports.tables import interval_text, number_text, share_text

_TEXT, _NUMBER = False, True
_GOOD_K = 0.7  # Vehtari et al. 2024, JMLR 25(72)


def score_sentence(scores: pd.DataFrame) -> str:
    """Say where the mechanism stands beside the best naive predictor, of one set of measurements."""
    row = scores[~scores["naive"].astype(bool)].iloc[0]
    if not row["measurements"]:
        return f"{row['set']}: {row['left_out']}"
    if row["verdict"] == TOO_FEW_GROUPS:
        return (
            f"{row['set']}: {int(row['measurements'])} held-out measurements have too few groups (curves, lines or "
            f"drugs) to say whether the mechanism predicts better than the best naive predictor ({row['against']}): "
            f"that needs {FEWEST_GROUPS} groups or more. Mean CRPS {number_text(row['crps'])}, difference "
            f"{number_text(row['crps_difference'])} (below 0 is better)."
        )
    return (
        f"{row['set']}: on {int(row['measurements'])} held-out measurements the mechanism {row['verdict']} against the "
        f"best naive predictor ({row['against']}): mean CRPS {number_text(row['crps'])}, difference "
        f"{number_text(row['crps_difference'])} (95 % interval "
        f"{interval_text(row['difference_lower_95'], row['difference_upper_95'])}; below 0 is better)."
    )


def score_section(scores_of_sets: pd.DataFrame) -> Section:
    """Return the section on how good predictions are: a sentence, a table and a calibration curve a set."""
    blocks: list[Block] = []
    for name, scores in scores_of_sets.groupby("set", sort=False):
        blocks.append(Paragraph(score_sentence(scores)))
        if not scores["measurements"].any():
            continue
        blocks += [
            _score_table(str(name), scores),
            Picture(
                figure_svg(score_figure(scores)),
                f"Calibration, {name}.",
                "Share of held-out measurements in central predictive intervals; on the dashed line they are honest.",
            ),
        ]
    return Section("scores", "How good the predictions are", blocks)


def _score_table(name: str, scores: pd.DataFrame) -> Table:
    rows = []
    for row in scores.to_dict(orient="records"):
        tone: Tone = "good" if row["verdict"] == "wins" else "bad" if row["verdict"] == "loses" else ""
        numbers = [number_text(row[column]) for column in ("crps", "log_score")]
        coverage = [share_text(row[f"coverage_{level}"]) for level in (50, 80, 90)]
        rows.append(
            (row["predictor"], *numbers, *coverage, number_text(row["spearman"], 2), Cell(row["verdict"], tone))
        )
    columns: Sequence[tuple[str, bool]] = (
        ("predictor", _TEXT),
        ("CRPS", _NUMBER),
        ("log score", _NUMBER),
        ("in 50 %", _NUMBER),
        ("in 80 %", _NUMBER),
        ("in 90 %", _NUMBER),
        ("rank correlation", _NUMBER),
        ("against the best naive", _TEXT),
    )
    caption = (
        "Held-out measurements, predicted with all uncertainty (difference between screens and noise included) and by "
        "naive predictors from the training measurements. CRPS: smaller is better; log score: larger is better. wins, "
        "ties, loses: by the 95 % bootstrap interval of the difference in CRPS, groups of measurements resampled whole."
    )
    return Table(f"Scores, {name}.", caption + _trust(scores), tuple(columns), tuple(rows))


def _trust(scores: pd.DataFrame) -> str:
    """Return how far what was left out by weights, or by fits of its own, can be trusted; empty where nothing was."""
    found = scores.iloc[0]
    text = ""
    if np.isfinite(found["k_hat"]):
        trust = "reach" if found["k_hat"] <= _GOOD_K else "do not reach for all groups"
        text = (
            f" Weights carry the fit over to the one without a group; they {trust} (largest k-hat "
            f"{number_text(found['k_hat'], 2)}, {found['k_hat_of']}; up to {_GOOD_K} is good)."
        )
    if isinstance(found["refitted"], str) and found["refitted"]:
        text += (
            f" Fitted again without them: {found['refitted']} (largest R-hat {number_text(found['refit_r_hat'], 4)})."
        )
    return text
