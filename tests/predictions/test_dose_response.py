"""IC50s of known curves, and the inhibitor as a formula on parameters."""

import re
from dataclasses import replace

import numpy as np
import pytest

from jakstat.predictions import half_effect_dose, read_dose_response, summarise_ic50

DOSES = np.concatenate([[0.0], np.logspace(0, 4, 9)])


def hill(ic50: float, slope: float = 1.0) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return 1 / (1 + (DOSES / ic50) ** slope)


@pytest.mark.parametrize(("ic50", "slope"), [(37.0, 1.0), (5000.0, 0.7), (2.0, 2.5)])
def test_half_effect_of_a_hill_curve_is_exact(ic50, slope):
    assert half_effect_dose(DOSES, hill(ic50, slope)) == pytest.approx(ic50, rel=1e-9)


def test_a_curve_that_never_reaches_half_has_no_ic50():
    assert np.isnan(half_effect_dose(DOSES, 0.4 * hill(30.0) + 0.6))


def test_a_curve_below_half_at_the_lowest_dose_has_no_ic50():
    assert np.isnan(half_effect_dose(DOSES, hill(0.3)))


def test_a_curve_with_a_failed_solve_has_no_ic50():
    broken = hill(30.0)
    broken[3] = np.nan
    assert np.isnan(half_effect_dose(DOSES, broken))


def test_overshoot_before_the_fall_does_not_move_the_crossing_to_the_dose_after():
    doses = np.array([0.0, 10.0, 100.0])
    over, under = (half_effect_dose(doses, np.array([1.0, start, 0.4])) for start in (1.02, 0.98))
    assert over == pytest.approx(69.0, abs=1.0)
    assert over == pytest.approx(under, rel=0.25)


def test_doses_apply_to_whole_arrays():
    curves = np.array([[hill(30.0), 0.4 * hill(30.0) + 0.6]])
    found = half_effect_dose(DOSES, curves)
    assert found.shape == (1, 2)
    assert found[0, 0] == pytest.approx(30.0)
    assert np.isnan(found[0, 1])


SECTION = {
    "inhibitor": "ruxolitinib",
    "acts_on": {"JAK2_phosphorylation": "JAK2_phosphorylation / (1 + dose / K)"},
    "parameters": {"K": {"median": 166.0, "sd_ln": 0.5, "unit": "nM", "source": "assumed"}},
    "doses_nM": [0, 1, 10, 100, 1000, 10000],
    "stimuli": [{"label": "IL-13 4 ng/ml", "set": {"il13_level": 4}}],
    "readout": "pSTAT5_signal",
    "time": 60,
}


@pytest.mark.parametrize("doses", [[1, 10], [0, 10, 5], [0, -1], []])
def test_doses_that_do_not_rise_from_zero_are_refused(doses):
    with pytest.raises(ValueError, match="doses_nM"):
        read_dose_response(SECTION | {"doses_nM": doses})


def test_a_formula_that_does_not_parse_is_refused_by_key():
    with pytest.raises(ValueError, match=r"acts_on\.JAK2_phosphorylation"):
        read_dose_response(SECTION | {"acts_on": {"JAK2_phosphorylation": "1 + (dose"}})


@pytest.mark.slow
def test_inhibitor_lowers_the_signal_monotonically_and_ic50_scales_with_k(repository):
    import xarray as xr

    from jakstat.predictions import predict_dose_response
    from jakstat.problem import read_tables
    from jakstat.statistics import SolverSettings

    tables = read_tables(repository / "data" / "raia2011")
    nominal = np.array([[[one.nominal for one in tables.parameters if one.estimated]] * 6])
    names = [one.id for one in tables.parameters if one.estimated]
    draws = xr.Dataset({"parameter_value": (("chain", "draw", "parameter"), nominal)},
                       coords={"chain": [0], "draw": range(6), "parameter": names})  # fmt: skip
    tree = xr.DataTree.from_dict({"posterior": draws})
    solver = SolverSettings(1e-8, 1e-10)
    result = predict_dose_response(tables, tree, read_dose_response(SECTION), solver, seed=1)
    assert (result["relative_signal"].diff("dose") <= 1e-6).all()
    assert result["relative_signal"].isel(dose=0).to_numpy() == pytest.approx(1.0)
    ratio = (result["ic50"].isel(stimulus=0) / result["K"]).to_numpy()
    assert ratio == pytest.approx(ratio[0, 0], rel=0.02), "dose enters only as dose / K"
    assert summarise_ic50(result)["share_existing"].item() == 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"readout": "pSTAT6_signal"}, "'pSTAT6_signal'; needed: a measured observable"),
        ({"readout": "pstat5_signal"}, "(did you mean pSTAT5_signal"),
        ({"acts_on": {"JAK9": "JAK9 / (1 + dose / K)"}}, "JAK9"),
        ({"acts_on": {"JAK2_phosphorylation": "JAK2_phosphorylation / (1 + dosis / K)"}}, "dosis"),
        ({"stimuli": [{"label": "IL-6", "set": {"il6": 1}}]}, "il6"),
        ({"parameters": {"Rec_intern": {"median": 1.0, "sd_ln": 1.0, "source": "assumed"}}}, "Rec_intern"),
    ],
)
def test_what_the_study_does_not_have_is_named(repository, change, message):
    from jakstat.predictions.dose_response import check_dose_response
    from jakstat.problem import read_tables

    tables = read_tables(repository / "data" / "raia2011")
    with pytest.raises(ValueError, match=re.escape(message)):
        check_dose_response(tables, read_dose_response(SECTION | change))


MADE = SECTION | {
    "acts_on": {"made": "made / (1 + dose / K)"},
    "stimuli": [{"label": "half", "set": {"made": 3}}],
    "readout": "x_signal",
    "time": 0,
}


def only(tables, name):
    """Return a study with one of its experiments."""
    kept = tuple(one for one in tables.measurements if one.experiment_id == name)
    return replace(tables, experiments=tuple(one for one in tables.experiments if one.id == name), measurements=kept)


@pytest.mark.slow
def test_a_dose_response_starts_from_the_preequilibration_of_the_study(turnover):
    import xarray as xr

    from jakstat.predictions import predict_dose_response
    from jakstat.statistics import SolverSettings

    draws = xr.Dataset({"parameter_value": (("chain", "draw", "parameter"), np.array([[[1.5]]]))},
                       coords={"chain": [0], "draw": [0], "parameter": ["k"]})  # fmt: skip
    tree = xr.DataTree.from_dict({"posterior": draws})
    result = predict_dose_response(only(turnover, "late"), tree, read_dose_response(MADE), SolverSettings(), seed=1)
    assert result["signal"].to_numpy().ravel() == pytest.approx(np.full(6, 6 / 1.5), rel=1e-6)


def test_a_study_whose_experiments_differ_in_what_comes_before_is_refused(turnover):
    from jakstat.predictions.dose_response import check_dose_response

    with pytest.raises(ValueError, match="differ in what comes before them"):
        check_dose_response(turnover, read_dose_response(MADE))
    check_dose_response(only(turnover, "late"), read_dose_response(MADE))
