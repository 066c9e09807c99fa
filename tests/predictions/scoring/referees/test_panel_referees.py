"""Referees where the truth is known: exact means, calibrated spreads, and each is best on what it assumes."""

import numpy as np
import pandas as pd
import pytest

from jakstat.predictions.scoring.referees import REFEREES, predict_by_referees, split_rows
from jakstat.predictions.scoring.referees.cell_regressions import general_viability, stat_signature
from jakstat.predictions.scoring.referees.dose_cells import dose_doubling, nearest_cells, rows_of_cell
from jakstat.predictions.scoring.scores import score_measurements
from jakstat.problem import LineCovariates

LINES = tuple(f"line {number}" for number in range(120))
COLUMNS = ("expression_CISH", "expression_PIM1", "expression_SOCS2", "expression_X", "fusion_BCR_ABL")
COLUMNS += ("general_viability_A", "general_viability_B")


@pytest.fixture(scope="module")
def covariates() -> LineCovariates:
    rng = np.random.default_rng(7)
    values = rng.standard_normal((len(LINES), len(COLUMNS)))
    values[:, 4] = 0
    values[:, 6] = values[:, 5]
    return LineCovariates(LINES, COLUMNS, values)


def screened(effect: np.ndarray, noise: float = 0.02, seed: int = 8) -> pd.DataFrame:
    """Return responses of all lines to two drugs at two doses, each shifted by the line's effect."""
    rng = np.random.default_rng(seed)
    rows = [
        {
            "line": line,
            "drug": drug,
            "dose_nM": dose,
            "screen": "A",
            "value": 0.7 - 0.2 * at - 0.1 * low + effect[number],
        }
        for number, line in enumerate(LINES)
        for at, drug in enumerate(("rux", "fed"))
        for low, dose in enumerate((100.0, 1600.0))
    ]
    table = pd.DataFrame(rows)
    return table.assign(value=table["value"] + noise * rng.standard_normal(len(table)))


def split_of(rows: pd.DataFrame):
    return split_rows(rows, rows["line"].isin(LINES[80:]).to_numpy())


def crps_of(split, covariates, names) -> dict[str, float]:
    referees = [referee for referee in REFEREES if referee.name in names]
    predictions = predict_by_referees(split.training, split.asked, covariates, 1, referees)
    return {said.name: score_measurements(split.observed, said)["crps"].mean() for said in predictions}


def referee(name: str):
    return next(other for other in REFEREES if other.name == name)


def test_the_drug_mean_is_the_empirical_distribution_of_its_drug_and_dose(covariates):
    split = split_of(screened(np.where(np.arange(120) % 10 == 0, -0.4, 0.0), noise=0.0))  # one line in ten answers
    (said,) = predict_by_referees(split.training, split.asked, covariates, 1, [referee("drug and dose")])
    rux = (split.asked["drug"].eq("rux") & split.asked["dose_nM"].eq(100.0)).to_numpy()
    strong = (said.draws[:, rux] < 0.5).mean()
    assert strong == pytest.approx(0.1, abs=0.03)  # two modes, which no normal distribution has
    assert not ((said.draws[:, rux] > 0.4) & (said.draws[:, rux] < 0.6)).any()


def test_samples_hold_their_share_of_new_lines(covariates):
    split = split_of(screened(0.1 * np.random.default_rng(9).standard_normal(120)))
    for name in ("drug and dose", "drug + line", "general sensitivity", "ridge", "nearest lines"):
        (said,) = predict_by_referees(split.training, split.asked, covariates, 1, [referee(name)])
        inside = score_measurements(split.observed, said)["inside_80"].mean()
        # 40 new lines, whose four values move together: sd of a share of lines, sqrt(0.8 * 0.2 / 40)
        assert inside == pytest.approx(0.8, abs=3 * 0.063), name


