"""Dose response of a signal to an inhibitor, and its IC50, over posterior draws.

An inhibitor is a set of formulas on parameters of the model: an ATP-competitive inhibitor of JAK2 divides the rate
constants of JAK2's kinase activity by 1 + dose / K. K is not in the data of a study without drug: its draws come from
its prior, independent of the posterior, and the result says so. The signal is the model's expected signal, without
measurement noise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sympy as sp
import xarray as xr

from jakstat.pathway import names_in, read_pathway, substitute_names
from jakstat.predictions.response_metrics import dose_faults, half_effect_dose
from jakstat.predictions.signals import ask_for_signals, signals_over_draws
from jakstat.problem import (
    PROBLEM_DIGESTS,
    Experiment,
    Parameter,
    Period,
    Prior,
    ProblemTables,
    draws_from_deviations,
    parse_formula,
    problem_digests,
    require_same_problem,
    unknown_name_needed,
)
from jakstat.simulation import plan_simulation
from jakstat.statistics import SolverSettings

_INTERVAL = 0.95


@dataclass(frozen=True)
class Stimulus:
    """A stimulus: a label for people and the model entities it sets."""

    label: str
    changes: Mapping[str, float]


@dataclass(frozen=True)
class DoseResponse:
    """What is asked: inhibitor, formulas by target, parameters of its own with priors, doses and where to read.

    Parameters
    ----------
    inhibitor : str
    acts_on : mapping of str to Expr
        Target parameter -> its value under drug, over parameters, ``dose`` (nM) and the target itself (unchanged
        value).
    parameters : tuple of Parameter
        Constants of the inhibitor (K, nM) with priors.
    doses : tuple of float
        nM, increasing, the first 0.
    stimuli : tuple of Stimulus
    readout : str
        Observable whose signal is read.
    time : float
        When it is read, after the start, unit of the model; the inhibitor is present from the start.
    """

    inhibitor: str
    acts_on: Mapping[str, sp.Expr]
    parameters: tuple[Parameter, ...]
    doses: tuple[float, ...]
    stimuli: tuple[Stimulus, ...]
    readout: str
    time: float


def read_dose_response(section: Mapping) -> DoseResponse:
    """Read the ``dose_response`` section of a config.

    Raises
    ------
    ValueError
        A formula is not PEtab math, a dose is negative or the doses do not begin with 0; the key is named.
    """
    doses = tuple(float(dose) for dose in section["doses_nM"])
    for fault in dose_faults(doses):
        raise ValueError(f"dose_response.{fault}")
    acts_on = {}
    for target, text in section["acts_on"].items():
        try:
            acts_on[target] = parse_formula(text)
        except ValueError as error:
            raise ValueError(f"dose_response.acts_on.{target}: {text!r} is no formula: {error}") from None
    return DoseResponse(
        inhibitor=section["inhibitor"],
        acts_on=acts_on,
        parameters=tuple(_parameter(name, entry) for name, entry in section["parameters"].items()),
        doses=doses,
        stimuli=tuple(Stimulus(entry["label"], dict(entry["set"])) for entry in section["stimuli"]),
        readout=section["readout"],
        time=float(section["time"]),
    )


def _parameter(name: str, entry: Mapping) -> Parameter:
    if entry.get("distribution", "log-normal") != "log-normal":
        raise ValueError(f"dose_response.parameters.{name}.distribution: found {entry['distribution']!r}; "
                         "needed: log-normal")  # fmt: skip
    prior = Prior("log-normal", (float(np.log(entry["median"])), float(entry["sd_ln"])), 0.0, np.inf, entry["source"])
    return Parameter(id=name, nominal=float(entry["median"]), prior=prior, unit=entry.get("unit", "nM"))


def check_dose_response(tables: ProblemTables, asked: DoseResponse) -> None:
    """Raise ValueError, naming every fault, where ``asked`` names what the problem does not have."""
    entities = set(read_pathway(tables.sbml).entities) | {one.id for one in tables.parameters}
    own = {one.id for one in asked.parameters}
    taken = sorted((own | {"dose"}) & entities)
    shadowing = [f"parameters.{name}: the study has an entity of that name; choose another" for name in taken]
    faults = shadowing + _unknown_names(tables, asked, entities)
    if len(_preequilibrations(tables)) > 1:
        faults.append("the experiments of the study differ in what comes before them (pre-equilibration), so that it "
                      "is open what comes before the stimulus")  # fmt: skip
    if not faults:
        try:
            plan_simulation(_request(tables, asked))
        except (ValueError, NotImplementedError) as error:
            faults = [str(error)]
    if faults:
        raise ValueError("the dose_response section does not fit the study: " + "; ".join(faults))


def _unknown_names(tables: ProblemTables, asked: DoseResponse, entities: set[str]) -> list[str]:
    """Return a sentence for each name that the problem does not have, with near ones."""
    what = "an entity of the model or a parameter"
    in_formulas = entities | {one.id for one in asked.parameters} | {"dose"}
    measured = {one.observable_id for one in tables.measurements}
    named = [(f"acts_on.{target}: unknown target {target!r}", target, entities, what) for target in asked.acts_on]
    named += [
        (f"acts_on.{target}: unknown name {name!r} in the formula", name, in_formulas, what)
        for target, formula in asked.acts_on.items()
        for name in sorted(names_in(formula))
    ]
    named += [
        (f"stimuli {one.label!r}: unknown name {name!r}", name, entities, what)
        for one in asked.stimuli
        for name in one.changes
    ]
    named.append((f"readout: unknown observable {asked.readout!r}", asked.readout, measured, "a measured observable"))
    return [
        f"{found}; needed: {unknown_name_needed(name, known, needed)}"
        for found, name, known, needed in named
        if name not in known
    ]


def _request(tables: ProblemTables, asked: DoseResponse) -> ProblemTables:
    """Return the problem whose signals are asked for, stimuli outermost."""
    experiments = _experiments(tables, asked)
    wanted = [(asked.readout, one.id, one.start + asked.time) for one in experiments]
    return ask_for_signals(tables, experiments, wanted, asked.parameters)


def predict_dose_response(
    tables: ProblemTables, tree: xr.DataTree, asked: DoseResponse, solver: SolverSettings, seed: int
) -> xr.Dataset:
    """Predict the dose response of a signal over posterior draws.

    Parameters
    ----------
    tables : ProblemTables
    tree : DataTree
        With ``posterior`` (``parameter_value``; chain, draw, parameter).
    asked : DoseResponse
    solver : SolverSettings
    seed : int
        For the draws of the inhibitor's own parameters.

    Returns
    -------
    Dataset
        ``signal`` (chain, draw, stimulus, dose; unit of the readout), ``relative_signal`` (share of the signal without
        drug), ``ic50`` (chain, draw, stimulus; nM, NaN where half is not reached within the doses) and one variable for
        each parameter of the inhibitor (chain, draw).

    Raises
    ------
    ValueError
        ``asked`` does not fit the problem; all faults are named.
    UnusableFileError
        The draws belong to another problem.
    """
    check_dose_response(tables, asked)
    require_same_problem(tree, tables)
    posterior = tree["posterior"].dataset["parameter_value"].transpose("chain", "draw", "parameter")
    n_chains, n_draws = posterior.sizes["chain"], posterior.sizes["draw"]
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    own = draws_from_deviations(asked.parameters, rng.standard_normal((n_chains * n_draws, len(asked.parameters))))
    request = _request(tables, asked)
    draws = np.concatenate([posterior.to_numpy().reshape(n_chains * n_draws, -1), own], axis=1)
    shape = (n_chains, n_draws, len(asked.stimuli), len(asked.doses))
    signal = signals_over_draws(request, draws, solver).reshape(shape)
    return _dataset(tables, asked, signal, own.reshape(n_chains, n_draws, -1), posterior)


def _preequilibrations(tables: ProblemTables) -> list[tuple[Period, ...]]:
    """Return the different pre-equilibrations of the study's experiments; an empty one where there is none."""
    found = [tuple(period for period in one.periods if np.isneginf(period.start)) for one in tables.experiments]
    return [one for number, one in enumerate(found) if one not in found[:number]]


