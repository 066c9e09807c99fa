"""Dose responses of a PEtab problem by formulas of its own, beside those of the short form."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from jakstat.predictions import fit_of, predict_interventions
from jakstat.problem import parameter_dataset, read_petab, study_to_petab
from jakstat.scenarios import AlteredCells, Readout, read_petab_scenarios
from jakstat.statistics import SolverSettings

DOSES = [0, 30, 300, 3000]
SOLVER = SolverSettings(1e-6, 1e-8)
READOUT = Readout("pSTAT5", "pSTAT5_signal", 1.0)
TARGETS = ("JAK2_phosphorylation", "Rec_phosphorylation", "STAT5_phosphorylation")


@pytest.fixture(scope="module")
def fit(repository, tmp_path_factory):
    """Return the fit of the IL-13 study as PEtab files, with three draws of its parameters."""
    folder = tmp_path_factory.mktemp("petab")
    study_to_petab(repository / "data/raia2011").to_files(folder)
    tables = read_petab(folder / "raia2011.yaml")
    free = [parameter for parameter in tables.parameters if parameter.estimated]
    values = np.array([[[parameter.nominal * factor for parameter in free] for factor in (0.9, 1.0, 1.1)]])
    tree = xr.DataTree.from_dict({"posterior": parameter_dataset(values, [parameter.id for parameter in free])})
    scenarios = read_petab_scenarios(tables, repository / "docs/raia_interventions", "min")
    return fit_of(tables, scenarios, tree, 3, SOLVER, seed=1), tree


def test_curves_are_those_of_the_same_formulas_in_the_short_form(fit):
    fit, tree = fit
    section = {
        "inhibitor": "ruxolitinib",
        "readout": "pSTAT5_signal",
        "time": 60,
        "doses_nM": DOSES,
        "acts_on": {name: f"{name} / (1 + dose / K)" for name in TARGETS},
        "parameters": {"K": {"median": 166.0, "sd_ln": 1e-9, "unit": "nM", "source": "assumed"}},
        "stimuli": [{"label": "IL-13 20 ng/ml", "set": {"il13_level": 20}}],
    }
    expected = predict_interventions(section, fit.tables, None, tree, SOLVER, 1).response
    fixed = replace(fit, scenarios=with_fixed(fit.scenarios, {"K_ruxolitinib": 166.0}))
    curves = fixed.predict_curves([AlteredCells("il13_20")], ["ruxolitinib"], DOSES, READOUT)
    assert curves.to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-6)
    assert curves.to_numpy()[0, :, 0, 0, -1].max() < 0.5


def test_an_alteration_without_its_protein_is_stronger_signalling(fit):
    cells = [AlteredCells("il13_20"), AlteredCells("il13_20", ("JAK2_amplified",))]
    curves = fit[0].predict_curves(cells, ["fedratinib"], DOSES, READOUT)
    assert (curves.sel(cells="il13_20 + JAK2_amplified") >= curves.sel(cells="il13_20") - 1e-6).all()


def test_a_pair_with_one_dose_at_zero_is_the_other_drug_alone(fit):
    cells = AlteredCells("il13_20")
    pair = fit[0].predict_surface(cells, ("ruxolitinib", "fedratinib"), (DOSES, DOSES), READOUT)
    alone = fit[0].predict_curves([cells], ["ruxolitinib"], DOSES, READOUT)
    assert pair.isel(dose_b=0).to_numpy() == pytest.approx(alone.to_numpy()[:, :, 0, 0], rel=1e-9)


def test_unknown_names_are_listed_with_the_known_ones(fit):
    cells = [AlteredCells("il13_21", ("SOCS_loss",))]
    with pytest.raises(ValueError, match=r"unknown cell line 'il13_21'.*unknown alteration 'SOCS_loss'.*SOCS3_loss"):
        fit[0].predict_curves(cells, ["ruxolitinib"], DOSES, READOUT)


def with_fixed(scenarios, values):
    """Return scenarios whose constants have no prior."""
    constants = {
        name: replace(constant, prior=None, value=values[name]) if name in values else constant
        for name, constant in scenarios.interventions.constants.items()
    }
    return replace(scenarios, interventions=replace(scenarios.interventions, constants=constants))
