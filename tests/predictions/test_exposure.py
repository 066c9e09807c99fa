"""Effects at plasma levels of known curves, the uncertainty of the conversion, and ranking of drugs."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm

from jakstat.predictions.exposure import Exposure, predict_effect_at_exposure, rank_drugs, summarise_effects

DOSES = np.concatenate([[0.0], np.logspace(0, 4, 17)])
RUX = Exposure("ruxolitinib", 270.0, 1000.0, 0.03, 0.0, "20 mg twice a day", "assumed")
TOFA = Exposure("tofacitinib", 50.0, 140.0, 0.6, 0.0, "5 mg twice a day", "assumed")


def curves(ic50s, drugs=("ruxolitinib", "tofacitinib"), draws=3):
    """Hill curves; ic50s (drug,) or (drug, genotype)."""
    ic50s = np.asarray(ic50s, dtype=float)
    values = 1 / (1 + DOSES / ic50s[..., None])
    dims = ["drug", "genotype", "dose"] if ic50s.ndim == 2 else ["drug", "dose"]
    coords = {"drug": list(drugs), "dose": DOSES}
    array = xr.DataArray(values, dims=dims, coords=coords)
    return array.expand_dims(chain=[0], draw=range(draws))


def test_the_effect_of_a_hill_curve_is_that_at_the_free_concentration():
    found = predict_effect_at_exposure(curves([30.0, 5.0]), [RUX, TOFA], seed=1)
    free = np.array([[8.1, 30.0], [30.0, 84.0]])
    assert found["concentration"].isel(chain=0, draw=0).to_numpy() == pytest.approx(free)
    exact = free / (free + np.array([[30.0], [5.0]]))
    assert found["effect"].isel(chain=0, draw=2).transpose("drug", "level").to_numpy() == pytest.approx(exact, rel=1e-9)
    assert found["concentration"].attrs["units"] == "nM"


def test_an_exposure_above_the_highest_dose_has_no_effect_to_show():
    high = replace(RUX, peak=1e6)
    effect = predict_effect_at_exposure(curves([30.0, 5.0]), [high], seed=1)["effect"].sel(drug="ruxolitinib")
    assert np.isnan(effect.sel(level="peak")).all()
    assert np.isfinite(effect.sel(level="average")).all()
    assert summarise_effects(effect)["share_defined"].tolist() == [1.0, 0.0]


def test_the_conversion_widens_the_effect_by_its_sd_and_moves_average_and_peak_together():
    uncertain = replace(RUX, sd_ln=0.5)
    found = predict_effect_at_exposure(curves([30.0, 5.0], draws=4000), [uncertain], seed=1)
    logs = np.log(found["concentration"].sel(drug="ruxolitinib", level="average").to_numpy().ravel())
    assert logs.mean() == pytest.approx(np.log(8.1), abs=4 * 0.5 / np.sqrt(4000))
    assert logs.std() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(8000))
    ratio = found["concentration"].sel(level="peak") / found["concentration"].sel(level="average")
    assert ratio.to_numpy() == pytest.approx(1000 / 270)
    table = summarise_effects(found["effect"].sel(level="peak"), (0.5,))
    assert table["probability_50"][0] == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(4000))


def test_a_drug_s_conversion_does_not_depend_on_the_other_drugs():
    uncertain = [replace(drug, sd_ln=0.5) for drug in (RUX, TOFA)]
    both = predict_effect_at_exposure(curves([30.0, 5.0]), uncertain, seed=1)["concentration"]
    alone = predict_effect_at_exposure(curves([30.0, 5.0]), uncertain[1:], seed=1)["concentration"]
    assert (both.sel(drug="tofacitinib") == alone.sel(drug="tofacitinib")).all()
    average = both.sel(level="average")
    assert (average.sel(drug="tofacitinib") / average.sel(drug="ruxolitinib")).std() > 0.01


def test_probabilities_of_an_inhibition_are_shares_of_draws():
    effect = xr.DataArray([[[0.2, 0.5, 0.9, np.nan]]], dims=("drug", "chain", "draw"), coords={"drug": ["a"]})
    row = summarise_effects(effect, (0.5, 0.8)).iloc[0]
    assert row["share_defined"] == 0.75
    assert row["probability_50"] == pytest.approx(2 / 3)
    assert row["probability_80"] == pytest.approx(1 / 3)
    assert row["median"] == 0.5


def test_the_best_drug_differs_between_genotypes():
    effect = predict_effect_at_exposure(curves([[30.0, 3000.0], [200.0, 200.0]]), [RUX, replace(TOFA, average=20.0)], 1)
    table = rank_drugs(effect["effect"].sel(level="peak").assign_coords(genotype=["wild type", "Y931C"]))
    best = table.groupby("genotype", sort=False).first()["drug"]
    assert best.to_dict() == {"wild type": "ruxolitinib", "Y931C": "tofacitinib"}
    assert table.groupby("genotype")["probability_best"].sum().to_numpy() == pytest.approx(1.0)


def test_the_probability_of_being_best_is_that_of_normal_effects():
    rng = np.random.default_rng(1)
    values = rng.standard_normal((4, 2500, 2)) + [0.5, 0.0]
    effect = xr.DataArray(values, dims=("chain", "draw", "drug"), coords={"drug": ["a", "b"]})
    table = rank_drugs(effect).set_index("drug")
    exact = norm.cdf(0.5 / np.sqrt(2))
    assert table.loc["a", "probability_best"] == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 10_000))
    assert table.loc["a", "mean_rank"] == pytest.approx(2 - table.loc["a", "probability_best"])


def test_equal_drugs_share_the_first_place_and_draws_with_a_gap_are_left_out():
    values = np.array([[[0.5, 0.5, 0.1], [0.9, np.nan, 0.1]]])
    effect = xr.DataArray(values, dims=("chain", "draw", "drug"), coords={"drug": ["a", "b", "c"]})
    table = rank_drugs(effect).set_index("drug")
    assert table["probability_best"].to_dict() == {"a": 0.5, "b": 0.5, "c": 0.0}
    assert table["mean_rank"].to_dict() == {"a": 1.5, "b": 1.5, "c": 3.0}
    assert (table["share_compared"] == 0.5).all()


def test_every_fault_of_the_exposures_is_named_at_once():
    faulty = [replace(RUX, average=2000.0), replace(TOFA, fraction_unbound=3.0, sd_ln=-1.0), TOFA]
    with pytest.raises(ValueError, match="average <= peak.*fraction_unbound 3.*sd_ln -1.*2 exposures"):
        predict_effect_at_exposure(curves([30.0, 5.0]), faulty, seed=1)


def test_exposures_of_other_drugs_are_refused_with_the_predicted_ones():
    with pytest.raises(ValueError, match="ruxolitinib, tofacitinib"):
        predict_effect_at_exposure(curves([30.0, 5.0]), [replace(RUX, drug="fedratinib")], seed=1)
