"""Naive predictors: exact where their own assumption holds, honest spreads, and what they do with the unseen."""

import numpy as np
import pandas as pd
import pytest

from jakstat.predictions.scoring.naive_predictors import (
    predict_additive,
    predict_drug_mean,
    predict_hill_fits,
    predict_line_mean,
    predict_no_effect,
)
from jakstat.predictions.scoring.scores import Prediction, compare_predictors

DRUGS, LINES = ("rux", "fed", "tofa"), tuple(f"line {number}" for number in range(8))
DOSES = np.logspace(1, 4, 7)


def table(value, noise=0.0, seed=1, doses=DOSES):
    """One row a drug, line and dose, or a drug and line where doses is None; value(drug, line, dose)."""
    rows = [
        {"drug": drug, "line": line, "dose_nM": dose, "value": value(at, number, dose)}
        for at, drug in enumerate(DRUGS)
        for number, line in enumerate(LINES)
        for dose in (doses if doses is not None else [1.0])
    ]
    frame = pd.DataFrame(rows)
    frame["value"] += noise * np.random.default_rng(seed).standard_normal(len(frame))
    return frame if doses is not None else frame.drop(columns="dose_nM")


def hill(dose, ic50, slope=1.0, bottom=0.0):
    return bottom + (1 - bottom) / (1 + (dose / ic50) ** slope)


def test_without_doses_the_drug_mean_is_the_mean_and_its_spread_that_of_lines():
    training = table(lambda drug, line, dose: drug + 0.1 * line, doses=None)
    found = predict_drug_mean(training, training)
    expected = training.groupby("drug")["value"].transform("mean")
    assert found.mean == pytest.approx(expected.to_numpy())
    between = np.std(0.1 * np.arange(8), ddof=1)
    assert found.sd == pytest.approx(between * np.sqrt(1 + 1 / 8))
    assert found.naive


def test_with_doses_the_drug_mean_is_a_curve_straight_between_its_doses_and_flat_beyond():
    training = table(lambda drug, line, dose: 1 - 0.2 * np.log10(dose))
    asked = pd.DataFrame({"drug": "rux", "line": "new", "dose_nM": [10.0, 10**2.2, 1e4, 1e6, 1.0]})
    found = predict_drug_mean(training, asked)
    assert found.mean == pytest.approx([0.8, 0.56, 0.2, 0.2, 0.8])


def test_no_effect_is_1_with_the_spread_of_what_drugs_did_in_training():
    training = table(lambda drug, line, dose: 1.0 - 0.3 * drug, doses=None)  # 1, 0.7, 0.4
    found = predict_no_effect(training, training.head(2))
    assert found.mean == pytest.approx([1.0, 1.0])
    assert found.sd == pytest.approx(np.sqrt((0.3**2 + 0.6**2) / 3))
    assert found.naive


def test_doses_are_compared_as_ratios_only():
    low = np.logspace(0, 3, 7)  # from 1 nM, so that bins of absolute width would merge the lowest
    training = table(lambda drug, line, dose: hill(dose, 30.0 * (drug + 1)), noise=0.05, doses=low)
    scaled = training.assign(dose_nM=training["dose_nM"] * 1024)
    for predict in (predict_drug_mean, predict_line_mean, predict_additive, predict_hill_fits):
        first, second = predict(training, training), predict(scaled, scaled)
        assert second.mean == pytest.approx(first.mean, abs=1e-4)
        assert second.sd == pytest.approx(first.sd, rel=1e-2)


def test_the_line_mean_is_the_mean_over_drugs():
    training = table(lambda drug, line, dose: drug + 0.1 * line, doses=None)
    found = predict_line_mean(training, training)
    assert found.mean == pytest.approx(training.groupby("line")["value"].transform("mean").to_numpy())


def test_additive_data_are_predicted_exactly_also_where_rows_are_missing():
    truth = table(lambda drug, line, dose: hill(dose, 10.0 ** (drug + 1)) + 0.05 * line)
    kept = np.random.default_rng(2).random(len(truth)) < 0.8
    found = predict_additive(truth[kept], truth[~kept].drop(columns="value"))
    assert found.mean == pytest.approx(truth.loc[~kept, "value"].to_numpy(), abs=1e-6)


