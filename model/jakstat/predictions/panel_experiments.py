"""What to measure next: candidate measurements on a panel, ranked by how much each would narrow an answer."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import xarray as xr

from jakstat.predictions.cells_of_fit import noise_scale
from jakstat.predictions.fit import StudyFit
from jakstat.predictions.next_experiment import ESTIMATES, expect_reductions, rank_candidates, why_not_ranked
from jakstat.predictions.panel_answers import predict_exposure
from jakstat.predictions.response_metrics import measure_dose_response
from jakstat.problem import Treatment
from jakstat.scenarios import HOUR_IN, AlteredCells, Readout, ResponseSettings, Target, treatment_of

_NEW_SCREEN = "new_screen"


def suggest_experiments(
    fit: StudyFit, target: Target, responses: ResponseSettings, candidates: ResponseSettings
) -> pd.DataFrame:
    """Rank candidate measurements by how much each is expected to narrow an answer.

    A candidate is a measurement of a new screen: what its nominal doses do differs from other screens as these do from
    each other, while the answer is of doses as they are.

    Parameters
    ----------
    target : Target
        What is to be narrowed: the logarithm of an IC50 or of a fold shift, or the event that a drug is the best.
    responses : ResponseSettings
        Doses (nM) over which IC50s are measured, and the inhibitors that are compared.
    candidates : ResponseSettings
        Cells, inhibitors, doses and readouts that could be measured, one value each.

    Returns
    -------
    DataFrame
        As ``next_experiment.rank_candidates``, best first; ``left_out`` is empty. Where the answer exists in too few
        draws, or does not differ between them, no candidate is ranked: one row, whose ``left_out`` says why.
    """
    answer = target_draws(fit, target, responses)
    if reason := why_not_ranked(answer):
        said = f"{target.quantity} of {target.inhibitor} on {target.cells.label}, {target.readout.name}: {reason}"
        return pd.DataFrame([{"candidate": "", **dict.fromkeys(ESTIMATES, np.nan), "left_out": said}])
    asked, labels = _candidates(fit, candidates)
    signal = fit.predict_signals(asked)
    noise = np.stack(
        [
            noise_scale(fit, reading.observable, signal.isel(scenario=number).to_numpy())
            for number, (_, reading) in enumerate(asked)
        ],
        axis=-1,
    )
    named = signal.rename(scenario="candidate").assign_coords(candidate=labels)
    scale = "linear" if target.quantity == "best" else "log"
    reductions = expect_reductions(answer, named, named.copy(data=noise), fit.seed, scale=scale)
    return rank_candidates(reductions).assign(left_out="")


def _candidates(fit: StudyFit, asked: ResponseSettings) -> tuple[list[tuple[Treatment, Readout]], list[str]]:
    """Return treatment and readout of every candidate, and its name for people."""
    treatments, labels = [], []
    for cells, name, dose, reading in product(asked.cells, asked.inhibitors, asked.doses[1:], asked.readouts):
        plain = treatment_of(cells, {name: dose}, asked.protocol, HOUR_IN[fit.scenarios.time_unit])
        treatments.append((replace(plain, groups=fit.scenarios.groups_in(_NEW_SCREEN, name)), reading))
        labels.append(f"{cells.label}, {name} {dose:g} nM: {reading.name} at {reading.time_h:g} h")
    return treatments, labels


def target_draws(fit: StudyFit, target: Target, responses: ResponseSettings) -> xr.DataArray:
    """Return the answer that is to be narrowed, (chain, draw).

    nM, a ratio, or an event (0 or 1); NaN where it is not defined.
    """
    lone = AlteredCells(target.cells.cell_line)
    cells = [lone, target.cells] if target.quantity == "fold_shift" else [target.cells]
    drugs = responses.inhibitors if target.quantity == "best" else (target.inhibitor,)
    curves = fit.predict_curves(cells, drugs, responses.doses, target.readout)
    if target.quantity == "best":
        effect = predict_exposure(fit.scenarios.reference, curves.isel(cells=0, drop=True), fit.seed)["effect"]
        average = effect.sel(level="average", drop=True)
        best = average.sel(drug=target.inhibitor) >= average.max("drug")
        return best.astype(float).where(average.notnull().all("drug"))
    ic50 = measure_dose_response(curves)["ic50"].isel(drug=0, drop=True)
    own = ic50.isel(cells=-1, drop=True)
    return own / ic50.isel(cells=0, drop=True) if target.quantity == "fold_shift" else own
