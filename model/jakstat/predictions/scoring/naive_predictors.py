"""Naive predictions of drug response from training measurements: what a mechanistic model must beat.

Training and held-out measurements are rows with ``drug``, ``line``, ``value`` (relative to no drug, or any summary of a
curve) and, where the value belongs to a dose, ``dose_nM``. Each predictor returns a mean and a standard deviation for
every held-out row, so that it is scored as any other. What a predictor has not seen (a line, a drug) it takes from the
next wider mean, with that one's spread.

With doses, a mean is a mean curve: means of the rows within a factor of 2 in dose, straight between them over ln dose,
flat beyond. Doses are never compared across units, only as ratios.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from jakstat.predictions.scoring.scores import Prediction

_SHRINKAGE = 5.0  # assumed: the spread of one drug or line counts as if the spread of all had given 5 more rows
_ROUNDS = 100  # of drug curves and line offsets in turn; they settle in a few where rows are spread evenly
# Weak priors of a Hill fit, assumed: bottom, ln IC50 relative to the middle of the doses, ln of the Hill slope.
_HILL_CENTRE = np.array([0.3, 0.0, 0.0])
_HILL_WIDTH = np.array([0.5, 3.0, 0.7])
_HILL_NOISE = 0.1  # assumed: sd of a viability by which a fit weighs data against those priors


@dataclass(frozen=True)
class _MeanCurve:
    """Means at the logarithms of doses, rows behind each, and the sd of rows around them."""

    log_doses: np.ndarray
    means: np.ndarray
    rows: np.ndarray
    residual: float  # sum of squares
    freedom: int

    def at(self, log_doses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean and the number of rows behind it."""
        return np.interp(log_doses, self.log_doses, self.means), np.interp(log_doses, self.log_doses, self.rows)


def _mean_curve(log_doses: np.ndarray, values: np.ndarray) -> _MeanCurve:
    _, place, rows = np.unique(_bins(log_doses), return_inverse=True, return_counts=True)
    means, centres = (np.bincount(place, column) / rows for column in (values, log_doses))
    residual = ((values - means[place]) ** 2).sum()
    return _MeanCurve(centres, means, rows.astype(float), float(residual), values.size - rows.size)


def _bins(log_doses: np.ndarray) -> np.ndarray:
    """Return which factor of 2 each dose belongs to."""
    return np.round(log_doses / np.log(2))


def _log_doses(rows: pd.DataFrame) -> np.ndarray:
    """Return ln dose, 0 everywhere where values do not belong to a dose."""
    if "dose_nM" not in rows:
        return np.zeros(len(rows))
    doses = rows["dose_nM"].to_numpy(dtype=float)
    if not (doses > 0).all():
        raise ValueError(
            f"dose_nM: found {doses[~(doses > 0)][0]:g}; needed: positive doses (no drug is 1 by definition)"
        )
    return np.log(doses)


def _check(
    training: pd.DataFrame, held_out: pd.DataFrame, columns: tuple[str, ...], more: tuple[str, ...] = ()
) -> None:
    """Raise ValueError naming every column that is missing."""
    doses = ("dose_nM",) if "dose_nM" in training or "dose_nM" in held_out else ()
    missing = [f"training.{name}" for name in (*columns, *doses, "value") if name not in training]
    missing += [f"held_out.{name}" for name in (*columns, *doses, *more) if name not in held_out]
    if missing or training.empty:
        raise ValueError(
            f"rows: found no {', '.join(missing) or 'training rows'}; needed: {', '.join(columns)}, value "
            "and, with doses, dose_nM in both tables"
        )


def _spread(curve: _MeanCurve, of_all: float) -> float:
    """Return the sd around one curve, drawn towards that around all of them."""
    return float(np.sqrt((curve.residual + _SHRINKAGE * of_all**2) / (curve.freedom + _SHRINKAGE)))


def _spread_of(curves: list[_MeanCurve], values: np.ndarray) -> float:
    """Return the sd around curves of their own; that of all values where each row is a mean of its own."""
    freedom = sum(curve.freedom for curve in curves)
    spread = np.sqrt(sum(curve.residual for curve in curves) / freedom) if freedom else np.std(values)
    return float(max(spread, 1e-6 * max(1.0, np.abs(values).max())))  # a normal distribution needs a width


def _predict_group_mean(training: pd.DataFrame, held_out: pd.DataFrame, column: str, name: str) -> Prediction:
    _check(training, held_out, (column,))
    log_doses, values = _log_doses(training), training["value"].to_numpy(dtype=float)
    labels, at = training[column].to_numpy(), _log_doses(held_out)
    curves = {label: _mean_curve(log_doses[labels == label], values[labels == label]) for label in pd.unique(labels)}
    of_all = _spread_of(list(curves.values()), values)
    whole = _mean_curve(log_doses, values)
    mean, rows = whole.at(at)
    sd = np.full(at.size, _spread_of([whole], values))
    for label, curve in curves.items():
        chosen = held_out[column].to_numpy() == label
        mean[chosen], rows[chosen] = curve.at(at[chosen])
        sd[chosen] = _spread(curve, of_all)
    return Prediction(name, mean=mean, sd=sd * np.sqrt(1 + 1 / rows), naive=True)


