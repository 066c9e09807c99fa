"""The log density of a model and what is kept of each draw, as functions that nutpie calls.

nutpie's own way compiles, in each process anew, a wrapper that all of PyTensor's function becomes a part of: its names
are random, so that no cache finds it. Of the panel's 19 s of processor time (all of PyTensor's functions on disk) half
went into the graph, optimised once more as a part of the wrapper, a fifth into the text of an error that cannot occur,
a fifth into looking the shared arrays up by name. Here PyTensor's function is compiled by itself, which PyTensor keeps
on disk, and a small wrapper calls it by address. Numbers are nutpie's to the last bit.

nutpie takes no metric to begin with. Where one is known, the density is handed over in linear coordinates in which
the posterior has about unit covariance (:mod:`jakstat.inference.linear_coordinates`); of a draw its point is kept.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pymc as pm
from llvmlite import ir
from numba import carray, cfunc, njit, typeof, types
from numba.core import cgutils
from numba.core.typing import signature
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array
from nutpie import compile_pymc
from nutpie.compile_pymc import address_as_void_pointer
from pymc.initial_point import make_initial_point_fn

from jakstat.inference.linear_coordinates import LinearCoordinates

_NUMBERS = types.CPointer(types.float64)
_VECTOR, _PLACES = types.float64[::1], types.int64[::1]
#: How nutpie calls a density (dimension, point, gradient, density, places) and a draw (dimension, length, point, kept,
#: places); they return 0, a positive number where the point has no density, a negative one to end.
_OF_DENSITY = types.int64(types.uint64, _NUMBERS, _NUMBERS, _NUMBERS, types.voidptr)
_OF_DRAW = types.int64(types.uint64, types.uint64, _NUMBERS, _NUMBERS, types.voidptr)


def compile_density(model: pm.Model, coordinates: LinearCoordinates | None = None) -> compile_pymc.CompiledPyMCModel:
    """Compile a model for nutpie; chains start around the prior's median, jittered by up to 1 on the sampled scale.

    Parameters
    ----------
    model : pm.Model
        Its shared variables are vectors.
    coordinates : LinearCoordinates, optional
        In which nutpie samples; those of the sampled scale where absent. ``initial_point_func``, ``logp_func`` and
        ``expand_func`` are of the sampled scale in either case.
    """
    jittered = make_initial_point_fn(model=model, jitter_rvs=set(model.free_RVs), return_transformed=True)
    n_dim, n_expanded, density, draw, start, shape_info, transformed = compile_pymc._make_functions(
        model, mode="NUMBA", compute_grad=True, join_expanded=True, pymc_initial_point_fn=jittered
    )
    dims, coords = compile_pymc._prepare_dims_and_coords(model, shape_info, transformed)
    shared = [[np.array(variable.get_value()) for variable in part.get_shared()] for part in (density, draw)]
    caller_of_density, places_of_density = _caller(density, shared[0], 0)
    caller_of_draw, places_of_draw = _caller(draw, shared[1], len(places_of_density))
    places = np.array([*places_of_density, *places_of_draw], dtype=np.int64)
    held = []
    if coordinates is not None:
        held = [np.ascontiguousarray(part) for part in (coordinates.centre, coordinates.spread, coordinates.root)]
        move = _mover(n_dim, len(places))
        caller_of_density, caller_of_draw = _density_in(caller_of_density, move, n_dim), _draw_in(caller_of_draw, move)
        places = np.array([*places, *(part.ctypes.data for part in held)], dtype=np.int64)
    return compile_pymc.CompiledPyMCModel(
        _n_dim=n_dim,
        dims=dims,
        _coords=coords,
        _shapes={name: tuple(shape) for name, _, shape in zip(*shape_info, strict=True)},
        compiled_logp_func=_density_for_nutpie(caller_of_density, n_dim, len(places)),
        compiled_expand_func=_draw_for_nutpie(caller_of_draw, n_dim, n_expanded, len(places)),
        initial_point_func=start,
        shared_data={str(number): array for number, array in enumerate([*shared[0], *shared[1], *held])},
        shared_var_keys={},
        user_data=places,
        n_expanded=n_expanded,
        shape_info=shape_info,
        logp_func=density,
        expand_func=draw,
        reparameterized_names=transformed,
    )


def _caller(function: Any, shared: list[np.ndarray], first: int) -> tuple[Callable, list[int]]:
    """Compile a function of PyTensor.

    Returns
    -------
    callable
        (point, places) -> outputs, compiled.
    list of int
        What stands in ``places`` from ``first`` on: the function's address, then address and length of each array.
    """
    kinds = [_VECTOR, *(typeof(array) for array in shared)]
    dispatcher = function.vm.jit_fn
    taken = types.StarArgTuple.from_types(kinds)
    dispatcher.compile((taken,))
    compiled = dispatcher.overloads[(taken,)]
    address = compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name)
    lengths = [number for array in shared for number in (array.ctypes.data, array.size)]
    return _caller_by_address(compiled.signature.return_type, kinds, first), [address, *lengths]


def _caller_by_address(returned: types.Type, kinds: list[types.Type], first: int) -> Callable:
    """Return a compiled function that calls what stands in ``places``; see :func:`_caller`."""
    taken = types.BaseTuple.from_types(kinds)

    @intrinsic
    def call_by_address(typing_context: Any, point: Any, places: Any) -> tuple:
        def generate(context: Any, builder: ir.IRBuilder, _: Any, values: list[ir.Value]) -> ir.Value:
            held = context.make_array(_PLACES)(context, builder, values[1]).data
            word = ir.IntType(64)
            entries = [
                builder.load(builder.gep(held, [word(first + number)], source_etype=word), typ=word)
                for number in range(2 * len(kinds) - 1)
            ]
            arrays = [values[0], *_arrays(context, builder, kinds[1:], entries[1:])]
            convention = context.call_conv
            kind = convention.get_function_type(returned, (taken,))
            address = builder.inttoptr(entries[0], ir.PointerType(kind))
            packed = context.make_tuple(builder, taken, arrays)
            status, result = convention.call_function(builder, address, returned, (taken,), [packed])
            with cgutils.if_unlikely(builder, status.is_error):
                convention.return_status_propagate(builder, status)
            return result

        return signature(returned, point, places), generate

    return njit(lambda point, places: call_by_address(point, places))


def _arrays(context: Any, builder: ir.IRBuilder, kinds: list[types.Type], entries: list[ir.Value]) -> Iterable[Any]:
    """Return vectors that others keep, from address and length of each."""
    for kind, address, length in zip(kinds, entries[::2], entries[1::2], strict=True):
        array = context.make_array(kind)(context, builder)
        size = context.get_constant(types.intp, kind.dtype.bitwidth // 8)
        data = builder.inttoptr(address, array.data.type)
        populate_array(array, data=data, shape=[length], strides=[size], itemsize=size, meminfo=None)
        yield array._getvalue()


def _mover(n_dim: int, first: int) -> Callable:
    """Return a compiled function: coordinates, places -> their point, spread and root, which stand from ``first`` on.

    Sums run in a fixed order: a library's product of matrices may round otherwise where arrays lie elsewhere in memory.
    """

    @njit
    def move(place: np.ndarray, places: np.ndarray) -> tuple:
        centre = carray(address_as_void_pointer(places[first]), n_dim, np.float64)
        spread = carray(address_as_void_pointer(places[first + 1]), n_dim, np.float64)
        root = carray(address_as_void_pointer(places[first + 2]), (n_dim, n_dim), np.float64)
        point = np.zeros(n_dim)
        for column in range(n_dim):
            for row in range(n_dim):
                point[row] += root[column, row] * place[column]  # root is symmetric
        for row in range(n_dim):
            point[row] = centre[row] + spread[row] * point[row]
        return point, spread, root

    return move


def _density_in(call: Callable, move: Callable, n_dim: int) -> Callable:
    """Return a density and its gradient by coordinates."""

    @njit
    def density_in_coordinates(place: np.ndarray, places: np.ndarray) -> tuple:
        point, spread, root = move(place, places)
        value, slope = call(point, places)
        by_place = np.zeros(n_dim)
        for row in range(n_dim):
            scaled = spread[row] * slope[row]
            for column in range(n_dim):
                by_place[column] += root[row, column] * scaled
        return value, by_place

    return density_in_coordinates


def _draw_in(call: Callable, move: Callable) -> Callable:
    return njit(lambda place, places: call(move(place, places)[0], places))


def _density_for_nutpie(call: Callable, n_dim: int, n_places: int) -> Any:
    @cfunc(_OF_DENSITY)
    def density_and_gradient(dimension: int, point: Any, gradient: Any, density: Any, places: Any) -> int:
        if dimension != n_dim:
            return -1
        try:
            value, slope = call(carray(point, n_dim), carray(places, n_places, np.int64))
        except Exception:
            return 1
        density[0] = value[()]
        for number in range(n_dim):
            if not np.isfinite(slope[number]):
                return 3
            gradient[number] = slope[number]
        return 0 if np.isfinite(density[0]) else 4

    return density_and_gradient


def _draw_for_nutpie(call: Callable, n_dim: int, n_expanded: int, n_places: int) -> Any:
    @cfunc(_OF_DRAW)
    def kept_of_draw(dimension: int, length: int, point: Any, kept: Any, places: Any) -> int:
        if dimension != n_dim or length != n_expanded:
            return -1
        try:
            (values,) = call(carray(point, n_dim), carray(places, n_places, np.int64))
        except Exception:
            return -2
        for number in range(n_expanded):
            kept[number] = values[number]
        return 0

    return kept_of_draw
