"""Kernels of what is not smooth: functions whose roots flip switches, triggers of events, jumps of the state."""

import sympy as sp

from jakstat.pathway import TIME, symbol
from jakstat.simulation.kernels.dynamics import Dynamics, Jump
from jakstat.simulation.kernels.kernel_ir import Kernel, Place


def switching_kernels(dynamics: Dynamics, places: dict[sp.Symbol, Place]) -> list[str]:
    """Return the kernels ``roots``, ``triggers`` and one ``root_vjp_<number>`` a root."""
    margins = [margin for _, margin in dynamics.state_switches]
    roots = Kernel("roots", "t, x, k, s, g", places)
    roots.store_all("g", margins)
    triggers = Kernel("triggers", "k, s, on", places)
    triggers.store_all("on", [sp.Piecewise((1, trigger), (0, True)) for trigger, _ in dynamics.triggers])
    backward = [_root_vjp(number, margin, dynamics, places) for number, margin in enumerate(margins)]
    return [roots.text(), triggers.text(), *backward]


def _root_vjp(number: int, margin: sp.Expr, dynamics: Dynamics, places: dict[sp.Symbol, Place]) -> str:
    """Add weight dg/dx to gx and weight dg/dk to gk; return weight dg/dt."""
    kernel = Kernel(f"root_vjp_{number}", "t, x, k, s, weight, gx, gk", places)
    wanted = [("gx", index, symbol(name)) for index, name in enumerate(dynamics.states)]
    wanted += [("gk", index, coefficient) for index, (coefficient, _) in enumerate(dynamics.coefficients)]
    for array, index, variable in wanted:
        if variable in margin.free_symbols:
            kernel.accumulate(array, index, kernel.multiply("%weight", kernel.value(margin.diff(variable))))
    return kernel.text(kernel.multiply("%weight", kernel.value(margin.diff(TIME))))


def jump_kernels(dynamics: Dynamics) -> list[str]:
    """Return one kernel ``jump_<number>`` and one ``jump_vjp_<number>`` a jump."""
    places: dict[sp.Symbol, Place] = {symbol(name): ("x", number) for number, name in enumerate(dynamics.states)}
    places |= {symbol(name): ("p", number) for number, name in enumerate(dynamics.parameters)}
    places |= {TIME: "t"}
    texts = []
    for number, jump in enumerate(dynamics.jumps):
        forward = Kernel(f"jump_{number}", "t, x, p, y", places)
        for place, value in jump:
            forward.store("y", place, forward.value(value))
        texts += [forward.text(), _jump_vjp(number, jump, dynamics, places)]
    return texts


def _jump_vjp(number: int, jump: Jump, dynamics: Dynamics, places: dict[sp.Symbol, Place]) -> str:
    """Write G_x^T w to gx, add G_p^T w to gp; return w . G_t, for the new state y = G(t, x, p)."""
    weights = {place: sp.Symbol(f"weight_{place}", real=True) for place in range(len(dynamics.states))}
    kernel = Kernel(
        f"jump_vjp_{number}", "t, x, p, w, gx, gp", places | {weight: ("w", place) for place, weight in weights.items()}
    )
    changed = {place for place, _ in jump}
    total = sp.Add(*(weights[place] * value for place, value in jump))
    for place, name in enumerate(dynamics.states):
        kept = sp.Integer(0) if place in changed else weights[place]
        kernel.store("gx", place, kernel.value(kept + total.diff(symbol(name))))
    for index, name in enumerate(dynamics.parameters):
        if symbol(name) in total.free_symbols:
            kernel.accumulate("gp", index, kernel.value(total.diff(symbol(name))))
    return kernel.text(kernel.value(total.diff(TIME)))
