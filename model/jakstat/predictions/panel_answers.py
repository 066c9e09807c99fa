"""What a fitted panel answers: responses, resistance, combinations, the next experiment, scores on held-out data.

Each function takes the fit (problem, study, posterior draws) and settings, predicts signals of scenarios and measures
them; the measures themselves are in the modules beside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import sympy as sp
import xarray as xr

from jakstat.pathway import names_in
from jakstat.predictions.combinations import measure_combination, summarise_combination
from jakstat.predictions.exposure import Exposure, predict_effect_at_exposure
from jakstat.predictions.naive_predictors import (
    predict_additive,
    predict_drug_mean,
    predict_hill_fits,
    predict_line_mean,
)
from jakstat.predictions.next_experiment import expect_reductions, rank_candidates
from jakstat.predictions.response_metrics import measure_dose_response
from jakstat.predictions.response_shifts import compare_dose_responses, summarise_shifts
from jakstat.predictions.scenario_settings import PairSettings, ResponseSettings
from jakstat.predictions.scenarios import (
    AlteredCells,
    Posterior,
    Readout,
    predict_curves,
    predict_pair,
    predict_signals,
    thin_posterior,
)
from jakstat.predictions.scores import Prediction, compare_predictors
from jakstat.problem import Observable, ProblemTables, StudyScenarios, Treatment, read_study
from jakstat.problem.reference_records import Reference
from jakstat.problem.study_measurements import StudyMeasurement
from jakstat.statistics import Noise, SolverSettings, draw_measurements

#: An inhibitor of the reference tables that acts on all JAKs and on nothing else, and a dose that leaves a millionth.
_JAK_BLOCK = ("ideal_JAK_inhibitor", 1e6)

_NEW_SCREEN = "new_screen"


@dataclass(frozen=True)
class FittedStudy:
    """A fit and what predictions of it need: records, study, draws, solver, and the seed of what priors add."""

    tables: ProblemTables
    scenarios: StudyScenarios
    posterior: Posterior
    solver: SolverSettings
    seed: int


def fitted_study(folder: str | Path, tree: xr.DataTree, draws: int, solver: SolverSettings, seed: int) -> FittedStudy:
    """Return a fit with what predictions need.

    Parameters
    ----------
    folder : str or Path
        The study folder.
    tree : DataTree
        As ``sample_posterior`` returns it.
    draws : int
        How many draws are used in all.
    solver : SolverSettings
    seed : int
    """
    return FittedStudy(read_study(folder), StudyScenarios(folder), thin_posterior(tree, draws), solver, seed)


def predict_responses(fit: FittedStudy, asked: ResponseSettings) -> xr.Dataset:
    """Predict dose-response curves of every inhibitor on all cells.

    Returns
    -------
    Dataset
        One variable a readout: the signal as a share of that without drug (chain, draw, cells, drug, dose).
    """
    return xr.Dataset({
        readout.name: predict_curves(fit.tables, fit.scenarios, fit.posterior, asked.cells, asked.inhibitors,
                                     asked.doses, readout, fit.solver, fit.seed)
        for readout in asked.readouts
    })  # fmt: skip


def predict_resistance(fit: FittedStudy, asked: ResponseSettings) -> xr.Dataset:
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
    assumed = [
        any(fit.scenarios.reference.alterations[name].assumed for name in one.alterations) for one in asked.cells
    ]
    return shifts.assign(response=curves.rename(cells="all_cells"), assumed=("all_cells", assumed))


def summarise_resistance(resistance: xr.Dataset) -> pd.DataFrame:
    """Return the shifts of :func:`predict_resistance` as rows, with whether they come from an assumed size."""
    shifts = summarise_shifts(resistance.drop_vars(["response", "assumed"]))
    labels = [str(one) for one in resistance["all_cells"].to_numpy()]
    assumed = dict(zip(labels, resistance["assumed"].to_numpy().astype(bool).tolist(), strict=True))
    return shifts.assign(assumed=[assumed[str(one)] for one in shifts["cells"]])


def predict_combinations(fit: FittedStudy, pairs: Sequence[PairSettings]) -> dict[str, xr.Dataset]:
    """Predict the response to pairs of inhibitors and its excess over Bliss, HSA and Loewe, by label of the pair."""
    return {
        one.label: measure_combination(
            predict_pair(fit.tables, fit.scenarios, fit.posterior, one.cells, one.inhibitors, one.doses, one.readout,
                         fit.solver, fit.seed)
        )
        for one in pairs
    }  # fmt: skip


def summarise_combinations(pairs: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Return the excess of every pair at every pair of doses as rows."""
    return pd.concat([summarise_combination(one).assign(pair=name) for name, one in pairs.items()], ignore_index=True)


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
        Exposure(one.inhibitor, one.cavg, one.cmax, one.fraction_unbound, one.sd_ln, one.regimen, one.source)
        for one in reference.exposures
        if one.inhibitor in response["drug"].to_numpy()
    ]
    return predict_effect_at_exposure(response, exposures, seed)


