"""Names to ids: two names are never one id, ids that need no digest stay as they are, and no row renames another."""

import itertools
import re
from dataclasses import replace

import pytest

from jakstat.files import DataFaultsError
from jakstat.files.distinct_names import file_stem, folder_name
from jakstat.problem import Experiment, Treatment, read_checked_study, read_petab, read_study
from jakstat.problem.identifiers import id_of_experiment_name, id_of_group, id_of_table_name, identifier, number_text
from jakstat.problem.petab.libpetab import experiments_of_v1
from jakstat.problem.petab.petab_export import petab_problem
from jakstat.problem.study.description import ConditionColumn
from jakstat.problem.study.experiment_names import experiment_id
from jakstat.problem.study.study_observables import per_experiment_id
from jakstat.scenarios import StudyScenarios

ID = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
# Names that look alike once all that no id may hold is _, in several scripts, and as if they carried a digest.
NAMES = (
    "blot 1",
    "blot-1",
    "blot_1",
    "blot.1",
    "blot/1",
    "blot  1",
    "blot1",
    "blot 1 ",
    "blot p1",
    "blotp1",
    "a_b_c",
    "a b c",
    "a-b_c",
    "a_b-c",
    "GDSC-1",
    "GDSC 1",
    "GDSC/1",
    "α",
    "β",
    "ü",
    "u\u0308",
    "\u00fc",
    "😀",
    "😁",
    "שלום",
    "-1",
    "m1",
    "1",
    "E-1",
    "Em1",
    "x_h12345678",
    "x-h12345678",
    "x_of_y",
    "x of y",
    "",
    "_",
    "__",
    "-",
    "con",
    "..",
    ".",
    "1e-3",
    "1em3",
)


def distinct(values):
    values = list(values)
    return len(set(values)) == len(values)


def test_experiments_that_differ_have_ids_that_differ():
    names = sorted(set(NAMES))
    assert distinct(id_of_experiment_name(name) for name in names)
    assert id_of_experiment_name("blot 1") == "blot_1"
    assert id_of_experiment_name("hep_2013_09_30_TC") == "hep_2013_09_30_TC"


def test_a_name_that_is_the_id_of_another_has_one_of_its_own():
    for name in ("blot-1", "α", "a b c"):
        made = id_of_experiment_name(name)
        assert id_of_experiment_name(made) != made
        assert folder_name(folder_name(name + "/")) != folder_name(name + "/")
    group = id_of_group(("screen",), ("GDSC-1",), {})
    assert id_of_group(("screen",), (group,), {}) != group


def test_a_parameter_of_an_experiment_is_that_of_no_other_pair():
    pairs = [
        (name, beside) for name in ("scale", "scale_of_x", "scale_of_x_of_y") for beside in {*NAMES, "y", "x_of_y", "z"}
    ]
    assert distinct(per_experiment_id(*pair) for pair in pairs)
    assert per_experiment_id("scale", "blot 1") == "scale_of_blot_1"


LINES = ("K-562", "K", "HEL", "A_B", "A", "primary HCL", "primary HCL-V", "α", "β")
DRUGS = ("ruxolitinib", "B_C", "B", "562")


@pytest.mark.parametrize(
    "columns",
    [
        ("cell_line", "screen"),
        ("cell_line", "inhibitor", "screen"),
        ("screen", "cell_line"),
        ("cell_line", "screen", "batch"),
    ],
)
def test_groups_that_differ_have_ids_that_differ(columns):
    tables = {"cell_line": LINES, "inhibitor": DRUGS}
    free = ("C", "B_C", "562_C", "new_screen", "GDSC-1", "GDSC 1", "B_C_h12345678", "ä")
    groups = list(itertools.product(*(tables.get(column, free) for column in columns)))
    made = [id_of_group(columns, names, tables) for names in groups]
    assert distinct(made)


def test_groups_of_the_shipped_panel_stay_readable():
    tables = {"cell_line": LINES, "inhibitor": DRUGS}
    columns = ("cell_line", "inhibitor", "screen")
    assert id_of_group(columns, ("K-562", "ruxolitinib", "GDSC1"), tables) == "K_562_ruxolitinib_GDSC1"
    assert id_of_group(columns, ("HEL", "ruxolitinib", "new_screen"), tables) == "HEL_ruxolitinib_new_screen"
    assert id_of_group(("cell_line",), ("primary HCL-V",), tables) == "primary_HCL_V"


