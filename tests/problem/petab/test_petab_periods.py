"""Experiments of several periods, pre-equilibration, steady states and renamed entities, as readers take them."""

import math

import pytest

from jakstat.problem import Period, read_petab

THREE_PERIODS = "second\t5\tlater\nsecond\t-inf\thigh\nsecond\t0\t\n"
# file, what stands there, what a user writes instead, and the fault: file, line, column, words of found and of needed
FAULTS = {
    "end of time as a start": (
        "experiments.tsv",
        "second\t0",
        "second\tinf",
        ("experiments.tsv", 3, "time", "inf", "-inf for a pre-equilibration"),
    ),
    "start that is no number": (
        "experiments.tsv",
        "second\t0",
        "second\tlater",
        ("experiments.tsv", 3, "time", "later", "-inf for a pre-equilibration"),
    ),
    "two conditions that set the same at once": (
        "experiments.tsv",
        "second\t0\thigh",
        "second\t0\thigh\nsecond\t0.0\tlow",
        ("experiments.tsv", 4, "conditionId", "sets dose as 'high' does", "different things"),
    ),
    "state before there is one": (
        "conditions.tsv",
        "2 * scale",
        "2 * A",
        ("conditions.tsv", 3, "targetValue", "'A'", "the condition starts an experiment"),
    ),
    "parameter of the table as a target": (
        "conditions.tsv",
        "low\tdose",
        "low\tk",
        ("conditions.tsv", 2, "targetId", "parameter table", "does not hold"),
    ),
    "measurement before the first period that is measured": (
        "experiments.tsv",
        "second\t0\thigh",
        "second\t-inf\thigh\nsecond\t6\tlow",
        ("measurements.tsv", 3, "time", "5", "start of the experiment, 6"),
    ),
    "measurement before time": (
        "measurements.tsv",
        "A_log\t\t5",
        "A_log\t\t-inf",
        ("measurements.tsv", 5, "time", "-inf", "start of the experiment, 0"),
    ),
    "bounds that leave nothing of a uniform prior": (
        "parameters.tsv",
        "scale\t0\t5\t1\ttrue\t\t",
        "scale\t0\t5\t1\ttrue\tuniform\t6;8",
        ("parameters.tsv", 3, "priorParameters", "6;8", "reaches into the bounds 0 to 5"),
    ),
    "bounds that leave nothing of a prior of positive numbers": (
        "parameters.tsv",
        "scale\t0\t5\t1\ttrue\t\t",
        "scale\t-5\t0\t1\ttrue\tgamma\t2;3",
        ("parameters.tsv", 3, "priorParameters", "2;3", "reaches into the bounds -5 to 0"),
    ),
}


@pytest.fixture
def later(edit_petab):
    """Give the problem a third condition and its second experiment three periods, not in order of time."""
    edit_petab("conditions.tsv", "high\tA\t3\n", "high\tA\t3\nlater\tA\tA + k * time\n")
    edit_petab("experiments.tsv", "second\t0\thigh\n", THREE_PERIODS)


def test_periods_are_in_order_of_time_with_what_each_changes(petab, later):
    (periods,) = [experiment.periods for experiment in read_petab(petab).experiments if experiment.id == "second"]
    assert [period.start for period in periods] == [-math.inf, 0.0, 5.0]
    assert [sorted(period.changes) for period in periods] == [["A", "dose"], [], ["A"]]
    assert {symbol.name for symbol in periods[2].changes["A"].free_symbols} == {"A", "k", "time"}
    assert not any(period.resets_parameters for period in periods)


def test_conditions_of_one_time_are_one_change(petab, edit_petab):
    edit_petab("conditions.tsv", "high\tA\t3\n", "more\tA\t3\n")
    edit_petab("experiments.tsv", "second\t0\thigh\n", "second\t0\thigh\nsecond\t0\tmore\n")
    (periods,) = [experiment.periods for experiment in read_petab(petab).experiments if experiment.id == "second"]
    assert [sorted(period.changes) for period in periods] == [["A", "dose"]]


