"""Fits without a group of dose responses, for what weights from the whole fit do not reach."""

from collections.abc import Callable
from dataclasses import dataclass

import xarray as xr

from jakstat.files import UnusableFileError
from jakstat.inference import ConvergenceThresholds, SamplingSettings, assess_convergence, sample_posterior
from jakstat.predictions.fit import Posterior, StudyFit, thin_posterior
from jakstat.problem import SEEN, require_nothing_else_seen, require_same_problem
from jakstat.scenarios import StudyScenarios, tables_without
from jakstat.statistics import SolverSettings


@dataclass(frozen=True)
class Refit:
    """Draws of a fit without a group, and the largest R-hat of its parameters."""

    posterior: Posterior
    r_hat: float


def refit_without_group(
    scenarios: StudyScenarios,
    observable: str,
    by: str,
    group: str,
    sampling: SamplingSettings,
    solver: SolverSettings,
    seed: int,
    log: Callable[[str], None] = print,
    start_from: xr.DataTree | None = None,
) -> xr.DataTree:
    """Draw from the posterior without the dose responses of a group.

    Parameters
    ----------
    scenarios, observable, by, group
        As for :func:`jakstat.scenarios.tables_without`.
    sampling, solver, seed, log
        As for :func:`jakstat.inference.sample_posterior`.
    start_from : DataTree, optional
        An earlier fit that has seen nothing but what this one sees, such as one without the same group. The fit of all
        data is none: its draws know the group, which is scored.

    Returns
    -------
    DataTree
        As ``sample_posterior`` returns it, with ``left_out_by`` and ``left_out`` among its attrs.

    Raises
    ------
    ValueError
        As :func:`jakstat.scenarios.tables_without`.
    UnusableFileError
        ``start_from`` has seen other measurements, itself or through the fit that it started from.
    """
    tables = tables_without(scenarios, observable, by, group)
    if start_from is not None:
        require_nothing_else_seen(start_from, tables)
    tree = sample_posterior(tables, sampling, solver, seed, log, start_from)
    tree.attrs |= {"left_out_by": by, "left_out": group}
    return tree


def require_refit(tree: xr.DataTree, fit: StudyFit, observable: str) -> tuple[str, str]:
    """Return by what and which group a refit leaves out.

    Raises
    ------
    UnusableFileError
        It is none, one of another problem, or one that started from a fit that saw the group.
    """
    by, group = tree.attrs.get("left_out_by"), tree.attrs.get("left_out")
    file = tree.encoding.get("source", "the refit")
    remedy = "delete the file and run again, which makes it anew"
    if by is None or group is None:
        raise UnusableFileError(f"{file}: found draws of a fit of all data; needed: of a fit without a group; {remedy}")
    try:
        tables = tables_without(fit.scenarios, observable, by, group)
    except ValueError as error:
        raise UnusableFileError(f"{file}: {error}; {remedy}") from error
    require_same_problem(tree, tables)
    if SEEN in tree.attrs:  # files of before say nothing of it, and no fit started from another then
        require_nothing_else_seen(tree, tables)
    return by, group


def refit_of(tree: xr.DataTree, draws: int) -> Refit:
    """Return about ``draws`` draws of a refit with its largest R-hat."""
    parameters = assess_convergence(tree, ConvergenceThresholds()).parameters
    return Refit(thin_posterior(tree, draws), float(parameters["r_hat"].max(skipna=False)))
