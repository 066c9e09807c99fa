"""Two drugs together, draw by draw: excess over Bliss, HSA and Loewe, and the least doses that reach an effect.

An effect is 1 - signal relative to no drug. The excess is the effect of the pair minus that which a reference expects
from the drugs alone, in the same draw; above 0 is more than expected (synergy).

- Bliss independence: E_a + E_b - E_a E_b. Bliss 1939, Ann Appl Biol 26:585, doi:10.1111/j.1744-7348.1939.tb06990.x.
- Highest single agent (HSA): the larger of E_a and E_b.
- Loewe additivity: the effect E with a / A(E) + b / B(E) = 1, where A(E) and B(E) are the doses that reach E alone.
  Loewe 1953, Arzneimittelforschung 3:285. A drug combined with itself, or with another on the same site, has no excess.

A(E) inverts the drug's own curve as :mod:`jakstat.predictions.dose_interpolation` interpolates it, made monotone by its
running maximum. Where the expected effect is beyond what either drug reaches alone within the tested doses, Loewe is
not defined: NaN, and counted. No excess depends on the unit of a dose.

(References from memory, not read again. The package `synergy` 1.0 was looked at: GPL-3, one object and one scalar
optimisation a grid point, Loewe's expected effect for fitted Hill curves only; so it is neither used nor followed.)
"""

import numpy as np
import pandas as pd
import xarray as xr
from scipy.optimize.elementwise import find_root
from scipy.special import logit

from jakstat.predictions.dose_interpolation import LOGIT_MARGIN, check_doses
from jakstat.predictions.response_metrics import DRAW_DIMS, each_over_draws
from jakstat.statistics import summarise_draws

REFERENCES = ("bliss", "hsa", "loewe")
_UNTREATED = 1e-6  # how far the relative signal without drug may be from 1: rounding, no more
_POINTS_AT_ONCE = 200_000  # grid points of all draws solved together: about 100 MB


def bliss_effect(alone_a: np.ndarray, alone_b: np.ndarray) -> np.ndarray:
    """Return the effect of independent drugs: E_a + E_b - E_a E_b.

    Parameters
    ----------
    alone_a, alone_b : arrays that broadcast
        Effects, shares of no drug (at most 1).
    """
    return alone_a + alone_b - alone_a * alone_b


def hsa_effect(alone_a: np.ndarray, alone_b: np.ndarray) -> np.ndarray:
    """Return the larger of two effects (shares of no drug)."""
    return np.maximum(alone_a, alone_b)


