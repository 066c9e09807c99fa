"""Periods, jumps, events, switches of states, steady states: closed forms, and gradients against differences."""

import numpy as np
import pytest
import sympy as sp
from tests.simulation import models
from tests.simulation.models import pathway
from tests.simulation.solver.test_adjoint import finite_differences
from tests.simulation.solving import Solver

from jakstat.pathway import TIME, Event, UnsupportedModelError, symbol
from jakstat.simulation import SolveStatus, load_kernels, load_solver
from jakstat.simulation.kernel_cache import generate_kernels
from jakstat.simulation.kernels.dynamics import prepare_dynamics

x, y, z, k, c, half = (symbol(name) for name in ("x", "y", "z", "k", "c", "half"))
TIMES = np.array([0.3, 1.0, 1.7, 4.0])


def check_gradient(solver, times, weights, rel=1e-4, **changed):
    """Compare the adjoint with central differences, all parameters and initial values."""
    by_parameter, by_initial, tape = solver.gradient(times, weights, rtol=1e-9, atol=1e-11, **changed)
    fd_parameter, fd_initial = finite_differences(solver, times, weights, 1e-12, step=1e-5, **changed)
    scale = np.abs(fd_initial).max() + np.abs(fd_parameter).max()
    assert by_parameter == pytest.approx(fd_parameter, rel=rel, abs=1e-6 * scale)
    assert by_initial == pytest.approx(fd_initial, rel=rel, abs=1e-6 * scale)
    return tape


@pytest.mark.parametrize("name", ["PULSE", "DOSES", "KINK"])
def test_gradients_hold_where_switches_and_events_move_with_parameters(name):
    solver = Solver(getattr(models, name))
    times = TIMES + 0.05
    weights = np.random.default_rng(5).normal(size=(len(times), solver.initial.shape[1]))
    check_gradient(solver, times, weights)


def test_an_event_on_time_sets_the_state_and_a_row_at_its_time_shows_it_after():
    dose = Event("dose", TIME >= 2, {"x": x + 3}, True)
    states, _, status = Solver(pathway({"x": -k * x}, {"x": 1.0}, {"k": 0.5}, (dose,))).solve([1.0, 2.0, 3.0])
    assert status[0] == SolveStatus.SUCCESS
    at_two = np.exp(-1.0) + 3
    assert states[:, 0] == pytest.approx([np.exp(-0.5), at_two, at_two * np.exp(-0.5)], rel=1e-7)


def test_an_event_on_a_state_happens_each_time_its_trigger_becomes_true():
    """x falls from 1 to 1/2 in ln 2 / k, then is set back to 1."""
    reset = Event("reset", x <= sp.Rational(1, 2), {"x": sp.Integer(1), "y": y + 1}, True)
    solver = Solver(pathway({"x": -k * x, "y": 0 * x}, {"x": 1.0, "y": 0.0}, {"k": 1.0}, (reset,)))
    period = np.log(2)
    states, _, _ = solver.solve([0.9 * period, 1.1 * period, 7.5 * period])
    assert states[:, 1] == pytest.approx([0, 1, 7])
    assert states[2, 0] == pytest.approx(np.exp(-0.5 * period), rel=1e-6)


@pytest.mark.parametrize(("initially_on", "expected"), [(True, 1.0), (False, 5.0)])
def test_a_trigger_that_is_true_at_the_start_counts_only_if_it_was_off_before(initially_on, expected):
    event = Event("start", TIME >= 0, {"x": sp.Integer(5)}, initially_on)
    states, _, _ = Solver(pathway({"x": 0 * x}, {"x": 1.0}, {}, (event,))).solve([0.0, 1.0])
    assert states[:, 0] == pytest.approx(expected)


def test_an_event_can_set_off_another_at_the_same_moment():
    first = Event("first", TIME >= 1, {"x": sp.Integer(3)}, True)
    second = Event("second", x > 2, {"y": x + y}, True)
    states, _, _ = Solver(pathway({"x": 0 * x, "y": 0 * x}, {"x": 1.0, "y": 1.0}, {}, (first, second))).solve([2.0])
    assert states[0] == pytest.approx([3.0, 4.0])


