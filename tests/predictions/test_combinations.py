"""Combinations: references in closed form, sham combinations without excess, least doses, invariance to units."""

import numpy as np
import pytest
import xarray as xr

from jakstat.predictions.combinations import find_least_doses, loewe_effect, measure_combination, summarise_combination

A, B = 30.0, 400.0  # K of two drugs, nM


def grid(number=12, low=0.0, high=4.0):
    return np.concatenate([[0.0], np.logspace(low, high, number - 1)])


def same_site(doses_a, doses_b, k_a=A, k_b=B, slope=1.0):
    """Relative signal of two drugs that compete for one site."""
    occupied = doses_a[:, None] / k_a + doses_b / k_b
    return 1 / (1 + occupied**slope)


def as_grid(values, doses_a, doses_b):
    values = np.asarray(values)
    values = values.reshape(1, -1, doses_a.size, doses_b.size)
    coords = {"chain": [0], "draw": range(values.shape[1]), "dose_a": doses_a, "dose_b": doses_b}
    return xr.DataArray(values, dims=("chain", "draw", "dose_a", "dose_b"), coords=coords)


SHAPES = {
    "two affinities": lambda occupied: 0.6 / (1 + occupied) + 0.4 / (1 + occupied / 50),
    "exponential": lambda occupied: np.exp(-occupied),
    "plateau": lambda occupied: 0.4 + 0.6 / (1 + occupied**1.5),
}


@pytest.mark.parametrize("slope", [1.0, 0.7])
@pytest.mark.parametrize("k_b", [A, B], ids=["a drug with itself", "another on the same site"])
def test_a_sham_combination_of_hill_curves_has_no_loewe_excess(k_b, slope):
    doses = grid()
    measured = measure_combination(as_grid(same_site(doses, doses, k_b=k_b, slope=slope), doses, doses))
    assert np.abs(measured["loewe_excess"]).max() < 1e-12
    assert measured["loewe_excess"].notnull().mean() > 0.5
    assert measured["mean_loewe_excess"].item() == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("k_b", [A, B], ids=["a drug with itself", "another on the same site"])
def test_the_loewe_excess_of_a_sham_combination_shrinks_with_the_grid_whatever_the_curve(k_b, shape):
    errors = []
    for number in (9, 17, 65):
        doses = grid(number)
        relative = SHAPES[shape](doses[:, None] / A + doses / k_b)
        excess = measure_combination(as_grid(relative, doses, doses))["loewe_excess"]
        assert excess.notnull().mean() > 0.25
        errors.append(float(np.abs(excess).max()))
    assert errors[0] < 0.1
    assert errors[1] < errors[0] / 2
    assert errors[2] < errors[1] / 8


def test_loewe_agrees_with_the_closed_form_of_hill_curves_of_one_slope():
    doses = grid(60)
    alone_a, alone_b = doses / (doses + A), doses / (doses + B)
    found = loewe_effect(doses, doses, alone_a[None], alone_b[None])[0]
    occupied = doses[:, None] / A + doses / B
    exact = occupied / (1 + occupied)
    defined = np.isfinite(found)
    reach = exact <= alone_b[-1]
    assert defined[1:, 1:].tolist() == reach[1:, 1:].tolist()
    assert found[defined] == pytest.approx(exact[defined], abs=1e-9)


