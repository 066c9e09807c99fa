"""The adjoint in lanes against the scalar one, on tapes of either solver, and against itself in other company."""

import numpy as np
import pytest
from tests.simulation import models
from tests.simulation.solver.test_lane_solve import SMOOTH, Segments, solver_of
from tests.simulation.solving import Solver

from jakstat.simulation import SolveStatus


def gradient(segments, tape, in_lanes, order=None, seed=2):
    """Return cotangents of parameters (segment, parameter) and of initial states (root, state)."""
    module, solver = segments.solver.module, segments.solver
    pull_back = module.pull_back_in_lanes if in_lanes else module.pull_back_segments
    weights = np.random.default_rng(seed).normal(size=(len(segments.times), solver.initial.shape[1]))
    order = np.arange(len(segments.layout)) if order is None else order
    settings = np.array([1e-6, 1e-8, 10_000.0, 1e-2, segments.method])
    layout, given = segments.layout_in(order), (segments.parameters[order], segments.initial)
    return pull_back(*given, layout, tape, weights, settings, solver.model)


def assert_close(found, expected):
    """Each component is right to a share of the largest, or of the cotangents of the states, which are about 1."""
    for cotangents, others in zip(found, expected, strict=True):
        assert cotangents == pytest.approx(others, rel=1e-9, abs=1e-9 * max(1.0, np.abs(others).max()))


@pytest.mark.parametrize("method", [0.0, 1.0])
@pytest.mark.parametrize("name", sorted(SMOOTH))
def test_gradients_in_lanes_are_those_of_the_scalar_adjoint(name, method):
    segments = Segments(solver_of(name), 5, method=method)
    _, tape, status = segments.solve()
    _, scalar_tape, _ = segments.solve(False)
    assert (status == SolveStatus.SUCCESS).all()
    expected = gradient(segments, scalar_tape, False)
    assert_close(gradient(segments, scalar_tape, True), expected)
    assert_close(gradient(segments, tape, False), expected)
    assert_close(gradient(segments, tape, True), expected)


@pytest.mark.parametrize("name", ["KINK", "DOSES"])
def test_a_tape_with_roots_is_swept_in_lanes_too(name):
    segments = Segments(solver_of(name), 5)
    _, tape, _ = segments.solve(False)
    assert_close(gradient(segments, tape, True), gradient(segments, tape, False))


@pytest.mark.parametrize("name", ["EXCHANGE", "DECAY", "TIMED_DOSE"])
def test_gradients_through_steady_states_are_those_of_the_scalar_adjoint(name):
    segments = Segments(solver_of(name), 6)
    segments.spans[:6, 1], segments.times[3:24:4] = np.inf, np.inf
    _, tape, status = segments.solve()
    _, scalar_tape, _ = segments.solve(False)
    assert (status == SolveStatus.SUCCESS).all()
    assert_close(gradient(segments, tape, True), gradient(segments, scalar_tape, False))


@pytest.mark.parametrize("name", sorted(SMOOTH))
def test_what_a_segment_gives_back_is_the_same_bits_whatever_stands_beside_it(name):
    segments = Segments(solver_of(name), 7, followers=False)
    by_parameter, by_root = gradient(segments, segments.solve()[1], True)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(7)
        permuted, roots = gradient(segments, segments.solve(order=order)[1], True, order)
        assert (permuted == by_parameter[order]).all()
        assert (roots == by_root).all()
    for segment in range(7):
        order = np.array([segment])
        alone, root = gradient(segments, segments.solve(order=order)[1], True, order)
        assert (alone[0] == by_parameter[segment]).all()
        assert (root[segment] == by_root[segment]).all()


def test_a_gradient_that_is_not_finite_stays_in_its_lane():
    segments = Segments(Solver(models.COUPLED), 6, followers=False)
    _, tape, _ = segments.solve()
    by_parameter, by_root = gradient(segments, tape, True)
    first_of_third = np.flatnonzero(tape[:, 0] == 2)[3]
    tape[first_of_third, 7:] = np.nan
    others = np.arange(6) != 2
    wrong, wrong_root = gradient(segments, tape, True)
    assert np.isnan(wrong[2]).any()
    assert (wrong[others] == by_parameter[others]).all()
    assert (wrong_root[others] == by_root[others]).all()


def test_followers_add_their_gradients_to_their_origin_in_a_fixed_order():
    segments = Segments(Solver(models.DECAY), 9, followers=False)
    segments.layout[1:, 0] = 0
    tapes = [segments.solve(in_lanes)[1] for in_lanes in (True, False)]
    assert_close(gradient(segments, tapes[0], True), gradient(segments, tapes[1], False))
    again = [gradient(segments, segments.solve()[1], True) for _ in range(2)]
    assert all((first == second).all() for first, second in zip(*again, strict=True))
