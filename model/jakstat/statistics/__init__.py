"""Priors, signals, noise and the PyMC model: the only place that writes PyMC."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jakstat.statistics.noise import (
    Noise,
    draw_measurements,
    log_density,
    log_density_values,
    noise_of,
    standardised_residuals,
)
from jakstat.statistics.packed_data import PackedData
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
    "log_density",
    "log_density_values",
    "log_likelihood_graph",
    "log_prior_density",
    "measurement_graph",
    "noise_of",
    "standardised_residuals",
]

_HOME = {"build_model": "model", "log_likelihood_graph": "model", "log_prior_density": "priors"}


def __getattr__(name: str) -> Any:
    """Import what needs PyMC when it is asked for: predictions need none of what it loads for seconds."""
    if name not in _HOME:
        raise AttributeError(f"module 'jakstat.statistics' has no attribute {name!r}")
    return getattr(import_module(f"jakstat.statistics.{_HOME[name]}"), name)
