"""Strong answers, sensitive lines, calibration and folds: against closed forms and planted differences."""

import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from jakstat.predictions.scoring import fold_of_line
from jakstat.predictions.scoring.referees import REFEREES, compare_referees, score_referees_by_fold
from jakstat.predictions.scoring.referees.strong_answers import (
    auroc_of_most_sensitive,
    line_scores,
    pit_histogram,
    pit_values,
    samples_of,
    score_strong_answers,
)
from jakstat.predictions.scoring.scores import Prediction, interval_of_mean
from jakstat.problem import LineCovariates


@pytest.fixture
def rng():
    return np.random.default_rng(12)


def test_the_threshold_weighted_crps_is_the_integral_below_the_threshold(rng):
    observed = np.array([0.2, 0.45, 0.9])
    draws = rng.normal(0.5, 0.2, (4000, 3))
    grid = np.linspace(-1, 0.5, 3001)
    squares = (stats.norm.cdf(grid, 0.5, 0.2) - (grid >= observed[:, None])) ** 2
    found = score_strong_answers(observed, Prediction("draws", draws=draws))
    assert found == pytest.approx(np.trapezoid(squares, grid, axis=1), abs=0.006)


def test_above_the_threshold_nothing_counts():
    far = Prediction("far", draws=np.full((10, 2), 5.0))
    assert score_strong_answers(np.array([0.6, 0.9]), far).tolist() == [0, 0]
    assert score_strong_answers(np.array([0.1]), Prediction("far", draws=np.full((10, 1), 5.0)))[0] == pytest.approx(
        0.4
    )


def test_a_normal_prediction_is_scored_by_its_quantiles():
    prediction = Prediction("normal", mean=np.array([0.3]), sd=np.array([0.1]))
    assert np.quantile(samples_of(prediction), [0.25, 0.75]) == pytest.approx(
        stats.norm.ppf([0.25, 0.75], 0.3, 0.1), abs=1e-3
    )
    with pytest.raises(ValueError, match="neither"):
        samples_of(Prediction("nothing"))


def test_pit_is_uniform_where_predictions_are_calibrated_and_one_sided_where_not(rng):
    centre = rng.standard_normal(4000)
    observed, draws = centre + rng.standard_normal(4000), centre + rng.standard_normal((200, 4000))
    uniform = pit_histogram(pit_values(observed, Prediction("right", draws=draws), 1))
    assert uniform == pytest.approx(np.full(10, 0.1), abs=4 * np.sqrt(0.09 / 4000))
    assert pit_values(observed, Prediction("low", draws=draws - 1), 1).mean() > 0.65


def test_pit_of_ties_is_spread_evenly():
    pit = pit_values(np.ones(4000), Prediction("one", draws=np.ones((9, 4000))), 1)
    assert pit.mean() == pytest.approx(0.5, abs=4 * 0.29 / np.sqrt(4000))


def conditions(lines: int) -> pd.DataFrame:
    return pd.DataFrame(
        [(f"line {line}", drug, 100.0, "A") for line in range(lines) for drug in ("rux", "fed")],
        columns=["line", "drug", "dose_nM", "screen"],
    )


def test_line_scores_take_off_what_drugs_have_in_common():
    rows = conditions(2)
    found = line_scores(np.array([0.9, 0.5, 0.7, 0.3]), rows)
    assert found.to_dict() == pytest.approx({"line 0": -0.1, "line 1": 0.1})


def test_auroc_is_1_for_the_truth_0_for_its_reverse_and_a_half_for_chance(rng):
    seen = pd.Series(rng.standard_normal(200))
    assert auroc_of_most_sensitive(seen, seen, 1, resamples=50)[0] == 1
    assert auroc_of_most_sensitive(seen, -seen, 1, resamples=50)[0] == 0
    value, lower, upper = auroc_of_most_sensitive(seen, pd.Series(rng.standard_normal(200)), 1)
    assert lower < 0.5 < upper
    assert lower < value < upper


