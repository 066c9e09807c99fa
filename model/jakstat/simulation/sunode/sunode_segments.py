"""Segments, jumps and thresholds around the smooth pieces that sunode solves, and the same backwards.

The tape has one line for the start of each segment and one for each piece between thresholds. Its columns: segment;
start; end, the same as the start where a segment starts; number of the jump at a segment's start, or of the threshold
at a piece's end, or -1; state at the start, before the jump; state at the end, after it. Backwards a piece is solved
forward again, since sunode keeps its checkpoints in the solver. A threshold's moment and a jump are differentiated as
in :mod:`jakstat.simulation.solver.adjoint`; the generated kernels chain coefficients and thresholds to parameters.
"""

import ctypes
from typing import NamedTuple

import numpy as np

from jakstat.simulation.kernels import Dynamics
from jakstat.simulation.solver import (
    COEFFICIENTS,
    COEFFICIENTS_VJP,
    JUMP_VJPS,
    JUMPS,
    N_SETTINGS,
    RHS,
    THRESHOLDS,
    THRESHOLDS_VJP,
    SolveStatus,
)
from jakstat.simulation.sunode.sunode_solver import FailedSolveError, PieceSolver, Tolerances, pattern_of, piece_solver

_STATE_COLUMN = 4


def _call(address: int, *arguments: float | np.ndarray) -> float:
    """Call one kernel; see ``kernel_interface``."""
    kinds = [ctypes.c_void_p if isinstance(argument, np.ndarray) else ctypes.c_double for argument in arguments]
    given = [argument.ctypes.data if isinstance(argument, np.ndarray) else argument for argument in arguments]
    return ctypes.CFUNCTYPE(ctypes.c_double, *kinds)(int(address))(*given)


class _Segment(NamedTuple):
    """What is constant in a segment: the kernels' vector, parameters, coefficients, thresholds, and output times."""

    dynamics: Dynamics
    model: np.ndarray
    tolerances: Tolerances
    p: np.ndarray
    k: np.ndarray
    thresholds: np.ndarray
    times: np.ndarray

    def switches_from(self, time: float) -> np.ndarray:
        """Return the switches of the piece that starts at ``time``: 1 before their threshold, 0 from it on."""
        return (time < self.thresholds).astype(float)

    def solver_from(self, time: float) -> PieceSolver:
        """Return the compiled solver of the piece that starts at ``time``."""
        return piece_solver(self.dynamics, pattern_of(self.dynamics, self.switches_from(time), self.k))

    def rate(self, time: float, state: np.ndarray, switches: np.ndarray) -> np.ndarray:
        """Return dx/dt."""
        found = np.empty_like(state)
        _call(self.model[RHS], time, state, self.k, switches, found)
        return found


def _segment(dynamics: Dynamics, model: np.ndarray, solver: np.ndarray, p: np.ndarray, times: np.ndarray) -> _Segment:
    k, thresholds = np.zeros(len(dynamics.coefficients)), np.zeros(len(dynamics.switches))
    _call(model[COEFFICIENTS], p, k)
    _call(model[THRESHOLDS], p, thresholds)
    smallest = float(min(solver[N_SETTINGS:], default=1.0))  # sunode has one absolute tolerance for all states
    tolerances = Tolerances(float(solver[0]), float(solver[1]) * smallest, int(solver[2]))
    return _Segment(dynamics, model, tolerances, p, k, thresholds, times)


class _Piece(NamedTuple):
    """A stretch of a segment without thresholds inside; ``threshold`` is the number of the one at its end, or -1."""

    start: float
    end: float
    threshold: int


def _pieces(start: float, end: float, thresholds: np.ndarray) -> list[_Piece]:
    if end <= start:
        return []
    within = np.unique(thresholds[(thresholds > start) & (thresholds < end)])
    numbers = [*(int(np.flatnonzero(thresholds == moment)[0]) for moment in within), -1]
    return [_Piece(*piece) for piece in zip([start, *within.tolist()], [*within.tolist(), end], numbers, strict=True)]


