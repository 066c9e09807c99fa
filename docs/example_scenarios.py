"""What a fit of cell lines says of drugs, mutants and pairs (a script that reads like a notebook; the tests run it).

Run it from the root of the repository after ``make run``: ``python docs/example_scenarios.py``. Without a fit it takes
draws of the prior, and its answers are what the model believes before any measurement.
"""

# %% The draws: of the posterior, else of the prior
from pathlib import Path

import xarray as xr
import yaml

from jakstat import SolverSettings
from jakstat.files import read_tree
from jakstat.inference import sample_prior_predictive
from jakstat.predictions import (
    ask_of_fit,
    measure_dose_response,
    predict_combinations,
    predict_exposure,
    predict_resistance,
    predict_responses,
    summarise_combinations,
    summarise_metrics,
    summarise_resistance,
)
from jakstat.problem import read_tables

study, solver = "data/cancer_panel", SolverSettings(rtol=1e-3, atol=1e-5)
fitted = Path("results/cancer_panel/posterior.nc")
if fitted.is_file():
    draws = read_tree(fitted)
else:
    prior = sample_prior_predictive(read_tables(f"{study}/study.yaml"), solver, draws=40, seed=1)
    draws = xr.DataTree.from_dict({"posterior": prior["prior"].dataset})

# %% The questions: those of the workflow, cut down to two lines, two drugs and two mutants
questions = yaml.safe_load(Path("config/scenarios.yaml").read_text(encoding="utf-8"))
questions["draws"] = 40
questions["dose_response"] |= {
    "cells": [{"cell_line": "HEL"}, {"cell_line": "MCF7"}],
    "inhibitors": ["ruxolitinib", "fedratinib"],
    "readouts": ["viability"],
}
questions["resistance"] |= {"alterations": ["JAK2_Y931C", "JAK2_L983F"], "inhibitors": ["ruxolitinib", "fedratinib"]}
questions["combinations"] = questions["combinations"][:1]
fit, asked = ask_of_fit(questions, study, draws, solver, seed=1)

# %% Dose responses: an xarray Dataset (chain, draw, cells, inhibitor, dose), and their measures with intervals
responses = predict_responses(fit, asked.responses)
print(responses["viability"].sizes, responses["viability"].attrs["units"])
measures = summarise_metrics(measure_dose_response(responses["viability"]))
told = ["cells", "drug", "metric", "units", "share_existing", "median", "lower_90", "upper_90"]
print(measures.loc[measures["cells"] == "HEL", told].round(2).to_string(index=False))

# %% Resistance: the fold shift of the IC50 by each mutation, what its size rests on, what others measured
shifts = summarise_resistance(predict_resistance(fit, asked.resistance))
told = ["cells", "drug", "fold_shift_median", "fold_shift_lower_90", "fold_shift_upper_90", "status"]
print(shifts[told].round(2).to_string(index=False))

# %% A pair of drugs: excess over Bliss, HSA and Loewe at each pair of doses
excess = summarise_combinations(predict_combinations(fit, asked.pairs))
together = excess[(excess["dose_a"] == 300) & (excess["dose_b"] == 300)]
print(together[["pair", "reference", "median", "lower_90", "upper_90"]].round(3).to_string(index=False))

# %% Effect at free plasma concentrations
exposure = predict_exposure(fit.scenarios.reference, responses["viability"], seed=1)
print(exposure.median(("chain", "draw")).to_dataframe().round(2).head(6).to_string())
