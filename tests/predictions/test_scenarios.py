"""Scenarios on the shipped panel, in draws of its prior: laws that hold in every draw, and names that are checked."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from jakstat.predictions import (
    AlteredCells,
    FittedStudy,
    Readout,
    measure_combination,
    measure_dose_response,
    predict_jak_dependency,
    read_scenarios,
    score_predictions,
)
from jakstat.predictions.panel_answers import noise_scale, predict_held_out
from jakstat.predictions.scenarios import Posterior, predict_curves, predict_pair, prior_draws
from jakstat.problem import StudyScenarios, Treatment, read_study
from jakstat.statistics import SolverSettings

REPOSITORY = Path(__file__).resolve().parents[2]
PANEL = REPOSITORY / "data" / "cancer_panel"
VIABILITY = Readout("viability", "viability_signal", 72.0)
DOSES = (0.0, 10.0, 100.0, 1000.0, 10_000.0)


@pytest.fixture(scope="module")
def fit():
    """The panel with four draws of its prior as a posterior."""
    tables = read_study(PANEL)
    free = [one for one in tables.parameters if one.estimated]
    values = prior_draws(free, 4, seed=5).reshape(2, 2, -1)
    coords = {"chain": np.arange(2), "draw": np.arange(2)}
    posterior = Posterior(values, coords, tuple(one.id for one in free))
    return FittedStudy(tables, StudyScenarios(PANEL), posterior, SolverSettings(1e-6, 1e-8), 3)


def curves(fit, cells, inhibitors, doses=DOSES):
    return predict_curves(fit.tables, fit.scenarios, fit.posterior, cells, inhibitors, doses, VIABILITY, fit.solver,
                          fit.seed)  # fmt: skip


def with_value(fit, name, value):
    """Return the fit with one parameter at a value in every draw."""
    values = fit.posterior.values.copy()
    values[..., fit.posterior.parameters.index(name)] = value
    posterior = Posterior(values, fit.posterior.coords, fit.posterior.parameters)
    return FittedStudy(fit.tables, fit.scenarios, posterior, fit.solver, fit.seed)


def test_no_drug_has_no_effect_and_more_of_one_never_has_less(fit):
    found = curves(fit, [AlteredCells("HEL"), AlteredCells("MCF7")], ["ruxolitinib", "tofacitinib"]).to_numpy()
    assert found[..., 0] == pytest.approx(1.0)
    assert (np.diff(found, axis=-1) < 1e-6).all()
    assert (found[..., -1] < found[..., 0]).all()


def test_a_line_without_dependency_has_no_ic50_of_an_inhibitor_that_is_not_toxic(fit):
    independent = with_value(fit, "growth_dependency_z_HEL", -1e3)
    found = curves(independent, [AlteredCells("HEL")], ["ideal_JAK_inhibitor"])
    assert np.isnan(measure_dose_response(found)["ic50"]).all()
    assert found.to_numpy() == pytest.approx(1.0, abs=1e-5)


def test_a_drug_with_itself_in_other_name_has_no_loewe_excess(fit):
    doses = tuple(np.concatenate([[0.0], np.geomspace(20, 20_000, 13)]))
    readout = Readout("phospho-STAT", "pSTAT5_signal", 24.0)
    pair = predict_pair(fit.tables, fit.scenarios, fit.posterior, AlteredCells("HEL"), ("baricitinib", "ruxolitinib"),
                        (doses, doses), readout, fit.solver, fit.seed)  # fmt: skip
    excess = measure_combination(pair)["loewe_excess"].to_numpy()
    assert np.nanmax(np.abs(excess)) < 0.01
    assert np.isfinite(excess).mean() > 0.3


def test_jak_dependency_is_zero_in_a_bcr_abl_line_and_without_dependency(fit):
    found = predict_jak_dependency(with_value(fit, "growth_dependency_z_MCF7", -1e3), VIABILITY).set_index("cell_line")
    assert found.loc["MCF7", "upper_90"] == pytest.approx(0.0, abs=1e-4)
    assert found.loc["K-562", "median"] < 0.02
    assert found.loc["HEL", "upper_90"] > 0.2
    assert "MedB-1" not in found.index  # its growth was not measured


def test_constants_that_the_fit_lacks_have_the_same_draws_in_every_prediction(fit):
    _, more = fit.scenarios.experiments([])
    assert more == ()
    alone = curves(fit, [AlteredCells("HEL")], ["tofacitinib"])
    beside = curves(fit, [AlteredCells("OCI-M1"), AlteredCells("HEL")], ["baricitinib", "tofacitinib"])
    assert beside.sel(cells="HEL", drug="tofacitinib").to_numpy() == pytest.approx(
        alone.sel(cells="HEL", drug="tofacitinib").to_numpy(), rel=1e-9
    )


def test_the_shipped_scenarios_fit_the_panel(fit):
    settings = read_scenarios(shipped(), fit.tables, fit.scenarios)
    assert len(settings.responses.cells) == 11
    assert len(settings.pairs) >= 4
    assert settings.resistance.cells[0].alterations == ()


def shipped():
    return yaml.safe_load((REPOSITORY / "config" / "scenarios.yaml").read_text(encoding="utf-8"))


def test_every_unknown_name_is_told_with_near_ones(fit):
    section = shipped()
    section["dose_response"]["inhibitors"] = ["ruxolitinb"]
    section["resistance"]["alterations"] = ["JAK2_Y931"]
    section["combinations"][0]["cell_line"] = "HELL"
    section["exposure"]["readout"] = "viabilty"
    section["next_experiment"]["candidates"]["doses_nM"] = [10, 0]
    with pytest.raises(ValueError, match="do not fit the study") as raised:
        read_scenarios(section, fit.tables, fit.scenarios)
    for part in ("'ruxolitinb'", "ruxolitinib", "'JAK2_Y931'", "JAK2_Y931C", "'HELL'", "HEL", "'viabilty'", "[10, 0]"):
        assert part in str(raised.value)


def test_held_out_measurements_are_predicted_with_noise_and_the_difference_between_screens(fit):
    held_out = fit.scenarios.read_table(PANEL / "viability_gdsc2.tsv")
    drawn = predict_held_out(fit, held_out)
    assert drawn.shape == (4, len(held_out))
    assert noise_scale(fit, "viability_signal", np.zeros((2, 2))) == pytest.approx(0.08)


def test_scores_are_the_same_again_and_hold_naive_predictors(fit):
    held_out = fit.scenarios.read_table(PANEL / "viability_gdsc2.tsv")
    first, again = (score_predictions(fit, held_out) for _ in range(2))
    assert first.equals(again)
    assert set(first["predictor"]) == {"mechanism", "drug mean", "line mean", "drug + line", "independent Hill fits"}
    assert (first["verdict"] == "best naive").sum() == 1


def test_a_new_screen_has_a_dose_scale_of_its_own(fit):
    groups = fit.scenarios.groups_in("new_screen", "ruxolitinib")
    new = Treatment(cell_line="HEL", inhibitors=(("ruxolitinib", 300.0),), groups=groups)
    plain = Treatment(cell_line="HEL", inhibitors=(("ruxolitinib", 300.0),))
    found, more = fit.scenarios.experiments([new, plain])
    assert [one.id for one in more] == ["dose_scale_z_HEL_ruxolitinib_new_screen"]
    assert "dose_scale" in found[new].periods[1].changes
    assert "dose_scale" not in found[plain].periods[1].changes
