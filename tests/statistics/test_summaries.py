import numpy as np
import pytest
from scipy import stats

from jakstat.problem import Prior, prior_quantiles
from jakstat.statistics import contraction, summary_rows

# Closed forms, SciPy 1.18: each prior with its linear-scale density.
CLOSED_FORMS = [
    (Prior("log-normal", (0.5, 1.2), 0.0, np.inf, ""), stats.lognorm(1.2, scale=np.exp(0.5))),
    (Prior("log-normal", (0.5, 0.7), 1.0, 3.0, ""), None),
    (Prior("normal", (2.0, 3.0), -1.0, np.inf, ""), stats.truncnorm(-1.0, np.inf, 2.0, 3.0)),
    (Prior("log-uniform", (0.01, 10.0), 0.01, 10.0, ""), stats.loguniform(0.01, 10.0)),
    (Prior("uniform", (1.0, 4.0), 1.0, 4.0, ""), stats.uniform(1.0, 3.0)),
    (Prior("gamma", (2.0, 3.0), 0.0, np.inf, ""), stats.gamma(2.0, scale=3.0)),
    (Prior("rayleigh", (2.0,), 0.0, np.inf, ""), stats.rayleigh(scale=2.0)),
    (Prior("log-laplace", (0.3, 0.5), 0.0, np.inf, ""), stats.loglaplace(2.0, scale=np.exp(0.3))),
]


@pytest.mark.parametrize(("prior", "density"), CLOSED_FORMS, ids=lambda case: getattr(case, "distribution", ""))
def test_prior_quantiles_are_those_of_the_closed_form(prior, density):
    probabilities = np.array([0.025, 0.5, 0.975])
    found = prior_quantiles(prior, probabilities)
    if density is None:
        assert ((found > prior.lower) & (found < prior.upper)).all()
        return
    assert found == pytest.approx(density.ppf(probabilities), rel=1e-9)


def test_contraction_is_three_quarters_for_half_the_width():
    prior = Prior("log-normal", (1.0, 2.0), 0.0, np.inf, "")
    normal = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    assert contraction(prior, np.exp(7.0 + 1.0 * normal)) == pytest.approx(0.75, abs=2e-3)
    assert contraction(prior, np.exp(1.0 + 2.0 * normal)) == pytest.approx(0.0, abs=2e-3)


def test_contraction_of_a_parameter_that_may_be_negative_is_on_the_linear_scale():
    prior = Prior("normal", (0.0, 2.0), -np.inf, np.inf, "")
    normal = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    assert contraction(prior, -5.0 + 0.2 * normal) == pytest.approx(0.99, abs=1e-3)


def test_failed_solves_do_not_enter_quantiles():
    draws = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    rows = summary_rows(draws)
    assert rows["median"].iloc[0] == 2.0
    assert np.isnan(rows["median"].iloc[1])
