"""The whole problem's solve as one PyTensor operation, with its pullback, for numba's linker and for Python.

``SolveSegments`` maps (parameters of segments, initial states) to the states at the measured times. The steps it took
(the tape) leave it as a second, disconnected output, which the pullback's operation reads, so that value and gradient
together cost one forward solve and one adjoint sweep. Times and tolerances are inputs, not properties: one compiled
model serves every data set of its shape. Segments are solved several at once, in lanes, where there are enough.
"""

import ctypes
import hashlib
import threading
from pathlib import Path

import numpy as np
import pytensor.tensor as pt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from jakstat.simulation.kept_code import solver_digest
from jakstat.simulation.solver import (
    PULL_BACK_IN_LANES,
    PULL_BACK_SEGMENTS,
    SOLVE_IN_LANES,
    SOLVE_SEGMENTS,
    SolveStatus,
    call_pull_back,
    call_solve,
    lanes_pay,
)
from jakstat.simulation.solver_functions import load_solver

# PyTensor keeps compiled wrappers by this number: they are compiled anew when this module or the solver changes, whose
# folder a kept wrapper names.
_SOURCE_VERSION = int(hashlib.sha256(Path(__file__).read_bytes() + solver_digest().encode()).hexdigest()[:12], 16)
_COUNTING = threading.Lock()


class StatusCounts:
    """Counts of outcomes, one for each solve of a whole problem (all its segments).

    They stand outside the compiled graph, so that every thread's solves are seen. ``address`` (int64) is given to the
    compiled model as data; compiled code adds to the counts atomically. The object must outlive every function that was
    given its address.
    """

    def __init__(self) -> None:
        self._counts = (ctypes.c_int64 * len(SolveStatus))()

    @property
    def address(self) -> int:
        """Where the counts stand in memory; only valid in this process."""
        return ctypes.addressof(self._counts)

    def as_dict(self) -> dict[str, int]:
        """Return the count of each status by its name."""
        return {status.name.lower(): int(self._counts[status]) for status in SolveStatus}

    def reset(self) -> None:
        """Set all counts to zero."""
        ctypes.memset(self._counts, 0, ctypes.sizeof(self._counts))


@intrinsic
def _add_one(typing_context, address, number):
    """Atomically add 1 to the int64 at ``address`` + 8 ``number``; does nothing at address 0."""

    def generate(context, builder, signature, arguments):
        place, offset = arguments
        with builder.if_then(builder.icmp_signed("!=", place, ir.Constant(place.type, 0))):
            target = builder.add(place, builder.mul(offset, ir.Constant(offset.type, 8)))
            pointer = builder.inttoptr(target, ir.IntType(64).as_pointer())
            builder.atomic_rmw("add", pointer, ir.Constant(ir.IntType(64), 1), "monotonic")
        return context.get_dummy_value()

    return types.none(types.int64, types.int64), generate


@numba_njit
def _there(address):
    """Return the address of a function if it has one; a call of what is not there would end the process."""
    if address == 0:
        raise RuntimeError("the model's vector lacks the solver; load_kernels(digest, layout) puts it there")
    return address


@numba_njit
def first_failure(status):
    """Return the status of the first segment that failed, or success."""
    for outcome in status:
        if outcome != SolveStatus.SUCCESS:
            return outcome
    return np.int64(SolveStatus.SUCCESS)


def count_outcome(address: np.ndarray, status: int, number: int) -> None:
    """Add a number to the count of an outcome at an address, from Python; does nothing at address 0."""
    if address:
        totals = (ctypes.c_int64 * len(SolveStatus)).from_address(int(address))
        with _COUNTING:
            totals[status] += number