def test_the_offset_of_a_new_line_is_unknown_and_widens_the_prediction():
    training = table(lambda drug, line, dose: 0.5 + 0.1 * line, doses=None, noise=0.01)
    asked = pd.DataFrame({"drug": ["rux", "rux"], "line": ["line 0", "never seen"]})
    found = predict_additive(training, asked)
    assert found.mean == pytest.approx([0.5, 0.85], abs=0.02)
    assert found.sd[1] == pytest.approx(np.std(0.1 * np.arange(8), ddof=1), rel=0.1)
    assert found.sd[0] < 0.03


def test_a_new_drug_takes_the_mean_and_spread_of_all():
    training = table(lambda drug, line, dose: float(drug), doses=None)
    asked = pd.DataFrame({"drug": ["new"], "line": ["line 0"]})
    for predict in (predict_drug_mean, predict_additive):
        found = predict(training, asked)
        assert found.mean == pytest.approx([1.0], abs=1e-6)
        assert found.sd[0] > 0.8


def test_hill_fits_find_hill_curves_of_each_drug_and_line():
    truth = table(lambda drug, line, dose: hill(dose, 50.0 * 2 ** (drug + line / 2), 1.2, 0.2), noise=0.01)
    found = predict_hill_fits(truth, truth)
    assert np.abs(found.mean - truth["value"]).max() < 0.06
    assert found.sd.mean() == pytest.approx(0.012, rel=0.4)


def test_hill_fits_of_a_new_line_take_the_curve_of_the_drug():
    truth = table(lambda drug, line, dose: hill(dose, 50.0 * 20**drug), noise=0.01)
    asked = pd.DataFrame({"drug": ["rux", "tofa"], "line": "new", "dose_nM": [50.0, 50.0 * 400]})
    assert predict_hill_fits(truth, asked).mean == pytest.approx([0.5, 0.5], abs=0.08)


def test_two_points_of_a_curve_leave_a_hill_fit_wide_between_them():
    training = table(lambda drug, line, dose: hill(dose, 300.0), noise=0.02, doses=np.array([10.0, 1e4]))
    asked = pd.DataFrame({"drug": "rux", "line": "line 0", "dose_nM": [10.0, 316.0]})
    at_data, between = predict_hill_fits(training, asked).sd
    assert between > 1.5 * at_data


def test_intervals_of_the_predictor_whose_assumption_holds_cover_what_they_say():
    rng = np.random.default_rng(5)
    offsets, inside = 0.2 * rng.standard_normal(8), []
    for seed in range(10):
        training = table(lambda drug, line, dose: 0.3 * drug + offsets[line], noise=0.1, seed=seed)
        held_out = table(lambda drug, line, dose: 0.3 * drug + offsets[line], noise=0.1, seed=100 + seed)
        scored = compare_predictors(held_out["value"], [predict_additive(training, held_out)], seed=1)
        inside.append(scored.loc[0, "coverage_80"])
    assert np.mean(inside) == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / (10 * len(training))) + 0.01)


def test_a_model_with_shuffled_lines_scores_no_better_than_the_naive_ones():
    rng = np.random.default_rng(6)
    sensitivity = rng.standard_normal(8)
    training, held_out = (
        table(lambda drug, line, dose: hill(dose, 300.0 * np.exp(sensitivity[line])), noise=0.05, seed=seed)
        for seed in (1, 2)
    )
    naive = [predict(training, held_out) for predict in (predict_drug_mean, predict_line_mean, predict_additive)]
    results = {}
    for name, order in (("true", np.arange(8)), ("shuffled", np.roll(np.argsort(sensitivity), 4))):
        mean = table(lambda drug, line, dose, of=sensitivity[order]: hill(dose, 300.0 * np.exp(of[line])))["value"]
        model = Prediction(name, mean=mean.to_numpy(), sd=np.full(len(mean), 0.05))
        scored = compare_predictors(held_out["value"], [model, *naive], 1, held_out["line"].to_numpy())
        results[name] = scored.set_index("predictor").loc[name, "verdict"]
    assert results["shuffled"] in ("ties", "loses")
    assert results["true"] in ("wins", "ties")


def test_missing_columns_are_named_at_once():
    training = table(lambda drug, line, dose: 1.0)
    with pytest.raises(ValueError, match=r"training\.line, held_out\.drug, held_out\.line"):
        predict_additive(training.drop(columns="line"), training[["dose_nM"]])


def test_a_dose_of_zero_is_refused():
    training = table(lambda drug, line, dose: 1.0)
    with pytest.raises(ValueError, match="positive doses"):
        predict_drug_mean(training.assign(dose_nM=0.0), training)
