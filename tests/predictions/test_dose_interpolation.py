"""The interpolant of dose-response curves: exact on Hill curves, bounded by its ends, nothing beyond the doses."""

import numpy as np
import pytest
from scipy.integrate import quad

from jakstat.predictions.dose_interpolation import (
    ABOVE,
    BELOW,
    FAILED,
    WITHIN,
    check_doses,
    locate_level,
    mean_response,
    response_at,
    slope_at_half,
)

DOSES = np.concatenate([[0.0], np.logspace(0, 4, 9)])
HILLS = [(37.0, 1.0), (5000.0, 0.7), (20.0, 1.5)]


def hill(doses, ic50, slope=1.0):
    return 1 / (1 + (np.asarray(doses) / ic50) ** slope)


@pytest.mark.parametrize("level", [0.2, 0.5, 0.8])
@pytest.mark.parametrize(("ic50", "slope"), HILLS)
def test_the_dose_of_any_level_of_a_hill_curve_is_exact(ic50, slope, level):
    dose, position = locate_level(DOSES, hill(DOSES, ic50, slope), level)
    exact = ic50 * ((1 - level) / level) ** (1 / slope)
    if exact > DOSES[-1]:
        assert position == ABOVE
        assert np.isnan(dose)
    else:
        assert position == WITHIN
        assert dose == pytest.approx(exact, rel=1e-9)


def test_positions_tell_why_a_dose_is_missing():
    broken = hill(DOSES, 30.0)
    broken[3] = np.nan
    curves = np.array([hill(DOSES, 30.0), hill(DOSES, 1e6), hill(DOSES, 0.1), broken])
    dose, position = locate_level(DOSES, curves)
    assert position.tolist() == [WITHIN, ABOVE, BELOW, FAILED]
    assert np.isnan(dose).tolist() == [False, True, True, True]


def test_every_curve_has_a_level_of_its_own():
    curve = 0.5 * hill(DOSES, 30.0) + 0.5 * hill(DOSES, 3000.0)
    levels = np.array([0.7, 0.25])
    dose, _ = locate_level(DOSES, np.array([curve, curve]), levels)
    assert dose == pytest.approx([locate_level(DOSES, curve, level)[0].item() for level in levels])
    assert dose[1] > 10 * dose[0]


@pytest.mark.parametrize(("ic50", "slope"), HILLS)
def test_the_slope_of_a_hill_curve_is_its_hill_coefficient(ic50, slope):
    assert slope_at_half(DOSES, hill(DOSES, ic50, slope)) == pytest.approx(slope, rel=1e-9)


def test_the_slope_of_a_steep_curve_without_safe_ends_is_that_of_its_straight_piece():
    doses = np.array([0.0, 1.0, 10.0])
    found = slope_at_half(doses, np.array([1.0, 1.0, 0.0]))
    assert found == pytest.approx(4 / np.log(10))


@pytest.mark.parametrize(("ic50", "slope"), HILLS)
def test_the_mean_of_a_hill_curve_is_its_integral_over_log_dose(ic50, slope):
    exact = quad(lambda at: hill(np.exp(at), ic50, slope), np.log(1.0), np.log(1e4), epsabs=1e-12)[0] / np.log(1e4)
    curve = hill(DOSES, ic50, slope)
    inside = (curve[1:] > 1e-3) & (curve[1:] < 1 - 1e-3)
    assert mean_response(DOSES, curve) == pytest.approx(exact, rel=1e-9 if inside.all() else 1e-3)


@pytest.mark.parametrize("level", [0.4, 1.0, 1.3, -0.5])
def test_the_mean_of_a_flat_curve_is_its_level(level):
    assert mean_response(DOSES, np.full(10, level)) == pytest.approx(level)


def test_responses_between_the_doses_of_a_hill_curve_are_exact():
    at = np.array([1.5, 3.16, 37.0, 777.0, 10_000.0])
    curves = np.broadcast_to(hill(DOSES, 37.0), (5, 10))
    assert response_at(DOSES, curves, at) == pytest.approx(hill(at, 37.0), rel=1e-9)


def test_below_the_lowest_dose_the_response_is_linear_in_dose_and_beyond_the_highest_there_is_none():
    curve = hill(DOSES, 37.0)
    found = response_at(DOSES, np.broadcast_to(curve, (4, 10)), np.array([0.0, 0.5, 10_001.0, -1.0]))
    assert found[0] == 1.0
    assert found[1] == pytest.approx((1 + curve[1]) / 2)
    assert np.isnan(found[2:]).all()


@pytest.mark.parametrize("doses", [[1.0, 2.0, 3.0], [0.0, 2.0, 1.0], [0.0, 1.0]])
def test_doses_that_do_not_increase_from_zero_are_refused(doses):
    with pytest.raises(ValueError, match="needed: increasing doses"):
        check_doses(np.array(doses), np.ones(len(doses)))


def test_another_number_of_responses_than_doses_is_refused():
    with pytest.raises(ValueError, match="10 doses and 4 responses"):
        check_doses(DOSES, np.ones(4))
