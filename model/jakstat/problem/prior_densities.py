"""Priors without PyMC: densities, quantiles, and the way from standard normal deviations to draws and back.

Every family of PEtab's priors is truncated at its bounds and renormalised between them, as in
:mod:`jakstat.statistics.priors`: nothing here is ever outside.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special, stats

from jakstat.problem.records import Parameter, Prior


def prior_quantiles(prior: Prior, probabilities: np.ndarray) -> np.ndarray:
    """Return quantiles of a prior on the parameter's linear scale, truncation included.

    Parameters
    ----------
    prior : Prior
    probabilities : array, between 0 and 1

    Returns
    -------
    array of that shape, unit of the parameter, within the prior's bounds

    Raises
    ------
    ValueError
        The prior has no mass between its bounds that a computer can tell from none.
    """
    density, lower, upper = _density(prior)
    share, mass = np.asarray(probabilities, dtype=float), _mass(prior)
    if density.cdf(lower) <= 0.5:
        quantiles = density.ppf(density.cdf(lower) + share * mass)
    else:
        quantiles = density.isf(density.sf(upper) + (1.0 - share) * mass)
    quantiles = np.clip(quantiles, lower, upper)
    # The exponential of a bound's logarithm is the bound up to rounding.
    return np.clip(np.exp(quantiles), prior.lower, prior.upper) if _is_logarithmic(prior) else quantiles


def log_prior_density(prior: Prior, value: float) -> float:
    """Return the log density of a prior, truncated at its bounds, at a value on the linear scale.

    Returns
    -------
    float
        -inf where the prior has no mass.

    Raises
    ------
    ValueError
        As :func:`prior_quantiles`.
    """
    if not prior.lower <= value <= prior.upper or (_is_logarithmic(prior) and value <= 0.0):
        return -np.inf
    density, _, _ = _density(prior)
    at = np.log(value) if _is_logarithmic(prior) else value
    of_scale = at if _is_logarithmic(prior) else 0.0  # d log(value) / d value = 1 / value
    return float(density.logpdf(at) - np.log(_mass(prior)) - of_scale)


def _mass(prior: Prior) -> float:
    """Return the probability that a prior's family has between the bounds.

    In the upper tail probabilities differ from 1 by less than rounding: there they are counted from above.
    """
    density, lower, upper = _density(prior)
    if density.cdf(lower) <= 0.5:
        mass = density.cdf(upper) - density.cdf(lower)
    else:
        mass = density.sf(lower) - density.sf(upper)
    if not mass > 0:
        raise ValueError(
            f"prior {prior.distribution} {prior.parameters}: found no mass between {prior.lower:g} and "
            f"{prior.upper:g}; needed: bounds around what it allows"
        )
    return float(mass)


def draws_from_deviations(parameters: Sequence[Parameter], deviations: np.ndarray) -> np.ndarray:
    """Return draws of parameters' priors made of standard normal deviations: the same quantile of each.

    Parameters
    ----------
    parameters : sequence of Parameter
        Estimated ones.
    deviations : (..., parameter) array
        Standard normal.

    Returns
    -------
    (..., parameter) array, linear scale

    Raises
    ------
    ValueError
        A parameter has no prior.
    """
    columns = [
        _from_deviations(_prior_of(parameter), deviations[..., place]) for place, parameter in enumerate(parameters)
    ]
    return np.stack(columns, axis=-1) if columns else np.array(deviations, dtype=float)


def deviations_of_draws(parameters: Sequence[Parameter], values: np.ndarray) -> np.ndarray:
    """Return the standard normal deviations that :func:`draws_from_deviations` makes ``values`` of.

    Parameters
    ----------
    parameters : sequence of Parameter
    values : (..., parameter) array
        Linear scale, within the bounds of the priors.

    Returns
    -------
    (..., parameter) array
    """
    columns = [_to_deviations(_prior_of(parameter), values[..., place]) for place, parameter in enumerate(parameters)]
    return np.stack(columns, axis=-1) if columns else np.array(values, dtype=float)


def _prior_of(parameter: Parameter) -> Prior:
    if parameter.prior is None:
        raise ValueError(f"{parameter.id}: found no prior; needed: an estimated parameter")
    return parameter.prior


def _from_deviations(prior: Prior, deviations: np.ndarray) -> np.ndarray:
    """Return values of a prior at the probabilities that standard normal deviations have."""
    if _is_free_normal(prior):
        mean, sd = prior.parameters
        values = mean + sd * deviations
        return np.exp(values) if _is_logarithmic(prior) else values
    return prior_quantiles(prior, special.ndtr(deviations))


def _to_deviations(prior: Prior, values: np.ndarray) -> np.ndarray:
    """Return the standard normal deviations of a prior's values."""
    at = values
    if _is_logarithmic(prior):
        with np.errstate(divide="ignore"):
            at = np.log(values)
    if _is_free_normal(prior):
        mean, sd = prior.parameters
        return (at - mean) / sd
    density, lower, upper = _density(prior)
    share = (density.cdf(at) - density.cdf(lower)) / (density.cdf(upper) - density.cdf(lower))
    return special.ndtri(share)


