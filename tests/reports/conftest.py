"""A small study with made-up draws: two observables, two experiments, three parameters, no solves."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import sympy as sp
import xarray as xr

from jakstat.inference import measure_coverage
from jakstat.inference.sampling import measurement_coords
from jakstat.predictions import measure_dose_response, summarise_metrics
from jakstat.problem import (
    Experiment,
    Measurement,
    Observable,
    Parameter,
    Period,
    Prior,
    ProblemTables,
    parameter_dataset,
)
from jakstat.reports import InterventionResults, ReportContents

TIMES = (0.0, 10.0, 30.0, 60.0)  # min
CHAINS, DRAWS = 2, 60


@pytest.fixture(scope="session")
def tables() -> ProblemTables:
    rng = np.random.default_rng(1)
    measurements = tuple(
        Measurement(observable, experiment, time, float(size * (1 + time / 20) + rng.normal(0, 0.3)))
        for observable, size in (("pSTAT", 5.0), ("receptor", 1.0))
        for experiment in ("low", "high")
        for time in TIMES
    )
    return ProblemTables(
        id="made_up",
        sbml="",
        parameters=(
            Parameter(
                "k_on", 0.5, Prior("log-normal", (np.log(0.4), 1.0), 0.0, np.inf, "Surf & al.", "read"), "1/(nM min)"
            ),
            Parameter("shift", None, Prior("normal", (0.0, 2.0), -np.inf, np.inf, "a guess", "assumed"), "a.u."),
            Parameter("noise", 0.3, Prior("uniform", (0.0, 1.0), 0.0, 1.0, ""), "a.u."),
            Parameter("volume", 2.25, None, "pl"),
        ),
        observables=(
            Observable("pSTAT", sp.Symbol("pSTAT_species"), sp.Symbol("noise"), name="phosphorylated STAT", unit="nM"),
            Observable("receptor", sp.Symbol("Rec"), sp.Symbol("noise"), unit="a.u."),
        ),
        experiments=(
            Experiment("low", (Period(0.0, {"dose": sp.Float(4.0)}),), "IL-13 4 ng/ml"),
            Experiment("high", (Period(0.0, {"dose": sp.Float(20.0)}),), "IL-13 20 ng/ml"),
        ),
        measurements=measurements,
        time_unit="min",
        title="Cells & <script>alert('title')</script>",
        citation="Nobody <nobody> 2026",
        data_digests={"measurements.tsv": "0a1b2c"},
        notes=("A prior was made from <bounds>.",),
    )


@pytest.fixture(scope="session")
def posterior(tables) -> xr.DataTree:
    rng = np.random.default_rng(2)
    coords = measurement_coords(tables)
    chains = {"chain": np.arange(CHAINS), "draw": np.arange(DRAWS)}
    dims = ("chain", "draw", "obs")
    values = np.array([measurement.value for measurement in tables.measurements])
    signal = values + rng.normal(0, 0.1, (CHAINS, DRAWS, values.size))
    drawn = np.stack(
        [
            np.exp(rng.normal(-1, 0.1, (CHAINS, DRAWS))),
            rng.normal(1, 0.5, (CHAINS, DRAWS)),
            rng.uniform(0.2, 0.4, (CHAINS, DRAWS)),
        ],
        axis=-1,
    )
    tree = xr.DataTree.from_dict(
        {
            "posterior": parameter_dataset(drawn, ["k_on", "shift", "noise"]),
            "signals": xr.Dataset({"signal": (dims, signal)}, coords=coords | chains),
            "posterior_predictive": xr.Dataset(
                {"measurement": (dims, signal + rng.normal(0, 0.3, signal.shape))}, coords=coords | chains
            ),
            "log_likelihood": xr.Dataset(
                {"measurement": (dims, -0.5 * ((values - signal) / 0.3) ** 2)}, coords=coords | chains
            ),
            "observed_data": xr.Dataset({"measurement": (("obs",), values)}, coords=coords),
            "sample_stats": xr.Dataset(
                {"energy": (("chain", "draw"), rng.normal(50, 3, (CHAINS, DRAWS)))}, coords=chains
            ),
        }
    )
    tree.attrs["solve_outcomes"] = ["success=98765", "too_many_steps=4"]
    return tree


@pytest.fixture(scope="session")
def prior(tables) -> xr.DataTree:
    rng = np.random.default_rng(3)
    coords = measurement_coords(tables) | {"chain": [0], "draw": np.arange(50)}
    values = np.exp(rng.normal(1, 1.5, (1, 50, len(tables.measurements))))
    values[0, 0] = np.nan  # a failed solve
    tree = xr.DataTree.from_dict(
        {"prior_predictive": xr.Dataset({"measurement": (("chain", "draw", "obs"), values)}, coords=coords)}
    )
    tree.attrs["solve_outcomes"] = ["success=199", "too_many_steps=1"]
    return tree


@pytest.fixture(scope="session")
def convergence() -> dict:
    checks = [
        ("r_hat", 1.0042, 1.01, True),
        ("ess_bulk", 812.0, 400.0, True),
        ("ess_tail", 733.0, 400.0, True),
        ("divergences", 0.0, 0.0, True),
        ("bfmi", 0.87, 0.3, True),
        ("failed_solve_share", 4e-5, 0.01, True),
        ("tolerance_khat", 0.21, 0.7, True),
        ("tolerance_difference", 2.6e-4, 0.05, True),
    ]
    return {
        "passed": True,
        "checks": [
            dict(zip(("name", "value", "limit", "passed"), check, strict=True)) | {"sentence": "what it says"}
            for check in checks
        ],
        "parameters": [
            {"parameter": "k_on", "r_hat": 1.0042, "ess_bulk": 812.0, "ess_tail": 733.0},
            {"parameter": "shift", "r_hat": None, "ess_bulk": None, "ess_tail": None},
            {"parameter": "noise", "r_hat": 1.001, "ess_bulk": 950.0, "ess_tail": 901.0},
        ],
    }


@pytest.fixture(scope="session")
def tolerance() -> dict:
    return {
        "draws": 400,
        "failed_solves": 2,
        "k_hat": 0.21,
        "largest_difference": 2.6e-4,
        "mean_difference": -3.1e-5,
        "largest_shift": 4.7e-5,
        "ess_share": 1 - 2.2e-9,
        "fit": {"rtol": 1e-4, "atol": 1e-6},
        "tight": {"rtol": 1e-10, "atol": 1e-12},
    }


@pytest.fixture(scope="session")
def failing(convergence) -> Callable[..., dict]:
    """Return a function that makes the named checks fail."""

    def fail(*names: str) -> dict:
        checks = [check | {"passed": check["name"] not in names} for check in convergence["checks"]]
        return convergence | {"passed": not names, "checks": checks}

    return fail


@pytest.fixture(scope="session")
def interventions() -> InterventionResults:
    rng = np.random.default_rng(4)
    doses = np.array([0.0, 1.0, 10.0, 100.0, 1000.0, 10000.0])
    half = np.exp(rng.normal(np.log(120.0), 0.5, (CHAINS, DRAWS, 2, 1)))
    half[:, :, 1] = 1e9  # the second stimulus has no IC50 in any draw
    half[0, :6, 0] = 1e9  # the first has none in 6 of 120: it exists in 95 %
    response = xr.DataArray(
        1 / (1 + doses / half[..., None]),
        dims=("chain", "draw", "cells", "drug", "dose"),
        coords={
            "chain": np.arange(CHAINS),
            "draw": np.arange(DRAWS),
            "drug": ["ruxolitinib"],
            "cells": ["IL-13 20 ng/ml", "IL-13 4 ng/ml"],
            "dose": ("dose", doses, {"units": "nM"}),
        },
        attrs={
            "units": "1",
            "readout": "pSTAT",
            "observable": "pSTAT",
            "time_h": 1.0,
            "acts_on": ["ruxolitinib: k_on := k_on / (1 + dose / K)"],
            "notes": ["K keeps its prior."],
            "priors": ["K ~ log-normal, median 120 nM; a width of nobody's"],
            "prior_statuses": ["assumed"],
        },
    )
    measures = summarise_metrics(measure_dose_response(response))
    return InterventionResults(response, measures, pd.DataFrame(), {})


@pytest.fixture(scope="session")
def contents(tables, posterior, prior, convergence, tolerance, interventions) -> ReportContents:
    count = len(tables.measurements)
    k = np.linspace(-0.1, 0.5, count)
    k[3] = 0.913
    loo = xr.Dataset(
        {"elpd": ("obs", np.full(count, -1.5)), "pareto_k": ("obs", k)},
        coords=measurement_coords(tables),
        attrs={"elpd_loo": -84.317, "se": 7.31, "p_loo": 5.5, "good_k": 0.7, "unreliable": 1},
    )
    prior = prior.copy()
    prior["observed_data"] = posterior["observed_data"]
    groups = (("prior_predictive", prior), ("posterior_predictive", posterior))
    coverage = pd.concat([measure_coverage(tree, group).assign(group=group) for group, tree in groups])
    modes = pd.DataFrame(
        [
            {"parameter": "k_on", "mode": 0, "peak": 0.3711, "weight": 0.837, "chain_0": 0.99, "chain_1": 0.684},
            {"parameter": "k_on", "mode": 1, "peak": 2.4, "weight": 0.163, "chain_0": 0.01, "chain_1": 0.316},
        ]
    )
    return ReportContents(
        tables=tables,
        posterior=posterior,
        prior=prior,
        convergence=convergence,
        loo=loo,
        coverage=coverage,
        modes=modes,
        provenance={
            "seed": 20111,
            "versions": {"pymc": "6.4.0"},
            "config": "seed: 20111\nstudy: made_up\n",
            "code_digest": "feedbeef",
            "solve_outcomes": ["success=98765", "too_many_steps=4"],
        },
        settings={"sampling": {"chains": CHAINS, "target_accept": 0.93}, "override": []},
        interventions=interventions,
        tolerance=tolerance,
    )


@pytest.fixture(scope="session")
def without_prediction(contents) -> ReportContents:
    return replace(contents, interventions=None)
