"""Scores of a panel: held-out tables, and groups left out by weights, checked where the answer is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from jakstat.files import UnusableFileError
from jakstat.predictions import PublicTable, growth_rates, score_held_out, score_left_out, score_predictions
from jakstat.predictions.cells_of_fit import noise_scale
from jakstat.predictions.scoring.left_out_scores import _own_parameters, propose_own, reweigh
from jakstat.predictions.scoring.panel_scores import predict_held_out
from jakstat.problem import Measurement, Parameter, Prior, measurements_seen
from jakstat.scenarios import AlteredCells, Readout, ScoreSettings, treatment_of

PANEL = Path(__file__).resolve().parents[3] / "data" / "cancer_panel"


@pytest.fixture
def rng():
    return np.random.default_rng(8)


def test_held_out_measurements_are_predicted_with_noise_and_the_difference_between_screens(fit):
    held_out = fit.scenarios.read_table(PANEL / "viability_gdsc2.tsv")
    prediction = predict_held_out(fit, held_out)
    assert prediction.draws.shape == prediction.log_density.shape == (4, len(held_out))
    assert noise_scale(fit, "viability_signal", np.zeros((2, 2))) == pytest.approx(0.08)


def test_scores_are_the_same_again_and_hold_naive_predictors(fit):
    held_out = fit.scenarios.read_table(PANEL / "viability_gdsc2.tsv")
    first, again = (score_held_out(fit, held_out) for _ in range(2))
    assert first.equals(again)
    naive = {"no effect", "drug mean", "line mean", "drug + line", "independent Hill fits"}
    assert set(first["predictor"]) == {"mechanism", *naive}
    assert (first["verdict"] == "best naive").sum() == 1


def test_what_only_one_line_knows_of_is_its_deviations_growth_and_alterations(fit):
    measured = [
        measurement for measurement in fit.scenarios.measurements if measurement.observable == "viability_signal"
    ]
    lines = np.array([measurement.treatment.cell_line for measurement in measured])
    own = _own_parameters(fit, measured, lines)
    assert {"growth_dependency_z_HEL", "proliferation_HEL", "dose_scale_z_HEL_ruxolitinib_GDSC1"} <= set(own["HEL"])
    assert not {"K_ruxolitinib_JAK2", "dependency_mean", "STAT_import"} & {
        name for parameter in own.values() for name in parameter
    }
    drugs = np.array([measurement.treatment.inhibitors[0][0] for measurement in measured])
    of_drugs = _own_parameters(fit, measured, drugs)
    assert "K_AZD1480_JAK2" in of_drugs["AZD1480"]
    assert "growth_dependency_z_HEL" not in [name for values in of_drugs.values() for name in values]


def test_weights_carry_a_shared_parameter_over_to_the_fit_without_the_group(rng):
    """Normal model: shared s ~ N(0, 1), each group's own g ~ N(0, 1), y = s + g + noise of sd 0.5, two groups."""
    y, noise = np.array([1.0, -0.6]), 0.5
    variance = 1 + noise**2  # of y around s
    precision = 1 + 2 / variance
    shared = y.sum() / variance / precision + rng.standard_normal(4000) / np.sqrt(precision)
    prior = [Parameter("own", 0.0, Prior("normal", (0.0, 1.0), -np.inf, np.inf, "test"), "1")]
    of_fit = (y[0] - shared) / variance + rng.standard_normal(4000) * noise / np.sqrt(variance)
    own, log_ratio = (parameter.reshape(4000, 40) for parameter in propose_own(prior, of_fit[:, None], 40, rng))
    log_density = -0.5 * ((y[0] - shared[:, None] - own) / noise) ** 2 - np.log(noise * np.sqrt(2 * np.pi))
    (draws, replicates), k_hat = reweigh(log_density[..., None], log_ratio, rng)
    expected = y[1] / variance / (1 + 1 / variance)  # posterior mean of s from the other group alone
    spread = 1 / np.sqrt(1 + 1 / variance)
    assert k_hat < 0.7
    assert shared[draws].mean() == pytest.approx(expected, abs=0.06)
    assert shared[draws].std() == pytest.approx(spread, rel=0.05)
    assert abs(shared.mean() - expected) > 0.2  # the fit with both groups is elsewhere
    assert own[draws, replicates].mean() == pytest.approx(0, abs=0.06)  # what the group knew of itself is forgotten


