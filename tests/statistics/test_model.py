"""The PyMC model: its density is prior plus likelihood, and data of the same shape need no new graph."""

from dataclasses import replace

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from pytensor.scalar.basic import autocast_float_as
from scipy import stats

from jakstat.problem import (
    Experiment,
    Measurement,
    Observable,
    Parameter,
    Period,
    Prior,
    ProblemTables,
    log_prior_density,
)
from jakstat.problem.formulas import parse_formula
from jakstat.problem.model_text import antimony_to_sbml
from jakstat.statistics import SolverSettings, build_model
from jakstat.statistics.priors import parameter_vector

DECAY = """
model decay
  x = 1
  k = 0.5
  x0 = 2
  J0: x -> ; k * x
  x = x0
end
"""


def decay_tables(values=(1.1, 0.7), priors=None) -> ProblemTables:
    """Exponential decay from x0 measured twice with normal noise 0.1."""
    priors = priors or {
        "k": Prior("log-normal", (np.log(0.5), 0.4), 0.0, np.inf, "assumed"),
        "x0": Prior("normal", (2.0, 0.3), 0.0, 5.0, "assumed"),
    }
    sbml = antimony_to_sbml(DECAY, "decay.ant", [])
    assert sbml is not None
    return ProblemTables(
        id="decay",
        sbml=sbml,
        parameters=tuple(Parameter(name, nominal, priors[name]) for name, nominal in (("k", 0.5), ("x0", 2.0))),
        observables=(Observable("x_signal", parse_formula("x"), parse_formula("0.1")),),
        experiments=(Experiment("only", (Period(0.0),)),),
        measurements=tuple(
            Measurement("x_signal", "only", time, value) for time, value in zip((1.0, 2.0), values, strict=True)
        ),
    )


def test_log_density_is_prior_plus_likelihood():
    model = build_model(decay_tables(), solver=SolverSettings(1e-10, 1e-12))
    point = model.initial_point()
    with model:
        variables = {variable.name: variable for variable in model.free_RVs}
    assert set(variables) == {"log_parameter", "parameter_x0"}
    k, x0 = np.exp(np.log(0.5)), 2.0
    prior = stats.norm.logpdf(0.0, 0.0, 0.4)
    truncation = stats.norm.cdf(5.0, 2.0, 0.3) - stats.norm.cdf(0.0, 2.0, 0.3)
    prior += stats.norm.logpdf(x0, 2.0, 0.3) - np.log(truncation)
    likelihood = stats.norm.logpdf([1.1, 0.7], x0 * np.exp(-k * np.array([1.0, 2.0])), 0.1).sum()
    inner = variables["parameter_x0"]
    at = {
        "log_parameter": np.array([np.log(k)]),
        "parameter_x0_interval__": model.rvs_to_transforms[inner].forward(np.array(x0), *inner.owner.inputs).eval(),
    }
    assert set(at) == set(point)
    compiled = model.compile_logp(jacobian=False)
    assert float(compiled(at)) == pytest.approx(prior + likelihood, rel=1e-9)


def test_other_data_of_the_same_shape_give_the_density_of_those_data():
    settings = SolverSettings(1e-10, 1e-12)
    model = build_model(decay_tables(), solver=settings)
    other = build_model(decay_tables(values=(0.4, 1.9)), solver=settings)
    compiled = model.compile_logp()
    with model:
        pm.set_data({"measured_value": np.array([0.4, 1.9])})
    point = model.initial_point()
    assert float(compiled(point)) == pytest.approx(float(other.compile_logp()(point)), rel=1e-12)


PRIORS = {
    "uniform": ((0.5, 3.0), stats.uniform(0.5, 2.5)),
    "log-uniform": ((0.5, 3.0), stats.loguniform(0.5, 3.0)),
    "normal": ((2.0, 0.3), stats.norm(2.0, 0.3)),
    "log-normal": ((0.2, 0.5), stats.lognorm(0.5, scale=np.exp(0.2))),
    "laplace": ((1.5, 0.4), stats.laplace(1.5, 0.4)),
    "log-laplace": ((0.2, 0.4), stats.loglaplace(1 / 0.4, scale=np.exp(0.2))),
    "cauchy": ((1.5, 0.4), stats.cauchy(1.5, 0.4)),
    "chisquare": ((3.0,), stats.chi2(3.0)),
    "exponential": ((0.8,), stats.expon(scale=0.8)),
    "gamma": ((2.0, 0.7), stats.gamma(2.0, scale=0.7)),
    "rayleigh": ((0.9,), stats.rayleigh(scale=0.9)),
}


