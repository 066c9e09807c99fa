"""The kernels of one model as LLVM text: rates, Jacobian, sparse factors, Newton's iteration, the adjoint's stages.

What each is given and what it does stands in ``solver.kernel_interface``. Only non-zeros of the Jacobian
are computed, and an iteration or a stage is one kernel, so that its Jacobian and factors never leave the processor's
registers and stack.
"""

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from jakstat.pathway import symbol
from jakstat.simulation.kernels.dynamics import Dynamics
from jakstat.simulation.kernels.elimination import (
    load_factors,
    store_factors,
    write_factorisation,
    write_solution,
    write_transposed_solution,
)
from jakstat.simulation.kernels.elimination_loops import MULTIPLY_TRANSPOSED, write_loops
from jakstat.simulation.kernels.elimination_plan import factor_slots
from jakstat.simulation.kernels.instructions import DECLARATIONS, DECLARATIONS_IN_LANES
from jakstat.simulation.kernels.kernel_ir import Kernel, Place
from jakstat.simulation.kernels.lane_kernels import write_lane_kernels
from jakstat.simulation.kernels.lane_rows import write_lane_rows
from jakstat.simulation.kernels.prepared_model import Model, prepare_model, write_correction
from jakstat.simulation.kernels.switch_kernels import jump_kernels, switching_kernels
from jakstat.simulation.solver import METHODS, MOST_STAGES

#: Kernels that every model has, in the order of their addresses.
FIXED_KERNELS = (
    "coefficients",
    "thresholds",
    "coefficients_vjp",
    "thresholds_vjp",
    "rhs",
    "jacobian",
    "factorise",
    "newton",
    "adjoint_first",
    "adjoint_stage",
    "adjoint_last",
    "coefficient_vjp",
    "roots",
    "triggers",
    "factorise_in_lanes",
    "adjoint_stage_in_lanes",
    "adjoint_last_in_lanes",
    "newton_in_lanes",
)
_LAST_STAGES = sorted({len(method.c) - 1 for method in METHODS})

#: A kernel and what it returns.
_Written = tuple[Kernel, str]
_NOTHING = "0.0"


@dataclass(frozen=True)
class KernelModule:
    """The text of all kernels and of those in lanes, and what the solver must know beside them.

    ``sizes`` are those of ``kernel_interface`` in their order; ``jumps`` and ``roots`` are numbers of kernels.
    """

    text: str
    text_in_lanes: str
    sizes: tuple[int, ...]
    roots: int
    jumps: int
    jacobian_rows: tuple[int, ...]
    jacobian_columns: tuple[int, ...]
    is_species: tuple[int, ...]
    initially_on: tuple[int, ...]


def write_kernels(dynamics: Dynamics) -> KernelModule:
    """Return the kernel module of ``dynamics``.

    Raises
    ------
    UnsupportedModelError
        A function of the model cannot be computed; it is named.
    """
    model = prepare_model(dynamics)
    in_both = [_factorisation_kernel(model), *_adjoint_kernels(model)]
    kernels = [
        *_parameter_kernels(dynamics),
        *_rate_kernels(model),
        *(kernel.text(returned) for kernel, returned in in_both),
        *_step_kernels(model),
        *_sum_kernels(model),
        *([write_loops(model.plan, list(model.entries))] if model.plan.in_loops else []),
        *switching_kernels(model.dynamics, model.places),
        *jump_kernels(model.dynamics),
    ]
    sizes = (
        len(dynamics.states),
        len(dynamics.parameters),
        len(dynamics.coefficients),
        len(dynamics.switches),
        len(dynamics.state_switches),
        len(dynamics.triggers),
        len(model.entries),
        len(dynamics.states) + len(factor_slots(model.plan)),
        int(dynamics.autonomous),
    )
    return KernelModule(
        text="\n".join([DECLARATIONS, *kernels]),
        text_in_lanes="\n".join([DECLARATIONS_IN_LANES, *_in_lanes(model, in_both)]),
        sizes=sizes,
        roots=len(dynamics.state_switches),
        jumps=len(dynamics.jumps),
        jacobian_rows=tuple(i for i, _ in model.entries),
        jacobian_columns=tuple(j for _, j in model.entries),
        is_species=tuple(int(not may) for may in dynamics.may_be_negative),
        initially_on=tuple(int(on) for _, on in dynamics.triggers),
    )


def _in_lanes(model: Model, in_both: list[_Written]) -> list[str]:
    """Return the kernels in lanes; none of a model whose elimination is in loops, which is solved without them."""
    if model.plan.in_loops:
        return []
    return [
        *(kernel.text_in_lanes(returned) for kernel, returned in in_both),
        *write_lane_kernels(model),
        *(text for last in _LAST_STAGES for text in write_lane_rows(last, model.size)),
    ]


