"""A model in the form that kernels are written from: safe powers, Jacobian, order of elimination, derivatives."""

from dataclasses import dataclass, replace

import sympy as sp

from jakstat.pathway import TIME, symbol
from jakstat.simulation.kernels.dynamics import Dynamics
from jakstat.simulation.kernels.elimination import load_factors, write_solution
from jakstat.simulation.kernels.elimination_plan import Elimination, plan_elimination
from jakstat.simulation.kernels.kernel_ir import Kernel, Place, guard_powers
from jakstat.simulation.progress import counted


@dataclass(frozen=True)
class Model:
    """A model with safe powers, its Jacobian and the order in which that is eliminated."""

    dynamics: Dynamics
    places: dict[sp.Symbol, Place]
    entries: dict[tuple[int, int], sp.Expr]
    plan: Elimination
    slopes: list[list[tuple[int, sp.Expr, sp.Expr]]]  # by coefficient: rate, number and expression of its derivative

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.dynamics.states)

    def jacobian(self, kernel: Kernel) -> dict[tuple[int, int], str]:
        """Write the Jacobian; return its non-zeros by place.

        Loops read them from an array J that the kernel ``jacobian`` fills.
        """
        if not self.plan.in_loops:
            return {place: kernel.value(entry) for place, entry in self.entries.items()}
        kernel.make_room("J", len(self.entries))
        kernel.call_with("jacobian", "double %t", *(f"ptr %{array}" for array in ("x", "k", "s", "J")))
        return {}


def prepare_model(dynamics: Dynamics) -> Model:
    """Differentiate the rates of ``dynamics`` and plan how Newton's matrix is factorised."""
    states = [symbol(name) for name in dynamics.states]
    varying = set(states)
    dynamics = replace(
        dynamics,
        rates=tuple(guard_powers(rate, varying) for rate in dynamics.rates),
        state_switches=tuple((switch, guard_powers(margin, varying)) for switch, margin in dynamics.state_switches),
        jumps=tuple(tuple((place, guard_powers(value, varying)) for place, value in jump) for jump in dynamics.jumps),
    )
    derivatives = [_derivatives(rate) for rate in counted(dynamics.rates, "derivatives of rates")]
    entries = {
        (i, j): of_rate[state]
        for i, of_rate in enumerate(derivatives)
        for j, state in enumerate(states)
        if of_rate.get(state, 0) != 0
    }
    slopes = [
        [(i, *of_rate[coefficient].as_coeff_Mul()) for i, of_rate in enumerate(derivatives) if coefficient in of_rate]
        for coefficient, _ in dynamics.coefficients
    ]
    plan = plan_elimination({(i, j) for i, j in entries if i != j}, len(states))
    places: dict[sp.Symbol, Place] = {state: ("x", number) for number, state in enumerate(states)}
    places |= {coefficient: ("k", number) for number, (coefficient, _) in enumerate(dynamics.coefficients)}
    switches = [*dynamics.switches, *dynamics.state_switches]
    places |= {switch: ("s", number) for number, (switch, _) in enumerate(switches)}
    return Model(dynamics, places | {TIME: "t"}, entries, plan, slopes)


def _derivatives(rate: sp.Expr) -> dict[sp.Symbol, sp.Expr]:
    """Return the derivative by each symbol that occurs, each term differentiated by its own symbols alone."""
    slopes: dict[sp.Symbol, list[sp.Expr]] = {}
    for term in sp.Add.make_args(rate):
        for variable in term.free_symbols - {TIME}:
            slopes.setdefault(variable, []).append(term.diff(variable))
    return {variable: sp.Add(*of_terms) for variable, of_terms in slopes.items()}


def write_correction(kernel: Kernel, model: Model, h_gamma: str) -> list[str]:
    """Write the correction of one of Newton's iterations for x = base + h gamma f(x); return its values."""
    residual = []
    for i, rate in enumerate(model.dynamics.rates):
        implicit = kernel.add(kernel.load("base", i), kernel.multiply(h_gamma, kernel.value(rate)))
        residual.append(kernel.subtract(implicit, kernel.load("x", i)))
    return write_solution(kernel, model.plan, load_factors(kernel, model.plan), residual)