def treatments():
    """Yield treatments that differ in one thing each, many of them alike in what an id can hold."""
    drugs = (("fedratinib", 10.0), ("ruxolitinib", 10.0))
    plain = Treatment(cell_line="HEL", groups=("", ""))
    yield from (replace(plain, cell_line=line) for line in LINES)
    yield from (
        replace(plain, alterations=alterations)
        for alterations in ((), ("B",), ("B_10",), ("B", "C"), ("B__C",), ("after_5",))
    )
    yield from (
        replace(plain, groups=groups) for groups in (("B", ""), ("", "B"), ("B", "C"), ("B_10", ""), ("B__C", ""))
    )
    yield from (
        replace(plain, inhibitors=drugs, groups=pair)
        for pair in itertools.product(
            ("fedratinib", "ruxolitinib"), ("fedratinib", "ruxolitinib", "GDSC1", "GDSC-1", "after_5")
        )
    )
    for dose in (100.0, 100.0000000000001, 0.1, 0.1 + 2**-55, 1e-5, 1e5):
        yield replace(plain, inhibitors=(("ruxolitinib", dose),), groups=("ruxolitinib", "GDSC1"))
        yield replace(plain, inhibitors=(("ruxolitinib", dose),), groups=("ruxolitinib", "GDSC1"), pretreatment=dose)
    for text, dose in (("10 ng/ml", 0.5), ("10 nM", 10.0), ("10.00000000000001 nM", 10.00000000000001)):
        yield replace(plain, stimulus="IL-6", stimulus_nM=dose, stimulus_text=text)
        yield replace(plain, stimulus="IL-6", stimulus_nM=dose, stimulus_text=text, alterations=("B",))
    for schedule in (((60.0, 0.0),), ((60.0, 1.0),), ((60.0000000000001, 1.0),), ((30.0, 0.0), (60.0, 1.0))):
        yield replace(plain, inhibitors=drugs[:1], schedule=schedule, groups=("fedratinib", "GDSC1"))


def test_treatments_that_differ_have_ids_that_differ(laboratory):
    study = read_checked_study(laboratory).study
    found = {treatment: experiment_id(study, treatment) for treatment in set(treatments())}
    assert study.cells.grouping_columns == ("inhibitor", "screen")
    assert len(found) > 50
    assert distinct(found.values())
    assert all(ID.match(experiment) for experiment in found.values())


def test_readable_treatments_have_the_id_that_they_always_had(laboratory):
    study = read_checked_study(laboratory).study
    drug = Treatment(cell_line="K-562", inhibitors=(("ruxolitinib", 0.25),), groups=("ruxolitinib", "GDSC1"))
    assert experiment_id(study, drug) == "K_562__ruxolitinib_0p25__GDSC1"
    dosed = Treatment(
        cell_line="K-562",
        groups=("", ""),
        stimulus="IL-6",
        stimulus_nM=1.0,
        stimulus_text="21 ng/ml",
        pretreatment=60.0,
        alterations=("JAK2_V617F",),
    )
    assert experiment_id(study, dosed) == "K_562__JAK2_V617F__IL_6_21__after_60"
    plain = replace(study, cells=None, conditions=(ConditionColumn("il13_ng_per_ml", "il13", "ng/ml", "IL-13"),))
    assert experiment_id(plain, Treatment(dose=(4.0,))) == "il13_4"


def test_a_line_whose_name_begins_with_a_digit_has_a_valid_id(laboratory):
    study = read_checked_study(laboratory).study
    assert experiment_id(study, Treatment(cell_line="697", groups=("", ""))) == "_697"


def test_numbers_are_written_so_that_they_are_read_again():
    for value in (0.1, 1 / 3, 100.0000000000001, 1e22, 5e-324, 640.0, 2.0**-60):
        assert float(number_text(value)) == value
    assert number_text(640.0) == "640"


def scales_of(folder):
    return {
        parameter.name: parameter.id
        for parameter in read_study(folder).parameters
        if parameter.id.startswith("gain_of_")
    }


def test_each_blot_has_a_scale_of_its_own(measured):
    blots = ["blot 1", "blot-1", "blot_1", "α", "β"]
    found = scales_of(measured(*({"experiment": blot} for blot in blots)))
    assert list(found) == [f"gain, {blot}" for blot in blots]  # people read the names
    assert distinct(found.values())
    assert found["gain, blot 1"] == "gain_of_blot_1"


