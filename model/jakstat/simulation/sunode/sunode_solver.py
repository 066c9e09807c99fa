"""One smooth stretch of a solve by sunode's AdjointSolver (CVODES): forward with checkpoints, then the adjoint back.

Switches and choices between parameters are constant in such a stretch. Their values are put into the rates, and sunode
compiles each pattern of values that comes up, for several seconds: nothing is kept on disk. The backward tolerances,
which sunode fixes, are set to those of the forward solve. Only sunode's solver classes are used, not its operations for
PyTensor. It is imported when it is asked for, since the pip installation has none.
"""

import re
import warnings
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from sympy.core.relational import Relational

from jakstat.pathway import TIME
from jakstat.simulation.kernels import Dynamics
from jakstat.simulation.solver import SolveStatus

# Steps between checkpoints: CVODES takes memory for that many states beforehand, and solves again from a checkpoint.
_CHECKPOINT_STEPS = 5_000

# CVODES's return codes (cvodes.h of SUNDIALS 5.8) and what they are called here. All others, those of a right-hand side
# that is not finite among them, count as NOT_FINITE.
_STATUS_OF_CODE = {
    -1: SolveStatus.TOO_MANY_STEPS,
    -2: SolveStatus.STEP_TOO_SMALL,
    -3: SolveStatus.STEP_TOO_SMALL,
    -27: SolveStatus.STEP_TOO_SMALL,
    **dict.fromkeys((-4, -5, -6, -7), SolveStatus.NEWTON_FAILED),
}


class SolverNotInstalledError(ImportError):
    """sunode was asked for and does not import; the message says what was found and how to have it."""


class FailedSolveError(RuntimeError):
    """A solve failed with a named status."""

    def __init__(self, status: SolveStatus):
        super().__init__(status.sentence)
        self.status = status


class Tolerances(NamedTuple):
    """Relative and absolute error of a step, and most steps between two output times."""

    rtol: float
    atol: float
    max_steps: int


class _Sunode(NamedTuple):
    lib: Any
    ffi: Any
    AdjointSolver: Any
    SolverError: type[Exception]
    SympyProblem: Any


