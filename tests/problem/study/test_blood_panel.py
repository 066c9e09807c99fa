"""The blood panel: it is read whole, says what its README says, and holds what GDSC publishes."""

import csv
from pathlib import Path

import numpy as np
import pytest

from jakstat.problem import read_checked_study
from jakstat.problem.summary_curves import slope_of_summary, viabilities_from_summary

SCREENS = ("gdsc1", "gdsc2")
PANEL_LINES = ("HEL", "OCI-M1", "L-1236", "HDLM-2", "SUP-HD1", "KARPAS-1106P", "DND-41", "MHH-CALL-4", "K-562")


@pytest.fixture(scope="module")
def folder(repository: Path) -> Path:
    return repository / "data/blood_panel"


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, delimiter="\t"))


def summary_of(row: dict[str, str]) -> list[float]:
    return [float(row[name]) for name in ("published_ic50_nM", "published_auc", "lowest_dose_nM", "highest_dose_nM")]


@pytest.mark.slow  # 3,500 measurements are read
def test_the_panel_is_read_with_all_lines_and_drugs(folder):
    checked = read_checked_study(folder)
    treated = [row.treatment for row in checked.measurements if row.treatment.inhibitors]
    assert len(treated) == sum(len(rows_of(folder / f"viability_{screen}.tsv")) for screen in SCREENS) == 3316
    assert len({treatment.cell_line for treatment in treated}) == 170
    assert len({treatment.inhibitors[0][0] for treatment in treated}) == 9
    assert checked.reference.covariates is not None
    assert len(set(checked.reference.covariates.lines) & {treatment.cell_line for treatment in treated}) == 164


@pytest.mark.parametrize("screen", SCREENS)
def test_viabilities_are_those_of_the_published_numbers(folder, screen):
    for row in rows_of(folder / f"viability_{screen}.tsv"):
        given = viabilities_from_summary(*summary_of(row), [float(row["inhibitor_nM"])])[0]
        assert given == pytest.approx(float(row["value"]), abs=2e-4), row


@pytest.mark.parametrize("screen", SCREENS)
def test_curves_of_a_line_in_a_screen_have_one_slope(folder, screen):
    """Which is how the tested ranges were found; lines of fold 0 are not looked at."""
    curves = {
        (row["cell_line"], row["inhibitor"]): slope_of_summary(*summary_of(row))
        for row in rows_of(folder / f"viability_{screen}.tsv")
        if row["fold"] != "0"
    }
    spread = []
    for line in {line for line, _ in curves}:
        slopes = np.log([slope for (name, _), slope in curves.items() if name == line])
        spread.append(np.abs(slopes - np.median(slopes)).max())
    assert np.median(spread) < 2e-3
    assert np.quantile(spread, 0.9) < 0.02


def test_own_lines_are_those_that_the_shared_table_has_not(folder):
    own = {row["cell_line"] for row in rows_of(folder / "cell_lines.tsv")}
    screened = {row["cell_line"] for screen in SCREENS for row in rows_of(folder / f"viability_{screen}.tsv")}
    assert own == screened - set(PANEL_LINES)
    assert set(PANEL_LINES) <= screened


def test_lines_with_bcr_abl_have_it_among_their_covariates(folder):
    with_fusion = {row["cell_line"] for row in rows_of(folder / "cell_lines.tsv") if "BCR_ABL" in row["alterations"]}
    covariates = rows_of(folder.parent / "reference/line_covariates.tsv")
    flagged = {row["cell_line"] for row in covariates if row["fusion_BCR_ABL"] == "1"}
    assert with_fusion - flagged == {"MY-M12"}  # which has no covariates at all
    assert flagged - with_fusion == {"K-562"}  # of the shared table