def test_loewe_of_different_slopes_solves_its_equation():
    doses = grid(60)
    alone_a, alone_b = doses / (doses + A), doses**2 / (doses**2 + B**2)
    found = loewe_effect(doses, doses, alone_a[None], alone_b[None])[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = found / (1 - found)
        index = doses[:, None] / (A * odds) + doses / (B * np.sqrt(odds))
    interesting = np.isfinite(found) & (found > 0.05) & (found < 0.95)
    assert interesting.sum() > 500
    assert index[interesting] == pytest.approx(1.0, abs=2e-3)


def test_loewe_is_not_defined_beyond_the_reach_of_the_weaker_drug():
    doses = grid()
    weak = 0.3 * doses / (doses + B)
    found = loewe_effect(doses, doses, (doses / (doses + A))[None], weak[None])[0]
    assert np.nanmax(found[1:, 1:]) <= weak[-1]
    strong_a = doses > A
    assert np.isnan(found[np.ix_(strong_a, doses > 0)]).all()
    assert np.isfinite(found[1, 1])


def test_loewe_with_a_drug_without_any_effect_is_not_defined_and_alone_it_is_the_drug():
    doses = grid()
    found = loewe_effect(doses, doses, (doses / (doses + A))[None], np.zeros((1, doses.size)))[0]
    assert np.isnan(found[1:, 1:]).all()
    assert found[:, 0] == pytest.approx(doses / (doses + A))


def test_a_failed_draw_leaves_the_others_as_they_are():
    doses = grid()
    values = np.array([same_site(doses, doses)] * 3)
    values[1, 4, 0] = np.nan
    measured = measure_combination(as_grid(values, doses, doses))
    good = measure_combination(as_grid(values[:1], doses, doses))["loewe_excess"].to_numpy()[0, 0]
    for draw in (0, 2):
        assert measured["loewe_excess"].to_numpy()[0, draw] == pytest.approx(good, nan_ok=True)
    assert np.isnan(measured["loewe_excess"].to_numpy()[0, 1, 1:, 1:]).all()


def test_independent_drugs_have_no_bliss_excess():
    doses = grid()
    relative = (1 / (1 + doses[:, None] / A)) * (1 / (1 + doses / B))
    measured = measure_combination(as_grid(relative, doses, doses))
    assert np.abs(measured["bliss_excess"]).max() < 1e-12
    assert measured["mean_bliss_excess"].item() == pytest.approx(0.0, abs=1e-12)
    assert measured["hsa_excess"].isel(dose_a=slice(1, None), dose_b=slice(1, None)).min() > 0


def test_a_pair_that_does_what_the_stronger_does_has_no_hsa_excess():
    doses = grid()
    relative = np.minimum(1 / (1 + doses[:, None] / A), 1 / (1 + doses / B))
    assert np.abs(measure_combination(as_grid(relative, doses, doses))["hsa_excess"]).max() < 1e-12


def test_synergy_and_antagonism_have_their_signs_against_every_reference():
    doses = grid()
    occupied = doses[:, None] / A + doses / B
    together = 5 * doses[:, None] * doses / (A * B)
    stronger = measure_combination(as_grid(1 / (1 + occupied + together), doses, doses))
    stronger_alone = np.maximum(doses[:, None] / A, doses / B)
    both = np.minimum(doses[:, None], doses) > 0
    weaker = measure_combination(as_grid(1 / (1 + stronger_alone * np.where(both, 0.8, 1.0)), doses, doses))
    inside = {"dose_a": slice(3, 8), "dose_b": slice(3, 8)}
    for name in ("bliss", "hsa", "loewe"):
        assert stronger[f"{name}_excess"].isel(inside).min() > 0
        assert weaker[f"{name}_excess"].isel(inside).max() < 0


def test_no_excess_depends_on_the_unit_of_a_dose():
    doses = grid()
    rng = np.random.default_rng(3)
    relative = same_site(doses, doses) ** np.exp(0.3 * rng.random((doses.size, doses.size)))
    relative[0, 0] = 1.0
    in_nm = measure_combination(as_grid(relative, doses, doses))
    mixed = measure_combination(as_grid(relative, doses / 1000, doses * 1e6))
    for name in ("bliss", "hsa", "loewe"):
        found, expected = (excess[f"{name}_excess"].to_numpy() for excess in (mixed, in_nm))
        assert found == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_drugs_may_change_places():
    a, b = grid(10), grid(7, 1.0, 3.5)
    values = same_site(a, b, slope=1.3) ** 1.1
    straight = measure_combination(as_grid(values, a, b))
    turned = measure_combination(as_grid(values.T, b, a))
    for name in ("bliss", "hsa", "loewe"):
        found = turned[f"{name}_excess"].to_numpy()[0, 0].T
        assert found == pytest.approx(straight[f"{name}_excess"].to_numpy()[0, 0], abs=1e-9, nan_ok=True)


def test_signals_that_are_not_relative_to_no_drug_are_refused():
    doses = grid()
    with pytest.raises(ValueError, match="away from 1"):
        measure_combination(as_grid(0.8 * same_site(doses, doses), doses, doses))


def test_the_summary_counts_draws_above_and_below_and_those_not_defined():
    doses = np.array([0.0, 10.0, 100.0])
    pair = np.array([0.1, 0.1, 0.9, np.nan])
    values = np.ones((4, 3, 3))
    values[:, 1:, :] *= 0.5
    values[:, :, 1:] *= 0.5
    values[:, 2, 2] = pair
    table = summarise_combination(measure_combination(as_grid(values, doses, doses))).set_index(
        ["reference", "dose_a", "dose_b"]
    )
    row = table.loc[("bliss", 100.0, 100.0)]
    assert row["share_defined"] == 0.75
    assert row["probability_above"] == pytest.approx(2 / 3)
    assert row["probability_below"] == pytest.approx(1 / 3)
    assert row["median"] == pytest.approx(0.15)
    assert len(table) == 27


def test_means_are_over_the_pairs_that_every_draw_defines():
    doses = grid(6)
    values = np.array([same_site(doses, doses), same_site(doses, doses, k_b=40_000.0)]) ** 1.2
    measured = measure_combination(as_grid(values, doses, doses))
    inside = measured["loewe_excess"].to_numpy()[0, :, 1:, 1:]
    common = np.isfinite(inside).all(axis=0)
    assert 0 < common.sum() < np.isfinite(inside[0]).sum()
    assert measured["mean_loewe_excess"].to_numpy()[0] == pytest.approx(inside[:, common].mean(axis=1))


def test_least_doses_are_the_pareto_front_of_what_enough_draws_reach():
    doses = np.array([0.0, 1.0, 10.0])
    high = np.ones((3, 3))
    high[2, 0] = high[1, 1] = high[2, 1] = high[1, 2] = high[2, 2] = 0.2
    rare = high.copy()
    rare[0, 2] = 0.2
    values = np.array([high] * 9 + [rare])
    table = find_least_doses(as_grid(values, doses, doses), effect=0.5, probability=0.9)
    assert table[["dose_a", "dose_b"]].to_numpy().tolist() == [[1.0, 1.0], [10.0, 0.0]]
    assert table["probability"].tolist() == [1.0, 1.0]
    high[2, 0] = 1.0
    lone = find_least_doses(as_grid(np.array([high]), doses, doses), effect=0.5)
    assert lone[["dose_a", "dose_b"]].to_numpy().tolist() == [[1.0, 1.0]], (
        "more of the first with as much of the second"
    )
    assert find_least_doses(as_grid(values, doses, doses), effect=0.9).empty


@pytest.mark.parametrize("effect", [0.0, 1.0, 50.0])
def test_an_effect_that_is_no_share_is_refused(effect):
    doses = grid()
    with pytest.raises(ValueError, match="needed: a share"):
        find_least_doses(as_grid(same_site(doses, doses), doses, doses), effect)
