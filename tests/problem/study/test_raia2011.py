"""The shipped study against the copy of the PEtab benchmark collection, and its priors."""

import csv
import math

import pytest

from jakstat.problem import read_petab, read_study

# Benchmark-Models-PEtab, commit 4d20850: rows an observable.
ROWS = {
    "RecSurf": 21,
    "IL13_cell": 39,
    "pIL4Ra": 27,
    "pJAK2": 38,
    "SOCS3mRNA": 18,
    "CD274mRNA": 8,
    "SOCS3": 21,
    "pSTAT5": 33,
}
DOSES = {"model1_data1": 0.0, "model1_data2": 20.0, "model1_data3": 4.0, "model1_data4": 80.0}


@pytest.fixture(scope="module")
def study(repository):
    return read_study(repository / "data" / "raia2011")


@pytest.fixture(scope="module")
def petab(reference_folder):
    path = reference_folder / "petab" / "Raia_CancerResearch2011" / "Raia_CancerResearch2011.yaml"
    if not path.exists():
        pytest.skip("needs the published problem Raia_CancerResearch2011")
    return read_petab(path)


def _dose(tables, measurement):
    experiment = next(experiment for experiment in tables.experiments if experiment.id == measurement.experiment_id)
    return float(experiment.periods[0].changes["il13_level"])


def test_there_are_205_measurements(study):
    assert len(study.measurements) == 205
    for name, rows in ROWS.items():
        assert sum(measurement.observable_id == f"{name}_signal" for measurement in study.measurements) == rows


def test_measurements_are_those_of_the_petab_copy(study, petab):
    ours = {
        (
            measurement.observable_id.removesuffix("_signal"),
            _dose(study, measurement),
            measurement.time,
        ): measurement.value
        for measurement in study.measurements
    }
    theirs = {
        (
            measurement.observable_id.removeprefix("observable_"),
            DOSES[measurement.experiment_id],
            measurement.time,
        ): measurement.value
        for measurement in petab.measurements
    }
    assert ours == theirs


def test_nominal_values_are_the_published_ones(study, petab):
    published = {parameter.id: parameter.nominal for parameter in petab.parameters}
    assert {parameter.id: parameter.nominal for parameter in study.parameters} == published


def test_the_model_file_holds_the_nominal_values(study):
    parameters = {parameter.id: parameter.nominal for parameter in study.parameters}
    for name in ("Kon_IL13Rec", "Rec_phosphorylation", "init_Rec_i", "SOCS3_degradation"):
        assert f'id="{name}" value="{parameters[name]:.15g}"' in study.sbml


def test_formulas_are_those_of_the_petab_copy(study, petab):
    ours = {observable.id.removesuffix("_signal"): observable for observable in study.observables}
    for theirs in petab.observables:
        name = theirs.id.removeprefix("observable_")
        example = next(measurement for measurement in petab.measurements if measurement.observable_id == theirs.id)
        overrides = dict(zip(theirs.observable_placeholders, example.observable_parameters, strict=True))
        overrides |= dict(zip(theirs.noise_placeholders, example.noise_parameters, strict=True))
        signal = ours[name].formula
        noise = ours[name].noise_formula.subs({f"{name}_signal": signal})
        noise = noise.xreplace({symbol: signal for symbol in noise.free_symbols if symbol.name == f"{name}_signal"})
        assert (
            theirs.formula.subs({symbol: overrides.get(symbol.name, symbol) for symbol in theirs.formula.free_symbols})
            - signal
        ).expand() == 0
        filled = theirs.noise_formula.subs(
            {symbol: overrides.get(symbol.name, symbol) for symbol in theirs.noise_formula.free_symbols}
        )
        assert (filled - noise).expand() == 0


def test_every_parameter_has_a_log_normal_prior_with_a_source(study):
    for parameter in study.parameters:
        assert parameter.prior is not None
        assert parameter.prior.distribution == "log-normal"
        assert 0.5 <= parameter.prior.parameters[1] <= 2.0, parameter.id
        assert len(parameter.prior.source) > 30, parameter.id


def test_no_prior_is_centred_on_a_fit_to_the_same_data(study):
    # Published optima of the same measurements: the PEtab copy (nominal) and biomass 0.14.0 / BIOMD0000000313.
    other = {
        "Kon_IL13Rec": 0.00342,
        "pRec_intern": 0.15254,
        "pRec_degradation": 0.17292,
        "Rec_intern": 0.10335,
        "Rec_recycle": 0.00136,
        "JAK2_phosphorylation": 0.15706,
        "pJAK2_dephosphorylation": 0.00062,
        "STAT5_phosphorylation": 0.03826,
        "pSTAT5_dephosphorylation": 0.00034,
        "SOCS3mRNA_production": 0.00216,
        "DecoyR_binding": 0.00012,
        "SOCS3_translation": 11.9086,
        "SOCS3_accumulation": 3.70803,
        "SOCS3_degradation": 0.04292,
        "CD274mRNA_production": 0.00008,
        "init_Rec_i": 113.194,
    }
    for parameter in study.parameters:
        centre = math.exp(parameter.prior.parameters[0])
        for fitted in (parameter.nominal, other.get(parameter.id, parameter.nominal)):
            assert abs(centre / fitted - 1) > 0.01, parameter.id
        assert "Raia" not in parameter.prior.source


def test_measurement_table_says_where_each_value_stands(study, repository):
    with (repository / "data" / "raia2011" / "measurements.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    line = int(study.measurements[100].source.rpartition(" ")[2])
    assert float(rows[line - 2]["value"]) == study.measurements[100].value
