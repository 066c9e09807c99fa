"""Draws from the posterior by NUTS (nutpie), with each draw's signals, log likelihood terms and solve outcomes.

Chains run as threads of one process; the compiled solve releases Python's lock. All randomness comes from one
``numpy.random.SeedSequence``, so that equal seeds give equal draws.
"""

import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import xarray as xr

from jakstat.inference.compiled_density import compile_density
from jakstat.inference.earlier_fit import EarlierFit, read_earlier_fit, seeds_of_chains, start_by_seed
from jakstat.inference.linear_coordinates import slope_by_place, to_point
from jakstat.inference.sampling_progress import progress_lines
from jakstat.inference.starts import climb
from jakstat.inference.warm_up import unsettled_chains, warm_up_after
from jakstat.problem import (
    PROBLEM_DIGESTS,
    SEEN,
    ProblemTables,
    draws_from_deviations,
    measurements_seen,
    parameter_dataset,
    problem_digests,
)
from jakstat.simulation import StatusCounts, available_cores, plan_simulation
from jakstat.statistics import SolverSettings, build_model, draw_measurements, log_density_values, noise_of


@dataclass(frozen=True)
class SamplingSettings:
    """How much to sample: chains, draws a chain after ``tune`` warm-up draws, cores that they share, NUTS settings.

    ``adaptation`` is nutpie's mass matrix (``diag`` or ``low_rank``); ``target_accept`` the acceptance the step size
    aims at.
    """

    chains: int = 4
    draws: int = 1000
    tune: int = 1000
    cores: int = 2
    target_accept: float = 0.9
    adaptation: str = "low_rank"
    maxdepth: int = 10


def sample_posterior(
    tables: ProblemTables,
    sampling: SamplingSettings,
    solver: SolverSettings,
    seed: int,
    log: Callable[[str], None] = print,
    start_from: xr.DataTree | None = None,
) -> xr.DataTree:
    """Draw from the posterior of a problem.

    Parameters
    ----------
    tables : ProblemTables
    sampling : SamplingSettings
    solver : SolverSettings
    seed : int
    log : callable
        Takes one line of progress at a time. A bar is shown besides where standard error is a terminal.
    start_from : DataTree, optional
        Draws of an earlier fit, as this function returns them: chains start at draws of it that lie far apart, in
        coordinates in which these have unit covariance, and warm up for less long (:mod:`jakstat.inference.warm_up`).
        The posterior is the same; what the earlier fit saw counts as seen (attribute ``measurements_seen``).

    Returns
    -------
    xarray.DataTree
        Groups as ArviZ names them: ``posterior`` and ``prior`` (a variable for each parameter, linear scale),
        ``log_likelihood``, ``posterior_predictive`` and ``observed_data`` (``measurement``; obs), ``sample_stats``;
        besides, ``signals`` (``signal`` and ``noise_scale`` of each measurement in each draw). Observables,
        experiments and times are coordinates of ``obs``; attrs hold the solve outcomes of all gradients, warm-up
        included, and the digests of the problem.

    Raises
    ------
    UnusableFileError
        ``start_from`` does not say what it saw, or has no parameter of this problem.
    """
    seen = measurements_seen(tables, start_from)
    counts = StatusCounts()
    plan = plan_simulation(tables)
    started = time.monotonic()
    model = build_model(tables, plan, solver, counts)
    sequence = np.random.SeedSequence(seed)
    sampler_seed, predictive_seed, prior_seed = sequence.spawn(3)
    nutpie_seed, earlier = int(sampler_seed.generate_state(1)[0]), None
    if start_from is not None:
        rng = np.random.default_rng(sequence.spawn(1)[0])
        earlier = read_earlier_fit(start_from, tables, model, sampling.chains, rng)
    compiled = compile_model(model) if earlier is None else compile_from(model, earlier, nutpie_seed)
    log(f"compiled the model in {time.monotonic() - started:.0f} s")
    counts.reset()
    if earlier is None:
        drawn = _draw(compiled, sampling, nutpie_seed, log)
    else:
        drawn = _draw_from(earlier, compiled, sampling, nutpie_seed, log)
    log(f"sampled in {time.monotonic() - started:.0f} s; solve outcomes: {counts.as_dict()}")
    tree = assemble_tree(tables, drawn["posterior"].to_dataset(), np.random.default_rng(predictive_seed))
    tree["sample_stats"] = xr.DataTree(drawn["sample_stats"].to_dataset())
    tree["prior"] = xr.DataTree(_draw_prior(tables, np.random.default_rng(prior_seed)))
    tree.attrs[PROBLEM_DIGESTS] = problem_digests(tables)
    tree.attrs[SEEN] = seen
    tree.attrs["solve_outcomes"] = [f"{name}={count}" for name, count in counts.as_dict().items()]
    return tree