def load_sunode() -> _Sunode:
    """Import what is used of sunode.

    Raises
    ------
    SolverNotInstalledError
        It is not there, or its libraries are not.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sunode's imports, on other versions than it knows
            basic, solver, symode = (import_module(f"sunode.{name}") for name in ("basic", "solver", "symode"))
    except ImportError as error:
        raise SolverNotInstalledError(
            f"the solver sunode does not import ({error}). It is on conda-forge and on no PyPI index: use the "
            "environment of environment.yml, or choose solver.name: jakstat"
        ) from error
    return _Sunode(basic.lib, basic.ffi, solver.AdjointSolver, solver.SolverError, symode.SympyProblem)


def pattern_of(dynamics: Dynamics, switches: np.ndarray, coefficients: np.ndarray) -> tuple[bool, ...]:
    """Return the values of all switches, then of the coefficients that rates choose by."""
    place = {coefficient: number for number, (coefficient, _) in enumerate(dynamics.coefficients)}
    chosen = [coefficients[place[choice]] for choice in _choices(dynamics)]
    return tuple(bool(value > 0.5) for value in (*switches, *chosen))


@cache
def _choices(dynamics: Dynamics) -> tuple[sp.Symbol, ...]:
    """Return the coefficients that stand in relations: they are 0 or 1."""
    in_relations = {free for rate in dynamics.rates for part in rate.atoms(Relational) for free in part.free_symbols}
    return tuple(coefficient for coefficient, _ in dynamics.coefficients if coefficient in in_relations)


@cache
def piece_solver(dynamics: Dynamics, pattern: tuple[bool, ...]) -> "PieceSolver":
    """Return the compiled solver of one pattern of switches; compiled once a process."""
    symbols = [*(switch for switch, _ in dynamics.switches), *_choices(dynamics)]
    values = {free: sp.Integer(int(on)) for free, on in zip(symbols, pattern, strict=True)}
    return PieceSolver(dynamics, tuple(sp.sympify(rate.xreplace(values)) for rate in dynamics.rates))


class PieceSolver:
    """sunode's solver for rates without switches; one solve at a time.

    Parameters
    ----------
    dynamics : Dynamics
    rates : tuple of Expr
        Over its states, its coefficients and time.
    """

    def __init__(self, dynamics: Dynamics, rates: tuple[sp.Expr, ...]):
        self._sunode = load_sunode()
        self._n_coefficients = len(dynamics.coefficients)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sunode uses syntax that Python 3.14 takes out
            problem = self._sunode.SympyProblem(
                params={"k": (max(1, self._n_coefficients),)},
                states={"x": (len(rates),)},
                rhs_sympy=lambda time, states, parameters: {
                    "x": _with_symbols(dynamics, rates, time, states.x, parameters.k)
                },
                derivative_params=[("k",)],
            )
            self._solver = self._sunode.AdjointSolver(problem, checkpoint_n=_CHECKPOINT_STEPS)
        # Failures are counted; CVODES's own text on standard error would drown the lines of progress.
        self._sunode.lib.CVodeSetErrFile(self._solver._ode, self._sunode.ffi.NULL)

    def forward(
        self, start: float, times: np.ndarray, state: np.ndarray, coefficients: np.ndarray, tolerances: Tolerances
    ) -> np.ndarray:
        """Return the states at ``times``, (time, state); increasing, all after ``start``.

        Raises
        ------
        FailedSolveError
        """
        if not (np.isfinite(state).all() and np.isfinite(coefficients).all()):
            raise FailedSolveError(SolveStatus.NOT_FINITE)
        self._set(tolerances)
        given = np.zeros(max(1, self._n_coefficients))
        given[: self._n_coefficients] = coefficients
        self._solver.set_derivative_params(np.array((given,), dtype=self._solver.derivative_params_dtype))
        states = np.full((len(times), len(state)), np.nan)
        self._run(self._solver.solve_forward, start, times, state, states)
        if not np.isfinite(states).all():
            raise FailedSolveError(SolveStatus.NOT_FINITE)
        return states

    def backward(self, start: float, times: np.ndarray, cotangents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pull cotangents of the states at ``times`` of the last forward solve back.

        Returns
        -------
        (state,) and (coefficient,)
            Cotangents of the state at ``start`` and of the coefficients.

        Raises
        ------
        FailedSolveError
        """
        of_coefficients, of_state = np.zeros(max(1, self._n_coefficients)), np.zeros(cotangents.shape[1])
        self._run(self._solver.solve_backward, times[-1], start, times, cotangents, of_coefficients, of_state)
        if not (np.isfinite(of_state).all() and np.isfinite(of_coefficients).all()):
            raise FailedSolveError(SolveStatus.NOT_FINITE)
        return -of_state, of_coefficients[: self._n_coefficients]

    def _set(self, tolerances: Tolerances) -> None:
        lib, ode, backward = self._sunode.lib, self._solver._ode, self._solver._odeB
        rtol, atol, max_steps = tolerances
        lib.CVodeSStolerances(ode, rtol, atol)
        lib.CVodeSStolerancesB(ode, backward, rtol, atol)
        lib.CVodeQuadSStolerancesB(ode, backward, rtol, atol)
        lib.CVodeSetMaxNumSteps(ode, int(max_steps))
        lib.CVodeSetMaxNumStepsB(ode, backward, int(max_steps))

    def _run(self, solve: Any, *arguments: Any) -> None:
        try:
            solve(*arguments, max_retries=1)
        except self._sunode.SolverError as error:
            raise FailedSolveError(_status_of(str(error))) from error


def _with_symbols(
    dynamics: Dynamics, rates: tuple[sp.Expr, ...], time: sp.Symbol, states: np.ndarray, coefficients: np.ndarray
) -> np.ndarray:
    """Return rates over sunode's own symbols, which are found by name: ours have other assumptions."""
    names = [*dynamics.states, *(coefficient.name for coefficient, _ in dynamics.coefficients), TIME.name]
    known = dict(zip(names, [*states, *coefficients[: len(dynamics.coefficients)], time], strict=True))
    return np.array(
        [rate.xreplace({free: known[free.name] for free in rate.free_symbols}) for rate in rates], dtype=object
    )


def _status_of(message: str) -> SolveStatus:
    """Return the status that sunode's message tells of; it ends with CVODES's code, unless steps were used up."""
    code = re.search(r"\((-?\d+)\)$", message)
    return _STATUS_OF_CODE.get(int(code[1]), SolveStatus.NOT_FINITE) if code else SolveStatus.TOO_MANY_STEPS
