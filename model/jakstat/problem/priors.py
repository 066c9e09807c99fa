"""Prior distributions by PEtab 2's names: how many parameters each has, in which order, and what they may be.

PEtab 2: a prior is a density of the parameter on its linear scale, truncated at the bounds;
``log-normal`` and ``log-laplace`` have location and scale of the natural logarithm, ``log-uniform`` the two ends
themselves. https://petab.readthedocs.io/en/latest/v2/documentation_data_format.html#parameter-table
"""

import math
from collections.abc import Sequence

from jakstat.problem.numbers import finite_number_of_text

#: Names of each distribution's parameters in PEtab's order. Those called sd, scale, shape and the like are positive.
PRIOR_PARAMETERS: dict[str, tuple[str, ...]] = {
    "normal": ("mean", "sd"),
    "log-normal": ("mean_ln", "sd_ln"),
    "laplace": ("location", "scale"),
    "log-laplace": ("location_ln", "scale_ln"),
    "uniform": ("low", "high"),
    "log-uniform": ("low", "high"),
    "cauchy": ("location", "scale"),
    "chisquare": ("degrees_of_freedom",),
    "exponential": ("scale",),
    "gamma": ("shape", "scale"),
    "rayleigh": ("scale",),
}
_NOT_POSITIVE = {"mean", "mean_ln", "location", "location_ln", "low", "high"}
#: Distributions of positive parameters only.
POSITIVE = {"log-normal", "log-laplace", "log-uniform", "chisquare", "exponential", "gamma", "rayleigh"}


def parse_numbers(text: str) -> tuple[float, ...] | None:
    """Return the numbers of a cell like ``0.5;2``, or None where one of them is none."""
    numbers = [finite_number_of_text(one.strip()) for one in text.split(";")] if text else []
    return None if None in numbers else tuple(one for one in numbers if one is not None)


def wrong_parameters(distribution: str, parameters: Sequence[float]) -> str:
    """Return what the parameters of a distribution must be where they are not, else nothing."""
    names = PRIOR_PARAMETERS[distribution]
    if len(parameters) != len(names):
        return f"{len(names)} number(s) for {distribution}: {'; '.join(names)}"
    for name, value in zip(names, parameters, strict=True):
        if name not in _NOT_POSITIVE and value <= 0:
            return f"a positive {name}"
    if names == ("low", "high"):
        if parameters[0] >= parameters[1]:
            return "low below high"
        if distribution == "log-uniform" and parameters[0] <= 0:
            return "a positive low"
    return ""


def support_of(distribution: str, parameters: Sequence[float]) -> tuple[float, float]:
    """Return the ends of the interval in which a prior has mass, before it is truncated."""
    if distribution in ("uniform", "log-uniform"):
        return parameters[0], parameters[1]
    return (0.0 if distribution in POSITIVE else -math.inf), math.inf
