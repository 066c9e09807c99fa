"""Tables that are odd but right, copies of tables, ids that formulas read otherwise, and values beside their unit."""

import re

import pytest

from jakstat.files import DataFaultsError
from jakstat.problem import read_petab, read_study
from tests.problem.conftest import MEASUREMENTS, SBML


def test_columns_without_name_and_values_are_none(study):
    text = "\n".join(f"{line}\t\t" for line in MEASUREMENTS.strip().split("\n"))
    (study / "measurements.tsv").write_text(text)
    assert len(read_study(study).measurements) == 4


def test_a_first_column_that_numbers_the_rows_is_none(study):
    rows = MEASUREMENTS.strip().split("\n")
    lines = [f"\t{rows[0]}", *(f"{number}\t{row}" for number, row in enumerate(rows[1:]))]
    (study / "measurements.tsv").write_text("\n".join(lines))
    assert len(read_study(study).measurements) == 4


def test_a_copy_of_a_table_does_not_count_twice(study, edit_study, faults_of):
    edit_study("study.yaml", "measurements: measurements.tsv", "measurements: [measurements.tsv, copy.tsv]")
    (study / "copy.tsv").write_text(MEASUREMENTS)
    (fault,) = faults_of(read_study, study)
    assert "copy.tsv, a copy of measurements.tsv" in fault.found


@pytest.mark.parametrize("name", ["true", "time", "inf"])
def test_a_species_that_formulas_read_otherwise_is_a_fault(name, petab, edit_petab):
    (petab.parent / "model.xml").write_text(re.sub(r"\bA\b", name, SBML))
    for file in ("observables.tsv", "conditions.tsv"):
        text = (petab.parent / file).read_text()
        (petab.parent / file).write_text(re.sub(r"\bA\b", name, text))
    with pytest.raises(DataFaultsError) as raised:
        read_petab(petab)
    assert [fault.column for fault in raised.value.faults if "read otherwise" in fault.found] == [name]


OF_VERSION_1 = {
    "problem.yaml": "format_version: 1\nparameter_file: parameters.tsv\nproblems:\n- sbml_files: [model.xml]\n"
    "  observable_files: [observables.tsv]\n  condition_files: [conditions.tsv]\n"
    "  measurement_files: [measurements.tsv]\n",
    "model.xml": SBML,
    "parameters.tsv": "parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\n"
    "k\tlog10\t0.01\t10\t0.1\t1\n",
    "observables.tsv": "observableId\tobservableFormula\tnoiseFormula\nA_b\tA\t0.2\n",
    "conditions.tsv": "conditionId\tdose\tA\nlow\t1\t\nhigh\t2\t3\n",
    "measurements.tsv": "observableId\tpreequilibrationConditionId\tsimulationConditionId\tmeasurement\ttime\n"
    "A_b\t\tlow\t1\t0\nA_b\tlow\thigh\t2.5\t5\n",
}


def of_version_1(folder, old="", new=""):
    """Write a problem of version 1 with one text replaced in all its tables, and return its YAML file."""
    for name, text in OF_VERSION_1.items():
        (folder / name).write_text(re.sub(rf"\b{old}\b", new, text) if old and name.endswith(".tsv") else text)
    return folder / "problem.yaml"


@pytest.mark.parametrize("name", ["nan", "NaN", "NA", "null", "low"])
def test_a_condition_of_version_1_may_be_called(name, tmp_path):
    assert len(read_petab(of_version_1(tmp_path, "low", name)).measurements) == 2


def test_a_misspelt_column_of_preequilibration_is_a_fault(tmp_path):
    with pytest.raises(DataFaultsError) as raised:
        read_petab(of_version_1(tmp_path, "preequilibrationConditionId", "preequilibrationConditionID"))
    (fault,) = raised.value.faults
    assert (fault.row, fault.column) == (1, "preequilibrationConditionID")
    assert "preequilibrationConditionId" in fault.needed


@pytest.mark.parametrize("unit", ["1", "-", "dimensionless", "relative", "rel."])
def test_shares_in_percent_are_seen_however_no_unit_is_written(unit, measured, faults_of):
    folder = measured({"value": "81"}, {"value": "34", "inhibitor_nM": "1000"})
    text = (folder / "study.yaml").read_text()
    (folder / "study.yaml").write_text(text.replace('unit: "1"', f'unit: "{unit}"'))
    (fault,) = faults_of(read_study, folder)
    assert "percent (divide by 100)" in fault.needed


@pytest.mark.parametrize("highest", ["10", "30"])
def test_a_series_that_ends_where_those_in_uM_do_is_noted(highest, measured):  # noqa: N802 - a unit
    folder = measured({"inhibitor_nM": "0.1"}, {"inhibitor_nM": highest})
    assert [note for note in read_study(folder).notes if "uM given as nM" in note]


@pytest.mark.parametrize("column", ["inhibitor_um", "inhibitor (nM)", "dose_nM"])
def test_a_dose_column_of_another_name_is_one_fault(column, measured, faults_of):
    folder = measured({}, {"inhibitor_nM": "1000"})
    text = (folder / "measurements.tsv").read_text()
    (folder / "measurements.tsv").write_text(text.replace("inhibitor_nM", column))
    (fault,) = faults_of(read_study, folder)
    assert fault.column == column


def test_a_chain_of_thousands_of_imports_is_one_fault(study, edit_study, faults_of):
    edit_study("decay.ant", "model decay()", 'import "c0.ant"\nmodel decay()')
    for number in range(1500):
        (study / f"c{number}.ant").write_text(f'import "c{number + 1}.ant"\n')
    (fault,) = faults_of(read_study, study)
    assert "after 100 imported files" in fault.found
