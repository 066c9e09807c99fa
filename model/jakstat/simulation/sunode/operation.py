"""sunode behind the same PyTensor operation as our own solver, and the choice between the two.

Solves hold a lock: a compiled solver is one object, and chains that run as threads take turns. Not solved by sunode
here, and refused by name: relations of states in rates, events, steady states.
"""

import threading
import warnings
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import generate_fallback_impl, register_funcify_and_cache_key

from jakstat.pathway import UnsupportedModelError
from jakstat.simulation.kernels import Dynamics
from jakstat.simulation.op import SolveSegments, count_outcome, first_failure
from jakstat.simulation.plan import SimulationPlan
from jakstat.simulation.solver import SolveStatus
from jakstat.simulation.sunode.sunode_segments import pull_back_segments, solve_segments
from jakstat.simulation.sunode.sunode_solver import FailedSolveError, load_sunode

_SOLVERS = ("jakstat", "sunode")  # names in the configuration
_LOCK = threading.RLock()


def choose_operation(plan: SimulationPlan, solver: str, recording: bool) -> SolveSegments:
    """Return the operation that solves a plan.

    Parameters
    ----------
    plan : SimulationPlan
    solver : {"jakstat", "sunode"}
    recording : bool
        As for :class:`SolveSegments`.

    Raises
    ------
    ValueError
        There is no such solver.
    UnsupportedModelError
        The problem has a feature that is not solved by sunode; it is named.
    SolverNotInstalledError
        sunode does not import.
    """
    if solver not in _SOLVERS:
        raise ValueError(f"no solver {solver!r}; choose one of {', '.join(_SOLVERS)}")
    if solver == "jakstat":
        return SolveSegments(recording)
    _refuse_unsupported(plan.dynamics, plan.spans)
    load_sunode()
    return SolveSegmentsBySunode(plan.dynamics, recording)


def _refuse_unsupported(dynamics: Dynamics, spans: np.ndarray) -> None:
    """Raise UnsupportedModelError where a model or its segments have what is not solved by sunode."""
    found = []
    if dynamics.state_switches:
        margins = ", ".join(f"{margin} >= 0" for _, margin in dynamics.state_switches)
        found.append(f"relations of states in rates or triggers ({margins})")
    if dynamics.triggers:
        found.append(f"events ({len(dynamics.triggers)})")
    if np.isinf(spans).any():
        found.append("steady states (pre-equilibration, or a measurement at time inf)")
    if found:
        raise UnsupportedModelError(f"not solved by sunode: {'; '.join(found)}. solver.name: jakstat solves them")


class SolveSegmentsBySunode(SolveSegments):
    """As :class:`SolveSegments`, solved by sunode.

    Parameters
    ----------
    dynamics : Dynamics
        Whose kernels the input ``model`` names.
    recording : bool
    """

    __props__ = ("dynamics", "recording")

    def __init__(self, dynamics: Dynamics, recording: bool = True):
        super().__init__(recording)
        self.dynamics = dynamics

    def __str__(self) -> str:
        return "SolveSegmentsBySunode"

    def perform(self, node: Apply, inputs: list, output_storage: list) -> None:
        """Solve; in Python under every linker."""
        *arguments, counts = inputs
        with _LOCK:
            results = solve_segments(self.dynamics, self.recording, *map(np.ascontiguousarray, arguments))
        count_outcome(counts, first_failure.py_func(results[2]), 1)
        for storage, result in zip(output_storage, results, strict=True):
            storage[0] = result

    def pullback(self, inputs: list, outputs: list, cotangents: list) -> list:
        """Pull the states' cotangents back through the recorded pieces."""
        if not self.recording:
            raise NotImplementedError("recording=False keeps no tape; use recording=True for gradients")
        parameters, initial_states, layout, _, times, solver, model, counts = inputs
        pulled = PullBackSegmentsBySunode(self.dynamics)(
            parameters, initial_states, layout, times, solver, outputs[1], cotangents[0], model, counts
        )
        return [*pulled, *[DisconnectedType()() for _ in range(6)]]


class PullBackSegmentsBySunode(Op):
    """Cotangents of parameters and initial states; NaN where the solve back fails, which is counted."""

    __props__ = ("dynamics",)

    def __init__(self, dynamics: Dynamics):
        self.dynamics = dynamics

    def __str__(self) -> str:
        return "PullBackSegmentsBySunode"

    def make_node(self, *inputs: Any) -> Apply:
        """Build the node; inputs as in :func:`pull_back_segments`, then the address of the status counts."""
        return Apply(self, [pt.as_tensor(argument) for argument in inputs], [pt.dmatrix(), pt.dmatrix()])

    def perform(self, node: Apply, inputs: list, output_storage: list) -> None:
        """Sweep back; in Python under every linker."""
        *arguments, counts = inputs
        try:
            with _LOCK:
                results = pull_back_segments(self.dynamics, *map(np.ascontiguousarray, arguments))
        except FailedSolveError as failure:
            results = tuple(np.full_like(values, np.nan) for values in inputs[:2])
            count_outcome(counts, failure.status, 1)
            count_outcome(counts, SolveStatus.SUCCESS, -1)  # as which the forward solve was counted
        for storage, result in zip(output_storage, results, strict=True):
            storage[0] = result

    def infer_shape(self, node: Apply, shapes: list) -> list:
        """Shapes of parameters and initial states."""
        return [shapes[0], shapes[1]]


@register_funcify_and_cache_key(SolveSegmentsBySunode)
@register_funcify_and_cache_key(PullBackSegmentsBySunode)
def _numba_in_python(op: Op, node: Apply, **kwargs: Any) -> tuple[Any, None]:
    """Run ``perform`` from compiled code; the warning that it is Python is no news here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba will use object mode")
        return generate_fallback_impl(op, node=node, **kwargs), None
