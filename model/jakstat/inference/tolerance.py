"""Whether the solver's tolerance was tight enough for the posterior that was drawn with it.

The log likelihood of a sample of posterior draws is computed at the fit's tolerances and at tight ones. The difference
is the logarithm of the weight that would carry the posterior of the loose solve over to that of the tight one (Timonen,
Siccha, Bales, Lahdesmaki, Vehtari 2022, arXiv:2205.09059). k-hat is the shape of the generalised Pareto distribution
that fits the largest weights: above 0.7 a few draws carry the sum, and the weights cannot correct the posterior
(Vehtari, Simpson, Gelman, Yao, Gabry 2024, JMLR 25(72)).

The tight solve judges only if it is exact itself: some of the draws are solved a third time, tighter still. By how much
the two differ stands in the result, and counts against the fit like its own difference.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pytensor.tensor as pt
import xarray as xr
from arviz_stats.base import array_stats
from pytensor import function
from pytensor.compile.mode import Mode
from scipy.special import logsumexp

from jakstat.problem import ProblemTables, parameter_draws, require_same_problem
from jakstat.simulation import plan_simulation
from jakstat.statistics import SolverSettings, log_likelihood_graph

# A tail is a fifth of the draws (Vehtari et al. 2024), and ArviZ fits it to no fewer than five.
FEWEST_DRAWS = 25

# Some hundreds of draws are solved: compiling what stands around the solver would take longer than evaluating it.
_INTERPRETED = Mode(linker="py", optimizer="merge")

# Log weights that differ by less are equal: at rtol 1e-10 the log likelihoods of the shipped study still move by 2e-8
# when solved at 1e-11 (measured), and such weights move no posterior mean by 1e-6 of its standard deviation.
EQUAL = 1e-6

_REFERENCE_DRAWS = 50  # solved a third time: an error of the tight solve is one of all draws
_TIGHTER, _LEAST_RTOL = 0.1, 1e-13  # times the tight tolerances; below the least, rounding is larger than they are


@dataclass(frozen=True)
class ToleranceCheck:
    """What a tight solve says of a fit's draws; differences are log likelihood of the tight solve minus the fit's.

    Parameters
    ----------
    draws : int
        Draws that were solved again.
    failed_solves : int
        Those of them that could not be solved, at one of the tolerances; they are left out of what follows.
    k_hat : float
        Shape of the tail of the weights; 0 where they are equal (see :func:`smooth_weights`), NaN where fewer than 25
        draws, or a tail of equal weights, give none.
    largest_difference : float
        Largest absolute difference (1); infinite where a draw is impossible under the tight solve.
    mean_difference : float
        Mean difference (1). A shift that all draws share moves no posterior.
    largest_shift : float
        What the weights can move a posterior mean by, at most, in its standard deviations: their own (mean 1).
    ess_share : float
        Effective number of weighted draws as a share of the draws, (0, 1]: 1 / (1 + ``largest_shift``^2).
    fit, tight : mapping of str to float
        ``rtol`` and ``atol`` of each solve.
    reference_difference : float
        Largest absolute difference (1) between the tight solve and one of a tenth of its tolerances, over up to 50 of
        the draws: what ``largest_difference`` may be wrong by. NaN where none of them could be solved.
    """

    draws: int
    failed_solves: int
    k_hat: float
    largest_difference: float
    mean_difference: float
    largest_shift: float
    ess_share: float
    fit: Mapping[str, float]
    tight: Mapping[str, float]
    reference_difference: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return a JSON-ready record."""
        return asdict(self)


def check_tolerance(
    tables: ProblemTables, tree: xr.DataTree, solver: SolverSettings, tight: SolverSettings, draws: int, seed: int
) -> ToleranceCheck:
    """Solve posterior draws again with tight tolerances and weigh them by what changes.

    Parameters
    ----------
    tables : ProblemTables
    tree : DataTree
        As ``sample_posterior`` returns it.
    solver : SolverSettings
        Those of the fit.
    tight : SolverSettings
    draws : int
        How many draws; all of them where the posterior has no more.
    seed : int

    Returns
    -------
    ToleranceCheck

    Raises
    ------
    UnusableFileError
        The draws belong to another problem.
    """
    require_same_problem(tree, tables)
    values = parameter_draws(tree).to_numpy()
    chosen = spread_draws(values.reshape(-1, values.shape[-1]), draws, np.random.default_rng(seed))
    at_fit, at_tight = log_likelihoods(tables, chosen, (solver, tight))
    solved = np.isfinite(at_fit) & ~np.isnan(at_tight)
    differences = at_tight[solved] - at_fit[solved] if solved.any() else np.array([np.nan])
    log_weights, k_hat = smooth_weights(differences)
    shift = float(np.std(np.exp(log_weights) * differences.size))
    return ToleranceCheck(
        draws=len(chosen),
        failed_solves=int((~solved).sum()),
        k_hat=k_hat,
        largest_difference=float(np.abs(differences).max()),
        mean_difference=float(differences.mean()),
        largest_shift=shift,
        ess_share=1.0 / (1.0 + shift**2),
        fit={"rtol": solver.rtol, "atol": solver.atol},
        tight={"rtol": tight.rtol, "atol": tight.atol},
        reference_difference=_reference_difference(tables, chosen[solved], at_tight[solved], tight),
    )


