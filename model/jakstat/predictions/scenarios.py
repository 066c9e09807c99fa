"""Scenarios: what is asked of a fit, and the signals that answer it, draw by draw.

The cells are those of a study with cell lines, or as in an experiment of a PEtab problem with tables of its own.

A scenario is a treatment (cells with their alterations, inhibitors with doses, a stimulus) and a readout (an observable
at a time). Parameters that the fit did not have, such as the constants of a drug without measurements, are drawn from
their priors, each by a seed of its own, so that it has the same draws in every prediction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from jakstat.predictions.signals import ask_for_signals, signals_over_draws
from jakstat.problem import (
    Parameter,
    ProblemTables,
    Treatment,
    draws_from_deviations,
    number_text,
    unbound_ligand,
    unknown_name_needed,
)
from jakstat.scenarios import PetabScenarios, StudyScenarios
from jakstat.statistics import SolverSettings

#: An hour in each unit of time of a study.
HOUR_IN = {"s": 3600.0, "min": 60.0, "h": 1.0, "d": 1 / 24}


@dataclass(frozen=True)
class Readout:
    """An observable at a time (h) after the treatment."""

    name: str
    observable: str
    time_h: float


@dataclass(frozen=True)
class AlteredCells:
    """A cell line with alterations besides its own."""

    cell_line: str
    alterations: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name for people."""
        return " + ".join((self.cell_line, *self.alterations))


@dataclass(frozen=True)
class LigandDose:
    """A ligand that is added with the inhibitors, and its dose (nM)."""

    ligand: str
    dose_nM: float


@dataclass(frozen=True)
class Posterior:
    """Draws of a fit that predictions are made of: evenly spaced over each chain.

    Parameters
    ----------
    values : (chain, draw, parameter) array
        Linear scale, in the order of the problem's estimated parameters.
    coords : mapping
        ``chain`` and ``draw`` labels.
    parameters : tuple of str
    """

    values: np.ndarray
    coords: Mapping[str, np.ndarray]
    parameters: tuple[str, ...]


