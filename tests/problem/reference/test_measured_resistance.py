"""Measured responses of altered cells, and the values of laboratories that priors of inhibitors rest on."""

import csv
import math
import statistics

import pytest

from jakstat.problem.reference.measured_resistance import FILE, measured_text, read_measured_resistance

TABLE = """\
alteration|mutation|inhibitor|type|cells|assay|wild_type_value|mutant_value|unit|source|status|place
gate|L2P|drug|I|Ba/F3|growth|100|800|nM|Nobody 2020|read|table 1
|others|drug|II|Ba/F3|growth|90|70|% of control|Nobody 2020|memory|
gate|L2P|drug|I|HEL|growth|50|200|nM|Nobody 2021|assumed|
"""


@pytest.fixture
def read(tmp_path):
    """Return a function that reads the table, with one text replaced, into measurements and faults."""

    def read(old="", new=""):
        assert old in TABLE
        (tmp_path / FILE).write_text(TABLE.replace(old, new).replace("|", "\t"))
        faults = []
        return read_measured_resistance(tmp_path, {"gate"}, faults), faults

    return read


def test_both_values_are_told_with_mutation_and_cells(read):
    measured, faults = read()
    assert not faults
    assert [row.status for row in measured] == ["read", "memory", "assumed"]
    assert measured[0].source == "Nobody 2020 [table 1]"
    assert measured_text(measured, ["other", "gate"], "drug") == "100 to 800 nM (L2P, Ba/F3); 50 to 200 nM (L2P, HEL)"
    assert measured_text(measured, ["gate"], "other drug") == ""


def test_a_folder_may_have_no_measured_resistance(tmp_path):
    faults = []
    assert read_measured_resistance(tmp_path, (), faults) == ()
    assert not faults


@pytest.mark.parametrize(
    ("old", "new", "column", "line", "needed"),
    [
        ("|800|", "|0|", "mutant_value", 2, "a positive number"),
        ("% of control", "%", "unit", 3, "% of control"),
        ("|II|", "|2|", "type", 3, "one of I, II"),
        ("gate|L2P|drug|I|HEL", "gat|L2P|drug|I|HEL", "alteration", 4, "did you mean gate"),
        ("|read|table 1", "|read|", "place", 2, "table, figure, section, page"),
        ("2021|assumed", "2021|", "status", 4, "one of assumed, memory, read"),
        ("mutant_value", "mutant", "mutant_value", 1, "the column mutant_value"),
    ],
)
def test_a_fault_is_named_with_its_place(read, old, new, column, line, needed):
    _, (fault,) = read(old, new)
    assert (fault.column, fault.row) == (column, line)
    assert needed in fault.needed


def test_shipped_measurements_are_at_least_20_of_6_papers(repository):
    faults = []
    known = {row["alteration"] for row in _rows(repository / "data/reference/alterations.tsv")}
    measured = read_measured_resistance(repository / "data/reference", known, faults)
    assert not faults
    papers = {" ".join(row.source.split()[:2]) for row in measured if row.status == "read"}
    assert len(measured) >= 20
    assert len(papers) >= 6, papers


def test_priors_of_unknown_atp_are_as_wide_as_laboratories_differ(repository):
    """The pooled sd (ln) of single values on TYK2 within a drug is what inhibitors.tsv gives as sd, 1.7."""
    values = {}
    for row in _rows(repository / "data/reference/biochemical_ic50.tsv"):
        if row["kinase"] == "TYK2" and row["relation"] == "=" and row["measure"] != "median":
            values.setdefault(row["inhibitor"], []).append(math.log(float(row["value_nM"])))
    several = [group for group in values.values() if len(group) > 2]
    squares = sum(statistics.variance(group) * (len(group) - 1) for group in several)
    spread = math.sqrt(squares / sum(len(group) - 1 for group in several))
    assert spread == pytest.approx(1.7, abs=0.05)  # rounded in the table
    widths = {
        row["sd_ln"]
        for row in _rows(repository / "data/reference/inhibitors.tsv")
        if "spread (ln) between laboratories" in row["source"]
    }
    assert widths == {"1.7"}


def test_medians_of_inhibitors_are_those_of_the_laboratories(repository):
    medians = {
        (row["inhibitor"], row["kinase"]): float(row["value_nM"])
        for row in _rows(repository / "data/reference/biochemical_ic50.tsv")
        if row["measure"] == "median"
    }
    compared = 0
    for row in _rows(repository / "data/reference/inhibitors.tsv"):
        key = (row["inhibitor"], row["parameter"].removeprefix("inhibition_"))
        if row["source"].startswith(("median of", "the one reported")) and key in medians:
            assert float(row["median"]) == medians[key], key
            compared += 1
    assert compared >= 15


def _rows(file):
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))
