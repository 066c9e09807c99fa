"""The tableau satisfies the order conditions, so that no digit of it is wrong."""

import numpy as np
import pytest

from jakstat.simulation.tableaus import ESDIRK43


def order_conditions(a: np.ndarray, b: np.ndarray, c: np.ndarray, order: int) -> list[float]:
    """Return the residuals of all order conditions up to ``order`` (Hairer, Norsett, Wanner 1993, table II.2.1)."""
    residuals = [b.sum() - 1]
    if order >= 2:
        residuals += [b @ c - 1 / 2]
    if order >= 3:
        residuals += [b @ c**2 - 1 / 3, b @ a @ c - 1 / 6]
    if order >= 4:
        residuals += [b @ c**3 - 1 / 4, b @ (c * (a @ c)) - 1 / 8, b @ a @ c**2 - 1 / 12, b @ a @ a @ c - 1 / 24]
    return residuals


def test_method_has_order_four():
    method = ESDIRK43
    assert np.abs(order_conditions(method.a, method.a[-1], method.c, 4)).max() < 1e-14


def test_embedded_method_has_order_three_and_not_four():
    method = ESDIRK43
    assert np.abs(order_conditions(method.a, method.embedded, method.c, 3)).max() < 1e-14
    assert np.abs(order_conditions(method.a, method.embedded, method.c, 4)).max() > 1e-4


def test_stages_have_order_two_and_the_nodes_are_row_sums():
    a, c = ESDIRK43.a, ESDIRK43.c
    assert a.sum(axis=1) == pytest.approx(c, abs=1e-15)
    assert (a @ c)[1:] == pytest.approx((c**2 / 2)[1:], abs=1e-14)


def test_method_is_l_stable():
    """R(z) = 1 + z b^T (I - z A)^-1 1 vanishes at minus infinity and stays below 1 on the imaginary axis."""
    method = ESDIRK43

    def growth(z: complex) -> float:
        return abs(1 + z * method.a[-1] @ np.linalg.solve(np.eye(6) - z * method.a, np.ones(6)))

    assert growth(-1e9) < 1e-6
    assert max(growth(1j * y) for y in np.logspace(-3, 4, 400)) <= 1 + 1e-12