def _experiments(tables: ProblemTables, asked: DoseResponse) -> tuple[Experiment, ...]:
    """Return one experiment a (stimulus, dose), stimuli outermost, after the pre-equilibration of the study."""
    start = min(one.start for one in tables.experiments)
    (before,) = _preequilibrations(tables)
    resets = any(period.resets_parameters for one in tables.experiments for period in one.periods)
    experiments = []
    for number, stimulus in enumerate(asked.stimuli):
        stimulated = {name: sp.Float(value) for name, value in stimulus.changes.items()}
        for place, dose in enumerate(asked.doses):
            inhibited = {target: substitute_names(formula, stimulated | {"dose": sp.Float(dose)})
                         for target, formula in asked.acts_on.items()}  # fmt: skip
            period = Period(start, stimulated | inhibited, resets_parameters=resets)
            experiments.append(Experiment(f"stimulus_{number}_dose_{place}", (*before, period)))
    return tuple(experiments)


def _dataset(
    tables: ProblemTables, asked: DoseResponse, signal: np.ndarray, own: np.ndarray, posterior: xr.DataArray
) -> xr.Dataset:
    dims = ("chain", "draw", "stimulus", "dose")
    doses = np.array(asked.doses)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = signal / signal[..., :1]
    unit = next(one.unit for one in tables.observables if one.id == asked.readout)
    variables = {
        "signal": (dims, signal, {"units": unit}),
        "relative_signal": (dims, relative, {"units": "1"}),
        "ic50": (dims[:3], half_effect_dose(doses, relative), {"units": "nM"}),
    }
    for number, one in enumerate(asked.parameters):
        variables[one.id] = (dims[:2], own[..., number], {"units": one.unit})
    coords = {
        "chain": posterior["chain"].to_numpy(),
        "draw": posterior["draw"].to_numpy(),
        "stimulus": [one.label for one in asked.stimuli],
        "dose": ("dose", doses, {"units": "nM"}),
    }
    return xr.Dataset(variables, coords=coords, attrs=_attributes(tables, asked))