def _draw(compiled: Any, sampling: SamplingSettings, seed: int, log: Callable[[str], None]) -> xr.DataTree:
    return nutpie.sample(
        compiled,
        draws=sampling.draws,
        tune=sampling.tune,
        chains=sampling.chains,
        cores=_chains_at_once(sampling),
        seed=seed,
        target_accept=sampling.target_accept,
        adaptation=sampling.adaptation,
        maxdepth=sampling.maxdepth,
        progress_bar=sys.stderr.isatty(),
        progress_callback=progress_lines(log),
        progress_rate=500,
    )


def _draw_from(
    earlier: EarlierFit, compiled: Any, sampling: SamplingSettings, seed: int, log: Callable[[str], None]
) -> xr.DataTree:
    """Draw after a short warm-up; where the chains have not settled after it, again after the one that is asked for."""
    warm_up = warm_up_after(earlier, sampling.tune, sampling.adaptation)
    log(
        f"starts and coordinates from an earlier fit; warm-up {warm_up.draws} draws instead of {sampling.tune}, "
        f"metric {warm_up.adaptation}: {warm_up.why}"
    )
    shorter = replace(sampling, tune=warm_up.draws, adaptation=warm_up.adaptation)
    drawn = _draw(compiled, shorter, seed, log)
    unsettled = unsettled_chains(drawn["sample_stats"].to_dataset(), sampling.target_accept)
    if not unsettled or shorter == sampling:
        return drawn
    log(f"not settled after the short warm-up ({'; '.join(unsettled)}): again with {sampling.tune} draws of it")
    return _draw(compiled, sampling, seed, log)


def _chains_at_once(sampling: SamplingSettings) -> int:
    """Return how many chains run at the same time: all where the system itself gives them no more than their cores.

    There the system shares them: a chain that needs more gradients keeps no core idle at the end. Elsewhere chains wait
    for others to end, so that no more cores are taken than were given. Draws do not depend on it.

    Four chains on two cores, wall time: Boehm (7,514 to 12,874 gradients a chain) 3.4 s all at once, 4.9 s two at a
    time, 3.9 s with a semaphore around each solve; the panel (894 to 1,145 gradients) 35, 55 and 44 s on a machine that
    others used too, with 37, 38 and 40 s of CPU time: no scheduler of our own pays.
    """
    return sampling.chains if available_cores() <= sampling.cores else sampling.cores


def compile_model(model: pm.Model) -> Any:
    """Compile a model for nutpie.

    Chains start around the prior's median, jittered by up to 1 on the sampled scale, from where they climb (see
    :mod:`jakstat.inference.starts`). Draws of decade-wide priors (PEtab problems that give only bounds) would start
    them where the likelihood is flat.
    """
    compiled = compile_density(model)
    jittered = compiled.initial_point_func
    one_at_a_time = Lock()  # chains start in threads, and a compiled PyTensor function serves one of them

    def start(seed: Any) -> np.ndarray:
        with one_at_a_time:
            return climb(jittered(seed), compiled.logp_func)

    return replace(compiled, initial_point_func=start)


