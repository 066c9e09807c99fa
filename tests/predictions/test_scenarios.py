"""Scenarios on the shipped panel, in draws of its prior: laws that hold in every draw, and names that are checked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from jakstat.predictions import (
    growth_rates,
    least_doses,
    measure_combination,
    measure_dose_response,
    predict_combinations,
    predict_growth_response,
    predict_jak_dependency,
    predict_responses,
    suggest_experiments,
)
from jakstat.predictions.panel_experiments import target_draws
from jakstat.problem import Treatment
from jakstat.scenarios import (
    AlteredCells,
    LigandDose,
    Protocol,
    Readout,
    ResponseSettings,
    ScenarioSettings,
    Target,
    read_scenarios,
    scenario_table,
)

REPOSITORY = Path(__file__).resolve().parents[2]
VIABILITY = Readout("viability", "viability_signal", 72.0)
DOSES = (0.0, 10.0, 100.0, 1000.0, 10_000.0)


def curves(fit, cells, inhibitors, doses=DOSES):
    return fit.predict_curves(cells, inhibitors, doses, VIABILITY)


def with_value(fit, name, value):
    """Return the fit with one parameter at a value in every draw."""
    values = fit.posterior.values.copy()
    values[..., fit.posterior.parameters.index(name)] = value
    return replace(fit, posterior=replace(fit.posterior, values=values))


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
    drugs = ("baricitinib", "ruxolitinib")
    pair = fit.predict_surface(AlteredCells("HEL"), drugs, (doses, doses), readout)
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
    # Few segments are solved one by one, many in lanes: the solver's tolerance apart. Other draws are 10 % apart.
    assert beside.sel(cells="HEL", drug="tofacitinib").to_numpy() == pytest.approx(
        alone.sel(cells="HEL", drug="tofacitinib").to_numpy(), rel=1e-5
    )


def test_the_shipped_scenarios_fit_the_panel(fit):
    settings = read_scenarios(shipped(), fit.tables, fit.scenarios)
    assert len(settings.responses.cells) == 11
    assert len(settings.pairs) >= 4
    assert settings.resistance.cells[0].alterations == ()


def shipped():
    return yaml.safe_load((REPOSITORY / "config" / "scenarios.yaml").read_text(encoding="utf-8"))


def without(*sections):
    """Return the shipped scenarios with sections taken out, every second one as null."""
    kept = {name: entry for name, entry in shipped().items() if name not in sections}
    return kept | dict.fromkeys(sections[::2])


def test_each_section_may_be_absent_or_null(fit):
    names = [name for name in shipped() if name != "draws"]
    settings = read_scenarios(without(*names), fit.tables, fit.scenarios)
    assert settings == ScenarioSettings(draws=400)
    assert list(scenario_table(settings).columns)[0] == "question"


@pytest.mark.parametrize("name", ["resistance", "combinations", "least_doses", "next_experiment", "scores"])
def test_a_section_that_is_not_asked_leaves_the_others_as_they_are(fit, name):
    whole = read_scenarios(shipped(), fit.tables, fit.scenarios)
    settings = read_scenarios(without(name), fit.tables, fit.scenarios)
    assert settings.responses == whole.responses
    assert len(scenario_table(settings)) <= len(scenario_table(whole))


def test_sections_that_need_another_say_so_in_a_sentence(fit):
    with pytest.raises(ValueError, match="do not fit the study") as raised:
        read_scenarios(without("dose_response", "growth"), fit.tables, fit.scenarios)
    for told in (
        "exposure: 'viability' is not read; needed: a readout of dose_response",
        "next_experiment: found no dose_response",
        "scores: found no growth",
    ):
        assert told in str(raised.value)


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


@pytest.mark.parametrize(
    ("ligand", "near"),
    [
        ("X-typo", "Epo, GM-CSF, IL-13, IL-2, IL-6, IL-7, TSLP, Tpo"),
        ("epo", "did you mean Epo"),
        ("IL13", "did you mean IL-13"),
    ],
)
def test_an_unknown_ligand_is_told_with_those_there_are(fit, ligand, near):
    section = shipped()
    section["resistance"]["stimulus"] = {"ligand": ligand, "dose_nM": 1}
    with pytest.raises(ValueError, match="do not fit the study") as raised:
        read_scenarios(section, fit.tables, fit.scenarios)
    assert f"unknown stimulus {ligand!r}" in str(raised.value)
    assert near in str(raised.value)
    asked = ResponseSettings(
        (AlteredCells("HEL"),), ("ruxolitinib",), DOSES, (VIABILITY,), Protocol(LigandDose(ligand, 1.0))
    )
    with pytest.raises(ValueError, match=f"unknown stimulus '{ligand}'"):
        predict_responses(fit, asked)


@pytest.mark.parametrize(
    ("place", "written", "near"),
    [
        (("dose_response", "inhibitors"), ["Ruxolitinib"], "ruxolitinib"),
        (("resistance", "cell_line"), "hel", "HEL"),
        (("resistance", "alterations"), ["jak2-y931c"], "JAK2_Y931C"),
        (("exposure", "readout"), "Viability", "viability"),
    ],
)
def test_a_name_in_another_spelling_is_suggested(fit, place, written, near):
    section = shipped()
    section[place[0]][place[1]] = written
    with pytest.raises(ValueError, match="do not fit the study") as raised:
        read_scenarios(section, fit.tables, fit.scenarios)
    assert f"did you mean {near}" in str(raised.value)


def test_growth_rates_are_those_of_the_fit_and_of_the_prior_where_the_fit_has_none(fit):
    found = growth_rates(fit, [AlteredCells("HEL"), AlteredCells("T47D"), AlteredCells("MedB-1")])
    fitted = fit.posterior.values[..., fit.posterior.parameters.index("proliferation_HEL")]
    assert found.sel(cells="HEL").to_numpy() == pytest.approx(60 * fitted)
    doubling_time = np.log(2) / found.sel(cells="T47D").to_numpy()
    assert (np.abs(np.log(doubling_time / 45.5)) < 4 * 0.3).all()  # cell_lines.tsv
    assert len(set(doubling_time.ravel())) == 4
    assert (found.sel(cells="MedB-1") == 0).all()  # starved: counted nowhere


def test_growth_rate_inhibition_is_of_the_rate_that_viability_and_growth_say(fit):
    asked = ResponseSettings((AlteredCells("HEL"),), ("ideal_JAK_inhibitor",), DOSES, (VIABILITY,))
    relative = predict_responses(fit, asked)["viability"]
    gr = predict_growth_response(fit, asked.cells, relative)
    rate = growth_rates(fit, asked.cells)
    under_drug = np.log(relative) / 72 + rate
    assert gr.to_numpy() == pytest.approx((2 ** (under_drug / rate) - 1).transpose(*gr.dims).to_numpy())
    assert gr.isel(dose=0).to_numpy() == pytest.approx(1.0)
    assert (gr.isel(dose=-1) < gr.isel(dose=0)).all()


def test_a_ligand_that_the_receptor_binds_raises_the_signal_and_another_is_refused(fit):
    readout = Readout("phospho-STAT", "pSTAT5_signal", 1.0)
    quiet = with_value(fit, "autocrine_ligand_z_SUP_HD1", -20)
    asked = [
        ResponseSettings((AlteredCells("SUP-HD1"),), ("ruxolitinib",), DOSES, (readout,), Protocol(stimulus))
        for stimulus in (None, LigandDose("IL-13", 1.0))
    ]
    plain, stimulated = (predict_responses(quiet, treatment)["phospho-STAT"] for treatment in asked)
    assert stimulated.attrs["stimulus"] == "IL-13 1 nM"
    assert not np.allclose(plain, stimulated)
    section = shipped()
    section["resistance"]["stimulus"] = {"ligand": "IL-6", "dose_nM": 1}
    with pytest.raises(ValueError, match="stimulus 'IL-6' on HEL; needed: Epo, which binds EpoR"):
        read_scenarios(section, fit.tables, fit.scenarios)


def under(fit, schedule, hours, doses=(0.0, 300.0, 3000.0)):
    """Return phospho-STAT of HEL under ruxolitinib with changes of the medium, as a share of that without drug."""
    readout = Readout("phospho-STAT", "pSTAT5_signal", hours)
    asked = ResponseSettings((AlteredCells("HEL"),), ("ruxolitinib",), doses, (readout,), Protocol(None, schedule))
    return predict_responses(fit, asked)["phospho-STAT"]


def test_medium_without_drug_washes_it_out_and_medium_with_it_gives_it_again(fit):
    schedules = ((), ((24.0, 0.0),), ((24.0, 1.0), (48.0, 1.0)))
    kept, washed, renewed = (under(fit, schedule, 72.0) for schedule in schedules)
    assert washed.attrs["schedule"] == "from 24 h 0 % of the dose"
    assert (abs(washed - 1) < 0.02).all()
    assert (renewed <= kept + 1e-6).all()
    assert (kept.isel(dose=-1) < 0.9).any()


def test_a_dose_given_again_at_once_does_not_add_to_the_one_before(fit):
    once, again = under(fit, (), 1.0), under(fit, ((0.01, 1.0), (0.02, 1.0)), 1.0)
    assert again.to_numpy() == pytest.approx(once.to_numpy(), rel=1e-3)
    half = under(fit, ((0.01, 0.5),), 4.0)
    same = under(fit, (), 4.0, doses=(0.0, 150.0, 1500.0))
    assert half.to_numpy() == pytest.approx(same.to_numpy(), rel=0.02)


def test_a_schedule_is_read_and_told_and_must_go_forward(fit):
    section = shipped()
    section["dose_response"]["schedule"] = [{"from_h": 24, "share": 0}, {"from_h": 48, "share": 1}]
    settings = read_scenarios(section, fit.tables, fit.scenarios)
    assert settings.responses.protocol.schedule == ((24.0, 0.0), (48.0, 1.0))
    told = scenario_table(settings).set_index("question").loc["dose response", "schedule"]
    assert set(told) == {"from 24 h 0 % of the dose, from 48 h 100 % of the dose"}
    section["dose_response"]["schedule"].reverse()
    with pytest.raises(ValueError, match=r"schedule: found from_h \[48.0, 24.0\]; needed: increasing times"):
        read_scenarios(section, fit.tables, fit.scenarios)


def test_a_fixed_ratio_gives_the_second_drug_that_multiple_of_the_first(fit):
    section = shipped()
    section["combinations"] = [
        {
            "cell_line": "HEL",
            "inhibitors": ["ruxolitinib", "trametinib"],
            "ratio": 0.1,
            "doses_nM": [0, 100, 1000],
            "readout": "viability",
        }
    ]
    settings = read_scenarios(section, fit.tables, fit.scenarios)
    assert settings.pairs[0].doses == ((0, 100, 1000), (0, 10, 100))
    pairs = predict_combinations(fit, settings.pairs)
    (pair,) = pairs.values()
    assert pair["dose_b"].to_numpy().tolist() == [0, 10, 100]
    least = least_doses(pairs, 0.01, 0.5)
    assert set(least["pair"]) == {"ruxolitinib + trametinib on HEL"}
    reached = (pair["effect"] >= 0.01).mean(("chain", "draw"))
    for row in least.to_dict(orient="records"):
        assert row["probability"] == pytest.approx(float(reached.sel(dose_a=row["dose_a"], dose_b=row["dose_b"])))
        assert row["probability"] >= 0.5


def test_every_question_is_a_row_of_the_table(fit):
    settings = read_scenarios(shipped(), fit.tables, fit.scenarios)
    table = scenario_table(settings)
    assert (table["question"] == "combination").sum() == len(settings.pairs)
    resistance = table[table["question"] == "resistance"].iloc[0]
    assert "HEL + JAK2_Y931C" in resistance["cells"]
    assert resistance["doses_nM"].startswith("0, 3, 10")
    assert set(table["readout"]) >= {"viability", "phospho-STAT", "target gene mRNA"}


def test_drugs_without_a_clinical_exposure_and_a_shift_of_nothing_are_named(fit):
    section = shipped()
    section["dose_response"]["inhibitors"] = ["AZD1480"]
    section["next_experiment"]["target"] |= {"quantity": "fold_shift"}
    section["dose_response"]["readouts"] = ["phospho-STAT"]
    with pytest.raises(ValueError, match="none of AZD1480 has a row in exposure.tsv") as raised:
        read_scenarios(section, fit.tables, fit.scenarios)
    assert "a fold shift of cells without alteration" in str(raised.value)
    assert "growth: 'viability' is not read" in str(raised.value)


def test_what_can_be_narrowed_is_an_ic50_its_shift_or_which_drug_is_best(fit):
    responses = ResponseSettings((), ("ruxolitinib", "pacritinib"), (*DOSES, 1e6), (VIABILITY,))
    readout = Readout("phospho-STAT", "pSTAT5_signal", 24.0)
    mutant = AlteredCells("HEL", ("JAK2_Y931C",))
    ic50 = target_draws(fit, Target(AlteredCells("HEL"), "ruxolitinib", readout), responses)
    altered = target_draws(fit, Target(mutant, "ruxolitinib", readout), responses)
    shift = target_draws(fit, Target(mutant, "ruxolitinib", readout, "fold_shift"), responses)
    assert shift.to_numpy() == pytest.approx((altered / ic50).to_numpy(), nan_ok=True)
    assert np.isfinite(shift).any()
    best = [
        target_draws(fit, Target(AlteredCells("HEL"), name, readout, "best"), responses)
        for name in responses.inhibitors
    ]
    assert ((best[0] + best[1]) == 1).all()


def test_the_dose_that_separates_draws_of_an_ic50_narrows_it_most(many):
    responses = ResponseSettings((), ("ruxolitinib",), tuple(np.concatenate([[0.0], np.geomspace(1, 1e6, 25)])), ())
    readout = Readout("phospho-STAT", "pSTAT5_signal", 24.0)
    candidates = ResponseSettings((AlteredCells("HEL"),), ("ruxolitinib",), (0.0, 1e-3, 300.0), (readout,))
    found = suggest_experiments(many, Target(AlteredCells("HEL"), "ruxolitinib", readout), responses, candidates)
    assert found["candidate"].iloc[0] == "HEL, ruxolitinib 300 nM: phospho-STAT at 24 h"
    assert found["regression_reduction"].iloc[0] > found["regression_reduction"].iloc[1] - 1e-3


def test_a_target_that_exists_in_too_few_draws_is_a_row_that_says_so(fit):
    """Four draws are fewer than any spline of them tells of; nothing is raised, so that a run goes on."""
    readout = Readout("phospho-STAT", "pSTAT5_signal", 24.0)
    responses = ResponseSettings((), ("ruxolitinib",), (0.0, 1.0, 1e6), ())
    candidates = ResponseSettings((AlteredCells("HEL"),), ("ruxolitinib",), (0.0, 300.0), (readout,))
    (row,) = suggest_experiments(
        fit, Target(AlteredCells("HEL"), "ruxolitinib", readout), responses, candidates
    ).to_dict("records")
    assert np.isnan(row["regression_reduction"])
    assert row["left_out"].startswith(
        "ic50 of ruxolitinib on HEL, phospho-STAT: it exists in 4 of 4 draws; needed: 100"
    )


def test_a_new_screen_has_a_dose_scale_of_its_own(fit):
    groups = fit.scenarios.groups_in("new_screen", "ruxolitinib")
    new = Treatment(cell_line="HEL", inhibitors=(("ruxolitinib", 300.0),), groups=groups)
    plain = Treatment(cell_line="HEL", inhibitors=(("ruxolitinib", 300.0),))
    found, more = fit.scenarios.experiments([new, plain])
    assert [parameter.id for parameter in more] == ["dose_scale_z_HEL_ruxolitinib_new_screen"]
    assert "dose_scale" in found[new].periods[1].changes
    assert "dose_scale" not in found[plain].periods[1].changes
