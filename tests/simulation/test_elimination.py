"""The generated factorisation solves what NumPy solves, for random sparse matrices."""

import numpy as np
import pytest

from jakstat.simulation.elimination import (
    factor_slots,
    factorise_lines,
    plan_elimination,
    solve_lines,
    solve_transposed_lines,
)


def run(lines: list[str], **arrays) -> dict:
    scope = {"min": min, "abs": abs, **arrays}
    body = "\n".join(f"    {line}" for line in lines)
    exec(f"def kernel({', '.join(arrays)}):\n{body}\n", scope)  # the text was made by the package itself
    return {"returned": scope["kernel"](**arrays)} | arrays


@pytest.mark.parametrize("seed", range(5))
def test_solutions_agree_with_dense_ones(seed):
    rng = np.random.default_rng(seed)
    n = 12
    jacobian = np.where(rng.random((n, n)) < 0.2, rng.normal(size=(n, n)), 0.0)
    place = {(int(i), int(j)): number for number, (i, j) in enumerate(zip(*np.nonzero(jacobian), strict=True))}
    plan = plan_elimination({(i, j) for i, j in place if i != j}, n)
    values = np.array([jacobian[entry] for entry in place])
    factors = np.zeros(n + len(factor_slots(plan)))
    run(factorise_lines(plan, place), h_gamma=0.1, J=values, F=factors)
    matrix = np.eye(n) - 0.1 * jacobian
    right = rng.normal(size=n)
    solved = run(solve_lines(plan), F=factors, b=right.copy())["b"]
    transposed = run(solve_transposed_lines(plan), F=factors, b=right.copy())["b"]
    assert solved == pytest.approx(np.linalg.solve(matrix, right), rel=1e-10)
    assert transposed == pytest.approx(np.linalg.solve(matrix.T, right), rel=1e-10)


def test_smallest_pivot_is_returned():
    plan = plan_elimination({(0, 1), (1, 0)}, 2)
    place = {(0, 0): 0, (0, 1): 1, (1, 0): 2, (1, 1): 3}
    factors = np.zeros(2 + len(factor_slots(plan)))
    singular = np.array([0.0, 1.0, 1.0, 0.0])
    with np.errstate(divide="ignore"):
        assert run(factorise_lines(plan, place), h_gamma=1.0, J=singular, F=factors)["returned"] == 0.0


def test_a_chain_has_no_fill():
    chain = {(i + 1, i) for i in range(19)} | {(i, i + 1) for i in range(19)}
    assert set(plan_elimination(chain, 20).entries) == chain


def test_an_arrow_is_eliminated_from_its_shaft():
    """The dense row and column come last: eliminated first, they would fill the whole matrix."""
    arrow = {(0, i) for i in range(1, 15)} | {(i, 0) for i in range(1, 15)}
    plan = plan_elimination(arrow, 15)
    assert set(plan.entries) == arrow
