"""The solver's functions, compiled once for all models: each when it is first called, or its address asked for.

All take a minute or two, so that nobody waits for what is not needed: a fit of segments in lanes does without the
adjoint of segments one by one, predictions without either. What has been compiled on this machine is loaded
(``kept_code.numba_files``). It is compiled under a lock, so that processes that start together do not all pay for it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from jakstat.files import make_folder
from jakstat.simulation.kept_code import code_folders, kept_folder, solver_digest
from jakstat.simulation.progress import tell
from jakstat.simulation.solver import (
    EVALUATE_TYPES,
    PULL_BACK_FORMULAS_TYPES,
    PULL_BACK_IN_LANES,
    PULL_BACK_SEGMENTS,
    PULL_BACK_TYPES,
    ROUGH_TYPES,
    SOLVE_IN_LANES,
    SOLVE_SEGMENTS,
    SOLVE_TYPES,
    compiled_address,
    lanes_pay,
)
from jakstat.simulation.thread_functions import BUILDING


@dataclass(frozen=True)
class SolverFunction:
    """One function of the solver, which is compiled when it is first needed.

    Parameters
    ----------
    name : str
        What it is called in ``jakstat.simulation.solver``.
    types : numba's signature
    does : str
        What it is for, in the line that says that it is compiled; without it there is no such line.
    seconds : int
        About how long it takes to compile on one core (measured on 2026-11-28, after those above it).
    """

    name: str
    types: Any
    does: str = ""
    seconds: int = 0

    def __call__(self, *arguments: Any) -> Any:
        """Call it from Python."""
        return self._compiled()(*arguments)

    def address(self) -> int:
        """Return where it is, for calls by address; only valid in this process."""
        return compiled_address(self._compiled(), self.types)

    def _compiled(self) -> Any:
        from jakstat.simulation import solver as parts  # numba's decorators cost time; naming an outcome need not pay

        function = getattr(parts, self.name)
        if self.types.args not in function.overloads:
            with BUILDING:
                if self.types.args not in function.overloads:
                    with _one_process_at_a_time(solver_digest()):
                        self._compile(function)
        return function

    def _compile(self, function: Any) -> None:
        kept = (any(folder.glob(f"*.{self.name}-*.nbc")) for folder in code_folders(solver_digest()))
        if self.does and not any(kept):
            tell(f"compiling the solver ({self.does}), once on this machine: about {self.seconds} s")
        function.compile(self.types.args)


@dataclass(frozen=True)
class Solver:
    """All of them; see ``segments.py``, ``adjoint.py``, ``lane_solve.py``, ... in ``jakstat.simulation.solver``."""

    solve_segments: SolverFunction = SolverFunction("solve_segments", SOLVE_TYPES, "segments one by one", 40)
    pull_back_segments: SolverFunction = SolverFunction(
        "pull_back_segments", PULL_BACK_TYPES, "gradients one by one", 15
    )
    solve_in_lanes: SolverFunction = SolverFunction("solve_in_lanes", SOLVE_TYPES, "four segments at once", 35)
    pull_back_in_lanes: SolverFunction = SolverFunction(
        "pull_back_in_lanes", PULL_BACK_TYPES, "gradients of four segments", 20
    )
    rough_sizes: SolverFunction = SolverFunction("rough_sizes", ROUGH_TYPES, "sizes of states", 10)
    evaluate_formulas: SolverFunction = SolverFunction("evaluate_formulas", EVALUATE_TYPES)
    pull_back_formulas: SolverFunction = SolverFunction("pull_back_formulas", PULL_BACK_FORMULAS_TYPES)


_SOLVER = Solver()


def load_solver() -> Solver:
    """Return the solver's functions; none is compiled or loaded by that."""
    return _SOLVER


def put_addresses(model: np.ndarray, layout: np.ndarray, recording: bool) -> None:
    """Write the addresses of what solves a problem to the vector of its model; the functions are compiled.

    Parameters
    ----------
    model, layout : as ``solve_segments`` takes them
    recording : bool
        Whether gradients are wanted.
    """
    in_lanes = lanes_pay(layout, model)
    place, solve = (SOLVE_IN_LANES, _SOLVER.solve_in_lanes) if in_lanes else (SOLVE_SEGMENTS, _SOLVER.solve_segments)
    model[place] = solve.address()
    if recording:
        place, pull_back = (
            (PULL_BACK_IN_LANES, _SOLVER.pull_back_in_lanes)
            if in_lanes
            else (PULL_BACK_SEGMENTS, _SOLVER.pull_back_segments)
        )
        model[place] = pull_back.address()


@contextmanager
def _one_process_at_a_time(digest: str) -> Iterator[None]:
    """Wait for other processes that compile this code, where the file system can lock; without that all compile."""
    folder = kept_folder(digest)
    try:
        if folder is None:
            raise FileNotFoundError
        make_folder(folder)
        # Nothing is read from the lock, and all who share the folder have to open it: with the modes of umask.
        lock = os.open(folder / "compile.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError:
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
