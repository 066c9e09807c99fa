"""Factorisation, solution and products with the Jacobian of large models as loops over tables of places.

Straight-line code of an elimination with thousands of updates outgrows the processor's cache of instructions, and the
time that LLVM takes to choose its registers outgrows its length. The loops are a few instructions, their tables plain
numbers; every entry receives its updates in the order in which straight-line code does, row after row. An entry of L or
U stands in F at the place that ``factor_slots`` gives it, so that each row of L, and of U, is a range of places.
"""

from collections.abc import Sequence

from llvmlite import ir
from numba.core.cgutils import for_range, for_range_slice

from jakstat.simulation.kernels.elimination_plan import Elimination, factor_slots

#: Names of the functions; (h_gamma, J, F): F = factors of M = I - h_gamma J, return the smallest absolute pivot;
FACTORISE = "factorise_by_rows"
#: (F, b): b = M^-1 b and b = M^-T b.
SOLVE, SOLVE_TRANSPOSED = "solve_by_rows", "solve_transposed_by_rows"
#: (J, v, product): product = J^T v.
MULTIPLY_TRANSPOSED = "multiply_transposed"

_FLAGS = ("reassoc", "nsz", "arcp", "contract")  # as in all kernels, see ``kernel_ir``
_NUMBER, _INTEGER, _POINTER = ir.DoubleType(), ir.IntType(64), ir.PointerType()


def write_loops(plan: Elimination, entries: Sequence[tuple[int, int]]) -> str:
    """Return the text of the functions and their tables, for a Jacobian whose non-zeros are ``entries``."""
    module = ir.Module()
    tables = {name: _constant(module, name, numbers) for name, numbers in _tables(plan, entries).items()}
    _write_factorise(_Function(module, tables, FACTORISE, (_NUMBER, _POINTER, _POINTER)), plan, len(entries))
    for name, write in ((SOLVE, _write_solve), (SOLVE_TRANSPOSED, _write_solve_transposed)):
        write(_Function(module, tables, name, (_POINTER, _POINTER)), len(plan.order))
    _write_product(
        _Function(module, tables, MULTIPLY_TRANSPOSED, (_POINTER, _POINTER, _POINTER)), len(plan.order), len(entries)
    )
    return "\n".join(str(part) for part in module.global_values if not getattr(part, "is_declaration", False))


def _tables(plan: Elimination, entries: Sequence[tuple[int, int]]) -> dict[str, list[int]]:
    """Return the tables.

    ``row`` in the order of elimination; by row, where in F its parts of L and of U begin and where that ends; by place
    in F, its ``column``; by non-zero of J, its place in F (``slot``), row and column (``of_row``, ``of_column``); by
    update in the order of the loops, what it changes (``target``).
    """
    size = len(plan.order)
    slots = factor_slots(plan) | {(k, k): k for k in plan.order}
    lower, upper, end = ([0] * size for _ in range(3))
    place = size
    for row in plan.order:
        lower[row], upper[row] = place, place + len(plan.lower[row])
        end[row] = place = upper[row] + len(plan.upper[row])
    return {
        "row": list(plan.order),
        "lower": lower,
        "upper": upper,
        "end": end,
        "column": [*range(size), *(column for _, column in plan.entries)],
        "slot": [slots[entry] for entry in entries],
        "of_row": [row for row, _ in entries],
        "of_column": [column for _, column in entries],
        "target": [slots[entry] for entry in plan.updates],
    }


def _constant(module: ir.Module, name: str, numbers: list[int]) -> ir.GlobalVariable:
    kind = ir.ArrayType(_INTEGER, len(numbers))
    table = ir.GlobalVariable(module, kind, f"table_{name}")
    table.initializer, table.global_constant, table.linkage = ir.Constant(kind, numbers), True, "internal"
    return table


class _Function:
    """A function while it is written; values are LLVM's."""

    def __init__(self, module: ir.Module, tables: dict[str, ir.GlobalVariable], name: str, kinds: tuple[ir.Type, ...]):
        function = ir.Function(module, ir.FunctionType(_NUMBER, kinds), name)
        function.linkage = "internal"
        self.arguments = function.args
        self.builder = ir.IRBuilder(function.append_basic_block())
        self._tables = tables

    def entry(self, table: str, index: ir.Value) -> ir.Value:
        """Return the number that a table holds."""
        address = self.builder.gep(self._tables[table], [index], source_etype=_INTEGER)
        return self.builder.load(address, typ=_INTEGER)

    def at(self, array: ir.Value, index: ir.Value) -> ir.Value:
        """Return where an element of an array is."""
        return self.builder.gep(array, [index], source_etype=_NUMBER)

    def load(self, address: ir.Value) -> ir.Value:
        """Return the number at an address."""
        return self.builder.load(address, typ=_NUMBER)

    def times(self, first: ir.Value, second: ir.Value) -> ir.Value:
        """Return a product."""
        return self.builder.fmul(first, second, flags=_FLAGS)

    def subtract_at(self, address: ir.Value, value: ir.Value) -> None:
        """Subtract a value from the number at an address."""
        self.builder.store(self.builder.fsub(self.load(address), value, flags=_FLAGS), address)


