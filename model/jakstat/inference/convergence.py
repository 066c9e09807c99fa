"""Whether a fit may be used: convergence diagnostics against thresholds, each with a sentence.

R-hat (rank-normalised, split) and effective sample sizes: Vehtari, Gelman, Simpson, Carpenter, Burkner 2021,
doi:10.1214/20-BA1221; E-BFMI: Betancourt 2016, arXiv:1604.00695. Failed solves are counted over every evaluation of
the run, warm-up included, because a solver that fails where the posterior lives biases it silently. Limits of the
tolerance check: see ``jakstat.inference.tolerance``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import arviz_stats
import numpy as np
import pandas as pd
import xarray as xr

from jakstat.problem import parameter_draws


@dataclass(frozen=True)
class ConvergenceThresholds:
    """Limits that a fit must keep; see :func:`assess_convergence` for the quantities."""

    r_hat: float = 1.01
    ess_bulk: float = 400.0
    ess_tail: float = 400.0
    divergences: int = 0
    bfmi: float = 0.3
    failed_solve_share: float = 0.01
    tolerance_khat: float = 0.7
    tolerance_difference: float = 0.05


@dataclass(frozen=True)
class Check:
    """One diagnostic: its value, its limit, whether it holds, and what it says."""

    name: str
    value: float
    limit: float
    passed: bool
    sentence: str


@dataclass(frozen=True)
class Convergence:
    """All checks of a fit and the diagnostics of each parameter (columns parameter, r_hat, ess_bulk, ess_tail)."""

    checks: tuple[Check, ...]
    parameters: pd.DataFrame

    @property
    def passed(self) -> bool:
        """Whether every check holds."""
        return all(check.passed for check in self.checks)

    def as_dict(self) -> dict:
        """Return a JSON-ready record."""
        return {
            "passed": self.passed,
            "checks": [asdict(check) for check in self.checks],
            "parameters": self.parameters.to_dict(orient="records"),
        }


def assess_convergence(
    tree: xr.DataTree, thresholds: ConvergenceThresholds, tolerance: Mapping[str, Any] | None = None
) -> Convergence:
    """Compare a posterior's diagnostics with thresholds.

    Parameters
    ----------
    tree : DataTree
        As ``sample_posterior`` returns it.
    thresholds : ConvergenceThresholds
    tolerance : mapping, optional
        ``ToleranceCheck.as_dict()``, or what JSON made of it; without it the solver's tolerance is not judged.

    Returns
    -------
    Convergence
    """
    table = _parameter_diagnostics(tree)
    checks = _parameter_checks(table, thresholds) + _sampler_checks(tree, thresholds)
    if tolerance is not None:
        checks += _tolerance_checks(tolerance, thresholds)
    return Convergence(checks, table)


def _parameter_checks(table: pd.DataFrame, thresholds: ConvergenceThresholds) -> tuple[Check, ...]:
    """Judge the diagnostics of all parameters, by the worst of them."""
    worst = table.sort_values("r_hat", ascending=False, na_position="first")
    worst_names = ", ".join(f"{row.parameter} {row.r_hat:.3f}" for row in worst.head(3).itertuples())
    r_hat = float(table["r_hat"].max(skipna=False))
    bulk, tail = (float(table[name].min(skipna=False)) for name in ("ess_bulk", "ess_tail"))
    agreement = f"chains agree if R-hat is near 1; largest: {worst_names}"
    of_ends = "effective draws for interval ends, smallest over parameters"
    return (
        _upper("r_hat", r_hat, thresholds.r_hat, agreement),
        _lower("ess_bulk", bulk, thresholds.ess_bulk, "effective draws for means, smallest over parameters"),
        _lower("ess_tail", tail, thresholds.ess_tail, of_ends),
    )


def _sampler_checks(tree: xr.DataTree, thresholds: ConvergenceThresholds) -> tuple[Check, ...]:
    """Judge what the sampler met on its way."""
    stats = tree["sample_stats"].dataset
    divergences = float(int(stats["diverging"].sum()))
    bfmi = float(np.min(arviz_stats.bfmi(stats["energy"].to_numpy())))
    exploded = "steps after warm-up whose energy error exploded, or whose solve failed"
    unsolved = "share of evaluations in which a condition's solve failed, warm-up included"
    return (
        _upper("divergences", divergences, float(thresholds.divergences), exploded),
        _lower("bfmi", bfmi, thresholds.bfmi, "energy moves between draws (E-BFMI), smallest over chains"),
        _upper("failed_solve_share", failed_solve_share(tree), thresholds.failed_solve_share, unsolved),
    )


def _tolerance_checks(tolerance: Mapping[str, Any], thresholds: ConvergenceThresholds) -> tuple[Check, Check]:
    """Judge a tolerance check; its values are undefined where too many of its solves failed."""
    draws, failed = tolerance["draws"], tolerance["failed_solves"]
    of = f"over {draws - failed} draws" + (f"; {failed} more could not be solved again" if failed else "")
    k_hat, difference = (
        float("nan") if tolerance[name] is None or failed > thresholds.failed_solve_share * draws else tolerance[name]
        for name in ("k_hat", "largest_difference")
    )
    of_reference = tolerance.get("reference_difference", 0.0)
    difference += float("nan") if of_reference is None else of_reference
    of_tail = f"tail of the weights that lead from the fit's solve to a tight one, {of}"
    of_change = f"largest change of the log likelihood when solved tightly, and what two tight solves differ by, {of}"
    return (
        _upper("tolerance_khat", k_hat, thresholds.tolerance_khat, of_tail),
        _upper("tolerance_difference", difference, thresholds.tolerance_difference, of_change),
    )


def _parameter_diagnostics(tree: xr.DataTree) -> pd.DataFrame:
    draws = parameter_draws(tree).to_dataset(name="value")
    ranks = arviz_stats.rhat(draws, method="rank")["value"]
    bulk, tail = (arviz_stats.ess(draws, method=method)["value"] for method in ("bulk", "tail"))
    return pd.DataFrame(
        {
            "parameter": draws.coords["parameter"].to_numpy(),
            "r_hat": ranks.to_numpy(),
            "ess_bulk": bulk.to_numpy(),
            "ess_tail": tail.to_numpy(),
        }
    )


def failed_solve_share(tree: xr.DataTree) -> float:
    """Return the share of solves that did not succeed, from the tree's ``solve_outcomes``."""
    counts = dict(outcome.split("=") for outcome in np.atleast_1d(tree.attrs["solve_outcomes"]))
    total = sum(map(int, counts.values()))
    return 1.0 - int(counts["success"]) / total if total else float("nan")


def _upper(name: str, value: float, limit: float, sentence: str) -> Check:
    return Check(name, value, limit, bool(value <= limit), sentence)


def _lower(name: str, value: float, limit: float, sentence: str) -> Check:
    return Check(name, value, limit, bool(value >= limit), sentence)
