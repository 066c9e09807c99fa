"""nutpie's functions of a model, compiled our way: the numbers of PyMC, and of nutpie's own way to the last bit."""

import ctypes
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import pytest
from pytensor import tensor as pt
from pytensor.raise_op import Assert

from jakstat.inference.compiled_density import compile_density
from jakstat.inference.linear_coordinates import LinearCoordinates, slope_by_place, to_point

_POINTER = ctypes.POINTER(ctypes.c_double)


@pytest.fixture(scope="module")
def model() -> pm.Model:
    """A straight line through points, whose noise may be drawn negative, and whose graph raises where it is above 3."""
    rng = np.random.default_rng(1)
    with pm.Model() as model:
        times = pm.Data("times", np.arange(5.0))
        level, slope = pm.Normal("level", 0.0, 2.0), pm.LogNormal("slope", 0.0, 1.0)
        noise = pm.Normal("noise", 1.0, 0.1)
        pm.Deterministic("line", level + slope * times)
        pm.Normal("measurement", model["line"], noise, observed=pm.Data("values", rng.normal(size=5)))
        pm.Potential("limit", Assert("above 3")(noise, pt.le(noise, 3.0)))
    return model


@pytest.fixture(scope="module")
def compiled(model: pm.Model) -> Any:
    return compile_density(model)


def density_at(compiled: Any, point: list[float]) -> tuple[int, float, np.ndarray]:
    at, slope, density = np.array(point), np.zeros(len(point)), np.zeros(1)
    outcome = compiled.compiled_logp_func.ctypes(
        len(point), *(array.ctypes.data_as(_POINTER) for array in (at, slope, density)), compiled.user_data.ctypes.data
    )
    return outcome, density[0], slope


def draw_at(compiled: Any, point: list[float]) -> np.ndarray:
    at, kept = np.array(point), np.zeros(compiled.n_expanded)
    arrays = (array.ctypes.data_as(_POINTER) for array in (at, kept))
    assert compiled.compiled_expand_func.ctypes(len(at), len(kept), *arrays, compiled.user_data.ctypes.data) == 0
    return kept


def test_density_is_pymcs(model, compiled):
    outcome, density, slope = density_at(compiled, [0.3, -0.2, 1.1])
    point = {"level": 0.3, "slope_log__": -0.2, "noise": 1.1}
    assert outcome == 0
    assert density == pytest.approx(model.compile_logp(mode="FAST_COMPILE")(point), rel=1e-12)
    assert slope == pytest.approx(model.compile_dlogp(mode="FAST_COMPILE")(point), rel=1e-10)


def test_numbers_are_those_of_nutpies_own_way(model, compiled):
    other = nutpie.compile_pymc_model(model)
    for point in np.random.default_rng(2).normal([0.0, 0.0, 1.0], [1.0, 1.0, 0.1], (5, 3)).tolist():
        ours, theirs = density_at(compiled, point), density_at(other, point)
        # Sums are vectorised from where an array begins in memory on: the last bit is not always the same.
        assert ours[0] == theirs[0]
        assert ours[1] == pytest.approx(theirs[1], rel=1e-14)
        assert ours[2] == pytest.approx(theirs[2], rel=1e-12)
        assert draw_at(compiled, point) == pytest.approx(draw_at(other, point), rel=1e-14)


def test_what_is_kept_of_a_draw_holds_the_deterministic(compiled):
    kept = dict(zip(compiled.shape_info[0], compiled.shape_info[1], strict=True))
    assert draw_at(compiled, [0.3, -0.2, 1.1])[kept["line"]] == pytest.approx(0.3 + np.exp(-0.2) * np.arange(5.0))


@pytest.mark.parametrize("noise", [-1.0, 4.0])
def test_a_point_without_a_density_is_no_end_of_the_chain(compiled, noise):
    assert density_at(compiled, [0.3, -0.2, noise])[0] > 0


def test_another_number_of_parameters_ends_the_chain(compiled):
    assert density_at(compiled, [0.3, -0.2])[0] < 0


def test_in_coordinates_the_density_is_that_of_their_point(model, compiled):
    mixing = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, -0.2], [0.1, -0.2, 0.5]])
    coordinates = LinearCoordinates(np.array([0.1, -0.2, 1.0]), np.array([0.5, 0.1, 0.05]), mixing)
    moved, place = compile_density(model, coordinates), np.array([0.4, 1.1, -0.3])
    point = to_point(coordinates, place)
    outcome, density, slope = density_at(moved, place.tolist())
    usual = density_at(compiled, point.tolist())
    assert outcome == usual[0] == 0
    assert density == pytest.approx(usual[1], rel=1e-12)
    assert slope == pytest.approx(slope_by_place(coordinates, usual[2]), rel=1e-10)
    assert draw_at(moved, place.tolist()) == pytest.approx(draw_at(compiled, point.tolist()), rel=1e-12)
