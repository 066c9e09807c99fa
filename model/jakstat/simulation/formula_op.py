"""A table of formulas as one PyTensor operation, with its pullback, for numba's linker and for Python."""

import hashlib
from pathlib import Path

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from jakstat.simulation.kept_code import solver_digest
from jakstat.simulation.solver import EVALUATE, PULL_BACK, call_evaluate, call_pull_back_formulas
from jakstat.simulation.solver_functions import load_solver

_SOURCE_VERSION = int(hashlib.sha256(Path(__file__).read_bytes() + solver_digest().encode()).hexdigest()[:12], 16)


class EvaluateFormulas(Op):
    """Values of formulas; see :func:`jakstat.simulation.solver.formula_values.evaluate_formulas`.

    The table is an input, so that one compiled operation serves all.

    Parameters
    ----------
    length : int
        Number of formulas.
    """

    __props__ = ("length",)

    def __init__(self, length: int):
        self.length = length

    def make_node(self, known, addresses, structures, begins, leaves):
        """Build the node; inputs as in ``evaluate_formulas``."""
        inputs = [pt.as_tensor(argument) for argument in (known, addresses, structures, begins, leaves)]
        return Apply(self, inputs, [pt.TensorType("float64", (self.length,))()])

    def perform(self, node, inputs, output_storage):
        """Evaluate in Python mode."""
        known, *table = inputs
        output_storage[0][0] = load_solver().evaluate_formulas(np.ascontiguousarray(known), *map(_integers, table))

    def infer_shape(self, node, shapes):
        """One value a formula."""
        return [(shapes[2][0],)]

    def connection_pattern(self, node):
        """Only through what is known."""
        return [[True]] + [[False]] * 4

    def pullback(self, inputs, outputs, cotangents):
        """Pull the values' cotangents back to what is known."""
        return [PullBackFormulas()(*inputs, cotangents[0]), *[DisconnectedType()() for _ in range(4)]]


class PullBackFormulas(Op):
    """Cotangent of what is known; see :func:`jakstat.simulation.solver.formula_values.pull_back_formulas`."""

    __props__ = ()

    def make_node(self, *inputs):
        """Build the node; inputs as in ``pull_back_formulas``."""
        given = [pt.as_tensor(argument) for argument in inputs]
        return Apply(self, given, [given[0].type()])

    def perform(self, node, inputs, output_storage):
        """Sweep back in Python mode."""
        known, *table, cotangents = inputs
        output_storage[0][0] = load_solver().pull_back_formulas(
            np.ascontiguousarray(known), *map(_integers, table), np.ascontiguousarray(cotangents)
        )

    def infer_shape(self, node, shapes):
        """Shape of what is known."""
        return [shapes[0]]


def _integers(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, dtype=np.int64)


@register_funcify_default_op_cache_key(EvaluateFormulas)
def _numba_evaluate(op, node, **kwargs):
    @numba_njit
    def evaluate(known, addresses, structures, begins, leaves):
        return call_evaluate(
            addresses[EVALUATE],
            np.ascontiguousarray(known),
            np.ascontiguousarray(addresses),
            structures.astype(np.int64),
            begins.astype(np.int64),
            leaves.astype(np.int64),
        )

    return evaluate, _SOURCE_VERSION


@register_funcify_default_op_cache_key(PullBackFormulas)
def _numba_pull_back(op, node, **kwargs):
    @numba_njit
    def pull_back(known, addresses, structures, begins, leaves, cotangents):
        return call_pull_back_formulas(
            addresses[PULL_BACK],
            np.ascontiguousarray(known),
            np.ascontiguousarray(addresses),
            structures.astype(np.int64),
            begins.astype(np.int64),
            leaves.astype(np.int64),
            np.ascontiguousarray(cotangents),
        )

    return pull_back, _SOURCE_VERSION
