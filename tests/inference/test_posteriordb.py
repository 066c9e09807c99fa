"""Posterior means of two problems of posteriordb agree with those that Stan gave, within their Monte Carlo errors.

Data and references: tests/inference/posteriordb/README.md. The tolerance of a mean is three standard errors of the
difference of both means. The variance of K_m is infinite (its half-Cauchy prior and a likelihood that only V_m / K_m
enters when both are large), so that the error of its mean is itself uncertain: means of logarithms are compared too.
"""

import numpy as np
import nutpie
import pandas as pd
import pymc as pm
import pytest
from arviz_stats.base import array_stats

from jakstat.inference import SamplingSettings, sample_posterior
from jakstat.problem import (
    Experiment,
    Measurement,
    Observable,
    Parameter,
    Period,
    Prior,
    ProblemTables,
    parameter_draws,
)
from jakstat.problem.formulas import parse_formula
from jakstat.problem.model_text import antimony_to_sbml
from jakstat.statistics import SolverSettings

pytestmark = pytest.mark.slow
#: Of four seeds each (2026-11-26), a low-rank mass matrix missed the tail of K_m in most, with ln K_m up to 3 errors
#: low, and a diagonal one with small steps in none: what fits the bulk of a ridge is too coarse for its end.
SETTINGS = SamplingSettings(chains=4, draws=1500, tune=1000, cores=2, target_accept=0.98, adaptation="diag")
SOLVER = SolverSettings(1e-6, 1e-8)

LOTKA_VOLTERRA = """
model lotka_volterra
  hare = hare_1900; lynx = lynx_1900
  hare_1900 = 10; lynx_1900 = 10
  hare_birth = 1; predation = 0.05; lynx_death = 1; lynx_birth = 0.05
  J0: -> hare; hare_birth * hare
  J1: hare -> ; predation * lynx * hare
  J2: -> lynx; lynx_birth * hare * lynx
  J3: lynx -> ; lynx_death * lynx
end
"""

# Amounts in mg; 30 mg wait for absorption at time 0, and the compartment holds 2 l.
MICHAELIS_MENTEN = """
model one_compartment
  depot = 30; central = 0; litres = 2
  k_a = 1; K_m = 1; V_m = 1
  J0: depot -> central; k_a * depot
  J1: central -> ; V_m * (central / litres) / (K_m + central / litres)
end
"""


def problem(name: str, antimony: str, priors: dict, observables: dict, measured: pd.DataFrame) -> ProblemTables:
    """Make a problem of one experiment; ``observables`` maps a column to its formula and noise parameter."""
    sbml = antimony_to_sbml(antimony, f"{name}.ant", [])
    assert sbml is not None
    return ProblemTables(
        id=name,
        sbml=sbml,
        parameters=tuple(
            Parameter(parameter, None, Prior(kind, numbers, 0.0, np.inf, "posteriordb"))
            for parameter, (kind, *numbers) in priors.items()
        ),
        observables=tuple(
            Observable(column, parse_formula(formula), parse_formula(noise), "log-normal")
            for column, (formula, noise) in observables.items()
        ),
        experiments=(Experiment("only", (Period(0.0),)),),
        measurements=tuple(
            Measurement(column, "only", float(time), float(value))
            for column in observables
            for time, value in zip(measured.iloc[:, 0], measured[column], strict=True)
        ),
    )


def hudson_lynx_hare(measured: pd.DataFrame) -> ProblemTables:
    """Lotka-Volterra; normal priors truncated at 0."""
    priors = {
        "hare_birth": ("normal", 1.0, 0.5),
        "predation": ("normal", 0.05, 0.05),
        "lynx_death": ("normal", 1.0, 0.5),
        "lynx_birth": ("normal", 0.05, 0.05),
        "hare_1900": ("log-normal", np.log(10), 1.0),
        "lynx_1900": ("log-normal", np.log(10), 1.0),
        "noise_hare": ("log-normal", -1.0, 1.0),
        "noise_lynx": ("log-normal", -1.0, 1.0),
    }
    observables = {"hare_thousand_pelts": ("hare", "noise_hare"), "lynx_thousand_pelts": ("lynx", "noise_lynx")}
    return problem("hudson_lynx_hare", LOTKA_VOLTERRA, priors, observables, measured)


def one_comp_mm_elim_abs(measured: pd.DataFrame) -> ProblemTables:
    """Absorption and saturable elimination; half-Cauchy priors."""
    priors = dict.fromkeys(("k_a", "K_m", "V_m", "noise"), ("cauchy", 0.0, 1.0))
    observables = {"concentration_mg_per_l": ("central / litres", "noise")}
    return problem("one_comp_mm_elim_abs", MICHAELIS_MENTEN, priors, observables, measured)


def start_at(means: pd.Series, model: pm.Model):
    """Compile a model whose chains all start at the given parameters, linear scale.

    Of eight chains started around the prior's median three ended in a second mode of Lotka-Volterra, 40 units of log
    density below (2026-11-24); what is tested here is the mode that the reference has.
    """
    logarithms = np.log(means[list(model.coords["log_normal_parameter"])].to_numpy())
    single = {
        variable.name: means[variable.name.removeprefix("parameter_")]
        for variable in model.free_RVs
        if variable.name != "log_parameter"
    }
    return nutpie.compile_pymc_model(model, initial_points={"log_parameter": logarithms} | single, jitter_rvs=set())


def assert_means_agree(build, repository) -> None:
    """Sample a problem and compare every published mean."""
    folder = repository / "tests/inference/posteriordb"
    tables = build(pd.read_csv(folder / f"{build.__name__}.tsv", sep="\t"))
    tree = sample_posterior(tables, SETTINGS, SOLVER, seed=11, log=lambda line: None)
    drawn = parameter_draws(tree)
    scores = {}
    for name, row in reference_means(repository, build.__name__).iterrows():
        values = drawn.sel(parameter=name.removeprefix("ln ")).transpose("chain", "draw").to_numpy()
        values = np.log(values) if name.startswith("ln ") else values
        error = np.hypot(float(array_stats.mcse(values, chain_axis=0, draw_axis=1)), row["mcse_mean"])
        scores[name] = float((values.mean() - row["mean"]) / error)
    assert len(scores) >= drawn.sizes["parameter"]
    assert {name: score for name, score in scores.items() if not abs(score) < 3} == {}


def reference_means(repository, name: str) -> pd.DataFrame:
    table = pd.read_csv(repository / "tests/inference/posteriordb/reference_means.tsv", sep="\t")
    return table[table["problem"] == name].set_index("parameter")


def test_lotka_volterra_has_the_means_of_posteriordb(repository, monkeypatch):
    means = reference_means(repository, "hudson_lynx_hare")["mean"]
    monkeypatch.setattr("jakstat.inference.sampling.compile_model", lambda model: start_at(means, model))
    assert_means_agree(hudson_lynx_hare, repository)


def test_michaelis_menten_elimination_has_the_means_of_posteriordb(repository):
    assert_means_agree(one_comp_mm_elim_abs, repository)
