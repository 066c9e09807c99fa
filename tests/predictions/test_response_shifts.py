"""Fold shift of the IC50 and change of Emax, kept apart, with every missing IC50 counted."""

import numpy as np
import pytest
import xarray as xr

from jakstat.predictions.response_metrics import measure_dose_response
from jakstat.predictions.response_shifts import CASES, compare_dose_responses, summarise_shifts

DOSES = np.concatenate([[0.0], np.logspace(0, 4, 9)])


def metrics(ic50s, bottom=0.0, draws=None):
    ic50s = np.asarray(ic50s)
    curves = bottom + (1 - bottom) / (1 + DOSES / ic50s[:, None])
    array = xr.DataArray(
        curves[None],
        dims=("chain", "draw", "dose"),
        coords={"chain": [0], "draw": draws or range(len(ic50s)), "dose": DOSES},
    )
    return measure_dose_response(array)


def test_a_shift_of_k_by_phi_shifts_the_ic50_by_phi_and_leaves_emax_of_a_long_range():
    ic50s = np.array([3.0, 10.0, 40.0])
    found = compare_dose_responses(metrics(ic50s), metrics(8 * ic50s))
    assert found["fold_shift"].to_numpy().ravel() == pytest.approx(8.0, rel=1e-9)
    assert np.abs(found["emax_change"]).max() < 0.04


def test_a_bypass_changes_emax_and_the_absolute_ic50_but_hardly_the_relative():
    # Half of the own fall moves only by what the highest dose leaves out.
    reference, changed = metrics([50.0]), metrics([50.0], bottom=0.6)
    found = compare_dose_responses(reference, changed, "relative_ic50")
    assert found["fold_shift"].item() == pytest.approx(1.0, rel=1e-6)
    assert found["emax_change"].item() == pytest.approx(-0.6, abs=0.01)
    assert np.isnan(compare_dose_responses(reference, changed)["fold_shift"].item())


def test_every_pair_of_positions_is_counted_under_its_name_with_the_limit_that_the_doses_give():
    inside, above, below = 100.0, 1e6, 1e-3
    reference = [inside, inside, inside, above, below, above, inside]
    changed = [inside, above, below, inside, inside, above, np.nan]
    found = compare_dose_responses(metrics(reference), metrics(changed))
    assert [CASES[at] for at in found["case"].to_numpy().ravel()] == list(CASES)
    least, most = (found[f"fold_shift_at_{name}"].to_numpy().ravel() for name in ("least", "most"))
    assert least == pytest.approx([1.0, 100.0, 0.0, 0.0, 100.0, 0.0, np.nan], nan_ok=True)
    assert most == pytest.approx([1.0, np.inf, 0.01, 0.01, np.inf, np.inf, np.nan], nan_ok=True)
    assert np.isnan(found["fold_shift"].to_numpy().ravel()[1:]).all()


def test_the_limits_hold_for_the_true_shift():
    rng = np.random.default_rng(1)
    reference, changed = np.exp(rng.uniform(np.log(1e-2), np.log(1e6), (2, 500)))
    found = compare_dose_responses(metrics(reference), metrics(changed))
    truth = changed / reference
    assert (found["fold_shift_at_least"].to_numpy().ravel() <= truth * (1 + 1e-9)).all()
    assert (found["fold_shift_at_most"].to_numpy().ravel() >= truth * (1 - 1e-9)).all()


def test_the_summary_bounds_the_probability_of_resistance_by_draws_without_an_ic50():
    reference = metrics([100.0, 100.0, 100.0, 1e6])
    changed = metrics([300.0, 100.0, 1e6, 1e6])
    row = summarise_shifts(compare_dose_responses(reference, changed), resistant=2.0).iloc[0]
    assert row["share_both"] == 0.5
    assert row["share_changed_above"] == 0.25
    assert row["share_neither"] == 0.25
    assert row["probability_resistant_least"] == 0.5
    assert row["probability_resistant_most"] == 0.75
    assert row["fold_shift_median"] == pytest.approx(2.0)


def test_a_mutation_axis_is_compared_with_one_reference():
    changed = xr.concat(
        [metrics([20.0, 40.0]), metrics([100.0, 200.0])], xr.IndexVariable("mutation", ["L983F", "Y931C"])
    )
    found = compare_dose_responses(metrics([10.0, 20.0]), changed)
    assert found["fold_shift"].sel(mutation="Y931C").to_numpy().ravel() == pytest.approx(10.0)
    table = summarise_shifts(found)
    assert table["mutation"].tolist() == ["L983F", "Y931C"]


def test_curves_of_other_draws_are_refused():
    with pytest.raises(ValueError, match="needed: the same"):
        compare_dose_responses(metrics([10.0, 20.0]), metrics([10.0, 20.0], draws=[3, 4]))


def test_a_shift_stays_with_its_cells_and_its_drug_when_the_reference_has_no_cells():
    ic50s = {"a": 10.0, "b": 30.0}
    folds = {("x", "a"): 2.0, ("x", "b"): 3.0, ("y", "a"): 5.0, ("y", "b"): 7.0, ("z", "a"): 11.0, ("z", "b"): 13.0}

    def curves(values, dims, coords):
        responses = 1 / (1 + DOSES / np.asarray(values)[..., None])
        return measure_dose_response(
            xr.DataArray(
                responses[None, None],
                dims=("chain", "draw", *dims, "dose"),
                coords={"chain": [0], "draw": [0], "dose": DOSES, **coords},
            )
        )

    reference = curves(list(ic50s.values()), ["drug"], {"drug": list(ic50s)})
    cells = ["x", "y", "z"]
    changed = curves(
        [[ic50s[drug] * folds[line, drug] for drug in ic50s] for line in cells],
        ["cells", "drug"],
        {"cells": cells, "drug": list(ic50s)},
    )
    rows = summarise_shifts(compare_dose_responses(reference, changed)).set_index(["cells", "drug"])
    for place, fold in folds.items():
        assert rows.loc[place, "fold_shift_median"] == pytest.approx(fold, rel=1e-6)