def test_measurement_at_infinite_time_is_a_steady_state(petab, edit_petab):
    edit_petab("measurements.tsv", "A_log\tsecond\t5", "A_log\tsecond\tinf")
    assert read_petab(petab).measurements[2].time == math.inf


def test_the_model_as_it_is_follows_a_preequilibration_that_nothing_is_said_to_follow(petab, edit_petab):
    edit_petab("experiments.tsv", "second\t0\thigh\n", "second\t-inf\thigh\n")
    (periods,) = [experiment.periods for experiment in read_petab(petab).experiments if experiment.id == "second"]
    assert [period.start for period in periods] == [-math.inf, 0.0]
    assert periods[1] == Period(0.0)


@pytest.mark.parametrize("kind", FAULTS)
def test_fault_is_named_with_its_place(kind, petab, edit_petab, faults_of):
    file, old, new, (where, line, column, found, needed) = FAULTS[kind]
    edit_petab(file, old, new)
    faults = faults_of(read_petab, petab)
    matching = [fault for fault in faults if fault.file.endswith(where) and (fault.row, fault.column) == (line, column)]
    assert any(found in fault.found and needed in fault.needed for fault in matching), faults


def test_faults_of_periods_are_reported_at_once(petab, later, edit_petab, faults_of):
    edit_petab("experiments.tsv", "second\t5\tlater", "second\tinf\tlater")
    edit_petab("experiments.tsv", "second\t0\t", "second\t\tlaw")
    edit_petab("conditions.tsv", "A + k * time", "AA + k * time")
    places = {(fault.file.rpartition("/")[2], fault.row, fault.column) for fault in faults_of(read_petab, petab)}
    assert places == {
        ("experiments.tsv", 3, "time"),
        ("experiments.tsv", 5, "time"),
        ("experiments.tsv", 5, "conditionId"),
        ("conditions.tsv", 5, "targetValue"),
    }


@pytest.fixture
def mapping(petab, edit_petab):
    """Return what writes a mapping table of the problem."""
    edit_petab("problem.yaml", "format_version", "mapping_files: [mapping.tsv]\nformat_version")

    def write(rows: str) -> None:
        (petab.parent / "mapping.tsv").write_text(f"petabEntityId\tmodelEntityId\tname\n{rows}")

    return write


def test_mapping_without_a_model_entity_is_an_annotation(petab, mapping):
    mapping("first\t\tthe first\n")
    assert len(read_petab(petab).measurements) == 4


def test_parameter_of_one_reaction_is_known_by_its_new_id(petab, edit_petab, mapping):
    mapping("rate\tloss.k\t\n")
    edit_petab("model.xml", '      <parameter id="k" value="0.1" constant="true"/>\n', "")
    edit_petab(
        "model.xml",
        "</math></kineticLaw>",
        '</math><listOfLocalParameters><localParameter id="k" value="0.1"/></listOfLocalParameters></kineticLaw>',
    )
    edit_petab("parameters.tsv", "k\t", "rate\t")
    tables = read_petab(petab)
    assert "rate" in {parameter.id for parameter in tables.parameters}
    assert "<ci> rate </ci>" in tables.sbml


def test_faults_of_the_mapping_are_named_with_their_places(petab, mapping, faults_of):
    mapping("B\tloss.m\t\n1st\t\t\ndose\t\t\nSTAT\tA\tthe second\nB\t\t\nA\tA\tthe same\n")
    faults = [fault for fault in faults_of(read_petab, petab) if fault.file.endswith("mapping.tsv")]
    assert [(fault.row, fault.column) for fault in faults] == [
        (2, "modelEntityId"),
        (3, "petabEntityId"),
        (4, "petabEntityId"),
        (5, "modelEntityId"),
        (6, "petabEntityId"),
        (7, "petabEntityId"),
    ]
    assert faults[3].needed == "A itself in all tables, without this row"


