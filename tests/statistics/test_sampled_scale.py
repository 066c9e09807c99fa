"""Draws on the sampled scale: the model's own deterministics give back the values that they were made of."""

import numpy as np
import pytest

from jakstat.problem import Experiment, Measurement, Observable, Parameter, Period, Prior, ProblemTables
from jakstat.problem.formulas import parse_formula
from jakstat.problem.model_text import antimony_to_sbml
from jakstat.statistics import build_model, on_sampled_scale

PRIORS = {
    "a": Prior("log-uniform", (1e-3, 1e3), 1e-3, 1e3, "assumed"),
    "b": Prior("normal", (0.0, 1.0), -np.inf, np.inf, "assumed"),
    "c": Prior("log-normal", (0.0, 1.0), 0.0, np.inf, "assumed"),
    "d": Prior("normal", (1.0, 1.0), 0.0, np.inf, "assumed"),
    "e": Prior("gamma", (2.0, 1.5), 0.0, np.inf, "assumed"),
    "f": Prior("log-normal", (0.0, 1.0), 0.0, np.inf, "assumed"),
}


@pytest.fixture(scope="module")
def tables() -> ProblemTables:
    """A level that stays, with a prior of each kind that the sampler sees otherwise."""
    sbml = antimony_to_sbml("model still\n x0 = 1\n k = 0\n J0: -> x; k\n x = x0\nend\n", "still.ant", [])
    assert sbml is not None
    return ProblemTables(
        id="still",
        sbml=sbml,
        parameters=tuple(Parameter(name, 1.0, prior) for name, prior in PRIORS.items()),
        observables=(Observable("level", parse_formula("x + a + b + c + d + e + f"), parse_formula("1")),),
        experiments=(Experiment("only", (Period(0.0),)),),
        measurements=(Measurement("level", "only", 1.0, 1.0),),
        time_unit="min",
    )


@pytest.fixture(scope="module")
def model(tables):
    return build_model(tables)


def test_points_of_draws_give_the_values_back(tables, model):
    values = np.random.default_rng(1).uniform(0.2, 3.0, (4, len(PRIORS)))
    points = on_sampled_scale(model, tables.parameters, dict(zip(PRIORS, values.T, strict=True)))
    assert sorted(points["parameter"].to_numpy()) == sorted(PRIORS)
    value_of = model.compile_fn(model.replace_rvs_by_values([model["parameter_value"]]), mode="FAST_COMPILE")
    for point, expected in zip(points.to_numpy(), values, strict=True):
        (found,) = value_of(as_variables(model, point))
        assert found == pytest.approx(expected, rel=1e-10)


def as_variables(model, point):
    """Cut a point into the model's variables, in the order of its free ones, as nutpie does."""
    start, cut = model.initial_point(), {}
    for variable in model.free_RVs:
        name = model.rvs_to_values[variable].name
        size = np.size(start[name])
        cut[name], point = point[:size].reshape(np.shape(start[name])), point[size:]
    return cut


def test_absent_parameters_and_values_beyond_their_bounds_have_no_place(tables, model):
    draws = {"a": np.array([1.0, 2e3, 1e3]), "c": np.array([1.0, 0.0, 2.0])}
    points = on_sampled_scale(model, tables.parameters, draws)
    assert np.isfinite(points.sel(parameter="a")).to_numpy().tolist() == [True, False, False]
    assert np.isfinite(points.sel(parameter="c")).to_numpy().tolist() == [True, False, True]
    assert np.isnan(points.sel(parameter=["b", "d", "e", "f"])).all()
