"""What a fitted panel answers: responses, growth, resistance, combinations, exposure.

Each function takes the fit (problem, study, posterior draws) and settings, predicts signals of scenarios and measures
them; the measures themselves are in the modules beside.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from jakstat.predictions.cells_of_fit import growth_rates
from jakstat.predictions.combinations import find_least_doses, measure_combination, summarise_combination
from jakstat.predictions.exposure import Exposure, predict_effect_at_exposure
from jakstat.predictions.fit import StudyFit
from jakstat.predictions.response_metrics import growth_rate_inhibition, measure_dose_response
from jakstat.predictions.response_shifts import compare_dose_responses, summarise_shifts
from jakstat.problem import PROBLEM_DIGESTS, Reference, Treatment, measured_text, problem_digests, weakest_status
from jakstat.scenarios import AlteredCells, PairSettings, Readout, ResponseSettings
from jakstat.statistics import summary_rows

#: An inhibitor of the reference tables that acts on all JAKs and on nothing else, and a dose that leaves a millionth.
_JAK_BLOCK = ("ideal_JAK_inhibitor", 1e6)


def predict_responses(fit: StudyFit, asked: ResponseSettings) -> xr.Dataset:
    """Predict dose-response curves of every inhibitor on all cells.

    Returns
    -------
    Dataset
        One variable a readout: the signal as a share of that without drug (chain, draw, cells, drug, dose).
    """
    return xr.Dataset(
        {
            readout.name: fit.predict_curves(asked.cells, asked.inhibitors, asked.doses, readout, asked.protocol)
            for readout in asked.readouts
        },
        attrs={PROBLEM_DIGESTS: problem_digests(fit.tables)},
    )


def predict_resistance(fit: StudyFit, asked: ResponseSettings) -> xr.Dataset:
    """Predict what each alteration does to the response to each inhibitor.

    Parameters
    ----------
    asked : ResponseSettings
        Its first cells are those without the alteration, its first readout is used.

    Returns
    -------
    Dataset
        ``response`` (chain, draw, cells, drug, dose); by chain, draw, cells and drug what
        :func:`jakstat.predictions.compare_dose_responses` gives of altered cells beside the first ones.
    """
    curves = predict_responses(fit, asked)[asked.readouts[0].name]
    metrics = measure_dose_response(curves)
    parent = metrics.isel(cells=0, drop=True)
    shifts = compare_dose_responses(parent, metrics.isel(cells=slice(1, None)))
    reference = fit.scenarios.reference
    status = [weakest_status(reference.alterations[name].status for name in line.alterations) for line in asked.cells]
    drugs = [str(drug) for drug in curves["drug"].to_numpy()]
    known = reference.measured_resistance
    measured = [[measured_text(known, line.alterations, drug) for drug in drugs] for line in asked.cells]
    return shifts.assign(
        response=curves.rename(cells="all_cells"),
        status=("all_cells", status),
        measured=(("all_cells", "drug"), measured),
    )


def summarise_resistance(resistance: xr.Dataset) -> pd.DataFrame:
    """Return the shifts of :func:`predict_resistance` as rows, with what their sizes rest on and what was measured."""
    shifts = summarise_shifts(resistance.drop_vars(["response", "status", "measured"]))
    labels = [str(cells) for cells in resistance["all_cells"].to_numpy()]
    status = dict(zip(labels, map(str, resistance["status"].to_numpy()), strict=True))
    measured = resistance["measured"]
    texts = [
        str(measured.sel(all_cells=row.cells, drug=row.drug).item()) for row in shifts[["cells", "drug"]].itertuples()
    ]
    return shifts.assign(status=[status[str(shift)] for shift in shifts["cells"]], measured=texts)


def predict_combinations(fit: StudyFit, pairs: Sequence[PairSettings]) -> dict[str, xr.Dataset]:
    """Predict the response to pairs of inhibitors and its excess over Bliss, HSA and Loewe, by label of the pair."""
    return {
        pair.label: measure_combination(
            fit.predict_surface(pair.cells, pair.inhibitors, pair.doses, pair.readout, pair.protocol)
        )
        for pair in pairs
    }


def summarise_combinations(pairs: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Return the excess of every pair at every pair of doses as rows."""
    return pd.concat([summarise_combination(pair).assign(pair=name) for name, pair in pairs.items()], ignore_index=True)


