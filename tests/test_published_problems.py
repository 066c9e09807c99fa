"""Golden values: log likelihoods of published problems at their nominal parameters, and gradients.

Values: PEtab benchmark collection, as listed in the reference folder's README (read 2026-11-22); problems are read from
that folder and skipped where it is absent. Crauste_CellSystems2017 rides on the edge of a blow-up in finite time:
SciPy's DOP853, Radau and LSODA at rtol 3e-14 agree on -190.9639776, 1.2e-3 above the published figure.
"""

import numpy as np
import pytest

from jakstat import Problem, SolverSettings, read_problem

PUBLISHED = {
    "Boehm_JProteomeRes2014": (-138.22199693517703, 1e-3),
    "Raia_CancerResearch2011": (-346.0898, 1e-3),
    "Bachmann_MSB2011": (418.40573341425295, 1e-3),
    "Fiedler_BMCSystBiol2016": (58.58390, 1e-3),
    "Fujita_SciSignal2010": (53.08378, 1e-3),
    "Crauste_CellSystems2017": (-190.96522, 2e-3),
}
CRAUSTE_BY_SCIPY = -190.96397757575


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_problem(name, reference_folder):
    """Log likelihood as published; gradient as central differences of a tight solve, 0.1 (ln) off the optimum."""
    published, tolerance = PUBLISHED[name]
    problem = read_problem(reference_folder / "petab" / name / f"{name}.yaml")
    assert problem.log_likelihood() == pytest.approx(published, abs=tolerance)
    if name.startswith("Crauste"):
        assert problem.log_likelihood() == pytest.approx(CRAUSTE_BY_SCIPY, abs=1e-5)
    assert_gradient_is_right(problem)


@pytest.mark.slow
def test_shipped_raia_study_has_the_published_likelihood_and_the_right_gradient(repository):
    problem = read_problem(repository / "data" / "raia2011")
    assert problem.log_likelihood() == pytest.approx(-346.0898, abs=1e-3)
    assert_gradient_is_right(problem)


def assert_gradient_is_right(problem: Problem) -> None:
    """Compare every derivative with a central difference of a solve at rtol 1e-12, relative to the largest."""
    tight = Problem(problem.tables, SolverSettings(1e-12, 1e-14, 100_000, 1e-3))
    rng = np.random.default_rng(1)
    moves, step = 0.1 * rng.normal(size=len(problem.nominal)), 1e-4
    if problem.tables.id.startswith("Crauste"):  # 1e-5 above the nominal values it has no solution
        moves, step = -1e-3 * np.abs(moves), 1e-6
    point = {name: value * np.exp(move) for (name, value), move in zip(problem.nominal.items(), moves, strict=True)}
    gradient = problem.gradient(point, scale="log")
    differences = {}
    for name, value in point.items():
        ends = [tight.log_likelihood(point | {name: value * np.exp(sign * step)}) for sign in (1, -1)]
        differences[name] = (ends[0] - ends[1]) / (2 * step)
    largest = max(map(abs, differences.values()))
    for name, difference in differences.items():
        assert gradient[name] == pytest.approx(difference, rel=1e-4, abs=1e-5 * largest), name
