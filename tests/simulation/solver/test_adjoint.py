"""The discrete adjoint against finite differences, at tight and at loose tolerance."""

import numpy as np
import pytest
from tests.simulation import models
from tests.simulation.solving import Solver

TIMES = np.array([0.0, 0.7, 1.9, 2.5, 6.0])  # none at a threshold, where the derivative by it has a left and a right


def finite_differences(solver, times, weights, rtol, step=1e-6, **changed):
    """Return central differences by parameters and initial states of sum(weights * states)."""

    def objective(parameters, initial):
        states, _, status = solver.solve(
            times, rtol=rtol, atol=rtol * 1e-2, parameters=parameters, initial=initial, newton=1e-4, **changed
        )
        assert status[0] == 0
        return (states * weights).sum()

    slopes = []
    for number, point in enumerate((solver.parameters[0], solver.initial[0])):
        slope = []
        for place in range(len(point)):
            h = step * max(abs(point[place]), 1.0)
            ends = []
            for sign in (1, -1):
                moved = [solver.parameters[0].copy(), solver.initial[0].copy()]
                moved[number][place] += sign * h
                ends.append(objective(*moved))
            slope.append((ends[0] - ends[1]) / (2 * h))
        slopes.append(np.array(slope))
    return slopes


@pytest.mark.parametrize("name", ["DECAY", "PULSE", "COUPLED", "PROTHERO_ROBINSON", "HILL"])
@pytest.mark.parametrize("method", [0, 1])
def test_gradients_agree_with_finite_differences_of_a_tight_solve(name, method):
    solver = Solver(getattr(models, name))
    weights = np.random.default_rng(3).normal(size=(len(TIMES), solver.initial.shape[1]))
    by_parameter, by_initial, _ = solver.gradient(TIMES, weights, rtol=1e-7, atol=1e-9, method=method)
    fd_parameter, fd_initial = finite_differences(solver, TIMES, weights, 1e-11, step=1e-4)
    scale = np.abs(fd_initial).max() + np.abs(fd_parameter).max()
    assert by_parameter == pytest.approx(fd_parameter, rel=1e-4, abs=1e-5 * scale)
    assert by_initial == pytest.approx(fd_initial, rel=1e-4, abs=1e-5 * scale)


def test_gradient_is_that_of_the_numerical_solution_at_loose_tolerance():
    """At rtol 1e-2 the solve is off by far more than the gradient differs from the solve's own slope."""
    solver = Solver(models.DECAY)
    times, weights = np.array([5.0]), np.array([[1.0, 0.0]])
    by_parameter, _, tape = solver.gradient(times, weights, rtol=1e-2, atol=1e-2, newton=1e-6)
    # a linear problem's steps depend on k only through h k: the numerical solution is a product of R(h k)
    steps = tape[:, 2]

    def numerical(k):
        return 2.0 * np.prod([stability_function(-h * k) for h in steps])

    own = (numerical(0.7 + 1e-6) - numerical(0.7 - 1e-6)) / 2e-6
    exact = -2 * 5.0 * np.exp(-3.5)
    assert by_parameter[0] == pytest.approx(own, rel=1e-6)
    assert abs(own - exact) > 1e-5 * abs(exact)


def stability_function(z: float) -> float:
    from jakstat.simulation.solver.tableaus import ESDIRK43

    a = ESDIRK43.a
    return 1 + z * a[-1] @ np.linalg.solve(np.eye(len(a)) - z * a, np.ones(len(a)))


def test_cost_of_the_gradient_does_not_store_without_recording():
    _, tape, _ = Solver(models.COUPLED).solve(TIMES, recording=False)
    assert tape.shape[0] == 0