def _parameter_kernels(dynamics: Dynamics) -> list[str]:
    places: dict[sp.Symbol, Place] = {symbol(name): ("p", number) for number, name in enumerate(dynamics.parameters)}
    texts = []
    for name, array, formulas in (
        ("coefficients", "k", dynamics.coefficients),
        ("thresholds", "threshold", dynamics.switches),
    ):
        kernel = Kernel(name, f"p, {array}", places)
        kernel.store_all(array, [formula for _, formula in formulas])
        backward = Kernel(f"{name}_vjp", f"p, g{array}, gp", places)
        occurring = [formula.free_symbols for _, formula in formulas]
        for number, parameter in enumerate(map(symbol, dynamics.parameters)):
            slopes = [
                (index, formula.diff(parameter))
                for index, (_, formula) in enumerate(formulas)
                if parameter in occurring[index]
            ]
            if slopes:
                backward.accumulate("gp", number, _weighted(backward, f"g{array}", slopes))
        texts += [kernel.text(), backward.text()]
    return texts


def _weighted(kernel: Kernel, array: str, slopes: list[tuple[int, sp.Expr]]) -> str:
    """Return the sum of slopes, each times an entry of an array."""
    return kernel.total([kernel.multiply(kernel.load(array, index), kernel.value(slope)) for index, slope in slopes])


def _rate_kernels(model: Model) -> list[str]:
    rates = Kernel("rhs", "t, x, k, s, f", model.places)
    rates.store_all("f", model.dynamics.rates)
    jacobian = Kernel("jacobian", "t, x, k, s, J", model.places)
    jacobian.store_all("J", list(model.entries.values()))
    first = Kernel("adjoint_first", "t, x, k, s, w, lam, gk", model.places)
    w = _load_all(first, "w", model)
    for column, value in _jacobian_transposed_times(first, model, model.jacobian(first), w).items():
        first.accumulate("lam", column, value)
    _add_coefficient_vjp(first, model, lambda i: w[i])
    alone = Kernel("coefficient_vjp", "t, x, k, s, w, gk", model.places)
    _write_coefficient_vjp(alone, model, lambda i: alone.load("w", i))
    return [rates.text(), jacobian.text(), first.text(), alone.text()]


def _load_all(kernel: Kernel, array: str, model: Model) -> list[str]:
    return [kernel.load(array, i) for i in range(model.size)]


def _factorisation_kernel(model: Model) -> _Written:
    factorise = Kernel("factorise", "t, x, k, s, h_gamma, F", model.places)
    factors, smallest = write_factorisation(factorise, model.plan, model.jacobian(factorise), "%h_gamma")
    store_factors(factorise, model.plan, factors)
    return factorise, smallest


def _step_kernels(model: Model) -> list[str]:
    return [
        _newton_kernel(model),
        *(_stage_kernel(model, number) for number in range(1, MOST_STAGES + 1)),
        *(_error_kernel(model, number) for number in _LAST_STAGES),
    ]


def _stage_kernel(model: Model, stage: int) -> str:
    """Write one stage's base x + sum_j c_j K_j and its first guess base + h gamma sum_j g_j K_j, g after c.

    The first stage guesses from K of the step before, which still stand in their rows.
    """
    n = model.size
    kernel = Kernel(f"stage_{stage}", "h_gamma, x, K, c, base, Y")
    before = _rates_of_stage(kernel, n, stage - 1)
    rows = MOST_STAGES + 1 if stage == 1 else stage
    for m in range(n):
        rates = [before[m] if j == stage - 1 else kernel.load("K", j * n + m) for j in range(rows)]
        terms = [kernel.multiply(kernel.load("c", j), rates[j]) for j in range(stage)]
        base = kernel.total([kernel.load("x", m), *terms])
        guess = kernel.total([kernel.multiply(kernel.load("c", MOST_STAGES + 1 + j), rates[j]) for j in range(rows)])
        kernel.store("base", m, base)
        kernel.store("Y", (stage - 1) * n + m, kernel.add(base, kernel.multiply("%h_gamma", guess)))
    return kernel.text()


def _rates_of_stage(kernel: Kernel, n: int, stage: int) -> list[str]:
    """Return K of a stage, (Y - base) / (h gamma), and store it; that of the first is known."""
    if stage == 0:
        return [kernel.load("K", m) for m in range(n)]
    inverse = kernel.reciprocal("%h_gamma")
    rates = []
    for m in range(n):
        change = kernel.subtract(kernel.load("Y", (stage - 1) * n + m), kernel.load("base", m))
        rates.append(kernel.multiply(change, inverse))
        kernel.store("K", stage * n + m, rates[m])
    return rates


def _error_kernel(model: Model, last: int) -> str:
    """Write the embedded error's norm after one solve with M, which filters its stiff part."""
    n = model.size
    kernel = Kernel(f"error_{last}", "h_gamma, K, Y, base, c, F, weights")
    rates = _rates_of_stage(kernel, n, last)
    errors = []
    for m in range(n):
        terms = [kernel.multiply(kernel.load("c", j), kernel.load("K", j * n + m)) for j in range(last)]
        errors.append(kernel.total([*terms, kernel.multiply(kernel.load("c", last), rates[m])]))
    filtered = write_solution(kernel, model.plan, load_factors(kernel, model.plan), errors)
    return kernel.text(kernel.square_norm(filtered))


