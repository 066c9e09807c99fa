"""libRoadRunner: a forward solve by CVODE with rates that it compiles by LLVM; it has no gradient of a likelihood.

https://libroadrunner.org, ``pip install libroadrunner``. Its model is written from the same formulas as ours, one rate
rule a state. Measured in turns with our solve without a tape: see :mod:`benchmarks.beside_ours`.
"""

from typing import Any

import antimony
import numpy as np
import sympy as sp
from sympy.printing.str import StrPrinter

from benchmarks.beside_ours import Call, our_forward_solve, rows_in_turns
from benchmarks.measuring import ABSOLUTE_SHARE, FORWARD_ONLY, Limits, Row
from benchmarks.problems import BenchProblem, Trajectory
from benchmarks.symbolic_rates import rates_between_thresholds

SOLVER = "libroadrunner"
_MOST_STEPS = 200_000


class _Antimony(StrPrinter):
    """Formulas as Antimony writes them."""

    def _print_Pow(self, expr: sp.Pow, rational: bool = False) -> str:
        base, exponent = (f"({self._print(part)})" for part in expr.args)
        return f"{base}^{exponent}"

    def _print_log(self, expr: sp.log) -> str:
        return f"ln({self._print(expr.args[0])})"


def measure(bench: BenchProblem, limits: Limits) -> list[Row]:
    """Return one row a tolerance, and our own beside them."""
    import roadrunner

    model = roadrunner.RoadRunner(_sbml(bench))
    model.integrator.setValue("maximum_num_steps", _MOST_STEPS)
    states = [f"x_{number}" for number in range(bench.initial_states.shape[1])]
    model.timeCourseSelections = states
    places = _places(model, bench)

    def make(rtol: float) -> Call:
        return Call(
            lambda: [_solve(model, trajectory, places, rtol) for trajectory in bench.trajectories],
            lambda solved: (_value(bench, solved), None),
            len(bench.trajectories),
        )

    return rows_in_turns(bench, SOLVER, make, limits, our_forward_solve, FORWARD_ONLY)


def _sbml(bench: BenchProblem) -> str:
    """Return the model as SBML: states ``x_0``, ..., parameters ``p_0``, ..., a rate rule a state."""
    states, parameters, time, rates = rates_between_thresholds(bench)
    names = {state: sp.Symbol(f"x_{number}") for number, state in enumerate(states)}
    names |= {parameter: sp.Symbol(f"p_{number}") for number, parameter in enumerate(parameters)}
    names |= {time: sp.Symbol("time")}
    printer = _Antimony()
    lines = [
        f"{names[state]}' = {printer.doprint(rate.xreplace(names))}" for state, rate in zip(states, rates, strict=True)
    ]
    values = [f"{name} = 1" for name in names.values() if name.name != "time"]
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString("\n".join(["model written()", *values, *lines, "end"]) + "\n") < 0:
        raise RuntimeError(antimony.getLastError())
    return antimony.getSBMLString("written")


def _places(model: Any, bench: BenchProblem) -> list[int]:
    """Return where states and parameters stand among the model's global parameters."""
    ids = list(model.model.getGlobalParameterIds())
    counts = (bench.initial_states.shape[1], bench.parameters.shape[1])
    return [ids.index(f"{kind}_{number}") for kind, count in zip("xp", counts, strict=True) for number in range(count)]


def _solve(model: Any, trajectory: Trajectory, places: list[int], rtol: float) -> np.ndarray:
    """Return the states at the output times, (time, state)."""
    if not len(trajectory.times):
        return np.zeros((0, len(trajectory.initial_state)))
    model.reset()
    model.integrator.setValue("relative_tolerance", rtol)
    model.integrator.setValue("absolute_tolerance", rtol * ABSOLUTE_SHARE)
    model.model.setGlobalParameterValues(places, [*trajectory.initial_state, *trajectory.parameters])
    return np.array(model.simulate(times=[trajectory.start, *trajectory.times]))[1:]


def _value(bench: BenchProblem, solved: list[np.ndarray]) -> float:
    return float(
        sum(
            np.vdot(trajectory.cotangents, states) + trajectory.cotangent_at_start @ trajectory.initial_state
            for trajectory, states in zip(bench.trajectories, solved, strict=True)
        )
    )
