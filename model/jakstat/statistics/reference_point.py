"""One point of a problem's parameters that stands for all: where sizes of states are looked up."""

import math

import numpy as np

from jakstat.problem import Parameter, Prior, ProblemTables

_EXPONENTIAL, _RAYLEIGH = math.log(2.0), math.sqrt(2.0 * math.log(2.0))  # their medians, at scale 1


def reference_point(tables: ProblemTables) -> np.ndarray:
    """Return the nominal values of the estimated parameters, the middle of the prior where one has none.

    Returns
    -------
    (estimated,) array, linear scale
    """
    return np.array([_reference_of(one) for one in tables.parameters if one.estimated], dtype=float)


def _reference_of(parameter: Parameter) -> float:
    if parameter.nominal is not None:
        return parameter.nominal
    return 1.0 if parameter.prior is None else min(max(middle_of(parameter.prior), parameter.prior.lower),
                                                   parameter.prior.upper)  # fmt: skip


def middle_of(prior: Prior) -> float:
    """Return a prior's median before it is truncated, linear scale; of a gamma or chi-squared distribution the mean."""
    first, *more = prior.parameters
    if prior.distribution in ("log-normal", "log-laplace"):
        return math.exp(first)
    if prior.distribution == "uniform":
        return (first + more[0]) / 2.0
    if prior.distribution == "log-uniform":
        return math.sqrt(first) * math.sqrt(more[0])
    factors = {"exponential": _EXPONENTIAL, "rayleigh": _RAYLEIGH, "gamma": more[0] if more else 1.0}
    return first * factors.get(prior.distribution, 1.0)
