"""Segments in lanes: what each gives is what it gives alone, and what the scalar solver, their referee, gives."""

import numpy as np
import pytest
from tests.simulation import models
from tests.simulation.models import pathway
from tests.simulation.solving import Solver

from jakstat.pathway import TIME, Event, symbol
from jakstat.simulation import SolveStatus
from jakstat.simulation.solver import FIRST_STAGE_COLUMN, LANES, SEGMENT_COLUMN
from jakstat.simulation.solver.tape import VOID

x, k, c, end = (symbol(name) for name in ("x", "k", "c", "end"))
TIMES = np.array([0.0, 0.4, 1.0, 2.6])
#: a dose at a time, on top of a decay
TIMED_DOSE = pathway(
    {"x": -k * x, "y": x - c * symbol("y")},
    {"x": 1.0, "y": 0.2},
    {"k": 0.8, "c": 1.5, "end": 1.0},
    events=(Event("dose", end <= TIME, {"x": x + c}, True),),
)
SMOOTH = {"DECAY", "PULSE", "COUPLED", "HILL", "PROTHERO_ROBINSON", "EXCHANGE", "TIMED_DOSE"}


def solver_of(name):
    return Solver(TIMED_DOSE if name == "TIMED_DOSE" else getattr(models, name))


class Segments:
    """Segments of one model with parameters and spans of their own, from one root each, then what follows them."""

    def __init__(self, solver, number, seed=1, followers=True, method=0.0):
        rng, self.solver, self.method = np.random.default_rng(seed), solver, method
        n = 2 * number if followers else number
        self.parameters = solver.parameters[0] * rng.uniform(0.5, 1.5, (n, len(solver.parameters[0])))
        self.initial = solver.initial[0] * rng.uniform(0.5, 1.5, (number, len(solver.initial[0])))
        self.layout = np.array([[-1 - i if i < number else i - number, -1, 4 * i, 4 * i + 4] for i in range(n)])
        ends = rng.uniform(3.0, 9.0, n)
        self.spans = np.column_stack([np.zeros(n), ends])
        self.times = np.tile(TIMES, n)

    def layout_in(self, order):
        """Return the layout of the segments in ``order``."""
        place, layout = np.argsort(order), self.layout[order].copy()
        for segment in layout:
            segment[0] = place[segment[0]] if segment[0] >= 0 else segment[0]
        return layout

    def solve(self, in_lanes=True, order=None, tolerances=(1e-6, 1e-8), max_steps=10_000.0, recording=True):
        """Return states (segment, time, state), tape and statuses of the segments in ``order``."""
        module = self.solver.module
        solve = module.solve_in_lanes if in_lanes else module.solve_segments
        order = np.arange(len(self.layout)) if order is None else order
        given = (self.parameters[order], self.initial, self.layout_in(order), self.spans[order], self.times)
        settings = np.array([*tolerances, max_steps, 1e-2, self.method])
        states, tape, status = solve(*given, settings, self.solver.model, recording)
        return states.reshape(len(self.layout), len(TIMES), -1), tape, status

    def pull_back(self, tape, order=None):
        """Return cotangents of parameters (segment in ``order``, parameter) and roots, of 1 at each state."""
        order = np.arange(len(self.layout)) if order is None else order
        weights = np.ones((len(self.times), self.initial.shape[1]))
        settings = np.array([1e-6, 1e-8, 10_000.0, 1e-2, self.method])
        given = self.parameters[order], self.initial, self.layout_in(order)
        return self.solver.module.pull_back_in_lanes(*given, tape, weights, settings, self.solver.model)


@pytest.mark.parametrize("method", [0.0, 1.0])
@pytest.mark.parametrize("name", sorted(SMOOTH))
def test_lanes_take_the_steps_of_the_scalar_solver(name, method):
    segments = Segments(solver_of(name), 5, method=method)
    states, tape, status = segments.solve(tolerances=(1e-5, 1e-7))
    expected, lines, outcomes = segments.solve(False, tolerances=(1e-5, 1e-7))
    assert (status == SolveStatus.SUCCESS).all()
    assert (outcomes == status).all()
    assert states == pytest.approx(expected, rel=1e-9, abs=1e-10)
    for segment in range(len(status)):
        found, known = (table[table[:, SEGMENT_COLUMN] == segment, :FIRST_STAGE_COLUMN] for table in (tape, lines))
        times_and_sizes, others = [1, 2], [0, 3, 4, 5, 6]
        assert (found[:, others] == known[:, others]).all()
        # An error that cancels to almost nothing decides on the next size.
        assert found[:, times_and_sizes] == pytest.approx(known[:, times_and_sizes], rel=1e-2)


@pytest.mark.parametrize("recording", [False, True])
@pytest.mark.parametrize("name", sorted(SMOOTH))
def test_what_a_segment_gives_is_the_same_bits_whatever_stands_beside_it(name, recording):
    segments = Segments(solver_of(name), 7, followers=False)
    segments.spans[:, 1] = 5.0  # of one length, so that they enter lanes in the order given
    states, *_ = segments.solve(recording=recording)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(7)
        permuted, *_ = segments.solve(order=order, recording=recording)
        assert (permuted == states).all()
    for segment in range(7):
        alone, *_ = segments.solve(order=np.array([segment]), recording=recording)
        assert (alone[segment] == states[segment]).all()


