"""No referee can see what was measured in held-out rows, and a leak that is planted is caught."""

import numpy as np
import pandas as pd
import pytest

from jakstat.predictions.scoring.referees import (
    REFEREES,
    conditions_of,
    predict_by_referees,
    require_blind,
    split_rows,
    with_screen_offsets,
)
from jakstat.predictions.scoring.referees.blinded_rows import SplitRows
from jakstat.problem import LineCovariates

QUICK = tuple(referee for referee in REFEREES if referee.name != "random forest")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    cells = [(f"line {line}", drug, dose) for line in range(16) for drug in ("rux", "fed") for dose in (100.0, 1600.0)]
    table = pd.DataFrame(cells, columns=["line", "drug", "dose_nM"]).assign(screen="A")
    return table.assign(value=np.clip(0.7 - 0.1 * np.log10(table["dose_nM"]) + 0.1 * rng.standard_normal(64), 0, 1))


@pytest.fixture(scope="module")
def covariates(rows) -> LineCovariates:
    rng = np.random.default_rng(5)
    columns = ("expression_CISH", "expression_PIM1", "expression_SOCS2", "fusion_BCR_ABL", "general_viability_A")
    values = rng.standard_normal((16, 5))
    values[:, 3] = np.arange(16) < 2
    values[3, 0] = np.nan
    return LineCovariates(tuple(f"line {line}" for line in range(16)), columns, values)


def last_lines(rows: pd.DataFrame) -> np.ndarray:
    return rows["line"].isin(["line 12", "line 13", "line 14", "line 15"]).to_numpy()


def half_of_curves(rows: pd.DataFrame) -> np.ndarray:
    return (rows["drug"].eq("fed") & rows["line"].isin([f"line {line}" for line in range(8)])).to_numpy()


@pytest.mark.parametrize("held_out", [last_lines, half_of_curves])
@pytest.mark.parametrize("referee", QUICK, ids=lambda referee: referee.name)
def test_predictions_do_not_change_with_the_values_of_held_out_rows(rows, covariates, held_out, referee):
    def predict(split: SplitRows) -> np.ndarray:
        return predict_by_referees(split.training, split.asked, covariates, 1, [referee])[0].draws

    require_blind(predict, rows, held_out(rows), seed=2)


@pytest.mark.slow
def test_the_forest_does_not_see_held_out_values_either(rows, covariates):
    forest = [referee for referee in REFEREES if referee.name == "random forest"]
    few = rows[(rows["drug"] == "rux") & (rows["dose_nM"] == 100.0)]

    def predict(split: SplitRows) -> np.ndarray:
        return predict_by_referees(split.training, split.asked, covariates, 1, forest)[0].draws

    require_blind(predict, few, last_lines(few), seed=2)


def test_held_out_rows_with_values_are_refused(rows, covariates):
    split = split_rows(rows, last_lines(rows))
    with pytest.raises(ValueError, match="no value"):
        predict_by_referees(split.training, rows[last_lines(rows)], covariates, 1, QUICK)


def test_split_rows_give_conditions_without_values(rows):
    split = split_rows(rows, last_lines(rows))
    assert list(split.asked.columns) == ["line", "drug", "dose_nM", "screen"]
    assert len(split.training) == 48
    assert set(split.training["line"]) & set(split.asked["line"]) == set()
    np.testing.assert_array_equal(split.observed, rows.loc[last_lines(rows), "value"])


def test_a_leak_of_training_rows_is_caught(rows, covariates):
    """As happens where left-out rows stay in the table of a naive predictor."""
    held_out = last_lines(rows)

    def cheats(split: SplitRows) -> np.ndarray:
        leaked = split.asked.assign(value=split.observed)
        training = pd.concat([split.training, leaked], ignore_index=True)
        return predict_by_referees(training, split.asked, covariates, 1, QUICK[1:2])[0].draws

    with pytest.raises(ValueError, match="not seen"):
        require_blind(cheats, rows, held_out, seed=2)


def test_a_single_value_that_leaks_is_caught(rows):
    def cheats(split: SplitRows) -> np.ndarray:
        return np.full(len(split.asked), split.training["value"].mean() + 1e-9 * split.observed[0])

    with pytest.raises(ValueError, match="not seen"):
        require_blind(cheats, rows, last_lines(rows), seed=2)


def test_predictions_that_differ_each_time_are_told_from_a_leak(rows):
    rng = np.random.default_rng(6)
    with pytest.raises(ValueError, match="second time"):
        require_blind(lambda split: rng.random(len(split.asked)), rows, last_lines(rows), seed=2)


def test_covariates_of_other_held_out_lines_do_not_matter(rows, covariates):
    split = split_rows(rows, last_lines(rows))
    values = covariates.values.copy()
    values[15] = 100.0
    other = LineCovariates(covariates.lines, covariates.columns, values)
    of_13 = (split.asked["line"] == "line 13").to_numpy()
    for referee in QUICK:
        if referee.name == "STAT signature":
            continue  # its low end is a quantile over all lines of the table, whose covariates are given
        first, second = (
            predict_by_referees(split.training, split.asked, table, 1, [referee])[0].draws[:, of_13]
            for table in (covariates, other)
        )
        np.testing.assert_array_equal(first, second, err_msg=referee.name)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows.drop(columns="screen"), "found no screen"),
        (lambda rows: rows.assign(value=np.nan), "not finite"),
        (lambda rows: rows.assign(dose_nM=0.0), "not positive"),
    ],
)
def test_rows_that_cannot_be_split_are_refused(rows, change, words):
    with pytest.raises(ValueError, match=words):
        split_rows(change(rows), last_lines(rows))


@pytest.mark.parametrize("held_out", [np.zeros(64, bool), np.ones(64, bool), np.ones(3, bool)])
def test_a_split_needs_rows_on_both_sides(rows, held_out):
    with pytest.raises(ValueError, match="needed: some"):
        split_rows(rows, held_out)


def test_a_dose_of_a_screen_with_an_offset_is_a_smaller_dose_of_the_common_one():
    rows = pd.DataFrame({"line": "a", "drug": "b", "dose_nM": [1000.0, 1000.0], "screen": ["GDSC1", "GDSC2"]})
    assert with_screen_offsets(rows, {"GDSC2": np.log(2)})["dose_nM"].tolist() == pytest.approx([1000, 500])
    assert conditions_of(rows.assign(value=1.0, note="x")).columns.tolist() == ["line", "drug", "dose_nM", "screen"]