def test_points_of_a_group_stand_for_its_priors_wherever_its_posterior_is(rng):
    kinds = (("normal", (1.0, 2.0)), ("log-normal", (np.log(5.0), 0.5)))
    free = [Parameter(kind, 1.0, Prior(kind, numbers, -np.inf, np.inf, "test"), "1") for kind, numbers in kinds]
    posterior = np.stack([rng.normal(4.0, 0.3, 500), rng.lognormal(np.log(2.0), 0.1, 500)], axis=1)
    values, log_ratio = propose_own(free, posterior, 100, rng)
    assert (log_ratio <= np.log(2) + 1e-12).all()
    weights = np.exp(log_ratio) / np.exp(log_ratio).sum()
    for place, (scaled, location, spread) in enumerate(
        ((values[..., 0], 1.0, 2.0), (np.log(values[..., 1]), np.log(5.0), 0.5))
    ):
        mean = (weights * scaled).sum()
        assert mean == pytest.approx(location, abs=0.03 * spread), place
        assert np.sqrt((weights * (scaled - mean) ** 2).sum()) == pytest.approx(spread, rel=0.03)


def test_every_line_is_left_out_once_beside_naive_predictors(fit):
    found, again = (score_left_out(fit, "viability_signal", "cell_line") for _ in range(2))
    assert found.scores.equals(again.scores)
    assert len(found.k_hat) == 11
    assert set(found.scores["predictor"]) >= {"mechanism", "drug mean", "line mean"}
    assert (found.scores["measurements"] == 58).all()


def test_public_measurements_are_scored_where_they_are_there_and_named_where_not(fit, tmp_path):
    table = tmp_path / "viability.tsv"
    rows = [
        f"viability_signal\tprimary {kind}\truxolitinib\t{dose}\t48\t{value}\tPACE2018\t{patient}"
        for kind, patient in (("CLL", "H001"), ("CLL", "H002"), ("T-PLL", "H003"))
        for dose, value in ((156, 1.01), (10_000, 0.9), (40_000, 0.7))
    ]
    header = "observable\tcell_line\tinhibitor\tinhibitor_nM\ttime_h\tvalue\tscreen\texperiment"
    table.write_text("\n".join([header, *rows]) + "\n")
    sets = (ScoreSettings("patients", public="pace2018"),)
    there = score_predictions(fit, sets, PANEL, "viability_signal", {"pace2018": PublicTable(table, "")})
    assert (there["measurements"] == 9).all()
    assert (there["left_out"] == "").all()
    assert np.isfinite(there["crps"]).all()
    absent = score_predictions(fit, sets, PANEL, "viability_signal", {"pace2018": PublicTable(table, "not here")})
    assert list(absent["left_out"]) == ["not here"]
    assert list(absent["measurements"]) == [0]


def test_cells_without_doubling_time_do_not_divide(fit):
    asked = [
        (treatment_of(AlteredCells(line), {}), Readout("viability", "viability_signal", 48.0))
        for line in ("primary CLL", "HEL")
    ]
    # Without drug the signal is (cells) exp(-rate t), 1 for both; the growth rates tell them apart.
    signal = fit.predict_signals(asked)
    assert signal.to_numpy() == pytest.approx(1.0, abs=0.02)
    rates = growth_rates(fit, [AlteredCells("primary CLL"), AlteredCells("HEL")]).to_numpy()
    assert (rates[..., 0] == 0).all()
    assert (rates[..., 1] > 0).all()


def test_sets_of_measurements_are_scored_one_below_the_other(fit):
    sets = (ScoreSettings("GDSC2", held_out="viability_gdsc2.tsv"), ScoreSettings("drugs", leave_out="inhibitor"))
    scores = score_predictions(fit, sets, PANEL, "viability_signal")
    assert list(dict.fromkeys(scores["set"])) == ["GDSC2", "drugs"]
    with pytest.raises(ValueError, match="leave out: found 'screen'"):
        score_left_out(fit, "viability_signal", "screen")


def test_a_fit_whose_start_saw_the_held_out_measurements_is_not_scored_on_them(fit):
    held_out = fit.scenarios.read_table(PANEL / "viability_gdsc2.tsv")
    leaked = tuple(
        Measurement(row.observable, "any", row.time, row.value, censored=row.censored) for row in held_out[:3]
    )
    seen = measurements_seen(replace(fit.tables, measurements=(*fit.tables.measurements, *leaked)))
    knowing = replace(fit, posterior=replace(fit.posterior, seen=seen))
    sets = [ScoreSettings(name="GDSC2", held_out="viability_gdsc2.tsv")]
    with pytest.raises(
        UnusableFileError, match="score GDSC2: found a fit that started from one that has seen 3 of these"
    ):
        score_predictions(knowing, sets, PANEL, "viability_signal")
    honest = replace(fit, posterior=replace(fit.posterior, seen=measurements_seen(fit.tables)))
    assert set(score_predictions(honest, sets, PANEL, "viability_signal")["set"]) == {"GDSC2"}


def test_one_group_cannot_be_left_out_and_the_scores_say_so(fit):
    asked = [ScoreSettings("a line left out", leave_out="cell_line")]
    (row,) = score_predictions(fit, asked, PANEL, "pSTAT5_signal").to_dict("records")
    assert row["measurements"] == 0
    assert "needs dose responses (pSTAT5_signal) of two or more, and the study has none" in row["left_out"]
