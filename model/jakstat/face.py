"""The public face: a problem that can be evaluated, differentiated, simulated and turned into a PyMC model.

Everything that the workflow does is done by the functions of the packages below; this module is for notebooks.
"""

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr
from pytensor import function, grad, tensor as pt
from pytensor.compile.mode import Mode

from jakstat.inference import SamplingSettings, sample_posterior
from jakstat.predictions import Fit, fit_of, simulate_states
from jakstat.problem import ProblemTables, log_prior_density, read_tables
from jakstat.scenarios import Scenarios, StudyScenarios, read_asked_interventions, read_petab_scenarios
from jakstat.simulation import BUILDING, SharedFunction, SimulationPlan, SolveStatus, plan_simulation, without_places
from jakstat.statistics import (
    SolverSettings,
    build_model,
    log_likelihood_graph,
    noise_of,
    require_evaluable,
    standardised_residuals,
)

#: A folder with tables of formulas, a section of a configuration, or nothing.
Asked = str | PathLike | Mapping[str, Any] | None
#: Graphs as they are, in Python: no rewriting, no compilation.
_INTERPRETED = Mode(linker="py", optimizer=None)


class SolveError(RuntimeError):
    """A solve failed; the message names the status and the experiments."""


class Problem:
    """A checked problem and what can be computed with it; threads may call all of it at the same time.

    Parameters
    ----------
    tables : ProblemTables
        What a reader returned; see :func:`read_problem`.
    solver : SolverSettings, optional
    folder : path, optional
        The study folder that it was read from.
    """

    def __init__(self, tables: ProblemTables, solver: SolverSettings | None = None, folder: Path | None = None):
        self.tables = tables
        self.folder = folder
        self.solver = solver or SolverSettings()
        self._built: dict[str, Any] = {}

    def __repr__(self) -> str:
        tables = self.tables
        sizes = f"{len(tables.measurements)} measurements, {len(tables.experiments)} experiments"
        return f"Problem({tables.id!r}: {sizes}, {len(self.estimated)} estimated parameters)"

    @property
    def estimated(self) -> list[str]:
        """Ids of the estimated parameters, in the order of gradients and posteriors."""
        return [parameter.id for parameter in self.tables.parameters if parameter.estimated]

    @property
    def nominal(self) -> dict[str, float]:
        """Nominal values of the estimated parameters that have one, linear scale."""
        return {
            parameter.id: parameter.nominal
            for parameter in self.tables.parameters
            if parameter.estimated and parameter.nominal is not None
        }

    def _once(self, name: str, build: Callable[[], Any]) -> Any:
        """Return what ``build`` makes the first time; threads that come meanwhile wait for it."""
        if name not in self._built:
            with BUILDING:
                if name not in self._built:
                    self._built[name] = build()
        return self._built[name]

    def check(self) -> None:
        """Evaluate log likelihood and gradient once, at nominal values and else at medians of the priors.

        Raises
        ------
        DataFaultsError
            What is not finite, by observable, experiment or parameter.
        NotImplementedError
            The model uses features that are not supported; they are named.
        """
        require_evaluable(self.tables, self.solver, lambda: self.plan)

    @property
    def plan(self) -> SimulationPlan:
        """What is solved for the measurements."""
        return self._once("plan", lambda: plan_simulation(self.tables))

    def _value(self, values: np.ndarray) -> list[np.ndarray]:
        """Return log likelihood and status of one point: built in a second, since only the solve itself is compiled."""

        def build() -> SharedFunction:
            parameters, terms, graph = log_likelihood_graph(self.tables, self.plan, self.solver, recording=False)
            return SharedFunction(function([parameters], [pt.sum(terms), graph.status], mode=_INTERPRETED))

        return self._once("value", build)(values)

    def _value_and_gradient(self, mode: Any) -> Any:
        parameters, terms, graph = log_likelihood_graph(self.tables, self.plan, self.solver)
        total = pt.sum(terms)
        return function([parameters], [total, grad(total, parameters), graph.status], mode=mode)

    def _gradient(self, values: np.ndarray) -> list[np.ndarray]:
        return self._once("gradient", lambda: SharedFunction(self._value_and_gradient(_INTERPRETED)))(values)

    def _compiled(self, values: np.ndarray) -> tuple:
        """For many points: compiled in tens of seconds the first time, then as fast as it gets."""
        return self._once("compiled", lambda: without_places(self._value_and_gradient("NUMBA")))(values)

    def _signals(self, values: np.ndarray) -> list[np.ndarray]:
        def build() -> SharedFunction:
            parameters, terms, graph = log_likelihood_graph(self.tables, self.plan, self.solver, recording=False)
            outputs = [graph.signal, graph.noise_scale, terms, graph.status]
            return SharedFunction(function([parameters], outputs, mode=_INTERPRETED))

        return self._once("signals", build)(values)

    def vector(self, parameters: Mapping[str, float] | None = None) -> np.ndarray:
        """Return the values of the estimated parameters, (estimated,); absent ones are nominal.

        Raises
        ------
        KeyError
            A parameter is unknown or has no value.
        """
        parameters = parameters or {}
        unknown = sorted(set(parameters) - set(self.estimated))
        if unknown:
            raise KeyError(
                f"not estimated in this problem: {', '.join(unknown)}; estimated: {', '.join(self.estimated)}"
            )
        values = self.nominal | dict(parameters)
        missing = [name for name in self.estimated if name not in values]
        if missing:
            raise KeyError(f"no value for {', '.join(missing)}: neither given nor nominal in the problem")
        return np.array([values[name] for name in self.estimated], dtype=float)

    def _require_success(self, status: np.ndarray) -> None:
        _raise_for(self.plan.failed_experiments(status))

    def value_and_gradient(self, values: np.ndarray) -> tuple[float, np.ndarray]:
        """Return log likelihood and its gradient at an array of values, for optimisers and samplers.

        The first call compiles; :meth:`log_likelihood` and :meth:`gradient` do not, and are for single values.

        Parameters
        ----------
        values : (estimated,) array
            Linear scale, in the order of ``estimated``.

        Returns
        -------
        float and (estimated,) array

        Raises
        ------
        SolveError
            An experiment could not be solved; its status is named.
        """
        value, slope, status = self._compiled(values)
        return self._checked(value, status), slope

    def _checked(self, value: np.ndarray, status: np.ndarray) -> float:
        self._require_success(status)
        if np.isnan(value):
            raise SolveError(
                "the log likelihood is not a number: a signal or noise formula is undefined at these values"
            )
        return float(value)

    def log_likelihood(self, parameters: Mapping[str, float] | None = None) -> float:
        """Return the log likelihood at ``parameters`` (id -> value, linear scale; nominal where absent).

        Raises
        ------
        KeyError
            A parameter is unknown or has no value.
        SolveError
            An experiment could not be solved; its status is named.
        """
        return self._checked(*self._value(self.vector(parameters)))

    def gradient(self, parameters: Mapping[str, float] | None = None, scale: str = "linear") -> dict[str, float]:
        """Return the derivatives of the log likelihood by each estimated parameter.

        Parameters
        ----------
        parameters : mapping of str to float, optional
            Linear scale; nominal where absent.
        scale : {"linear", "log"}
            ``log`` gives derivatives by the natural logarithm of the parameter.

        Raises
        ------
        KeyError, SolveError
            As :meth:`log_likelihood`.
        """
        if scale not in ("linear", "log"):
            raise ValueError(f"scale is {scale!r}; choose 'linear' or 'log'")
        vector = self.vector(parameters)
        value, slope, status = self._gradient(vector)
        self._checked(value, status)
        return dict(zip(self.estimated, (slope * vector if scale == "log" else slope).tolist(), strict=True))

    def simulate(self, parameters: Mapping[str, float] | None = None, times: np.ndarray | None = None) -> xr.Dataset:
        """Simulate the states of every experiment.

        Parameters
        ----------
        parameters : mapping of str to float, optional
            Linear scale; nominal where absent.
        times : (time,) array, optional
            In the time unit of the model, inf for the steady state; 200 points over the measured range where absent.

        Returns
        -------
        xarray.Dataset
            One variable a state (experiment, time); NaN before an experiment's start.

        Raises
        ------
        KeyError, SolveError
            As :meth:`log_likelihood`.
        """
        states, failed = simulate_states(self.tables, self.vector(parameters), times, self.solver)
        _raise_for(failed)
        return states

    def signals(self, parameters: Mapping[str, float] | None = None) -> xr.Dataset:
        """Compare every measurement with the signal that is expected of it.

        Parameters
        ----------
        parameters : mapping of str to float, optional
            Linear scale; nominal where absent.

        Returns
        -------
        xarray.Dataset
            Along ``obs``, in the order of the measurements: ``signal`` and ``measurement`` (unit of the observable);
            ``noise_scale`` (that unit; none where the noise is on the logarithm); ``residual``, measurement minus
            signal over noise scale, of their logarithms where the noise is on those: the sum of its squares is PEtab's
            chi-squared; ``log_likelihood``, which adds up to :meth:`log_likelihood`. Coordinates ``observable``,
            ``experiment``, ``time`` (unit of the model; inf is a steady state) and ``noise_distribution``.

        Raises
        ------
        KeyError, SolveError
            As :meth:`log_likelihood`.
        """
        signal, noise_scale, terms, status = self._signals(self.vector(parameters))
        self._require_success(status)
        measurements = self.tables.measurements
        measured = np.array([measurement.value for measurement in measurements])
        noise = noise_of(self.tables)
        residual = standardised_residuals(measured, signal, noise_scale, noise)
        variables = {
            "signal": signal,
            "noise_scale": noise_scale,
            "measurement": measured,
            "residual": residual,
            "log_likelihood": terms,
        }
        coords = {
            "observable": ("obs", [measurement.observable_id for measurement in measurements]),
            "experiment": ("obs", [measurement.experiment_id for measurement in measurements]),
            "time": ("obs", [measurement.time for measurement in measurements], {"units": self.tables.time_unit}),
            "noise_distribution": ("obs", noise.distributions),
        }
        return xr.Dataset({name: ("obs", values) for name, values in variables.items()}, coords=coords)

    def log_prior(self, parameters: Mapping[str, float] | None = None) -> dict[str, float]:
        """Return the log density of each estimated parameter's prior at ``parameters`` (linear scale; else nominal).

        Densities are those of the parameter itself, truncated at its bounds; -inf beyond them. With the log
        likelihood, their sum is the log posterior but for its constant.

        Raises
        ------
        KeyError
            A parameter is unknown or has no value.
        """
        values = dict(zip(self.estimated, self.vector(parameters).tolist(), strict=True))
        return {
            parameter.id: log_prior_density(parameter.prior, values[parameter.id])
            for parameter in self.tables.parameters
            if parameter.prior is not None
        }

    def sample(
        self, sampling: SamplingSettings | None = None, seed: int = 1, start_from: xr.DataTree | None = None
    ) -> xr.DataTree:
        """Draw from the posterior; see ``jakstat.inference.sample_posterior``, whose groups are those of ArviZ.

        The default tolerances are for values that are compared with published ones. Draws need less: the workflow
        takes ``SolverSettings(1e-3, 1e-5)``, 30 times faster on the panel, and ``jakstat.inference.check_tolerance``
        says of the draws whether that was enough. At one point no number says so: on the panel the log likelihood
        differs by up to 0.24 around the prior's middle, by 0.007 at most where the posterior is.

        Parameters
        ----------
        sampling : SamplingSettings, optional
        seed : int
        start_from : DataTree, optional
            Draws of an earlier fit of the same or a like problem: starts and metric come from them, and warm-up is
            shorter.
        """
        settings = sampling or SamplingSettings()
        return sample_posterior(self.tables, settings, self.solver, seed, start_from=start_from)

    def fit(self, drawn: xr.DataTree, asked: Asked = None, draws: int = 400, seed: int = 1) -> Fit[Any]:
        """Return a fit that dose responses, mutants and pairs can be asked of.

        Parameters
        ----------
        drawn : DataTree
            As :meth:`sample` returns it.
        asked : path or mapping, optional
            What drugs and alterations do to a problem without cell lines: a folder with tables of formulas, or a
            section ``dose_response`` of a configuration. A study with cell lines has tables of its own.
        draws : int
            How many draws are used in all.
        seed : int
            Of what is drawn from priors.

        Raises
        ------
        DataFaultsError, ValueError
            What is asked does not suit the problem; all faults are listed.
        UnusableFileError
            The draws belong to another problem.
        """
        return fit_of(self.tables, self._scenarios(asked), drawn, draws, self.solver, seed)

    def _scenarios(self, asked: Asked) -> Scenarios:
        if isinstance(asked, Mapping):
            return read_asked_interventions(asked, self.tables)[0]
        if asked is not None:
            return read_petab_scenarios(self.tables, Path(asked))
        if self.folder is None:
            raise ValueError(
                "asked: found nothing; needed: a folder with tables of drugs and alterations, or a section "
                "dose_response: this problem is no study folder"
            )
        return StudyScenarios(self.folder)

    def build_model(self) -> pm.Model:
        """Return the PyMC model; see ``jakstat.statistics.build_model``."""
        with BUILDING:
            return build_model(self.tables, self.plan, self.solver)


def _raise_for(failed: Mapping[str, SolveStatus]) -> None:
    """Raise SolveError where experiments could not be solved."""
    if failed:
        sentences = "; ".join(f"{name}: {status.name.lower()} ({status.sentence})" for name, status in failed.items())
        raise SolveError(f"{len(failed)} experiment(s) could not be solved: {sentences}")


def read_problem(path: str | PathLike, solver: SolverSettings | None = None) -> Problem:
    """Read a problem from a PEtab YAML file (v1 or v2) or a study folder.

    Parameters
    ----------
    path : path
        A PEtab YAML file, or a folder with ``study.yaml``.
    solver : SolverSettings, optional

    Raises
    ------
    DataFaultsError
        The data set has faults; all of them are listed.
    UnsupportedError
        The problem uses features that are not supported; they are named.
    """
    tables = read_tables(Path(path))
    is_study = Path(path).name == "study.yaml" or Path(path).is_dir()
    return Problem(tables, solver, Path(path) if is_study else None)
