"""Priors as PyMC variables: one vector for each family that occurs, the linear-scale parameters put together from them.

Log-normal priors (most) live in one normal vector ``log_parameter``, so that the sampler sees logarithms; normal ones
(deviations of pooled values) in ``normal_parameter``. The others are sampled on the scale of their density, positive
ones on the logarithm.
"""

from collections.abc import Sequence

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from jakstat.problem import Parameter, Prior


def parameter_vector(parameters: list[Parameter]) -> TensorVariable:
    """Create the priors of estimated ``parameters`` in the current model.

    Returns
    -------
    (parameter,), linear scale, in the given order
    """
    priors = [parameter.prior for parameter in parameters if parameter.prior is not None]
    kinds = [_kind_of(prior) for prior in priors]
    order: list[int] = []
    pieces: list[TensorVariable] = []
    for kind, scale in (("log_parameter", pt.exp), ("normal_parameter", lambda values: values)):
        numbers = [number for number, found in enumerate(kinds) if found == kind]
        if numbers:
            dims = {"log_parameter": "log_normal_parameter"}.get(kind, "normal_parameter_id")
            pm.modelcontext(None).add_coord(dims, [parameters[number].id for number in numbers])
            location, spread = np.array([priors[number].parameters for number in numbers]).T
            pieces.append(scale(pm.Normal(kind, location, spread, dims=dims)))
            order += numbers
    for number, parameter in enumerate(parameters):
        if kinds[number] == "single":
            pieces.append(pt.atleast_1d(_single_prior(_single_name(parameter), priors[number])))
            order.append(number)
    return pieces[0] if len(pieces) == 1 else pt.concatenate(pieces)[np.argsort(order)]


def variables_of(parameters: Sequence[Parameter]) -> dict[str, list[Parameter]]:
    """Return the names of the variables that :func:`parameter_vector` creates, with the parameters of each."""
    members: dict[str, list[Parameter]] = {}
    for parameter in parameters:
        if parameter.prior is not None:
            kind = _kind_of(parameter.prior)
            members.setdefault(_single_name(parameter) if kind == "single" else kind, []).append(parameter)
    return members


def _single_name(parameter: Parameter) -> str:
    assert parameter.prior is not None
    scale = "log_parameter" if parameter.prior.distribution.startswith("log-") else "parameter"
    return f"{scale}_{parameter.id}"


def _kind_of(prior: Prior) -> str:
    """Return the vector that a prior is part of, or that it is a variable of its own."""
    if _is_free_log_normal(prior):
        return "log_parameter"
    if prior.distribution == "normal" and np.isneginf(prior.lower) and np.isposinf(prior.upper):
        return "normal_parameter"
    return "single"


def _is_free_log_normal(prior: Prior) -> bool:
    return prior.distribution == "log-normal" and prior.lower <= 0 and np.isinf(prior.upper)


def _single_prior(name: str, prior: Prior) -> TensorVariable:
    """Create one prior truncated at its bounds and return the parameter on linear scale."""
    if prior.distribution.startswith("log-"):
        with np.errstate(divide="ignore"):
            lower, upper = np.log(max(prior.lower, 0.0)), np.log(prior.upper)
        return pt.exp(_bounded(name, prior.distribution.removeprefix("log-"), prior, lower, upper))
    return _bounded(name, prior.distribution, prior, prior.lower, prior.upper)


def _bounded(name: str, distribution: str, prior: Prior, lower: float, upper: float) -> TensorVariable:
    """Create ``distribution`` truncated to [lower, upper]."""
    first, *more = prior.parameters
    second = more[0] if more else np.nan
    if distribution == "uniform":
        if prior.distribution == "log-uniform":
            first, second = np.log(first), np.log(second)
        return pm.Uniform(name, max(first, lower), min(second, upper))
    if distribution == "normal":
        if np.isinf(lower) and np.isinf(upper):
            return pm.Normal(name, first, second)
        return pm.TruncatedNormal(name, first, second, lower=lower, upper=upper)
    makers = {
        "laplace": lambda: pm.Laplace.dist(first, second),
        "cauchy": lambda: pm.Cauchy.dist(first, second),
        "chisquare": lambda: pm.ChiSquared.dist(first),
        "exponential": lambda: pm.Exponential.dist(scale=first),
        "gamma": lambda: pm.Gamma.dist(alpha=first, beta=1.0 / second),
        "rayleigh": lambda: pm.Weibull.dist(alpha=2.0, beta=first * np.sqrt(2.0)),
    }
    if distribution not in makers:
        raise NotImplementedError(f"prior '{prior.distribution}' of {name} is not one of PEtab's priors")
    start = _start_inside(first, second, lower, upper) if distribution in ("cauchy", "laplace") else None
    return pm.Truncated(name, makers[distribution](), lower=lower, upper=upper, initval=start)


def _start_inside(location: float, scale: float, lower: float, upper: float) -> float | None:
    """Return a start for a prior whose location is a bound of its truncation, such as a half-Cauchy; None for others.

    PyMC starts at the location, where the unbounded scale that is sampled is infinite, and every chain fails. A scale
    inwards is the half-Cauchy's median.
    """
    if location not in (lower, upper):
        return None
    inside = location + scale if location == lower else location - scale
    return inside if lower < inside < upper else (lower + upper) / 2.0
