"""Metrics of dose-response curves against closed forms, and their summaries over draws."""

import numpy as np
import pytest
import xarray as xr

from jakstat.predictions.response_metrics import (
    growth_rate_inhibition,
    measure_dose_response,
    measure_growth_response,
    summarise_metrics,
)

DOSES = np.concatenate([[0.0], np.logspace(0, 4, 9)])
FINE = np.concatenate([[0.0], np.logspace(0, 5, 201)])


def hill(doses, ic50, slope=1.0, bottom=0.0):
    return bottom + (1 - bottom) / (1 + (np.asarray(doses) / np.asarray(ic50)[..., None]) ** slope)


def as_curves(values, doses):
    values = np.atleast_2d(values)[None]
    return xr.DataArray(
        values, dims=("chain", "draw", "dose"), coords={"chain": [0], "draw": range(values.shape[1]), "dose": doses}
    )


def test_metrics_of_a_hill_curve_are_exact():
    found = measure_dose_response(as_curves(hill(DOSES, 37.0, 1.2), DOSES)).squeeze()
    assert found["ic50"] == pytest.approx(37.0, rel=1e-9)
    assert found["hill_slope"] == pytest.approx(1.2, rel=1e-9)
    assert found["emax"] == pytest.approx(1 - hill(1e4, 37.0, 1.2)[0], rel=1e-12)
    assert found["ic50"].attrs["units"] == "nM"
    assert found.attrs["highest_dose"] == 1e4


@pytest.mark.parametrize("bottom", [0.0, 0.3, 0.7])
def test_the_relative_ic50_is_where_half_of_the_own_fall_has_happened(bottom):
    curve = hill(FINE, 300.0, 1.5, bottom)
    level = (1 + curve[-1]) / 2
    exact = 300.0 * ((1 - level) / (level - bottom)) ** (1 / 1.5)
    found = measure_dose_response(as_curves(curve, FINE)).squeeze()
    assert found["relative_ic50"] == pytest.approx(exact, rel=1e-3)
    assert np.isfinite(found["ic50"]) == (bottom < 0.5)


def test_a_curve_that_does_not_fall_has_no_ic50_of_either_kind_and_no_effect():
    found = measure_dose_response(as_curves(np.ones(10), DOSES)).squeeze()
    assert np.isnan(found["ic50"])
    assert np.isnan(found["relative_ic50"])
    assert found["relative_ic50_position"] == 1
    assert found["emax"] == 0
    assert found["auc"] == 1


def test_emax_is_the_largest_effect_also_where_the_curve_rises_again():
    curve = np.array([1.0, 0.8, 0.3, 0.6])
    found = measure_dose_response(as_curves(curve, [0.0, 1.0, 10.0, 100.0])).squeeze()
    assert found["emax"] == pytest.approx(0.7)


def test_a_failed_solve_has_no_metric():
    curve = hill(DOSES, 37.0)
    curve[0] = np.nan
    found = measure_dose_response(as_curves(curve, DOSES)).squeeze()
    assert all(np.isnan(found[name]) for name in ("ic50", "relative_ic50", "emax", "auc", "hill_slope"))
    assert found["ic50_position"] == found["relative_ic50_position"] == 3


def test_metrics_keep_the_other_dims_in_any_order():
    curves = as_curves(hill(DOSES, np.array([30.0, 60.0])), DOSES).expand_dims(line=["OCI-M1", "K-562"])
    found = measure_dose_response(curves.transpose("dose", "draw", "line", "chain"))
    assert dict(found["ic50"].sizes) == {"draw": 2, "line": 2, "chain": 1}
    assert found["ic50"].sel(line="K-562", draw=1).item() == pytest.approx(60.0)


def test_curves_without_a_dose_dim_are_refused():
    with pytest.raises(ValueError, match="needed: a dim 'dose'"):
        measure_dose_response(xr.DataArray([1.0, 0.5], dims="time"))


def gr_of_numbers(final, initial, control):
    """Return GR values of cell numbers at the end under drug, at the start, and at the end without drug."""
    with np.errstate(divide="ignore"):
        return growth_rate_inhibition(np.log2(final / initial), np.log2(control / initial))


