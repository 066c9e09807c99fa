"""Whether a second, independent solver finds the signals and gradients of a fit.

A sample of posterior draws is solved by the fit's solver at its tolerances, and by the other one of jakstat's own and
sunode (CVODES) at tight ones, so that what is seen is the error of the fit. Nothing of the two is shared but the
symbolic rates and what is made of parameters alone.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pytensor.tensor as pt
import xarray as xr
from pytensor import function, grad
from pytensor.compile.mode import Mode

from jakstat.pathway import UnsupportedModelError
from jakstat.problem import ProblemTables, parameter_draws, require_same_problem
from jakstat.simulation import SimulationPlan, SolverNotInstalledError, plan_simulation
from jakstat.statistics import SolverSettings, log_likelihood_graph

# Of the second solver. At 1e-10 its error is far below what the fit's tolerances leave; far tighter, rounding stops it.
_RTOL, _ATOL, _MAX_STEPS = 1e-10, 1e-12, 100_000
_INTERPRETED = Mode(linker="py", optimizer=None)  # a few draws do not pay for compiling the graph


@dataclass(frozen=True)
class SolverCrossCheck:
    """What a second solver says of a fit's draws.

    Parameters
    ----------
    made : bool
        Whether the check was made; if not, the sentence says why, and there are no figures.
    sentence : str
        The result for the report.
    draws : int
        Draws that were solved.
    failed_solves : int
        Those of them that one of the solvers could not solve; they are left out of what follows.
    signal_difference : float, optional
        Largest difference of a signal over draws and measurements, in noise scales of its measurement (1).
    gradient_difference : float, optional
        Largest difference of a derivative of the log likelihood by a parameter in units of its posterior standard
        deviation, as a share of the largest such derivative of the draw (1).
    """

    made: bool
    sentence: str
    draws: int = 0
    failed_solves: int = 0
    signal_difference: float | None = None
    gradient_difference: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return a JSON-ready record."""
        return asdict(self)


def cross_check_solver(
    tables: ProblemTables, tree: xr.DataTree, solver: SolverSettings, draws: int = 20, seed: int = 0
) -> SolverCrossCheck:
    """Compare signals and gradients of posterior draws between the fit's solver and the other one.

    Parameters
    ----------
    tables : ProblemTables
    tree : DataTree
        As ``sample_posterior`` returns it.
    solver : SolverSettings
        Those of the fit.
    draws : int
        How many draws; all of them where the posterior has no more.
    seed : int

    Returns
    -------
    SolverCrossCheck

    Raises
    ------
    UnusableFileError
        The draws belong to another problem.
    """
    require_same_problem(tree, tables)
    values = parameter_draws(tree).to_numpy()
    values = values.reshape(-1, values.shape[-1])
    chosen = np.random.default_rng(seed).choice(values, min(draws, len(values)), replace=False)
    second = second_solver(solver)
    plan = plan_simulation(tables)
    try:
        evaluators = [_evaluator(tables, plan, settings) for settings in (second, solver)]
    except SolverNotInstalledError:
        return SolverCrossCheck(False, "not made: sunode is not installed (environment.yml has it)")
    except UnsupportedModelError as refusal:
        return SolverCrossCheck(False, f"not made: {refusal}")
    of_second, of_fit = ([evaluate(draw) for draw in chosen] for evaluate in evaluators)
    spread = values.std(axis=0)
    differences = np.array([_differences(*both, spread) for both in zip(of_second, of_fit, strict=True)])
    return _summary(differences, solver, second)


def second_solver(solver: SolverSettings) -> SolverSettings:
    """Return the settings of the other solver, tight."""
    return replace(
        solver,
        name="sunode" if solver.name == "jakstat" else "jakstat",
        rtol=min(solver.rtol, _RTOL),
        atol=min(solver.atol, _ATOL),
        max_steps=max(solver.max_steps, _MAX_STEPS),
    )


def _evaluator(tables: ProblemTables, plan: SimulationPlan, solver: SolverSettings) -> Callable:
    """Return the function of parameters that gives signals, noise scales and the gradient."""
    parameters, terms, graph = log_likelihood_graph(tables, plan, solver)
    slope = grad(pt.sum(terms), parameters)
    return function([parameters], [graph.signal, graph.noise_scale, slope], mode=_INTERPRETED)


def _differences(second: list[np.ndarray], fit: list[np.ndarray], spread: np.ndarray) -> tuple[float, float]:
    """Return the largest differences of one draw, of signals and of the gradient; NaN where a solve failed."""
    of_signals = np.abs(fit[0] - second[0]) / np.abs(second[1])
    of_gradient = np.abs(fit[2] - second[2]) * spread
    largest = np.max(np.abs(second[2]) * spread)
    return float(of_signals.max()), float(of_gradient.max() / largest) if largest > 0 else float(of_gradient.max())


def _summary(differences: np.ndarray, solver: SolverSettings, second: SolverSettings) -> SolverCrossCheck:
    solved = np.isfinite(differences).all(axis=1)
    failed = int((~solved).sum())
    at = f"{len(differences)} draws were solved again by {second.name} at rtol {second.rtol:.0e}"
    if not solved.any():
        return SolverCrossCheck(True, f"{at}; none of them could be compared", len(differences), failed)
    of_signals, of_gradient = differences[solved].max(axis=0).tolist()
    left_out = f", {failed} of them without success and left out" if failed else ""
    sentence = (
        f"{at}{left_out}. The fit, by {solver.name} at rtol {solver.rtol:.0e}, differs by at most {of_signals:.1e} "
        f"noise scales in a signal and by {of_gradient:.1e} of the largest derivative in a gradient"
    )
    return SolverCrossCheck(True, sentence, len(differences), failed, of_signals, of_gradient)
