"""Dose responses of a PEtab problem by formulas of its own, beside those of the dose_response section."""

from copy import copy
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from jakstat.predictions import (
    AlteredCells,
    Readout,
    predict_curves,
    predict_dose_response,
    predict_surface,
    read_dose_response,
    thin_posterior,
)
from jakstat.problem import read_petab, study_to_petab
from jakstat.scenarios import PetabScenarios
from jakstat.statistics import SolverSettings

DOSES = [0, 30, 300, 3000]
SOLVER = SolverSettings(1e-6, 1e-8)
READOUT = Readout("pSTAT5", "pSTAT5_signal", 1.0)
TARGETS = ("JAK2_phosphorylation", "Rec_phosphorylation", "STAT5_phosphorylation")


@pytest.fixture(scope="module")
def asked(repository, tmp_path_factory):
    """Return the IL-13 study as PEtab files, scenarios on it, and three draws of its parameters."""
    folder = tmp_path_factory.mktemp("petab")
    study_to_petab(repository / "data/raia2011").to_files(folder)
    tables = read_petab(folder / "raia2011.yaml")
    free = [one for one in tables.parameters if one.estimated]
    values = np.array([[[one.nominal * factor for one in free] for factor in (0.9, 1.0, 1.1)]])
    draws = xr.DataArray(values, dims=("chain", "draw", "parameter"),
                         coords={"chain": [0], "draw": [0, 1, 2], "parameter": [one.id for one in free]})  # fmt: skip
    scenarios = PetabScenarios(tables, repository / "docs/raia_interventions", "min")
    return tables, scenarios, xr.DataTree.from_dict({"posterior": xr.Dataset({"parameter_value": draws})})


def test_curves_are_those_of_the_same_formulas_in_the_dose_response_section(asked):
    tables, scenarios, tree = asked
    section = {
        "inhibitor": "ruxolitinib", "readout": "pSTAT5_signal", "time": 60, "doses_nM": DOSES,
        "acts_on": {name: f"{name} / (1 + dose / K)" for name in TARGETS},
        "parameters": {"K": {"median": 166.0, "sd_ln": 1e-9, "unit": "nM", "source": "assumed"}},
        "stimuli": [{"label": "IL-13 20 ng/ml", "set": {"il13_level": 20}}],
    }  # fmt: skip
    expected = predict_dose_response(tables, tree, read_dose_response(section), SOLVER, 1)["relative_signal"]
    fixed, draws = with_fixed(scenarios, {"K_ruxolitinib": 166.0}), thin_posterior(tree, 3)
    curves = predict_curves(tables, fixed, draws, [AlteredCells("il13_20")], ["ruxolitinib"], DOSES, READOUT, SOLVER, 1)
    assert curves.to_numpy()[:, :, 0, 0] == pytest.approx(expected.to_numpy()[:, :, 0], rel=1e-6)
    assert curves.to_numpy()[0, :, 0, 0, -1].max() < 0.5


def test_an_alteration_without_its_protein_is_stronger_signalling(asked):
    tables, scenarios, tree = asked
    cells = [AlteredCells("il13_20"), AlteredCells("il13_20", ("JAK2_amplified",))]
    curves = predict_curves(
        tables, scenarios, thin_posterior(tree, 3), cells, ["fedratinib"], DOSES, READOUT, SOLVER, 1
    )
    assert (curves.sel(cells="il13_20 + JAK2_amplified") >= curves.sel(cells="il13_20") - 1e-6).all()


def test_a_pair_with_one_dose_at_zero_is_the_other_drug_alone(asked):
    tables, scenarios, tree = asked
    draws, cells = thin_posterior(tree, 3), AlteredCells("il13_20")
    grid = (DOSES, DOSES)
    pair = predict_surface(tables, scenarios, draws, cells, ("ruxolitinib", "fedratinib"), grid, READOUT, SOLVER, 1)
    alone = predict_curves(tables, scenarios, draws, [cells], ["ruxolitinib"], DOSES, READOUT, SOLVER, 1)
    assert pair.isel(dose_b=0).to_numpy() == pytest.approx(alone.to_numpy()[:, :, 0, 0], rel=1e-9)


def test_unknown_names_are_listed_with_the_known_ones(asked):
    tables, scenarios, tree = asked
    cells = [AlteredCells("il13_21", ("SOCS_loss",))]
    with pytest.raises(ValueError, match=r"unknown cell line 'il13_21'.*unknown alteration 'SOCS_loss'.*SOCS3_loss"):
        predict_curves(tables, scenarios, thin_posterior(tree, 3), cells, ["ruxolitinib"], DOSES, READOUT, SOLVER, 1)


def with_fixed(scenarios, values):
    """Return scenarios whose constants have no prior."""
    fixed = copy(scenarios)
    constants = {name: replace(one, prior=None, value=values[name]) if name in values else one
                 for name, one in scenarios.reference.constants.items()}  # fmt: skip
    fixed.reference = replace(scenarios.reference, constants=constants)
    return fixed