def test_the_gr_value_of_the_authors_example_is_reproduced():
    # docstring of compute_gr_single, datarail/gr_metrics, SRC/python/gr50, commit 159452e
    assert gr_of_numbers(np.array(1710.0), 492.8, 1766.0) == pytest.approx(0.965305500206, abs=1e-12)


def test_gr_is_1_without_effect_0_where_growth_stops_and_minus_1_where_nothing_lives():
    assert gr_of_numbers(np.array([400.0, 100.0, 0.0]), 100.0, 400.0) == pytest.approx([1.0, 0.0, -1.0])


def test_a_control_that_does_not_grow_has_no_gr():
    assert np.isnan(gr_of_numbers(np.array([90.0, 50.0]), 100.0, 100.0)).all()
    assert np.isnan(growth_rate_inhibition(np.array([0.0, -0.1]), np.array(-0.01))).all()


def test_gr_metrics_do_not_depend_on_the_assay_s_length_where_ic50_does():
    rates = 0.03 * hill(DOSES, 200.0)
    gr50, ic50 = [], []
    for hours in (48.0, 96.0):
        numbers = 2 ** (rates * hours)
        gr = gr_of_numbers(numbers, 1.0, numbers[0])
        gr50.append(measure_growth_response(as_curves(gr, DOSES))["gr50"].item())
        ic50.append(measure_dose_response(as_curves(numbers / numbers[0], DOSES))["ic50"].item())
    assert gr50[0] == pytest.approx(gr50[1], rel=1e-9)
    assert abs(ic50[0] / ic50[1] - 1) > 0.1


def test_gr_metrics_of_a_hill_curve_are_exact():
    found = measure_growth_response(as_curves(hill(DOSES, 37.0), DOSES)).squeeze()
    assert found["gr50"] == pytest.approx(37.0, rel=1e-9)
    assert found["gr_max"] == pytest.approx(37.0 / 10037.0, rel=1e-9)
    exact = np.log((1e4 + 37.0) / 38.0) / np.log(1e4)  # integral of dose / (dose + 37) over ln dose
    assert found["gr_aoc"] == pytest.approx(exact, rel=1e-9)


def test_killed_cells_have_negative_gr_max_and_an_area_above_one_half_where_most_doses_kill():
    found = measure_growth_response(as_curves(hill(DOSES, 20.0, 1.0, -0.8), DOSES)).squeeze()
    assert found["gr_max"] == pytest.approx(-0.8, abs=0.01)
    assert found["gr_aoc"] > 1.0


def test_summaries_have_shares_quantiles_and_units():
    ic50s = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 1e7, 1e8, 1e-4])
    table = summarise_metrics(measure_dose_response(as_curves(hill(DOSES, ic50s), DOSES)))
    row = table.set_index("metric").loc["ic50"]
    assert row["share_existing"] == 5 / 8
    assert row["share_above"] == 2 / 8
    assert row["share_below"] == 1 / 8
    assert row["share_failed"] == 0
    assert row["units"] == "nM"
    expected = np.quantile(ic50s[:5], [0.5, 0.25, 0.75, 0.05, 0.95])
    assert row[["median", "lower_50", "upper_50", "lower_90", "upper_90"]].astype(float).to_numpy() == pytest.approx(
        expected
    )
    assert np.isnan(table.set_index("metric").loc["emax", "share_above"])


def test_summaries_have_a_row_for_every_other_coordinate():
    curves = as_curves(hill(DOSES, np.array([30.0, 60.0])), DOSES).expand_dims(
        line=["OCI-M1", "K-562"], time=[60.0, 120.0]
    )
    table = summarise_metrics(measure_dose_response(curves))
    assert len(table) == 5 * 4
    assert set(table["line"]) == {"OCI-M1", "K-562"}
    assert table.groupby("metric").size().eq(4).all()


def test_a_metric_that_exists_in_no_draw_has_a_share_of_0_and_no_median():
    table = summarise_metrics(measure_dose_response(as_curves(np.ones((3, 10)), DOSES))).set_index("metric")
    assert table.loc["ic50", "share_existing"] == 0
    assert np.isnan(table.loc["ic50", "median"])