def test_known_lines_have_the_spread_of_curves_left_out_not_that_of_new_lines(covariates):
    rows = screened(0.15 * np.random.default_rng(10).standard_normal(120))
    held_out = (rows["drug"].eq("fed") & rows["line"].isin(LINES[:40])).to_numpy()
    split = split_rows(rows, held_out)
    (said,) = predict_by_referees(split.training, split.asked, covariates, 1, [referee("drug + line")])
    scored = score_measurements(split.observed, said)
    assert said.draws.std(axis=0).mean() < 0.06  # lines differ by 0.15, the noise is 0.02
    assert scored["inside_90"].mean() > 0.8


@pytest.mark.parametrize(
    ("column", "best"), [(5, "general sensitivity"), (0, "STAT signature"), (3, "ridge"), (3, "random forest")]
)
def test_a_covariate_that_tells_the_answer_is_used(covariates, column, best):
    of_line = covariates.values[:, column] if column else covariates.values[:, :3].mean(axis=1)
    split = split_of(screened(-0.1 * of_line / of_line.std()))
    found = crps_of(split, covariates, {best, "drug and dose"})
    assert found[best] < 0.75 * found["drug and dose"]


def test_a_shuffled_covariate_earns_nothing(covariates):
    split = split_of(screened(-0.1 * covariates.values[np.random.default_rng(11).permutation(120), 5]))
    found = crps_of(split, covariates, {"general sensitivity", "drug and dose"})
    assert found["general sensitivity"] == pytest.approx(found["drug and dose"], rel=0.05)


def test_no_effect_is_around_1(covariates):
    split = split_of(screened(np.zeros(120)))
    (said,) = predict_by_referees(split.training, split.asked, covariates, 1, [referee("no effect")])
    assert (np.median(said.draws, axis=0) > 0.95).all()
    assert said.draws.max() <= 1.0  # no value of training is above 1


def test_bcr_abl_lines_count_as_lines_without_stat_activity_by_jak(covariates):
    values = covariates.values.copy()
    values[0, :3], values[0, 4] = 5.0, 1.0  # the highest targets, by BCR-ABL
    table = LineCovariates(LINES, COLUMNS, values)
    signature = stat_signature(table, LINES)[:, 1]
    assert signature[0] == pytest.approx(np.quantile(values[:, :3].mean(axis=1), 0.1))
    assert signature[1] == pytest.approx(values[1, :3].mean())


def test_a_table_without_the_signature_or_screens_is_no_fault(covariates):
    table = LineCovariates(LINES, ("expression_X",), covariates.values[:, 3:4])
    split = split_of(screened(np.zeros(120)))
    for said in predict_by_referees(split.training, split.asked, table, 1, REFEREES[4:6]):
        assert np.isfinite(said.draws).all()


def test_general_viability_is_the_mean_of_the_screens_that_know_the_line():
    table = LineCovariates(("a", "b"), COLUMNS[-2:], np.array([[0.1, 0.3], [np.nan, 0.2]]))
    found = general_viability(table, ["a", "b", "c"])[:, 0]
    np.testing.assert_allclose(found, [0.2, 0.2, np.nan])


def test_cells_are_a_drug_at_doses_within_a_factor_of_two_and_new_ones_take_the_nearest():
    assert dose_doubling(np.array([90.0, 100.0, 128.0, 1600.0])).tolist() == [6, 7, 7, 11]
    training = pd.DataFrame({"drug": ["rux", "rux", "fed"], "dose_nM": [100.0, 1600.0, 100.0], "value": 0.0})
    asked = pd.DataFrame({"drug": ["rux", "fed", "new"], "dose_nM": [3000.0, 3000.0, 3000.0]})
    cells = nearest_cells(training, asked)
    assert cells == [("rux", 11), ("fed", 7), ("", 11)]
    assert [rows_of_cell(training, cell).tolist() for cell in cells] == [
        [False, True, False],
        [False, False, True],
        [False, True, False],
    ]


def test_predictions_are_the_same_again(covariates):
    split = split_of(screened(np.zeros(120)))
    first, again = (
        predict_by_referees(split.training, split.asked, covariates, 1, [referee("random forest")])[0].draws
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
