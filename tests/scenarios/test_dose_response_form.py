"""The key dose_response, short for one inhibitor on stimulated cells: what it says, and what is refused."""

import re
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from jakstat.predictions import check_interventions, measure_dose_response, predict_interventions
from jakstat.problem import parameter_dataset, read_tables
from jakstat.scenarios import read_asked_interventions
from jakstat.statistics import SolverSettings

SECTION = {
    "inhibitor": "ruxolitinib",
    "acts_on": {"JAK2_phosphorylation": "JAK2_phosphorylation / (1 + dose / K)"},
    "parameters": {"K": {"median": 166.0, "sd_ln": 0.5, "unit": "nM", "source": "assumed"}},
    "doses_nM": [0, 1, 10, 100, 1000, 10000],
    "stimuli": [{"label": "IL-13 4 ng/ml", "set": {"il13_level": 4}}],
    "readout": "pSTAT5_signal",
    "time": 60,
}


@pytest.fixture(scope="module")
def raia(repository):
    return read_tables(repository / "data" / "raia2011")


def drawn(values, names):
    """Return draws (chain, draw, parameter) as a posterior."""
    return xr.DataTree.from_dict({"posterior": parameter_dataset(np.array(values), names)})


@pytest.mark.parametrize("doses", [[1, 10], [0, 10, 5], [0, -1], []])
def test_doses_that_do_not_rise_from_zero_are_refused(raia, doses):
    with pytest.raises(ValueError, match="dose_response.doses_nM"):
        read_asked_interventions(SECTION | {"doses_nM": doses}, raia)


def test_a_formula_that_does_not_parse_is_refused_by_key(raia):
    with pytest.raises(ValueError, match=r"acts_on\.JAK2_phosphorylation"):
        read_asked_interventions(SECTION | {"acts_on": {"JAK2_phosphorylation": "1 + (dose"}}, raia)


@pytest.mark.slow
def test_inhibitor_lowers_the_signal_monotonically_and_the_ic50_follows_k(raia):
    free = [parameter for parameter in raia.parameters if parameter.estimated]
    tree = drawn([[[parameter.nominal for parameter in free]] * 2], [parameter.id for parameter in free])
    solver, ic50 = SolverSettings(1e-8, 1e-10), []
    for k in (166.0, 332.0):
        constant = {"K": {"median": k, "sd_ln": 1e-9, "unit": "nM", "source": "assumed"}}
        response = predict_interventions(SECTION | {"parameters": constant}, raia, None, tree, solver, seed=1).response
        assert (response.diff("dose") <= 1e-6).all()
        assert response.isel(dose=0).to_numpy() == pytest.approx(1.0)
        ic50.append(float(measure_dose_response(response)["ic50"].mean()))
    assert ic50[1] / ic50[0] == pytest.approx(2.0, rel=0.02), "dose enters only as dose / K"


def test_what_an_answer_rests_on_is_said(raia):
    free = [parameter for parameter in raia.parameters if parameter.estimated]
    tree = drawn([[[parameter.nominal for parameter in free]]], [parameter.id for parameter in free])
    response = predict_interventions(SECTION, raia, None, tree, SolverSettings(), seed=1).response
    assert response.attrs["acts_on"] == ["ruxolitinib: JAK2_phosphorylation := JAK2_phosphorylation/(1.0 + dose/K)"]
    assert response.attrs["priors"] == ["K (nM): log-normal, median 166, sd of ln 0.5; assumed"]
    assert response.attrs["notes"][0].startswith("K: drawn from the prior")
    assert list(response["cells"].to_numpy()) == ["IL-13 4 ng/ml"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"readout": "pSTAT6_signal"}, "'pSTAT6_signal'; needed: a measured observable"),
        ({"readout": "pstat5_signal"}, "(did you mean pSTAT5_signal"),
        ({"acts_on": {"JAK9": "JAK9 / (1 + dose / K)"}}, "JAK9"),
        ({"acts_on": {"JAK2_phosphorylation": "JAK2_phosphorylation / (1 + dosis / K)"}}, "dosis"),
        ({"acts_on": {"JAK2_phosphorylation": "JAK2_phosphorylation * K / (2 + dose)"}}, "at dose 0; needed: one that"),
        ({"stimuli": [{"label": "IL-6", "set": {"il6": 1}}]}, "il6"),
        ({"stimuli": SECTION["stimuli"] * 2}, "the label 'IL-13 4 ng/ml' twice; needed: each once"),
        ({"parameters": {"Rec_intern": {"median": 1.0, "sd_ln": 1.0, "source": "assumed"}}}, "Rec_intern"),
    ],
)
def test_what_the_study_does_not_have_is_named(raia, change, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        check_interventions(SECTION | change, raia)


MADE = SECTION | {
    "acts_on": {"made": "made / (1 + dose / K)"},
    "stimuli": [{"label": "half", "set": {"made": 3}}],
    "readout": "x_signal",
    "time": 2,
}


def only(tables, name):
    """Return a study with one of its experiments."""
    kept = tuple(measurement for measurement in tables.measurements if measurement.experiment_id == name)
    return replace(
        tables,
        experiments=tuple(experiment for experiment in tables.experiments if experiment.id == name),
        measurements=kept,
    )


@pytest.mark.slow
def test_a_dose_response_starts_from_the_preequilibration_of_the_study(turnover):
    """x is at 6 / k before, and goes to made / k, made = 3 / (1 + dose / K), from time 2 on; it is read at time 4."""
    k, section = 1.5, MADE | {"parameters": {"K": SECTION["parameters"]["K"] | {"sd_ln": 1e-9}}}
    tree = drawn([[[k]]], ["k"])
    response = predict_interventions(
        section, only(turnover, "late"), None, tree, SolverSettings(1e-9, 1e-12), 1
    ).response
    made = 3 / (1 + np.array(SECTION["doses_nM"]) / 166.0)
    level = made / k + (6 / k - made / k) * np.exp(-2 * k)
    assert response.to_numpy().ravel() == pytest.approx(level / level[0], rel=1e-6)


def test_a_study_whose_experiments_differ_in_what_comes_before_is_refused(turnover):
    with pytest.raises(ValueError, match="differ in what comes before them"):
        check_interventions(MADE, turnover)
    check_interventions(MADE, only(turnover, "late"))
