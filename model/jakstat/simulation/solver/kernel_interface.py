"""What the solver knows of a model: one vector of integers with sizes, patterns and the addresses of its kernels.

The solver (integrator, segments, adjoint, ...) is compiled once for all models; it calls a model's kernels by
address. Arrays: ``x``, ``f``, ``b`` (state), ``p`` (parameter), ``k`` (coefficient), ``s`` (switch: first those of
time, 1 before their threshold and 0 after, then those of states, 1 where their function is at least 0), ``J``
(non-zeros of df/dx), ``F`` (factors of M = I - h gamma J), ``K``, ``Y`` and ``eta`` (stage, state; Y begins with the
second stage, eta with the last). A name that starts with ``g`` is a cotangent. Every kernel returns a number, 0 where
nothing is said.
"""

from collections.abc import Sequence

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from jakstat.simulation.kept_code import seal_compiled_functions
from jakstat.simulation.solver.tableaus import METHODS

seal_compiled_functions()  # here, because each module of the solver imports this one before it decorates a function

#: Trajectories that kernels in lanes compute at once. Four numbers are a register of AVX2; where registers are shorter
#: LLVM takes several, with the same arithmetic.
LANES = 4
#: Most stages of a method after its first.
MOST_STAGES = max(len(method.c) for method in METHODS) - 1

# Places in the vector: sizes,
N_STATES, N_PARAMETERS, N_COEFFICIENTS, N_THRESHOLDS, N_ROOTS, N_EVENTS, N_JACOBIAN, N_FACTORS = range(8)
AUTONOMOUS = 8  # 1 where the rates depend on time through thresholds alone
# where lists begin: addresses by number of root, jump, stage or rows; then one entry a non-zero, state or event,
ROOT_VJPS = 9  # (t, x, k, s, weight, gx, gk): gx += weight dg/dx, gk += weight dg/dk, return weight dg/dt
JUMPS = 10  # (t, x, p, y): write what changes of the state, y holds the rest; jumps of events come first
JUMP_VJPS = 11  # (t, x, p, w, gx, gp): gx = (dy/dx)^T w, gp += (dy/dp)^T w, return w . dy/dt
STAGES = 12  # (h_gamma, x, K, c, base, Y): finish K of the stage before, write base x + sum_j c_j K_j and first guess
ERRORS = 13  # (h_gamma, K, Y, base, c, F, weights): finish K of the last stage, return |M^-1 (sum_j c_j K_j) weights|^2
SUMS = 14  # (c, eta, kappa): kappa = sum_r c_r eta_r over i rows
GATHERS = 15  # (c, eta, lam, kappa): lam = sum_r eta_r, kappa = sum_r c_r eta_r over i rows
# of kernels in lanes, see below, by number of method * MOST_STAGES + stage - 1
LANE_STAGES = 16  # (clock, x, K, base, Y): as STAGES, of h and gamma on the clock; open the stage's iteration
LANE_SUMS = 17  # (clock, eta, kappa): kappa = h sum_r a_r eta_r over the stages after this one, the last first
# by number of method,
LANE_ERRORS = 18  # (clock, x, K, base, Y, F, weights): as ERRORS; where the step holds its end becomes x, with its K
LANE_GATHERS = 19  # (clock, eta, lam, kappa): lam = sum_r eta_r, kappa as for the first stage
# and by number of rows:
SPLIT_LANES = 20  # (states, rows): write rows of states in lanes to rows of each lane, whose addresses are at ``rows``
JOIN_LANES = 21  # (rows, states): the reverse
JACOBIAN_ROWS, JACOBIAN_COLUMNS = 22, 23
IS_SPECIES = 24  # 1 for states that cannot be below 0
INITIALLY_ON = 25  # 1 where an event's trigger counts as on before the start
# and addresses of kernels.
COEFFICIENTS = 26  # (p, k): write the parameter-only parts of the rates
THRESHOLDS = 27  # (p, threshold): write the time at which each switch changes
COEFFICIENTS_VJP = 28  # (p, gk, gp): gp += (dk/dp)^T gk
THRESHOLDS_VJP = 29  # (p, gthreshold, gp): gp += (dthreshold/dp)^T gthreshold
RHS = 30  # (t, x, k, s, f): f = dx/dt
JACOBIAN = 31  # (t, x, k, s, J)
FACTORISE = 32  # (t, x, k, s, h_gamma, F): factors of M at x; return the smallest absolute pivot
NEWTON = 33  # (t, h_gamma, k, s, F, base, weights, x): one iteration of x = base + h gamma f(x); return |dx weights|^2
ADJOINT_FIRST = 34  # (t, x, k, s, w, lam, gk): lam += J^T w, gk += f_k^T w
ADJOINT_STAGE = 35  # (t, x, k, s, h_gamma, w, eta, gk): v = M^-T w, eta = (v - w) / h_gamma, gk += f_k^T v
ADJOINT_LAST = 36  # (t, x, k, s, h_gamma, lam, w, eta, gk): eta = M^-T (lam + J^T w), gk += f_k^T (h_gamma eta + w)
COEFFICIENT_VJP = 37  # (t, x, k, s, w, gk): gk += f_k^T w
FIND_ROOTS = 38  # (t, x, k, s, g): write the functions of the states' switches
TRIGGERS = 39  # (k, s, on): write 1 for each event whose trigger is true, 0 for the others
# Kernels in lanes take arrays whose numbers stand lane by lane beside each other, and addresses of a number a lane in
# place of numbers; one address more, the last, is where a number a lane is returned. ``clock``: see ``clock_rows``.
# All are 0 for a model whose elimination is in loops, which has no kernels in lanes.
LANE_FACTORISE, LANE_ADJOINT_STAGE, LANE_ADJOINT_LAST = 40, 41, 42  # as without lanes
LANE_NEWTON = 43  # (clock, k, s, F, base, weights, x): one iteration in the lanes in which it goes on; judge it
# and of the compiled solver (``solver_calls``): the same for all models, here because an address is known to a process
# alone, like those of the kernels. 0 until an operation needs it.
SOLVE_SEGMENTS, PULL_BACK_SEGMENTS, SOLVE_IN_LANES, PULL_BACK_IN_LANES = 44, 45, 46, 47
N_ADDRESSES = 4
# At last, where what a solve works on stands in its vector of work, and how long that is. In lanes each number is as
# many beside each other: what is at a place p begins at LANES p.
AT_X = 48  # (state,)
AT_K = 49  # (stage, state): rates of the stages; eta in the adjoint
AT_C = 50  # (2, stage): coefficients of a sum of stages, and of a stage's first guess
AT_COEFFICIENTS, AT_SWITCHES, AT_JACOBIAN, AT_FACTORS = 51, 52, 53, 54
AT_WEIGHTS = 55  # (state,): what turns an error into a share of its tolerance
AT_BASE, AT_SCRATCH, AT_BEFORE = 56, 57, 58  # (state,) each, for a stage, a step and a jump
AT_THRESHOLDS = 59  # (switch of time,)
AT_ROOTS = 60  # (root,): functions of the states' switches
AT_LARGEST = 61  # (root,): their largest values so far
AT_LOW, AT_HIGH = 62, 63  # (root,): their values at the ends of a trial step
AT_CROSSED = 64  # (root,): 1 where the function crosses 0 in a step
AT_ON, AT_NOW = 65, 66  # (event,): 1 where the trigger was, is true
AT_SHARE = 67  # (1,): what is left of Newton's last correction, as a share of it
AT_SCALES = 68  # (state,): how large each state is in the segment; its absolute tolerance is a share of that
AT_Y = 69  # (stage, state), in lanes alone: stage values, which stand on the tape elsewhere
AT_SLOPES = 70  # (coefficient,), in lanes alone: cotangents
WORK_SIZE = 71
HEADER = 72
#: Numbers before the scales in the vector of the solver's settings.
N_SETTINGS = 5


