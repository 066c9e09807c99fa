"""Drugs, mutants and pairs on any PEtab problem, by formulas of your own (a script like a notebook; the tests run it).

Run it from the root of the repository: ``python docs/example_petab_scenarios.py``. The formulas are tables with the
columns of ``data/reference``, here ``docs/raia_interventions``, over the parameters of the problem's model. Cells are
named by an experiment of the problem and are what it makes of them, stimulus included.
"""

# %% A problem (a PEtab YAML file or a study folder) and what its cells can be given
import xarray as xr

from jakstat import SolverSettings
from jakstat.inference import sample_prior_predictive
from jakstat.predictions import (
    AlteredCells,
    Readout,
    compare_dose_responses,
    measure_combination,
    measure_dose_response,
    predict_curves,
    predict_surface,
    summarise_combination,
    summarise_metrics,
    summarise_shifts,
    thin_posterior,
)
from jakstat.problem import read_tables
from jakstat.scenarios import PetabScenarios

tables, solver = read_tables("data/raia2011"), SolverSettings(rtol=1e-4, atol=1e-6)
scenarios = PetabScenarios(tables, "docs/raia_interventions")
print("cells:", ", ".join(scenarios.reference.cell_lines))
print(
    "inhibitors:",
    ", ".join(scenarios.reference.inhibitors),
    "; alterations:",
    ", ".join(scenarios.reference.alterations),
)

# %% Draws: here of the prior; after a fit those of results/raia2011/posterior.nc (jakstat.files.storage.read_tree)
prior = sample_prior_predictive(tables, solver, draws=40, seed=1)
draws = thin_posterior(xr.DataTree.from_dict({"posterior": prior["prior"].dataset}), 40)

# %% Dose responses of pSTAT5 an hour after 20 ng/ml of IL-13, in cells as they are and without SOCS3
cells = [
    AlteredCells("il13_20"),
    AlteredCells("il13_20", ("SOCS3_loss",)),
    AlteredCells("il13_20", ("JAK2_amplified",)),
]
readout = Readout("pSTAT5", "pSTAT5_signal", time_h=1)
doses = [0, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000]
drugs = ["ruxolitinib", "fedratinib"]
curves = predict_curves(tables, scenarios, draws, cells, drugs, doses, readout, solver, seed=1)
print(curves.sizes)
told = ["cells", "drug", "metric", "share_existing", "median", "lower_95", "upper_95"]
measured = summarise_metrics(measure_dose_response(curves))
print(measured.loc[measured["metric"] == "ic50", told].round(1).to_string(index=False))

# %% The fold shift of the IC50 by each alteration
measures = measure_dose_response(curves)
shifts = summarise_shifts(
    compare_dose_responses(measures.isel(cells=0, drop=True), measures.isel(cells=slice(1, None)))
)
told = ["cells", "drug", "fold_shift_median", "fold_shift_lower_95", "fold_shift_upper_95"]
print(shifts[told].round(2).to_string(index=False))

# %% Both drugs together: excess over Bliss, HSA and Loewe
grid = (doses[:7], doses[:7])
pair = predict_surface(tables, scenarios, draws, cells[0], ("ruxolitinib", "fedratinib"), grid, readout, solver, seed=1)
excess = summarise_combination(measure_combination(pair))
together = excess[(excess["dose_a"] == 300) & (excess["dose_b"] == 300)]
print(together[["reference", "median", "lower_95", "upper_95"]].round(3).to_string(index=False))
