import math

import pytest

from jakstat.problem import DataFaultsError, Period, Prior, read_petab, read_study, read_tables, study_to_petab

# file, what stands there, what a user writes instead, and the fault: file, line, column, words of found and of needed
FAULTS = {
    "unknown observable": ("measurements.tsv", "STAT_total\t4", "STAT_sum\t4",
                           ("measurements.tsv", 5, "observable", "STAT_sum", "STAT_total")),
    "missing column": ("measurements.tsv", "\tvalue\t", "\tsignal\t",
                       ("measurements.tsv", 1, "value", "signal", "value")),
    "time in another unit": ("measurements.tsv", "time_min", "time_s",
                             ("measurements.tsv", 1, "time_s", "time_s", "time_min")),
    "dose in another unit": ("measurements.tsv", "il13_ng_per_ml", "il13_nM",
                             ("measurements.tsv", 1, "il13_nM", "il13_nM", "il13_ng_per_ml")),
    "undescribed column": ("measurements.tsv", "comment", "inhibitor_nM",
                           ("measurements.tsv", 1, "inhibitor_nM", "not describe", "ignored_columns")),
    "negative concentration": ("measurements.tsv", "4\t5\t3\t1", "-4\t5\t3\t1",
                               ("measurements.tsv", 3, "il13_ng_per_ml", "-4", "0 or more")),
    "negative time": ("measurements.tsv", "4\t10", "4\t-10", ("measurements.tsv", 5, "time_min", "-10", "0 or more")),
    "non-numeric value": ("measurements.tsv", "5\t3\t1", "5\tn.d.\t1",
                          ("measurements.tsv", 3, "value", "n.d.", "a number")),
    "decimal comma": ("measurements.tsv", "9.5", "9,5", ("measurements.tsv", 5, "value", "9,5", "decimal point")),
    "empty cell": ("measurements.tsv", "4\t10\t9.5", "4\t\t9.5",
                   ("measurements.tsv", 5, "time_min", "nothing", "number")),
    "duplicate rows": ("measurements.tsv", "4\t5\t3\t2", "4.0\t5\t7\t1", ("measurements.tsv", 4, "", "line 3", "once")),
    "non-positive value under log-normal noise": (
        "measurements.tsv", "9.5", "0", ("measurements.tsv", 5, "value", "0", "positive")),
    "condition that names nothing in the model": (
        "study.yaml", "sets: il13", "sets: il31", ("study.yaml", 9, "conditions.il13_ng_per_ml.sets", "il31", "il13")),
    "dose in another unit than the model": ("decay.ant", "il13 has ng_per_ml;",
                                            "unit nM = 1e-9 mole/litre; il13 has nM;",
                                            ("study.yaml", 9, "conditions.il13_ng_per_ml", "il13_ng_per_ml", "_nM")),
    "time in another unit than the model": ("decay.ant", "unit time_unit = 60 second", "unit time_unit = 3600 second",
                                            ("study.yaml", 7, "time.unit", "min", "h")),
    "column name without its unit": ("study.yaml", "column: time_min", "column: time",
                                     ("study.yaml", 7, "time.column", "time", "_min")),
    "unknown key": ("study.yaml", "noise: sd_total", "noise: sd_total\n    transformation: log",
                    ("study.yaml", 19, "observables.STAT_total.transformation", "unknown", "distribution")),
    "missing key": ("study.yaml", "citation: Nobody 2020\n", "",
                    ("study.yaml", None, "citation", "nothing", "citation")),
    "a key twice": ("study.yaml", "title: A small study", "title: A small study\nid: other",
                    ("study.yaml", 3, "id", "line 1", "once")),
    "unknown name in a formula": ("study.yaml", "formula: scale * pSTAT", "formula: scale * pStat",
                                  ("study.yaml", 13, "observables.pSTAT_signal.formula", "pStat", "pSTAT")),
    "formula that does not parse": ("study.yaml", "formula: scale * pSTAT", "formula: scale * (pSTAT",
                                    ("study.yaml", 13, "observables.pSTAT_signal.formula", "no formula", "formula")),
    "unknown noise distribution": ("study.yaml", "distribution: log-normal", "distribution: gaussian",
                                   ("study.yaml", 19, "observables.STAT_total.distribution", "gaussian", "log-normal")),
    "observable with the id of a species": ("study.yaml", "  STAT_total:", "  STAT:",
                                            ("study.yaml", 15, "observables.STAT", "id of the model", "STAT_signal")),
    "missing measurement file": ("study.yaml", "measurements: measurements.tsv", "measurements: absent.tsv",
                                 ("absent.tsv", None, "", "No such file", "table")),
    "missing model file": ("study.yaml", "model: decay.ant", "model: absent.ant",
                           ("absent.ant", None, "", "No such file", "model")),
    "Antimony that does not parse": ("decay.ant", "k_on * il13 * STAT;", "k_on * (il13 * STAT;",
                                     ("decay.ant", 11, "", "invalid Antimony", "Antimony")),
    "comma instead of tab": ("parameters.tsv",
                             "id\tunit\tnominal\testimate\tprior\tprior_parameters\tlower\tupper\tsource",
                             "id,unit,nominal,estimate", ("parameters.tsv", 1, "", "id,unit", "tab")),
    "estimated parameter without prior": (
        "parameters.tsv", "true\tlog-normal\tmedian=0.1; sd_ln=1\t", "true\t\t\t",
        ("parameters.tsv", 2, "prior", "nothing", "log-normal")),
    "prior without a source": ("parameters.tsv", "0.001\t10\tassumed", "0.001\t10\t",
                               ("parameters.tsv", 3, "source", "nothing", "assumed")),
    "wrong prior parameters": ("parameters.tsv", "median=0.1; sd_ln=1\t", "mean=0.1; sd=1\t",
                               ("parameters.tsv", 2, "prior_parameters", "mean=0.1",
                                "median=<number>; sd_ln=<number>")),
    "negative standard deviation": ("parameters.tsv", "sd_ln=0.5", "sd_ln=-0.5",
                                    ("parameters.tsv", 5, "prior_parameters", "sd_ln=-0.5", "positive sd_ln")),
    "unknown prior": ("parameters.tsv", "uniform", "flat", ("parameters.tsv", 4, "prior", "flat", "uniform")),
    "nominal value outside the prior": ("parameters.tsv", "k_off\t1/min\t0.2", "k_off\t1/min\t20",
                                        ("parameters.tsv", 3, "nominal", "20", "0.001 to 10")),
    "bounds in the wrong order": ("parameters.tsv", "0.001\t10", "10\t0.001",
                                  ("parameters.tsv", 3, "upper", "0.001", "above lower")),
    "fixed parameter without a value": ("parameters.tsv", "sd_total\t1\t0.2", "sd_total\t1\t",
                                        ("parameters.tsv", 6, "nominal", "nothing", "number")),
    "parameter that nothing uses": ("parameters.tsv", "sd_total\t1\t0.2\tfalse\t\t\t\t\t\n",
                                    "sd_total\t1\t0.2\tfalse\t\t\t\t\t\nk_of\t1\t1\tfalse\t\t\t\t\t\n",
                                    ("parameters.tsv", None, "id", "k_of", "parameter")),
    "parameter twice": ("parameters.tsv", "sd_rel", "scale", ("parameters.tsv", 5, "id", "line 4", "once")),
    "parameter that a condition sets": ("parameters.tsv", "sd_total\t1\t0.2\tfalse\t\t\t\t\t\n",
                                        "sd_total\t1\t0.2\tfalse\t\t\t\t\t\nil13\t1\t1\tfalse\t\t\t\t\t\n",
                                        ("parameters.tsv", None, "id", "il13", "one of the two")),
    "model parameter without a value": ("decay.ant", "k_off * pSTAT", "k_out * pSTAT",
                                        ("parameters.tsv", None, "k_out", "no value", "row")),
}  # fmt: skip


