"""Where chains start: a jittered point of the prior, moved up the posterior until the climb slows.

Far from the data NUTS spends its adaptation on the way, with the smallest steps and the deepest trees. L-BFGS
(SciPy's L-BFGS-B; Byrd et al. 1995, doi:10.1137/0916069) makes that way in tens of gradients. It stops long before the
mode: a posterior of n parameters has its mass about n/2 below the mode, and the mode of pooled parameters (deviations
all 0) is a place that it hardly visits. Each chain climbs from a point of its own, so that they can end in different
modes.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

#: A climb ends when this many iterations have gained less than ``_LEAST_GAIN`` of log posterior together.
_ITERATIONS_LOOKED_BACK = 10
_LEAST_GAIN = 5.0
_MOST_ITERATIONS = 300
#: What a failed solve counts as: far below every point from which L-BFGS would step there.
_FAILED = 1e10


def climb(
    start: np.ndarray,
    value_and_gradient: Callable[[np.ndarray], tuple[float, np.ndarray]],
    most: int = _MOST_ITERATIONS,
) -> np.ndarray:
    """Move a point up a log density until the climb slows.

    Parameters
    ----------
    start : (parameter,) array
    value_and_gradient : callable
        Point -> log density (-inf or NaN where it has none) and its gradient (parameter,).
    most : int
        Most iterations.

    Returns
    -------
    (parameter,) array
        The highest point seen; ``start`` where nothing higher was.
    """
    heights: list[float] = []
    best_height, best_point = -np.inf, start

    def downhill(point: np.ndarray) -> tuple[float, np.ndarray]:
        nonlocal best_height, best_point
        value, slope = value_and_gradient(point)
        if not (np.isfinite(value) and np.isfinite(slope).all()):
            return _FAILED, np.zeros_like(point)
        if value > best_height:
            best_height, best_point = float(value), point.copy()
        return -float(value), -np.asarray(slope)

    def stop_when_slow(_: np.ndarray) -> None:
        heights.append(best_height)
        if len(heights) > _ITERATIONS_LOOKED_BACK:
            if heights[-1] - heights[-1 - _ITERATIONS_LOOKED_BACK] < _LEAST_GAIN:
                raise StopIteration

    if not np.isfinite(value_and_gradient(start)[0]):
        return start
    minimize(downhill, start, jac=True, method="L-BFGS-B", callback=stop_when_slow, options={"maxiter": most})
    return best_point