@pytest.fixture
def version_1(petab, edit_petab):
    """Turn the problem into one of version 1 with a pre-equilibration."""
    folder = petab.parent
    petab.write_text(
        "format_version: 1\nparameter_file: parameters.tsv\nproblems:\n- sbml_files: [model.xml]\n"
        "  condition_files: [conditions.tsv]\n  observable_files: [observables.tsv]\n"
        "  measurement_files: [measurements.tsv]\n"
    )
    (folder / "parameters.tsv").write_text(
        "parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\nstart\tlin\t0\t10\t2\t1\n"
    )
    (folder / "observables.tsv").write_text("observableId\tobservableFormula\tnoiseFormula\nA_signal\tA\t0.5\n")
    (folder / "conditions.tsv").write_text(
        "conditionId\tconditionName\tA\tk\nrest\tbefore\tstart\t0.3\ndosed\twith\tNaN\t\nplain\t\t\t\n"
    )
    (folder / "measurements.tsv").write_text(
        "observableId\tpreequilibrationConditionId\tsimulationConditionId\ttime\tmeasurement\n"
        "A_signal\trest\tdosed\t1\t0.5\nA_signal\trest\tplain\tinf\t0.5\nA_signal\t\trest\t2\t0.5\n"
        "A_signal\t\tplain\t3\t0.5\nA_signal\trest\tdosed\t4\t0.5\n"
    )
    return petab


def test_version_1_makes_an_experiment_of_each_pair_of_conditions(version_1):
    tables = read_petab(version_1)
    assert [(experiment.id, experiment.label) for experiment in tables.experiments] == [
        ("rest_then_dosed", "before, then with"),
        ("rest_then_plain", "before, then plain"),
        ("rest", "before"),
        ("experiment", "plain"),
    ]
    assert [measurement.experiment_id for measurement in tables.measurements] == [
        "rest_then_dosed",
        "rest_then_plain",
        "rest",
        "experiment",
        "rest_then_dosed",
    ]
    before, after = tables.experiments[0].periods
    assert (before.start, sorted(before.changes)) == (-math.inf, ["A", "k"])
    assert (after.start, dict(after.changes)) == (0.0, {})
    assert after.resets_parameters
    assert not before.resets_parameters


def test_version_1_pairs_that_libpetab_gives_one_name_stay_apart(version_1):
    for name in ("conditions.tsv", "measurements.tsv"):
        table = version_1.parent / name
        table.write_text(table.read_text().replace("rest\t", "rest_\t").replace("dosed", "_dosed"))
    conditions, measurements = (version_1.parent / name for name in ("conditions.tsv", "measurements.tsv"))
    conditions.write_text(conditions.read_text() + "rest\t\t1\t0.4\ndosed\t\t2\t0.4\n_dosed_\t\t2\t0.4\n")
    measurements.write_text(
        measurements.read_text() + "A_signal\trest\t_dosed\t1\t0.5\nA_signal\trest_\tdosed\t1\t0.5\n"
    )
    found = {
        experiment.id: [sorted(map(str, period.changes.values())) for period in experiment.periods]
        for experiment in read_petab(version_1).experiments
    }
    assert found["rest_then__dosed"] == [["0.400000000000000", "1.00000000000000"], []]
    assert found["rest__then__dosed"] == [["0.300000000000000", "start"], []]
    assert found["rest__then_dosed"] == [["0.300000000000000", "start"], ["0.400000000000000", "2.00000000000000"]]


def test_version_1_condition_may_name_a_parameter_of_the_model(version_1, faults_of):
    """At the start of an experiment too, where version 2 allows parameters of the table alone."""
    table = version_1.parent / "conditions.tsv"
    table.write_text(table.read_text().replace("start\t0.3", "start\tdose"))
    before = read_petab(version_1).experiments[0].periods[0]
    assert str(before.changes["k"]) == "dose"
    table.write_text(table.read_text().replace("start\tdose", "start\tdoes"))
    (fault,) = faults_of(read_petab, version_1)
    assert (fault.row, fault.column, fault.found) == (2, "k", "the unknown name 'does'")


def test_version_1_unknown_preequilibration_is_a_fault(version_1, faults_of):
    table = version_1.parent / "measurements.tsv"
    table.write_text(table.read_text().replace("rest\tplain", "rets\tplain"))
    (fault,) = faults_of(read_petab, version_1)
    assert (fault.row, fault.column, fault.found) == (3, "preequilibrationConditionId", "'rets'")
