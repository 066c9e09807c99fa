"""How good predictions are of groups left out, a cell line or an inhibitor at a time, without fitting again.

Parameters that only the group's measurements know of (its deviations, growth, alterations; a drug's constants) are
integrated out for each posterior draw: half of the points are drawn from their priors, half from a normal distribution
like their posterior, where the likelihood is, and weighed by prior over proposal, which is at most 2. The posterior of
all others is carried over to that of the fit without the group by weights 1 / p(measurements of the group | others),
Pareto-smoothed. Integrated importance sampling for leaving a group out: Merkle, Furr, Rabe-Hesketh 2019, Psychometrika
84:802, doi:10.1007/s11336-019-09679-0; smoothing and k-hat: Vehtari et al. 2024, JMLR 25(72). Groups that weights do
not reach can be fitted again (:mod:`jakstat.predictions.scoring.refits`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import logsumexp

from jakstat.inference import smooth_weights
from jakstat.predictions.fit import Posterior, StudyFit
from jakstat.predictions.scoring.held_out_signals import (
    MECHANISM,
    NAIVE,
    HeldOutSignals,
    dose_response_rows,
    held_out_signals,
)
from jakstat.predictions.scoring.referees import conditions_of
from jakstat.predictions.scoring.refits import Refit
from jakstat.predictions.scoring.scores import Prediction, compare_predictors
from jakstat.problem import Parameter, StudyMeasurement, Treatment, deviations_of_draws, draws_from_deviations, names_of
from jakstat.scenarios import dose_responses_by
from jakstat.statistics import Noise, draw_measurements

#: Points of what only the left-out group knows of, for each posterior draw.
_REPLICATES = 25
_FLOOR = 0.01  # added to its variances, in those of the priors, assumed: few draws have no full covariance
_WIDER = 1.5  # of the proposal's covariance over that of the posterior, assumed: its tails must not be thinner
NOTHING_WEIGHED: dict[str, float | str] = {"k_hat": np.nan, "k_hat_of": "", "refitted": "", "refit_r_hat": np.nan}


@dataclass(frozen=True)
class LeftOut:
    """Scores of predictions with a group left out at a time; k-hat of the groups that were weighed, R-hat of refits."""

    scores: pd.DataFrame
    k_hat: Mapping[str, float]
    refit_r_hat: Mapping[str, float] = field(default_factory=dict)

    def trust(self) -> dict[str, float | str]:
        """Return the largest k-hat and whose it is, the groups that were fitted again, and their largest R-hat."""
        found: dict[str, float | str] = dict(NOTHING_WEIGHED)
        if self.k_hat:
            worst = max(self.k_hat, key=lambda group: np.nan_to_num(self.k_hat[group], nan=np.inf))
            found |= {"k_hat": self.k_hat[worst], "k_hat_of": worst}
        if self.refit_r_hat:
            largest = float(np.max([*self.refit_r_hat.values()]))
            found |= {"refitted": ", ".join(self.refit_r_hat), "refit_r_hat": largest}
        return found


def score_left_out(fit: StudyFit, observable: str, by: str, refits: Mapping[str, Refit] | None = None) -> LeftOut:
    """Score predictions of each group's dose responses by what the fit would say without them.

    Parameters
    ----------
    observable : str
        Of the dose responses.
    by : {"cell_line", "inhibitor"}
        What makes a group.
    refits : mapping of str to Refit, optional
        Fits without a group, which are asked instead of weights.

    Returns
    -------
    LeftOut
        Scores as ``scores.compare_predictors``, groups resampled whole. A k-hat above 0.7: the weights
        do not reach from the fit to that without the group, and only a new fit can tell.

    Raises
    ------
    ValueError
        ``by`` is neither, or there is only one group.
    """
    refits = refits or {}
    measured, labels = dose_responses_by(fit.scenarios.measurements, observable, by)
    groups = list(dict.fromkeys(map(str, labels)))
    if len(groups) < 2:
        raise ValueError(f"leave out {by}: found {len(groups)} with measurements of {observable}; needed: two or more")
    rng = np.random.default_rng(fit.seed)
    weighed = _weighed_signals(fit, measured, labels, rng, [group for group in groups if group not in refits])
    drawn, density = (np.empty((_draws_of(fit), len(measured))) for _ in range(2))
    for group in groups:
        own = labels == group
        if group in refits:
            asked = [measurement for measurement, label in zip(measured, labels, strict=True) if label == group]
            of_group = _refitted_signals(fit, refits[group], asked)
        else:
            of_group = weighed.signals[group]
        drawn[:, own] = draw_measurements(of_group.signal, of_group.scale, of_group.noise, rng)
        density[:, own] = of_group.log_density()
    rows = dose_response_rows(measured)
    predictions = [Prediction(MECHANISM, draws=drawn, log_density=density), *_naive_without_own(rows, labels)]
    scores = compare_predictors(rows["value"].to_numpy(dtype=float), predictions, fit.seed, labels)
    return LeftOut(scores, weighed.k_hat, {group: refits[group].r_hat for group in groups if group in refits})


def _naive_without_own(rows: pd.DataFrame, labels: np.ndarray) -> list[Prediction]:
    """Return the naive predictions of each group's rows from those of all others."""
    found = []
    for predict in NAIVE:
        mean, sd = np.empty((2, len(rows)))
        for group in dict.fromkeys(labels):
            own = labels == group
            said = predict(rows[~own], conditions_of(rows[own]))
            mean[own], sd[own] = said.mean, said.sd
        found.append(Prediction(said.name, mean=mean, sd=sd, naive=True))
    return found


