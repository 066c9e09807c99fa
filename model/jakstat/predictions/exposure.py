"""What a drug does at the concentrations that patients have: effect at free plasma levels, and ranking of drugs.

Only drug that is not bound to plasma proteins acts: free concentration = fraction unbound x total plasma concentration
(nM). How a concentration in culture medium compares with a free plasma concentration is uncertain; the conversion is a
log-normal factor of median 1, drawn once a draw and drug and used for average and peak alike. Effects are 1 - signal
relative to no drug, interpolated between the doses of the same draw, never beyond the highest.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from jakstat.predictions.dose_interpolation import response_at
from jakstat.predictions.response_metrics import DRAW_DIMS, curves_of, each_over_draws
from jakstat.statistics import summarise_draws

LEVELS = ("average", "peak")


@dataclass(frozen=True)
class Exposure:
    """Plasma levels of a drug at a clinical dose.

    Parameters
    ----------
    drug : str
    average, peak : float
        Total plasma concentration at steady state (Cavg, Cmax), nM, > 0.
    fraction_unbound : float
        In (0, 1].
    sd_ln : float
        Sd of the logarithm of the conversion from free plasma to culture medium, >= 0.
    regimen, source, status : str
        Dose and interval; where the numbers are from; what they rest on (``jakstat.problem.STATUSES``).
    """

    drug: str
    average: float
    peak: float
    fraction_unbound: float
    sd_ln: float
    regimen: str
    source: str
    status: str = ""


def check_exposures(exposures: list[Exposure]) -> None:
    """Raise ValueError that names every value that cannot be.

    Raises
    ------
    ValueError
        A concentration is not positive, the peak is below the average, a fraction is not in (0, 1], sd_ln is negative,
        or a drug comes twice.
    """
    faults = []
    for exposure in exposures:
        if not 0 < exposure.average <= exposure.peak:
            faults.append(
                f"{exposure.drug}: found average {exposure.average:g} and peak {exposure.peak:g} nM; "
                "needed: 0 < average <= peak"
            )
        if not 0 < exposure.fraction_unbound <= 1:
            faults.append(
                f"{exposure.drug}: found fraction_unbound {exposure.fraction_unbound:g}; needed: above 0, at most 1"
            )
        if not exposure.sd_ln >= 0:
            faults.append(f"{exposure.drug}: found sd_ln {exposure.sd_ln:g}; needed: 0 or more")
    names = [exposure.drug for exposure in exposures]
    faults += [
        f"{name}: found {names.count(name)} exposures; needed: one"
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if faults:
        raise ValueError("exposures: " + "; ".join(faults))


def predict_effect_at_exposure(relative: xr.DataArray, exposures: list[Exposure], seed: int) -> xr.Dataset:
    """Predict the effect of each drug at its free average and peak plasma concentration.

    Parameters
    ----------
    relative : DataArray
        Dims chain, draw, drug, dose (nM, increasing from 0) and any others (genotype, ...); share of the signal without
        drug. Drugs without an exposure are left out.
    exposures : list of Exposure
    seed : int
        Of the conversion factors. A drug's factors do not depend on which other drugs there are.

    Returns
    -------
    Dataset
        ``effect`` (dims of ``relative`` without dose, and level: average, peak; share of no drug, NaN above the highest
        dose or where a solve failed) and ``concentration`` (chain, draw, drug, level; nM, free, converted to medium);
        ``exposure_status`` (drug), what its concentrations rest on.

    Raises
    ------
    ValueError
        An exposure cannot be (:func:`check_exposures`), or no drug has one.
    """
    check_exposures(exposures)
    known = {exposure.drug: exposure for exposure in exposures}
    drugs = [str(name) for name in relative["drug"].to_numpy() if str(name) in known]
    if not drugs:
        raise ValueError(
            f"exposures: found those of {', '.join(known) or 'no drug'}; needed: one of the predicted "
            f"drugs {', '.join(map(str, relative['drug'].to_numpy()))}"
        )
    chosen = relative.sel(drug=drugs)
    concentration = xr.concat(
        [_concentrations(known[name], chosen, seed) for name in drugs], xr.IndexVariable("drug", drugs)
    ).transpose("chain", "draw", "drug", "level")
    doses, curves, frame = curves_of(chosen)
    effects = []
    for level in LEVELS:
        at = concentration.sel(level=level, drop=True).broadcast_like(frame).transpose(*frame.dims).to_numpy()
        effects.append(frame.copy(data=1 - response_at(doses, curves, at)))
    effect = xr.concat(effects, xr.IndexVariable("level", list(LEVELS))).transpose(..., "level")
    return xr.Dataset(
        {
            "effect": effect.assign_attrs({**relative.attrs, "units": "1"}),
            "concentration": concentration.assign_attrs(units="nM"),
            "exposure_status": ("drug", [known[name].status for name in drugs]),
        }
    )


def _concentrations(exposure: Exposure, relative: xr.DataArray, seed: int) -> xr.DataArray:
    """Draw free concentrations of one drug in medium, (chain, draw, level), nM."""
    entropy = [seed, *exposure.drug.encode()]
    factors = np.random.default_rng(entropy).standard_normal((relative.sizes["chain"], relative.sizes["draw"]))
    free = exposure.fraction_unbound * np.array([exposure.average, exposure.peak])
    values = np.exp(exposure.sd_ln * factors)[..., None] * free
    coords = {dim: relative[dim] for dim in DRAW_DIMS} | {"level": list(LEVELS)}
    return xr.DataArray(values, dims=(*DRAW_DIMS, "level"), coords=coords)


def summarise_effects(effect: xr.DataArray, inhibitions: tuple[float, ...] = (0.5, 0.8)) -> pd.DataFrame:
    """Summarise effects at exposure over draws.

    Parameters
    ----------
    effect : DataArray
        Dims chain, draw, drug and others; share of no drug.
    inhibitions : tuple of float
        Effects whose probability is of interest, shares of no drug.

    Returns
    -------
    DataFrame
        One row a combination of coordinates: those, ``share_defined`` (of all draws), ``median``, ``lower_50`` ...
        ``upper_90`` and ``probability_<percent>`` (of at least that inhibition) over the defined draws.
    """
    rows = []
    for place, values in each_over_draws(effect):
        defined = values[np.isfinite(values)]
        probabilities = {
            f"probability_{inhibition * 100:g}": float((defined >= inhibition).mean()) if defined.size else np.nan
            for inhibition in inhibitions
        }
        rows.append({**place, "share_defined": defined.size / values.size, **summarise_draws(values), **probabilities})
    return pd.DataFrame(rows)


def rank_drugs(effect: xr.DataArray) -> pd.DataFrame:
    """Rank drugs by their effect in each draw.

    Parameters
    ----------
    effect : DataArray
        Dims chain, draw, drug and others (genotype, level, ...); share of no drug.

    Returns
    -------
    DataFrame
        One row a drug and combination of the other coordinates, best first within each: those, ``drug``,
        ``probability_best`` (drugs with the same effect share it), ``mean_rank`` (1 is best), ``share_compared`` (draws
        in which every drug's effect is defined; the others are left out).
    """
    others = [dim for dim in effect.dims if dim not in (*DRAW_DIMS, "drug")]
    ordered = effect.transpose(*others, *DRAW_DIMS, "drug")
    drugs = ordered["drug"].to_numpy()
    values = ordered.to_numpy()
    rows = []
    for place in np.ndindex(*(ordered.sizes[dim] for dim in others)):
        labels = {str(dim): ordered[dim].to_numpy()[at] for dim, at in zip(others, place, strict=True)}
        of_draws = values[place].reshape(-1, drugs.size)
        compared = of_draws[np.isfinite(of_draws).all(axis=1)]
        share = len(compared) / len(of_draws)
        best, rank = _best_and_rank(compared)
        order = np.argsort(-best, kind="stable")
        rows += [
            labels | {"drug": drugs[at], "probability_best": best[at], "mean_rank": rank[at], "share_compared": share}
            for at in order
        ]
    return pd.DataFrame(rows)


def _best_and_rank(effects: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return P(best) and mean rank of (draw, drug) effects; NaN where there are no draws."""
    if not len(effects):
        return np.full(effects.shape[1], np.nan), np.full(effects.shape[1], np.nan)
    top = effects == effects.max(axis=1, keepdims=True)
    above = (effects[:, None, :] > effects[:, :, None]).sum(axis=2)
    level = (effects[:, None, :] == effects[:, :, None]).sum(axis=2)
    return (top / top.sum(axis=1, keepdims=True)).mean(axis=0), (above + (level + 1) / 2).mean(axis=0)
