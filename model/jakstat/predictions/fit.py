"""A fit, as predictions take it: a problem, what may be asked of it, draws of its posterior, and the signals they give.

Parameters that the fit did not have, such as the constants of a drug without measurements, are drawn from their priors,
each by a seed of its own, so that it has the same draws in every prediction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from jakstat.predictions.signals import ask_for_signals, signals_over_draws
from jakstat.problem import (
    SEEN,
    Parameter,
    ProblemTables,
    Treatment,
    draws_from_deviations,
    parameter_draws,
    require_same_problem,
)
from jakstat.scenarios import (
    HOUR_IN,
    AlteredCells,
    Protocol,
    Readout,
    Scenarios,
    ScenarioSettings,
    StudyScenarios,
    check_treatments,
    read_scenarios,
    treatment_of,
)
from jakstat.statistics import SolverSettings


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
    seen : mapping of str to int
        Measurements that the fit saw (:func:`jakstat.problem.measurements_seen`).
    """

    values: np.ndarray
    coords: Mapping[str, np.ndarray]
    parameters: tuple[str, ...]
    seen: Mapping[str, int] = field(default_factory=dict)


def thin_posterior(tree: xr.DataTree, draws: int) -> Posterior:
    """Return about ``draws`` draws of a posterior in all, evenly spaced."""
    values = parameter_draws(tree)
    of_chain = min(values.sizes["draw"], max(1, -(-draws // values.sizes["chain"])))
    chosen = values.isel(draw=np.linspace(0, values.sizes["draw"] - 1, of_chain).round().astype(int))
    coords = {name: chosen[name].to_numpy() for name in ("chain", "draw")}
    parameters = tuple(map(str, chosen["parameter"].to_numpy()))
    return Posterior(chosen.to_numpy(), coords, parameters, tree.attrs.get(SEEN, {}))


@dataclass(frozen=True)
class Fit[Asked: Scenarios]:
    """A fit and what predictions of it need.

    Parameters
    ----------
    tables : ProblemTables
    scenarios : Scenarios
        Of the same problem.
    posterior : Posterior
    solver : SolverSettings
    seed : int
        Of what is drawn from priors.
    """

    tables: ProblemTables
    scenarios: Asked
    posterior: Posterior
    solver: SolverSettings
    seed: int

    def predict_signals(self, asked: Sequence[tuple[Treatment, Readout]]) -> xr.DataArray:
        """Predict the expected signal of every treatment at its readout in every draw.

        Parameters
        ----------
        asked : sequence of (Treatment, Readout)

        Returns
        -------
        DataArray
            Dims chain, draw, scenario; unit of each observable, no measurement noise; NaN where a solve failed.

        Raises
        ------
        ValueError
            A name is unknown; all of them are listed.
        """
        treatments, readouts = [treatment for treatment, _ in asked], [readout for _, readout in asked]
        faults = check_treatments(self.tables, self.scenarios, treatments, readouts)
        if faults:
            raise ValueError("; ".join(faults))
        experiments, more = self.scenarios.experiments(treatments)
        hour = HOUR_IN[self.scenarios.time_unit]
        wanted = [
            (readout.observable, experiments[treatment].id, readout.time_h * hour) for treatment, readout in asked
        ]
        free = tuple(parameter for parameter in more if parameter.estimated)
        request = ask_for_signals(self.tables, tuple(experiments.values()), wanted, more)
        n_chains, n_draws, n_fitted = self.posterior.values.shape
        own = prior_draws(free, n_chains * n_draws, self.seed)
        draws = np.concatenate([self.posterior.values.reshape(-1, n_fitted), own], axis=1)
        signals = signals_over_draws(request, draws, self.solver).reshape(n_chains, n_draws, len(asked))
        return xr.DataArray(signals, dims=("chain", "draw", "scenario"), coords=dict(self.posterior.coords))

    def predict_curves(
        self,
        cells: Sequence[AlteredCells],
        inhibitors: Sequence[str],
        doses: Sequence[float],
        readout: Readout,
        protocol: Protocol | None = None,
    ) -> xr.DataArray:
        """Predict dose-response curves: every inhibitor alone on all cells.

        Parameters
        ----------
        cells : sequence of AlteredCells
        inhibitors : sequence of str
        doses : sequence of float
            nM, increasing, the first 0.
        readout : Readout
        protocol : Protocol, optional

        Returns
        -------
        DataArray
            Dims chain, draw, cells, drug, dose: the signal as a share of that without drug.
        """
        hour = HOUR_IN[self.scenarios.time_unit]
        asked = [
            (treatment_of(line, {name: dose}, protocol, hour), readout)
            for line in cells
            for name in inhibitors
            for dose in doses
        ]
        signal = self.predict_signals(asked)
        values = signal.to_numpy().reshape(*signal.shape[:2], len(cells), len(inhibitors), len(doses))
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = values / values[..., :1]
        coords = dict(self.posterior.coords) | {
            "cells": [line.label for line in cells],
            "drug": list(inhibitors),
            "dose": ("dose", np.array(doses, dtype=float), {"units": "nM"}),
        }
        attrs = {"units": "1", **_attributes(readout, protocol)}
        return xr.DataArray(relative, dims=("chain", "draw", "cells", "drug", "dose"), coords=coords, attrs=attrs)

    def predict_surface(
        self,
        cells: AlteredCells,
        inhibitors: tuple[str, str],
        doses: tuple[Sequence[float], Sequence[float]],
        readout: Readout,
        protocol: Protocol | None = None,
    ) -> xr.DataArray:
        """Predict the response to two inhibitors together.

        Returns
        -------
        DataArray
            Dims chain, draw, dose_a, dose_b: the signal as a share of that without drug.
        """
        hour = HOUR_IN[self.scenarios.time_unit]
        asked = [
            (treatment_of(cells, dict(zip(inhibitors, (a, b), strict=True)), protocol, hour), readout)
            for a in doses[0]
            for b in doses[1]
        ]
        signal = self.predict_signals(asked)
        values = signal.to_numpy().reshape(*signal.shape[:2], len(doses[0]), len(doses[1]))
        coords = dict(self.posterior.coords) | {
            "dose_a": ("dose_a", np.array(doses[0], dtype=float), {"units": "nM", "inhibitor": inhibitors[0]}),
            "dose_b": ("dose_b", np.array(doses[1], dtype=float), {"units": "nM", "inhibitor": inhibitors[1]}),
        }
        attrs = {"units": "1", "cells": cells.label, "inhibitors": list(inhibitors), **_attributes(readout, protocol)}
        return xr.DataArray(
            values / values[..., :1, :1], dims=("chain", "draw", "dose_a", "dose_b"), coords=coords, attrs=attrs
        )


#: The fit of a study with cell lines.
type StudyFit = Fit[StudyScenarios]


def fit_of[Asked: Scenarios](
    tables: ProblemTables, scenarios: Asked, tree: xr.DataTree, draws: int, solver: SolverSettings, seed: int
) -> Fit[Asked]:
    """Return a fit with about ``draws`` of its draws.

    Parameters
    ----------
    tables : ProblemTables
    scenarios : Scenarios
        Of the same problem.
    tree : DataTree
        As ``sample_posterior`` returns it.
    draws : int
        How many draws are used in all.
    solver : SolverSettings
    seed : int
        Of what is drawn from priors.

    Raises
    ------
    UnusableFileError
        The draws belong to another problem.
    """
    require_same_problem(tree, tables)
    return Fit(tables, scenarios, thin_posterior(tree, draws), solver, seed)


def fit_of_study(folder: str | Path, tree: xr.DataTree, draws: int, solver: SolverSettings, seed: int) -> StudyFit:
    """Return the fit of a study with cell lines; parameters and errors are those of :func:`fit_of`."""
    scenarios = StudyScenarios(folder)
    return fit_of(scenarios.tables, scenarios, tree, draws, solver, seed)


def ask_of_fit(
    section: Mapping[str, Any], folder: str | Path, tree: xr.DataTree, solver: SolverSettings, seed: int
) -> tuple[StudyFit, ScenarioSettings]:
    """Return the fit of a study and what a scenarios file asks of it.

    Parameters
    ----------
    section : mapping
        The content of the file.
    folder : str or Path
        The study folder.
    tree : DataTree
        As ``sample_posterior`` returns it.
    solver : SolverSettings
    seed : int
        Of what priors add.

    Raises
    ------
    ValueError
        As :func:`read_scenarios`.
    """
    fit = fit_of_study(folder, tree, section["draws"], solver, seed)
    return fit, read_scenarios(section, fit.tables, fit.scenarios)


def prior_draws(parameters: Sequence[Parameter], n: int, seed: int) -> np.ndarray:
    """Draw parameters from their priors, within their bounds, (draw, parameter); each depends on its own name only.

    Raises
    ------
    ValueError
        A parameter has no prior, or one without mass between its bounds.
    """
    standard = [np.random.default_rng([seed, *parameter.id.encode()]).standard_normal(n) for parameter in parameters]
    return draws_from_deviations(parameters, np.array(standard).reshape(len(parameters), n).T)


def _attributes(readout: Readout, protocol: Protocol | None) -> dict[str, Any]:
    """Return what was read, and under what, for the attributes of a prediction."""
    texts = protocol.texts if protocol else {}
    return {"readout": readout.name, "observable": readout.observable, "time_h": readout.time_h, **texts}
