"""The value of a measurement against closed forms of normal models, with Monte Carlo errors that hold."""

import numpy as np
import pytest
import xarray as xr

from jakstat.predictions.next_experiment import (
    expect_reductions,
    rank_candidates,
    reduction_by_regression,
    reduction_by_weights,
)

SLOPES = np.array([0.0, 0.5, 1.0, 2.0])


def draws(seed, number=500):
    return np.random.default_rng(seed).standard_normal((4, number))


def exact(slope, noise=1.0, prior=1.0):
    """Share of the variance of theta ~ N(0, prior) that y = slope theta + N(0, noise) removes."""
    return slope**2 * prior**2 / (slope**2 * prior**2 + noise**2)


def as_arrays(target, signal):
    coords = {"chain": range(target.shape[0]), "draw": range(target.shape[1])}
    of_target = xr.DataArray(target, dims=("chain", "draw"), coords=coords)
    names = [f"dose {number}" for number in range(signal.shape[-1])]
    return of_target, xr.DataArray(signal, dims=("chain", "draw", "candidate"), coords=coords | {"candidate": names})


def test_both_estimates_agree_with_the_conjugate_normal_model():
    theta = draws(1)
    target, signal = as_arrays(3 * theta + 5, theta[..., None] * SLOPES)
    found = expect_reductions(target, signal, xr.DataArray(np.ones(4), dims="candidate"), seed=2, simulated=100)
    truth = exact(SLOPES)
    for name in ("regression", "weights"):
        error = found[f"{name}_error"].to_numpy()
        # 4 standard errors, and what 2000 draws give away beside them
        assert (np.abs(found[f"{name}_reduction"].to_numpy() - truth) < 4 * error + 0.003).all()
        assert (error < 0.03).all()
    assert found.attrs["sd"] == pytest.approx(3.0, rel=0.05)
    assert found.attrs["draws"] == 2000


@pytest.mark.parametrize("slope", [0.5, 2.0])
def test_the_errors_are_those_of_repeated_runs(slope):
    noise = np.ones((4, 300))
    by = {"weights": [], "regression": []}
    for seed in range(25):
        theta, rng = draws(seed, 300), np.random.default_rng(1000 + seed)
        by["regression"].append(reduction_by_regression(theta, slope * theta, noise, rng))
        by["weights"].append(reduction_by_weights(theta.ravel(), slope * theta.ravel(), noise.ravel(), rng, 40))
    for found in by.values():
        estimates, errors = (np.array([row[name] for row in found]) for name in ("reduction", "error"))
        # The sd of 25 runs is itself known to about 15 %.
        assert 0.5 < errors.mean() / estimates.std(ddof=1) < 2.0
        assert abs(estimates.mean() - exact(slope)) < 4 * errors.mean() / 5 + 0.003


def test_a_target_that_bends_with_the_signal_is_followed_by_regression():
    theta = draws(3, 1000)
    target = theta**2
    found = reduction_by_regression(target, theta, np.full(theta.shape, 0.01), np.random.default_rng(0))
    assert found["reduction"] > 0.9, "a straight line would explain nothing"


def test_noise_that_differs_between_draws_is_used_as_it_is():
    theta = draws(4)
    noise = np.where(np.arange(theta.size).reshape(theta.shape) % 2, 1.0, 1e3)
    weights = reduction_by_weights(theta.ravel(), theta.ravel(), noise.ravel(), np.random.default_rng(0), 200)
    # The noise is known from the measurement's size: half of the time it tells 1/2, half of the time nothing.
    assert weights["reduction"] == pytest.approx(0.25, abs=4 * weights["error"] + 0.01)


def test_a_sharp_measurement_of_what_few_draws_describe_is_marked_unreliable():
    theta = np.random.default_rng(5).standard_t(2, 1000)
    sharp = reduction_by_weights(theta, theta, np.full(1000, 1e-4), np.random.default_rng(0), 50)
    dull = reduction_by_weights(theta, theta, np.full(1000, 3.0), np.random.default_rng(0), 50)
    assert sharp["share_unreliable"] > 0.5
    assert dull["share_unreliable"] < 0.3


def test_few_effective_draws_do_not_make_a_measurement_of_nothing_look_useful():
    estimates = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        signal, target = rng.random(300), rng.standard_normal(300)
        estimates.append(reduction_by_weights(target, signal, np.full(300, 0.006), rng, 60)["reduction"])
    # About 6 draws carry the weight of each measurement: their variance, not corrected, is a fifth too small.
    assert np.mean(estimates) == pytest.approx(0.0, abs=4 * np.std(estimates, ddof=1) / np.sqrt(8))
    assert np.mean(estimates) < 0.1


def test_on_log_scale_the_unit_of_the_target_does_not_matter():
    theta = draws(6)
    target, signal = as_arrays(np.exp(theta), theta[..., None] * SLOPES[2:])
    noise = xr.DataArray([1.0, 1.0], dims="candidate")
    in_nm = expect_reductions(target, signal, noise, seed=1, scale="log", simulated=50)
    in_um = expect_reductions(target / 1000, signal, noise, seed=1, scale="log", simulated=50)
    for name in in_nm.data_vars:
        assert in_um[name].to_numpy() == pytest.approx(in_nm[name].to_numpy(), abs=1e-6)
    assert in_nm["regression_reduction"].to_numpy() == pytest.approx(exact(SLOPES[2:]), abs=0.06)


def test_draws_without_the_target_are_left_out_and_counted():
    theta = draws(7)
    values = theta.copy()
    values[0, :100] = np.nan
    target, signal = as_arrays(values, theta[..., None] * SLOPES[2:3])
    found = expect_reductions(target, signal, xr.DataArray([1.0], dims="candidate"), seed=1, simulated=20)
    assert found.attrs["draws"] == 1900
    assert found.attrs["share_of_draws"] == 0.95
    assert found["regression_reduction"].item() == pytest.approx(0.5, abs=0.08)


def test_the_ranking_has_the_best_first_and_says_whether_the_estimates_agree():
    theta = draws(8)
    target, signal = as_arrays(theta, theta[..., None] * SLOPES)
    signal = signal.assign_coords(dose=("candidate", [1.0, 10.0, 100.0, 1000.0]))
    found = expect_reductions(target, signal, xr.DataArray(np.ones(4), dims="candidate"), 3, simulated=60, weighed=2)
    table = rank_candidates(found)
    assert table["candidate"].tolist()[:3] == ["dose 3", "dose 2", "dose 1"]
    assert table["dose"].tolist()[0] == 1000.0
    assert table["estimates_agree"].tolist() == [True, True, False, False]
    assert table["weights_reduction"].isna().tolist() == [False, False, True, True]
    assert table["expected_sd"][0] == pytest.approx(np.sqrt(0.2), rel=0.1)


@pytest.mark.parametrize(
    ("target", "noise", "scale", "message"),
    [
        (np.ones((1, 200)), 1.0, "linear", "not sure yet"),
        (np.full((1, 200), np.nan), 1.0, "linear", "100 or more"),
        (np.linspace(-1, 1, 200)[None], 1.0, "log", "positive ones"),
        (np.linspace(-1, 1, 200)[None], 0.0, "linear", "noise_sd"),
        (np.linspace(-1, 1, 200)[None], 1.0, "root", "linear or log"),
    ],
)
def test_what_cannot_be_judged_is_refused(target, noise, scale, message):
    of_target, signal = as_arrays(target, np.linspace(0, 1, 200)[None, :, None])
    with pytest.raises(ValueError, match=message):
        expect_reductions(of_target, signal, xr.DataArray([noise], dims="candidate"), seed=1, scale=scale)
