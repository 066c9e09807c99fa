"""From a problem to an IC50, cell by cell (a script that reads like a notebook; the tests run it).

Run it from the root of the repository: ``python docs/example.py``. A real fit needs more draws; see config/.
"""

# %% Read a study folder (or a PEtab YAML file) into one checked problem
import numpy as np
import yaml

import jakstat
from jakstat.inference import ConvergenceThresholds, SamplingSettings, assess_convergence, sample_posterior
from jakstat.predictions import predict_dose_response, read_dose_response, summarise_ic50

problem = jakstat.read_problem("data/raia2011", jakstat.SolverSettings(rtol=1e-4, atol=1e-6))
print(problem)

# %% Evaluate it: log likelihood, exact gradient, states
print("log likelihood at the published parameters:", round(problem.log_likelihood(), 2))
slopes = problem.gradient(scale="log")
print("steepest:", max(slopes, key=lambda name: abs(slopes[name])))
states = problem.simulate(times=np.linspace(0, 120, 25))
print("peak of pSTAT5 by experiment:", states["pSTAT5"].max("time").round(1).to_series().to_dict())

# %% Sample the posterior; with so few draws the gate says no, and says why
sampling = SamplingSettings(chains=2, draws=100, tune=300, cores=2)
posterior = sample_posterior(problem.tables, sampling, problem.solver, seed=1)
for check in assess_convergence(posterior, ConvergenceThresholds()).checks:
    print("passed" if check.passed else "failed", check.name, f"{check.value:.3g}", f"(limit {check.limit:g})")

# %% Predict the dose response of pSTAT5 to ruxolitinib
with open("config/raia2011.yaml", encoding="utf-8") as file:
    scenario = read_dose_response(yaml.safe_load(file)["dose_response"])
response = predict_dose_response(problem.tables, posterior, scenario, problem.solver, seed=2)
print(summarise_ic50(response).round(2).to_string(index=False))
