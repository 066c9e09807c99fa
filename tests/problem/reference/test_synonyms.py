"""Synonyms mean names that there are, one each, with a source."""

import csv

import pytest

from jakstat.problem import read_reference
from jakstat.problem.reference.synonyms import read_synonyms

KNOWN = {"inhibitor": {"ruxolitinib", "fedratinib"}, "cell_line": {"HEL"}, "ligand": {"Epo"}}


def synonyms_of(tmp_path, *rows):
    lines = ["synonym\tkind\tname\tsource", *("\t".join(row) for row in rows)]
    (tmp_path / "synonyms.tsv").write_text("\n".join(lines) + "\n")
    faults = []
    return read_synonyms(tmp_path, KNOWN, faults), [str(fault) for fault in faults]


def test_every_shipped_synonym_means_a_name_of_the_tables(repository):
    faults = []
    reference = read_reference(repository / "data/reference", faults)
    assert faults == []
    with (repository / "data/reference/synonyms.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == sum(len(of_kind) for of_kind in reference.synonyms.values())
    assert reference.synonyms["inhibitor"]["incb018424"] == "ruxolitinib"


def test_a_folder_without_the_table_has_no_synonyms(tmp_path):
    assert read_synonyms(tmp_path, KNOWN, []) == {"inhibitor": {}, "cell_line": {}, "ligand": {}}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("Jakafi", "drug", "ruxolitinib", "label")], "'drug'; needed: one of cell_line, inhibitor, ligand"),
        ([("Jakafi", "inhibitor", "ruxolitinib", "")], "source: found nothing"),
        ([("Fedratinib", "inhibitor", "ruxolitinib", "label")], "a name of the tables itself"),
        (
            [("JAKi", "inhibitor", "ruxolitinib", "label"), ("jak-i", "inhibitor", "fedratinib", "label")],
            "'jak-i' for 'fedratinib' and for 'ruxolitinib'",
        ),
    ],
)
def test_a_synonym_that_is_not_clear_is_a_fault(tmp_path, rows, told):
    _, faults = synonyms_of(tmp_path, *rows)
    assert len(faults) == 1
    assert told in faults[0]


def test_an_own_line_with_the_name_of_a_synonym_takes_it(repository, tmp_path):
    """HEL92 is a synonym of HEL in the shared table, and the name of a laboratory's own line."""
    own = tmp_path / "cell_lines.tsv"
    columns = "cell_line\tcancer\tdriver\treceptor\talterations\tligand_source\tdoubling_time_h\tsd_ln\tsource"
    own.write_text(f"{columns}\nHEL92\tleukaemia\tunknown\tEpoR\t\tunknown\t\t\tour own line (assumed)\n")
    faults = []
    reference = read_reference(repository / "data/reference", faults, own)
    assert [str(fault) for fault in faults] == []
    assert "HEL92" in reference.cell_lines
    assert "hel92" not in reference.synonyms["cell_line"]