def test_events_without_end_are_a_named_failure():
    up = Event("up", x > 1, {"x": sp.Integer(0)}, False)
    down = Event("down", x < 1, {"x": sp.Integer(2)}, False)
    _, _, status = Solver(pathway({"x": 0 * x}, {"x": 2.0}, {}, (up, down))).solve([1.0])
    assert SolveStatus(status[0]) == SolveStatus.TOO_MANY_EVENTS


def test_a_piecewise_rate_changes_its_law_on_the_root():
    """x' = 1 up to ``half``, then -c (x - half - 1): closed form in both parts."""
    rate = sp.Piecewise((1, x <= half), (-c * (x - half - 1), True))
    solver = Solver(pathway({"x": rate}, {"x": 0.0}, {"c": 2.0, "half": 0.75}))
    states, tape, _ = solver.solve([0.5, 3.0], recording=True)
    assert states[:, 0] == pytest.approx([0.5, 1.75 - np.exp(-2 * 2.25)], rel=1e-7)
    assert np.isclose(tape[:, 1] + tape[:, 2], 0.75, rtol=1e-9).any(), "a step ends on the root"


def test_a_steady_state_keeps_conserved_totals():
    solver = Solver(models.EXCHANGE)
    states, _, status = solver.solve([np.inf])
    assert status[0] == SolveStatus.SUCCESS
    x_steady = 3.0 * 0.3 / 0.9
    assert states[0] == pytest.approx([x_steady, 3.0 - x_steady, x_steady / 0.05], rel=1e-9)


@pytest.mark.parametrize("times", [[np.inf], [0.5, 3.0, np.inf]])
def test_the_gradient_of_a_steady_state_and_of_rows_before_it(times):
    solver = Solver(models.EXCHANGE)
    weights = np.random.default_rng(2).normal(size=(len(times), 3))
    check_gradient(solver, times, weights, rel=1e-5)


def test_the_steady_state_is_the_one_that_the_trajectory_runs_into():
    solver = Solver(models.SWITCH)
    for start, expected in ((0.41, 1.0), (0.39, 0.0), (5.0, 1.0)):
        states, _, status = solver.solve([np.inf], initial=[start])
        assert status[0] == SolveStatus.SUCCESS
        assert states[0, 0] == pytest.approx(expected, abs=1e-8)


def test_an_unstable_steady_state_is_a_named_failure():
    _, _, status = Solver(models.SWITCH).solve([np.inf], initial=[0.4])
    assert SolveStatus(status[0]) == SolveStatus.UNSTABLE_STEADY_STATE


def test_what_does_not_settle_is_a_named_failure():
    _, _, status = Solver(models.OSCILLATOR).solve([np.inf], max_steps=2000)
    assert SolveStatus(status[0]) == SolveStatus.NO_STEADY_STATE


def test_a_steady_state_below_zero_is_a_named_failure():
    falling = pathway({"x": -k - x}, {"x": 1.0}, {"k": 2.0}, species=("x",))
    _, _, status = Solver(falling).solve([np.inf])
    assert SolveStatus(status[0]) in (SolveStatus.NEGATIVE_STEADY_STATE, SolveStatus.NO_STEADY_STATE)


def test_a_stiff_steady_state_has_an_exact_gradient():
    """Rates that differ by 1e9: the slow one decides the derivative."""
    system = pathway({"x": 1e6 * k - 1e6 * x, "y": 1e-3 * (x - c * y)}, {"x": 0.0, "y": 0.0}, {"k": 2.0, "c": 0.7})
    solver = Solver(system)
    by_parameter, by_initial, _ = solver.gradient([np.inf], [[0.0, 1.0]])
    assert by_parameter == pytest.approx([1 / 0.7, -2 / 0.7**2], rel=1e-6)
    assert by_initial == pytest.approx([0.0, 0.0], abs=1e-6)


