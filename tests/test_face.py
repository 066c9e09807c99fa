"""The public face: what it computes of a problem with a closed form."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from jakstat import Problem, SolveError, SolverSettings
from jakstat.problem import Experiment, Measurement, Period
from jakstat.problem.formulas import parse_formula
from jakstat.problem.model_text import antimony_to_sbml


def test_signals_and_residuals_of_a_preequilibrated_experiment_are_those_of_the_closed_form(turnover):
    signals = Problem(turnover, SolverSettings(1e-10, 1e-12)).signals({"k": 1.5})
    signal = np.array([2 - np.exp(-6.0), 4.0, 2.0])
    assert signals["signal"].to_numpy() == pytest.approx(signal, rel=1e-7)
    assert signals["residual"].to_numpy() == pytest.approx((np.array([1.5, 3.0, 1.5]) - signal) / 0.1, rel=1e-5)
    assert signals["time"].to_numpy().tolist() == [4.0, 2.0, math.inf]
    assert signals["experiment"].to_numpy().tolist() == ["early", "late", "late"]
    logarithmic = replace(turnover, observables=(replace(turnover.observables[0], noise_distribution="log-laplace"),))
    residual = Problem(logarithmic, SolverSettings(1e-10, 1e-12)).signals({"k": 1.5})["residual"].to_numpy()
    assert residual == pytest.approx(np.log(np.array([1.5, 3.0, 1.5]) / signal) / 0.1, rel=1e-5)


def test_a_simulation_names_the_experiment_that_fails_though_nothing_of_it_is_measured(turnover):
    """x' = x^2 from 1 has no value at time 1 and later."""
    sbml = antimony_to_sbml("model blow\n x = 1; rate = 0; k = 1\n J0: -> x; rate * x * x\nend\n", "blow.ant", [])
    still = Experiment("still", (Period(0.0),))
    blown = Experiment("blown", (Period(0.0, {"rate": parse_formula("1")}),))
    tables = replace(
        turnover, sbml=sbml, experiments=(still, blown), measurements=(Measurement("x_signal", "still", 1.0, 1.0),)
    )
    with pytest.raises(SolveError, match=r"^1 experiment\(s\) could not be solved: blown: "):
        Problem(tables).simulate({"k": 1.5}, np.linspace(0.0, 4.0, 5))
    assert Problem(replace(tables, experiments=(still,))).simulate({"k": 1.5}, [4.0])["x"].item() == pytest.approx(1.0)


def test_terms_of_the_log_likelihood_add_up_to_it(turnover):
    problem = Problem(turnover)
    assert float(problem.signals({"k": 1.5})["log_likelihood"].sum()) == pytest.approx(
        problem.log_likelihood({"k": 1.5}), rel=1e-9
    )


def test_log_prior_is_the_density_of_the_parameter_itself(turnover):
    (density,) = Problem(turnover).log_prior({"k": 1.5}).values()
    assert density == pytest.approx(stats.lognorm(0.5, scale=np.exp(0.7)).logpdf(1.5), rel=1e-12)


def test_threads_get_what_one_thread_gets_bit_for_bit(turnover):
    calls = {
        "log_likelihood": lambda problem, point: problem.log_likelihood(point),
        "gradient": lambda problem, point: problem.gradient(point)["k"],
        "simulate": lambda problem, point: problem.simulate(point, np.linspace(0.0, 4.0, 7))["x"].to_numpy().tobytes(),
        "signals": lambda problem, point: problem.signals(point)["signal"].to_numpy().tobytes(),
        "log_prior": lambda problem, point: problem.log_prior(point)["k"],
        "value_and_gradient": lambda problem, point: [
            np.asarray(found).tobytes() for found in problem.value_and_gradient(problem.vector(point))
        ],
    }
    often = {"simulate": 3, "log_prior": 3}
    serial, shared = Problem(turnover), Problem(turnover)
    points = [{"k": value} for value in np.linspace(0.5, 3.0, 25)]

    def evaluate(problem, offset, name):
        count = often.get(name, 500)
        return [calls[name](problem, points[(offset + number) % 25]) for number in range(count)]

    for name in calls:
        wanted = [evaluate(serial, offset, name)[:25] for offset in range(4)]
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda offset, name=name: evaluate(shared, offset, name), range(4)))
        for of_thread, expected in zip(found, wanted, strict=True):
            assert of_thread == [expected[number % 25] for number in range(len(of_thread))], name


def test_threads_that_ask_first_build_one_plan(turnover):
    problem = Problem(turnover)
    with ThreadPoolExecutor(4) as pool:
        plans = list(pool.map(lambda _: problem.plan, range(4)))
    assert all(plan is plans[0] for plan in plans)
