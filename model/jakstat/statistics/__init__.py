"""Priors, signals, noise and the PyMC model: the only place that writes PyMC."""

from jakstat.statistics.model import build_model, log_likelihood_graph
from jakstat.statistics.noise import (
    Noise,
    draw_measurements,
    log_density,
    log_density_values,
    noise_of,
    standardised_residuals,
)
from jakstat.statistics.packed_data import PackedData
from jakstat.statistics.priors import log_prior_density
from jakstat.statistics.signal import MeasurementGraph, SolverSettings, measurement_graph

__all__ = [
    "MeasurementGraph",
    "Noise",
    "PackedData",
    "SolverSettings",
    "build_model",
    "draw_measurements",
    "log_density",
    "log_density_values",
    "log_likelihood_graph",
    "log_prior_density",
    "measurement_graph",
    "noise_of",
    "standardised_residuals",
]