def predict_no_effect(training: pd.DataFrame, held_out: pd.DataFrame) -> Prediction:
    """Predict that no drug does anything: 1 everywhere, with the spread of the training values around 1.

    What cells of another kind answer to nothing is a result too, and a model that promises an effect must beat this.

    Parameters
    ----------
    training, held_out : DataFrame
        ``value`` in training, relative to no drug.

    Raises
    ------
    ValueError
        There are no training rows, or they have no value.
    """
    _check(training, held_out, ())
    distance = training["value"].to_numpy(dtype=float) - 1.0
    spread = float(np.sqrt(np.mean(distance**2)))
    return Prediction("no effect", mean=np.ones(len(held_out)), sd=np.full(len(held_out), spread), naive=True)


def predict_drug_mean(training: pd.DataFrame, held_out: pd.DataFrame) -> Prediction:
    """Predict each row by the mean of its drug over lines (at its dose); of all drugs where the drug is new.

    Parameters
    ----------
    training : DataFrame
        Columns drug, value and, with doses, dose_nM.
    held_out : DataFrame
        Columns drug and, with doses, dose_nM.

    Raises
    ------
    ValueError
        Columns are missing, or a dose is not positive.
    """
    return _predict_group_mean(training, held_out, "drug", "drug mean")


def predict_line_mean(training: pd.DataFrame, held_out: pd.DataFrame) -> Prediction:
    """Predict each row by the mean of its line over drugs (at its dose); of all lines where the line is new.

    Parameters
    ----------
    training : DataFrame
        Columns line, value and, with doses, dose_nM.
    held_out : DataFrame
        Columns line and, with doses, dose_nM.

    Raises
    ------
    ValueError
        Columns are missing, or a dose is not positive.
    """
    return _predict_group_mean(training, held_out, "line", "line mean")


def predict_additive(training: pd.DataFrame, held_out: pd.DataFrame) -> Prediction:
    """Predict each row by its drug's mean (at its dose) plus an offset of its line, by least squares.

    Parameters
    ----------
    training : DataFrame
        Columns drug, line, value and, with doses, dose_nM.
    held_out : DataFrame
        Columns drug, line and, with doses, dose_nM. A new line has offset 0 and the spread of the lines' offsets
        besides; a new drug has the mean of all.

    Raises
    ------
    ValueError
        Columns are missing, or a dose is not positive.
    """
    _check(training, held_out, ("drug", "line"))
    lines, line_names = pd.factorize(training["line"])
    per_line = np.bincount(lines)
    offsets = _line_offsets(training, lines)
    values = training["value"].to_numpy(dtype=float)
    fitted = predict_drug_mean(training.assign(value=values - offsets[lines]), held_out)
    assert fitted.mean is not None and fitted.sd is not None  # noqa: PT018
    places = pd.Index(line_names).get_indexer(held_out["line"])
    known = places >= 0
    mean = fitted.mean + np.where(known, offsets[places], 0.0)
    # Offsets take freedom from the residuals, and are themselves means of so many rows.
    cells = pd.DataFrame({"drug": training["drug"], "bin": _bins(_log_doses(training))}).drop_duplicates()
    freedom = len(training) - len(cells)
    variance = fitted.sd**2 * freedom / max(freedom - len(offsets) + 1, 1) if freedom else fitted.sd**2
    between = offsets.var(ddof=1) if len(offsets) > 1 else 0.0
    variance = np.where(known, variance * (1 + 1 / per_line[places]), variance + between)
    return Prediction("drug + line", mean=mean, sd=np.sqrt(variance), naive=True)


def _line_offsets(training: pd.DataFrame, lines: np.ndarray) -> np.ndarray:
    """Fit drug curves and line offsets in turn, which ends at least squares; return the offsets (line,), mean 0."""
    values, per_line = training["value"].to_numpy(dtype=float), np.bincount(lines)
    offsets = np.zeros(per_line.size)
    for _ in range(_ROUNDS):
        drugs = predict_drug_mean(training.assign(value=values - offsets[lines]), training)
        assert drugs.mean is not None
        updated = np.bincount(lines, values - drugs.mean) / per_line
        updated -= updated.mean()
        settled = np.abs(updated - offsets).max() < 1e-9
        offsets = updated
        if settled:
            break
    return offsets


