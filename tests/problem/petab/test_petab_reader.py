import math

import pytest

from jakstat.files import UnsupportedError
from jakstat.problem import Period, Prior, read_petab, read_tables

UNSUPPORTED = {
    "more than one model": (
        "problem.yaml",
        "  decay: {",
        "  growth: {language: sbml, location: model.xml}\n  decay: {",
        "models growth, decay: more than one model",
    ),
    "another modelling language": (
        "problem.yaml",
        "language: sbml",
        "language: bngl",
        "model decay in bngl: a model that is not SBML",
    ),
    "an extension": (
        "problem.yaml",
        "format_version: 2.0.0",
        "format_version: 2.0.0\nextensions: {sciml: {}}",
        "extension sciml: a PEtab extension",
    ),
    "arrays": ("parameters.tsv", "sd\t0.01\t1\t0.1", "sd\t0.01\t1\tarray", "parameter sd: parameters that are arrays"),
}


def test_small_problem_is_read(petab):
    tables = read_petab(petab)
    assert tables.id == "problem"
    assert [experiment.id for experiment in tables.experiments] == ["first", "second", "experiment"]
    (period,) = tables.experiments[1].periods
    assert str(period.changes["dose"]) == "2.0*scale"
    assert float(period.changes["A"]) == 3.0
    assert tables.observables[0].observable_placeholders == ("offset_A",)
    assert [str(parameter) for parameter in tables.measurements[0].observable_parameters] == ["background"]
    assert [float(parameter) for parameter in tables.measurements[1].noise_parameters] == [0.1]
    assert tables.measurements[2].source == "measurements.tsv, line 4"
    assert tables.measurements[3].experiment_id == "experiment"
    assert tables.experiments[2].periods == (Period(0.0),)


def test_an_experiment_called_experiment_is_not_mixed_with_the_model_as_it_is(petab, edit_petab):
    edit_petab("experiments.tsv", "first", "experiment")
    edit_petab("measurements.tsv", "first", "experiment")
    tables = read_petab(petab)
    assert [experiment.id for experiment in tables.experiments] == ["experiment", "second", "model_as_it_is"]
    assert [measurement.experiment_id for measurement in tables.measurements] == [
        "experiment",
        "second",
        "second",
        "model_as_it_is",
    ]


def test_prior_is_the_one_given_or_uniform_over_the_bounds(petab):
    priors = {parameter.id: parameter.prior for parameter in read_petab(petab).parameters}
    assert priors["k"] == Prior("log-normal", (-2.0, 1.0), 0.01, 10.0, "PEtab parameter table: log-normal")
    assert (priors["scale"].distribution, priors["scale"].parameters) == ("uniform", (0.0, 5.0))
    assert priors["background"] is None


def test_faults_of_all_files_are_reported_at_once(petab, edit_petab, faults_of):
    edit_petab("measurements.tsv", "A_log\tsecond\t5\t2.5", "A_lag\tsecond\t5\tn.d.")
    edit_petab("observables.tsv", "scale * A +", "scael * A +")
    edit_petab("conditions.tsv", "low\tdose", "low\tdoes")
    edit_petab("parameters.tsv", "sd\t0.01\t1", "sd\t0.01\t")
    places = {(fault.file.rpartition("/")[2], fault.row, fault.column) for fault in faults_of(read_petab, petab)}
    assert places == {
        ("measurements.tsv", 4, "observableId"),
        ("measurements.tsv", 4, "measurement"),
        ("observables.tsv", 2, "observableFormula"),
        ("conditions.tsv", 2, "targetId"),
        ("parameters.tsv", 4, "upperBound"),
    }


def test_measurements_of_one_replicate_are_all_read_since_the_id_only_groups(petab, edit_petab):
    edit_petab("measurements.tsv", "noiseParameters", "noiseParameters\treplicateId")
    edit_petab("measurements.tsv", "second\t5\t2.5\t\t", "second\t5\t2.5\t\t\tr1\nA_log\tsecond\t5\t2.6\t\t\tr1")
    values = [
        measurement.value for measurement in read_petab(petab).measurements if measurement.observable_id == "A_log"
    ]
    assert values == [2.5, 2.6, 0.5]


def test_repeated_measurements_without_a_replicate_are_kept_and_told(petab, edit_petab):
    edit_petab("measurements.tsv", "A_log\t\t5\t0.5", "A_log\t\t5\t0.5\t\t\nA_log\t\t5\t0.5")
    tables = read_petab(petab)
    assert len(tables.measurements) == 5
    assert any("lines 5 and 6" in note for note in tables.notes)


@pytest.mark.parametrize("feature", UNSUPPORTED)
def test_unsupported_feature_is_refused_by_name(feature, petab, edit_petab):
    file, old, new, message = UNSUPPORTED[feature]
    edit_petab(file, old, new)
    with pytest.raises(UnsupportedError, match=message.replace("(", r"\(")):
        read_petab(petab)


def test_all_unsupported_features_are_named_at_once(petab, edit_petab):
    features = ("another modelling language", "arrays", "an extension")
    for feature in features:
        edit_petab(*UNSUPPORTED[feature][:3])
    with pytest.raises(UnsupportedError) as caught:
        read_petab(petab)
    assert all(UNSUPPORTED[feature][3] in str(caught.value) for feature in features)


def test_visualisation_file_that_is_absent_does_not_matter(boehm):
    tables = read_petab(boehm)
    assert (tables.id, len(tables.measurements), tables.time_unit) == ("Boehm_JProteomeRes2014", 48, "min")
    assert [(experiment.id, experiment.label) for experiment in tables.experiments] == [("experiment", "condition1")]


