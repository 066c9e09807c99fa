"""Predictions from posterior draws: dose responses with IC50s, time courses."""

from jakstat.predictions.dose_response import (
    DoseResponse,
    Stimulus,
    check_dose_response,
    half_effect_dose,
    predict_dose_response,
    read_dose_response,
    summarise_ic50,
)
from jakstat.predictions.time_courses import predict_time_courses

__all__ = [
    "DoseResponse",
    "Stimulus",
    "check_dose_response",
    "half_effect_dose",
    "predict_dose_response",
    "predict_time_courses",
    "read_dose_response",
    "summarise_ic50",
]
