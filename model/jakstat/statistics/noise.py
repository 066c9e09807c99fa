"""Measurement noise: log densities per measurement and draws of new measurements.

For signal y, measurement m and noise scale sigma (PEtab v2, https://petab.readthedocs.io):

    normal       m ~ N(y, sigma)                laplace       m ~ Laplace(y, sigma)
    log-normal   ln m ~ N(ln y, sigma)          log-laplace   ln m ~ Laplace(ln y, sigma)
    student-t    m ~ y + sigma * t(degrees of freedom); PEtab has no such noise

Densities are those of m itself, so that the logarithmic ones carry the factor 1/m. A censored value is a bound: what it
contributes is the probability that a measurement lies below it (``below``) or above it.
"""

from dataclasses import dataclass, field

import numpy as np
import pytensor.tensor as pt
from pytensor import function
from pytensor.compile.mode import Mode
from pytensor.tensor.variable import TensorVariable
from scipy.special import gammaln

from jakstat.problem import NOISE_DISTRIBUTIONS, ProblemTables

__all__ = [
    "NOISE_DISTRIBUTIONS",
    "Noise",
    "draw_measurements",
    "log_density",
    "log_density_values",
    "noise_of",
    "standardised_residuals",
]


@dataclass(frozen=True)
class Noise:
    """What kind of noise each measurement has.

    Parameters
    ----------
    distributions : (obs,) array of str
        Of ``NOISE_DISTRIBUTIONS``.
    degrees_of_freedom : (obs,) array
        Of Student's t; inf elsewhere (all where absent).
    censored : (obs,) array of str
        ``below`` or ``above`` where the value is a bound, else empty (all where absent).
    """

    distributions: np.ndarray
    degrees_of_freedom: np.ndarray = field(default_factory=lambda: np.array(np.inf))
    censored: np.ndarray = field(default_factory=lambda: np.array(""))

    @property
    def is_logarithmic(self) -> np.ndarray:
        """(obs,) of bool: noise on the logarithm."""
        return np.array([distribution.startswith("log-") for distribution in self.distributions])

    @property
    def is_laplace(self) -> np.ndarray:
        """(obs,) of bool: Laplace noise, on the logarithm or not."""
        return np.array([distribution.endswith("laplace") for distribution in self.distributions])

    @property
    def is_student(self) -> np.ndarray:
        """(obs,) of bool: Student's t."""
        return np.array([distribution == "student-t" for distribution in self.distributions])


def noise_of(tables: ProblemTables) -> Noise:
    """Return the noise of a problem's measurements."""
    observables = {observable.id: observable for observable in tables.observables}
    measured = [observables[measurement.observable_id] for measurement in tables.measurements]
    return Noise(
        np.array([observable.noise_distribution for observable in measured]),
        np.array([observable.degrees_of_freedom for observable in measured]),
        np.array([measurement.censored for measurement in tables.measurements]),
    )


def log_density(
    measurement: TensorVariable, signal: TensorVariable, scale: TensorVariable, noise: Noise
) -> TensorVariable:
    """Return the log density of each measurement, or the log probability of a censored one's side.

    Parameters
    ----------
    measurement, signal, scale : (obs,)
    noise : Noise
        Only the distributions that occur enter the graph.

    Returns
    -------
    (obs,); -inf where the scale is not positive, or the signal is not positive under logarithmic noise.
    """
    logarithmic = noise.is_logarithmic
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
    density = -pt.log(scale) + jacobian + _log_shape(standardised, noise)
    if (noise.censored != "").any():
        side = pt.switch(noise.censored == "below", standardised, -standardised)
        density = pt.switch(noise.censored != "", _log_probability_below(side, noise), density)
    return pt.switch(valid, density, -np.inf)


def log_density_values(measurement: np.ndarray, signal: np.ndarray, scale: np.ndarray, noise: Noise) -> np.ndarray:
    """Return :func:`log_density` of arrays (..., obs), computed once, without compilation."""
    values, mean, spread = (pt.as_tensor(np.asarray(array, dtype=float)) for array in (measurement, signal, scale))
    evaluate = function([], log_density(values, mean, spread, noise), mode=Mode(linker="py", optimizer=None))
    return np.asarray(evaluate())


def _log_shape(standardised: TensorVariable, noise: Noise) -> TensorVariable:
    """Return the log density of standardised residuals."""
    laplace, student = noise.is_laplace, noise.is_student
    shape = -0.5 * standardised**2 - 0.5 * np.log(2 * np.pi)
    if laplace.any():
        pointed = -pt.abs(standardised) - np.log(2.0)
        shape = pointed if laplace.all() else pt.switch(laplace, pointed, shape)
    if student.any():
        freedom = np.where(student, noise.degrees_of_freedom, 1.0)
        constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(np.pi * freedom)
        heavy = constant - (freedom + 1) / 2 * pt.log1p(standardised**2 / freedom)
        shape = heavy if student.all() else pt.switch(student, heavy, shape)
    return shape


def _log_probability_below(standardised: TensorVariable, noise: Noise) -> TensorVariable:
    """Return the log probability that a standardised residual is below the given one; not for Student's t."""
    # ln Phi(z): by erfcx where the probability itself would be 0 in floating point.
    low = pt.minimum(standardised, -1.0)
    high = pt.maximum(standardised, -1.0)
    below = pt.switch(
        pt.lt(standardised, -1.0),
        pt.log(0.5 * pt.erfcx(-low / np.sqrt(2.0))) - 0.5 * low**2,
        pt.log1p(-0.5 * pt.erfc(high / np.sqrt(2.0))),
    )
    laplace = noise.is_laplace
    if not laplace.any():
        return below
    size = pt.abs(standardised)
    pointed = pt.switch(pt.lt(standardised, 0.0), -size - np.log(2.0), pt.log1p(-0.5 * pt.exp(-size)))
    return pt.switch(laplace, pointed, below)


def draw_measurements(signal: np.ndarray, scale: np.ndarray, noise: Noise, rng: np.random.Generator) -> np.ndarray:
    """Draw a new measurement for each signal.

    Parameters
    ----------
    signal, scale : (..., obs)
    noise : Noise
        New measurements are not censored.
    rng : Generator

    Returns
    -------
    (..., obs)
    """
    logarithmic = noise.is_logarithmic
    error = np.where(noise.is_laplace, rng.laplace(size=signal.shape), rng.standard_normal(size=signal.shape))
    if noise.is_student.any():
        freedom = np.where(noise.is_student, noise.degrees_of_freedom, 1.0)
        error = np.where(noise.is_student, rng.standard_t(freedom, size=signal.shape), error)
    error = error * scale
    return np.where(logarithmic, signal * np.exp(np.where(logarithmic, error, 0.0)), signal + error)


def standardised_residuals(measurement: np.ndarray, signal: np.ndarray, scale: np.ndarray, noise: Noise) -> np.ndarray:
    """Return (measurement - signal) / scale, of their logarithms where the noise is on those.

    Parameters
    ----------
    measurement, signal, scale : (obs,)
    noise : Noise

    Returns
    -------
    (obs,); NaN where a logarithm has no value.
    """
    logarithmic = noise.is_logarithmic
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.log(np.where(logarithmic, measurement, 1.0)) - np.log(np.where(logarithmic, signal, 1.0))
    return np.where(logarithmic, ratio, measurement - signal) / scale