def _sum_kernels(model: Model) -> list[str]:
    """Write sums over the first rows of eta: with coefficients, and beside it without."""
    n, texts = model.size, []
    weighted = [(Kernel(f"sum_{rows}", "c, eta, kappa"), rows, False) for rows in range(1, MOST_STAGES)]
    both = [(Kernel(f"gather_{rows}", "c, eta, lam, kappa"), rows, True) for rows in _LAST_STAGES]
    for kernel, rows, is_both in [*weighted, *both]:
        for m in range(n):
            values = [kernel.load("eta", r * n + m) for r in range(rows)]
            terms = [kernel.multiply(kernel.load("c", r), value) for r, value in enumerate(values)]
            kernel.store("kappa", m, kernel.total(terms))
            if is_both:
                kernel.store("lam", m, kernel.total(values))
        texts.append(kernel.text())
    return texts


def _newton_kernel(model: Model) -> str:
    kernel = Kernel("newton", "t, h_gamma, k, s, F, base, weights, x", model.places)
    changes = write_correction(kernel, model, "%h_gamma")
    for i, change in enumerate(changes):
        kernel.accumulate("x", i, change)
    return kernel.text(kernel.square_norm(changes))


def _adjoint_kernels(model: Model) -> list[_Written]:
    stage = Kernel("adjoint_stage", "t, x, k, s, h_gamma, w, eta, gk", model.places)
    factors, _ = write_factorisation(stage, model.plan, model.jacobian(stage), "%h_gamma")
    kappa, inverse = _load_all(stage, "w", model), stage.reciprocal("%h_gamma")
    solved = write_transposed_solution(stage, model.plan, factors, kappa)
    for i, value in enumerate(solved):
        stage.store("eta", i, stage.multiply(stage.subtract(value, kappa[i]), inverse))
    _add_coefficient_vjp(stage, model, lambda i: solved[i])

    last = Kernel("adjoint_last", "t, x, k, s, h_gamma, lam, w, eta, gk", model.places)
    jacobian, pending = model.jacobian(last), _load_all(last, "w", model)
    lam = _load_all(last, "lam", model)
    for column, value in _jacobian_transposed_times(last, model, jacobian, pending).items():
        lam[column] = last.add(lam[column], value)
    factors, _ = write_factorisation(last, model.plan, jacobian, "%h_gamma")
    eta = write_transposed_solution(last, model.plan, factors, lam)
    for i, value in enumerate(eta):
        last.store("eta", i, value)
    weights: dict[int, str] = {}

    def weight(i: int) -> str:
        if i not in weights:
            weights[i] = last.add(last.multiply("%h_gamma", eta[i]), pending[i])
        return weights[i]

    _add_coefficient_vjp(last, model, weight)
    return [(stage, _NOTHING), (last, _NOTHING)]


def _jacobian_transposed_times(
    kernel: Kernel, model: Model, jacobian: dict[tuple[int, int], str], v: list[str]
) -> dict[int, str]:
    """Return J^T v by its elements that are not zero."""
    if model.plan.in_loops:
        kernel.hand_over("v", v)
        kernel.make_room("product", model.size)
        kernel.call_with(MULTIPLY_TRANSPOSED, "ptr %J", "ptr %v", "ptr %product")
        return {i: kernel.load("product", i) for i in range(model.size)}
    columns: dict[int, list[str]] = {}
    for (row, column), value in jacobian.items():
        columns.setdefault(column, []).append(kernel.multiply(value, v[row]))
    return {column: kernel.total(values) for column, values in columns.items()}


def _add_coefficient_vjp(kernel: Kernel, model: Model, weight: Callable[[int], str]) -> None:
    """Add w^T df/dk to gk: computed where it is needed, or by the kernel ``coefficient_vjp`` of a large model."""
    if not model.plan.in_loops:
        _write_coefficient_vjp(kernel, model, weight)
        return
    kernel.hand_over("weights", [weight(i) for i in range(model.size)])
    kernel.call_with("coefficient_vjp", "double %t", *(f"ptr %{array}" for array in ("x", "k", "s", "weights", "gk")))


def _write_coefficient_vjp(kernel: Kernel, model: Model, weight: Callable[[int], str]) -> None:
    """Write the sum w^T df/dk; rates that have the same slope up to a factor share its product (reactions, volumes)."""
    for number, slopes in enumerate(model.slopes):
        weights: dict[sp.Expr, list[str]] = {}
        for i, factor, slope in slopes:
            weights.setdefault(slope, []).append(_scaled(kernel, factor, weight(i)))
        if weights:
            terms = [kernel.multiply(kernel.value(slope), kernel.total(values)) for slope, values in weights.items()]
            kernel.accumulate("gk", number, kernel.total(terms))


def _scaled(kernel: Kernel, factor: sp.Expr, value: str) -> str:
    return value if factor == 1 else kernel.multiply(kernel.value(factor), value)
