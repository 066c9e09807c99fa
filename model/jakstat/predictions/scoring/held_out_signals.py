"""Signals of measurements that a fit has not seen, over its draws, and the naive predictors beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from jakstat.predictions.cells_of_fit import noise_scale, observable_of
from jakstat.predictions.fit import StudyFit
from jakstat.predictions.scoring.naive_predictors import (
    predict_additive,
    predict_drug_mean,
    predict_hill_fits,
    predict_line_mean,
    predict_no_effect,
)
from jakstat.problem import StudyMeasurement
from jakstat.scenarios import HOUR_IN, Readout
from jakstat.statistics import Noise, log_density_values

MECHANISM = "mechanism"
NAIVE = (predict_no_effect, predict_drug_mean, predict_line_mean, predict_additive, predict_hill_fits)


@dataclass(frozen=True)
class HeldOutSignals:
    """Signals of held-out measurements over draws, (draw, ..., measurement), their noise, and the measured values."""

    signal: np.ndarray
    scale: np.ndarray
    noise: Noise
    observed: np.ndarray

    def log_density(self) -> np.ndarray:
        """Return the log density of each measured value under each draw, -inf where a solve failed."""
        density = log_density_values(self.observed, self.signal, self.scale, self.noise)
        return np.where(np.isfinite(self.signal), density, -np.inf)


def held_out_signals(fit: StudyFit, held_out: Sequence[StudyMeasurement]) -> HeldOutSignals:
    """Predict the signals of measurements in every draw, (chain, draw, measurement)."""
    hour = HOUR_IN[fit.scenarios.time_unit]
    asked = [
        (measurement.treatment, Readout(measurement.observable, measurement.observable, measurement.time / hour))
        for measurement in held_out
    ]
    signal = fit.predict_signals(asked).to_numpy()
    scales = [
        noise_scale(fit, measurement.observable, signal[..., number]) for number, measurement in enumerate(held_out)
    ]
    observables = [observable_of(fit.tables, measurement.observable) for measurement in held_out]
    noise = Noise(
        np.array([observable.noise_distribution for observable in observables]),
        np.array([observable.degrees_of_freedom for observable in observables]),
    )
    return HeldOutSignals(
        signal, np.stack(scales, axis=-1), noise, np.array([measurement.value for measurement in held_out])
    )


def dose_response_rows(measurements: Sequence[StudyMeasurement]) -> pd.DataFrame:
    """Return measurements with one inhibitor as rows: ``line``, ``drug``, ``dose_nM``, ``value``, ``experiment``."""
    alone = [measurement for measurement in measurements if len(measurement.treatment.inhibitors) == 1]
    return pd.DataFrame(
        {
            "line": [measurement.treatment.cell_line for measurement in alone],
            "drug": [measurement.treatment.inhibitors[0][0] for measurement in alone],
            "dose_nM": [measurement.treatment.inhibitors[0][1] for measurement in alone],
            "value": [measurement.value for measurement in alone],
            "experiment": [measurement.experiment for measurement in alone],
        }
    )
