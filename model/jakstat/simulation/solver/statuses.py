"""Outcomes of a solve: each failure has a name, a number that the compiled code returns, and a sentence for people.

The compiled code takes the numbers from here (numba knows members of an ``IntEnum``). Nothing is imported: reports name
outcomes without a compiler.
"""

from enum import IntEnum


class SolveStatus(IntEnum):
    """Outcome of one segment's solve."""

    SUCCESS = 0
    TOO_MANY_STEPS = 1
    STEP_TOO_SMALL = 2
    NEWTON_FAILED = 3
    NOT_FINITE = 4
    NO_STEADY_STATE = 5
    UNSTABLE_STEADY_STATE = 6
    NEGATIVE_STEADY_STATE = 7
    TOO_MANY_EVENTS = 8

    @property
    def sentence(self) -> str:
        """What happened and what to try."""
        return _SENTENCES[self]


_SENTENCES = {
    SolveStatus.SUCCESS: "The solve reached its last output time.",
    SolveStatus.TOO_MANY_STEPS: "The solve used up its steps; parameters may be extreme, or raise solver.max_steps.",
    SolveStatus.STEP_TOO_SMALL: "The step became too small to advance time; the solution may blow up.",
    SolveStatus.NEWTON_FAILED: "Newton's method did not converge however small the step; the rates may be singular.",
    SolveStatus.NOT_FINITE: "A rate, an initial value or a parameter is not finite.",
    SolveStatus.NO_STEADY_STATE: "The states did not settle within the steps allowed; they may oscillate or grow.",
    SolveStatus.UNSTABLE_STEADY_STATE: "The steady state is unstable: the least disturbance would leave it.",
    SolveStatus.NEGATIVE_STEADY_STATE: "The steady state has a species below zero.",
    SolveStatus.TOO_MANY_EVENTS: "Events set each other off without end at one moment.",
}
