"""The tableaus satisfy the order conditions, so that no digit of them is wrong."""

import numpy as np
import pytest

from jakstat.simulation.solver.tableaus import METHODS, lagrange_weights


def order_conditions(a: np.ndarray, b: np.ndarray, c: np.ndarray, order: int) -> list[float]:
    """Return the residuals of all order conditions up to ``order`` (Hairer, Norsett, Wanner 1993, table II.2.1)."""
    residuals = [b.sum() - 1]
    if order >= 2:
        residuals += [b @ c - 1 / 2]
    if order >= 3:
        residuals += [b @ c**2 - 1 / 3, b @ a @ c - 1 / 6]
    if order >= 4:
        residuals += [b @ c**3 - 1 / 4, b @ (c * (a @ c)) - 1 / 8, b @ a @ c**2 - 1 / 12, b @ a @ a @ c - 1 / 24]
    if order >= 5:
        ac, ac2 = a @ c, a @ c**2
        residuals += [
            b @ c**4 - 1 / 5,
            b @ (c**2 * ac) - 1 / 10,
            b @ (c * ac2) - 1 / 15,
            b @ (c * (a @ ac)) - 1 / 30,
            b @ ac**2 - 1 / 20,
            b @ a @ c**3 - 1 / 20,
            b @ a @ (c * ac) - 1 / 40,
            b @ a @ ac2 - 1 / 60,
            b @ a @ a @ ac - 1 / 120,
        ]
    return residuals


each_method = pytest.mark.parametrize("method", METHODS, ids=[method.name for method in METHODS])


@each_method
def test_method_has_its_order(method):
    assert np.abs(order_conditions(method.a, method.a[-1], method.c, method.order)).max() < 1e-14


@each_method
def test_embedded_method_has_its_order_and_no_higher(method):
    order = method.embedded_order
    assert np.abs(order_conditions(method.a, method.embedded, method.c, order)).max() < 1e-14
    assert np.abs(order_conditions(method.a, method.embedded, method.c, order + 1)).max() > 1e-5


@each_method
def test_stages_have_order_two_and_the_nodes_are_row_sums(method):
    a, c = method.a, method.c
    assert a.sum(axis=1) == pytest.approx(c, abs=1e-15)
    assert (a @ c)[1:] == pytest.approx((c**2 / 2)[1:], abs=1e-14)


@each_method
def test_method_is_l_stable(method):
    """R(z) = 1 + z b^T (I - z A)^-1 1 vanishes at minus infinity and stays below 1 on the imaginary axis."""
    size = len(method.c)

    def growth(z: complex) -> float:
        return abs(1 + z * method.a[-1] @ np.linalg.solve(np.eye(size) - z * method.a, np.ones(size)))

    assert growth(-1e9) < 1e-6
    assert max(growth(1j * y) for y in np.logspace(-3, 4, 400)) <= 1 + 1e-12


def test_lagrange_weights_are_exact_for_polynomials():
    nodes = np.array([0.0, 0.5, 0.2, 0.9])
    assert lagrange_weights(nodes, 1.3) @ (nodes**3 - nodes) == pytest.approx(1.3**3 - 1.3, rel=1e-13)
