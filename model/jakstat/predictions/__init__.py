"""Predictions from posterior draws: dose responses with IC50s, time courses, combinations, exposure, scores."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jakstat.predictions.dose_response import (
        DoseResponse,
        Stimulus,
        check_dose_response,
        predict_dose_response,
        read_dose_response,
        summarise_ic50,
    )
    from jakstat.predictions.response_metrics import (
        growth_rate_inhibition,
        growth_rate_inhibition_from_rates,
        half_effect_dose,
        measure_dose_response,
        measure_growth_response,
        summarise_metrics,
    )
    from jakstat.predictions.response_shifts import compare_dose_responses, summarise_shifts
    from jakstat.predictions.time_courses import predict_time_courses

__all__ = [
    "DoseResponse",
    "Stimulus",
    "check_dose_response",
    "compare_dose_responses",
    "growth_rate_inhibition",
    "growth_rate_inhibition_from_rates",
    "half_effect_dose",
    "measure_dose_response",
    "measure_growth_response",
    "predict_dose_response",
    "predict_time_courses",
    "read_dose_response",
    "summarise_ic50",
    "summarise_metrics",
    "summarise_shifts",
]

_NAMES = {
    "dose_response": (
        "DoseResponse", "Stimulus", "check_dose_response", "predict_dose_response", "read_dose_response",
        "summarise_ic50",
    ),
    "response_metrics": (
        "growth_rate_inhibition", "growth_rate_inhibition_from_rates", "half_effect_dose", "measure_dose_response",
        "measure_growth_response", "summarise_metrics",
    ),
    "response_shifts": ("compare_dose_responses", "summarise_shifts"),
    "time_courses": ("predict_time_courses",),
}  # fmt: skip
_HOME = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a module when a name of it is asked for: what works on arrays needs none of what simulation loads."""
    if name not in _HOME:
        raise AttributeError(f"module 'jakstat.predictions' has no attribute {name!r}")
    return getattr(import_module(f"jakstat.predictions.{_HOME[name]}"), name)
