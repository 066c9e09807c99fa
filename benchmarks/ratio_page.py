"""The ratios of a benchmark on one page: a line a problem, a column a peer."""

from collections.abc import Sequence

from benchmarks.measuring import FORWARD_ONLY
from benchmarks.ratios import Headline

#: What stands above a column, by peer and what is timed of it.
_COLUMNS = {
    ("sunode", "solver"): "sunode",
    ("AMICI", "solver"): "AMICI, solver",
    ("AMICI", "call"): "AMICI, call",
    ("diffrax", "solver"): "diffrax",
    ("casadi", "solver"): "casadi",
    ("libroadrunner", "solver"): f"libroadrunner ({FORWARD_ONLY})",
}


def ratio_table(lines: Sequence[Headline]) -> tuple[list[str], list[list]]:
    """Return header and lines: our time (ms) and error at our tolerance, then how many times as long each peer takes.

    A cell is empty where there is no ratio; :func:`failures` says why.
    """
    problems = list(dict.fromkeys(line.problem for line in lines))
    body = []
    for problem in problems:
        of_problem = {(line.peer, line.what): line for line in lines if line.problem == problem}
        first = next((line for line in of_problem.values() if line.ours_milliseconds is not None), None)
        ratios = [_cell(of_problem.get(column)) for column in _COLUMNS]
        body.append([problem, first.ours_milliseconds if first else None, first.ours_error if first else None, *ratios])
    return ["problem", "ours, ms", "our error", *_COLUMNS.values()], body


def _cell(line: Headline | None) -> str | None:
    return None if line is None or line.ratio is None else f"{line.ratio:.3g}"


def failures(lines: Sequence[Headline]) -> str:
    """Return one sentence for each reason why a ratio is missing, with the peers and problems that it is of."""
    where: dict[str, list[str]] = {}
    for line in lines:
        if line.ratio is None:
            where.setdefault(line.note, []).append(f"{_COLUMNS[line.peer, line.what]} on {line.problem}")
    return "\n".join(f"- {', '.join(places)}: {note}" for note, places in where.items())
