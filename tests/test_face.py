"""The public face: what it computes of a problem with a closed form."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from jakstat import Problem, SolverSettings


def test_signals_and_residuals_of_a_preequilibrated_experiment_are_those_of_the_closed_form(turnover):
    signals = Problem(turnover, SolverSettings(1e-10, 1e-12)).signals({"k": 1.5})
    signal = np.array([2 - np.exp(-6.0), 4.0, 2.0])
    assert signals["signal"].to_numpy() == pytest.approx(signal, rel=1e-7)
    assert signals["residual"].to_numpy() == pytest.approx((np.array([1.5, 3.0, 1.5]) - signal) / 0.1, rel=1e-5)
    assert signals["time"].to_numpy().tolist() == [4.0, 2.0, math.inf]
    assert signals["experiment"].to_numpy().tolist() == ["early", "late", "late"]
    logarithmic = replace(turnover, observables=(replace(turnover.observables[0], noise_distribution="log-laplace"),))
    residual = Problem(logarithmic, SolverSettings(1e-10, 1e-12)).signals({"k": 1.5})["residual"].to_numpy()
    assert residual == pytest.approx(np.log(np.array([1.5, 3.0, 1.5]) / signal) / 0.1, rel=1e-5)


def test_terms_of_the_log_likelihood_add_up_to_it(turnover):
    problem = Problem(turnover)
    assert float(problem.signals({"k": 1.5})["log_likelihood"].sum()) == pytest.approx(
        problem.log_likelihood({"k": 1.5}), rel=1e-9
    )


def test_log_prior_is_the_density_of_the_parameter_itself(turnover):
    (density,) = Problem(turnover).log_prior({"k": 1.5}).values()
    assert density == pytest.approx(stats.lognorm(0.5, scale=np.exp(0.7)).logpdf(1.5), rel=1e-12)