def _reference_difference(
    tables: ProblemTables, values: np.ndarray, at_tight: np.ndarray, tight: SolverSettings
) -> float:
    """Return the largest difference between the tight solve and a tighter one, over some of the draws."""
    some = slice(None, None, max(1, -(-len(values) // _REFERENCE_DRAWS)))
    tighter = replace(
        tight, rtol=max(_TIGHTER * tight.rtol, _LEAST_RTOL), atol=_TIGHTER * tight.atol, max_steps=4 * tight.max_steps
    )
    if not len(values[some]):
        return float("nan")
    (at_tighter,) = log_likelihoods(tables, values[some], (tighter,))
    with np.errstate(invalid="ignore"):  # a draw that is impossible at both
        differences = np.abs(at_tighter - at_tight[some])
    known = differences[~np.isnan(differences)]
    return float(known.max()) if known.size else float("nan")


def spread_draws(values: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``draws`` rows of (draw, parameter), a step apart from a random first one; all where there are no more.

    With chains laid end to end every chain has its share, and neighbours, which are alike, are not taken together.
    """
    total = len(values)
    if draws >= total:
        return values
    return values[((np.arange(draws) + rng.random()) * total / draws).astype(int)]


def log_likelihoods(tables: ProblemTables, values: np.ndarray, solvers: tuple[SolverSettings, ...]) -> np.ndarray:
    """Return the log likelihood of every draw at each solver's settings; equal solvers share a compiled function.

    Parameters
    ----------
    tables : ProblemTables
    values : (draw, estimated) array
        Linear scale.
    solvers : tuple of SolverSettings

    Returns
    -------
    (solver, draw) array; NaN where a solve failed.
    """
    by_name = {
        solver.name: _log_likelihood_function(tables, solver)
        for solver in {solver.name: solver for solver in solvers}.values()
    }
    results = np.array([[by_name[solver.name](draw, solver.as_array()) for draw in values] for solver in solvers])
    return np.where(results[..., 1] != 0, np.nan, results[..., 0])


def _log_likelihood_function(tables: ProblemTables, solver: SolverSettings) -> Callable[..., list]:
    """Compile (parameters, settings of the solver) -> log likelihood, whether a solve failed."""
    settings = pt.dvector("solver_settings")
    plan = plan_simulation(tables)
    parameters, terms, graph = log_likelihood_graph(tables, plan, solver, recording=False, settings=settings)
    outputs = [pt.sum(terms), pt.any(pt.neq(graph.status, 0))]
    return function([parameters, settings], outputs, mode=_INTERPRETED)


def smooth_weights(log_weights: np.ndarray) -> tuple[np.ndarray, float]:
    """Pareto-smooth importance weights.

    k-hat describes the shape of the tail, not its size, so that weights which differ by rounding alone can have any
    k-hat. Where all of them are equal to 1e-6, no correction is needed, and k-hat is 0: that of a tail which thins out
    as an exponential's.

    Parameters
    ----------
    log_weights : (draw,) array
        Up to a constant; -inf is a weight of 0.

    Returns
    -------
    (draw,) array and float
        Logarithms of normalised weights, and k-hat; NaN where there are fewer than 25 draws, none with a weight, or the
        largest weights are all one and have no shape.
    """
    if log_weights.size < FEWEST_DRAWS or not np.isfinite(log_weights.max()):
        return _normalised(log_weights), float("nan")
    if np.ptp(log_weights) <= EQUAL:
        return _normalised(log_weights), 0.0
    try:
        with np.errstate(divide="ignore", invalid="ignore"):  # weights of 0
            smoothed, k_hat = array_stats.psislw(-log_weights)  # ArviZ turns the sign: it expects log likelihoods
    except ValueError:  # all tail values are the same
        return _normalised(log_weights), float("nan")
    return smoothed, float(k_hat)


def _normalised(log_weights: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):  # all weights 0: they stay undefined
        return log_weights - logsumexp(log_weights)
