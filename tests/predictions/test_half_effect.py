"""IC50s of known curves."""

import numpy as np
import pytest

from jakstat.predictions.dose_interpolation import locate_level

DOSES = np.concatenate([[0.0], np.logspace(0, 4, 9)])


def half_effect_dose(doses, relative):
    return locate_level(doses, relative)[0]


def hill(ic50: float, slope: float = 1.0) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return 1 / (1 + (DOSES / ic50) ** slope)


@pytest.mark.parametrize(("ic50", "slope"), [(37.0, 1.0), (5000.0, 0.7), (2.0, 2.5)])
def test_half_effect_of_a_hill_curve_is_exact(ic50, slope):
    assert half_effect_dose(DOSES, hill(ic50, slope)) == pytest.approx(ic50, rel=1e-9)


def test_a_curve_that_never_reaches_half_has_no_ic50():
    assert np.isnan(half_effect_dose(DOSES, 0.4 * hill(30.0) + 0.6))


def test_a_curve_below_half_at_the_lowest_dose_has_no_ic50():
    assert np.isnan(half_effect_dose(DOSES, hill(0.3)))


def test_a_curve_with_a_failed_solve_has_no_ic50():
    broken = hill(30.0)
    broken[3] = np.nan
    assert np.isnan(half_effect_dose(DOSES, broken))


def test_overshoot_before_the_fall_does_not_move_the_crossing_to_the_dose_after():
    doses = np.array([0.0, 10.0, 100.0])
    over, under = (half_effect_dose(doses, np.array([1.0, start, 0.4])) for start in (1.02, 0.98))
    assert over == pytest.approx(69.0, abs=1.0)
    assert over == pytest.approx(under, rel=0.25)


def test_doses_apply_to_whole_arrays():
    curves = np.array([[hill(30.0), 0.4 * hill(30.0) + 0.6]])
    found = half_effect_dose(DOSES, curves)
    assert found.shape == (1, 2)
    assert found[0, 0] == pytest.approx(30.0)
    assert np.isnan(found[0, 1])
