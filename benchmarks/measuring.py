"""What every measurement shares: repeats with a limit, the rows of the table, and why one has no number."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

#: Relative tolerances that every solver is asked for; the absolute one is a hundredth of each (unit of the states).
TOLERANCES = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10)
QUICK_TOLERANCES = (1e-4, 1e-6, 1e-8)
ABSOLUTE_SHARE = 1e-2

#: Packages that may be absent.
PEER_PACKAGES = ("sunode", "amici", "diffrax", "jax", "optimistix", "casadi", "roadrunner")

#: What `covers` says of a row: the solve alone, or everything from parameters to the log likelihood and its gradient,
#: or the solve without a gradient.
SOLVER_ONLY, LIKELIHOOD, FORWARD_ONLY = "solver", "likelihood", "forward"


@dataclass(frozen=True)
class Limits:
    """How long one row is measured: repeats and seconds; ``tolerances`` are those of the rows."""

    least: int = 5
    most: int = 200
    seconds: float = 3.0
    patience: float = 30.0  # seconds after which even the least number of repeats is not waited for
    tolerances: tuple[float, ...] = TOLERANCES


QUICK = Limits(least=3, most=20, seconds=0.3, patience=3.0, tolerances=QUICK_TOLERANCES)


@dataclass(frozen=True)
class Row:
    """One line of the table: a solver on a problem at a tolerance.

    Parameters
    ----------
    problem, solver : str
    covers : str
        SOLVER_ONLY or LIKELIHOOD: what was differentiated, and so what the errors are errors of.
    rtol : float, optional
    milliseconds : float, optional
        Median time of value and gradient; of the solver alone for AMICI, which states it itself.
    call_milliseconds : float, optional
        Median time of the call from Python, where it is more than ``milliseconds``.
    value_error, gradient_error : float, optional
        Largest errors, of the value relative to max(1, |value|), of the gradient relative to its largest component.
    repeats, trajectories : int
    lanes : int
        How many trajectories are solved at once; 0 for other solvers than ours.
    note : str
        Why there is no number, or what must be known about it.
    """

    problem: str
    solver: str
    covers: str = SOLVER_ONLY
    rtol: float | None = None
    milliseconds: float | None = None
    call_milliseconds: float | None = None
    value_error: float | None = None
    gradient_error: float | None = None
    repeats: int = 0
    trajectories: int = 0
    lanes: int = 0
    note: str = ""


def median_time(call: Callable[[], object], limits: Limits) -> tuple[float, int]:
    """Return the median time of ``call`` in ms and the number of repeats, after one call that is not counted."""
    durations, _ = repeat(call, limits)
    return float(np.median(durations)) * 1e3, len(durations)


def repeat(call: Callable[[], object], limits: Limits) -> tuple[list[float], list]:
    """Return the durations in s and the results of repeated calls, after one call that is not counted."""
    results: list = []
    durations = in_turns([lambda: results.append(call())], limits)[0]
    return durations, results[1:]


def in_turns(calls: Sequence[Callable[[], object]], limits: Limits) -> list[list[float]]:
    """Return the durations in s of calls that are made in turns: what slows the machine down slows all of them.

    The first turn is not counted; ``limits`` are those of one call.
    """
    durations: list[list[float]] = [[] for _ in calls]
    began = time.perf_counter()
    for call in calls:
        call()
    while len(durations[0]) < limits.most:
        for call, of_call in zip(calls, durations, strict=True):
            started = time.perf_counter()
            call()
            of_call.append(time.perf_counter() - started)
        elapsed = (time.perf_counter() - began) / len(calls)
        if (len(durations[0]) >= limits.least and elapsed > limits.seconds) or elapsed > limits.patience:
            break
    return durations


def value_error(value: float, reference: float) -> float:
    """Return the error of a value relative to max(1, |reference|)."""
    return float(abs(value - reference) / max(1.0, abs(reference)))


def gradient_error(gradient: np.ndarray, reference: np.ndarray) -> float:
    """Return the largest error of a gradient relative to the reference's largest component."""
    return float(np.max(np.abs(gradient - reference)) / np.max(np.abs(reference)))


def guarded(
    problem: str, solver: str, covers: str, rtol: float | None, make: Callable[[], Row | Iterable[Row]]
) -> list[Row]:
    """Return the rows that ``make`` returns, or one that says what went wrong."""
    try:
        made = make()
        return [made] if isinstance(made, Row) else list(made)
    except Exception as error:  # a peer may raise anything, and the other rows are still wanted
        return [Row(problem, solver, covers, rtol, note=what_went_wrong(error))]


def what_went_wrong(error: Exception) -> str:
    """Return the note of a row without numbers: "not installed" only where it is a peer that is missing."""
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] in PEER_PACKAGES:
        return f"not installed: {error.name}"
    return f"failed: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