def predict_jak_dependency(fit: FittedStudy, readout: Readout) -> pd.DataFrame:
    """Predict how much of its growth each line loses when its JAKs are blocked and nothing else is.

    Parameters
    ----------
    readout : Readout
        The viability, relative to untreated cells.

    Returns
    -------
    DataFrame
        One row a line: ``cell_line``, ``median``, ``lower_90``, ``upper_90`` of 1 - net growth rate under block over
        that without: 0 is none, 1 is arrest, above 1 cells die.
    """
    lines = fit.scenarios.growing_lines
    treatments = [Treatment(cell_line=name, inhibitors=(_JAK_BLOCK,)) for name in lines]
    signal = predict_signals(fit.tables, fit.scenarios, fit.posterior, [(one, readout) for one in treatments],
                             fit.solver, fit.seed)  # fmt: skip
    places = [fit.posterior.parameters.index(fit.scenarios.growth_parameter(name)) for name in lines]
    growth = fit.posterior.values[..., places] * readout.time_h * 60.0  # 1/min times min
    loss = -np.log(signal.to_numpy()) / growth
    quantiles = np.nanquantile(loss.reshape(-1, len(lines)), [0.5, 0.05, 0.95], axis=0)
    return pd.DataFrame({"cell_line": list(lines), "median": quantiles[0], "lower_90": quantiles[1],
                         "upper_90": quantiles[2]})  # fmt: skip


def suggest_experiments(
    fit: FittedStudy, target: tuple[AlteredCells, str, Readout], doses: Sequence[float], candidates: ResponseSettings
) -> pd.DataFrame:
    """Rank candidate measurements by how much each is expected to narrow an IC50.

    A candidate is a measurement of a new screen: what its nominal doses do differs from other screens as these do from
    each other, while the IC50 is that of doses as they are.

    Parameters
    ----------
    target : tuple
        Cells, inhibitor and readout of the IC50, measured over ``doses`` (nM); its logarithm is narrowed.
    candidates : ResponseSettings
        Cells, inhibitors, doses and readouts that could be measured, one value each.

    Returns
    -------
    DataFrame
        As :func:`jakstat.predictions.rank_candidates`, best first.
    """
    cells, inhibitor, readout = target
    curve = predict_curves(fit.tables, fit.scenarios, fit.posterior, [cells], [inhibitor], doses, readout, fit.solver,
                           fit.seed)  # fmt: skip
    ic50 = measure_dose_response(curve)["ic50"].isel(cells=0, drug=0, drop=True)
    asked, labels = [], []
    for one in candidates.cells:
        for name in candidates.inhibitors:
            for dose in candidates.doses[1:]:
                treatment = Treatment(
                    cell_line=one.cell_line,
                    alterations=one.alterations,
                    inhibitors=((name, dose),),
                    groups=fit.scenarios.groups_in(_NEW_SCREEN, name),
                )
                for reading in candidates.readouts:
                    asked.append((treatment, reading))
                    labels.append(f"{one.label}, {name} {dose:g} nM: {reading.name} at {reading.time_h:g} h")
    signal = predict_signals(fit.tables, fit.scenarios, fit.posterior, asked, fit.solver, fit.seed)
    noise = np.stack([
        noise_scale(fit, reading.observable, signal.isel(scenario=number).to_numpy())
        for number, (_, reading) in enumerate(asked)
    ], axis=-1)  # fmt: skip
    named = signal.rename(scenario="candidate").assign_coords(candidate=labels)
    return rank_candidates(expect_reductions(ic50, named, named.copy(data=noise), fit.seed, scale="log"))