def test_small_study_is_read(study):
    tables = read_study(study)
    assert (tables.id, tables.title, tables.time_unit) == ("small", "A small study", "min")
    assert [(one.id, one.label) for one in tables.experiments] == [
        ("il13_0", "IL-13 0 ng/ml"),
        ("il13_4", "IL-13 4 ng/ml"),
    ]
    assert tables.experiments[1].periods == (Period(0.0, {"il13": 4.0}),)
    assert [(one.experiment_id, one.time, one.value) for one in tables.measurements] == [
        ("il13_0", 0, 0.1),
        ("il13_4", 5, 3),
        ("il13_4", 5, 3),
        ("il13_4", 10, 9.5),
    ]
    assert [one.noise_distribution for one in tables.observables] == ["normal", "log-normal"]
    assert tables.measurements[3].source == "measurements.tsv, line 5"
    assert set(tables.data_digests) == {"study.yaml", "decay.ant", "parameters.tsv", "measurements.tsv"}


def test_log_normal_prior_is_written_by_its_median(study):
    parameters = {one.id: one for one in read_study(study).parameters}
    assert parameters["k_off"].prior == Prior("log-normal", (math.log(0.2), 1.0), 0.001, 10.0, "assumed")
    assert parameters["k_on"].prior == Prior("log-normal", (math.log(0.1), 1.0), 0.0, math.inf, "assumed")
    assert parameters["sd_total"].prior is None


def test_symbols_are_real_and_named_by_id(study):
    tables = read_study(study)
    symbols = {
        symbol for one in tables.observables for symbol in one.formula.free_symbols | one.noise_formula.free_symbols
    }
    assert all(symbol.is_real for symbol in symbols)
    assert {symbol.name for symbol in symbols} == {"scale", "STAT", "pSTAT", "sd_rel", "pSTAT_signal", "sd_total"}


@pytest.mark.parametrize("kind", FAULTS)
def test_fault_is_named_with_its_place(kind, study, edit_study, faults_of):
    file, old, new, (where, line, column, found, needed) = FAULTS[kind]
    edit_study(file, old, new)
    matching = [
        fault
        for fault in faults_of(read_study, study)
        if fault.file.endswith(where) and (fault.row, fault.column) == (line, column)
    ]
    assert any(found in fault.found and needed in fault.needed for fault in matching), matching


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_not_reported_as_many(kind, study, edit_study, faults_of):
    file, old, new, _ = FAULTS[kind]
    edit_study(file, old, new)
    assert len(faults_of(read_study, study)) <= 2


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
    assert [(one.id, one.formula, one.noise_formula, one.noise_distribution) for one in again.observables] == [
        (one.id, one.formula, one.noise_formula, one.noise_distribution) for one in direct.observables
    ]
    assert again.experiments[1].periods == direct.experiments[1].periods
    assert [(one.observable_id, one.experiment_id, one.time, one.value) for one in again.measurements] == [
        (one.observable_id, one.experiment_id, one.time, one.value) for one in direct.measurements
    ]
    for one, other in zip(again.parameters, direct.parameters, strict=True):
        assert (one.id, one.nominal, one.estimated) == (other.id, other.nominal, other.estimated)
        if one.prior is not None and other.prior is not None:
            assert one.prior.parameters == pytest.approx(other.prior.parameters, rel=1e-12)
            assert (one.prior.lower, one.prior.upper) == (other.prior.lower, other.prior.upper)


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
