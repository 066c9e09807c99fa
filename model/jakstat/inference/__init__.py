"""Sampling the posterior and judging it: chains, convergence, coverage, cross-validation."""

from jakstat.inference.convergence import Check, Convergence, ConvergenceThresholds, assess_convergence
from jakstat.inference.criticism import compute_loo, find_modes, measure_coverage
from jakstat.inference.sampling import SamplingSettings, sample_posterior, sample_prior_predictive

__all__ = [
    "Check",
    "Convergence",
    "ConvergenceThresholds",
    "SamplingSettings",
    "assess_convergence",
    "compute_loo",
    "find_modes",
    "measure_coverage",
    "sample_posterior",
    "sample_prior_predictive",
]
