"""How many times a peer's time is ours, at equal or better accuracy of the gradient.

Two ways. Of every row of a peer: its time over that of our fastest row that is at least as accurate. The headline, of a
problem and a peer: the time of the peer's fastest row that is at least as accurate as ours at rtol 1e-6, over ours
there. A bare solver is compared with our bare solver. AMICI differentiates its whole likelihood, so our accuracy beside
it is that of our whole likelihood; its own solver time is set against our solver's time at the same tolerance, its call
time against the call of our compiled likelihood. A peer that was measured in turns with ours (``beside_ours``) is
compared with those rows of ours alone, and one without gradients by the error of its value.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.beside_ours import OURS_RTOL, beside
from benchmarks.measuring import FORWARD_ONLY, LIKELIHOOD, SOLVER_ONLY, Row
from benchmarks.ours import SOLVER, WHOLE

#: Rows of one program are one peer, of which the best counts.
PEERS = {
    "sunode": "sunode",
    "AMICI": "AMICI, ",
    "diffrax": "diffrax",
    "casadi": "casadi",
    "libroadrunner": "libroadrunner",
}


@dataclass(frozen=True)
class Headline:
    """The comparison of a problem and a peer; ratios are None where ``note`` says why.

    ``ratio_a_trajectory`` counts time per solved trajectory: AMICI solves conditions that differ in nothing that is
    solved.
    """

    problem: str
    peer: str
    what: str
    ours_milliseconds: float | None = None
    ours_error: float | None = None
    peer_solver: str = ""
    peer_rtol: float | None = None
    peer_milliseconds: float | None = None
    peer_error: float | None = None
    ratio: float | None = None
    ratio_a_trajectory: float | None = None
    note: str = ""


def ratio_of_row(row: Row, rows: Iterable[Row], of_call: bool = False) -> float | None:
    """Return a peer's time over that of our fastest row of the same problem that is as accurate; None if none is."""
    time = row.call_milliseconds if of_call else row.milliseconds
    judged = error_of(row)
    if time is None or judged is None:
        return None
    ours = _ours(row.problem, row.covers, rows, of_call, row.solver)
    times = [milliseconds for milliseconds, error, _ in ours.values() if error <= judged]
    return time / min(times) if times else None


def error_of(row: Row) -> float | None:
    """Return the error that a row is judged by: of its gradient, of its value where it has no gradient."""
    return row.value_error if row.covers == FORWARD_ONLY else row.gradient_error


def headlines(rows: list[Row]) -> list[Headline]:
    """Return the headline of every problem and peer, in the order of the rows."""
    found = []
    for problem in dict.fromkeys(row.problem for row in rows):
        for peer, prefix in PEERS.items():
            of_peer = [row for row in rows if row.problem == problem and row.solver.startswith(prefix.rstrip(", "))]
            if not of_peer:
                continue
            found.append(_headline(problem, peer, of_peer, rows, of_call=False))
            if peer == "AMICI" and found[-1].ratio is not None:
                found.append(_headline(problem, peer, of_peer, rows, of_call=True))
    return found


def _headline(problem: str, peer: str, of_peer: list[Row], rows: list[Row], of_call: bool) -> Headline:
    what = "call" if of_call else "solver"
    timed = [row for row in of_peer if row.milliseconds is not None and error_of(row) is not None]
    if not timed:
        return Headline(problem, peer, what, note="; ".join(dict.fromkeys(row.note for row in of_peer)))
    ours = _ours(problem, timed[0].covers, rows, of_call, peer).get(OURS_RTOL)
    if ours is None:
        return Headline(problem, peer, what, note=f"ours at {OURS_RTOL:.0e} has no row")
    milliseconds, error, trajectories = ours
    accurate = [row for row in timed if error_of(row) <= error]
    if not accurate:
        best = min(timed, key=error_of)
        note = f"no row as accurate; best {error_of(best):.1e} ({best.solver}, rtol {best.rtol:.0e})"
        return Headline(problem, peer, what, milliseconds, error, note=note)
    fastest = min(accurate, key=lambda row: _time(row, of_call))
    ratio = _time(fastest, of_call) / milliseconds
    return Headline(
        problem,
        peer,
        what,
        milliseconds,
        error,
        fastest.solver,
        fastest.rtol,
        _time(fastest, of_call),
        error_of(fastest),
        ratio,
        ratio * trajectories / fastest.trajectories,
    )


def _time(row: Row, of_call: bool) -> float:
    return row.call_milliseconds if of_call else row.milliseconds


def _ours(
    problem: str, covers: str, rows: Iterable[Row], of_call: bool, peer: str
) -> dict[float, tuple[float, float, int]]:
    """Return our time, error and number of trajectories by tolerance, as a peer is compared with."""
    mine = [row for row in rows if row.problem == problem and row.milliseconds is not None]
    in_turns = [row for row in mine if row.solver == beside(peer)]
    if in_turns:
        return {row.rtol: (row.milliseconds, error_of(row), row.trajectories) for row in in_turns}
    solver = {row.rtol: row for row in mine if (row.solver, row.covers) == (SOLVER, SOLVER_ONLY)}
    whole = {row.rtol: row for row in mine if (row.solver, row.covers) == (WHOLE, LIKELIHOOD)}
    timed = whole if of_call else solver
    judged = solver if covers == SOLVER_ONLY else whole
    return {
        rtol: (timed[rtol].milliseconds, judged[rtol].gradient_error, timed[rtol].trajectories)
        for rtol in timed.keys() & judged.keys()
    }