def _write_product(to: _Function, size: int, nonzeros: int) -> None:
    build, (jacobian, vector, product) = to.builder, to.arguments
    with for_range(build, _INTEGER(size)) as state:
        build.store(_NUMBER(0.0), to.at(product, state.index))
    with for_range(build, _INTEGER(nonzeros)) as entry:
        factor = to.load(to.at(vector, to.entry("of_row", entry.index)))
        share = to.times(to.load(to.at(jacobian, entry.index)), factor)
        total = to.at(product, to.entry("of_column", entry.index))
        build.store(build.fadd(to.load(total), share, flags=_FLAGS), total)
    build.ret(_NUMBER(0.0))


def _write_factorise(to: _Function, plan: Elimination, nonzeros: int) -> None:
    build, (h_gamma, jacobian, factors) = to.builder, to.arguments
    size, places = len(plan.order), len(plan.order) + len(plan.entries)
    smallest, updates = build.alloca(_NUMBER), build.alloca(_INTEGER)
    build.store(_NUMBER(1.0), smallest)
    build.store(_INTEGER(0), updates)
    with for_range(build, _INTEGER(places)) as place:
        diagonal = build.icmp_signed("<", place.index, _INTEGER(size))
        build.store(build.select(diagonal, _NUMBER(1.0), _NUMBER(0.0)), to.at(factors, place.index))
    with for_range(build, _INTEGER(nonzeros)) as entry:
        change = to.times(h_gamma, to.load(to.at(jacobian, entry.index)))
        to.subtract_at(to.at(factors, to.entry("slot", entry.index)), change)
    with for_range(build, _INTEGER(size)) as step:
        row = to.entry("row", step.index)
        with for_range_slice(build, to.entry("lower", row), to.entry("upper", row), _INTEGER(1)) as (left, _):
            pivot = to.entry("column", left)
            multiple = to.times(to.load(to.at(factors, left)), to.load(to.at(factors, pivot)))
            build.store(multiple, to.at(factors, left))
            with for_range_slice(build, to.entry("upper", pivot), to.entry("end", pivot), _INTEGER(1)) as (right, _):
                update = build.load(updates, typ=_INTEGER)
                product = to.times(multiple, to.load(to.at(factors, right)))
                to.subtract_at(to.at(factors, to.entry("target", update)), product)
                build.store(build.add(update, _INTEGER(1)), updates)
        _write_pivot(to, to.at(factors, row), smallest)
    build.ret(to.load(smallest))


def _write_pivot(to: _Function, address: ir.Value, smallest: ir.Value) -> None:
    """Replace a pivot by its inverse and keep the smallest."""
    build, pivot = to.builder, to.load(address)
    absolute = build.call(build.module.declare_intrinsic("llvm.fabs", [_NUMBER]), [pivot])
    minimum = build.module.declare_intrinsic("llvm.minnum", [_NUMBER])
    build.store(build.call(minimum, [to.load(smallest), absolute]), smallest)
    build.store(build.fdiv(_NUMBER(1.0), pivot, flags=_FLAGS), address)


def _write_solve(to: _Function, size: int) -> None:
    build, (factors, b) = to.builder, to.arguments
    with for_range(build, _INTEGER(size)) as step:
        row = to.entry("row", step.index)
        _subtract_products(to, row, ("lower", "upper"))
    with for_range(build, _INTEGER(size)) as step:
        row = to.entry("row", build.sub(_INTEGER(size - 1), step.index))
        _subtract_products(to, row, ("upper", "end"))
        build.store(to.times(to.load(to.at(b, row)), to.load(to.at(factors, row))), to.at(b, row))
    build.ret(_NUMBER(0.0))


def _subtract_products(to: _Function, row: ir.Value, ends: tuple[str, str]) -> None:
    """Subtract the products of a row's entries in L or U from its element of b."""
    build, (factors, b) = to.builder, to.arguments
    with for_range_slice(build, *(to.entry(end, row) for end in ends), _INTEGER(1)) as (place, _):
        known = to.load(to.at(b, to.entry("column", place)))
        to.subtract_at(to.at(b, row), to.times(to.load(to.at(factors, place)), known))


def _write_solve_transposed(to: _Function, size: int) -> None:
    build, (factors, b) = to.builder, to.arguments
    with for_range(build, _INTEGER(size)) as step:
        row = to.entry("row", step.index)
        build.store(to.times(to.load(to.at(b, row)), to.load(to.at(factors, row))), to.at(b, row))
        _subtract_from_columns(to, row, ("upper", "end"))
    with for_range(build, _INTEGER(size)) as step:
        row = to.entry("row", build.sub(_INTEGER(size - 1), step.index))
        _subtract_from_columns(to, row, ("lower", "upper"))
    build.ret(_NUMBER(0.0))


def _subtract_from_columns(to: _Function, row: ir.Value, ends: tuple[str, str]) -> None:
    """Subtract the products of a row's entries in L or U with its element of b from those of their columns."""
    build, (factors, b) = to.builder, to.arguments
    known = to.load(to.at(b, row))
    with for_range_slice(build, *(to.entry(end, row) for end in ends), _INTEGER(1)) as (place, _):
        to.subtract_at(to.at(b, to.entry("column", place)), to.times(to.load(to.at(factors, place)), known))