@dataclass(frozen=True)
class _Weighed:
    """Signals of each group's measurements in draws that stand for the fit without it, and k-hat of their weights."""

    signals: Mapping[str, HeldOutSignals]
    k_hat: Mapping[str, float]


def _weighed_signals(
    fit: StudyFit,
    measured: Sequence[StudyMeasurement],
    labels: np.ndarray,
    rng: np.random.Generator,
    groups: Sequence[str],
) -> _Weighed:
    """Weigh the fit's draws for each of some groups."""
    if not groups:
        return _Weighed({}, {})
    signals, log_ratios = _without_own_knowledge(fit, measured, labels, rng)
    log_density = signals.log_density()
    found, k_hats = {}, {}
    for group in groups:
        own = labels == group
        chosen, k_hats[group] = reweigh(log_density[..., own], log_ratios[group], rng)
        found[group] = HeldOutSignals(
            signals.signal[..., own][chosen],
            signals.scale[..., own][chosen],
            _noise_at(signals.noise, own),
            signals.observed[own],
        )
    return _Weighed(found, k_hats)


def _refitted_signals(fit: StudyFit, refit: Refit, measured: Sequence[StudyMeasurement]) -> HeldOutSignals:
    """Predict a group's measurements from a fit without it, in as many draws as the whole fit has."""
    signals = held_out_signals(replace(fit, posterior=refit.posterior), measured)
    signal, scale = (array.reshape(-1, len(measured)) for array in (signals.signal, signals.scale))
    spread = np.linspace(0, len(signal) - 1, _draws_of(fit)).round().astype(int)
    return HeldOutSignals(signal[spread], scale[spread], signals.noise, signals.observed)


def _draws_of(fit: StudyFit) -> int:
    return fit.posterior.values.shape[0] * fit.posterior.values.shape[1]


def _noise_at(noise: Noise, chosen: np.ndarray) -> Noise:
    return Noise(noise.distributions[chosen], noise.degrees_of_freedom[chosen])


def _without_own_knowledge(
    fit: StudyFit, measured: Sequence[StudyMeasurement], labels: np.ndarray, rng: np.random.Generator
) -> tuple[HeldOutSignals, dict[str, np.ndarray]]:
    """Predict signals with what only each measurement's group knows of drawn anew, (draw, replicate, row).

    The groups' own parameters are different ones, so that all are drawn at once. Beside the signals: for each group the
    logarithm of prior over proposal, (draw, replicate).
    """
    free = {parameter.id: parameter for parameter in fit.tables.parameters if parameter.estimated}
    flat = fit.posterior.values.reshape(-1, len(fit.posterior.parameters))
    values = np.repeat(flat[:, None], _REPLICATES, axis=1)
    log_ratios = {}
    for group, names in _own_parameters(fit, measured, labels).items():
        own = [free[name] for name in names if name in free]
        places = [fit.posterior.parameters.index(parameter.id) for parameter in own]
        drawn, log_ratios[group] = propose_own(own, flat[:, places], _REPLICATES, rng)
        values[..., places] = drawn
    coords = {"chain": np.arange(len(flat)), "draw": np.arange(_REPLICATES)}
    posterior = Posterior(values, coords, fit.posterior.parameters)
    return held_out_signals(replace(fit, posterior=posterior), measured), log_ratios


