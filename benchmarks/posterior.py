"""Effective draws per second of NUTS, with our solver and, where installed, with sunode; and whether they agree.

One thread: chains run one after the other, so that the figure is of work, not of cores. Short runs: the figure says how
fast a sampler explores once it is there, not that these draws are enough. Seconds are those of sampling, warm-up
included; compilation stands beside them. Boehm's posterior has a second mode of little mass, which now and then keeps
a chain: R-hat shows it.
"""

import time
from importlib.util import find_spec
from typing import Any

import numpy as np
import xarray as xr

from benchmarks.measuring import ABSOLUTE_SHARE
from jakstat import Problem, SolverSettings
from jakstat.inference import ConvergenceThresholds, SamplingSettings, assess_convergence, sample_posterior
from jakstat.problem import parameter_draws

RTOL = 1e-6
CHAINS, DRAWS, TUNE = 2, 500, 1000
#: sunode's gradients of Raia would take hours: it samples Boehm alone unless all is asked for.
SUNODE_PROBLEMS = ("Boehm",)
_SEED = 3
_MOST_DEPTH = 10  # of NUTS's trees, for all solvers: bounds a short run's time


def sample(
    problem: Problem, solver_name: str, draws: int = DRAWS, tune: int = TUNE
) -> tuple[dict[str, Any], xr.DataTree]:
    """Draw from a posterior and return the record and the draws.

    Raises
    ------
    ModuleNotFoundError
        The solver is not installed.
    NotImplementedError
        This version of jakstat cannot choose its solver.
    """
    settings = _settings(solver_name)
    sampling = SamplingSettings(
        chains=CHAINS, draws=draws, tune=tune, cores=1, target_accept=0.95, maxdepth=_MOST_DEPTH
    )
    moments = {}

    def log(line: str) -> None:
        moments[line.split()[0]] = time.monotonic()  # "compiled the model in ...", "sampled in ..."

    began = time.monotonic()
    tree = sample_posterior(problem.tables, sampling, settings, _SEED, log)
    seconds = moments["sampled"] - moments["compiled"]
    diagnostics = assess_convergence(tree, ConvergenceThresholds()).parameters
    effective = float(diagnostics["ess_bulk"].min())
    record = {
        "problem": problem.tables.id,
        "solver": solver_name,
        "rtol": RTOL,
        "chains": CHAINS,
        "draws": draws,
        "tune": tune,
        "compile_seconds": moments["compiled"] - began,
        "sampling_seconds": seconds,
        "gradients": sum(int(told.split("=")[1]) for told in tree.attrs["solve_outcomes"]),
        "least_effective_draws": effective,
        "effective_draws_per_second": effective / seconds,
        "largest_r_hat": float(diagnostics["r_hat"].max()),
        "divergences": int(tree["sample_stats"]["diverging"].sum()),
    }
    return record, tree


def _settings(solver_name: str) -> SolverSettings:
    if solver_name == "jakstat":
        return SolverSettings(RTOL, RTOL * ABSOLUTE_SHARE)
    if find_spec(solver_name) is None:
        raise ModuleNotFoundError(name=solver_name)
    try:
        return SolverSettings(RTOL, RTOL * ABSOLUTE_SHARE, name=solver_name)
    except TypeError:
        raise NotImplementedError("this version of jakstat has no choice of solver") from None


def agreement(first: xr.DataTree, second: xr.DataTree) -> dict[str, float]:
    """Compare the means of ln(parameter) of two runs.

    Returns
    -------
    dict
        ``largest_difference_sd``: in posterior standard deviations; ``largest_z``: in Monte Carlo standard errors of
        the difference, whose largest of some tens is 2 to 3 when the posteriors agree.
    """
    logarithms = [np.log(np.abs(parameter_draws(tree))) for tree in (first, second)]
    means = [logarithm.mean(("chain", "draw")).to_numpy() for logarithm in logarithms]
    spreads = [logarithm.std(("chain", "draw")).to_numpy() for logarithm in logarithms]
    effective = [
        assess_convergence(tree, ConvergenceThresholds()).parameters["ess_bulk"].to_numpy() for tree in (first, second)
    ]
    difference = np.abs(means[0] - means[1])
    error = np.sqrt(sum(spread**2 / number for spread, number in zip(spreads, effective, strict=True)))
    return {
        "largest_difference_sd": float(np.max(difference / spreads[0])),
        "largest_z": float(np.max(difference / error)),
    }
