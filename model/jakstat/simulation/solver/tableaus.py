"""Butcher tableaus of the implicit Runge-Kutta methods.

Both are ESDIRK methods (the first stage explicit, one diagonal element for all others), L-stable, of stage order 2 and
stiffly accurate: the last stage is the solution. ESDIRK4(3)6L[2]SA: Kennedy and Carpenter, Diagonally Implicit
Runge-Kutta Methods for Ordinary Differential Equations. A Review, NASA/TM-2016-219173, table 16. ESDIRK5(4)7L[2]SA2:
Kennedy and Carpenter 2019, doi:10.1016/j.apnum.2019.07.008, for tight tolerances. The tests check the order conditions,
so that a wrong digit cannot stay.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np


@dataclass(frozen=True)
class Tableau:
    """An ESDIRK method: stage weights ``a`` (stage, stage), nodes ``c``, and ``error_weights`` b - b_embedded.

    ``earlier`` are the stages of the step before, the last of them its end, through whose rates a parabola is the first
    guess of the rate at the next step's first stage.
    """

    name: str
    order: int
    embedded_order: int
    gamma: float
    a: np.ndarray
    c: np.ndarray
    embedded: np.ndarray
    earlier: tuple[int, int, int]

    @property
    def error_weights(self) -> np.ndarray:
        """Weights of the stage derivatives in the embedded error estimate, without the step size."""
        return self.a[-1] - self.embedded


def lagrange_weights(nodes: np.ndarray, target: float) -> np.ndarray:
    """Return the weights of values at ``nodes`` in the value at ``target`` of the polynomial through them, (node,)."""
    weights = np.ones(len(nodes))
    for i, node in enumerate(nodes):
        others = np.delete(nodes, i)
        weights[i] = np.prod((target - others) / (node - others))
    return weights


def _esdirk43() -> Tableau:
    root = sqrt(2.0)
    gamma = 0.25
    c = np.array([0.0, 0.5, (2 - root) / 4, 5 / 8, 26 / 25, 1.0])
    a = np.zeros((6, 6))
    a[2, 1] = (1 - root) / 8
    a[3, 1:3] = (5 - 7 * root) / 64, 7 * (1 + root) / 32
    a[4, 1:4] = ((-13796 - 54539 * root) / 125000, (506605 + 132109 * root) / 437500, 166 * (-97 + 376 * root) / 109375)
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
    return Tableau("ESDIRK4(3)6L[2]SA", 4, 3, gamma, a, c, embedded, (2, 3, 5))


def _esdirk54() -> Tableau:
    gamma = 23 / 125
    third, fifth = 7121331996143 / 11335814405378, 3706679970760 / 5295570149437
    c = np.array([0.0, 46 / 125, third, 49 / 353, fifth, 347 / 382, 1.0])
    a = np.zeros((7, 7))
    a[2, 1] = 791020047304 / 3561426431547
    a[3, 1:3] = -158159076358 / 11257294102345, -85517644447 / 5003708988389
    a[4, 1:4] = (-1653327111580 / 4048416487981, 1514767744496 / 9099671765375, 14283835447591 / 12247432691556)
    a[5, 1:5] = (
        -4540011970825 / 8418487046959,
        -1790937573418 / 7393406387169,
        10819093665085 / 7266595846747,
        4109463131231 / 7386972500302,
    )
    a[6, 1:6] = (
        -188593204321 / 4778616380481,
        2809310203510 / 10304234040467,
        1021729336898 / 2364210264653,
        870612361811 / 2470410392208,
        -1307970675534 / 8059683598661,
    )
    embedded = np.array([
        0.0,
        -582099335757 / 7214068459310,
        615023338567 / 3362626566945,
        3192122436311 / 6174152374399,
        6156034052041 / 14430468657929,
        -1011318518279 / 9693750372484,
        1914490192573 / 13754262428401,
    ])  # fmt: skip
    a[range(1, 7), range(1, 7)] = gamma
    a[:, 0] = c - a.sum(axis=1)
    embedded[0] = 1 - embedded.sum()
    return Tableau("ESDIRK5(4)7L[2]SA2", 5, 4, gamma, a, c, embedded, (3, 2, 6))


ESDIRK43 = _esdirk43()
ESDIRK54 = _esdirk54()
#: By the number that the solver is given.
METHODS = (ESDIRK43, ESDIRK54)
