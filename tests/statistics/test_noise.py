"""Noise densities against SciPy, each distribution alone and mixed, censored or not; drawn measurements likewise."""

import numpy as np
import pytensor.tensor as pt
import pytest
from scipy import stats

from jakstat.statistics.noise import NOISE_DISTRIBUTIONS, Noise, draw_measurements, log_density

MEASURED = np.array([1.2, 0.3, 5.0])
SIGNAL = np.array([1.0, 0.5, 4.0])
SCALE = np.array([0.2, 0.4, 1.1])
FREEDOM = 4.0

REFERENCE = {
    "normal": lambda m, y, s: stats.norm.logpdf(m, y, s),
    "laplace": lambda m, y, s: stats.laplace.logpdf(m, y, s),
    "log-normal": lambda m, y, s: stats.lognorm.logpdf(m, s, scale=y),
    "log-laplace": lambda m, y, s: stats.laplace.logpdf(np.log(m), np.log(y), s) - np.log(m),
    "student-t": lambda m, y, s: stats.t.logpdf(m, FREEDOM, y, s),
}
PROBABILITY_BELOW = {
    "normal": lambda m, y, s: stats.norm.logcdf(m, y, s),
    "laplace": lambda m, y, s: stats.laplace.logcdf(m, y, s),
    "log-normal": lambda m, y, s: stats.lognorm.logcdf(m, s, scale=y),
    "log-laplace": lambda m, y, s: stats.laplace.logcdf(np.log(m), np.log(y), s),
}


def density(measured, signal, scale, distributions, censored=""):
    noise = Noise(
        np.asarray(distributions), np.full(len(distributions), FREEDOM), np.array([censored] * len(distributions))
    )
    return log_density(*map(pt.as_tensor, (measured, signal, scale)), noise).eval()


@pytest.mark.parametrize("name", NOISE_DISTRIBUTIONS)
def test_density_agrees_with_scipy(name):
    expected = REFERENCE[name](MEASURED, SIGNAL, SCALE)
    assert density(MEASURED, SIGNAL, SCALE, [name] * 3) == pytest.approx(expected, rel=1e-12)


def test_distributions_mix_within_one_vector():
    names = ["log-normal", "student-t", "laplace"]
    expected = [
        REFERENCE[name](*arguments)
        for name, arguments in zip(names, zip(MEASURED, SIGNAL, SCALE, strict=True), strict=True)
    ]
    assert density(MEASURED, SIGNAL, SCALE, names) == pytest.approx(expected, rel=1e-12)


def test_a_signal_that_is_not_positive_has_no_density_under_logarithmic_noise():
    values = density(MEASURED, np.array([-1.0, 0.0, 4.0]), SCALE, ["log-normal"] * 3)
    assert np.isneginf(values[:2]).all()
    assert np.isfinite(values[2])


def test_a_scale_that_is_not_positive_has_no_density():
    assert np.isneginf(density(MEASURED, SIGNAL, np.array([0.0, -1.0, 1.0]), ["normal"] * 3)[:2]).all()


@pytest.mark.parametrize("name", NOISE_DISTRIBUTIONS)
def test_drawn_measurements_follow_their_density(name):
    rng = np.random.default_rng(5)
    drawn = draw_measurements(
        np.full((20_000, 1), 2.0), np.full((20_000, 1), 0.3), Noise(np.array([name]), np.array([FREEDOM])), rng
    ).ravel()
    frozen = {
        "normal": stats.norm(2.0, 0.3),
        "laplace": stats.laplace(2.0, 0.3),
        "log-normal": stats.lognorm(0.3, scale=2.0),
        "log-laplace": stats.loglaplace(1 / 0.3, scale=2.0),
        "student-t": stats.t(FREEDOM, 2.0, 0.3),
    }[name]
    assert stats.kstest(drawn, frozen.cdf).pvalue > 1e-3


@pytest.mark.parametrize("name", sorted(PROBABILITY_BELOW))
def test_a_censored_value_counts_with_the_probability_of_its_side(name):
    below = PROBABILITY_BELOW[name](MEASURED, SIGNAL, SCALE)
    assert density(MEASURED, SIGNAL, SCALE, [name] * 3, "below") == pytest.approx(below, rel=1e-10)
    above = np.log1p(-np.exp(below))
    assert density(MEASURED, SIGNAL, SCALE, [name] * 3, "above") == pytest.approx(above, rel=1e-8)


def test_the_probability_far_in_the_tail_is_not_zero():
    value = density(np.array([-40.0]), np.array([0.0]), np.array([1.0]), ["normal"], "below")
    assert value == pytest.approx(stats.norm.logcdf(-40.0), rel=1e-10)
