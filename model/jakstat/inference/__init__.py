"""Sampling the posterior and judging it: chains, convergence, coverage, cross-validation."""

from typing import TYPE_CHECKING

from jakstat.lazy_names import names_on_demand

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

_NAMES = {
    "convergence": ("Check", "Convergence", "ConvergenceThresholds", "assess_convergence"),
    "criticism": ("compute_loo", "find_modes", "measure_coverage"),
    "cross_check": ("SolverCrossCheck", "cross_check_solver"),
    "gate": ("ConvergenceError", "require_convergence"),
    "sampling": ("SamplingSettings", "sample_posterior", "sample_prior_predictive"),
    "tolerance": ("ToleranceCheck", "check_tolerance"),
}
# On demand: judging a fit needs none of what sampling loads for seconds.
__getattr__ = names_on_demand(__name__, _NAMES)
