"""The shipped Boehm 2014 study against the copy of the PEtab benchmark collection, its likelihood, and its priors."""

import csv
import math

import numpy as np
import pytest

from jakstat import Problem
from jakstat.inference import sample_prior_predictive
from jakstat.problem import read_petab, read_study
from jakstat.statistics import SolverSettings

OBSERVABLES = ("pSTAT5A_rel", "pSTAT5B_rel", "rSTAT5A_rel")
# AMICI, Benchmark-Models-PEtab commit 4d20850.
PUBLISHED_LOG_LIKELIHOOD = -138.22199693517703


@pytest.fixture(scope="module")
def study(repository):
    return read_study(repository / "data" / "boehm2014")


@pytest.fixture(scope="module")
def petab(reference_folder):
    path = reference_folder / "petab" / "Boehm_JProteomeRes2014" / "Boehm_JProteomeRes2014.yaml"
    if not path.exists():
        pytest.skip("needs the published problem Boehm_JProteomeRes2014")
    return read_petab(path)


def test_each_observable_was_measured_16_times(study):
    for name in OBSERVABLES:
        assert sum(measurement.observable_id == name for measurement in study.measurements) == 16
    assert len(study.measurements) == 48


def test_epo_was_5_units_per_ml_throughout(study):
    (experiment,) = study.experiments
    assert float(experiment.periods[0].changes["epo_dose"]) == 5.0


def test_measurements_are_those_of_the_petab_copy(study, petab):
    ours = {(measurement.observable_id, measurement.time): measurement.value for measurement in study.measurements}
    assert ours == {
        (measurement.observable_id, measurement.time): measurement.value for measurement in petab.measurements
    }


def test_nominal_values_are_the_published_ones(study, petab):
    published = {parameter.id: parameter.nominal for parameter in petab.parameters}
    assert {parameter.id: parameter.nominal for parameter in study.parameters} == published


def test_the_model_file_holds_the_nominal_values(study):
    for parameter in study.parameters:
        if not parameter.id.startswith("sd_") and parameter.id != "specC17":
            assert f'id="{parameter.id}" value="{parameter.nominal:.15g}"' in study.sbml, parameter.id


def test_formulas_are_those_of_the_petab_copy(study, petab):
    # Compared as values at random states: one writes 1 - specC17, the other -(specC17 - 1).
    rng = np.random.default_rng(1)
    ours = {observable.id: observable.formula for observable in study.observables}
    for theirs in petab.observables:
        names = sorted(symbol.name for symbol in theirs.formula.free_symbols)
        assert sorted(symbol.name for symbol in ours[theirs.id].free_symbols) == names
        point = dict(zip(names, rng.uniform(0.1, 0.9, len(names)), strict=True))
        values = [
            float(formula.subs({symbol: point[symbol.name] for symbol in formula.free_symbols}))
            for formula in (ours[theirs.id], theirs.formula)
        ]
        assert values[0] == pytest.approx(values[1], rel=1e-12)


def test_log_likelihood_at_the_published_values_is_the_published_one(study):
    assert Problem(study).log_likelihood() == pytest.approx(PUBLISHED_LOG_LIKELIHOOD, abs=1e-3)


def test_stat5_is_neither_made_nor_lost(study):
    states = Problem(study).simulate()
    volume = {True: 0.45, False: 1.4}  # pl, of the nucleus and of the cytoplasm
    total = sum(
        (1 if name in ("STAT5A", "STAT5B") else 2) * volume[name.startswith("nuc")] * states[name] for name in states
    )
    assert total.to_numpy() == pytest.approx(207.6 * 1.4, rel=1e-6)


def test_every_estimated_parameter_has_a_log_normal_prior_with_a_source(study):
    estimated = [parameter for parameter in study.parameters if parameter.prior is not None]
    assert {parameter.id for parameter in study.parameters} - {parameter.id for parameter in estimated} == {
        "ratio",
        "specC17",
    }
    for parameter in estimated:
        assert parameter.prior.distribution == "log-normal"
        assert 0.5 <= parameter.prior.parameters[1] <= 2.0, parameter.id
        assert len(parameter.prior.source) > 20, parameter.id


def test_no_prior_is_centred_on_the_fit_to_the_same_data(study):
    for parameter in study.parameters:
        if parameter.prior is not None:
            assert abs(math.exp(parameter.prior.parameters[0]) / parameter.nominal - 1) > 0.01, parameter.id
            assert "Boehm" not in parameter.prior.source


@pytest.mark.slow
def test_prior_predictions_cover_most_measurements(study):
    """At least 80 % of the measurements lie within the 95 % interval that 200 draws of the prior predict."""
    tree = sample_prior_predictive(study, SolverSettings(), 200, seed=1)
    predicted = tree["prior_predictive"]["measurement"].stack(sample=("chain", "draw")).transpose("sample", "obs")
    low, high = np.quantile(predicted.to_numpy(), [0.025, 0.975], axis=0)
    values = np.array([measurement.value for measurement in study.measurements])
    assert np.mean((low <= values) & (values <= high)) >= 0.8


def test_measurement_table_says_where_each_value_stands(study, repository):
    with (repository / "data" / "boehm2014" / "measurements.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    line = int(study.measurements[30].source.rpartition(" ")[2])
    assert float(rows[line - 2]["value"]) == study.measurements[30].value