def work_sizes(sizes: Sequence[int]) -> list[int]:
    """Return the lengths of what stands in the vector of work, in the order of its places."""
    n, coefficients, thresholds, roots = (sizes[kind] for kind in (N_STATES, N_COEFFICIENTS, N_THRESHOLDS, N_ROOTS))
    most_stages = MOST_STAGES + 1
    events, jacobian, factors = (sizes[kind] for kind in (N_EVENTS, N_JACOBIAN, N_FACTORS))
    up_to_weights = [n, most_stages * n, 2 * most_stages, coefficients, thresholds + roots, jacobian, factors, n]
    up_to_scales = [*up_to_weights, n, n, n, thresholds, roots, roots, roots, roots, roots, events, events, 1, n]
    return [*up_to_scales, most_stages * n, coefficients]


@intrinsic
def invoke(typing_context, address, *arguments):
    """Call the kernel at ``address`` with numbers and addresses in arrays of float64; return its number.

    Addresses, not arrays: numba counts references to arrays by atomic operations, which cost more than a kernel.
    """
    kinds = types.BaseTuple.from_types(arguments)

    def generate(context, builder, signature, values):
        number, pointer = ir.DoubleType(), ir.PointerType()
        given = []
        for kind, value in zip(kinds, cgutils.unpack_tuple(builder, values[1]), strict=True):
            given.append(builder.inttoptr(value, pointer) if isinstance(kind, types.Integer) else value)
        wanted = ir.FunctionType(number, [argument.type for argument in given])
        return builder.call(builder.inttoptr(values[0], ir.PointerType(wanted)), given)

    return types.float64(types.int64, kinds), generate


@intrinsic
def address_in(typing_context, array, index):
    """Return the address of an array's element, for :func:`invoke`; the caller keeps the array."""

    def generate(context, builder, signature, values):
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        return builder.ptrtoint(builder.gep(data, [values[1]]), ir.IntType(64))

    return types.int64(array, types.int64), generate


@intrinsic
def number_at(typing_context, address, index):
    """Return the float64 at an address and index; see :func:`address_in` for why no arrays."""

    def generate(context, builder, signature, values):
        place = builder.gep(builder.inttoptr(values[0], ir.PointerType(ir.DoubleType())), [values[1]])
        return builder.load(place)

    return types.float64(types.int64, types.int64), generate


@intrinsic
def integer_at(typing_context, address, index):
    """Return the int64 at an address and index."""

    def generate(context, builder, signature, values):
        place = builder.gep(builder.inttoptr(values[0], ir.PointerType(ir.IntType(64))), [values[1]])
        return builder.load(place)

    return types.int64(types.int64, types.int64), generate


@intrinsic
def put(typing_context, address, index, value):
    """Write a float64 or an int64 to an address and index."""

    def generate(context, builder, signature, values):
        place = builder.gep(builder.inttoptr(values[0], ir.PointerType(values[2].type)), [values[1]])
        builder.store(values[2], place)
        return context.get_dummy_value()

    kind = types.int64 if isinstance(value, types.Integer) else types.float64
    return types.none(types.int64, types.int64, kind), generate
