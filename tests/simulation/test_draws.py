"""Many draws: what each gives depends neither on the threads nor on the draws that are solved beside it."""

import os
import subprocess
import sys

import numpy as np
import pytest

from jakstat import SolverSettings, read_problem
from jakstat.simulation import solve_draws

SETTINGS = SolverSettings(1e-6, 1e-8)
_CHILD = """
import sys
from jakstat import SolverSettings, read_problem
problem = read_problem(sys.argv[1], SolverSettings(1e-4, 1e-6))
print([float(number).hex() for number in (problem.log_likelihood(), *problem.gradient().values())])
"""


@pytest.fixture(scope="module")
def plan(repository):
    return read_problem(repository / "data" / "raia2011", SETTINGS).plan


def inputs(plan, number):
    """Return parameters and starts of draws: about 1, some so far out that their solves fail."""
    rng = np.random.default_rng(4)
    parameters = np.exp(rng.normal(size=(number, len(plan.parameters), len(plan.dynamics.parameters))))
    starts = np.exp(rng.normal(size=(number, len(plan.initial_states), len(plan.dynamics.states))))
    parameters[number // 2] = np.nan
    return parameters, starts


def solve(plan, chunks, cores):
    found = list(solve_draws(plan, iter(chunks), SETTINGS.as_array(), cores))
    return [np.concatenate(arrays) for arrays in zip(*found, strict=True)]


def test_threads_and_chunks_change_no_bit_of_a_draw(plan):
    parameters, starts = inputs(plan, 24)
    states, status = solve(plan, [(parameters, starts)], 1)
    assert status.any(axis=1).sum() == 1
    for cores, size in ((1, 5), (2, 5), (2, 1), (4, 3)):
        chunks = [(parameters[i : i + size], starts[i : i + size]) for i in range(0, 24, size)]
        others, outcomes = solve(plan, chunks, cores)
        assert (outcomes == status).all()
        assert np.array_equal(others, states, equal_nan=True)


def test_the_number_of_openmp_threads_changes_no_bit(repository):
    answers = {
        subprocess.run(
            [sys.executable, "-c", _CHILD, str(repository / "data" / "raia2011")],
            env=os.environ | {"OMP_NUM_THREADS": threads, "NUMBA_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(answers) == 1
