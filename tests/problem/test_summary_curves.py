"""Viabilities from a published IC50 and AUC: the curve has both, and the shipped table is what the functions give."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from jakstat.problem.summary_curves import area_under, slope_of_summary, viabilities_from_summary

PANEL = Path(__file__).resolve().parents[2] / "data" / "cancer_panel"


def test_the_area_is_the_mean_viability_over_log_dose():
    ic50, slope, lowest, highest = 0.66, 1.3, 0.02, 5.12

    def viability(log2_dose):
        return 1 / (1 + np.exp((log2_dose - np.log2(ic50)) / slope))

    area = quad(viability, np.log2(lowest), np.log2(highest))[0] / np.log2(highest / lowest)
    assert area_under(ic50, slope, lowest, highest) == pytest.approx(area, rel=1e-9)


@pytest.mark.parametrize("ic50", [0.005, 0.66, 80.0])
def test_slope_and_area_undo_each_other(ic50):
    assert slope_of_summary(ic50, area_under(ic50, 1.4, 0.02, 5.12), 0.02, 5.12) == pytest.approx(1.4, rel=1e-6)


def test_half_of_the_cells_live_at_the_ic50():
    assert viabilities_from_summary(0.66, 0.621, 0.02, 5.12, [0.66]) == pytest.approx([0.5])


def test_a_dose_that_was_not_tested_is_refused():
    with pytest.raises(ValueError, match="not all within the tested"):
        viabilities_from_summary(0.66, 0.621, 0.02, 5.12, [10.0])


def test_an_area_that_no_curve_has_is_refused():
    with pytest.raises(ValueError, match="no slope gives"):
        slope_of_summary(0.001, 0.99, 0.02, 5.12)


@pytest.mark.parametrize("table", ["viability.tsv", "viability_gdsc2.tsv"])
def test_the_shipped_viabilities_are_those_of_their_published_numbers(table):
    with (PANEL / table).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        numbers = [
            float(row[name]) for name in ("published_ic50_nM", "published_auc", "lowest_dose_nM", "highest_dose_nM")
        ]
        assert viabilities_from_summary(*numbers, [float(row["inhibitor_nM"])])[0] == pytest.approx(
            float(row["value"]), abs=2e-4
        )
