"""From a problem to an IC50, cell by cell (a script that reads like a notebook; the tests run it).

Run it from the root of the repository: ``python docs/example.py``. A real fit needs more draws; see config/.
"""

# %% Read a study folder (or a PEtab YAML file) into one checked problem
import numpy as np
import yaml

import jakstat
from jakstat.inference import ConvergenceThresholds, SamplingSettings, assess_convergence
from jakstat.predictions import measure_dose_response, summarise_metrics
from jakstat.scenarios import AlteredCells, Readout

problem = jakstat.read_problem("data/raia2011", jakstat.SolverSettings(rtol=1e-4, atol=1e-6))
print(problem)

# %% Evaluate it: log likelihood, exact gradient, states
print("log likelihood at the published parameters:", round(problem.log_likelihood(), 2))
slopes = problem.gradient(scale="log")
print("steepest:", max(slopes, key=lambda name: abs(slopes[name])))
states = problem.simulate(times=np.linspace(0, 120, 25))
print("peak of pSTAT5 by experiment:", states["pSTAT5"].max("time").round(1).to_series().to_dict())

# %% Sample the posterior; with so few draws the gate says no, and says why
posterior = problem.sample(SamplingSettings(chains=2, draws=100, tune=300), seed=1)
for check in assess_convergence(posterior, ConvergenceThresholds()).checks:
    print("passed" if check.passed else "failed", check.name, f"{check.value:.3g}", f"(limit {check.limit:g})")

# %% Predict the dose response of pSTAT5 to ruxolitinib, an hour after IL-13; its formulas are those of a configuration
with open("config/raia2011.yaml", encoding="utf-8") as file:
    asked = yaml.safe_load(file)["dose_response"]
fit = problem.fit(posterior, asked, draws=200, seed=2)
response = fit.predict_curves(
    [AlteredCells("IL-13 4 ng/ml")], ["ruxolitinib"], asked["doses_nM"], Readout("pSTAT5", "pSTAT5_signal", time_h=1)
)
measured = summarise_metrics(measure_dose_response(response))
told = ["cells", "drug", "share_existing", "median", "lower_90", "upper_90"]
print(measured.loc[measured["metric"] == "ic50", told].round(2).to_string(index=False))
