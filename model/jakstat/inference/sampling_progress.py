"""Lines of progress of a fit, for logs and for output that is no terminal: one a minute.

``2 min: 310/2000 draws (80 79 71 80), 0 divergences, 9811 gradients (41/s), warm-up; left of each chain: 9 min, ...``
The time left of a chain is what it has left to draw at the pace of its last minute; during warm-up, whose draws cost
more, it is an upper estimate.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

#: s. The first line comes sooner, so that one sees that something is done.
_FIRST, _BETWEEN = 15.0, 60.0


class ChainProgress(Protocol):
    """What nutpie tells of a chain."""

    finished_draws: int
    total_draws: int
    divergences: int
    total_num_steps: int
    tuning: bool


@dataclass
class _Told:
    """What was known when the last line was written: time (s), gradients, draws of each chain."""

    time: float
    gradients: int
    draws: tuple[int, ...]
    is_finished: bool = False


def progress_lines(
    log: Callable[[str], None], clock: Callable[[], float] = time.monotonic
) -> Callable[[Sequence[ChainProgress]], None]:
    """Return a callback of nutpie that writes a plain line a minute, and one at the end.

    Parameters
    ----------
    log : callable
        Takes a line.
    clock : callable
        Seconds from some moment on.
    """
    start = clock()
    told = _Told(start, 0, ())
    next_line = start + _FIRST

    def report(chains: Sequence[ChainProgress]) -> None:
        nonlocal next_line, told
        now = clock()
        is_finished = all(chain.finished_draws >= chain.total_draws for chain in chains)
        if told.is_finished or (now < next_line and not is_finished):
            return
        log(_line(chains, now - start, now - told.time, told))
        gradients, draws = sum(chain.total_num_steps for chain in chains), tuple(c.finished_draws for c in chains)
        told, next_line = _Told(now, gradients, draws, is_finished), now + _BETWEEN

    return report


def _line(chains: Sequence[ChainProgress], since_start: float, since_line: float, told: _Told) -> str:
    """Return the line of a moment; times in s."""
    done, total = sum(chain.finished_draws for chain in chains), sum(chain.total_draws for chain in chains)
    gradients = sum(chain.total_num_steps for chain in chains)
    pace = (gradients - told.gradients) / max(since_line, 1e-9)
    divergences = sum(chain.divergences for chain in chains)
    text = (
        f"{_duration(since_start)}: {done}/{total} draws ({' '.join(str(chain.finished_draws) for chain in chains)}), "
        f"{divergences} divergences, {gradients} gradients ({pace:.3g}/s)"
    )
    if done >= total:
        return text
    left = [
        _left(chain, (chain.finished_draws - before) / max(since_line, 1e-9))
        for chain, before in zip(chains, told.draws or (0,) * len(chains), strict=True)
    ]
    warm_up = ", warm-up" if any(chain.tuning for chain in chains) else ""
    return f"{text}{warm_up}; left of each chain: {', '.join(left)}"


def _left(chain: ChainProgress, pace: float) -> str:
    """Return how long a chain will take at a pace (draws a second)."""
    remaining = chain.total_draws - chain.finished_draws
    if not remaining:
        return "none"
    return _duration(remaining / pace) if pace > 0 else "not known yet"


def _duration(seconds: float) -> str:
    """Return a duration for people: 40 s, 12 min, 3.5 h."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.1f} h"