class SolveSegments(Op):
    """States of every segment at its output times; see ``jakstat.simulation.solver.segments.solve_segments``.

    Which model is solved is an input like the times, so that one compiled operation serves all.

    Parameters
    ----------
    recording : bool
        Whether the tape is written; without it there is no gradient, and nothing is stored.
    """

    __props__: tuple[str, ...] = ("recording",)

    def __init__(self, recording: bool = True):
        self.recording = recording

    def make_node(self, parameters, initial_states, layout, spans, times, solver, model, counts):
        """Build the node: inputs as in ``solve_segments``, then the address of the status counts."""
        inputs = [
            pt.as_tensor(parameters, dtype="float64"),
            pt.as_tensor(initial_states, dtype="float64"),
            pt.as_tensor(layout, dtype="int64"),
            pt.as_tensor(spans, dtype="float64"),
            pt.as_tensor(times, dtype="float64"),
            pt.as_tensor(solver, dtype="float64"),
            pt.as_tensor(model, dtype="int64"),
            pt.as_tensor(counts, dtype="int64"),
        ]
        return Apply(self, inputs, [pt.dmatrix("states"), pt.dmatrix("tape"), pt.lvector("status")])

    def perform(self, node, inputs, output_storage):
        """Solve in Python mode."""
        *arguments, counts = inputs
        solver, given = load_solver(), [np.ascontiguousarray(argument) for argument in arguments]
        in_lanes = lanes_pay(given[2], given[6])
        solve = solver.solve_in_lanes if in_lanes else solver.solve_segments
        results = solve(*given, self.recording)
        count_outcome(counts, first_failure.py_func(results[2]), 1)
        for storage, result in zip(output_storage, results, strict=True):
            storage[0] = result

    def infer_shape(self, node, shapes):
        """Known: (row, state) and (segment,); the tape's length is the solve's own."""
        tape = node.outputs[1]
        return [(shapes[4][0], shapes[1][1]), (tape.shape[0], tape.shape[1]), (shapes[0][0],)]

    def connection_pattern(self, node):
        """Only the states, and only through parameters and initial states."""
        connected = [True, False, False]
        return [connected, connected] + [[False] * 3] * 6

    def pullback(self, inputs, outputs, cotangents):
        """Pull the states' cotangents back through the recorded steps."""
        if not self.recording:
            raise NotImplementedError("SolveSegments(recording=False) keeps no tape; use recording=True for gradients")
        parameters, initial_states, layout, _, _, solver, model, _ = inputs
        pulled = PullBackSegments()(parameters, initial_states, layout, outputs[1], cotangents[0], solver, model)
        return [*pulled, *[DisconnectedType()() for _ in range(6)]]


class PullBackSegments(Op):
    """Cotangents of parameters and initial states; see ``adjoint.pull_back_segments``."""

    __props__ = ()

    def make_node(self, *inputs):
        """Build the node; inputs as in ``pull_back_segments``."""
        return Apply(self, [pt.as_tensor(argument) for argument in inputs], [pt.dmatrix(), pt.dmatrix()])

    def perform(self, node, inputs, output_storage):
        """Sweep back in Python mode."""
        solver, given = load_solver(), [np.ascontiguousarray(argument) for argument in inputs]
        in_lanes = lanes_pay(given[2], given[6])
        results = (solver.pull_back_in_lanes if in_lanes else solver.pull_back_segments)(*given)
        for storage, result in zip(output_storage, results, strict=True):
            storage[0] = result

    def infer_shape(self, node, shapes):
        """Shapes of parameters and initial states."""
        return [shapes[0], shapes[1]]


@register_funcify_default_op_cache_key(SolveSegments)
def _numba_solve(op, node, **kwargs):
    recording = op.recording

    @numba_njit
    def solve(parameters, initial_states, layout, spans, times, solver, model, counts):
        states, tape, status = call_solve(
            _there(model[SOLVE_IN_LANES] if lanes_pay(layout, model) else model[SOLVE_SEGMENTS]),
            np.ascontiguousarray(parameters),
            np.ascontiguousarray(initial_states),
            layout.astype(np.int64),
            np.ascontiguousarray(spans),
            np.ascontiguousarray(times),
            np.ascontiguousarray(solver),
            np.ascontiguousarray(model),
            recording,
        )
        _add_one(counts.item(), first_failure(status))
        return states, tape, status

    return solve, _SOURCE_VERSION


@register_funcify_default_op_cache_key(PullBackSegments)
def _numba_pull_back(op, node, **kwargs):
    @numba_njit
    def pull_back(parameters, initial_states, layout, tape, cotangents, solver, model):
        return call_pull_back(
            _there(model[PULL_BACK_IN_LANES] if lanes_pay(layout, model) else model[PULL_BACK_SEGMENTS]),
            np.ascontiguousarray(parameters),
            np.ascontiguousarray(initial_states),
            layout.astype(np.int64),
            np.ascontiguousarray(tape),
            np.ascontiguousarray(cotangents),
            np.ascontiguousarray(solver),
            np.ascontiguousarray(model),
        )

    return pull_back, _SOURCE_VERSION