def test_each_screen_has_a_dose_scale_of_its_own(measured):
    screens = ["GDSC-1", "GDSC 1", "GDSC/1", "GDSC1", "é", "e\u0301"]
    tables = read_study(measured(*({"screen": screen} for screen in screens)))
    scales = [parameter.id for parameter in tables.parameters if parameter.id.startswith("scale_z_")]
    assert len(scales) == len(screens)
    assert "scale_z_HEL_ruxolitinib_GDSC1" in scales
    assert len({measurement.experiment_id for measurement in tables.measurements}) == len(screens)
    assert {experiment.label.rpartition(", ")[2] for experiment in tables.experiments} == set(screens)
    sources = [
        parameter.prior.source
        for parameter in tables.parameters
        if parameter.id.startswith("scale_z_HEL_ruxolitinib_GDSC_1_h")
    ]
    assert any("HEL, ruxolitinib, GDSC/1" in source for source in sources)


def test_neither_order_of_rows_nor_another_row_renames_anything(measured):
    blots = [{"experiment": name, "screen": name} for name in ("blot-1", "blot 1", "blot_1")]
    first = read_study(measured(*blots))
    turned = read_study(measured(*reversed(blots)))
    alone = read_study(measured(blots[2]))
    ids = {parameter.id for parameter in first.parameters}
    assert {parameter.id for parameter in turned.parameters} == ids
    assert {parameter.id for parameter in alone.parameters} < ids
    assert {experiment.id for experiment in alone.experiments} < {experiment.id for experiment in first.experiments}


@pytest.mark.parametrize("name", ["experiment-names-collide", "screen-names-collide"])
def test_the_names_that_collided_are_three(case, name):
    tables = read_study(case(name))
    start = "scale_of_" if name.startswith("experiment") else "dose_scale_z_"
    assert len([parameter for parameter in tables.parameters if parameter.id.startswith(start)]) == 3


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        ("cell_lines", "K562\tCML\tnone\tgp130\t\tnone\t24\t0.3\tassumed\tassumed\n", "cell_line"),
        ("cell_lines", "hel\tCML\tnone\tgp130\t\tnone\t24\t0.3\tassumed\tassumed\n", "cell_line"),
        (
            "inhibitors",
            "Ruxolitinib\ttype I JAK\tk_on\tk_on / (1 + dose)\t\t\t\t\tkinase\t1\tassumed\tassumed\n",
            "inhibitor",
        ),
        ("receptors", "other\tIL6\t21\t1\tSTAT3\tassumed\tassumed\n", "ligand"),
        ("alterations", "JAK2_v617f\tJAK2\tV617F\tk_off\t\tk_off * 5\t\t\t\t\tMPN\tassumed\tassumed\n", "alteration"),
    ],
)
def test_two_spellings_of_one_name_in_a_reference_table_are_a_fault(laboratory, faults_of, table, row, column):
    path = laboratory / "reference" / f"{table}.tsv"
    path.write_text(path.read_text() + row)
    (fault,) = faults_of(read_study, laboratory)
    assert (fault.column, fault.row) == (column, len(path.read_text().splitlines()))
    assert "which is" in fault.found


def test_lines_in_other_scripts_are_lines_of_their_own(measured):
    folder = measured({"cell_line": "α-1"}, {"cell_line": "β-1"}, {"cell_line": "HEL"})
    path = folder / "reference" / "cell_lines.tsv"
    rows = "".join(f"{name}\tCML\tnone\tgp130\t\tnone\t24\t0.3\tassumed\tassumed\n" for name in ("α-1", "β-1"))
    path.write_text(path.read_text() + rows, encoding="utf-8")
    tables = read_study(folder)
    assert [experiment.cell_line for experiment in tables.experiments] != []
    assert len([parameter for parameter in tables.parameters if parameter.id.startswith("k_off_z_")]) == 3
    assert len(tables.experiments) == 3
    assert id_of_table_name("α-1") != id_of_table_name("β-1")
    assert identifier("α-1") == identifier("β-1")


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        ("parameters.tsv", "spread\t1", "gain_of_blot_1\t1", "gain_of_blot_1"),
        ("receptor.ant", "scale = 1;", "scale = 1; k_off_z_HEL = 1;", "k_off_z_HEL"),
        ("receptor.ant", "scale = 1;", "scale = 1; gain_in_viability = 1;", "gain_in_viability"),
    ],
)
def test_an_id_that_was_made_and_stands_elsewhere_too_is_a_fault(laboratory, faults_of, file, old, new, found):
    path = laboratory / file
    path.write_text(path.read_text().replace(old, new))
    if file == "parameters.tsv":
        study = laboratory / "study.yaml"
        study.write_text(study.read_text().replace("sd: spread", "sd: gain_of_blot_1"))
    (fault,) = faults_of(read_study, laboratory)
    assert found in fault.found
    assert "other names" in fault.needed


