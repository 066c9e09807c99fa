"""Parameters from the prior, however far out: no crash, no hang, each solve finite or a failure with a name."""

from pathlib import Path

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from pytensor import function
from pytensor.compile.mode import Mode

from jakstat import SolverSettings, read_problem
from jakstat.simulation import SolveStatus, load_kernels, load_solver
from jakstat.statistics import PackedData, measurement_graph

SETTINGS = SolverSettings(1e-6, 1e-8)
# sobotta2017 has no measurements here before a run obtains them.
SHIPPED = sorted(
    path.parent.name
    for path in (Path(__file__).parent.parent / "data").glob("*/study.yaml")
    if path.parent.name != "sobotta2017"
)


def solve_prior_draws(path: Path, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the statuses (draw, segment) and the largest absolute cotangent of a parameter where all succeeded."""
    problem = read_problem(path, SETTINGS)
    parameters = pt.dvector("parameters")
    graph = measurement_graph(problem.tables, problem.plan, parameters, PackedData(), SETTINGS)
    inputs = function([parameters], graph.states.owner.inputs[:2], mode=Mode(linker="py", optimizer=None))
    with problem.build_model() as model:
        draws = pm.draw(model["parameter_value"], number, random_seed=20)
    solver, plan, kernels, given = load_solver(), problem.plan, load_kernels(problem.plan.digest), SETTINGS.as_array()
    statuses, gradients = [], []
    for draw in draws:
        values, initial = inputs(draw)
        states, tape, status = solver.solve_segments(
            values, initial, plan.layout, plan.spans, plan.times, given, kernels, True
        )
        finished = np.isfinite(states).all(axis=1)
        for segment, (_, _, first, last) in enumerate(plan.layout):
            assert finished[first:last].all() == (status[segment] == SolveStatus.SUCCESS or first == last)
        statuses.append(status)
        if not status.any():
            slopes = solver.pull_back_segments(values, initial, plan.layout, tape, np.ones_like(states), given, kernels)
            gradients.append(np.abs(slopes[0]).max())
    return np.array(statuses), np.array(gradients)


def failed_draws(path: Path, number: int) -> int:
    """Return how many draws fail; each has outcomes of known names, and each that does not fail a gradient."""
    statuses, gradients = solve_prior_draws(path, number)
    failed = int(statuses.any(axis=1).sum())
    assert set(statuses.ravel().tolist()) <= set(SolveStatus)
    assert (len(statuses), len(gradients)) == (number, number - failed)
    assert np.isfinite(gradients).all()
    assert (gradients > 0).all()
    return failed


@pytest.mark.parametrize("study", SHIPPED)
def test_two_hundred_draws_of_the_prior_are_solved(study, repository):
    assert failed_draws(repository / "data" / study, 200) == 0


@pytest.mark.fuzz
@pytest.mark.parametrize("study", SHIPPED)
def test_ten_thousand_draws_of_the_prior_are_solved_or_fail_by_name(study, repository):
    assert failed_draws(repository / "data" / study, 10_000) <= 100


@pytest.mark.fuzz
@pytest.mark.parametrize("name", ["Boehm_JProteomeRes2014", "Fujita_SciSignal2010", "Fiedler_BMCSystBiol2016"])
def test_ten_thousand_draws_of_a_published_problem_are_solved_or_fail_by_name(name, reference_folder):
    """Their priors are made of bounds that span many decades; of the first 400 draws none fails."""
    assert failed_draws(reference_folder / "petab" / name / f"{name}.yaml", 10_000) <= 100
