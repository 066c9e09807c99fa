"""The clock of trajectories in lanes: rows of a number a lane, which kernels in lanes and the solver read and write.

Nothing is imported that compiles: kernels are written without.
"""

from typing import NamedTuple


class ClockRows(NamedTuple):
    """Numbers of the rows.

    ``time``, ``end`` of the segment, ``border``: next change of a switch; ``h``: step proposed, ``step`` tried and its
    ``target``, where it leads at most; ``step_before``: size of the step before (0 where there is none), ``log_error``
    of it; ``began``: start of the segment; ``error`` of the step tried, or FAILED_NEWTON; ``failed``: 1 where it has so
    far; ``stage_time`` and ``h_gamma``, of a stage; ``active``: 1 where an iteration goes on; Newton's last
    ``correction``, the ``share`` of it that is left, and its ``tolerance``; ``segment`` (-1: the lane is idle), next
    output ``row``, ``last_row``: the one after the last; steps ``taken``; ``rejected``: 1 where the last was; ``line``:
    the last on the tape; ``bits``: switches in force; ``spare``: what a kernel returns or is given.
    """

    time: int
    end: int
    border: int
    h: int
    step: int
    target: int
    step_before: int
    log_error: int
    began: int
    error: int
    failed: int
    stage_time: int
    h_gamma: int
    active: int
    correction: int
    share: int
    tolerance: int
    segment: int
    row: int
    last_row: int
    taken: int
    rejected: int
    line: int
    bits: int
    spare: int


CLOCK = ClockRows(*range(len(ClockRows._fields)))

FAILED_NEWTON = -1.0
UNKNOWN_SHARE = 1e3  # of Newton's correction that is left: no first iteration is the last
LEAST_SHARE = 1e-3  # however fast the iteration before
SLOWEST_RATE = 0.9  # of convergence, in what is said to be left
DIVERGED = 1e10  # a correction, in tolerances
LEAST_ERROR, ENDLESS_ERROR = 1e-10, 1e10  # of a step: the least that is told, and in place of what is not finite
