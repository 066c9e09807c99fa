"""Scores against closed forms, and verdicts that neither a lucky nor a useless predictor can move."""

import numpy as np
import pytest
from scipy import stats

from jakstat.predictions.scoring.scores import Prediction, compare_predictors, score_measurements


@pytest.fixture
def rng():
    return np.random.default_rng(20)


def crps_of_normal(observed, mean, sd):
    # Gneiting and Raftery 2007, equation 21 (from memory)
    z = (observed - mean) / sd
    return sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))


def test_scores_of_a_normal_prediction_are_the_closed_forms(rng):
    observed, mean, sd = rng.standard_normal(20), rng.standard_normal(20), np.exp(rng.standard_normal(20))
    scored = score_measurements(observed, Prediction("normal", mean=mean, sd=sd))
    assert scored["crps"].to_numpy() == pytest.approx(crps_of_normal(observed, mean, sd))
    assert scored["log_score"].to_numpy() == pytest.approx(stats.norm.logpdf(observed, mean, sd))
    inside = np.abs(observed - mean) < stats.norm.ppf(0.9) * sd
    assert scored["inside_80"].tolist() == inside.tolist()


def test_scores_of_draws_approach_those_of_their_distribution(rng):
    observed = np.array([-1.0, 0.0, 0.3, 2.0])
    draws = rng.standard_normal((20_000, 4))
    scored = score_measurements(observed, Prediction("draws", draws=draws))
    assert scored["crps"].to_numpy() == pytest.approx(crps_of_normal(observed, 0, 1), abs=0.02)
    assert scored["log_score"].to_numpy() == pytest.approx(stats.norm.logpdf(observed), abs=0.1)


def test_the_crps_of_few_draws_has_no_bias(rng):
    draws = rng.standard_normal((3, 40_000))
    scored = score_measurements(np.full(40_000, 0.5), Prediction("three draws", draws=draws))
    error = scored["crps"].std() / 200
    assert scored["crps"].mean() == pytest.approx(crps_of_normal(0.5, 0, 1), abs=4 * error)


def test_the_log_score_of_noise_densities_is_that_of_their_mixture(rng):
    observed = np.array([0.2, 5.0])
    centres = rng.standard_normal((50, 2))
    density = stats.t.logpdf(observed, 3, centres, 0.5)
    prediction = Prediction("mixture", draws=centres, log_density=density)
    exact = np.log(np.exp(density).mean(axis=0))
    assert score_measurements(observed, prediction)["log_score"].to_numpy() == pytest.approx(exact)


def test_failed_draws_are_left_out_with_their_densities(rng):
    draws, density = rng.standard_normal((50, 3)), rng.standard_normal((50, 3))
    draws[7, 1] = density[7] = np.nan
    kept = np.arange(50) != 7
    observed = np.zeros(3)
    found = score_measurements(observed, Prediction("gap", draws=draws, log_density=density))
    without = score_measurements(observed, Prediction("no gap", draws=draws[kept], log_density=density[kept]))
    assert found.equals(without)


def test_true_intervals_cover_what_they_say(rng):
    sd = np.exp(rng.standard_normal(4000))
    observed = sd * rng.standard_normal(4000)
    table = compare_predictors(
        observed,
        [
            Prediction("true", draws=sd * rng.standard_normal((1000, 4000))),
            Prediction("normal", mean=np.zeros(4000), sd=sd, naive=True),
        ],
        seed=1,
    ).set_index("predictor")
    for name in ("true", "normal"):
        for level in (50, 80, 90):
            share = level / 100
            error = np.sqrt(share * (1 - share) / 4000)
            assert table.loc[name, f"coverage_{level}"] == pytest.approx(share, abs=4 * error + 1e-3)


def test_agreement_with_the_mean_is_measured_three_ways():
    observed = np.array([1.0, 2.0, 3.0, 4.0])
    mean = np.array([1.0, 2.0, 4.0, 3.0])
    row = compare_predictors(observed, [Prediction("one", mean=mean, sd=np.ones(4), naive=True)], seed=1).iloc[0]
    assert row["rmse"] == pytest.approx(np.sqrt(0.5))
    assert row["r2"] == pytest.approx(1 - 2 / 5)
    assert row["spearman"] == pytest.approx(0.8)


def test_a_constant_prediction_has_no_rank_correlation():
    row = compare_predictors(np.arange(4.0), [Prediction("one", mean=np.ones(4), sd=np.ones(4), naive=True)], 1).iloc[0]
    assert np.isnan(row["spearman"])


def panel(rng, groups=40, per_group=5):
    truth = np.repeat(rng.standard_normal(groups), per_group)
    observed = truth + 0.3 * rng.standard_normal(truth.size)
    naive = Prediction("mean", mean=np.zeros(truth.size), sd=np.full(truth.size, 1.05), naive=True)
    return truth, observed, naive, np.repeat(np.arange(groups), per_group)


