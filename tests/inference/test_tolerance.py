"""The tolerance check: weights against closed forms, equal weights, planted loose solves and failed ones."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from jakstat.inference import ConvergenceThresholds, ToleranceCheck, assess_convergence, check_tolerance
from jakstat.inference.tolerance import log_likelihoods, smooth_weights, spread_draws
from jakstat.problem import (
    Experiment,
    Measurement,
    Observable,
    Parameter,
    Period,
    Prior,
    ProblemTables,
    parameter_dataset,
    parameter_draws,
)
from jakstat.problem.formulas import parse_formula
from jakstat.problem.model_text import antimony_to_sbml
from jakstat.statistics import SolverSettings

NOISE = 0.004
TIMES = np.array([1.0, 3.0, 10.0])
VALUES = np.array([1.214, 0.444, 0.016])
LOOSE, FIT, TIGHT = SolverSettings(0.3, 0.1), SolverSettings(1e-6, 1e-8), SolverSettings(1e-10, 1e-12)


@pytest.fixture(scope="module")
def decay() -> ProblemTables:
    """Decay x' = -k x from 2, measured three times with normal noise 0.004; the solution is known."""
    sbml = antimony_to_sbml("model decay\n k = 0.5\n J0: x -> ; k * x\n x = 2\nend\n", "decay.ant", [])
    assert sbml is not None
    return ProblemTables(
        id="decay",
        sbml=sbml,
        parameters=(Parameter("k", 0.5, Prior("log-normal", (np.log(0.5), 0.4), 0.0, np.inf, "assumed")),),
        observables=(Observable("level", parse_formula("x"), parse_formula(str(NOISE))),),
        experiments=(Experiment("only", (Period(0.0),)),),
        measurements=tuple(
            Measurement("level", "only", time, value) for time, value in zip(TIMES, VALUES, strict=True)
        ),
    )


@pytest.fixture(scope="module")
def tree() -> xr.DataTree:
    """Two chains of 500 draws near the posterior of k."""
    rng = np.random.default_rng(1)
    draws = {"chain": np.arange(2), "draw": np.arange(500)}
    values = np.exp(rng.normal(np.log(0.5), 0.01, (2, 500, 1)))
    made = xr.DataTree.from_dict(
        {
            "posterior": parameter_dataset(values, ["k"]),
            "sample_stats": xr.Dataset(
                {
                    "diverging": (("chain", "draw"), np.zeros((2, 500), dtype=bool)),
                    "energy": (("chain", "draw"), rng.normal(size=(2, 500))),
                },
                coords=draws,
            ),
        }
    )
    made.attrs["solve_outcomes"] = ["success=1000"]
    return made


def exact_log_likelihood(k: np.ndarray) -> np.ndarray:
    return stats.norm.logpdf(VALUES, 2 * np.exp(-np.multiply.outer(k, TIMES)), NOISE).sum(axis=-1)


def failed_checks(tree: xr.DataTree, check: ToleranceCheck) -> set[str]:
    result = assess_convergence(tree, ConvergenceThresholds(), check.as_dict())
    judged = {check.name: check.passed for check in result.checks if check.name.startswith("tolerance_")}
    assert set(judged) == {"tolerance_khat", "tolerance_difference"}
    return {name for name, passed in judged.items() if not passed}


def test_tight_log_likelihood_agrees_with_the_closed_form(decay, tree):
    k = parameter_draws(tree).to_numpy().reshape(-1, 1)[:50]
    (tight,) = log_likelihoods(decay, k, (TIGHT,))
    assert tight == pytest.approx(exact_log_likelihood(k[:, 0]), abs=1e-6)


def test_weights_are_the_exact_likelihood_over_the_one_of_the_fit(decay, tree):
    """Differences of a loose solve, taken against the closed form."""
    loose = SolverSettings(1e-3, 1e-5)
    k = parameter_draws(tree).to_numpy().reshape(-1, 1)
    (fitted,) = log_likelihoods(decay, k, (loose,))
    differences = exact_log_likelihood(k[:, 0]) - fitted
    check = check_tolerance(decay, tree, loose, TIGHT, draws=1000, seed=1)
    assert check.draws == 1000
    assert check.failed_solves == 0
    assert check.largest_difference == pytest.approx(np.abs(differences).max(), rel=1e-3)
    assert check.mean_difference == pytest.approx(differences.mean(), rel=1e-3)
    weights = np.exp(differences) / np.exp(differences).mean()
    assert check.largest_shift == pytest.approx(weights.std(), rel=0.05)  # smoothing moves the largest weights
    assert check.ess_share == pytest.approx(1 / (1 + weights.std() ** 2), rel=1e-3)


def test_solve_that_is_tight_enough_passes_the_gate(decay, tree):
    check = check_tolerance(decay, tree, FIT, TIGHT, draws=100, seed=1)
    assert check.largest_difference < 1e-3
    assert failed_checks(tree, check) == set()


def test_planted_loose_solve_fails_the_gate(decay, tree):
    check = check_tolerance(decay, tree, LOOSE, TIGHT, draws=100, seed=1)
    assert check.largest_difference > 0.2
    assert "tolerance_difference" in failed_checks(tree, check)


