import math

import pytest

from jakstat.files import DataFaultsError
from jakstat.problem import Period, Prior, read_petab, read_study, read_tables, study_to_petab


def test_small_study_is_read(study):
    tables = read_study(study)
    assert (tables.id, tables.title, tables.time_unit) == ("small", "A small study", "min")
    assert [(experiment.id, experiment.label) for experiment in tables.experiments] == [
        ("il13_0", "IL-13 0 ng/ml"),
        ("il13_4", "IL-13 4 ng/ml"),
    ]
    assert tables.experiments[1].periods == (Period(0.0, {"il13": 4.0}),)
    assert [
        (measurement.experiment_id, measurement.time, measurement.value) for measurement in tables.measurements
    ] == [("il13_0", 0, 0.1), ("il13_4", 5, 3), ("il13_4", 5, 3), ("il13_4", 10, 9.5)]
    assert [observable.noise_distribution for observable in tables.observables] == ["normal", "log-normal"]
    assert tables.measurements[3].source == "measurements.tsv, line 5"
    assert set(tables.data_digests) == {"study.yaml", "decay.ant", "parameters.tsv", "measurements.tsv"}


def test_log_normal_prior_is_written_by_its_median(study):
    parameters = {parameter.id: parameter for parameter in read_study(study).parameters}
    assert parameters["k_off"].prior == Prior("log-normal", (math.log(0.2), 1.0), 0.001, 10.0, "assumed", "assumed")
    assert parameters["k_on"].prior == Prior("log-normal", (math.log(0.1), 1.0), 0.0, math.inf, "assumed", "assumed")
    assert parameters["sd_total"].prior is None


def test_symbols_are_real_and_named_by_id(study):
    tables = read_study(study)
    symbols = {
        symbol
        for observable in tables.observables
        for symbol in observable.formula.free_symbols | observable.noise_formula.free_symbols
    }
    assert all(symbol.is_real for symbol in symbols)
    assert {symbol.name for symbol in symbols} == {"scale", "STAT", "pSTAT", "sd_rel", "pSTAT_signal", "sd_total"}


def test_faults_of_all_files_are_reported_at_once(study, edit_study, faults_of):
    edit_study("measurements.tsv", "STAT_total\t4", "STAT_sum\t-4")
    edit_study("measurements.tsv", "5\t3\t1", "5\tn.d.\t1")
    edit_study("parameters.tsv", "uniform", "flat")
    edit_study("study.yaml", "sets: il13", "sets: il31")
    edit_study("study.yaml", "formula: scale * pSTAT", "formula: scale * pStat")
    places = {(fault.file.rpartition("/")[2], fault.row, fault.column) for fault in faults_of(read_study, study)}
    assert places == {
        ("measurements.tsv", 3, "value"),
        ("measurements.tsv", 5, "observable"),
        ("measurements.tsv", 5, "il13_ng_per_ml"),
        ("parameters.tsv", 4, "prior"),
        ("study.yaml", 9, "conditions.il13_ng_per_ml.sets"),
        ("study.yaml", 13, "observables.pSTAT_signal.formula"),
    }


def test_the_message_numbers_the_faults_and_says_where(study, edit_study):
    edit_study("measurements.tsv", "9.5", "0")
    with pytest.raises(
        DataFaultsError, match=r"1\. measurements\.tsv, line 5, value: found 0; needed: a positive value"
    ):
        read_study(study)


def test_rows_do_not_count_as_duplicates_where_the_column_that_tells_them_apart_is_absent(study, edit_study, faults_of):
    edit_study("measurements.tsv", "4\t5\t3\t2", "4\t6\t3\t1")
    edit_study("measurements.tsv", "time_min", "time_s")
    assert [fault.column for fault in faults_of(read_study, study)] == ["time_s"]


def test_replicates_are_told_apart_by_their_column(study, edit_study, faults_of):
    edit_study("measurements.tsv", "replicate", "well")
    edit_study("study.yaml", "[comment]", "[comment, well]")
    (fault,) = faults_of(read_study, study)
    assert (fault.row, fault.needed) == (4, "each once, or a column replicate to tell them apart")


def test_study_is_a_valid_petab_problem(study, repository):
    for folder in (study, repository / "data" / "raia2011"):
        assert study_to_petab(folder).validate() == []


def test_study_written_as_petab_is_read_back_the_same(study, tmp_path_factory):
    target = tmp_path_factory.mktemp("petab")
    study_to_petab(study).to_files(target)
    direct, again = read_study(study), read_petab(target / "small.yaml")
    assert [
        (observable.id, observable.formula, observable.noise_formula, observable.noise_distribution)
        for observable in again.observables
    ] == [
        (observable.id, observable.formula, observable.noise_formula, observable.noise_distribution)
        for observable in direct.observables
    ]
    assert again.experiments[1].periods == direct.experiments[1].periods
    assert [
        (measurement.observable_id, measurement.experiment_id, measurement.time, measurement.value)
        for measurement in again.measurements
    ] == [
        (measurement.observable_id, measurement.experiment_id, measurement.time, measurement.value)
        for measurement in direct.measurements
    ]
    for parameter, other in zip(again.parameters, direct.parameters, strict=True):
        assert (parameter.id, parameter.nominal, parameter.estimated) == (other.id, other.nominal, other.estimated)
        if parameter.prior is not None and other.prior is not None:
            assert parameter.prior.parameters == pytest.approx(other.prior.parameters, rel=1e-12)
            assert (parameter.prior.lower, parameter.prior.upper) == (other.prior.lower, other.prior.upper)


def test_read_tables_takes_a_folder_its_yaml_or_a_petab_file(study, tmp_path_factory):
    target = tmp_path_factory.mktemp("petab")
    study_to_petab(study).to_files(target)
    paths = (study, study / "study.yaml", str(study), target / "small.yaml")
    assert [len(read_tables(path).measurements) for path in paths] == [4, 4, 4, 4]


def test_read_tables_says_what_it_takes(tmp_path):
    (tmp_path / "other.yaml").write_text("a: 1\n")
    (tmp_path / "table.tsv").write_text("a\n")
    for path in (tmp_path, tmp_path / "absent", tmp_path / "table.tsv"):
        with pytest.raises(DataFaultsError, match=r"a PEtab problem's YAML file, or a study folder with a study\.yaml"):
            read_tables(path)


def test_antimony_is_free_of_what_was_loaded_before(study, edit_study):
    first = read_study(study).sbml
    edit_study("decay.ant", "k_off * pSTAT", "k_off * (pSTAT")
    with pytest.raises(DataFaultsError):
        read_study(study)
    edit_study("decay.ant", "k_off * (pSTAT", "k_off * pSTAT")
    assert read_study(study).sbml == first
