"""Priors, signals, noise and the PyMC model: the only place that writes PyMC."""

from typing import TYPE_CHECKING

from jakstat.lazy_names import names_on_demand
from jakstat.statistics.evaluation import evaluation_faults, require_evaluable
from jakstat.statistics.noise import (
    Noise,
    draw_measurements,
    log_density,
    log_density_values,
    noise_of,
    standardised_residuals,
)
from jakstat.statistics.packed_data import PackedData
from jakstat.statistics.reference_point import reference_point
from jakstat.statistics.signal import MeasurementGraph, SolverSettings, measurement_graph

if TYPE_CHECKING:
    from jakstat.statistics.model import build_model, log_likelihood_graph
    from jakstat.statistics.priors import log_prior_density

__all__ = [
    "MeasurementGraph",
    "Noise",
    "PackedData",
    "SolverSettings",
    "build_model",
    "draw_measurements",
    "evaluation_faults",
    "log_density",
    "log_density_values",
    "log_likelihood_graph",
    "log_prior_density",
    "measurement_graph",
    "noise_of",
    "reference_point",
    "require_evaluable",
    "standardised_residuals",
]

_NAMES = {"model": ("build_model", "log_likelihood_graph"), "priors": ("log_prior_density",)}
# On demand, what needs PyMC: predictions need none of what it loads for seconds.
__getattr__ = names_on_demand(__name__, _NAMES)
