"""The PyTensor operation: gradients, both linkers, counted outcomes, no recompilation for other data."""

import subprocess
import sys

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from jakstat.simulation import SolveSegments, SolveStatus, StatusCounts, kernel_cache, load_kernels, load_solver
from jakstat.simulation.kernel_cache import generate_kernels
from jakstat.simulation.kernels.dynamics import prepare_dynamics
from jakstat.simulation.solver import PULL_BACK_IN_LANES, PULL_BACK_SEGMENTS, SOLVE_IN_LANES, SOLVE_SEGMENTS, lanes_pay

from . import models

SOLVER = np.array([1e-8, 1e-10, 10_000.0, 1e-3, 0.0])
TIMES = np.array([0.5, 2.0, 1.0, 3.0, 4.0])
LAYOUT, SPANS = np.array([[-1, -1, 0, 2], [-2, -1, 2, 5]]), np.array([[0.0, 2.0], [0.0, 4.0]])
PARAMETERS = np.array([[0.6, 1.3, 2.0], [0.9, 0.7, 1.5]])
INITIAL = np.array([[0.5, 1.0, 0.2], [0.1, 0.4, 0.0]])
WEIGHTS = np.random.default_rng(1).normal(size=(5, 3))


def graph(counts: int = 0, recording: bool = True):
    parameters, initial = pt.dmatrix("parameters"), pt.dmatrix("initial")
    model = load_kernels(generate_kernels(prepare_dynamics(models.COUPLED)), LAYOUT)
    outputs = SolveSegments(recording)(parameters, initial, LAYOUT, SPANS, TIMES, SOLVER, model, counts)
    return parameters, initial, outputs


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA"])
def test_value_and_gradient_in_each_linker(mode):
    parameters, initial, (states, _, status) = graph()
    total = (states * WEIGHTS).sum()
    slopes = pytensor.grad(total, [parameters, initial])
    evaluate = pytensor.function([parameters, initial], [total, status, *slopes], mode=mode)
    value, outcome, by_parameters, by_initial = evaluate(PARAMETERS, INITIAL)
    assert (outcome == SolveStatus.SUCCESS).all()
    for place in ((0, 0), (1, 1)):
        moved = PARAMETERS.copy()
        moved[place] += 1e-5
        assert by_parameters[place] == pytest.approx((evaluate(moved, INITIAL)[0] - value) / 1e-5, rel=1e-3)
    moved = INITIAL.copy()
    moved[1, 2] += 1e-5
    assert by_initial[1, 2] == pytest.approx((evaluate(PARAMETERS, moved)[0] - value) / 1e-5, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "origins", "pays"),
    [
        ("COUPLED", [-1], False),
        ("COUPLED", [-1, -2], True),
        ("COUPLED", [-1, 0, 1], False),  # one after the other
        ("COUPLED", [-1, 0, 0, 0], True),
        ("KINK", [-1, -2, -3, -4], False),  # switches that depend on states
    ],
)
def test_segments_that_stand_side_by_side_are_solved_in_lanes(name, origins, pays):
    model = load_kernels(generate_kernels(prepare_dynamics(getattr(models, name))))
    layout = np.array([[origin, -1, 0, 0] for origin in origins])
    assert lanes_pay(layout, model) == pays


@pytest.mark.parametrize(
    ("layout", "recording", "needed"),
    [
        (LAYOUT[:1], False, {SOLVE_SEGMENTS}),
        (LAYOUT[:1], True, {SOLVE_SEGMENTS, PULL_BACK_SEGMENTS}),
        (LAYOUT, False, {SOLVE_IN_LANES}),
        (LAYOUT, True, {SOLVE_IN_LANES, PULL_BACK_IN_LANES}),
    ],
)
def test_only_what_a_problem_needs_of_the_solver_is_compiled_for_it(layout, recording, needed, monkeypatch):
    monkeypatch.setattr(kernel_cache, "_ENGINES", {})
    model = load_kernels(generate_kernels(prepare_dynamics(models.COUPLED)), layout, recording)
    places = (SOLVE_SEGMENTS, PULL_BACK_SEGMENTS, SOLVE_IN_LANES, PULL_BACK_IN_LANES)
    assert {place for place in places if model[place]} == needed


