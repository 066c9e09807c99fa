"""Viabilities within the tested doses from a published IC50 and AUC.

A screen that publishes a curve as two numbers fitted ``v(c) = 1 / (1 + exp((log2 c - log2 IC50) / s))`` to its wells
and gives the IC50 (often beyond the tested doses) and the AUC, the mean of v over the tested range of log2 c (GDSC:
Vis et al. 2016, Pharmacogenomics 17:691, doi:10.2217/pgs.16.15). The slope s follows from both. Two viabilities at
tested doses then hold what the two numbers hold, and nothing is read beyond the doses. More points of the same curve
would only pretend to be more measurements.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq

#: Slopes (log2 of dose) between which the slope is looked for: a step, and a line flat over the whole range.
_SLOPES = (1e-3, 1e3)


def viabilities_from_summary(
    ic50: float, auc: float, lowest: float, highest: float, doses: Sequence[float]
) -> np.ndarray:
    """Return the viabilities at tested doses of the curve with a published IC50 and AUC.

    Parameters
    ----------
    ic50 : float
        Dose of half viability, the unit of the doses; may lie beyond them.
    auc : float
        Mean viability over log dose between ``lowest`` and ``highest``, between 0 and 1.
    lowest, highest : float
        The tested range.
    doses : sequence of float
        Within the range.

    Returns
    -------
    (dose,) array, 0 to 1

    Raises
    ------
    ValueError
        A dose lies outside of the range, or no slope gives this IC50 and AUC.
    """
    if not all(lowest * (1 - 1e-9) <= dose <= highest * (1 + 1e-9) for dose in doses):
        raise ValueError(f"doses {list(doses)} are not all within the tested {lowest:g} to {highest:g}")
    slope = slope_of_summary(ic50, auc, lowest, highest)
    return 1.0 / (1.0 + np.exp((np.log2(np.asarray(doses)) - np.log2(ic50)) / slope))


def area_under(ic50: float, slope: float, lowest: float, highest: float) -> float:
    """Return the mean viability of a curve over log dose; ``slope`` in log2 of dose."""
    left, right = (np.log2(ic50 / end) / slope for end in (lowest, highest))
    return float((np.logaddexp(0.0, left) - np.logaddexp(0.0, right)) * slope / np.log2(highest / lowest))


def slope_of_summary(ic50: float, auc: float, lowest: float, highest: float) -> float:
    """Return the slope (log2 of dose) of the curve with a published IC50 and AUC.

    Raises
    ------
    ValueError
        There is none: the AUC is not between that of a step and that of a flat curve.
    """
    ends = [area_under(ic50, slope, lowest, highest) - auc for slope in _SLOPES]
    if ends[0] * ends[1] > 0:
        raise ValueError(f"no slope gives IC50 {ic50:g} and AUC {auc:g} over doses of {lowest:g} to {highest:g}")
    return float(brentq(lambda slope: area_under(ic50, slope, lowest, highest) - auc, *_SLOPES, xtol=1e-9))