@pytest.mark.parametrize("name", ["EXCHANGE", "DECAY", "TIMED_DOSE"])
def test_steady_states_in_lanes_are_those_of_the_scalar_solver(name):
    segments = Segments(solver_of(name), 6)
    segments.spans[:6, 1], segments.times[3:24:4] = np.inf, np.inf
    states, tape, status = segments.solve()
    expected, lines, outcomes = segments.solve(False)
    assert (status == outcomes).all()
    assert (status == SolveStatus.SUCCESS).all()
    assert states == pytest.approx(expected, rel=1e-8, abs=1e-9)
    assert (tape[:, SEGMENT_COLUMN] != VOID).sum() == len(lines)


def test_a_lane_that_fails_leaves_the_others_as_they_are():
    """x' = k x^2 blows up at t = 1 / (k x(0)): within the span of every second segment."""
    segments = Segments(Solver(models.BLOW_UP), 8, followers=False)
    segments.parameters[:], segments.initial[:], segments.spans[:, 1] = 0.01, 1.0, 4.0
    without, *_ = segments.solve()
    segments.parameters[1::2] = 0.5
    states, _, status = segments.solve()
    expected, _, outcomes = segments.solve(False)
    assert (status == outcomes).all()
    assert (status[::2] == SolveStatus.SUCCESS).all()
    assert (status[1::2] != SolveStatus.SUCCESS).all()
    assert (states[::2] == without[::2]).all()
    assert np.isnan(states[1::2]).all()
    assert expected[::2] == pytest.approx(states[::2])


@pytest.mark.parametrize("failing", range(LANES))
def test_one_lane_that_fails_beside_the_others_never_touches_them(failing):
    """States and gradients of the others are the bits that they are where it does not fail, or is not there."""
    segments = Segments(Solver(models.BLOW_UP), LANES, followers=False)
    segments.parameters[:], segments.initial[:] = 0.01 * np.arange(1, LANES + 1)[:, None], 1.0
    segments.spans[:, 1] = 4.0
    others = np.arange(LANES) != failing
    states, tape, status = segments.solve()
    slopes, starts = segments.pull_back(tape)
    assert (status == SolveStatus.SUCCESS).all()
    segments.parameters[failing] = 0.5
    beside, tape, status = segments.solve()
    pulled, pulled_starts = segments.pull_back(tape)
    assert ((status != SolveStatus.SUCCESS) == ~others).all()
    assert (beside[others] == states[others]).all()
    assert (pulled[others] == slopes[others]).all()
    assert (pulled_starts[others] == starts[others]).all()


def test_the_order_of_segments_and_of_what_follows_them_changes_no_bit():
    segments = Segments(Solver(models.COUPLED), 6)
    segments.spans[:, 1] = 5.0  # of one length, so that they enter lanes in the order given
    states, tape, _ = segments.solve()
    slopes, starts = segments.pull_back(tape)
    for seed in range(3):
        shuffle = np.random.default_rng(seed).permutation
        order = np.concatenate([shuffle(6), 6 + shuffle(6)])
        permuted, tape, _ = segments.solve(order=order)
        pulled, pulled_starts = segments.pull_back(tape, order)
        assert (permuted == states).all()
        assert (pulled == slopes[order]).all()
        assert (pulled_starts == starts).all()


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1e300])
def test_a_segment_that_is_not_finite_fails_alone_and_by_the_name_that_the_scalar_solver_gives(wrong):
    segments = Segments(Solver(models.COUPLED), 6)
    segments.parameters[2, 0] = wrong
    states, _, status = segments.solve()
    _, _, outcomes = segments.solve(False)
    assert (status == outcomes).all()
    failed = status != SolveStatus.SUCCESS
    assert failed.tolist() == [number in (2, 8) for number in range(12)]
    assert np.isnan(states[failed]).all()
    assert np.isfinite(states[~failed]).all()


def test_steps_that_are_used_up_are_a_named_failure_in_lanes():
    segments = Segments(Solver(models.COUPLED), 6)
    _, _, status = segments.solve(max_steps=20.0)
    _, _, outcomes = segments.solve(False, max_steps=20.0)
    assert (status == outcomes).all()
    assert (status[:6] == SolveStatus.TOO_MANY_STEPS).any()


def test_an_oscillator_has_no_steady_state_in_lanes():
    segments = Segments(Solver(models.OSCILLATOR), 5, followers=False)
    segments.spans[:, 1], segments.times[3::4] = np.inf, np.inf
    segments.spans[0, 1], segments.times[3] = 5.0, 4.0
    _, _, status = segments.solve(tolerances=(1e-4, 1e-6), max_steps=300.0)
    assert status.tolist() == [SolveStatus.SUCCESS, *[SolveStatus.NO_STEADY_STATE] * 4]
