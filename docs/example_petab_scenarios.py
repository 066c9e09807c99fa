"""Drugs, mutants and pairs on any PEtab problem, by formulas of your own (a script like a notebook; the tests run it).

Run it from the root of the repository: ``python docs/example_petab_scenarios.py``. The formulas are tables with the
columns of ``data/reference``, here ``docs/raia_interventions``, over the parameters of the problem's model. Cells are
named by an experiment of the problem and are what it makes of them, stimulus included.
"""

# %% A problem (a PEtab YAML file or a study folder) and draws: here of the prior; after a fit those of
# results/raia2011/posterior.nc (jakstat.files.read_tree)
import xarray as xr

import jakstat
from jakstat.inference import sample_prior_predictive
from jakstat.predictions import (
    compare_dose_responses,
    measure_combination,
    measure_dose_response,
    summarise_combination,
    summarise_metrics,
    summarise_shifts,
)
from jakstat.scenarios import AlteredCells, Readout

problem = jakstat.read_problem("data/raia2011", jakstat.SolverSettings(rtol=1e-4, atol=1e-6))
prior = sample_prior_predictive(problem.tables, problem.solver, draws=40, seed=1)
drawn = xr.DataTree.from_dict({"posterior": prior["prior"].dataset})
fit = problem.fit(drawn, "docs/raia_interventions", draws=40)
print("cells:", ", ".join(fit.scenarios.reference.cell_lines))
print("inhibitors:", ", ".join(fit.scenarios.reference.inhibitors))
print("alterations:", ", ".join(fit.scenarios.reference.alterations))

# %% Dose responses of pSTAT5 an hour after 20 ng/ml of IL-13, in cells as they are and without SOCS3
cells = [
    AlteredCells("il13_20"),
    AlteredCells("il13_20", ("SOCS3_loss",)),
    AlteredCells("il13_20", ("JAK2_amplified",)),
]
readout = Readout("pSTAT5", "pSTAT5_signal", time_h=1)
doses = [0, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000]
curves = fit.predict_curves(cells, ["ruxolitinib", "fedratinib"], doses, readout)
print(curves.sizes)
told = ["cells", "drug", "metric", "share_existing", "median", "lower_90", "upper_90"]
measured = summarise_metrics(measure_dose_response(curves))
print(measured.loc[measured["metric"] == "ic50", told].round(1).to_string(index=False))

# %% The fold shift of the IC50 by each alteration
measures = measure_dose_response(curves)
shifts = summarise_shifts(
    compare_dose_responses(measures.isel(cells=0, drop=True), measures.isel(cells=slice(1, None)))
)
told = ["cells", "drug", "fold_shift_median", "fold_shift_lower_90", "fold_shift_upper_90"]
print(shifts[told].round(2).to_string(index=False))

# %% Both drugs together: excess over Bliss, HSA and Loewe
pair = fit.predict_surface(cells[0], ("ruxolitinib", "fedratinib"), (doses[:7], doses[:7]), readout)
excess = summarise_combination(measure_combination(pair))
together = excess[(excess["dose_a"] == 300) & (excess["dose_b"] == 300)]
print(together[["reference", "median", "lower_90", "upper_90"]].round(3).to_string(index=False))
