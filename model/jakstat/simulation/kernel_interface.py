"""What every generated kernel module defines; :mod:`jakstat.simulation.integrator` is written against these names.

The functions here are never run: when a model's kernels are generated, the integrator's source is stored beside them
with this module's name replaced by theirs, so that the compiler sees one program with all sizes known.

Arrays: ``x``, ``f``, ``b`` (state), ``p`` (parameter), ``k`` (coefficient), ``s`` (switch, 1 before its threshold and 0
after), ``J`` (non-zeros of df/dx), ``F`` (factors of M = I - h gamma J). Scalars are float64.
"""

# ruff: noqa: N803

from numpy import ndarray

N_STATES = 0
N_PARAMETERS = 0
N_COEFFICIENTS = 0
N_SWITCHES = 0
N_JACOBIAN = 0
N_FACTORS = 0


def coefficients(p: ndarray, k: ndarray) -> None:
    """Write the parameter-only parts of the rates to ``k``."""
    raise NotImplementedError


def thresholds(p: ndarray, threshold: ndarray) -> None:
    """Write the time at which each switch changes to ``threshold``."""
    raise NotImplementedError


def coefficients_vjp(p: ndarray, gk: ndarray, gp: ndarray) -> None:
    """Add (dk/dp)^T ``gk`` to ``gp``."""
    raise NotImplementedError


def rhs(t: float, x: ndarray, k: ndarray, s: ndarray, f: ndarray) -> None:
    """Write dx/dt to ``f``."""
    raise NotImplementedError


def jacobian(t: float, x: ndarray, k: ndarray, s: ndarray, J: ndarray) -> None:
    """Write the non-zeros of df/dx to ``J``."""
    raise NotImplementedError


def factorise(h_gamma: float, J: ndarray, F: ndarray) -> float:
    """Write the factors of I - h_gamma J to ``F``; return the smallest absolute pivot."""
    raise NotImplementedError


def solve(F: ndarray, b: ndarray) -> None:
    """Replace ``b`` by M^-1 b."""
    raise NotImplementedError


def solve_transposed(F: ndarray, b: ndarray) -> None:
    """Replace ``b`` by M^-T b."""
    raise NotImplementedError


def add_jacobian_transposed_times(J: ndarray, v: ndarray, out: ndarray) -> None:
    """Add J^T v to ``out``."""
    raise NotImplementedError


def add_coefficient_vjp(t: float, x: ndarray, k: ndarray, s: ndarray, w: ndarray, gk: ndarray) -> None:
    """Add (df/dk)^T w to ``gk``."""
    raise NotImplementedError
