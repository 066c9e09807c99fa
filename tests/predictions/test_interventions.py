"""The interventions section of a configuration: what is refused, and that answers are those of the functions below."""

import numpy as np
import pytest
import xarray as xr

from jakstat.files import DataFaultsError
from jakstat.predictions import check_interventions, fit_of, measure_dose_response, predict_interventions
from jakstat.problem import parameter_dataset, read_study
from jakstat.scenarios import AlteredCells, Readout, read_petab_scenarios
from jakstat.statistics import SolverSettings

SOLVER = SolverSettings(1e-6, 1e-8)
SECTION = {
    "tables": "docs/raia_interventions",
    "cells": [
        {"experiment": "il13_20"},
        {"experiment": "il13_20", "alterations": ["JAK2_amplified"]},
        {"experiment": "il13_4", "alterations": ["SOCS3_loss"]},
    ],
    "inhibitors": ["ruxolitinib", "fedratinib"],
    "doses_nM": [0, 30, 300, 3000],
    "pairs": [["ruxolitinib", "fedratinib"]],
    "readout": {"observable": "pSTAT5_signal", "time_h": 1},
    "draws": 10,
}


@pytest.fixture(scope="module")
def asked(repository):
    """Return the IL-13 study, draws of its parameters, and the folder of the tables."""
    tables = read_study(repository / "data/raia2011")
    free = [parameter for parameter in tables.parameters if parameter.estimated]
    values = np.array([[[parameter.nominal * factor for parameter in free] for factor in np.linspace(0.8, 1.2, 10)]])
    tree = xr.DataTree.from_dict({"posterior": parameter_dataset(values, [parameter.id for parameter in free])})
    return tables, tree, repository / "docs/raia_interventions"


def test_answers_are_curves_pairs_and_shifts_beside_the_same_experiment(asked):
    tables, tree, folder = asked
    answers = predict_interventions(SECTION, tables, folder, tree, SOLVER, 1)
    cells = [AlteredCells("il13_20"), AlteredCells("il13_20", ("JAK2_amplified",))]
    fit = fit_of(tables, read_petab_scenarios(tables, folder), tree, 10, SOLVER, 1)
    readout = Readout("any", "pSTAT5_signal", 1.0)
    expected = fit.predict_curves(cells, SECTION["inhibitors"], SECTION["doses_nM"], readout)
    assert answers.response.sel(cells=expected["cells"]).to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-6)
    # il13_4 is not among the cells without alterations, so that nothing stands beside the third.
    assert list(answers.shifts["cells"]) == ["il13_20 + JAK2_amplified"] * 2
    assert set(answers.shifts["status"]) == {"assumed"}
    ic50 = measure_dose_response(expected)["ic50"].to_numpy()
    shifts = np.nanmedian((ic50[:, :, 1] / ic50[:, :, 0]).reshape(-1, 2), axis=0)  # NaN: beyond the doses
    assert answers.shifts["fold_shift_median"].to_numpy() == pytest.approx(shifts, rel=1e-6)
    assert (shifts > 1.05).all()
    assert list(answers.pairs)[0] == "ruxolitinib + fedratinib on il13_20"
    assert len(answers.pairs) == 3


def test_what_is_asked_is_a_row_for_cells_and_inhibitor(asked):
    tables, _, folder = asked
    table = check_interventions(SECTION, tables, folder)
    assert len(table) == 6
    assert table["doses_nM"].iloc[0] == "0, 30, 300, 3000"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"doses_nM": [10, 30, 300]}, "doses_nM: found .*needed: increasing doses that begin with 0"),
        ({"doses_nM": [0, 300, 30]}, "doses_nM: found"),
        ({"pairs": [["ruxolitinib", "tofacitinib"]]}, "pairs: found 'tofacitinib'; needed: one of ruxol"),
        ({"cells": [{"experiment": "il13_21"}]}, "unknown cell line 'il13_21'"),
        ({"cells": [{"experiment": "il13_20", "alterations": ["SOCS_loss"]}]}, "unknown alteration 'SOCS_loss'"),
        ({"inhibitors": ["ruxolitinb", "fedratinib"], "pairs": []}, "unknown inhibitor 'ruxolitinb'.*ruxolitinib"),
        ({"readout": {"observable": "pSTAT3", "time_h": 1}}, "unknown observable 'pSTAT3'"),
    ],
)
def test_a_fault_of_the_section_is_named(asked, change, sentence):
    tables, _, folder = asked
    with pytest.raises(ValueError, match=sentence):
        check_interventions(SECTION | change, tables, folder)


def test_a_folder_without_tables_is_refused(asked, tmp_path):
    tables, _, _ = asked
    with pytest.raises(DataFaultsError, match=r"inhibitors\.tsv"):
        check_interventions(SECTION, tables, tmp_path)
