"""The gate's diagnostics: good draws pass, planted faults are found by name."""

import numpy as np
import pytest
import xarray as xr

from jakstat.inference import ConvergenceThresholds, assess_convergence, find_modes
from jakstat.problem import parameter_dataset


def tree(draws: np.ndarray, diverging: int = 0, outcomes: str = "success=1000", energy: np.ndarray | None = None):
    """Return a posterior of one parameter from (chain, draw) logarithms."""
    chains, n = draws.shape
    flags = np.zeros((chains, n), dtype=bool)
    flags[0, :diverging] = True
    rng = np.random.default_rng(0)
    made = xr.DataTree.from_dict(
        {
            "posterior": parameter_dataset(np.exp(draws)[..., None], ["k"]),
            "sample_stats": xr.Dataset(
                {
                    "diverging": (("chain", "draw"), flags),
                    "energy": (("chain", "draw"), rng.normal(size=(chains, n)) if energy is None else energy),
                }
            ),
        }
    )
    made.attrs["solve_outcomes"] = [outcomes, "newton_failed=0"] if "=" in outcomes else outcomes
    return made


GOOD = np.random.default_rng(1).normal(size=(4, 1000))


def failed(made) -> set[str]:
    return {check.name for check in assess_convergence(made, ConvergenceThresholds()).checks if not check.passed}


def test_independent_draws_pass_every_check():
    result = assess_convergence(tree(GOOD), ConvergenceThresholds())
    assert result.passed
    assert result.parameters["ess_bulk"].item() > 3000


def test_chains_that_sit_apart_fail_r_hat_and_are_named():
    apart = GOOD + np.array([0, 0, 0, 3])[:, None]
    result = assess_convergence(tree(apart), ConvergenceThresholds())
    assert "r_hat" in failed(tree(apart))
    assert "k " in next(check for check in result.checks if check.name == "r_hat").sentence


def test_slow_chains_fail_the_effective_sample_size():
    walk = np.cumsum(np.random.default_rng(2).normal(size=(4, 1000)), axis=1) * 0.05
    assert {"ess_bulk", "ess_tail"} <= failed(tree(walk))


def test_one_divergence_fails():
    assert failed(tree(GOOD, diverging=1)) == {"divergences"}


def test_energy_that_hardly_moves_fails():
    energy = np.cumsum(np.random.default_rng(3).normal(size=(4, 1000)), axis=1)
    assert failed(tree(GOOD, energy=energy)) == {"bfmi"}


def test_bfmi_is_the_change_of_energy_between_draws_beside_its_variance():
    energy = np.array([[1.0, 3.0, 2.0, 6.0]])
    checks = assess_convergence(tree(GOOD[:1, :4], energy=energy), ConvergenceThresholds()).checks
    found = next(check.value for check in checks if check.name == "bfmi")
    # Changes 2, -1, 4: mean square 7; the variance of 1, 3, 2, 6 is 14/3 (n - 1). Betancourt 2016, equation 4.
    assert found == pytest.approx(7 / (14 / 3), rel=1e-12)


def test_failed_solves_are_counted_as_a_share():
    made = tree(GOOD)
    made.attrs["solve_outcomes"] = ["success=90", "newton_failed=10"]
    result = assess_convergence(made, ConvergenceThresholds())
    check = next(check for check in result.checks if check.name == "failed_solve_share")
    assert check.value == pytest.approx(0.1)
    assert not check.passed


SOLVED_EXACTLY = {"draws": 400, "failed_solves": 0, "k_hat": 0.2, "largest_difference": 1e-4}


@pytest.mark.parametrize(
    ("found", "failing"),
    [
        ({}, set()),
        ({"k_hat": 0.8}, {"tolerance_khat"}),
        ({"largest_difference": 0.06}, {"tolerance_difference"}),
        ({"failed_solves": 4}, set()),
        ({"failed_solves": 5}, {"tolerance_khat", "tolerance_difference"}),  # more than failed_solve_share, 0.01
        ({"k_hat": None, "largest_difference": None}, {"tolerance_khat", "tolerance_difference"}),  # as JSON has it
    ],
)
def test_tolerance_check_is_judged(found, failing):
    result = assess_convergence(tree(GOOD), ConvergenceThresholds(), SOLVED_EXACTLY | found)
    assert {check.name for check in result.checks if not check.passed} == failing


def test_draws_that_are_not_finite_fail():
    broken = GOOD.copy()
    broken[0, 3] = np.nan
    assert "r_hat" in failed(tree(broken))


def test_two_modes_are_found_with_their_weights():
    rng = np.random.default_rng(4)
    upper = rng.random((4, 1000)) < 0.3
    modes = find_modes(tree(0.2 * rng.normal(size=(4, 1000)) + 3.0 * upper))
    assert modes["weight"].to_list() == pytest.approx([0.7, 0.3], abs=0.03)
    assert modes["peak"].to_list() == pytest.approx([1.0, np.exp(3.0)], rel=0.15)


def test_one_mode_is_not_split():
    assert find_modes(tree(GOOD)).empty