def loewe_effect(doses_a: np.ndarray, doses_b: np.ndarray, alone_a: np.ndarray, alone_b: np.ndarray) -> np.ndarray:
    """Return the effect that Loewe additivity expects of each pair of doses.

    Parameters
    ----------
    doses_a : (dose_a,) array, nM
        Increasing, the first 0.
    doses_b : (dose_b,) array, nM
        Increasing, the first 0.
    alone_a : (draw, dose_a) array
        Effect of the first drug alone, share of no drug.
    alone_b : (draw, dose_b) array
        Effect of the second.

    Returns
    -------
    (draw, dose_a, dose_b) array
        NaN where it is beyond the reach of one of the drugs, or a curve is not finite.
    """
    expected = np.full((len(alone_a), doses_a.size, doses_b.size), np.nan)
    expected[:, :, 0], expected[:, 0, :] = alone_a, alone_b
    inside = (doses_a.size - 1) * (doses_b.size - 1)
    step = max(1, _POINTS_AT_ONCE // inside)
    for first in range(0, len(alone_a), step):
        chosen = slice(first, first + step)
        expected[chosen, 1:, 1:] = _additive(doses_a[1:], doses_b[1:], alone_a[chosen], alone_b[chosen])
    return expected


def _additive(doses_a: np.ndarray, doses_b: np.ndarray, alone_a: np.ndarray, alone_b: np.ndarray) -> np.ndarray:
    """Solve a / A(E) + b / B(E) = 1 at the positive doses of some draws."""
    rising_a = np.maximum.accumulate(alone_a, axis=1)[:, 1:]
    rising_b = np.maximum.accumulate(alone_b, axis=1)[:, 1:]
    log_a, log_b = np.log(doses_a), np.log(doses_b)

    def overshoot(effect: np.ndarray, draw: np.ndarray, at_a: np.ndarray, at_b: np.ndarray) -> np.ndarray:
        return np.logaddexp(
            at_a - _log_dose(effect, rising_a[draw], log_a), at_b - _log_dose(effect, rising_b[draw], log_b)
        )

    shape = (len(alone_a), doses_a.size, doses_b.size)
    # The pair does at least what each drug does, and no more than what both reach alone.
    least = np.broadcast_to(np.maximum(rising_a[:, :, None], rising_b[:, None, :]), shape)
    most = np.broadcast_to(np.minimum(rising_a[:, -1], rising_b[:, -1])[:, None, None], shape)
    draw, place_a, place_b = np.nonzero((least <= most) & (least > 0))
    result = np.full(shape, np.nan)
    least, most = least[draw, place_a, place_b], most[draw, place_a, place_b]
    place = (draw, log_a[place_a], log_b[place_b])
    defined = overshoot(most, *place) <= 0
    draw, place_a, place_b = draw[defined], place_a[defined], place_b[defined]
    if draw.size:
        bracket = (least[defined], most[defined])
        result[draw, place_a, place_b] = find_root(overshoot, bracket, args=tuple(index[defined] for index in place)).x
    return result


def _log_dose(effect: np.ndarray, rising: np.ndarray, log_doses: np.ndarray) -> np.ndarray:
    """Invert monotone curves: ln of the least dose that reaches ``effect`` (point,) on ``rising`` (point, dose)."""
    after = np.minimum((rising < effect[:, None]).sum(axis=1), log_doses.size - 1)
    before = np.maximum(after - 1, 0)
    rows = np.arange(len(rising))
    low, high = rising[rows, before], rising[rows, after]
    with np.errstate(divide="ignore", invalid="ignore"):
        by_logit = (logit(effect) - logit(low)) / (logit(high) - logit(low))
        part = np.where((low > LOGIT_MARGIN) & (high < 1 - LOGIT_MARGIN), by_logit, (effect - low) / (high - low))
    return log_doses[before] + np.where(after > before, part, 0.0) * (log_doses[after] - log_doses[before])


def measure_combination(relative: xr.DataArray) -> xr.Dataset:
    """Compare the effect of each pair of doses with what three references expect.

    Parameters
    ----------
    relative : DataArray
        Dims dose_a and dose_b (nM, each increasing from 0) and any others (chain, draw, ...); share of the signal
        without drug.

    Returns
    -------
    Dataset
        ``effect``, ``bliss_excess``, ``hsa_excess`` and ``loewe_excess`` (dims of ``relative``; shares of no drug;
        Loewe's NaN where not defined), ``mean_bliss_excess`` and so on: the mean over the pairs of two positive doses
        that are defined in every draw, by draw (NaN where there are none).

    Raises
    ------
    ValueError
        The doses do not increase from 0, or the signal without drug is not 1.
    """
    ordered = relative.transpose(..., "dose_a", "dose_b")
    doses_a, doses_b = (ordered[name].to_numpy().astype(float) for name in ("dose_a", "dose_b"))
    effect = 1 - ordered.to_numpy().astype(float)
    check_doses(doses_a, effect[..., 0])
    check_doses(doses_b, effect[..., 0, :])
    off = np.nanmax(np.abs(effect[..., 0, 0]), initial=0.0)
    if off > _UNTREATED:
        raise ValueError(
            f"combination: found a relative signal without drug that is {off:.3g} away from 1; needed: "
            "signals divided by that of the same draw without drug"
        )
    alone_a, alone_b = effect[..., :, :1], effect[..., :1, :]
    loewe = loewe_effect(doses_a, doses_b, alone_a.reshape(-1, doses_a.size), alone_b.reshape(-1, doses_b.size))
    expected = {
        "bliss": bliss_effect(alone_a, alone_b),
        "hsa": hsa_effect(alone_a, alone_b),
        "loewe": loewe.reshape(effect.shape),
    }
    share = {"units": "1"}
    result = xr.Dataset({"effect": (ordered.dims, effect, share)}, coords=ordered.coords)
    for name in REFERENCES:
        excess = xr.DataArray(effect - expected[name], dims=ordered.dims, coords=ordered.coords, attrs=share)
        result[f"{name}_excess"] = excess
        inside = excess.isel(dose_a=slice(1, None), dose_b=slice(1, None))
        defined = inside.notnull().all([dim for dim in inside.dims if dim in DRAW_DIMS])
        result[f"mean_{name}_excess"] = inside.where(defined).mean(["dose_a", "dose_b"]).assign_attrs(share)
    return result


def summarise_combination(measured: xr.Dataset, margin: float = 0.0) -> pd.DataFrame:
    """Summarise the excess at each pair of doses over draws.

    Parameters
    ----------
    measured : Dataset
        From :func:`measure_combination`.
    margin : float
        Least excess that counts, share of no drug.

    Returns
    -------
    DataFrame
        One row a reference and combination of the other coordinates (dose_a, dose_b, ...): those, ``reference``,
        ``share_defined`` (of all draws), ``probability_above`` and ``probability_below`` (of the defined draws: excess
        > margin, excess < -margin), ``median``, ``lower_50`` ... ``upper_90`` (shares of no drug).
    """
    rows = []
    for name in REFERENCES:
        for place, excess in each_over_draws(measured[f"{name}_excess"]):
            defined = excess[np.isfinite(excess)]
            shares = [float((excess > margin).mean()) if defined.size else np.nan for excess in (defined, -defined)]
            rows.append(
                {
                    **place,
                    "reference": name,
                    "share_defined": defined.size / excess.size,
                    "probability_above": shares[0],
                    "probability_below": shares[1],
                    **summarise_draws(excess),
                }
            )
    return pd.DataFrame(rows)


def find_least_doses(relative: xr.DataArray, effect: float, probability: float = 0.9) -> pd.DataFrame:
    """Find the pairs of tested doses that reach an effect where lowering either dose alone would not do.

    Parameters
    ----------
    relative : DataArray
        Dims chain, draw, dose_a, dose_b (nM) and any others; share of the signal without drug.
    effect : float
        Share of no drug, in (0, 1).
    probability : float
        Least share of draws that reach it, in (0, 1); a failed draw does not reach it.

    Returns
    -------
    DataFrame
        One row a pair of the Pareto front: the other coordinates, ``dose_a``, ``dose_b``, ``probability``; none where
        no tested pair suffices.

    Raises
    ------
    ValueError
        ``effect`` or ``probability`` is not between 0 and 1.
    """
    _check_share("effect", effect)
    _check_share("probability", probability)
    reaches = (relative <= 1 - effect).mean([dim for dim in relative.dims if dim in DRAW_DIMS])
    others = [dim for dim in reaches.dims if dim not in ("dose_a", "dose_b")]
    ordered = reaches.transpose(*others, "dose_a", "dose_b")
    doses_a, doses_b = ordered["dose_a"].to_numpy(), ordered["dose_b"].to_numpy()
    rows = []
    for place in np.ndindex(ordered.shape[:-2]):
        labels = {str(dim): ordered[dim].to_numpy()[at] for dim, at in zip(others, place, strict=True)}
        shares = ordered.to_numpy()[place]
        rows += [
            labels | {"dose_a": doses_a[at_a], "dose_b": doses_b[at_b], "probability": shares[at_a, at_b]}
            for at_a, at_b in _front(shares >= probability)
        ]
    return pd.DataFrame(rows, columns=[*map(str, others), "dose_a", "dose_b", "probability"])


def _front(enough: np.ndarray) -> list[tuple[int, int]]:
    """Return the places of a grid that suffice and have no other such place with both doses as low or lower."""
    places, least = [], enough.shape[1]
    for at_a, row in enumerate(enough):
        found = np.flatnonzero(row)
        if found.size and found[0] < least:
            least = int(found[0])
            places.append((at_a, least))
    return places


def _check_share(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise ValueError(f"{name}: found {value:g}; needed: a share between 0 and 1")