@pytest.mark.parametrize("speed", [1.0, 300.0, 1e5])
def test_a_steady_state_hands_on_the_gradient_of_conserved_totals(speed):
    """Exchange at a speed times slower loss: x = total c / (k + c), z = x / n, in closed form."""
    k_, c_, n_, total = 0.6 * speed, 0.3 * speed, 0.05, 3.0
    solver = Solver(models.EXCHANGE)
    values = {"k": k_, "c": c_, "n": n_}
    parameters = [values[name] for name in solver.dynamics.parameters]
    by_parameter, by_initial, _ = solver.gradient([np.inf], [[1.0, -0.5, 2.0]], parameters=parameters)
    by_x = 1.0 + 0.5 + 2.0 / n_  # y = total - x
    expected = {"k": -by_x * total * c_ / (k_ + c_) ** 2, "c": by_x * total * k_ / (k_ + c_) ** 2}
    expected["n"] = -2.0 * total * c_ / (k_ + c_) / n_**2
    assert by_parameter == pytest.approx([expected[name] for name in solver.dynamics.parameters], rel=1e-9)
    by_total = by_x * c_ / (k_ + c_) - 0.5
    assert by_initial == pytest.approx([by_total, by_total, 0.0], rel=1e-9, abs=1e-9 * by_x)


def test_a_spiral_that_grows_is_unstable_however_many_states_hang_on_it():
    growing = pathway({"x": k * x - y, "y": x + k * y, "z": x - z}, {"x": 0.0, "y": 0.0, "z": 0.0}, {"k": 0.1})
    _, _, status = Solver(growing).solve([np.inf])
    assert SolveStatus(status[0]) == SolveStatus.UNSTABLE_STEADY_STATE


def test_segments_hand_on_their_state_through_jumps_and_share_what_is_alike():
    """A pre-equilibration with two children: production stops in one, the other is set to a parameter's value."""
    model = pathway({"x": k - c * x}, {"x": 0.0}, {"k": 1.0, "c": 0.5})
    dynamics = prepare_dynamics(model, ({"x": x / 2 + symbol("jump_value_0")},))
    assert dynamics.parameters == ("k", "c", "jump_value_0")
    module, kernels = load_solver(), load_kernels(generate_kernels(dynamics))
    parameters = np.array([[1.0, 0.5, 0.0], [0.0, 0.5, 0.0], [0.2, 0.5, 0.7]])
    layout = np.array([[-1, -1, 0, 0], [0, -1, 0, 2], [0, 0, 2, 4]])
    spans = np.array([[-np.inf, np.inf], [5.0, 7.0], [5.0, 6.0]])
    times, settings = np.array([5.0, 7.0, 5.0, 6.0]), np.array([1e-9, 1e-11, 10_000.0, 1e-2, 0.0])

    def solve(values, initial=((0.0,),)):
        return module.solve_segments(values, np.array(initial), layout, spans, times, settings, kernels, True)

    states, tape, status = solve(parameters)
    assert not status.any()
    after = 0.4 + (1.7 - 0.4) * np.exp(-0.5)
    assert states[:, 0] == pytest.approx([2.0, 2.0 * np.exp(-1.0), 1.7, after], rel=1e-8)
    weights = np.array([[1.0], [2.0], [-1.0], [0.5]])
    by_parameter, by_initial = module.pull_back_segments(
        parameters, np.zeros((1, 1)), layout, tape, weights, settings, kernels
    )
    for place in np.ndindex(parameters.shape):
        ends = []
        for sign in (1, -1):
            moved = parameters.copy()
            moved[place] += sign * 1e-5
            ends.append((solve(moved)[0] * weights).sum())
        assert by_parameter[place] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5, abs=1e-6)
    assert by_initial == pytest.approx(0.0, abs=1e-6), "a steady state forgets where it came from"


def test_a_failed_segment_fails_what_starts_from_it():
    solver = Solver(models.BLOW_UP)
    layout, spans = np.array([[-1, -1, 0, 0], [0, -1, 0, 1]]), np.array([[0.0, 2.0], [2.0, 3.0]])
    states, _, status = solver.module.solve_segments(
        np.ones((2, 1)),
        np.ones((1, 1)),
        layout,
        spans,
        np.array([3.0]),
        np.array([1e-8, 1e-10, 1e4, 1e-2, 0.0]),
        solver.model,
        False,
    )
    assert status[0] == status[1] != SolveStatus.SUCCESS
    assert np.isnan(states).all()


def test_equality_of_states_is_refused():
    with pytest.raises(UnsupportedModelError, match="equality"):
        prepare_dynamics(pathway({"x": sp.Piecewise((k, sp.Eq(x, c)), (0, True))}, {"x": 0.0}, {"k": 1.0, "c": 1.0}))