def least_doses(pairs: Mapping[str, xr.Dataset], effect: float, probability: float) -> pd.DataFrame:
    """Return, for every pair, the lowest doses that reach an effect in enough draws, beside those of each alone.

    Returns
    -------
    DataFrame
        As ``combinations.find_least_doses``, with ``pair`` and ``effect``; no row of a pair whose doses do
        not suffice.
    """
    found = [
        find_least_doses(1 - pair["effect"], effect, probability).assign(pair=name, effect=effect)
        for name, pair in pairs.items()
    ]
    return pd.concat(found, ignore_index=True)


def predict_exposure(reference: Reference, response: xr.DataArray, seed: int) -> xr.Dataset:
    """Predict the effect of each drug at its free plasma concentrations.

    Parameters
    ----------
    reference : Reference
        With the exposures.
    response : DataArray
        A readout of :func:`predict_responses`.
    seed : int
        Of the conversion from plasma to medium.

    Returns
    -------
    Dataset
        As :func:`jakstat.predictions.predict_effect_at_exposure`.
    """
    exposures = [
        Exposure(
            exposure.inhibitor,
            exposure.cavg,
            exposure.cmax,
            exposure.fraction_unbound,
            exposure.sd_ln,
            exposure.regimen,
            exposure.source,
            exposure.status,
        )
        for exposure in reference.exposures
        if exposure.inhibitor in response["drug"].to_numpy()
    ]
    return predict_effect_at_exposure(response, exposures, seed)


def predict_growth_response(fit: StudyFit, cells: Sequence[AlteredCells], response: xr.DataArray) -> xr.DataArray:
    """Predict growth-rate inhibition (GR values) by every inhibitor on all cells.

    Parameters
    ----------
    cells : sequence of AlteredCells
        Those of ``response``, in its order.
    response : DataArray
        Number of cells relative to untreated ones, a readout of :func:`predict_responses`.

    Returns
    -------
    DataArray
        Dims chain, draw, cells, drug, dose: 1 without effect, 0 where growth stops, NaN where untreated cells do not
        grow.
    """
    doublings = growth_rates(fit, cells) * response.attrs["time_h"] / np.log(2)
    with np.errstate(divide="ignore"):
        under_drug = doublings + np.log2(response)
    return xr.apply_ufunc(growth_rate_inhibition, under_drug, doublings).transpose(*response.dims)


def predict_jak_dependency(fit: StudyFit, readout: Readout) -> pd.DataFrame:
    """Predict how much of its growth each line loses when its JAKs are blocked and nothing else is.

    Parameters
    ----------
    readout : Readout
        Number of cells relative to untreated ones.

    Returns
    -------
    DataFrame
        One row a line: ``cell_line``, ``median``, ``lower_90``, ``upper_90`` of 1 - net growth rate under block over
        that without: 0 is none, 1 is arrest, above 1 cells die.
    """
    lines = fit.scenarios.growing_lines
    treatments = [Treatment(cell_line=name, inhibitors=(_JAK_BLOCK,)) for name in lines]
    signal = fit.predict_signals([(treatment, readout) for treatment in treatments])
    growth = growth_rates(fit, [AlteredCells(name) for name in lines]).to_numpy() * readout.time_h
    loss = -np.log(signal.to_numpy()) / growth
    summary = summary_rows(loss.reshape(-1, len(lines)))[["median", "lower_90", "upper_90"]]
    return summary.assign(cell_line=list(lines))[["cell_line", *summary.columns]]