def _attributes(tables: ProblemTables, asked: DoseResponse) -> dict:
    described = [
        f"{one.id} ~ LogNormal(median {np.exp(one.prior.parameters[0]):.4g} {one.unit}, sd of ln "
        f"{one.prior.parameters[1]:.3g}): {one.prior.source}"
        for one in asked.parameters
        if one.prior is not None
    ]
    return {
        PROBLEM_DIGESTS: problem_digests(tables),
        "inhibitor": asked.inhibitor,
        "readout": asked.readout,
        "time": f"{asked.time:g} {tables.time_unit}".strip(),
        "acts_on": [f"{target} := {formula}" for target, formula in asked.acts_on.items()],
        "prior": described,
        "notes": [
            f"{', '.join(one.id for one in asked.parameters)}: drawn from the prior, because the study has no "
            "measurement with the inhibitor; the width of the IC50 is mostly the width of this prior.",
            "The signal is the expected signal of the model, without measurement noise.",
            "The inhibitor is present from the start of stimulation at constant concentration.",
        ],
    }


def summarise_ic50(dataset: xr.Dataset) -> pd.DataFrame:
    """Return, for each stimulus, the share of draws in which the IC50 exists and its median and 95 % interval there.

    Returns
    -------
    DataFrame
        Columns stimulus, share_existing, median, lower_95, upper_95 (nM; NaN where it exists in no draw).
    """
    rows = []
    for label in dataset["stimulus"].to_numpy():
        values = dataset["ic50"].sel(stimulus=label).to_numpy().ravel()
        existing = values[np.isfinite(values)]
        tail = (1 - _INTERVAL) / 2
        lower, median, upper = np.quantile(existing, [tail, 0.5, 1 - tail]) if existing.size else [np.nan] * 3
        rows.append({"stimulus": str(label), "share_existing": existing.size / values.size,
                     "median": median, "lower_95": lower, "upper_95": upper})  # fmt: skip
    return pd.DataFrame(rows)
