"""Coordinates made of draws: unit covariance, exact ways there and back, nothing that may be noise."""

import numpy as np
import pytest

from jakstat.inference.linear_coordinates import coordinates_of_draws, slope_by_place, to_place, to_point

RNG = np.random.default_rng(3)
MIXING = np.array([[1.0, 0.0, 0.0], [0.99, 0.1, 0.0], [-0.5, 0.4, 3.0]])


@pytest.fixture(scope="module")
def draws():
    return RNG.standard_normal((4000, 3)) @ MIXING.T + np.array([5.0, -2.0, 100.0])


def test_draws_have_unit_covariance_where_their_estimate_is_good(draws):
    coordinates = coordinates_of_draws(draws, 4000.0, np.zeros(3))
    places = to_place(coordinates, draws)
    assert places.mean(axis=0) == pytest.approx(0.0, abs=1e-10)
    assert np.cov(places.T) == pytest.approx(
        np.eye(3), abs=0.1
    )  # eigenvalues within 2 sqrt(3 / 4000) are left as they are


def test_places_lead_back_to_their_points(draws):
    coordinates = coordinates_of_draws(draws, 4000.0, np.zeros(3))
    for point, place in zip(draws[:5], to_place(coordinates, draws[:5]), strict=True):
        assert to_point(coordinates, place) == pytest.approx(point, rel=1e-10)


def test_slope_by_place_is_that_of_differences(draws):
    coordinates = coordinates_of_draws(draws, 4000.0, np.zeros(3))
    place, step = np.array([0.3, -1.0, 0.5]), 1e-6

    def height(at):
        return np.sin(to_point(coordinates, at)).sum()

    differences = [(height(place + step * unit) - height(place - step * unit)) / (2 * step) for unit in np.eye(3)]
    assert slope_by_place(coordinates, np.cos(to_point(coordinates, place))) == pytest.approx(differences, rel=1e-6)


def test_few_draws_give_a_spread_and_no_correlation():
    few = np.random.default_rng(1).standard_normal((40, 30)) * np.arange(1.0, 31.0)
    coordinates = coordinates_of_draws(few, 40.0, np.zeros(30))
    assert np.linalg.eigvalsh(coordinates.root) == pytest.approx(1.0)
    assert coordinates.spread == pytest.approx(few.std(axis=0))


@pytest.mark.parametrize(("draws", "parameters", "effective"), [(60, 100, 50.0), (60, 100, 150.0), (60, 70, 60.0)])
def test_fewer_draws_than_parameters_leave_what_they_say_nothing_of(draws, parameters, effective):
    few = np.random.default_rng(1).standard_normal((draws, parameters))
    few[:, 1] = 3.0 * few[:, 0] + 0.01 * few[:, 1]
    coordinates = coordinates_of_draws(few, effective, np.zeros(parameters))
    assert np.isfinite(coordinates.root).all()
    assert np.linalg.eigvalsh(coordinates.root)[0] > 0.5
    assert to_point(coordinates, to_place(coordinates, few[0])) == pytest.approx(few[0], abs=1e-8)


def test_parameters_without_draws_keep_their_place_and_scale(draws):
    known = np.column_stack([draws, np.full(len(draws), np.nan)])
    coordinates = coordinates_of_draws(known, 4000.0, np.array([0.0, 0.0, 0.0, 7.0]))
    assert (coordinates.centre[3], coordinates.spread[3]) == (7.0, 1.0)
    assert coordinates.root[3].tolist() == [0.0, 0.0, 0.0, 1.0]
