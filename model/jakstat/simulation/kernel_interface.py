"""What the solver knows of a model: one vector of integers with sizes, patterns and the addresses of its kernels.

The solver (integrator, segments, adjoint, ...) is compiled once for all models; it calls a model's kernels by address.
Arrays: ``x``, ``f``, ``b`` (state), ``p`` (parameter), ``k`` (coefficient), ``s`` (switch: first those of time, 1 before
their threshold and 0 after, then those of states, 1 where their function is at least 0), ``J`` (non-zeros of df/dx),
``F`` (factors of M = I - h gamma J). A name that starts with ``g`` is a cotangent. Every kernel returns a number, 0
where nothing is said.
"""

from typing import NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy import ndarray

# Places in the vector: sizes,
N_STATES, N_PARAMETERS, N_COEFFICIENTS, N_THRESHOLDS, N_ROOTS, N_EVENTS, N_JACOBIAN, N_FACTORS = range(8)
AUTONOMOUS = 8  # 1 where the rates depend on time through thresholds alone
# where lists begin: addresses by number of root or jump, then one entry a non-zero, state or event,
ROOT_VJPS, JUMPS, JUMP_VJPS = 9, 10, 11
JACOBIAN_ROWS, JACOBIAN_COLUMNS = 12, 13
IS_SPECIES = 14  # 1 for states that cannot be below 0
INITIALLY_ON = 15  # 1 where an event's trigger counts as on before the start
# and addresses of kernels.
COEFFICIENTS = 16  # (p, k): write the parameter-only parts of the rates
THRESHOLDS = 17  # (p, threshold): write the time at which each switch changes
COEFFICIENTS_VJP = 18  # (p, gk, gp): gp += (dk/dp)^T gk
THRESHOLDS_VJP = 19  # (p, gthreshold, gp): gp += (dthreshold/dp)^T gthreshold
RHS = 20  # (t, x, k, s, f): f = dx/dt
JACOBIAN = 21  # (t, x, k, s, J)
FACTORISE = 22  # (h_gamma, J, F): return the smallest absolute pivot
SOLVE = 23  # (F, b): b = M^-1 b
NEWTON = 24  # (t, h_gamma, k, s, F, base, weights, x): one iteration of x = base + h gamma f(x); return |dx weights|^2
ADJOINT_FIRST = 25  # (t, x, k, s, w, lam, gk): lam += J^T w, gk += f_k^T w
ADJOINT_STAGE = 26  # (t, x, k, s, h_gamma, w, gk): w = M^-T w, gk += f_k^T w
ADJOINT_LAST = 27  # (t, x, k, s, h_gamma, lam, w, gk): lam = M^-T (lam + J^T w), gk += f_k^T (h gamma lam + w)
COEFFICIENT_VJP = 28  # (t, x, k, s, w, gk): gk += f_k^T w
FIND_ROOTS = 29  # (t, x, k, s, g): write the functions of the states' switches
TRIGGERS = 30  # (k, s, on): write 1 for each event whose trigger is true, 0 for the others
HEADER = 31
# By number: root_vjp (t, x, k, s, weight, gx, gk): gx += weight dg/dx, gk += weight dg/dk, return weight dg/dt;
# jump (t, x, p, y): write what it changes of the state, y holds the rest; jump_vjp (t, x, p, w, gx, gp):
# gx = (dy/dx)^T w, gp += (dy/dp)^T w, return w . dy/dt. Jumps of events come first.


class Work(NamedTuple):
    """What the solve of one segment works on; N_... are sizes, STAGES those of the method."""

    model: ndarray  # the vector
    k: ndarray  # (coefficient,)
    s: ndarray  # (switch,)
    x: ndarray  # (state,)
    K: ndarray  # (stage, state): rates of the stages
    Y: ndarray  # (stage, state): values of the stages; those of the last are the step's end
    J: ndarray
    F: ndarray
    weights: ndarray  # (state,): what turns an error into a share of its tolerance
    base: ndarray  # (state,), scratch of a stage
    residual: ndarray  # (state,), scratch of a step
    threshold: ndarray  # (switch of time,)
    g: ndarray  # (root,): functions of the states' switches
    largest: ndarray  # (root,): their largest values so far
    on: ndarray  # (event,): 1 where the trigger was true


@intrinsic
def invoke(typing_context, address, *arguments):
    """Call the kernel at ``address`` with numbers, arrays (of float64) and addresses in arrays; return its number."""
    kinds = types.BaseTuple.from_types(arguments)

    def generate(context, builder, signature, values):
        number, pointer = ir.DoubleType(), ir.PointerType()
        given = []
        for kind, value in zip(kinds, cgutils.unpack_tuple(builder, values[1]), strict=True):
            if isinstance(kind, types.Array):
                given.append(builder.bitcast(context.make_array(kind)(context, builder, value).data, pointer))
            elif isinstance(kind, types.Integer):
                given.append(builder.inttoptr(value, pointer))
            else:
                given.append(value)
        wanted = ir.FunctionType(number, [one.type for one in given])
        return builder.call(builder.inttoptr(values[0], ir.PointerType(wanted)), given)

    return types.float64(types.int64, kinds), generate


@intrinsic
def address_in(typing_context, array, index):
    """Return the address of an array's element, for :func:`invoke`; the caller keeps the array."""

    def generate(context, builder, signature, values):
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        return builder.ptrtoint(builder.gep(data, [values[1]]), ir.IntType(64))

    return types.int64(array, types.int64), generate