@pytest.mark.filterwarnings("ignore:Numba will use object mode")
@pytest.mark.parametrize("name", PRIORS)
def test_prior_draws_follow_petabs_density_truncated_at_the_bounds(name):
    from jakstat.statistics.priors import parameter_vector

    numbers, density = PRIORS[name]
    lower, upper = 0.6, 2.5
    prior = Prior(name, numbers, lower, upper, "assumed")
    with pm.Model():
        vector = parameter_vector([Parameter("p", 1.0, prior)])
    drawn = pm.draw(vector[0], draws=4000, random_seed=2)
    assert drawn.min() >= lower
    assert drawn.max() <= upper

    def truncated(value):
        return (density.cdf(value) - density.cdf(lower)) / (density.cdf(upper) - density.cdf(lower))

    assert stats.kstest(drawn, truncated).pvalue > 1e-3


def model_density(prior: Prior, value: float) -> float:
    """Return the log density of the model's variable for a prior, on the linear scale."""
    with autocast_float_as("float64"), pm.Model() as model:
        parameter_vector([Parameter("p", value, prior)])
        (variable,) = model.free_RVs
        on_logarithm = variable.name.startswith("log_")
        at = np.full((1,) * variable.type.ndim, np.log(value) if on_logarithm else value)
        density = pm.logp(variable, pt.constant(at), warn_rvs=False).sum().eval()
    return float(density - np.log(value) if on_logarithm else density)


@pytest.mark.parametrize("name", PRIORS)
@pytest.mark.parametrize("bounds", [(0.6, 2.5), (0.0, np.inf)])
def test_log_density_of_a_prior_is_petabs_truncated_at_the_bounds(name, bounds):
    numbers, density = PRIORS[name]
    lower, upper = bounds
    prior = Prior(name, numbers, lower, upper, "assumed")
    share = density.cdf(upper) - density.cdf(lower)
    expected = density.logpdf(1.7) - np.log(share)
    assert model_density(prior, 1.7) == pytest.approx(expected, rel=1e-12)
    assert log_prior_density(prior, 1.7) == pytest.approx(expected, rel=1e-12)
    assert log_prior_density(prior, -0.1) == -np.inf
    assert np.isneginf(log_prior_density(prior, 2.6)) == (upper < 2.6)


@pytest.mark.parametrize(
    ("name", "numbers", "lower", "upper"),
    [
        ("cauchy", (0.0, 1.0), 0.0, np.inf),
        ("cauchy", (2.0, 0.5), 0.0, 2.0),
        ("laplace", (0.5, 3.0), 0.5, 2.0),
        ("log-laplace", (0.0, 1.0), 1.0, np.inf),
        ("normal", (0.0, 1.0), 0.0, np.inf),
        ("cauchy", (1.5, 0.4), 0.0, np.inf),
    ],
)
def test_chains_can_start_where_the_location_of_a_prior_is_its_bound(name, numbers, lower, upper):
    from jakstat.statistics.priors import parameter_vector

    with pm.Model() as model:
        parameter_vector([Parameter("p", 1.0, Prior(name, numbers, lower, upper, "assumed"))])
    assert all(np.isfinite(value).all() for value in model.initial_point().values())
    assert all(np.isfinite(density) for density in model.point_logps().values())


def test_unknown_priors_are_refused():
    from jakstat.statistics.priors import parameter_vector

    with pm.Model(), pytest.raises(NotImplementedError, match="student"):
        parameter_vector([Parameter("p", 1.0, Prior("student", (1.0, 2.0), 0.0, 1.0, "assumed"))])


def test_conditions_change_parameters_all_at_once():
    """A formula in a condition sees values before the condition: k := k / 2 halves k, x0 := k uses the old k."""
    tables = decay_tables()
    changes = {"k": parse_formula("k / 2"), "x0": parse_formula("k")}
    changed = replace(tables, experiments=(Experiment("only", (Period(0.0, changes),)),))
    from jakstat import Problem

    problem = Problem(changed, SolverSettings(1e-10, 1e-12))
    states = problem.simulate({"k": 0.8}, times=[0.0, 1.0])["x"].to_numpy()[0]
    assert states == pytest.approx([0.8, 0.8 * np.exp(-0.4)], rel=1e-8)
