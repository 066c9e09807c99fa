"""Prior distributions by PEtab 2's names: how many parameters each has, in which order, and what they may be.

PEtab 2: a prior is a density of the parameter on its linear scale, truncated at the bounds;
``log-normal`` and ``log-laplace`` have location and scale of the natural logarithm, ``log-uniform`` the two ends
themselves. https://petab.readthedocs.io/en/latest/v2/documentation_data_format.html#parameter-table
"""

import math
from collections.abc import Sequence

from jakstat.files import finite_number_of_text
from jakstat.problem.prior_densities import bounds_of, density_of
from jakstat.problem.records import Prior

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
    numbers = [finite_number_of_text(part.strip()) for part in text.split(";")] if text else []
    return None if None in numbers else tuple(number for number in numbers if number is not None)


#: Beyond this size a number's square is no float, and what a prior or a likelihood computes of it is none either.
LARGEST = 1e100
#: The largest logarithm whose exponential is well within floats.
_LARGEST_LOG = 600.0
#: Whole numbers are held in 64 bits.
_LARGEST_WHOLE = 2**63
#: The least share of a prior that must reach to its bounds: 4.8 standard deviations from a normal's centre.
LEAST_SHARE = 1e-6


def wrong_parameters(distribution: str, parameters: Sequence[float]) -> str:
    """Return what the parameters of a distribution must be where they are not, else nothing."""
    names = PRIOR_PARAMETERS[distribution]
    if len(parameters) != len(names):
        return f"{len(names)} number(s) for {distribution}: {'; '.join(names)}"
    for name, value in zip(names, parameters, strict=True):
        if name not in _NOT_POSITIVE and value <= 0:
            return f"a positive {name}"
        if not (abs(value) <= LARGEST and (abs(value) >= 1 / LARGEST or value == 0)):
            return f"a {name} from {1 / LARGEST:g} to {LARGEST:g} in size"
    if names[0] in ("mean_ln", "location_ln") and abs(parameters[0]) + 5 * parameters[1] > _LARGEST_LOG:
        return f"values within floats: at most {_LARGEST_LOG:g} for |{names[0]}| + 5 {names[1]}"
    if distribution == "chisquare" and not (float(parameters[0]).is_integer() and parameters[0] < _LARGEST_WHOLE):
        return "a whole number of degrees_of_freedom"  # what PEtab's tools take
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


def share_in_reach(distribution: str, parameters: Sequence[float], lower: float, upper: float) -> float:
    """Return the share of a prior that lies on the bounds' side: below ``upper`` or above ``lower``, whichever is less.

    It is small where the bounds lie far out in a tail. A prior much wider than its bounds is flat in them, which is no
    fault, however little of it they hold.

    Parameters
    ----------
    distribution : str
        One of ``PRIOR_PARAMETERS``.
    parameters : sequence of float
        Its parameters, which :func:`wrong_parameters` has nothing against.
    lower, upper : float
        The bounds, linear scale.

    Returns
    -------
    float
        Within 0 to 1.
    """
    prior = Prior(distribution, tuple(parameters), lower, upper, "")
    density = density_of(distribution, parameters)
    low, high = bounds_of(prior)
    return min(float(density.cdf(high)), float(density.sf(low)))


def wrong_bounds(distribution: str, parameters: Sequence[float], lower: float, upper: float) -> str:
    """Return what a prior must be where its bounds lie beyond its mass, else nothing."""
    if lower >= upper or share_in_reach(distribution, parameters, lower, upper) >= LEAST_SHARE:
        return ""
    return (
        f"a prior that reaches into the bounds {lower:g} to {upper:g}: less than {LEAST_SHARE:g} of it does (is its "
        "location on another scale or in another unit?)"
    )
