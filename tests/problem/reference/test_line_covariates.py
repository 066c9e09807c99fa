"""Covariates of cell lines: what a table gives, and what is wrong with one, each thing once and with its line."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from jakstat.files import Fault
from jakstat.problem import read_checked_study, read_line_covariates
from jakstat.problem.reference.line_covariates import KINDS, LineCovariates

LINES = ("K-562", "HEL", "A-1")
#: | stands for a tab.
TABLE = """\
cell_line|expression_CISH|mutated_JAK2|general_viability_GDSC1|source
hel|1.5|1||Nobody 2020
K562|-0.2||0.03|Nobody 2020
not screened|2|0|0|Nobody 2020
"""


def read(folder: Path, text: str, lines=LINES) -> tuple[LineCovariates | None, list[Fault]]:
    file = folder / "covariates.tsv"
    file.write_text(text.replace("|", "\t"))
    faults: list[Fault] = []
    return read_line_covariates(file, lines, faults), faults


def test_rows_are_those_of_known_lines_in_their_order_and_empty_cells_are_not_known(tmp_path):
    found, faults = read(tmp_path, TABLE)
    assert faults == []
    assert found.lines == ("K-562", "HEL")
    assert found.columns == ("expression_CISH", "mutated_JAK2", "general_viability_GDSC1")
    np.testing.assert_array_equal(found.values, [[-0.2, np.nan, 0.03], [1.5, 1, np.nan]])


def test_values_of_lines_come_in_the_order_asked_for_and_a_line_without_a_row_has_none(tmp_path):
    found, _ = read(tmp_path, TABLE)
    np.testing.assert_array_equal(found.of(["A-1", "HEL"], ["mutated_JAK2"]), [[np.nan], [1]])
    assert found.of([]).shape == (0, 3)
    assert found.of(["HEL", "A-1"], []).shape == (2, 0)
    with pytest.raises(ValueError, match="expression_PIM1"):
        found.of(["HEL"], ["expression_PIM1"])


@pytest.mark.parametrize(
    ("written", "instead", "line", "column", "found", "needed"),
    [
        ("hel|1.5", "hel|high", 2, "expression_CISH", "high", "a number"),
        ("hel|1.5", "hel|1,5", 2, "expression_CISH", "1,5", "decimal point"),
        ("1.5|1|", "1.5|2|", 2, "mutated_JAK2", "2", "1, 0, or nothing"),
        ("|0.03|Nobody 2020", "|0.03|", 3, "source", "nothing", "assumed"),
        ("not screened", "K 562", 4, "cell_line", "'K562' of", "another id"),
        ("not screened", "hel", 4, "cell_line", "first on line 2", "once"),
        ("K562|", "|", 3, "cell_line", "nothing", "the name of a cell line"),
        ("expression_CISH", "CISH", 1, "CISH", "CISH", "expression_"),
        ("|source", "|origin", 1, "source", "cell_line", "the column source"),
    ],
)
def test_each_fault_has_its_line_and_is_said_once(tmp_path, written, instead, line, column, found, needed):
    assert TABLE.count(written) == 1
    _, faults = read(tmp_path, TABLE.replace(written, instead))
    assert len(faults) == 1, faults
    assert (faults[0].row, faults[0].column) == (line, column)
    assert found in faults[0].found
    assert needed in faults[0].needed


def test_a_name_that_is_like_that_of_a_line_without_a_row_is_told(tmp_path):
    notes: list[str] = []
    file = tmp_path / "covariates.tsv"
    file.write_text(TABLE.replace("K562|", "K526|").replace("|", "\t"))
    assert read_line_covariates(file, LINES, [], notes).lines == ("HEL",)
    assert notes == ["covariates.tsv: no covariates of K-562, but of K526."]


def test_a_table_without_covariates_is_refused(tmp_path):
    _, faults = read(tmp_path, "cell_line|source\nHEL|assumed\n")
    assert [fault.found for fault in faults] == ["no covariate"]


def test_all_faults_come_in_one_pass(tmp_path):
    _, faults = read(tmp_path, TABLE.replace("1.5|1|", "high|2|").replace("0.03|Nobody 2020", "0.03|"))
    assert {fault.column for fault in faults} == {"expression_CISH", "mutated_JAK2", "source"}


def with_covariates(folder: Path, value: str) -> Path:
    study = folder / "study.yaml"
    study.write_text(study.read_text().replace("  stimulus: ligand", "  covariates: mine.tsv\n  stimulus: ligand"))
    (folder / "mine.tsv").write_text(f"cell_line\texpression_CISH\tsource\na1\t{value}\tassumed\n")
    return folder


def test_a_study_names_its_table_and_has_its_covariates(panel):
    checked = read_checked_study(with_covariates(panel(), "0.5"))
    assert checked.reference.covariates.lines == ("A-1",)
    assert "mine.tsv" in checked.tables.data_digests
    np.testing.assert_array_equal(checked.reference.covariates.of(["A-1", "B"]), [[0.5], [np.nan]])


def test_faults_of_a_study_include_those_of_its_covariates(panel, faults_of):
    (fault,) = faults_of(read_checked_study, with_covariates(panel(), "high"))
    assert (Path(fault.file).name, fault.row, fault.column) == ("mine.tsv", 2, "expression_CISH")


def test_the_shipped_covariates_are_those_of_the_reference_data(repository, reference_folder):
    def rows(path: Path, delimiter: str) -> list[dict[str, str]]:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter=delimiter))

    source = {row["CELL_LINE_NAME"]: row for row in rows(reference_folder / "gdsc_line_features.csv", ",")}
    shipped = rows(repository / "data/reference/line_covariates.tsv", "\t")
    assert len(shipped) > 150
    for row in shipped:
        known = source[re.sub(r"[^A-Z0-9]", "", row["cell_line"].upper())]
        for column, value in row.items():
            name = (
                column.replace("expression_", "")
                .replace("mutated_", "mut_")
                .replace("general_viability", "general_sensitivity")
            )
            if column.startswith(KINDS) and name in known and value:
                assert float(value) == pytest.approx(float(known[name])), (row["cell_line"], column)