def _is_logarithmic(prior: Prior) -> bool:
    return prior.distribution.startswith("log-")


def _is_free_normal(prior: Prior) -> bool:
    """Whether a prior is normal, or normal on the logarithm, without bounds that cut anything off."""
    lowest = 0.0 if _is_logarithmic(prior) else -np.inf
    return prior.distribution in ("normal", "log-normal") and prior.lower <= lowest and prior.upper == np.inf


def density_of(distribution: str, parameters: Sequence[float]) -> Any:  # noqa: ANN401
    """Return SciPy's density of a parameter, or of its logarithm where the name says so, before it is truncated.

    Parameters
    ----------
    distribution : str
        A name of :class:`jakstat.problem.records.Prior`.
    parameters : sequence of float
        In the order and meaning that they have there.
    """
    first, *more = parameters
    second = more[0] if more else np.nan
    kinds = {
        "normal": lambda: stats.norm(first, second),
        "uniform": lambda: stats.uniform(first, second - first),
        "log-uniform": lambda: stats.uniform(np.log(first), np.log(second) - np.log(first)),
        "laplace": lambda: stats.laplace(first, second),
        "cauchy": lambda: stats.cauchy(first, second),
        "chisquare": lambda: stats.chi2(first),
        "exponential": lambda: stats.expon(scale=first),
        "gamma": lambda: stats.gamma(first, scale=second),
        "rayleigh": lambda: stats.rayleigh(scale=first),
    }
    return kinds.get(distribution, kinds[distribution.removeprefix("log-")])()


def bounds_of(prior: Prior) -> tuple[float, float]:
    """Return the bounds of a prior on the scale of its density: their logarithms where that is of the logarithm."""
    if not _is_logarithmic(prior):
        return prior.lower, prior.upper
    with np.errstate(divide="ignore"):
        return float(np.log(max(prior.lower, 0.0))), float(np.log(max(prior.upper, 0.0)))


def median_of(prior: Prior) -> float:
    """Return the median of a prior, linear scale, bounds included."""
    return float(prior_quantiles(prior, np.array([0.5]))[0])


def _density(prior: Prior) -> tuple[Any, float, float]:
    """Return the density of a prior, and its bounds on that scale.

    A bounded normal is truncated already: SciPy's own truncated one holds in tails where probabilities are 0.
    """
    lower, upper = bounds_of(prior)
    if prior.distribution in ("normal", "log-normal") and not (np.isneginf(lower) and np.isposinf(upper)):
        mean, sd = prior.parameters
        return stats.truncnorm((lower - mean) / sd, (upper - mean) / sd, loc=mean, scale=sd), lower, upper
    return density_of(prior.distribution, prior.parameters), lower, upper


def describe_prior(prior: Prior) -> str:
    """Return a prior as text, for instance ``log-normal, median 0.0125, sd of ln 1.3``."""
    if prior.distribution == "log-normal":
        location, spread = prior.parameters
        text = f"log-normal, median {np.exp(location):.3g}, sd of ln {spread:.3g}"
    else:
        text = f"{prior.distribution} ({', '.join(f'{number:.3g}' for number in prior.parameters)})"
    low = prior.lower if np.isfinite(prior.lower) and prior.lower != 0 else None
    high = prior.upper if np.isfinite(prior.upper) else None
    if low is None and high is None or prior.distribution in ("uniform", "log-uniform"):
        return text
    ends = [f"from {low:.3g}" if low is not None else "", f"to {high:.3g}" if high is not None else ""]
    return f"{text}, cut {' '.join(end for end in ends if end)}"


def prior_interval(prior: Prior) -> tuple[float, float]:
    """Return the central 90 % interval of a prior, unit of the parameter."""
    lower, upper = prior_quantiles(prior, np.array([0.05, 0.95]))
    return float(lower), float(upper)