def test_version_1_experiments_keep_the_ids_and_names_of_their_conditions(reference_folder):
    path = reference_folder / "petab" / "Raia_CancerResearch2011" / "Raia_CancerResearch2011.yaml"
    if not path.exists():
        pytest.skip("needs the published problem Raia_CancerResearch2011")
    tables = read_petab(path)
    assert [(experiment.id, experiment.label) for experiment in tables.experiments] == [
        ("model1_data1", "Il13 level = 0"),
        ("model1_data2", "il13 level = 20"),
        ("model1_data3", "il13 level = 4"),
        ("model1_data4", "il13 level = 80"),
    ]
    assert {measurement.experiment_id for measurement in tables.measurements} == {
        experiment.id for experiment in tables.experiments
    }


def test_version_1_parameter_without_prior_gets_its_log_bounds_as_two_sd(boehm):
    tables = read_petab(boehm)
    parameters = {parameter.id: parameter for parameter in tables.parameters}
    prior = parameters["k_phos"].prior
    assert (prior.distribution, prior.lower, prior.upper) == ("log-normal", 0.0, math.inf)
    centre, sd = prior.parameters
    assert math.exp(centre - 2 * sd) == pytest.approx(1e-5, rel=1e-12)
    assert math.exp(centre + 2 * sd) == pytest.approx(1e5, rel=1e-12)
    assert "made from the bounds 1e-05..100000 (weakly informative, assumed)" in prior.source
    assert parameters["k_phos"].scale == "log10"
    assert parameters["ratio"].prior is None
    assert any(note.startswith("9 of 9 estimated parameters have no prior") for note in tables.notes)


def test_version_1_linear_parameter_without_prior_gets_a_truncated_normal(boehm):
    table = boehm.parent / "parameters_Boehm_JProteomeRes2014.tsv"
    text = table.read_text()
    line = next(line for line in text.splitlines() if line.startswith("k_phos"))
    changed = line.replace("log10\t1E-05\t100000", "lin\t0\t8").replace(line.split("\t")[5], "5")
    table.write_text(text.replace(line, changed))
    prior = {parameter.id: parameter.prior for parameter in read_petab(boehm).parameters}["k_phos"]
    found = (prior.distribution, prior.parameters, prior.lower, prior.upper)
    assert found == ("normal", (4.0, 2.0), 0.0, 8.0)


def test_version_1_with_several_parameter_tables_is_refused_by_name(boehm):
    name = "parameters_Boehm_JProteomeRes2014.tsv"
    (boehm.parent / "more.tsv").write_text((boehm.parent / name).read_text())
    boehm.write_text(boehm.read_text().replace(f"parameter_file: {name}", f"parameter_file: [{name}, more.tsv]"))
    with pytest.raises(UnsupportedError, match=r"more\.tsv: more than one parameter table"):
        read_petab(boehm)


def test_version_1_faults_are_named_with_their_places(boehm, faults_of):
    table = boehm.parent / "measurementData_Boehm_JProteomeRes2014.tsv"
    text = table.read_text().replace("pSTAT5A_rel", "pSTAT5_rel", 1).replace("66.3634939682528", "n.d.")
    table.write_text(text.replace("sd_pSTAT5B_rel", "sd_pSTAT5C_rel", 1))
    places = [(fault.row, fault.column) for fault in faults_of(read_petab, boehm)]
    assert places == [(2, "observableId"), (3, "measurement"), (18, "noiseParameters")]


def test_version_1_condition_that_names_nothing_in_the_model_is_a_fault(boehm, faults_of):
    table = boehm.parent / "experimentalCondition_Boehm_JProteomeRes2014.tsv"
    table.write_text("conditionId\tconditionName\tEpo_dose\nmodel1_data1\tcondition1\t3\n")
    (fault,) = faults_of(read_petab, boehm)
    assert (fault.row, fault.column, fault.found) == (1, "Epo_dose", "'Epo_dose'")


def test_prior_given_on_log10_becomes_one_on_the_natural_logarithm(reference_folder):
    path = reference_folder / "petab" / "Bachmann_MSB2011" / "Bachmann_MSB2011.yaml"
    if not path.exists():
        pytest.skip("needs the published problem Bachmann_MSB2011")
    tables = read_petab(path)
    prior = {parameter.id: parameter.prior for parameter in tables.parameters}["init_EpoRJAK2"]
    # Benchmark-Models-PEtab, commit 4d20850: parameterScaleNormal on log10.
    assert prior.distribution == "log-normal"
    assert prior.parameters == pytest.approx((0.599470870492697 * math.log(10), 0.193459292722329 * math.log(10)))
    made = [
        parameter
        for parameter in tables.parameters
        if parameter.prior is not None and "made from the bounds" in parameter.prior.source
    ]
    assert len(made) == 112
    assert any(note.startswith("112 of 113") for note in tables.notes)
    assert len(tables.measurements) == 541
    assert {observable.noise_distribution for observable in tables.observables} == {"normal", "log-normal"}


def test_test_suite_priors_are_the_ones_given(reference_folder):
    path = reference_folder / "petab_test_suite" / "v2" / "0024" / "_0024.yaml"
    if not path.exists():
        pytest.skip("needs the PEtab test suite")
    priors = {parameter.id: parameter.prior for parameter in read_tables(path).parameters}
    assert (priors["p_uniform"].distribution, priors["p_uniform"].parameters) == ("uniform", (2.0, 8.0))
    assert (priors["p_normal"].parameters, priors["p_normal"].lower, priors["p_normal"].upper) == (
        (4.0, 2.0),
        0.0,
        10.0,
    )
    assert priors["p_fixed"] is None
