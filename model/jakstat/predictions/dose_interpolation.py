"""A response between the doses at which it was computed: one interpolant for levels, slopes, means and values.

A curve is a response (share of the response without drug, or a GR value) at increasing doses (nM), the first of them 0.
Between two positive doses the logit of the response is linear in the logarithm of dose, which is exact for a Hill curve
that falls from 1 to 0; where an end has no safe logit (near or beyond 0 or 1) the response itself is linear in the
logarithm of dose. Between dose 0 and the lowest positive dose the response is linear in dose. Nothing is extrapolated.
"""

import numpy as np
from scipy.special import expit, logit

LOGIT_MARGIN = 1e-3  # a curve nearer to 0 or 1 than this is interpolated as it is: its logit is mostly rounding
WITHIN, ABOVE, BELOW, FAILED = range(4)
POSITIONS = ("within", "above", "below", "failed")
_EQUAL_LOGITS = 1e-6  # logits nearer than this lose too many digits in a quotient of differences


def check_doses(doses: np.ndarray, responses: np.ndarray) -> None:
    """Raise ValueError unless ``doses`` increase from 0, with two positive ones or more, one for each response.

    Parameters
    ----------
    doses : (dose,) array, nM
    responses : (..., dose) array

    Raises
    ------
    ValueError
        What was found and what is needed.
    """
    listed = ", ".join(f"{dose:g}" for dose in doses[:12])
    if doses.ndim != 1 or doses.size < 3 or doses[0] != 0 or not (np.diff(doses) > 0).all():
        raise ValueError(f"dose: found {listed}; needed: increasing doses, the first 0, then two or more")
    if responses.shape[-1] != doses.size:
        raise ValueError(
            f"dose: found {doses.size} doses and {responses.shape[-1]} responses along the last axis; "
            "needed: one response for each dose"
        )


def locate_level(
    doses: np.ndarray, response: np.ndarray, level: float | np.ndarray = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest dose at which each curve falls to ``level``, and where that dose lies.

    Parameters
    ----------
    doses : (dose,) array, nM
        Increasing, the first 0.
    response : (..., dose) array
    level : float or (...) array

    Returns
    -------
    dose : (...) array, nM
        NaN unless the position is WITHIN.
    position : (...) array of int8
        WITHIN the positive doses, ABOVE (the level is not reached), BELOW (already reached at the lowest positive dose)
        or FAILED (the curve is not finite).
    """
    level = np.asarray(level, dtype=float)
    reached = response[..., 1:] <= level[..., None]
    first = reached.argmax(axis=-1)
    position = np.select(
        [~np.isfinite(response).all(axis=-1), ~reached.any(axis=-1), first == 0], [FAILED, ABOVE, BELOW], WITHIN
    )
    log_dose = np.log(doses[1:])
    after = np.maximum(first, 1)
    high, low = _ends(response, after + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_logit = (logit(high) - logit(level)) / (logit(high) - logit(low))
        part = np.where(_safe(high) & _safe(low), by_logit, (high - level) / (high - low))
    part = np.where(position == WITHIN, part, 0.0)
    dose = np.exp(log_dose[after - 1] + part * (log_dose[after] - log_dose[after - 1]))
    return np.where(position == WITHIN, dose, np.nan), position.astype(np.int8)


def slope_at_half(doses: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Return the Hill slope of each curve where it falls to half: minus the slope of logit over ln dose there.

    Parameters
    ----------
    doses : (dose,) array, nM
        Increasing, the first 0.
    response : (..., dose) array

    Returns
    -------
    (...) array; NaN where the curve does not fall to half within the positive doses.
    """
    _, position = locate_level(doses, response)
    after = np.maximum((response[..., 1:] <= 0.5).argmax(axis=-1), 1)
    high, low = _ends(response, after + 1)
    width = np.diff(np.log(doses[1:]))[after - 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        # d logit / d response is 4 at one half
        fall = np.where(_safe(high) & _safe(low), logit(high) - logit(low), 4 * (high - low))
    return np.where(position == WITHIN, fall / width, np.nan)


def mean_response(doses: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Return the mean of each curve over the logarithm of dose, from the lowest positive to the highest dose.

    Parameters
    ----------
    doses : (dose,) array, nM
        Increasing, the first 0.
    response : (..., dose) array

    Returns
    -------
    (...) array; NaN where a response is not finite.
    """
    left, right = response[..., 1:-1], response[..., 2:]
    width = np.diff(np.log(doses[1:]))
    with np.errstate(divide="ignore", invalid="ignore"):
        start, end = logit(left), logit(right)
        curved = (np.logaddexp(0, end) - np.logaddexp(0, start)) / (end - start)  # mean of expit from start to end
        bent = _safe(left) & _safe(right) & (np.abs(end - start) > _EQUAL_LOGITS)
    return (np.where(bent, curved, (left + right) / 2) * width).sum(axis=-1) / width.sum()


def response_at(doses: np.ndarray, response: np.ndarray, at: np.ndarray | float) -> np.ndarray:
    """Return the response of each curve at a dose of its own.

    Parameters
    ----------
    doses : (dose,) array, nM
        Increasing, the first 0.
    response : (..., dose) array
    at : (...) array or float, nM

    Returns
    -------
    (...) array; NaN where ``at`` is above the highest dose or negative.
    """
    at = np.broadcast_to(np.asarray(at, dtype=float), response.shape[:-1])
    after = np.clip(np.searchsorted(doses, at), 1, doses.size - 1)
    high, low = _ends(response, after)
    with np.errstate(divide="ignore", invalid="ignore"):
        in_log = np.log(at / doses[after - 1]) / np.log(doses[after] / doses[after - 1])
        part = np.where(after == 1, at / doses[1], in_log)
        by_logit = expit(logit(high) + part * (logit(low) - logit(high)))
    bent = _safe(high) & _safe(low) & (after > 1)
    value = np.where(bent, by_logit, high + part * (low - high))
    return np.where((at >= 0) & (at <= doses[-1]), value, np.nan)


def _safe(response: np.ndarray) -> np.ndarray:
    return (response > LOGIT_MARGIN) & (response < 1 - LOGIT_MARGIN)


def _ends(response: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each curve at the dose before ``after`` and at ``after`` (places among all doses)."""
    before = np.take_along_axis(response, after[..., None] - 1, -1)[..., 0]
    return before, np.take_along_axis(response, after[..., None], -1)[..., 0]
