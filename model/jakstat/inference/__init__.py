"""Sampling the posterior and judging it: chains, convergence, coverage, cross-validation."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jakstat.inference.convergence import Check, Convergence, ConvergenceThresholds, assess_convergence
    from jakstat.inference.criticism import compute_loo, find_modes, measure_coverage
    from jakstat.inference.cross_check import SolverCrossCheck, cross_check_solver
    from jakstat.inference.gate import ConvergenceError, require_convergence
    from jakstat.inference.sampling import SamplingSettings, sample_posterior, sample_prior_predictive
    from jakstat.inference.tolerance import ToleranceCheck, check_tolerance

__all__ = [
    "Check",
    "Convergence",
    "ConvergenceError",
    "ConvergenceThresholds",
    "SamplingSettings",
    "SolverCrossCheck",
    "ToleranceCheck",
    "assess_convergence",
    "check_tolerance",
    "compute_loo",
    "cross_check_solver",
    "find_modes",
    "measure_coverage",
    "require_convergence",
    "sample_posterior",
    "sample_prior_predictive",
]

_HOME = {
    **dict.fromkeys(("Check", "Convergence", "ConvergenceThresholds", "assess_convergence"), "convergence"),
    **dict.fromkeys(("compute_loo", "find_modes", "measure_coverage"), "criticism"),
    **dict.fromkeys(("SolverCrossCheck", "cross_check_solver"), "cross_check"),
    **dict.fromkeys(("ConvergenceError", "require_convergence"), "gate"),
    **dict.fromkeys(("SamplingSettings", "sample_posterior", "sample_prior_predictive"), "sampling"),
    **dict.fromkeys(("ToleranceCheck", "check_tolerance"), "tolerance"),
}


def __getattr__(name: str) -> Any:
    """Import a module when a name of it is asked for: judging a fit needs none of what sampling loads for seconds."""
    if name not in _HOME:
        raise AttributeError(f"module 'jakstat.inference' has no attribute {name!r}")
    return getattr(import_module(f"jakstat.inference.{_HOME[name]}"), name)
