"""Draws of priors without PyMC: of the density that is truncated at the bounds, for each family, and the way back."""

import numpy as np
import pytest
from scipy import special, stats

from jakstat.predictions.cells_of_fit import prior_draws
from jakstat.problem import Parameter, Prior
from jakstat.problem.prior_densities import deviations_of_draws, draws_from_deviations, prior_quantiles
from jakstat.problem.written_priors import PRIOR_PARAMETERS

DENSITIES = {
    "normal": ((1.2, 0.7), stats.norm(1.2, 0.7)),
    "log-normal": ((0.2, 0.6), stats.lognorm(0.6, scale=np.exp(0.2))),
    "laplace": ((1.2, 0.5), stats.laplace(1.2, 0.5)),
    "log-laplace": ((0.2, 0.5), stats.loglaplace(1 / 0.5, scale=np.exp(0.2))),
    "uniform": ((0.2, 3.0), stats.uniform(0.2, 2.8)),
    "log-uniform": ((0.2, 3.0), stats.loguniform(0.2, 3.0)),
    "cauchy": ((1.2, 0.5), stats.cauchy(1.2, 0.5)),
    "chisquare": ((3.0,), stats.chi2(3.0)),
    "exponential": ((1.5,), stats.expon(scale=1.5)),
    "gamma": ((2.0, 0.7), stats.gamma(2.0, scale=0.7)),
    "rayleigh": ((0.9,), stats.rayleigh(scale=0.9)),
}
NONE = (-np.inf, np.inf)


def parameter(distribution, numbers, lower, upper, name="p"):
    return Parameter(name, 1.0, Prior(distribution, numbers, lower, upper, "assumed"))


def truncated(density, lower, upper):
    """Return the distribution function between the bounds."""
    return lambda value: (density.cdf(value) - density.cdf(lower)) / (density.cdf(upper) - density.cdf(lower))


def test_every_family_of_petab_is_here():
    assert set(DENSITIES) == set(PRIOR_PARAMETERS)


@pytest.mark.parametrize("name", DENSITIES)
@pytest.mark.parametrize("bounds", [NONE, (0.6, 2.5), (0.9, np.inf), (-np.inf, 1.0), (2.2, 2.9)])
def test_draws_are_of_the_truncated_density_and_within_its_bounds(name, bounds):
    numbers, density = DENSITIES[name]
    drawn = prior_draws([parameter(name, numbers, *bounds)], 4000, seed=3)[:, 0]
    assert bounds[0] <= drawn.min() <= drawn.max() <= bounds[1]
    assert stats.kstest(drawn, truncated(density, *bounds)).pvalue > 1e-3


@pytest.mark.parametrize("name", DENSITIES)
@pytest.mark.parametrize("bounds", [NONE, (0.6, 2.5)])
def test_draws_and_deviations_are_each_others_inverse(name, bounds):
    free = [parameter(name, DENSITIES[name][0], *bounds), parameter("normal", (0.0, 1.0), *NONE)]
    deviations = np.random.default_rng(1).standard_normal((7, 3, 2))
    drawn = draws_from_deviations(free, deviations)
    assert drawn.shape == deviations.shape
    assert deviations_of_draws(free, drawn) == pytest.approx(deviations, rel=1e-6, abs=1e-9)


def test_a_normal_prior_above_0_has_no_negative_draws():
    drawn = prior_draws([parameter("normal", (0.0, 1.0), 0.0, np.inf)], 20_000, seed=1)[:, 0]
    assert drawn.min() >= 0
    assert stats.kstest(drawn, stats.truncnorm(0, np.inf).cdf).pvalue > 1e-3


def test_bounds_far_in_a_tail_are_kept_where_probabilities_are_below_rounding():
    drawn = prior_draws([parameter("normal", (0.0, 1.0), 30.0, 31.0)], 2000, seed=1)[:, 0]
    assert 30.0 <= drawn.min() < drawn.max() <= 31.0
    assert stats.kstest(drawn, stats.truncnorm(30.0, 31.0).cdf).pvalue > 1e-3
    above = prior_draws([parameter("laplace", (0.0, 1.0), 60.0, np.inf)], 2000, seed=1)[:, 0]
    assert stats.kstest(above - 60.0, stats.expon.cdf).pvalue > 1e-3


def test_priors_without_bounds_have_the_draws_that_they_always_had():
    free = [parameter("normal", (2.0, 3.0), *NONE, "a"), parameter("log-normal", (1.0, 0.5), 0.0, np.inf, "b")]
    first, second = (np.random.default_rng([5, *name.encode()]).standard_normal(10) for name in "ab")
    assert (prior_draws(free, 10, 5) == np.column_stack([2.0 + 3.0 * first, np.exp(1.0 + 0.5 * second)])).all()


def test_no_parameters_have_no_columns():
    assert prior_draws([], 4, 1).shape == (4, 0)


def test_quantiles_at_the_ends_are_the_bounds():
    for name, (numbers, _) in DENSITIES.items():
        prior = Prior(name, numbers, 0.6, 2.5, "assumed")
        assert prior_quantiles(prior, np.array([0.0, 1.0])) == pytest.approx([0.6, 2.5], rel=1e-12)
        assert prior_quantiles(prior, special.ndtr(np.array([-40.0, 40.0]))).tolist() == pytest.approx([0.6, 2.5])


def test_what_has_no_mass_or_no_prior_is_refused():
    with pytest.raises(ValueError, match="found no mass between 9 and 10"):
        prior_quantiles(Prior("uniform", (0.0, 1.0), 9.0, 10.0, "assumed"), np.array([0.5]))
    with pytest.raises(ValueError, match="p: found no prior"):
        prior_draws([Parameter("p", 1.0, None)], 3, 1)
