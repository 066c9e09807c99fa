"""Generated kernels of what is not smooth: functions whose roots flip switches, triggers of events, jumps of the state."""

import sympy as sp

from jakstat.pathway import TIME, symbol
from jakstat.simulation.dynamics import Dynamics, Jump
from jakstat.simulation.kernel_text import compute_lines, kernel_text, parameter_loads, state_loads, targets

_COPY = ["for m in range(N_STATES):", "    y[m] = x[m]"]


def switching_kernels(dynamics: Dynamics, loads: dict[sp.Symbol, str]) -> list[str]:
    """Return the kernels ``roots``, ``root_vjp`` and ``triggers``; ``loads`` says where symbols are read from."""
    margins = [margin for _, margin in dynamics.state_switches]
    on = [sp.Piecewise((1, trigger), (0, True)) for trigger, _ in dynamics.triggers]
    return [
        kernel_text("roots", "t, x, k, s, g", compute_lines(loads, targets("g", margins))),
        kernel_text("root_vjp", "number, t, x, k, s, w, gx, gk", _branches(
            [_root_vjp_lines(margin, dynamics, loads) for margin in margins])),
        kernel_text("triggers", "k, s, on", compute_lines(loads, targets("on", on))),
    ]  # fmt: skip


def _root_vjp_lines(margin: sp.Expr, dynamics: Dynamics, loads: dict[sp.Symbol, str]) -> list[str]:
    """Add w dg/dx to gx and w dg/dk to gk; return w dg/dt."""
    weight = sp.Symbol("root_weight", real=True)
    wanted = [(f"gx[{number}] +=", symbol(name)) for number, name in enumerate(dynamics.states)]
    wanted += [(f"gk[{number}] +=", one) for number, (one, _) in enumerate(dynamics.coefficients)]
    wanted = [(place, weight * margin.diff(one)) for place, one in wanted if one in margin.free_symbols]
    return compute_lines(loads | {weight: "w"}, [*wanted, ("return", weight * margin.diff(TIME))])


def jump_kernels(dynamics: Dynamics) -> list[str]:
    """Return the kernels ``jump`` and ``jump_vjp``."""
    loads = {symbol(name): f"x[{number}]" for number, name in enumerate(dynamics.states)}
    loads |= parameter_loads(dynamics) | {TIME: "t"}
    forward = [compute_lines(loads, [(f"y[{place}] =", value) for place, value in jump]) for jump in dynamics.jumps]
    backward = [_jump_vjp_lines(jump, dynamics, loads) for jump in dynamics.jumps]
    return [
        kernel_text("jump", "number, t, x, p, y", _COPY + _branches(forward, returns=False)),
        kernel_text("jump_vjp", "number, t, x, p, w, gx, gp", _branches(backward)),
    ]


def _jump_vjp_lines(jump: Jump, dynamics: Dynamics, loads: dict[sp.Symbol, str]) -> list[str]:
    """Write G_x^T w to gx, add G_p^T w to gp; return w . G_t, for the new state y = G(t, x, p)."""
    changed = {place for place, _ in jump}
    weights = {place: sp.Symbol(f"weight_{place}", real=True) for place in range(len(dynamics.states))}
    loads = loads | {one: f"w[{place}]" for place, one in weights.items()}
    total = sp.Add(*(weights[place] * value for place, value in jump))
    wanted = []
    for place, name in enumerate(dynamics.states):
        kept = sp.Integer(0) if place in changed else weights[place]
        wanted.append((f"gx[{place}] =", kept + total.diff(symbol(name))))
    for number, name in enumerate(dynamics.parameters):
        if symbol(name) in total.free_symbols:
            wanted.append((f"gp[{number}] +=", total.diff(symbol(name))))
    return compute_lines(loads, [*wanted, ("return", total.diff(TIME))])


def _branches(blocks: list[list[str]], returns: bool = True) -> list[str]:
    """Return one block of lines a number; a number without a block does nothing."""
    lines = [line for number, block in enumerate(blocks)
             for line in (f"if number == {number}:", *(f"    {one}" for one in block or ["pass"]))]  # fmt: skip
    return [*lines, "return 0.0"] if returns else lines