def test_same_solve_twice_gives_equal_weights_and_k_hat_zero(decay, tree):
    check = check_tolerance(decay, tree, TIGHT, TIGHT, draws=100, seed=1)
    assert (check.k_hat, check.largest_difference, check.mean_difference, check.ess_share) == (0.0, 0.0, 0.0, 1.0)
    assert failed_checks(tree, check) == set()


def test_tight_solves_that_fail_leave_the_check_undefined_and_stop_the_fit(decay, tree):
    check = check_tolerance(decay, tree, FIT, SolverSettings(1e-10, 1e-12, max_steps=3), draws=40, seed=1)
    assert check.failed_solves == check.draws == 40
    assert np.isnan([check.k_hat, check.largest_difference, check.mean_difference, check.ess_share]).all()
    assert failed_checks(tree, check) == {"tolerance_khat", "tolerance_difference"}


def test_failed_solve_is_not_taken_for_an_impossible_draw(decay):
    """Under logarithmic noise a signal that is not a number has the density of one that is not positive: none."""
    logarithmic = replace(decay, observables=(replace(decay.observables[0], noise_distribution="log-normal"),))
    (found,) = log_likelihoods(logarithmic, np.array([[0.5]]), (replace(TIGHT, max_steps=3),))
    assert np.isnan(found).all()


def test_gaussian_weights_move_the_mean_and_cost_the_known_share_of_draws():
    """Draws of N(0, 1) weighted to N(m, 1): weights exp(m x), mean m, effective share exp(-m^2)."""
    m, n = 0.5, 20_000
    x = np.random.default_rng(2).normal(size=n)
    log_weights, k_hat = smooth_weights(m * x)
    weights = np.exp(log_weights)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights * x).sum() == pytest.approx(m, abs=4 * np.sqrt(np.exp(m**2) * (1 + m**2) / n))
    assert 1 / (n * (weights**2).sum()) == pytest.approx(np.exp(-(m**2)), rel=0.05)
    assert k_hat < 0.7


@pytest.mark.parametrize("shape", [0.3, 1.2])
def test_k_hat_is_the_shape_of_a_pareto_tail(shape):
    uniform = np.random.default_rng(3).random(4000)
    k_hat = smooth_weights(-shape * np.log(uniform))[1]
    tail = 3 * np.sqrt(4000)  # weights that the fit takes (Vehtari et al. 2024)
    assert k_hat == pytest.approx(shape, abs=4 * (1 + shape) / np.sqrt(tail))  # large-sample error of the shape
    assert smooth_weights(shape * np.log(uniform))[1] < 0.0  # a thin tail: the weights end at 1


@pytest.mark.parametrize("spread", [0.0, 1e-13, 1e-9])
def test_weights_equal_to_rounding_need_no_correction(spread):
    """A heavy tail of differences that small would have a k-hat near 1, one made of rounding none at all."""
    log_weights, k_hat = smooth_weights(0.3 + spread * np.random.default_rng(4).pareto(1.0, size=400).clip(max=100))
    assert k_hat == 0.0
    assert np.exp(log_weights) == pytest.approx(1 / 400, rel=1e-6)


def test_impossible_draws_weigh_nothing():
    log_weights = np.random.default_rng(5).normal(0, 0.1, size=400)
    log_weights[:3] = -np.inf
    smoothed, k_hat = smooth_weights(log_weights)
    assert np.exp(smoothed[:3]).sum() == 0.0
    assert np.isfinite(k_hat)


def test_weights_that_are_all_zero_are_undefined():
    log_weights, k_hat = smooth_weights(np.full(400, -np.inf))
    assert np.isnan(log_weights).all()
    assert np.isnan(k_hat)


def test_fewer_draws_than_a_tail_needs_give_no_k_hat():
    assert np.isnan(smooth_weights(np.random.default_rng(6).normal(size=24))[1])
    assert np.isnan(smooth_weights(np.zeros(24))[1])


def test_chosen_draws_are_spread_over_all_chains():
    number = np.arange(6000.0)[:, None]
    chosen = spread_draws(number, 400, np.random.default_rng(7))[:, 0]
    assert np.bincount((chosen // 1500).astype(int)).tolist() == [100, 100, 100, 100]
    assert np.diff(chosen).min() >= 14
    assert np.diff(chosen).max() <= 16
    assert np.array_equal(spread_draws(number, 7000, np.random.default_rng(7)), number)


def test_two_tight_solves_that_agree_are_a_reference(decay, tree):
    check = check_tolerance(decay, tree, FIT, TIGHT, draws=100, seed=1)
    assert 0.0 <= check.reference_difference < 1e-6


def test_tight_solve_that_is_not_exact_itself_fails_the_gate(decay, tree):
    """Fit and reference are the same loose solve: they agree, and both are wrong."""
    check = check_tolerance(decay, tree, LOOSE, LOOSE, draws=100, seed=1)
    assert check.largest_difference == 0.0
    assert check.reference_difference > 0.1
    assert failed_checks(tree, check) == {"tolerance_difference"}
