"""What every generated kernel module defines; :mod:`jakstat.simulation.integrator` is written against these names.

The functions here are never run: when a model's kernels are generated, the integrator's source is stored beside them
with this module's name replaced by theirs, so that the compiler sees one program with all sizes known.

Arrays: ``x``, ``f``, ``b`` (state), ``p`` (parameter), ``k`` (coefficient), ``s`` (switch: first those of time, 1 before
their threshold and 0 after, then those of states, 1 where their function is at least 0), ``J`` (non-zeros of df/dx),
``F`` (factors of M = I - h gamma J). Scalars are float64. A name that starts with ``g`` is a cotangent.
"""

# ruff: noqa: N803

from numpy import empty, ndarray

N_STATES = 0
N_PARAMETERS = 0
N_COEFFICIENTS = 0
N_THRESHOLDS = 0
N_ROOTS = 0
N_EVENTS = 0
AUTONOMOUS = True  # whether the rates depend on time through thresholds alone
N_JACOBIAN = 0
N_FACTORS = 0
JACOBIAN_ROWS = empty(0)  # of each non-zero
JACOBIAN_COLUMNS = empty(0)
LEAST_STATE = empty(0)  # 0 for species, -inf for what may be negative
INITIALLY_ON = empty(0)  # of each event: 1 where its trigger counts as on before the start


def coefficients(p: ndarray, k: ndarray) -> None:
    """Write the parameter-only parts of the rates to ``k``."""
    raise NotImplementedError


def thresholds(p: ndarray, threshold: ndarray) -> None:
    """Write the time at which each switch changes to ``threshold``."""
    raise NotImplementedError


def coefficients_vjp(p: ndarray, gk: ndarray, gp: ndarray) -> None:
    """Add (dk/dp)^T ``gk`` to ``gp``."""
    raise NotImplementedError


def thresholds_vjp(p: ndarray, gthreshold: ndarray, gp: ndarray) -> None:
    """Add (dthreshold/dp)^T ``gthreshold`` to ``gp``."""
    raise NotImplementedError


def roots(t: float, x: ndarray, k: ndarray, s: ndarray, g: ndarray) -> None:
    """Write the functions of the states' switches to ``g``."""
    raise NotImplementedError


def root_vjp(number: int, t: float, x: ndarray, k: ndarray, s: ndarray, w: float, gx: ndarray, gk: ndarray) -> float:
    """Add ``w`` dg/dx to ``gx`` and ``w`` dg/dk to ``gk``, g the function of one switch; return ``w`` dg/dt."""
    raise NotImplementedError


def triggers(k: ndarray, s: ndarray, on: ndarray) -> None:
    """Write 1 to ``on`` for each event whose trigger is true, 0 for the others."""
    raise NotImplementedError


def jump(number: int, t: float, x: ndarray, p: ndarray, y: ndarray) -> None:
    """Write the state after jump ``number`` to ``y``; jumps of events come first."""
    raise NotImplementedError


def jump_vjp(number: int, t: float, x: ndarray, p: ndarray, w: ndarray, gx: ndarray, gp: ndarray) -> float:
    """Write (dy/dx)^T ``w`` to ``gx``, add (dy/dp)^T ``w`` to ``gp``; return ``w`` . dy/dt."""
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