def test_auroc_of_resampled_lines_is_that_of_scikit_learn(rng):
    seen, said = (pd.Series(rng.integers(6, size=40).astype(float)) for _ in range(2))  # with ties
    _, lower, upper = auroc_of_most_sensitive(seen, said, 1, share=0.3, resamples=400)
    sensitive = (seen.rank(ascending=False, method="first") <= 12).to_numpy()
    weights = np.random.default_rng(1).multinomial(40, np.full(40, 1 / 40), size=400)
    found = [roc_auc_score(np.repeat(sensitive, drawn), np.repeat(said.to_numpy(), drawn)) for drawn in weights]
    assert [lower, upper] == pytest.approx(np.quantile(found, [0.025, 0.975]))


def test_auroc_compares_lines_by_name_not_by_place(rng):
    seen = pd.Series(rng.standard_normal(50), index=[f"line {number}" for number in range(50)])
    assert auroc_of_most_sensitive(seen, seen.sample(frac=1, random_state=1), 1, resamples=10)[0] == 1


def test_intervals_are_wider_by_lines_than_by_values_of_one_line(rng):
    shared = np.repeat(rng.standard_normal(30), 20)
    by_line, by_value = (
        interval_of_mean(shared, groups, 1) for groups in (np.repeat(np.arange(30), 20), np.arange(600))
    )
    assert np.ptp(by_line) > 3 * np.ptp(by_value)


def test_the_comparison_has_a_row_a_predictor_and_the_better_one_first(rng):
    rows = conditions(60)
    truth = 0.6 + 0.2 * np.repeat(rng.standard_normal(60), 2)
    observed = truth + 0.02 * rng.standard_normal(120)
    good = Prediction("good", draws=truth + 0.02 * rng.standard_normal((100, 120)), naive=True)
    poor = Prediction("poor", draws=0.6 + 0.2 * rng.standard_normal((100, 120)), naive=True)
    table = compare_referees(observed, [poor, good], rows, 1).set_index("predictor")
    assert table.index.tolist() == ["good", "poor"]
    assert table.loc["poor", "strong_difference_lower_95"] > 0
    assert table.loc["good", "auroc"] > 0.95
    assert table.loc["good", "auroc_lower_95"] > table.loc["poor", "auroc"]
    assert table["pit_mean"].between(0.4, 0.6).all()


def rows_in_folds(rng) -> pd.DataFrame:
    rows = conditions(90)
    return rows.assign(value=np.clip(0.5 + 0.1 * rng.standard_normal(len(rows)), 0, 1))


def test_each_fold_is_predicted_from_the_others_and_a_closed_fold_enters_nowhere(rng, monkeypatch):
    rows = rows_in_folds(rng)
    seen: list[tuple[set, set]] = []

    def watched(training, asked, *rest):
        seen.append((set(training["line"].map(fold_of_line)), set(asked["line"].map(fold_of_line))))
        return predict(training, asked, *rest)

    module = sys.modules[score_referees_by_fold.__module__]
    predict = module.predict_by_referees
    monkeypatch.setattr(module, "predict_by_referees", watched)
    nothing_known = LineCovariates((), (), np.empty((0, 0)))
    table = score_referees_by_fold(rows, nothing_known, [1, 2], 1, referees=REFEREES[:2])
    assert seen == [({2}, {1}), ({1}, {2})]
    assert table["measurements"].tolist() == [int(rows["line"].map(fold_of_line).isin([1, 2]).sum())] * 2
    closed = rows["line"].map(fold_of_line) == 0
    other = score_referees_by_fold(
        rows.assign(value=rows["value"].where(~closed, 7.0)), nothing_known, [1, 2], 1, referees=REFEREES[:2]
    )
    pd.testing.assert_frame_equal(table, other)


def test_lines_that_are_not_scored_train_all_the_same(rng):
    rows, nothing_known = rows_in_folds(rng), LineCovariates((), (), np.empty((0, 0)))
    line = next(name for name in rows["line"] if fold_of_line(name) == 1)
    table = score_referees_by_fold(rows, nothing_known, [1, 2], 1, [line], REFEREES[:2])
    assert table["measurements"].iloc[0] == int(rows["line"].map(fold_of_line).isin([1, 2]).sum()) - 2
    with pytest.raises(ValueError, match="two or more"):
        score_referees_by_fold(rows, nothing_known, [1], 1)
