"""What a dose-response curve says, draw by draw: IC50, Emax, AUC, Hill slope, GR metrics; summaries over draws.

Curves are expected signals without noise, relative to no drug, at doses in nM (the first 0). Metrics:

- absolute IC50: the dose at which the signal is half of that without drug; relative IC50: the dose at which half of the
  curve's own fall, to its value at the highest dose, has happened;
- Emax: the largest effect (1 - relative signal) at a tested dose; AUC: mean relative signal over the logarithm of dose;
- Hill slope: minus the slope of the logit of the relative signal over ln dose, at the absolute IC50;
- GR value: GR(c) = 2^(log2(x(c) / x0) / log2(x_ctrl / x0)) - 1 with cell numbers, or 2^(k(c) / k(0)) - 1 with growth
  rates; GR50: the dose at which GR is 0.5; GRmax: GR at the highest dose; GR_AOC: mean of 1 - GR over the logarithm of
  dose. Hafner et al. 2016, Nat Methods 13:521, doi:10.1038/nmeth.3853. (The authors' software, gr50, takes the smaller
  GR of the two highest doses as GRmax against outliers, which expected signals do not have.)

Nothing is extrapolated: a dose that does not lie within the positive doses is NaN, and its position says why.
"""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from jakstat.predictions.dose_interpolation import (
    FAILED,
    POSITIONS,
    WITHIN,
    check_doses,
    locate_level,
    mean_response,
    slope_at_half,
)
from jakstat.statistics import summarise_draws

DRAW_DIMS = ("chain", "draw")
# Assumed: a curve that falls by less than 1 % has no half of its fall worth a name (the solver's error is 1e-4).
LEAST_EFFECT = 0.01


def locate_relative_ic50(
    doses: np.ndarray, relative: np.ndarray, least_effect: float = LEAST_EFFECT
) -> tuple[np.ndarray, np.ndarray]:
    """Return the dose at which half of each curve's own fall has happened, and where it lies.

    Parameters
    ----------
    doses : (dose,) array, nM
        Increasing, the first 0.
    relative : (..., dose) array
        Share of the signal without drug.
    least_effect : float
        A curve that falls by less than this to the highest dose has no relative IC50 (position ABOVE).

    Returns
    -------
    dose : (...) array, nM; NaN where it does not lie within the positive doses
    position : (...) array of int8, as :func:`jakstat.predictions.dose_interpolation.locate_level`
    """
    fall = 1 - relative[..., -1:]
    falls = fall >= least_effect
    share = np.where(falls, 1 - (1 - relative) / np.where(falls, fall, 1.0), 1.0)
    return locate_level(doses, np.where(np.isfinite(relative), share, np.nan))


def curves_of(response: xr.DataArray) -> tuple[np.ndarray, np.ndarray, xr.DataArray]:
    """Return doses (nM), curves (..., dose) and an array without doses that lends dims and coords to results.

    Raises
    ------
    ValueError
        No ``dose`` dim with coordinates, or doses that do not increase from 0.
    """
    if "dose" not in response.dims or "dose" not in response.coords:
        raise ValueError(
            f"curves: found the dims {', '.join(map(str, response.dims))}; needed: a dim 'dose' with the "
            "doses (nM) as its coordinate"
        )
    ordered = response.transpose(..., "dose")
    doses, values = ordered["dose"].to_numpy().astype(float), ordered.to_numpy().astype(float)
    check_doses(doses, values)
    return doses, values, ordered.isel(dose=0, drop=True)


def measure_dose_response(relative: xr.DataArray, least_effect: float = LEAST_EFFECT) -> xr.Dataset:
    """Measure every dose-response curve.

    Parameters
    ----------
    relative : DataArray
        Dims dose (nM, increasing, the first 0) and any others (chain, draw, ...); share of the signal without drug.
    least_effect : float
        Least fall of a curve that has a relative IC50.

    Returns
    -------
    Dataset
        Dims of ``relative`` without dose: ``ic50`` and ``relative_ic50`` (nM, NaN where they are not within the doses),
        their ``_position`` (0 within, 1 above, 2 below the doses, 3 failed: a response is not finite), ``emax``,
        ``auc``, ``hill_slope``; attrs ``lowest_dose`` and ``highest_dose`` (nM).

    Raises
    ------
    ValueError
        The doses do not increase from 0.
    """
    doses, curves, frame = curves_of(relative)
    whole = np.isfinite(curves).all(axis=-1)
    ic50, position = locate_level(doses, curves)
    own, own_position = locate_relative_ic50(doses, curves, least_effect)
    largest = (1 - curves[..., 1:]).max(axis=-1)
    return _dataset(
        frame,
        doses,
        {
            "ic50": (ic50, "nM"),
            "ic50_position": (position, None),
            "relative_ic50": (own, "nM"),
            "relative_ic50_position": (own_position, None),
            "emax": (np.where(whole, largest, np.nan), "1"),
            "auc": (np.where(whole, mean_response(doses, curves), np.nan), "1"),
            "hill_slope": (slope_at_half(doses, curves), "1"),
        },
    )


