"""Folds of lines: by the name alone, whatever its spelling, as the shipped tables have them."""

import csv
import hashlib

import pytest

from jakstat.predictions.scoring.folds import fold_of_line


def test_the_fold_is_the_digest_of_letters_and_digits_modulo_three():
    assert fold_of_line("OCI-M1") == int(hashlib.sha256(b"OCIM1").hexdigest(), 16) % 3
    assert fold_of_line("OCI-M1") == fold_of_line("oci m1") == fold_of_line("OciM1") == 0
    assert [fold_of_line(name) for name in ("HDLM-2", "SUP-HD1", "KARPAS-1106P", "DND-41")] == [0, 0, 0, 0]


def test_lines_are_in_all_folds_alike():
    counts = [[fold_of_line(f"line {number}") for number in range(3000)].count(fold) for fold in range(3)]
    assert max(counts) - min(counts) < 4 * (3000 * 2 / 9) ** 0.5 * 2  # four standard deviations of a count, twice


@pytest.mark.parametrize(("name", "folds"), [("-", 3), ("", 3), ("HEL", 0)])
def test_what_has_no_fold_is_refused(name, folds):
    with pytest.raises(ValueError, match="needed"):
        fold_of_line(name, folds)


@pytest.mark.parametrize("table", ["viability_gdsc1.tsv", "viability_gdsc2.tsv"])
def test_the_blood_panel_states_the_fold_of_each_line(repository, table):
    with (repository / "data/blood_panel" / table).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert {row["fold"] for row in rows} == {"0", "1", "2"}
    assert [row["cell_line"] for row in rows if int(row["fold"]) != fold_of_line(row["cell_line"])] == []
