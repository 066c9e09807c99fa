from .convergence import ConvergenceThresholds as ConvergenceThresholds, assess_convergence as assess_convergence
from .criticism import compute_loo as compute_loo, find_modes as find_modes, measure_coverage as measure_coverage
from .cross_check import cross_check_solver as cross_check_solver
from .gate import ConvergenceError as ConvergenceError, require_convergence as require_convergence
from .sampling import (
    SamplingSettings as SamplingSettings,
    sample_posterior as sample_posterior,
    sample_prior_predictive as sample_prior_predictive,
)
from .tolerance import (
    ToleranceCheck as ToleranceCheck,
    check_tolerance as check_tolerance,
    smooth_weights as smooth_weights,
)
