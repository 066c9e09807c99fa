"""Files that are none, too large ones and paths that cannot be: one fault each, and nothing waits for them."""

import os
import socket
from pathlib import Path

import pytest

from jakstat.files import DataFaultsError, Fault
from jakstat.files.text_table import Row, TextTable
from jakstat.problem import read_petab, read_study, read_tables
from jakstat.problem.measurement_limit import MAX_MEASUREMENTS, require_readable_number

NO_FILES = {
    "a named pipe": (os.mkfifo, "a named pipe"),
    "a folder": (Path.mkdir, "a folder"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "a device"),
    "a link to itself": (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
    "a link to nothing": (lambda path: path.symlink_to("nothing"), "No such file"),
    "a file of 200 MB": (lambda path: _sparse(path, 200_000_000), "a file of 200.0 MB, above the limit"),
}


def _sparse(path: Path, size: int) -> None:
    path.touch()
    os.truncate(path, size)


def _one_fault(faults: tuple[Fault, ...], file: str, found: str) -> None:
    assert [(Path(fault.file).name, found in fault.found) for fault in faults] == [(file, True)], faults


def _faults(read, path) -> tuple[Fault, ...]:
    with pytest.raises(DataFaultsError) as caught:
        read(path)
    return caught.value.faults


@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("name", ["study.yaml", "measurements.tsv", "parameters.tsv", "decay.ant"])
def test_what_is_no_file_of_a_study_is_one_fault(study, kind, name):
    make, found = NO_FILES[kind]
    (study / name).unlink()
    make(study / name)
    if name == "study.yaml" and kind == "a link to nothing":
        assert "No such file" in _faults(read_study, study)[0].found
        return
    _one_fault(_faults(read_tables, study), name, found)


@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("name", ["problem.yaml", "model.xml"])
def test_what_is_no_file_of_a_petab_problem_is_one_fault(petab, kind, name):
    make, found = NO_FILES[kind]
    (petab.parent / name).unlink()
    make(petab.parent / name)
    if name == "problem.yaml" and kind == "a folder":
        found = "a folder without study.yaml"
    _one_fault(_faults(read_tables, petab), name, found)


@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("table", ["measurements", "conditions", "observables", "parameters", "experiments"])
def test_a_table_of_a_petab_problem_that_is_no_file_is_a_fault(petab, kind, table):
    make, found = NO_FILES[kind]
    (petab.parent / f"{table}.tsv").unlink()
    make(petab.parent / f"{table}.tsv")
    first = _faults(read_petab, petab)[0]
    assert (Path(first.file).name, found in first.found) == (f"{table}.tsv", True)


def test_a_socket_is_no_file(study, monkeypatch):
    monkeypatch.chdir(study)
    (study / "measurements.tsv").unlink()
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("measurements.tsv")  # the path of a socket is short
    _one_fault(_faults(read_tables, study), "measurements.tsv", "a socket")


@pytest.mark.parametrize(
    ("name", "shown", "found"),
    [
        ('"a\\0b.tsv"', r"a\x00b.tsv", "a character that no path may have"),
        ("x" * 5000, "x" * 80, "File name too long"),
        ("measurements.tsv/x", "x", "Not a directory"),
    ],
)
def test_path_that_cannot_be_is_one_fault(study, edit_study, name, shown, found):
    edit_study("study.yaml", "measurements: measurements.tsv", f"measurements: {name}")
    (fault,) = _faults(read_tables, study)
    assert found in fault.found
    assert shown in str(fault)
    assert str(fault).isprintable()
    assert len(str(fault)) < 500


def test_reference_tables_in_no_folder_are_one_fault(study):
    with (study / "study.yaml").open("a") as file:
        file.write("cells: {reference: nowhere}\n")
    faults = [fault for fault in _faults(read_tables, study) if "reference" in f"{fault.column} {fault.needed}"]
    assert [(fault.row, fault.column) for fault in faults] == [(21, "cells.reference")]


def test_more_measurements_than_can_be_read_are_one_fault():
    def table(rows: int) -> TextTable:
        return TextTable("many.tsv", ("a",), tuple(Row(line, {}) for line in range(rows)))

    halves = [table(MAX_MEASUREMENTS // 2), table(MAX_MEASUREMENTS // 2)]
    require_readable_number(halves, [])
    with pytest.raises(DataFaultsError) as caught:
        require_readable_number([*halves, table(1)], [])
    _one_fault(caught.value.faults, "many.tsv", "200,001 measurements")


@pytest.mark.parametrize("reader", ["study", "petab"])
def test_a_table_of_too_many_measurements_is_one_fault(reader, study, tmp_path, monkeypatch, request):
    monkeypatch.setattr("jakstat.problem.measurement_limit.MAX_MEASUREMENTS", 3)
    path = request.getfixturevalue(reader)
    _one_fault(_faults(read_tables, path), "measurements.tsv", "4 measurements")


@pytest.mark.parametrize(
    ("written", "needed"), [("../../evil", "letters"), ("'..'", "letters"), ("1", "letters"), ("[a]", "letters")]
)
def test_id_of_a_petab_problem_is_no_path(petab, edit_petab, written, needed):
    edit_petab("problem.yaml", "format_version: 2.0.0\n", f"format_version: 2.0.0\nid: {written}\n")
    (fault,) = _faults(read_petab, petab)
    assert (fault.row, fault.column, needed in fault.needed) == (2, "id", True)


def test_yaml_faults_are_faults_of_the_data_set(study, edit_study):
    edit_study("study.yaml", "title: A small study", "title: 2020-13-45\nid: other")
    found = {(fault.row, fault.column) for fault in _faults(read_tables, study)}
    assert found == {(2, "title"), (3, "id")}


@pytest.mark.parametrize("name", ["NO", "on", "e", "pi"])
def test_observable_has_the_id_that_is_written(study, name):
    for file in ("study.yaml", "measurements.tsv"):
        (study / file).write_text((study / file).read_text().replace("pSTAT_signal", name))
    assert name in {observable.id for observable in read_tables(study).observables}


def test_texts_keep_their_zeros(study, edit_study):
    edit_study("study.yaml", "citation: Nobody 2020", "citation: Nobody 2020\ndoi: 10.1000")
    assert read_tables(study).citation.endswith("doi:10.1000")


def test_a_table_of_measurements_that_is_named_twice_is_one_fault(edit_study, study, faults_of):
    (study / "link.tsv").symlink_to("measurements.tsv")
    edit_study("study.yaml", "measurements: measurements.tsv", "measurements: [measurements.tsv, ./link.tsv]")
    (fault,) = faults_of(read_study, study)
    assert (fault.row, fault.column, fault.found) == (5, "measurements", "link.tsv twice")


@pytest.mark.parametrize("kind", ["measurement", "condition", "parameter"])
def test_a_petab_table_that_is_named_twice_is_one_fault(kind, edit_petab, petab, faults_of):
    edit_petab("problem.yaml", f"[{kind}s.tsv]", f"[{kind}s.tsv, ./{kind}s.tsv]")
    (fault,) = faults_of(read_petab, petab)
    assert (fault.column, fault.found) == (f"{kind}_files", f"{kind}s.tsv twice")


@pytest.mark.parametrize("listed", ["[]", "[null]", '["", measurements.tsv]', "[measurements.tsv, ~]"])
def test_a_study_without_a_measurement_table_is_a_fault(listed, edit_study, study, faults_of):
    edit_study("study.yaml", "measurements: measurements.tsv", f"measurements: {listed}")
    (fault,) = faults_of(read_study, study)
    assert (fault.column, fault.found) == ("measurements", "nothing")


def test_an_empty_model_is_one_fault(study, faults_of):
    (study / "decay.ant").write_text(" \n")
    (fault,) = faults_of(read_study, study)
    assert Path(fault.file).name == "decay.ant"
    assert fault.found == "an empty file"


@pytest.mark.parametrize("written", ["TRUE", "1", ""])
def test_a_misspelt_estimate_has_no_fault_of_its_prior_beside_it(written, edit_study, study, faults_of):
    edit_study("parameters.tsv", "k_on\t1/min\t0.1\ttrue", f"k_on\t1/min\t0.1\t{written}")
    (fault,) = faults_of(read_study, study)
    assert (fault.row, fault.column) == (2, "estimate")


@pytest.mark.parametrize("formula", ["scale * pSTAT + 1e400", "scale * pSTAT * 1e200 * 1e200"])
def test_a_number_that_no_float_holds_is_a_fault_of_its_formula(formula, edit_study, study, faults_of):
    edit_study("study.yaml", "formula: scale * pSTAT", f"formula: {formula}")
    (fault,) = faults_of(read_study, study)
    assert fault.column == "observables.pSTAT_signal.formula"
    assert "not finite" in fault.found


def test_a_dose_of_a_condition_that_no_float_holds_is_a_fault(edit_petab, petab, faults_of):
    edit_petab("conditions.tsv", "low\tdose\t1", "low\tdose\t1e400")
    (fault,) = faults_of(read_petab, petab)
    assert (fault.row, fault.column) == (2, "targetValue")


@pytest.mark.parametrize(
    ("noise", "found"),
    [
        ("pSTAT + sd_rel > 1", "true or false"),
        ("pSTAT > 1 && sd_rel > 1", "true or false"),
        ("^".join(["sd_rel"] * 60), "powers of powers"),
    ],
)
def test_a_formula_that_is_no_number_or_endless_is_one_fault(noise, found, edit_study, study, faults_of):
    edit_study("study.yaml", "noise: sd_rel * pSTAT_signal + 0.1", f"noise: {noise}")
    (fault,) = faults_of(read_study, study)
    assert (fault.column, found in fault.found) == ("observables.pSTAT_signal.noise", True), fault
