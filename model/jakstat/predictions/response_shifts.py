"""Two sets of dose-response curves compared, draw by draw: fold shift of the IC50 and change of Emax, apart.

A resistance mutation can move the IC50 (affinity), lower what the drug reaches at all (bypass), or both; one number
cannot say which. The fold shift exists only in draws in which both IC50s lie within the tested doses. The other draws
are counted by what is missing, with a limit that the tested doses give: where the reference has an IC50 and the changed
curve never reaches half, the shift is at least highest dose / reference IC50. Doses are nM, shifts are ratios.
"""

import numpy as np
import pandas as pd
import xarray as xr

from jakstat.predictions.dose_interpolation import ABOVE, BELOW, FAILED, WITHIN
from jakstat.predictions.response_metrics import each_over_draws
from jakstat.statistics import summarise_draws

CASES = ("both", "changed_above", "changed_below", "reference_above", "reference_below", "neither", "failed")


def compare_dose_responses(reference: xr.Dataset, changed: xr.Dataset, ic50: str = "ic50") -> xr.Dataset:
    """Compare the metrics of changed curves with those of their references.

    Parameters
    ----------
    reference, changed : Dataset
        From :func:`jakstat.predictions.measure_dose_response`, of the same draws; other dims broadcast.
    ic50 : {"ic50", "relative_ic50"}

    Returns
    -------
    Dataset
        ``fold_shift`` (changed / reference IC50, NaN unless both exist), ``fold_shift_at_least`` and
        ``fold_shift_at_most`` (the shift itself where it exists, otherwise what the tested doses allow: 0 and inf where
        nothing), ``case`` (place in CASES: which IC50 exists and where the other lies), ``emax_change`` (changed -
        reference).

    Raises
    ------
    ValueError
        Coordinates that both have differ.
    """
    try:
        reference, changed = xr.align(reference, changed, join="exact")
    except ValueError as error:
        raise ValueError(
            f"reference and changed curves: found different coordinates ({error}); needed: the same "
            "draws, and the same labels of every dim that both have"
        ) from None
    name = f"{ic50}_position"
    case = xr.apply_ufunc(_case, reference[name], changed[name])
    ratio = changed[ic50] / reference[ic50]
    before, after = reference.attrs, changed.attrs
    at_least = xr.where(case == 1, after["highest_dose"] / reference[ic50], 0.0)
    at_least = xr.where(case == 4, changed[ic50] / before["lowest_dose"], at_least)
    at_most = xr.where(case == 2, after["lowest_dose"] / reference[ic50], np.inf)
    at_most = xr.where(case == 3, changed[ic50] / before["highest_dose"], at_most)
    undefined = case == 6
    result = xr.Dataset(
        {
            "fold_shift": ratio,
            "fold_shift_at_least": xr.where(case == 0, ratio, at_least).where(~undefined),
            "fold_shift_at_most": xr.where(case == 0, ratio, at_most).where(~undefined),
            "case": case,
            "emax_change": changed["emax"] - reference["emax"],
        }
    )
    for variable in result.data_vars:
        result[variable].attrs = {"units": "1"}
    result["case"].attrs = {"flag_values": list(range(len(CASES))), "flag_meanings": " ".join(CASES)}
    return result.transpose(*changed["emax"].dims, ...)  # broadcasting leaves each variable its own order


def _case(reference: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """Return the place in CASES of positions of two IC50s."""
    conditions = [
        (reference == FAILED) | (changed == FAILED),
        (reference == WITHIN) & (changed == WITHIN),
        (reference == WITHIN) & (changed == ABOVE),
        (reference == WITHIN) & (changed == BELOW),
        (reference == ABOVE) & (changed == WITHIN),
        (reference == BELOW) & (changed == WITHIN),
    ]
    return np.select(conditions, [6, 0, 1, 2, 3, 4], 5).astype(np.int8)


def summarise_shifts(comparison: xr.Dataset, resistant: float = 2.0) -> pd.DataFrame:
    """Summarise fold shifts and changes of Emax over draws.

    Parameters
    ----------
    comparison : Dataset
        From :func:`compare_dose_responses`.
    resistant : float
        A fold shift that counts as resistance (assumed: 2).

    Returns
    -------
    DataFrame
        One row a combination of coordinates: ``share_<case>`` for each of CASES; median and intervals of the fold shift
        over the draws with both IC50s (``fold_shift_median``, ``fold_shift_lower_50`` ...) and of the change of Emax
        (``emax_change_median`` ...); ``probability_resistant_least`` and ``_most``: the shares of draws (without failed
        ones) in which the shift certainly, and possibly, is ``resistant`` or more.
    """
    columns = {name: each_over_draws(comparison[name]) for name in comparison.data_vars}
    rows = []
    for number, (place, case) in enumerate(columns["case"]):
        names = ("fold_shift", "fold_shift_at_least", "fold_shift_at_most", "emax_change")
        shift, least, most, effect = (columns[name][number][1] for name in names)
        solved = case != CASES.index("failed")
        bounds = [
            float((quantity[solved] >= resistant).mean()) if solved.any() else np.nan for quantity in (least, most)
        ]
        rows.append(
            place
            | {f"share_{name}": float((case == at).mean()) for at, name in enumerate(CASES)}
            | {f"fold_shift_{name}": value for name, value in summarise_draws(shift).items()}
            | {"probability_resistant_least": bounds[0], "probability_resistant_most": bounds[1]}
            | {f"emax_change_{name}": value for name, value in summarise_draws(effect).items()}
        )
    return pd.DataFrame(rows)
