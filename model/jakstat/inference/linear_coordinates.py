"""Linear coordinates of a posterior: a centre, a spread of each parameter, and how they go together.

A point x on the sampled scale is x = centre + spread * (root z). The Jacobian is constant, so that the density of z is
that of x up to a constant: draws of z, mapped back, are draws of the same posterior. What changes is the geometry:
where root root' is the correlation and spread the standard deviation, z has unit covariance, and NUTS begins as if its
metric were adapted.

Eigenvalues of the correlation that its estimate cannot tell from 1 are set to 1: those of m independent parameters,
estimated from n independent draws, lie between (1 - sqrt(m/n))^2 and (1 + sqrt(m/n))^2 (the law of
Marchenko and Pastur). What is left is diagonal plus low rank.
"""

from dataclasses import dataclass

import numpy as np

_LEAST_VALUE = 1e-10  # of an eigenvalue, as a share of the largest: below it there is rounding alone


@dataclass(frozen=True)
class LinearCoordinates:
    """Coordinates z of points x = centre + spread * (root z).

    Parameters
    ----------
    centre : (parameter,) array
        Sampled scale.
    spread : (parameter,) array
        Above 0.
    root : (parameter, parameter) array
        Symmetric and positive definite.
    """

    centre: np.ndarray
    spread: np.ndarray
    root: np.ndarray


def coordinates_of_draws(draws: np.ndarray, effective: float, elsewhere: np.ndarray) -> LinearCoordinates:
    """Return coordinates in which draws have about unit covariance.

    Parameters
    ----------
    draws : (draw, parameter) array
        Sampled scale; a column of NaN for a parameter that they do not have.
    effective : float
        How many independent draws they are worth; above 0.
    elsewhere : (parameter,) array
        The centre of parameters that draws do not have; their spread is 1.

    Returns
    -------
    LinearCoordinates
    """
    centre, spread, root = elsewhere.astype(float), np.ones(len(elsewhere)), np.eye(len(elsewhere))
    known = np.flatnonzero(np.isfinite(draws).all(axis=0) & (np.ptp(draws, axis=0) > 0))
    if known.size:
        centre[known], spread[known] = draws[:, known].mean(axis=0), draws[:, known].std(axis=0)
        standardised = (draws[:, known] - centre[known]) / spread[known]
        root[np.ix_(known, known)] = _root_of(standardised.T @ standardised / len(draws), min(effective, len(draws)))
    return LinearCoordinates(centre, spread, root)


def _root_of(correlation: np.ndarray, effective: float) -> np.ndarray:
    """Return the symmetric root of a correlation without what may be noise of its estimate.

    A direction in which fewer draws than parameters have no spread at all is one that they say nothing of.
    """
    values, directions = np.linalg.eigh(correlation)
    is_told = values > _LEAST_VALUE * values[-1]
    noise = np.sqrt(len(correlation) / effective)
    lower, upper = max(1.0 - noise, 0.0) ** 2, (1.0 + noise) ** 2
    stretch = np.where(is_told & ((values > upper) | (values < lower)), values, 1.0)
    root = (directions * np.sqrt(stretch)) @ directions.T
    return (root + root.T) / 2.0


def to_point(coordinates: LinearCoordinates, place: np.ndarray) -> np.ndarray:
    """Return the point of coordinates ``place``, (parameter,) both."""
    return coordinates.centre + coordinates.spread * (coordinates.root @ place)


def to_place(coordinates: LinearCoordinates, points: np.ndarray) -> np.ndarray:
    """Return the coordinates of points, (..., parameter) both."""
    standardised = (points - coordinates.centre) / coordinates.spread
    return np.linalg.solve(coordinates.root, standardised[..., None])[..., 0]


def slope_by_place(coordinates: LinearCoordinates, slope: np.ndarray) -> np.ndarray:
    """Return the derivatives by coordinates of what has the derivatives ``slope`` by the point, (parameter,) both."""
    return coordinates.root @ (coordinates.spread * slope)