@dataclass(frozen=True)
class _HillFit:
    """A Hill curve from 1 to a bottom: its parameters, their covariance up to the noise, and squared residuals."""

    parameters: np.ndarray  # bottom, ln IC50, ln slope
    covariance: np.ndarray
    residual: float
    freedom: float

    def at(self, log_doses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the curve and its variance by the uncertainty of its parameters, in units of the noise variance."""
        slopes = _hill_slopes(self.parameters, log_doses)
        return _hill(self.parameters, log_doses), np.einsum("di,ij,dj->d", slopes, self.covariance, slopes)


def _hill(parameters: np.ndarray, log_doses: np.ndarray) -> np.ndarray:
    bottom, log_ic50, log_slope = parameters
    return bottom + (1 - bottom) / (1 + np.exp(np.clip(np.exp(log_slope) * (log_doses - log_ic50), -500, 500)))


def _hill_slopes(parameters: np.ndarray, log_doses: np.ndarray) -> np.ndarray:
    """Return the derivatives of the curve by its parameters, (dose, 3)."""
    bottom, log_ic50, log_slope = parameters
    slope = np.exp(log_slope)
    share = _hill(np.array([0.0, log_ic50, log_slope]), log_doses)
    steep = (1 - bottom) * share * (1 - share) * slope
    return np.stack([1 - share, steep, -steep * (log_doses - log_ic50)], axis=1)


def _fit_hill(log_doses: np.ndarray, values: np.ndarray) -> _HillFit:
    """Fit bottom, IC50 and slope by least squares with weak priors; the top is 1, the value without drug."""
    centre = _HILL_CENTRE + [0.0, (log_doses.min() + log_doses.max()) / 2, 0.0]

    def residuals(parameters: np.ndarray) -> np.ndarray:
        misfit = (_hill(parameters, log_doses) - values) / _HILL_NOISE
        return np.concatenate([misfit, (parameters - centre) / _HILL_WIDTH])

    def jacobian(parameters: np.ndarray) -> np.ndarray:
        return np.concatenate([_hill_slopes(parameters, log_doses) / _HILL_NOISE, np.diag(1 / _HILL_WIDTH)])

    starts = centre + np.array([[0.0, shift, 0.0] for shift in (-2.0, 0.0, 2.0)])
    best = min((least_squares(residuals, start, jac=jacobian) for start in starts), key=lambda found: found.cost)
    precision = best.jac.T @ best.jac * _HILL_NOISE**2
    misfit = _hill(best.x, log_doses) - values
    data = _hill_slopes(best.x, log_doses)
    used = np.trace(np.linalg.solve(precision, data.T @ data))  # parameters that the data, not the priors, fix
    return _HillFit(best.x, np.linalg.inv(precision), float(misfit @ misfit), values.size - float(used))


def _fit_curves(training: pd.DataFrame, columns: list[str]) -> tuple[dict[tuple, _HillFit], float]:
    """Fit one Hill curve to the rows of each combination of ``columns``; with it the variance around all of them."""
    fits = {
        key: _fit_hill(_log_doses(rows), rows["value"].to_numpy(dtype=float)) for key, rows in training.groupby(columns)
    }
    freedom = sum(fit.freedom for fit in fits.values())
    variance = sum(fit.residual for fit in fits.values()) / freedom if freedom >= 1 else _HILL_NOISE**2
    return fits, max(variance, 1e-12)


def _hill_values(training: pd.DataFrame, held_out: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return means of the rows by Hill fits, their variance by the fit, and the noise variance around them.

    A pair of drug and line that training does not have takes the fit to all lines of the drug; a new drug that to all.
    """
    log_doses = _log_doses(held_out)
    keys: dict[tuple[str, ...], list[tuple]] = {
        ("any",): [("",)] * len(held_out),
        ("drug",): [(drug,) for drug in held_out["drug"]],
        ("drug", "line"): list(zip(held_out["drug"], held_out["line"], strict=True)),
    }
    training = training.assign(any="")
    mean, of_fit, noise = (np.full(len(held_out), np.nan) for _ in range(3))
    for columns, row_keys in keys.items():
        if not set(row_keys) & set(zip(*(training[column] for column in columns), strict=True)):
            continue  # no curve of this level is asked for: none is fitted
        fits, variance = _fit_curves(training, list(columns))
        for key in set(row_keys) & set(fits):
            chosen = np.array([column == key for column in row_keys])
            mean[chosen], share = fits[key].at(log_doses[chosen])
            of_fit[chosen], noise[chosen] = share * variance, variance
    return mean, of_fit, noise


def predict_hill_fits(training: pd.DataFrame, held_out: pd.DataFrame) -> Prediction:
    """Predict each row by a Hill curve fitted to the training rows of its own drug and line alone.

    Parameters
    ----------
    training, held_out : DataFrame
        Columns drug, line, dose_nM and, in training, value: relative to no drug, so that curves begin at 1. A pair of
        drug and line that is new takes the fit to all lines of the drug.

    Raises
    ------
    ValueError
        Columns are missing, or a dose is not positive.
    """
    _check(training, held_out, ("drug", "line", "dose_nM"))
    mean, of_fit, noise = _hill_values(training, held_out)
    return Prediction("independent Hill fits", mean=mean, sd=np.sqrt(of_fit + noise), naive=True)