def thin_posterior(tree: xr.DataTree, draws: int) -> Posterior:
    """Return about ``draws`` draws of a posterior in all, evenly spaced."""
    values = tree["posterior"].dataset["parameter_value"].transpose("chain", "draw", "parameter")
    of_chain = min(values.sizes["draw"], max(1, -(-draws // values.sizes["chain"])))
    chosen = values.isel(draw=np.linspace(0, values.sizes["draw"] - 1, of_chain).round().astype(int))
    coords = {name: chosen[name].to_numpy() for name in ("chain", "draw")}
    return Posterior(chosen.to_numpy(), coords, tuple(map(str, chosen["parameter"].to_numpy())))


@dataclass(frozen=True)
class Protocol:
    """What is done to cells besides the first addition of inhibitors.

    Parameters
    ----------
    stimulus : LigandDose, optional
        Added with the inhibitors, and there from then on.
    schedule : tuple of (float, float)
        Changes of the medium: time after the first addition (h), increasing, and the share of the doses that the fresh
        medium has: 0 washes the inhibitors out, 1 gives them again.
    """

    stimulus: LigandDose | None = None
    schedule: tuple[tuple[float, float], ...] = ()

    @property
    def texts(self) -> dict[str, str]:
        """For people: ``stimulus`` and ``schedule``, each only where there is one."""
        texts = {}
        if self.stimulus is not None:
            texts["stimulus"] = f"{self.stimulus.ligand} {self.stimulus.dose_nM:g} nM"
        if self.schedule:
            texts["schedule"] = ", ".join(f"from {time:g} h {100 * share:g} % of the dose" for time, share in
                                          self.schedule)  # fmt: skip
        return texts


def treatment_of(
    cells: AlteredCells, doses: Mapping[str, float], protocol: Protocol | None = None, hour: float = 60.0
) -> Treatment:
    """Return the treatment of cells with inhibitors (nM; 0 is none).

    Parameters
    ----------
    cells : AlteredCells
    doses : mapping of str to float
    protocol : Protocol, optional
    hour : float
        An hour in the unit of time of the study.
    """
    protocol = protocol or Protocol()
    inhibitors = tuple(sorted((name, float(dose)) for name, dose in doses.items() if dose > 0))
    schedule = tuple((time * hour, share) for time, share in protocol.schedule) if inhibitors else ()
    plain = Treatment(cell_line=cells.cell_line, alterations=cells.alterations, inhibitors=inhibitors,
                      schedule=schedule)  # fmt: skip
    if protocol.stimulus is None:
        return plain
    dose = protocol.stimulus.dose_nM
    return replace(plain, stimulus=protocol.stimulus.ligand, stimulus_nM=dose, stimulus_text=f"{number_text(dose)} nM")


def check_treatments(
    tables: ProblemTables,
    scenarios: StudyScenarios | PetabScenarios,
    treatments: Sequence[Treatment],
    readouts: Sequence[Readout],
) -> list[str]:
    """Return a sentence for each name that is not known, with near ones.

    And for each ligand that the receptor of the cells does not bind.
    """
    reference = scenarios.reference
    measured = {one.observable_id for one in tables.measurements}
    # Without receptors no stimulus can be asked for at all, which PetabScenarios says.
    ligands = {one.ligand for one in reference.receptors.values()}
    stimuli = {one.stimulus for one in treatments if one.stimulus} if ligands else set()
    asked = (
        ("cell line", {one.cell_line for one in treatments}, reference.cell_lines),
        ("alteration", {name for one in treatments for name in one.alterations}, reference.alterations),
        ("inhibitor", {name for one in treatments for name, _ in one.inhibitors}, reference.inhibitors),
        ("stimulus", stimuli, ligands),
        ("observable", {one.observable for one in readouts}, measured),
    )
    unbound = [
        f"stimulus {one.stimulus!r} on {one.cell_line}; needed: {fault}"
        for one in dict.fromkeys(replace(one, inhibitors=()) for one in treatments if one.stimulus)
        if (fault := unbound_ligand(reference, one.cell_line, one.stimulus))
    ]
    return unbound + [
        f"unknown {what} {name!r}; needed: {unknown_name_needed(name, known, f'a known {what}')}"
        for what, names, known in asked
        for name in sorted(names - set(known))
    ]


def predict_signals(
    tables: ProblemTables,
    scenarios: StudyScenarios | PetabScenarios,
    posterior: Posterior,
    asked: Sequence[tuple[Treatment, Readout]],
    solver: SolverSettings,
    seed: int,
) -> xr.DataArray:
    """Predict the expected signal of every scenario in every draw.

    Parameters
    ----------
    tables : ProblemTables
        Of the fit.
    scenarios : StudyScenarios
        The same study.
    posterior : Posterior
    asked : sequence of (Treatment, Readout)
    solver : SolverSettings
    seed : int
        Of what is drawn from priors.

    Returns
    -------
    DataArray
        Dims chain, draw, scenario; unit of each observable, no measurement noise; NaN where a solve failed.

    Raises
    ------
    ValueError
        A name is unknown; all of them are listed.
    """
    faults = check_treatments(tables, scenarios, [one for one, _ in asked], [one for _, one in asked])
    if faults:
        raise ValueError("; ".join(faults))
    experiments, more = scenarios.experiments([treatment for treatment, _ in asked])
    hour = HOUR_IN[scenarios.time_unit]
    wanted = [(readout.observable, experiments[treatment].id, readout.time_h * hour) for treatment, readout in asked]
    free = tuple(one for one in more if one.estimated)
    request = ask_for_signals(tables, tuple(experiments.values()), wanted, more)
    n_chains, n_draws, n_fitted = posterior.values.shape
    own = prior_draws(free, n_chains * n_draws, seed)
    draws = np.concatenate([posterior.values.reshape(-1, n_fitted), own], axis=1)
    signals = signals_over_draws(request, draws, solver).reshape(n_chains, n_draws, len(asked))
    return xr.DataArray(signals, dims=("chain", "draw", "scenario"), coords=dict(posterior.coords))


def prior_draws(parameters: Sequence[Parameter], n: int, seed: int) -> np.ndarray:
    """Draw parameters from their priors, within their bounds, (draw, parameter); each depends on its own name only.

    Raises
    ------
    ValueError
        A parameter has no prior, or one without mass between its bounds.
    """
    standard = [np.random.default_rng([seed, *one.id.encode()]).standard_normal(n) for one in parameters]
    return draws_from_deviations(parameters, np.array(standard).reshape(len(parameters), n).T)


def predict_curves(
    tables: ProblemTables,
    scenarios: StudyScenarios | PetabScenarios,
    posterior: Posterior,
    cells: Sequence[AlteredCells],
    inhibitors: Sequence[str],
    doses: Sequence[float],
    readout: Readout,
    solver: SolverSettings,
    seed: int,
    protocol: Protocol | None = None,
) -> xr.DataArray:
    """Predict dose-response curves: every inhibitor alone on all cells.

    Parameters
    ----------
    doses : sequence of float
        nM, increasing, the first 0.
    protocol : Protocol, optional

    Returns
    -------
    DataArray
        Dims chain, draw, cells, drug, dose: the signal as a share of that without drug.
    """
    hour = HOUR_IN[scenarios.time_unit]
    asked = [
        (treatment_of(one, {name: dose}, protocol, hour), readout)
        for one in cells for name in inhibitors for dose in doses
    ]  # fmt: skip
    signal = predict_signals(tables, scenarios, posterior, asked, solver, seed)
    shape = (*signal.shape[:2], len(cells), len(inhibitors), len(doses))
    values = signal.to_numpy().reshape(shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = values / values[..., :1]
    coords = dict(posterior.coords) | {
        "cells": [one.label for one in cells], "drug": list(inhibitors), "dose": ("dose", np.array(doses, dtype=float),
                                                                                  {"units": "nM"}),
    }  # fmt: skip
    attrs = {"units": "1", **_attributes(readout, protocol)}
    return xr.DataArray(relative, dims=("chain", "draw", "cells", "drug", "dose"), coords=coords, attrs=attrs)


def _attributes(readout: Readout, protocol: Protocol | None) -> dict[str, Any]:
    """Return what was read, and under what, for the attributes of a prediction."""
    texts = protocol.texts if protocol else {}
    return {"readout": readout.name, "observable": readout.observable, "time_h": readout.time_h, **texts}


def predict_surface(
    tables: ProblemTables,
    scenarios: StudyScenarios | PetabScenarios,
    posterior: Posterior,
    cells: AlteredCells,
    inhibitors: tuple[str, str],
    doses: tuple[Sequence[float], Sequence[float]],
    readout: Readout,
    solver: SolverSettings,
    seed: int,
    protocol: Protocol | None = None,
) -> xr.DataArray:
    """Predict the response to two inhibitors together.

    Returns
    -------
    DataArray
        Dims chain, draw, dose_a, dose_b: the signal as a share of that without drug.
    """
    hour = HOUR_IN[scenarios.time_unit]
    asked = [
        (treatment_of(cells, dict(zip(inhibitors, (a, b), strict=True)), protocol, hour), readout)
        for a in doses[0] for b in doses[1]
    ]  # fmt: skip
    signal = predict_signals(tables, scenarios, posterior, asked, solver, seed)
    values = signal.to_numpy().reshape(*signal.shape[:2], len(doses[0]), len(doses[1]))
    coords = dict(posterior.coords) | {
        "dose_a": ("dose_a", np.array(doses[0], dtype=float), {"units": "nM", "inhibitor": inhibitors[0]}),
        "dose_b": ("dose_b", np.array(doses[1], dtype=float), {"units": "nM", "inhibitor": inhibitors[1]}),
    }
    attrs = {"units": "1", "cells": cells.label, "inhibitors": list(inhibitors), **_attributes(readout, protocol)}
    return xr.DataArray(
        values / values[..., :1, :1], dims=("chain", "draw", "dose_a", "dose_b"), coords=coords, attrs=attrs
    )