def compile_from(model: pm.Model, earlier: EarlierFit, seed: int) -> Any:
    """Compile a model for nutpie in the coordinates of an earlier fit; chains start at its draws.

    Draws of another problem's posterior may lie far from this one's: from those, chains climb as from the prior.
    """
    compiled = compile_density(model, earlier.coordinates)
    place_of = start_by_seed(earlier, seeds_of_chains(seed, len(earlier.starts)), compiled.initial_point_func)
    one_at_a_time = Lock()

    def by_place(place: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = compiled.logp_func(to_point(earlier.coordinates, place))
        return value, slope_by_place(earlier.coordinates, slope)

    def start(of_chain: Any) -> np.ndarray:
        with one_at_a_time:
            place = place_of(of_chain)
            return place if earlier.is_same_problem else climb(place, by_place)

    return replace(compiled, initial_point_func=start)


def assemble_tree(tables: ProblemTables, drawn: xr.Dataset, rng: np.random.Generator) -> xr.DataTree:
    """Add log likelihood terms, predicted and observed measurements to draws of the model.

    Parameters
    ----------
    tables : ProblemTables
    drawn : Dataset
        ``parameter_value`` (chain, draw, parameter), ``signal`` and ``noise_scale`` (chain, draw, obs).
    rng : Generator
        Of the predicted measurements.
    """
    noise = noise_of(tables)
    observed = _observed_data(tables)
    signal, scale = drawn["signal"].to_numpy(), drawn["noise_scale"].to_numpy()
    dims = ("chain", "draw", "obs")
    predicted = draw_measurements(signal, scale, noise, rng)
    terms = log_density_values(observed["measurement"].to_numpy(), signal, scale, noise)
    of_measurements = {
        "signals": xr.Dataset({"signal": (dims, signal), "noise_scale": (dims, scale)}),
        "log_likelihood": xr.Dataset({"measurement": (dims, terms)}),
        "posterior_predictive": xr.Dataset({"measurement": (dims, predicted)}),
        "observed_data": observed,
    }
    coords = measurement_coords(tables)
    chains = {name: drawn[name] for name in ("chain", "draw")}
    groups = {
        name: group.assign_coords(coords | (chains if "chain" in group.dims else {}))
        for name, group in of_measurements.items()
    }
    return xr.DataTree.from_dict({"posterior": _of_parameters(tables, drawn["parameter_value"]), **groups})


def _of_parameters(tables: ProblemTables, values: xr.DataArray) -> xr.Dataset:
    """Return draws (chain, draw, parameter) with a variable for each parameter."""
    estimated = [parameter for parameter in tables.parameters if parameter.estimated]
    drawn = values.transpose("chain", "draw", "parameter").to_numpy()
    names, units = [parameter.id for parameter in estimated], [parameter.unit for parameter in estimated]
    return parameter_dataset(drawn, names, units)


def _draw_prior(tables: ProblemTables, rng: np.random.Generator, draws: int = 1000) -> xr.Dataset:
    """Return draws of the prior of each parameter, one chain, so that ArviZ can put them beside the posterior."""
    estimated = [parameter for parameter in tables.parameters if parameter.estimated]
    drawn = draws_from_deviations(estimated, rng.standard_normal((draws, len(estimated))))
    return _of_parameters(tables, xr.DataArray(drawn[None], dims=("chain", "draw", "parameter")))


def _observed_data(tables: ProblemTables) -> xr.Dataset:
    return xr.Dataset({"measurement": (("obs",), np.array([measurement.value for measurement in tables.measurements]))})


def measurement_coords(tables: ProblemTables) -> dict:
    """Return the coordinates of the measurements: number, observable, experiment and time."""
    return {
        "obs": np.arange(len(tables.measurements)),
        "observable": ("obs", np.array([measurement.observable_id for measurement in tables.measurements])),
        "experiment": ("obs", np.array([measurement.experiment_id for measurement in tables.measurements])),
        "time": (
            "obs",
            np.array([measurement.time for measurement in tables.measurements]),
            {"units": tables.time_unit},
        ),
        "censored": ("obs", np.array([measurement.censored for measurement in tables.measurements])),
    }


def sample_prior_predictive(tables: ProblemTables, solver: SolverSettings, draws: int, seed: int) -> xr.DataTree:
    """Draw parameters from the prior and measurements given them.

    Returns
    -------
    xarray.DataTree
        ``prior`` (a variable for each parameter), ``prior_predictive`` and ``observed_data`` (``measurement``); failed
        solves are NaN and counted in attrs.
    """
    counts = StatusCounts()
    with build_model(tables, plan_simulation(tables), solver, counts), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba will use object mode")  # slower draws, nothing else
        drawn = pm.sample_prior_predictive(
            draws=draws,
            var_names=["parameter_value", "measurement"],
            random_seed=int(np.random.SeedSequence(seed).generate_state(1)[0]),
        )
    coords = measurement_coords(tables)
    tree = xr.DataTree.from_dict(
        {
            "prior": _of_parameters(tables, drawn["prior"]["parameter_value"]),
            "prior_predictive": drawn["prior_predictive"].to_dataset().assign_coords(coords),
            "observed_data": _observed_data(tables).assign_coords(coords),
        }
    )
    tree.attrs[PROBLEM_DIGESTS] = problem_digests(tables)
    tree.attrs["solve_outcomes"] = [f"{name}={count}" for name, count in counts.as_dict().items()]
    return tree
