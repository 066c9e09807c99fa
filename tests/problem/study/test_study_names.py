"""Names in measurement tables in other spellings than the reference tables': read where one is meant, noted once."""

from dataclasses import replace

import pytest

from jakstat.files.text_table import read_text_table
from jakstat.problem import read_checked_study, read_study
from jakstat.problem.formulas import near_names
from jakstat.problem.study.names_in_tables import with_names


def test_names_in_other_spellings_are_read_as_those_of_the_tables(measured):
    exact = {
        "cell_line": "K-562",
        "inhibitor": "ruxolitinib",
        "stimulus": "IL-6",
        "stimulus_nM": "1",
        "alterations": "JAK2_V617F",
    }
    other = {
        "cell_line": "k 562",
        "inhibitor": "RUXOLITINIB",
        "stimulus": "il6",
        "stimulus_nM": "1",
        "alterations": "jak2-v617f",
    }
    expected = read_study(measured(exact, exact))
    found = read_study(measured(exact, other))
    assert found.experiments == expected.experiments
    assert found.parameters == expected.parameters
    assert expected.notes == ()
    assert set(found.notes) == {
        "measurements.tsv, cell_line: k 562 read as K-562 (1 row).",
        "measurements.tsv, inhibitor: RUXOLITINIB read as ruxolitinib (1 row).",
        "measurements.tsv, stimulus: il6 read as IL-6 (1 row).",
        "measurements.tsv, alterations: jak2-v617f read as JAK2_V617F (1 row).",
    }


def test_a_name_is_noted_once_with_its_rows(measured):
    (note,) = read_study(measured(*({"cell_line": "hel"} for _ in range(12)))).notes
    assert note == "measurements.tsv, cell_line: hel read as HEL (12 rows)."


def test_a_name_that_two_are_spelt_like_is_left_alone(measured):
    folder = measured({"cell_line": "hel"})
    reference = read_checked_study(folder).reference
    assert reference is not None
    lines = reference.cell_lines | {"H-EL": reference.cell_lines["HEL"]}
    table = read_text_table(folder / "measurements.tsv", [])
    notes = []
    assert with_names(table, replace(reference, cell_lines=lines), notes) == table
    assert notes == []


def test_the_same_measurement_in_two_spellings_is_twice_the_same(measured, faults_of):
    folder = measured({"replicate": ""}, {"replicate": "", "cell_line": "hel"})
    (fault,) = faults_of(read_study, folder)
    assert "the same" in fault.found


def test_a_name_that_is_only_like_one_is_refused(measured, faults_of):
    faults = faults_of(read_study, measured({"inhibitor": "ruxolitinb"}))
    assert {fault.column for fault in faults} == {"inhibitor"}


def test_a_point_in_a_name_counts(measured, faults_of):
    (fault,) = faults_of(read_study, measured({"cell_line": "K5.62"}))
    assert fault.column == "cell_line"


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("hel", "HEL"),
        ("K562", "K-562"),
        ("ruxolitinb", "ruxolitinib"),
        ("RUXOLITINB", "ruxolitinib"),
        ("mda mb231", "MDA-MB-231"),
    ],
)
def test_near_names_are_found_whatever_their_case(written, near):
    assert near_names(written, ["HEL", "K-562", "ruxolitinib", "MDA-MB-231", "fedratinib"])[0] == near


def test_the_case_of_names_as_laboratories_write_them_is_read_whole(case):
    folder = case("names-as-labs-write-them")
    table = folder / "viability.tsv"
    header, *rows = table.read_text().splitlines()
    table.write_text(
        "\n".join([f"{header}\treplicate", *(f"{row}\t{number}" for number, row in enumerate(rows))]) + "\n"
    )
    tables = read_study(folder)
    assert len(tables.measurements) == 5
    assert "viability.tsv, inhibitor: INCB018424 read as ruxolitinib (1 row)." in tables.notes
