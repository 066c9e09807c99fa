"""Butcher tableaus of the implicit Runge-Kutta methods.

ESDIRK4(3)6L[2]SA of Kennedy and Carpenter, Diagonally Implicit Runge-Kutta Methods for Ordinary Differential Equations.
A Review, NASA/TM-2016-219173, table 16: order 4 with an embedded method of order 3, six stages, the first explicit,
diagonal 1/4, L-stable, stage order 2 and stiffly accurate (the last stage is the solution). The tests check the order
conditions, so that a wrong digit cannot stay.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np


@dataclass(frozen=True)
class Tableau:
    """An ESDIRK method: stage weights ``a`` (stage, stage), nodes ``c``, and ``error_weights`` b - b_embedded."""

    name: str
    order: int
    embedded_order: int
    gamma: float
    a: np.ndarray
    c: np.ndarray
    embedded: np.ndarray

    @property
    def error_weights(self) -> np.ndarray:
        """Weights of the stage derivatives in the embedded error estimate, without the step size."""
        return self.a[-1] - self.embedded


def _esdirk43() -> Tableau:
    root = sqrt(2.0)
    gamma = 0.25
    c = np.array([0.0, 0.5, (2 - root) / 4, 5 / 8, 26 / 25, 1.0])
    a = np.zeros((6, 6))
    a[2, 1] = (1 - root) / 8
    a[3, 1:3] = (5 - 7 * root) / 64, 7 * (1 + root) / 32
    a[4, 1:4] = (
        (-13796 - 54539 * root) / 125000,
        (506605 + 132109 * root) / 437500,
        166 * (-97 + 376 * root) / 109375,
    )
    a[5, 1:5] = (
        (1181 - 987 * root) / 13782,
        47 * (-267 + 1783 * root) / 273343,
        -16 * (-22922 + 3525 * root) / 571953,
        -15625 * (97 + 376 * root) / 90749876,
    )
    embedded = np.array([
        0.0,
        -480923228411 / 4982971448372,
        6709447293961 / 12833189095359,
        3513175791894 / 6748737351361,
        -498863281070 / 6042575550617,
        2077005547802 / 8945017530137,
    ])  # fmt: skip
    a[range(1, 6), range(1, 6)] = gamma
    a[:, 0] = c - a.sum(axis=1)
    embedded[0] = 1 - embedded.sum()
    return Tableau("ESDIRK4(3)6L[2]SA", 4, 3, gamma, a, c, embedded)


ESDIRK43 = _esdirk43()