def test_a_vector_without_the_solver_is_refused_where_it_would_end_the_process(monkeypatch):
    monkeypatch.setattr(kernel_cache, "_ENGINES", {})
    model = load_kernels(generate_kernels(prepare_dynamics(models.COUPLED)))
    parameters = pt.dmatrix("parameters")
    states, *_ = SolveSegments()(parameters, INITIAL, LAYOUT, SPANS, TIMES, SOLVER, model, 0)
    evaluate = pytensor.function([parameters], states, mode="NUMBA")
    with pytest.raises(RuntimeError, match=r"load_kernels\(digest, layout\) puts it there"):
        evaluate(PARAMETERS)


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA"])
def test_the_operation_gives_what_the_solver_in_lanes_gives(mode):
    parameters, initial, (states, _, _) = graph()
    slope = pytensor.grad((states * WEIGHTS).sum(), parameters)
    found = pytensor.function([parameters, initial], [states, slope], mode=mode)(PARAMETERS, INITIAL)
    solver, model = load_solver(), load_kernels(generate_kernels(prepare_dynamics(models.COUPLED)))
    expected, tape, _ = solver.solve_in_lanes(PARAMETERS, INITIAL, LAYOUT, SPANS, TIMES, SOLVER, model, True)
    by_parameter, _ = solver.pull_back_in_lanes(PARAMETERS, INITIAL, LAYOUT, tape, WEIGHTS, SOLVER, model)
    assert (found[0] == expected).all()
    assert (found[1] == by_parameter).all()


def test_value_and_gradient_cost_one_forward_solve():
    parameters, initial, (states, _, _) = graph()
    total = (states * WEIGHTS).sum()
    slope = pytensor.grad(total, parameters)
    compiled = pytensor.function([parameters, initial], [total, slope], mode="FAST_COMPILE")
    solves = [node for node in compiled.maker.fgraph.apply_nodes if isinstance(node.op, SolveSegments)]
    assert len(solves) == 1


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "NUMBA"])
def test_outcomes_are_counted_by_name(mode):
    counts = StatusCounts()
    parameters, initial, (states, _, _) = graph(counts.address, recording=False)
    evaluate = pytensor.function([parameters, initial], states, mode=mode)
    evaluate(PARAMETERS, INITIAL)
    evaluate(np.where(PARAMETERS == 0.9, np.nan, PARAMETERS), INITIAL)
    assert {name: count for name, count in counts.as_dict().items() if count} == {"success": 1, "not_finite": 1}


def test_counts_are_kept_until_they_are_reset():
    counts = StatusCounts()
    parameters, initial, (states, _, _) = graph(counts.address)
    slope = pytensor.grad((states * WEIGHTS).sum(), parameters)
    evaluate = pytensor.function([parameters, initial], slope, mode="NUMBA")
    for given in (PARAMETERS, PARAMETERS, np.where(PARAMETERS == 0.9, np.nan, PARAMETERS)):
        evaluate(given, INITIAL)
    assert counts.as_dict()["success"] == 2
    counts.reset()
    assert sum(counts.as_dict().values()) == 0
    evaluate(PARAMETERS, INITIAL)
    assert counts.as_dict()["success"] == 1


def test_a_failed_segment_is_nan_and_the_others_are_not():
    parameters, initial, (states, _, _) = graph(recording=False)
    broken = np.where(PARAMETERS == 0.9, np.nan, PARAMETERS)
    found = pytensor.function([parameters, initial], states, mode="FAST_COMPILE")(broken, INITIAL)
    assert np.isfinite(found[:2]).all()
    assert np.isnan(found[2:]).all()


def test_without_recording_there_is_no_gradient():
    parameters, _, (states, _, _) = graph(recording=False)
    with pytest.raises(NotImplementedError, match="recording=True"):
        pytensor.grad(states.sum(), parameters)


_CHANGED_SOLVER = """
import importlib
from jakstat.simulation import kept_code, op
before = op._SOURCE_VERSION
kept_code.solver_digest = lambda: "another"
print(importlib.reload(op)._SOURCE_VERSION != before)
"""


def test_wrappers_that_pytensor_keeps_are_not_taken_for_those_of_another_solver():
    """A kept wrapper names the folder of the solver it was compiled with, which a later process does not load."""
    child = subprocess.run([sys.executable, "-c", _CHANGED_SOLVER], check=True, capture_output=True, text=True)
    assert child.stdout.strip() == "True"