def propose_own(
    parameters: Sequence[Parameter], posterior: np.ndarray, replicates: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw parameters from their priors, and as often from a normal distribution like their posterior.

    Parameters
    ----------
    parameters : sequence of Parameter
        With priors.
    posterior : (draw, parameter) array
    replicates : int
    rng : Generator

    Returns
    -------
    values : (draw, replicate, parameter) array
    log_ratio : (draw, replicate) array
        Logarithm of prior over proposal density, at most ln 2.
    """
    scaled = deviations_of_draws(parameters, posterior)
    count = len(parameters)
    covariance = _WIDER * np.cov(scaled.T).reshape(count, count) + _FLOOR * np.eye(count)
    near = stats.multivariate_normal(scaled.mean(axis=0), covariance)
    prior = stats.multivariate_normal(np.zeros(count))
    shape = (len(posterior), replicates)
    points = np.where(
        rng.random(shape)[..., None] < 0.5,
        rng.standard_normal((*shape, count)),
        near.rvs(shape, random_state=rng).reshape(*shape, count),
    )
    of_prior = prior.logpdf(points).reshape(shape)
    log_ratio = of_prior - np.logaddexp(of_prior, near.logpdf(points).reshape(shape)) + np.log(2)
    return draws_from_deviations(parameters, points), log_ratio


def _own_parameters(fit: StudyFit, measured: Sequence[StudyMeasurement], labels: np.ndarray) -> dict[str, list[str]]:
    """Return, for each group, the parameters that no other experiments name."""
    others = [measurement.treatment for measurement in fit.scenarios.measurements if measurement not in set(measured)]
    experiments, _ = fit.scenarios.experiments([*(measurement.treatment for measurement in measured), *others])

    def names(treatment: Treatment) -> frozenset[str]:
        periods = experiments[treatment].periods
        return frozenset(
            name for period in periods for formula in period.changes.values() for name in names_of(formula)
        )

    known_to: dict[str, set[str]] = {}
    for treatment in others:
        for name in names(treatment):
            known_to.setdefault(name, set()).add("")
    for measurement, label in zip(measured, labels, strict=True):
        for name in names(measurement.treatment):
            known_to.setdefault(name, set()).add(str(label))
    own: dict[str, list[str]] = {str(label): [] for label in dict.fromkeys(labels)}
    for name in sorted(known_to):
        if len(known_to[name]) == 1 and "" not in known_to[name]:
            own[next(iter(known_to[name]))].append(name)
    return own


def reweigh(
    log_density: np.ndarray, log_ratio: np.ndarray, rng: np.random.Generator
) -> tuple[tuple[np.ndarray, np.ndarray], float]:
    """Choose draws and replicates that stand for the fit without a group.

    Parameters
    ----------
    log_density : (draw, replicate, measurement of the group) array
    log_ratio : (draw, replicate) array
        Of what the group alone knows of: logarithm of prior over proposal.
    rng : Generator

    Returns
    -------
    places : pair of (draw,) arrays
        Of draws, as often as their weights say, and of a replicate of each, drawn from the prior.
    k_hat : float
        Of the weights of draws.
    """
    integrated = logsumexp(log_density.sum(axis=-1) + log_ratio, axis=1)
    solved = np.flatnonzero(np.isfinite(integrated))
    log_weights, k_hat = smooth_weights(-integrated[solved])
    weights = np.exp(log_weights - logsumexp(log_weights))
    # Systematic resampling: each draw comes within one of its expected number of times.
    steps = (np.arange(len(log_density)) + rng.random()) / len(log_density)
    chosen = solved[np.minimum(np.searchsorted(np.cumsum(weights), steps), len(solved) - 1)]
    shares = np.cumsum(np.exp(log_ratio[chosen]), axis=1)
    replicate = (shares < rng.random(len(chosen))[:, None] * shares[:, -1:]).sum(axis=1)
    return (chosen, replicate), float(k_hat)