def noise_scale(fit: FittedStudy, observable_id: str, signal: np.ndarray) -> np.ndarray:
    """Return the noise scale of an observable at signals of each draw, (chain, draw).

    Raises
    ------
    NotImplementedError
        Its noise formula names more than parameters and the signal.
    """
    observable = _observable(fit.tables, observable_id)
    known: dict[str, np.ndarray | float] = {
        name: fit.posterior.values[..., number] for number, name in enumerate(fit.posterior.parameters)
    }
    known |= {one.id: one.nominal for one in fit.tables.parameters if not one.estimated and one.nominal is not None}
    known[observable.id] = signal
    names = sorted(names_in(observable.noise_formula))
    absent = [name for name in names if name not in known]
    if absent:
        raise NotImplementedError(
            f"the noise of {observable.id} depends on {', '.join(absent)}, not on parameters alone"
        )
    function = sp.lambdify([sp.Symbol(name, real=True) for name in names], observable.noise_formula, "numpy")
    return np.broadcast_to(function(*(known[name] for name in names)), signal.shape)


def _observable(tables: ProblemTables, name: str) -> Observable:
    return next(one for one in tables.observables if one.id == name)


def predict_held_out(fit: FittedStudy, held_out: Sequence[StudyMeasurement]) -> np.ndarray:
    """Predict held-out measurements, noise included, (draw, measurement)."""
    hours = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0}[fit.scenarios.time_unit]
    asked = [(one.treatment, Readout(one.observable, one.observable, one.time * hours)) for one in held_out]
    signal = predict_signals(fit.tables, fit.scenarios, fit.posterior, asked, fit.solver, fit.seed).to_numpy()
    scales = [noise_scale(fit, one.observable, signal[..., number]) for number, one in enumerate(held_out)]
    observables = [_observable(fit.tables, one.observable) for one in held_out]
    noise = Noise(np.array([one.noise_distribution for one in observables]),
                  np.array([one.degrees_of_freedom for one in observables]))  # fmt: skip
    drawn = draw_measurements(signal, np.stack(scales, axis=-1), noise, np.random.default_rng(fit.seed))
    return drawn.reshape(-1, len(held_out))


def score_predictions(fit: FittedStudy, held_out: Sequence[StudyMeasurement]) -> pd.DataFrame:
    """Score the fit on held-out dose responses beside naive predictions from its training data.

    Parameters
    ----------
    held_out : sequence of StudyMeasurement
        One inhibitor each; the same observable as the dose responses of the fit.

    Returns
    -------
    DataFrame
        As :func:`jakstat.predictions.compare_predictors`; curves (line and drug) are resampled together.
    """
    names = {one.observable for one in held_out}
    training = dose_response_rows([one for one in fit.scenarios.measurements if one.observable in names])
    rows = dose_response_rows(held_out)
    naive = (predict_drug_mean, predict_line_mean, predict_additive, predict_hill_fits)
    predictions = [Prediction("mechanism", draws=predict_held_out(fit, held_out))]
    predictions += [predict(training, rows) for predict in naive]
    groups = (rows["line"] + " " + rows["drug"]).to_numpy()
    return compare_predictors(rows["value"].to_numpy(dtype=float), predictions, fit.seed, groups)


def dose_response_rows(measurements: Sequence[StudyMeasurement]) -> pd.DataFrame:
    """Return measurements with one inhibitor as rows: ``line``, ``drug``, ``dose_nM``, ``value``."""
    alone = [one for one in measurements if len(one.treatment.inhibitors) == 1]
    return pd.DataFrame({
        "line": [one.treatment.cell_line for one in alone],
        "drug": [one.treatment.inhibitors[0][0] for one in alone],
        "dose_nM": [one.treatment.inhibitors[0][1] for one in alone],
        "value": [one.value for one in alone],
    })  # fmt: skip
