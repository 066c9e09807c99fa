"""Calls of the compiled solver by address, for compiled code that is made anew for each model.

numba copies the machine code of a function into every function that calls it, through all levels: of the half minute
that the solver takes to compile, most would be spent again for each new graph. A call by address copies nothing. The
addresses stand in a model's vector (``kernel_interface``). Which of its functions is called is told here too, for
Python and compiled code alike.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.core.typing import signature
from numba.extending import intrinsic, register_jitable

from jakstat.simulation.solver.kernel_interface import LANE_FACTORISE, N_ROOTS

_MATRIX, _VECTOR, _INTEGERS = types.float64[:, ::1], types.float64[::1], types.int64[::1]
_LAYOUT = types.int64[:, ::1]

#: Of ``segments.solve_segments`` and ``adjoint.pull_back_segments``, and of the same in lanes: what they return, then
#: what they take.
SOLVE_TYPES = signature(
    types.Tuple((_MATRIX, _MATRIX, _INTEGERS)),
    _MATRIX,
    _MATRIX,
    _LAYOUT,
    _MATRIX,
    _VECTOR,
    _VECTOR,
    _INTEGERS,
    types.boolean,
)
PULL_BACK_TYPES = signature(types.UniTuple(_MATRIX, 2), _MATRIX, _MATRIX, _LAYOUT, _MATRIX, _MATRIX, _VECTOR, _INTEGERS)
#: Of ``rough_solve.rough_sizes``.
ROUGH_TYPES = signature(_MATRIX, _MATRIX, _MATRIX, _LAYOUT, _MATRIX, types.float64, _VECTOR, _INTEGERS)
#: Of ``formula_values.evaluate_formulas`` and ``formula_values.pull_back_formulas``.
EVALUATE_TYPES = signature(_VECTOR, _VECTOR, _INTEGERS, _INTEGERS, _INTEGERS, _INTEGERS)
PULL_BACK_FORMULAS_TYPES = signature(_VECTOR, *EVALUATE_TYPES.args, _VECTOR)


@register_jitable
def has_lanes(model):
    """Whether a model can be solved in lanes: no switch depends on states (roots), its elimination is not in loops."""
    return model[N_ROOTS] == 0 and model[LANE_FACTORISE] != 0


@register_jitable
def lanes_pay(layout, model):
    """Return whether segments are solved in lanes: the model can be, and two are side by side on average.

    It depends on the problem alone, so that its numbers do.
    """
    depth, deepest = np.ones(layout.shape[0], dtype=np.int64), 1
    for segment in range(layout.shape[0]):
        if layout[segment, 0] >= 0:
            depth[segment] = depth[layout[segment, 0]] + 1
            deepest = max(deepest, depth[segment])
    return has_lanes(model) and layout.shape[0] >= 2 * deepest


def compiled_address(function: Any, wanted: Any) -> int:
    """Return the address of a compiled function, for the calls below.

    Parameters
    ----------
    function : numba's dispatcher, compiled for the argument types of ``wanted``
    wanted : signature

    Raises
    ------
    TypeError
        The function returns something else than ``wanted`` says.
    """
    compiled = function.overloads[wanted.args]
    if compiled.signature.return_type != wanted.return_type:
        raise TypeError(f"{function.__name__} returns {compiled.signature.return_type}, not {wanted.return_type}")
    return compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name)


@intrinsic
def call_solve(typing_context, address, *arguments):
    """Call ``solve_segments`` at an address."""
    return _call_by_address(arguments, SOLVE_TYPES)


@intrinsic
def call_pull_back(typing_context, address, *arguments):
    """Call ``pull_back_segments`` at an address."""
    return _call_by_address(arguments, PULL_BACK_TYPES)


@intrinsic
def call_evaluate(typing_context, address, *arguments):
    """Call ``evaluate_formulas`` at an address."""
    return _call_by_address(arguments, EVALUATE_TYPES)


@intrinsic
def call_pull_back_formulas(typing_context, address, *arguments):
    """Call ``pull_back_formulas`` at an address."""
    return _call_by_address(arguments, PULL_BACK_FORMULAS_TYPES)


def _call_by_address(arguments, wanted):
    """Return signature and code of a call by numba's own convention, which keeps its counts of references."""
    given = types.BaseTuple.from_types(arguments)
    if tuple(given) != wanted.args:
        raise TypingError(f"the compiled solver takes {wanted.args}, not {tuple(given)}")

    def generate(context, builder, _, values):
        convention = context.call_conv
        function_type = convention.get_function_type(wanted.return_type, wanted.args)
        function = builder.inttoptr(values[0], ir.PointerType(function_type))
        unpacked = cgutils.unpack_tuple(builder, values[1])
        status, result = convention.call_function(builder, function, wanted.return_type, wanted.args, unpacked)
        with cgutils.if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return result

    return signature(wanted.return_type, types.int64, given), generate