def test_a_better_predictor_wins_a_worse_one_loses_and_an_equal_one_ties(rng):
    truth, observed, naive, groups = panel(rng)
    good = Prediction("good", mean=truth, sd=np.full(truth.size, 0.3))
    bad = Prediction("bad", mean=-truth, sd=np.full(truth.size, 0.3))
    same = Prediction("same", mean=0.02 * rng.standard_normal(truth.size), sd=np.full(truth.size, 1.05))
    table = compare_predictors(observed, [good, bad, same, naive], 1, groups).set_index("predictor")
    assert table["verdict"].to_dict() == {"good": "wins", "bad": "loses", "same": "ties", "mean": "best naive"}
    assert table.index[0] == "good"
    assert (table["against"] == "mean").all()


def test_a_useless_model_with_shuffled_groups_scores_no_better_than_the_naive_mean(rng):
    truth, observed, naive, groups = panel(rng)
    verdicts = []
    for _ in range(20):
        shuffled = truth.reshape(40, 5)[rng.permutation(40)].ravel()
        model = Prediction("shuffled", mean=shuffled, sd=np.full(truth.size, 0.3))
        table = compare_predictors(observed, [model, naive], 1, groups).set_index("predictor")
        assert table.loc["shuffled", "crps"] > table.loc["mean", "crps"]
        verdicts.append(table.loc["shuffled", "verdict"])
    assert "wins" not in verdicts


def test_measurements_of_one_group_do_not_count_as_many(rng):
    # One group in which the model is lucky decides nothing; taken singly its measurements seem to.
    groups = np.repeat(np.arange(8), 50)
    gain = np.where(groups == 0, 2.0, 0.0)
    observed = np.zeros(400)
    naive = Prediction("naive", mean=gain, sd=np.ones(400), naive=True)
    model = Prediction("model", mean=np.where(groups == 0, 0.0, 0.1), sd=np.ones(400))
    tables = [compare_predictors(observed, [model, naive], 1, by).set_index("predictor") for by in (None, groups)]
    assert [table.loc["model", "verdict"] for table in tables] == ["wins", "ties"]


def test_few_groups_are_not_judged(rng):
    truth, observed, naive, _ = panel(rng)
    good = Prediction("good", mean=truth, sd=np.full(truth.size, 0.3))
    table = compare_predictors(observed, [good, naive], 1, np.arange(truth.size) % 4).set_index("predictor")
    assert table.loc["good", "verdict"] == "too few groups"


def test_the_best_naive_predictor_is_the_one_to_beat(rng):
    truth, observed, naive, groups = panel(rng)
    closer = Prediction("closer", mean=0.5 * truth, sd=np.full(truth.size, 0.6), naive=True)
    model = Prediction("model", mean=0.4 * truth, sd=np.full(truth.size, 0.7))
    table = compare_predictors(observed, [model, naive, closer], 1, groups).set_index("predictor")
    assert table.loc["model", "against"] == "closer"
    assert table.loc["model", "verdict"] == "loses"
    assert table.loc["mean", "verdict"] == "loses"


def test_the_same_seed_gives_the_same_table(rng):
    truth, observed, naive, groups = panel(rng)
    model = Prediction("model", mean=truth, sd=np.ones(truth.size))
    assert compare_predictors(observed, [model, naive], 3, groups).equals(
        compare_predictors(observed, [model, naive], 3, groups)
    )


@pytest.mark.parametrize(
    ("prediction", "message"),
    [
        (Prediction("none"), "neither draws nor mean"),
        (Prediction("flat", mean=np.zeros(3), sd=np.zeros(3)), "positive sd"),
        (Prediction("short", mean=np.zeros(2), sd=np.ones(2)), "3 measurements"),
        (Prediction("turned", draws=np.zeros((3, 10))), r"\(draw, 3\)"),
        (Prediction("failed", draws=np.full((10, 3), np.nan)), "0 draws of 10"),
    ],
)
def test_predictions_that_cannot_be_scored_are_refused_by_name(prediction, message):
    with pytest.raises(ValueError, match=message) as caught:
        score_measurements(np.zeros(3), prediction)
    assert prediction.name in str(caught.value)


def test_a_comparison_without_a_naive_predictor_or_with_gaps_is_refused():
    model = Prediction("model", mean=np.zeros(3), sd=np.ones(3))
    with pytest.raises(ValueError, match="one of them naive"):
        compare_predictors(np.zeros(3), [model], seed=1)
    with pytest.raises(ValueError, match="without gaps"):
        score_measurements(np.array([0.0, np.nan, 1.0]), model)