def _dataset(frame: xr.DataArray, doses: np.ndarray, values: dict[str, tuple[np.ndarray, str | None]]) -> xr.Dataset:
    """Return metrics with the dims of ``frame``; those without a unit are positions."""
    flags = {"flag_values": list(range(len(POSITIONS))), "flag_meanings": " ".join(POSITIONS)}
    return xr.Dataset(
        {
            name: (frame.dims, array, flags if unit is None else {"units": unit})
            for name, (array, unit) in values.items()
        },
        coords=frame.coords,
        attrs={"lowest_dose": float(doses[1]), "highest_dose": float(doses[-1]), "dose_units": "nM"},
    )


def growth_rate_inhibition(rate: np.ndarray, control: np.ndarray | float) -> np.ndarray:
    """Return GR values of net growth rates.

    Parameters
    ----------
    rate : (...) array
        Net growth rate under drug, k(c), any unit.
    control : array or float
        That without drug, k(0), same unit; broadcast with ``rate``.

    Returns
    -------
    (...) array, in (-1, 1] where the drug does not speed growth up; NaN where the control does not grow.
    """
    grows = np.asarray(control) > 0
    return np.where(grows, 2 ** (rate / np.where(grows, control, 1.0)) - 1, np.nan)


def measure_growth_response(gr: xr.DataArray) -> xr.Dataset:
    """Measure every curve of GR values over dose.

    Parameters
    ----------
    gr : DataArray
        Dims dose (nM, increasing, the first 0) and any others; GR values.

    Returns
    -------
    Dataset
        Dims of ``gr`` without dose: ``gr50`` (nM, NaN where it is not within the doses), ``gr50_position``, ``gr_max``
        (GR at the highest dose), ``gr_aoc`` (mean of 1 - GR over the logarithm of dose). A control that does not
        grow has no GR values: its position is 3, failed.

    Raises
    ------
    ValueError
        The doses do not increase from 0.
    """
    doses, curves, frame = curves_of(gr)
    gr50, position = locate_level(doses, curves)
    whole = position != FAILED
    return _dataset(
        frame,
        doses,
        {
            "gr50": (gr50, "nM"),
            "gr50_position": (position, None),
            "gr_max": (np.where(whole, curves[..., -1], np.nan), "1"),
            "gr_aoc": (np.where(whole, 1 - mean_response(doses, curves), np.nan), "1"),
        },
    )


def summarise_metrics(metrics: xr.Dataset) -> pd.DataFrame:
    """Summarise each metric over chains and draws.

    Parameters
    ----------
    metrics : Dataset
        Variables with dims chain, draw and others; ``<metric>_position`` beside a dose that may not exist.

    Returns
    -------
    DataFrame
        One row a metric and a combination of the other coordinates: those, ``metric``, ``units``, ``share_existing``
        (of all draws), ``share_above``, ``share_below``, ``share_failed`` (NaN for a metric without position),
        ``median``, ``lower_50``, ``upper_50``, ``lower_90``, ``upper_90`` (over the draws in which it exists).
    """
    rows = []
    for name in metrics.data_vars:
        if str(name).endswith("_position") or not np.issubdtype(metrics[name].dtype, np.floating):
            continue
        positions = metrics.get(f"{name}_position")
        for place, values in each_over_draws(metrics[name]):
            found = None if positions is None else positions.sel(place).to_numpy().ravel()
            rows.append(
                {
                    **place,
                    "metric": str(name),
                    "units": metrics[name].attrs.get("units", ""),
                    "share_existing": float(np.isfinite(values).mean()),
                    **_shares(found),
                    **summarise_draws(values),
                }
            )
    return pd.DataFrame(rows)


def each_over_draws(array: xr.DataArray) -> list[tuple[dict[str, Any], np.ndarray]]:
    """Return, for each combination of the coordinates other than chain and draw, those and the draws in one row."""
    others = [dim for dim in array.dims if dim not in DRAW_DIMS]
    numbered = array.assign_coords({dim: range(array.sizes[dim]) for dim in others if dim not in array.coords})
    draws = numbered.transpose(*others, ...)
    rows = draws.to_numpy().reshape(*(draws.sizes[dim] for dim in others), -1)
    labels = [numbered[dim].to_numpy() for dim in others]
    return [
        ({str(dim): label[at] for dim, label, at in zip(others, labels, place, strict=True)}, rows[place])
        for place in np.ndindex(rows.shape[:-1])
    ]


def _shares(positions: np.ndarray | None) -> dict[str, float]:
    return {
        f"share_{meaning}": np.nan if positions is None else float((positions == number).mean())
        for number, meaning in enumerate(POSITIONS)
        if number != WITHIN
    }
