"""Sampling of a problem whose posterior is known in closed form; equal seeds give equal draws."""

import arviz as az
import numpy as np
import pytest
import xarray as xr
from scipy import stats

from jakstat.files import write_tree
from jakstat.inference import (
    SamplingSettings,
    compute_loo,
    measure_coverage,
    sample_posterior,
    sample_prior_predictive,
    sampling,
)
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

SETTINGS = SamplingSettings(chains=2, draws=1000, tune=300, cores=2, target_accept=0.8, adaptation="diag")
SOLVER = SolverSettings(1e-8, 1e-10)
VALUES = np.array([1.9, 2.4, 2.2, 1.7, 2.6])
NOISE, PRIOR_MEAN, PRIOR_SD = 0.5, 1.0, 0.4


@pytest.fixture(scope="module")
def conjugate() -> ProblemTables:
    """A level that does not change, x' = 0 from x0 ~ N(1, 0.4), measured five times with noise N(0, 0.5)."""
    sbml = antimony_to_sbml("model still\n x0 = 1\n k = 0\n J0: -> x; k\n x = x0\nend\n", "still.ant", [])
    assert sbml is not None
    prior = Prior("normal", (PRIOR_MEAN, PRIOR_SD), -np.inf, np.inf, "assumed")
    return ProblemTables(
        id="still",
        sbml=sbml,
        parameters=(Parameter("x0", 1.0, prior),),
        observables=(Observable("level", parse_formula("x"), parse_formula(str(NOISE))),),
        experiments=(Experiment("only", (Period(0.0),)),),
        measurements=tuple(Measurement("level", "only", float(number), value) for number, value in enumerate(VALUES)),
        time_unit="min",
    )


@pytest.fixture(scope="module")
def posterior(conjugate):
    return sample_posterior(conjugate, SETTINGS, SOLVER, seed=3, log=lambda line: None)


def test_posterior_agrees_with_the_closed_form(posterior):
    precision = 1 / PRIOR_SD**2 + len(VALUES) / NOISE**2
    mean = (PRIOR_MEAN / PRIOR_SD**2 + VALUES.sum() / NOISE**2) / precision
    draws = parameter_draws(posterior).to_numpy().ravel()
    sd = precision**-0.5
    monte_carlo_error = sd / np.sqrt(400)  # 2000 draws are worth more than 400 independent ones
    assert draws.mean() == pytest.approx(mean, abs=4 * monte_carlo_error)
    assert draws.std() == pytest.approx(sd, rel=0.12)


def test_equal_seeds_give_equal_draws(conjugate, posterior):
    again = sample_posterior(conjugate, SETTINGS, SOLVER, seed=3, log=lambda line: None)
    first, second = (parameter_draws(tree).to_numpy() for tree in (posterior, again))
    assert np.array_equal(first, second)


def test_progress_comes_as_plain_lines_and_every_solve_is_counted(conjugate):
    lines: list[str] = []
    tree = sample_posterior(conjugate, SETTINGS, SOLVER, seed=4, log=lines.append)
    assert any("2600/2600 draws" in line for line in lines)
    assert not any("\r" in line for line in lines)
    counts = dict(outcome.split("=") for outcome in tree.attrs["solve_outcomes"])
    assert int(counts["success"]) >= 2600
    assert sum(int(count) for name, count in counts.items() if name != "success") == 0


def test_arviz_reads_the_draws_as_its_documentation_shows(posterior, tmp_path):
    write_tree(posterior, tmp_path / "posterior.nc")
    read = xr.open_datatree(tmp_path / "posterior.nc", engine="h5netcdf")
    assert list(az.summary(read).index) == ["x0"]
    assert {"posterior", "prior", "posterior_predictive", "log_likelihood", "observed_data", "sample_stats"} <= set(
        read
    )
    assert float(az.loo(read, var_name="measurement").elpd) < 0
    drawn = read["prior"]["x0"].to_numpy().ravel()
    assert stats.kstest(drawn, stats.norm(PRIOR_MEAN, PRIOR_SD).cdf).pvalue > 1e-3


def test_log_likelihood_terms_are_normal_densities(posterior):
    signal = posterior["signals"].dataset["signal"].to_numpy()
    terms = posterior["log_likelihood"].dataset["measurement"].to_numpy()
    expected = -0.5 * ((VALUES - signal) / NOISE) ** 2 - np.log(NOISE * np.sqrt(2 * np.pi))
    assert terms == pytest.approx(expected, rel=1e-10)


def test_loo_agrees_with_exact_leave_one_out(posterior):
    """For the normal mean the left-out predictive density is known."""
    exact = []
    for left_out in range(len(VALUES)):
        rest = np.delete(VALUES, left_out)
        precision = 1 / PRIOR_SD**2 + len(rest) / NOISE**2
        mean = (PRIOR_MEAN / PRIOR_SD**2 + rest.sum() / NOISE**2) / precision
        variance = NOISE**2 + 1 / precision
        exact.append(-0.5 * (VALUES[left_out] - mean) ** 2 / variance - 0.5 * np.log(2 * np.pi * variance))
    loo = compute_loo(posterior)
    assert loo["elpd"].to_numpy() == pytest.approx(exact, abs=0.08)  # PSIS on 2000 draws of 5 influential points
    assert loo.attrs["unreliable"] == 0


def test_coverage_counts_measurements_inside_intervals(posterior):
    table = measure_coverage(posterior).set_index("observable")
    assert table.loc["all", "measurements"] == 5
    assert table.loc["all", "coverage_95"] == 1.0


def test_prior_predictive_has_the_prior_spread(conjugate):
    tree = sample_prior_predictive(conjugate, SOLVER, draws=2000, seed=1)
    drawn = tree["prior_predictive"].dataset["measurement"].to_numpy()
    assert drawn.std() == pytest.approx(np.hypot(PRIOR_SD, NOISE), rel=0.05)
    assert drawn.mean() == pytest.approx(PRIOR_MEAN, abs=0.05)


@pytest.mark.parametrize(("available", "cores", "at_once"), [(2, 2, 4), (1, 2, 4), (16, 2, 2), (16, 4, 4)])
def test_all_chains_run_at_once_where_the_system_limits_their_cores(monkeypatch, available, cores, at_once):
    monkeypatch.setattr(sampling, "available_cores", lambda: available)
    assert sampling._chains_at_once(SamplingSettings(chains=4, cores=cores)) == at_once
