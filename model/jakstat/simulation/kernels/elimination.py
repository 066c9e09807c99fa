"""Sparse LU factorisation without pivoting, written out as straight-line code, or as a call of loops if it is long.

The factorisation reports its smallest pivot, and the integrator rejects the step if that is tiny.
"""

from jakstat.simulation.kernels.elimination_loops import FACTORISE, SOLVE, SOLVE_TRANSPOSED
from jakstat.simulation.kernels.elimination_plan import Elimination, factor_slots
from jakstat.simulation.kernels.kernel_ir import Kernel, literal

#: Values of L and U by place; the diagonal holds the inverse pivots. None where loops keep them in the array F.
Factors = dict[tuple[int, int], str]


def write_factorisation(
    kernel: Kernel, plan: Elimination, jacobian: dict[tuple[int, int], str], h_gamma: str
) -> tuple[Factors, str]:
    """Write the factorisation of M; return the factors' values and the smallest absolute pivot.

    Loops read the Jacobian from the array J of the kernel, and leave the factors in its array F.
    """
    if plan.in_loops:
        kernel.make_room("F", len(plan.order) + len(plan.entries))
        return {}, kernel.call_with(FACTORISE, f"double {h_gamma}", "ptr %J", "ptr %F")
    entry = {place: kernel.multiply(h_gamma, value) for place, value in jacobian.items()}
    entry = {(i, j): kernel.subtract(literal(float(i == j)), value) for (i, j), value in entry.items()}
    for i in plan.order:
        entry.setdefault((i, i), literal(1.0))
    below = plan.below
    factors: Factors = {}
    smallest = literal(1.0)
    for k in plan.order:
        smallest = kernel.call("llvm.minnum.f64", smallest, kernel.call("llvm.fabs.f64", entry[k, k]))
        factors[k, k] = kernel.reciprocal(entry[k, k])
        for j in plan.upper[k]:
            factors[k, j] = entry[k, j]
        for i in below[k]:
            factors[i, k] = kernel.multiply(entry[i, k], factors[k, k])
            for j in plan.upper[k]:
                update = kernel.multiply(factors[i, k], entry[k, j])
                entry[i, j] = kernel.subtract(entry.get((i, j), literal(0.0)), update)
    return factors, smallest


def load_factors(kernel: Kernel, plan: Elimination) -> Factors:
    """Return the factors that stand in the argument F."""
    if plan.in_loops:
        return {}
    slots = factor_slots(plan) | {(k, k): k for k in plan.order}
    return {place: kernel.load("F", slot) for place, slot in slots.items()}


def store_factors(kernel: Kernel, plan: Elimination, factors: Factors) -> None:
    """Store the factors in the argument F."""
    slots = factor_slots(plan) | {(k, k): k for k in plan.order}
    for place, value in factors.items():
        kernel.store("F", slots[place], value)


def write_solution(kernel: Kernel, plan: Elimination, factors: Factors, right: list[str]) -> list[str]:
    """Write the solution of M b = ``right``; return its values."""
    if plan.in_loops:
        return _solved_by(SOLVE, kernel, right)
    b = list(right)
    for i in plan.order:
        for k in plan.lower[i]:
            b[i] = kernel.subtract(b[i], kernel.multiply(factors[i, k], b[k]))
    for i in reversed(plan.order):
        for j in plan.upper[i]:
            b[i] = kernel.subtract(b[i], kernel.multiply(factors[i, j], b[j]))
        b[i] = kernel.multiply(b[i], factors[i, i])
    return b


def write_transposed_solution(kernel: Kernel, plan: Elimination, factors: Factors, right: list[str]) -> list[str]:
    """Write the solution of M^T b = ``right``; return its values."""
    if plan.in_loops:
        return _solved_by(SOLVE_TRANSPOSED, kernel, right)
    b, above, below = list(right), plan.above, plan.below
    for j in plan.order:
        for i in above[j]:
            b[j] = kernel.subtract(b[j], kernel.multiply(factors[i, j], b[i]))
        b[j] = kernel.multiply(b[j], factors[j, j])
    for k in reversed(plan.order):
        for i in below[k]:
            b[k] = kernel.subtract(b[k], kernel.multiply(factors[i, k], b[i]))
    return b


def _solved_by(function: str, kernel: Kernel, right: list[str]) -> list[str]:
    """Call the loops that solve for ``right``; return the values of the solution."""
    kernel.hand_over("b", right)
    kernel.call_with(function, "ptr %F", "ptr %b")
    return [kernel.load("b", i) for i in range(len(right))]
