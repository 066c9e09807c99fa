"""Naive predictors never see what they are scored on: neither as held-out values nor among their training rows."""

import numpy as np
import pandas as pd
import pytest

from jakstat.predictions.scoring import left_out_scores
from jakstat.predictions.scoring.held_out_signals import NAIVE
from jakstat.predictions.scoring.left_out_scores import _naive_without_own
from jakstat.predictions.scoring.scores import Prediction

LINES = ("A", "B", "C", "D")


@pytest.fixture
def rows() -> pd.DataFrame:
    cells = [(line, drug, dose) for line in LINES for drug in ("rux", "fed") for dose in (100.0, 1600.0)]
    table = pd.DataFrame(cells, columns=["line", "drug", "dose_nM"])
    values = np.clip(0.6 + 0.15 * np.random.default_rng(3).standard_normal(len(table)), 0, 1)
    return table.assign(value=values, experiment=[f"curve {number}" for number in range(len(table))])


@pytest.mark.parametrize("by", ["line", "drug"])
def test_predictions_of_a_group_do_not_change_with_its_own_values(rows, by):
    labels = rows[by].to_numpy()
    first = _naive_without_own(rows, labels)
    for group in dict.fromkeys(labels):
        own = labels == group
        other = _naive_without_own(rows.assign(value=np.where(own, rows["value"] + 0.3, rows["value"])), labels)
        for before, after in zip(first, other, strict=True):
            assert before.mean is not None
            assert after.mean is not None
            np.testing.assert_array_equal(before.mean[own], after.mean[own], err_msg=before.name)
            np.testing.assert_array_equal(before.sd[own], after.sd[own], err_msg=before.name)
            assert before.name == "no effect" or (before.mean[~own] != after.mean[~own]).any()


def test_a_naive_predictor_is_given_conditions_without_values(rows, monkeypatch):
    asked: list[list[str]] = []

    def watched(training: pd.DataFrame, held_out: pd.DataFrame) -> Prediction:
        asked.append(list(held_out.columns))
        return NAIVE[0](training, held_out)

    monkeypatch.setattr(left_out_scores, "NAIVE", (watched,))
    _naive_without_own(rows, rows["line"].to_numpy())
    assert asked == [["line", "drug", "dose_nM"]] * len(LINES)
