"""Chains climb before they sample: to where the mass of the posterior is, not to its mode, over finite values only."""

import numpy as np
import pytest
from scipy.optimize import minimize

from jakstat.inference.starts import climb

SEED = 20260801


class Gaussian:
    """Log density of independent normals (0 at the mode, without its constant), counting its evaluations."""

    def __init__(self, sd):
        self.sd = np.asarray(sd, dtype=float)
        self.evaluations = 0

    def __call__(self, point):
        self.evaluations += 1
        return -0.5 * float(np.sum((point / self.sd) ** 2)), -point / self.sd**2

    def height(self, point):
        return -0.5 * float(np.sum((point / self.sd) ** 2))


def far_start(gaussian):
    """Return a point 30 standard deviations out in each parameter, to either side."""
    return 30 * gaussian.sd * np.random.default_rng(SEED).choice([-1.0, 1.0], gaussian.sd.size)


def test_a_climb_ends_where_draws_of_a_gaussian_lie():
    gaussian = Gaussian(np.geomspace(0.1, 10, 20))
    start = far_start(gaussian)
    end = climb(start, gaussian)
    # Draws lie about n/2 = 10 below the mode (half a chi squared of 20, sd sqrt(10)); the start lies 9000 below it.
    assert gaussian.height(start) == pytest.approx(-9000)
    assert gaussian.height(end) > -10


def test_a_climb_stops_long_before_a_full_optimisation():
    gaussian, same = (Gaussian(np.geomspace(0.1, 10, 100)) for _ in range(2))
    start = far_start(gaussian)
    end = climb(start, gaussian, most=10_000)

    def downhill(point):
        value, slope = same(point)
        return -value, -slope

    minimize(downhill, start, jac=True, method="L-BFGS-B", options={"maxiter": 10_000, "maxfun": 100_000})
    assert gaussian.evaluations < same.evaluations / 3
    assert gaussian.height(end) > -50  # where draws lie; the start is 45,000 below the mode


def test_no_more_iterations_are_made_than_asked_for():
    gaussian = Gaussian(np.geomspace(0.1, 10, 100))
    climb(far_start(gaussian), gaussian, most=3)
    assert gaussian.evaluations < 20  # three line searches of a few points each, and the start


@pytest.mark.parametrize("value", [-np.inf, np.nan])
def test_a_start_from_which_nothing_is_finite_is_kept(value):
    start, evaluations = np.array([1.0, -2.0]), []

    def density(point):
        evaluations.append(point)
        return value, np.full(2, np.nan)

    assert np.array_equal(climb(start, density), start)
    assert len(evaluations) == 1


@pytest.mark.parametrize("value", [-np.inf, np.nan])
def test_a_climb_stays_where_the_density_is_finite(value):
    # A solve that fails for x > 2; the mode at 3 cannot be reached.
    def density(point):
        if point[0] > 2:
            return value, np.full(1, np.nan)
        return -0.5 * float((point[0] - 3) ** 2) * 100, -(point - 3) * 100

    assert 1 < climb(np.array([-10.0]), density)[0] <= 2  # near where it ends, having stepped over it on the way


def test_a_point_whose_slope_is_not_finite_is_no_place_to_start():
    def density(point):
        return -0.5 * float((point[0] - 3) ** 2) * 100, -(point - 3) * (100 if point[0] <= 2 else np.nan)

    assert climb(np.array([-10.0]), density)[0] <= 2


def test_the_highest_point_seen_is_returned_and_not_the_last():
    seen = []

    def density(point):
        # A slope that promises more than there is beyond 0, as that of a loose solve may: the search for a step fails.
        value = -abs(float(point[0])) if point[0] > 0 else float(point[0])
        seen.append((value, point.copy()))
        return value, np.ones(1)

    end = climb(np.array([-1.5]), density)
    highest = max(seen, key=lambda height_and_point: height_and_point[0])
    assert np.array_equal(end, highest[1])
    assert seen[-1][0] < highest[0]


def test_a_climb_is_the_same_each_time():
    gaussian = Gaussian(np.geomspace(0.1, 10, 20))
    assert np.array_equal(climb(far_start(gaussian), gaussian), climb(far_start(gaussian), gaussian))