def test_two_treatments_of_one_id_are_refused_also_in_predictions(laboratory, monkeypatch):
    scenarios = StudyScenarios(laboratory)
    asked = [Treatment(cell_line=name, groups=("", "")) for name in ("HEL", "K-562")]
    assert len(scenarios.experiments(asked)[0]) == 2
    monkeypatch.setattr("jakstat.problem.study.study_experiments.experiment_id", lambda study, treatment: "same")
    with pytest.raises(DataFaultsError, match="'HEL' and 'K-562', which would both be called same"):
        scenarios.experiments(asked)
    with pytest.raises(DataFaultsError, match="would both be called same"):
        read_study(laboratory)


def test_conditions_of_a_period_and_of_an_experiment_have_ids_that_differ(laboratory):
    """The first period of an experiment "x" and the last one of "x_0" were both called condition_x_0."""
    tables = read_study(laboratory)
    first, second = (experiment.periods for experiment in tables.experiments[:2])
    experiments = (Experiment("x", first), Experiment("x_0", second))
    problem = petab_problem(replace(tables, experiments=experiments, measurements=()))
    assert len(problem.conditions) == 4
    assert distinct(condition.id for condition in problem.conditions)


def test_pairs_of_conditions_have_ids_whatever_the_order_of_rows():
    """Of PEtab 1: a before b_then_c, and a_then_b before c."""

    class Text:
        def __init__(self, pairs):
            names = ("preequilibrationConditionId", "simulationConditionId")
            self.measured = [dict(zip(names, pair, strict=True)) for pair in pairs]

        def rows(self, kind):
            return ((None, row) for row in self.measured)

        def ids(self, kind, column):
            return {"a", "c", "a_then_b", "b_then_c"}

    pairs = [("a", "b_then_c"), ("a_then_b", "c"), ("a", "c")]
    found = experiments_of_v1(Text(pairs), ())
    assert distinct(found.values())
    assert found == experiments_of_v1(Text(pairs[::-1]), ())
    assert found["a", "c"] == "a_then_c"


def test_rows_without_an_experiment_have_one_whose_id_no_other_has(petab, edit_petab):
    edit_petab("experiments.tsv", "first", "experiment")
    edit_petab("experiments.tsv", "second", "model_as_it_is")
    for old, new in (
        ("A_signal	first", "A_signal	experiment"),
        ("A_signal	second", "A_signal	model_as_it_is"),
        ("A_log	second", "A_log	model_as_it_is"),
    ):
        edit_petab("measurements.tsv", old, new)
    assert distinct(experiment.id for experiment in read_petab(petab).experiments)
    assert len(read_petab(petab).experiments) == 3


@pytest.mark.parametrize("make", [folder_name, file_stem])
def test_folders_of_names_that_differ_differ_and_lead_nowhere(make):
    made = [
        make(name) for name in sorted({*NAMES, "ünï", "_n_", "x" * 300, "x" * 301, "CON", "-n", "a/b", "../a", "a\nb"})
    ]
    assert distinct(made)
    assert all(
        folder and folder.strip(".") and "/" not in folder and "\\" not in folder and "\n" not in folder
        for folder in made
    )


def test_folders_of_results_keep_plain_names_and_are_no_devices():
    assert [folder_name(name) for name in ("cancer_panel", "SUP-HD1")] == ["cancer_panel", "SUP-HD1"]
    for name in ("con", "NUL", "com1", "-n", "", "..", "ünï", "x" * 300):
        made = folder_name(name)
        assert made != name
        assert re.fullmatch(r"\w[\w-]{0,110}_h[0-9a-f]{8}", made, re.ASCII)


def test_files_of_one_name_in_two_folders_each_have_a_digest(study, edit_study):
    (study / "more").mkdir()
    (study / "more" / "measurements.tsv").write_text(
        "observable\til13_ng_per_ml\ttime_min\tvalue\treplicate\tcomment\nSTAT_total\t4\t20\t9.5\t1\t\n"
    )
    edit_study(
        "study.yaml", "measurements: measurements.tsv", "measurements: [measurements.tsv, more/measurements.tsv]"
    )
    digests = read_study(study).data_digests
    assert {"measurements.tsv", "more/measurements.tsv", "study.yaml"} <= set(digests)
    assert len(set(digests.values())) == len(digests) == 5