def solve_segments(
    dynamics: Dynamics,
    recording: bool,
    parameters: np.ndarray,
    initial_states: np.ndarray,
    layout: np.ndarray,
    spans: np.ndarray,
    times: np.ndarray,
    solver: np.ndarray,
    model: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Integrate every segment; arguments and results are those of ``segments.solve_segments``, but for the tape."""
    n = len(dynamics.states)
    states, ends = np.full((len(times), n), np.nan), np.full((len(parameters), n), np.nan)
    status, lines = np.zeros(len(parameters), dtype=np.int64), []
    for c, (origin, jump, first, last) in enumerate(layout.tolist()):
        status[c] = status[origin] if origin >= 0 else SolveStatus.SUCCESS
        if status[c]:
            continue
        segment = _segment(dynamics, model, solver, parameters[c], times[first:last])
        before = ends[origin] if origin >= 0 else initial_states[-1 - origin]
        try:
            states[first:last], of_segment = _solve_segment(segment, spans[c], jump, before)
        except FailedSolveError as failure:
            status[c] = failure.status
            continue
        ends[c] = of_segment[-1][-n:]
        lines += [np.concatenate([[c], line]) for line in of_segment] if recording else []
    return states, np.array(lines).reshape(-1, _STATE_COLUMN + 2 * n), status


def _solve_segment(
    segment: _Segment, span: np.ndarray, jump: int, before: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the states at the output times, and the tape's lines without the segment's number."""
    x, times, (start, end) = before.copy(), segment.times, span.tolist()
    if jump >= 0:
        _call(segment.model[segment.model[JUMPS] + jump], start, before, segment.p, x)
    states, lines = np.full((len(times), len(x)), np.nan), [np.concatenate([[start, start, jump], before, x])]
    states[times <= start] = x
    for piece in _pieces(start, end, segment.thresholds):
        within = (times > piece.start) & (times <= piece.end)
        reached = np.union1d(times[within], piece.end)
        found = segment.solver_from(piece.start).forward(piece.start, reached, x, segment.k, segment.tolerances)
        states[within] = found[: within.sum()]
        lines.append(np.concatenate([piece, x, found[-1]]))
        x = found[-1]
    return states, lines


def pull_back_segments(
    dynamics: Dynamics,
    parameters: np.ndarray,
    initial_states: np.ndarray,
    layout: np.ndarray,
    times: np.ndarray,
    solver: np.ndarray,
    tape: np.ndarray,
    cotangents: np.ndarray,
    model: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Pull cotangents of the states at the output rows back; see ``adjoint.pull_back_segments``.

    Raises
    ------
    FailedSolveError
        A piece could not be solved back.
    """
    gp, gx = np.zeros_like(parameters), np.zeros_like(initial_states)
    of_end = np.zeros((len(parameters), len(dynamics.states)))
    for c in range(len(parameters) - 1, -1, -1):
        origin, _, first, last = layout[c].tolist()
        lines = tape[tape[:, 0] == c]
        if not len(lines):  # it failed
            continue
        segment = _segment(dynamics, model, solver, parameters[c], times[first:last])
        lam = _pull_back_segment(segment, lines, cotangents[first:last], of_end[c], gp[c])
        target = of_end[origin] if origin >= 0 else gx[-1 - origin]
        target += lam
    return gp, gx


def _pull_back_segment(
    segment: _Segment, lines: np.ndarray, cotangents: np.ndarray, lam: np.ndarray, gp: np.ndarray
) -> np.ndarray:
    """Return the cotangent of the state that a segment started from; add those of its parameters to ``gp``."""
    n, times = len(lam), segment.times
    gk, gthreshold = np.zeros_like(segment.k), np.zeros_like(segment.thresholds)
    for line in lines[:0:-1]:
        piece = _Piece(line[1], line[2], int(line[3]))
        lam = lam + cotangents[times == piece.end].sum(axis=0)
        if piece.threshold >= 0:
            gthreshold[piece.threshold] += _cotangent_of_moment(segment, piece, line[-n:], lam)
        lam = _pull_back_piece(segment, piece, line[_STATE_COLUMN:-n], cotangents, lam, gk)
    _, start, _, jump = lines[0, :_STATE_COLUMN]
    lam = lam + cotangents[times <= start].sum(axis=0)
    if jump >= 0:
        after, before = lam, lines[0, _STATE_COLUMN:-n].copy()
        lam = np.zeros(n)
        _call(segment.model[segment.model[JUMP_VJPS] + int(jump)], start, before, segment.p, after, lam, gp)
    _call(segment.model[COEFFICIENTS_VJP], segment.p, gk, gp)
    _call(segment.model[THRESHOLDS_VJP], segment.p, gthreshold, gp)
    return lam


def _cotangent_of_moment(segment: _Segment, piece: _Piece, state: np.ndarray, lam: np.ndarray) -> float:
    """Return lambda . f_before - lambda . f_after at the end of a piece."""
    state = np.ascontiguousarray(state)
    before = segment.rate(piece.end, state, segment.switches_from(piece.start))
    return float(lam @ (before - segment.rate(piece.end, state, segment.switches_from(piece.end))))


def _pull_back_piece(
    segment: _Segment, piece: _Piece, state: np.ndarray, cotangents: np.ndarray, lam: np.ndarray, gk: np.ndarray
) -> np.ndarray:
    """Return the cotangent of the state at a piece's start, ``lam`` being that of its end; add to those of ``k``."""
    within = (segment.times > piece.start) & (segment.times < piece.end)
    of_times = np.vstack([cotangents[within], lam])
    if not of_times.any():
        return lam
    reached, solver = np.append(segment.times[within], piece.end), segment.solver_from(piece.start)
    solver.forward(piece.start, reached, state, segment.k, segment.tolerances)
    lam, of_coefficients = solver.backward(piece.start, reached, of_times)
    gk += of_coefficients
    return lam
