"""Measurement noise: log densities per measurement and draws of new measurements.

For signal y, measurement m and noise scale sigma (PEtab v2, https://petab.readthedocs.io):

    normal       m ~ N(y, sigma)                laplace       m ~ Laplace(y, sigma)
    log-normal   ln m ~ N(ln y, sigma)          log-laplace   ln m ~ Laplace(ln y, sigma)

Densities are those of m itself, so that the logarithmic ones carry the factor 1/m.
"""

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

NOISE_DISTRIBUTIONS = ("normal", "log-normal", "laplace", "log-laplace")


def log_density(
    measurement: TensorVariable, signal: TensorVariable, scale: TensorVariable, distributions: np.ndarray
) -> TensorVariable:
    """Return the log density of each measurement.

    Parameters
    ----------
    measurement, signal, scale : (obs,)
    distributions : (obs,) of str
        One of ``NOISE_DISTRIBUTIONS`` for each; only those that occur enter the graph.

    Returns
    -------
    (obs,); -inf where the scale is not positive, or the signal is not positive under logarithmic noise.
    """
    logarithmic = np.array([one.startswith("log-") for one in distributions])
    laplace = np.array([one.endswith("laplace") for one in distributions])
    valid = pt.gt(scale, 0.0)
    if logarithmic.any():
        positive = pt.gt(pt.switch(logarithmic, signal, 1.0), 0.0)
        valid = pt.and_(valid, positive)
        safe_signal = pt.switch(pt.and_(positive, logarithmic), signal, 1.0)
        safe_measurement = pt.switch(logarithmic, measurement, 1.0)
        residual = pt.switch(logarithmic, pt.log(safe_measurement) - pt.log(safe_signal), measurement - signal)
        jacobian = -pt.log(safe_measurement)
    else:
        residual, jacobian = measurement - signal, 0.0
    standardised = residual / scale
    density = -pt.log(scale) + jacobian
    if laplace.all():
        density = density - pt.abs(standardised) - np.log(2.0)
    elif laplace.any():
        bell = -0.5 * standardised**2 - 0.5 * np.log(2 * np.pi)
        density = density + pt.switch(laplace, -pt.abs(standardised) - np.log(2.0), bell)
    else:
        density = density - 0.5 * standardised**2 - 0.5 * np.log(2 * np.pi)
    return pt.switch(valid, density, -np.inf)


def draw_measurements(
    signal: np.ndarray, scale: np.ndarray, distributions: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw a new measurement for each signal.

    Parameters
    ----------
    signal, scale : (..., obs)
    distributions : (obs,) of str
    rng : Generator

    Returns
    -------
    (..., obs)
    """
    logarithmic = np.array([one.startswith("log-") for one in distributions])
    laplace = np.array([one.endswith("laplace") for one in distributions])
    noise = np.where(laplace, rng.laplace(size=signal.shape), rng.standard_normal(size=signal.shape)) * scale
    return np.where(logarithmic, signal * np.exp(np.where(logarithmic, noise, 0.0)), signal + noise)


def standardised_residuals(
    measurement: np.ndarray, signal: np.ndarray, scale: np.ndarray, distributions: np.ndarray
) -> np.ndarray:
    """Return (measurement - signal) / scale, of their logarithms where the noise is on those.

    Parameters
    ----------
    measurement, signal, scale : (obs,)
    distributions : (obs,) of str

    Returns
    -------
    (obs,); NaN where a logarithm has no value.
    """
    logarithmic = np.array([one.startswith("log-") for one in distributions])
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.log(np.where(logarithmic, measurement, 1.0)) - np.log(np.where(logarithmic, signal, 1.0))
    return np.where(logarithmic, ratio, measurement - signal) / scale
