"""Coefficients, switches and refusals when rates are prepared for generation."""

import os
import subprocess
import sys

import pytest
import sympy as sp
from tests.simulation.models import PULSE, pathway

from jakstat.pathway import TIME, UnsupportedModelError, symbol
from jakstat.simulation.kernels.dynamics import prepare_dynamics

x, k, a, b, end = (symbol(name) for name in ("x", "k", "a", "b", "end"))
VALUES = {"k": 1.0, "a": 2.0, "b": 3.0, "end": 4.0}


def restored(dynamics) -> list[sp.Expr]:
    """Put coefficients back into the rates."""
    return [rate.xreplace(dict(dynamics.coefficients)) for rate in dynamics.rates]


def test_coefficients_hold_what_depends_on_parameters_alone():
    rate = -k * a * x / (1 + b * x) + sp.exp(a) * k
    dynamics = prepare_dynamics(pathway({"x": rate}, {"x": 1.0}, VALUES))
    assert sp.simplify(restored(dynamics)[0] - rate) == 0
    states_and_coefficients = {x, *(coefficient for coefficient, _ in dynamics.coefficients)}
    assert dynamics.rates[0].free_symbols <= states_and_coefficients
    assert len(dynamics.coefficients) == 3


def test_equal_products_share_a_coefficient_whatever_their_sign():
    dynamics = prepare_dynamics(pathway({"x": -k * a * x, "y": k * a * x}, {"x": 1.0, "y": 0.0}, VALUES))
    assert len(dynamics.coefficients) == 1


@pytest.mark.parametrize(
    ("condition", "holds_before"),
    [(TIME < end, True), (TIME <= end, True), (TIME > end, False), (end > TIME, True), (2 * TIME - end >= 0, False)],
)
def test_relations_on_time_become_switches(condition, holds_before):
    dynamics = prepare_dynamics(pathway({"x": sp.Piecewise((k, condition), (0, True))}, {"x": 0.0}, VALUES))
    ((switch, threshold),) = dynamics.switches
    assert threshold.free_symbols == {end}
    before = dynamics.rates[0].xreplace({switch: sp.Integer(1)})
    assert (before != 0) == holds_before


def test_the_same_threshold_is_one_switch():
    rate = sp.Piecewise((k, TIME <= end), (0, True)) + sp.Piecewise((0, TIME <= end), (a * x, True))
    assert len(prepare_dynamics(pathway({"x": rate}, {"x": 0.0}, VALUES)).switches) == 1


def test_a_choice_between_parameters_is_a_coefficient():
    rate = sp.Piecewise((k, a < b), (2 * k, True)) * x
    dynamics = prepare_dynamics(pathway({"x": rate}, {"x": 0.0}, VALUES))
    assert not dynamics.switches
    assert len(dynamics.coefficients) == 1


@pytest.mark.parametrize(
    "rate",
    [sp.Piecewise((k, x > 1), (0, True)), sp.Max(x, 1) * k, k * sp.Abs(x), sp.Piecewise((k, TIME < x), (0, True))],
)
def test_relations_on_states_become_switches_with_a_function(rate):
    dynamics = prepare_dynamics(pathway({"x": rate}, {"x": 0.0}, VALUES))
    assert not dynamics.switches
    ((switch, margin),) = dynamics.state_switches
    assert x in margin.free_symbols
    assert switch in dynamics.rates[0].free_symbols


def test_the_two_sides_of_a_relation_on_states_are_one_switch():
    rate = sp.Piecewise((k, x > a), (0, True)) + sp.Piecewise((b, x <= a), (0, True))
    assert len(prepare_dynamics(pathway({"x": rate}, {"x": 0.0}, VALUES)).state_switches) == 1


@pytest.mark.parametrize("rate", [k * sp.floor(x), k * sp.ceiling(x), sp.Mod(x, 1) * k])
def test_step_functions_of_states_are_refused(rate):
    with pytest.raises(UnsupportedModelError, match="rate of x"):
        prepare_dynamics(pathway({"x": rate}, {"x": 0.0}, VALUES))


def test_only_parameters_that_reach_a_rate_are_kernel_parameters():
    assert prepare_dynamics(PULSE).parameters == ("k", "c", "end")
    assert prepare_dynamics(pathway({"x": -k * x}, {"x": 1.0}, VALUES)).parameters == ("k",)


_CHILD = """
import sympy as sp
from jakstat.pathway import TIME, Pathway, symbol
from jakstat.simulation.kernels.dynamics import prepare_dynamics
from jakstat.simulation.kernels.model_kernels import write_kernels
ends = [symbol(f"end_{number}") for number in range(4)]
rate = sum(sp.Piecewise((end, TIME < end), (0, True)) for end in ends)
model = Pathway(("x",), (rate,), {"x": sp.Integer(0)}, {end.name: 1.0 for end in ends}, {}, {})
print(write_kernels(prepare_dynamics(model)).text)
"""


def test_the_generated_text_does_not_depend_on_pythons_hash_seed():
    texts = {
        subprocess.run(
            [sys.executable, "-c", _CHILD],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1
