"""Solutions against closed forms and references; failures have names."""

import numpy as np
import pytest
from tests.simulation import models
from tests.simulation.solving import Solver

from jakstat.simulation import SolveStatus


def test_decay_agrees_with_its_closed_form():
    times = np.array([0.0, 0.5, 1.0, 7.0])
    states, _, status = Solver(models.DECAY).solve(times, rtol=1e-9, atol=1e-12)
    assert status[0] == SolveStatus.SUCCESS
    assert states[:, 0] == pytest.approx(2 * np.exp(-0.7 * times), rel=1e-7)
    assert states.sum(axis=1) == pytest.approx(2.0, rel=1e-12), "mass is conserved"


@pytest.mark.parametrize(("method", "order"), [(0, 4), (1, 5)])
def test_error_falls_with_the_tolerance_as_the_order_says(method, order):
    """Controlled by an estimate one order lower: the error falls with the tolerance, steps grow like tol^(-1/order)."""
    solver = Solver(models.OSCILLATOR)
    errors, steps = [], []
    for rtol in (1e-4, 1e-6, 1e-8):
        states, tape, _ = solver.solve([10.0], rtol=rtol, atol=rtol, recording=True, method=method)
        errors.append(np.abs(states[0] - [np.cos(10.0), -np.sin(10.0)]).max())
        steps.append(len(tape))
    assert errors[1] < 0.1 * errors[0]
    assert errors[2] < 0.1 * errors[1]
    assert errors[2] < 1e-6
    assert steps[2] / steps[1] == pytest.approx(100 ** (1 / order), rel=0.25)


def test_a_stiff_problem_agrees_with_its_closed_form():
    states, tape, _ = Solver(models.PROTHERO_ROBINSON).solve([10.0], rtol=1e-6, atol=1e-6, recording=True)
    assert states[0, 0] == pytest.approx(np.cos(10.0), abs=1e-5)
    assert len(tape) < 100, "an explicit method would need thousands of steps"


def test_robertsons_problem_agrees_with_published_values():
    states, tape, status = Solver(models.ROBERTSON).solve([40.0, 4e5], rtol=1e-8, atol=1e-14, recording=True)
    assert status[0] == SolveStatus.SUCCESS
    assert states[0] == pytest.approx([0.7158270687, 9.185534764e-6, 0.2841637458], rel=1e-6)
    assert states[1, 0] == pytest.approx(4.938e-3, rel=2e-3)
    assert states.sum(axis=1) == pytest.approx(1.0, rel=1e-9)
    assert len(tape) < 1500, "stiffness must not limit the step"


def test_steps_end_on_the_threshold_of_a_switch():
    times = np.array([1.0, 3.0, 3.5, 8.0])
    states, tape, _ = Solver(models.PULSE).solve(times, recording=True)
    plateau = 4.0 * (1 - np.exp(-0.5 * np.minimum(times, 3.0)))
    expected = plateau * np.exp(-0.5 * np.maximum(times - 3.0, 0.0))
    assert states[:, 0] == pytest.approx(expected, rel=1e-6)
    assert np.isclose(tape[:, 1] + tape[:, 2], 3.0, atol=1e-12).any()


def test_output_at_the_start_is_the_initial_state():
    states, _, status = Solver(models.DECAY).solve([0.0])
    assert status[0] == SolveStatus.SUCCESS
    assert states[0] == pytest.approx([2.0, 0.0], abs=0)


def test_a_solution_that_blows_up_is_a_named_failure():
    states, _, status = Solver(models.BLOW_UP).solve([0.5, 2.0])
    assert SolveStatus(status[0]) in (SolveStatus.STEP_TOO_SMALL, SolveStatus.NEWTON_FAILED)
    assert np.isnan(states).all()


def test_too_many_steps_is_a_named_failure():
    _, _, status = Solver(models.DECAY).solve([100.0], rtol=1e-10, atol=1e-12, max_steps=5)
    assert SolveStatus(status[0]) == SolveStatus.TOO_MANY_STEPS


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_parameter_that_is_not_finite_is_a_named_failure(bad):
    _, _, status = Solver(models.DECAY).solve([1.0], parameters=[bad])
    assert SolveStatus(status[0]) == SolveStatus.NOT_FINITE


def test_every_status_has_a_sentence():
    assert all(status.sentence.endswith(".") for status in SolveStatus)


def test_a_very_long_horizon_takes_few_steps():
    states, tape, status = Solver(models.DECAY).solve([1e3, 1e9], recording=True)
    assert status[0] == SolveStatus.SUCCESS
    assert states == pytest.approx(np.array([[0.0, 2.0], [0.0, 2.0]]), abs=1e-8)
    assert len(tape) < 500


@pytest.mark.parametrize("rate", [1e-12, 1e-6, 1e6, 1e12])
def test_extreme_rate_constants_are_solved(rate):
    states, _, status = Solver(models.DECAY).solve([1.0], parameters=[rate])
    assert status[0] == SolveStatus.SUCCESS
    assert states[0, 0] == pytest.approx(2 * np.exp(-rate), rel=1e-6, abs=1e-8)


def test_a_solve_never_takes_more_steps_than_allowed():
    states, tape, status = Solver(models.OSCILLATOR).solve([1e9], max_steps=1000, recording=True)
    assert SolveStatus(status[0]) == SolveStatus.TOO_MANY_STEPS
    assert np.isnan(states).all()
    assert len(tape) <= 1001
