"""Generated kernels: the source text of a model's right-hand side, Jacobian, factorisation and vector products.

The text defines the names that :mod:`jakstat.simulation.kernel_interface` documents. Common subexpressions are shared,
only non-zeros of the Jacobian are computed, and each kernel first loads what it reads, so that the compiler need not
fear that a store changes a later load.
"""

import math
from dataclasses import replace

import sympy as sp

from jakstat.pathway import symbol
from jakstat.simulation.dynamics import Dynamics
from jakstat.simulation.elimination import (
    factor_slots,
    factorise_lines,
    plan_elimination,
    solve_lines,
    solve_transposed_lines,
)
from jakstat.simulation.kernel_text import (
    POWERS,
    compute_lines,
    guard_powers,
    kernel_text,
    parameter_loads,
    state_loads,
    targets,
)
from jakstat.simulation.switch_kernels import jump_kernels, switching_kernels

_HEADER = '''"""Kernels of one model, generated; see jakstat.simulation.kernels."""

import math

import numpy as np
from numba import njit

_OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy",
            "fastmath": {"contract", "nsz", "arcp", "reassoc"}}
'''


def kernel_source(dynamics: Dynamics) -> str:
    """Return the source of the kernel module of ``dynamics``."""
    states = [symbol(name) for name in dynamics.states]
    dynamics = _with_guarded_powers(dynamics, set(states))
    rates = sp.Matrix(dynamics.rates)
    entries = {(i, j): rates[i].diff(states[j]) for i in range(len(states)) for j in range(len(states))
               if states[j] in rates[i].free_symbols}  # fmt: skip
    entries = {place: entry for place, entry in entries.items() if entry != 0}
    place = {entry: number for number, entry in enumerate(entries)}
    plan = plan_elimination({(i, j) for i, j in entries if i != j}, len(states))
    loads = state_loads(dynamics)
    constants = {
        "N_STATES": len(states),
        "N_PARAMETERS": len(dynamics.parameters),
        "N_COEFFICIENTS": len(dynamics.coefficients),
        "N_THRESHOLDS": len(dynamics.switches),
        "N_ROOTS": len(dynamics.state_switches),
        "N_EVENTS": len(dynamics.triggers),
        "AUTONOMOUS": dynamics.autonomous,
        "N_JACOBIAN": len(entries),
        "N_FACTORS": len(states) + len(factor_slots(plan)),
        "JACOBIAN_ROWS": _array([i for i, _ in entries]),
        "JACOBIAN_COLUMNS": _array([j for _, j in entries]),
        "LEAST_STATE": _array([-math.inf if may else 0.0 for may in dynamics.may_be_negative], "np.float64"),
        "INITIALLY_ON": _array([float(on) for _, on in dynamics.triggers], "np.float64"),
    }
    kernels = [
        _coefficients_kernel(dynamics),
        _thresholds_kernel(dynamics),
        _vjp_kernel("coefficients_vjp", "gk", dynamics.coefficients, dynamics),
        _vjp_kernel("thresholds_vjp", "gthreshold", dynamics.switches, dynamics),
        kernel_text("rhs", "t, x, k, s, f", compute_lines(loads, targets("f", dynamics.rates))),
        kernel_text("jacobian", "t, x, k, s, J", compute_lines(loads, targets("J", list(entries.values())))),
        kernel_text("factorise", "h_gamma, J, F", factorise_lines(plan, place)),
        kernel_text("solve", "F, b", solve_lines(plan)),
        kernel_text("solve_transposed", "F, b", solve_transposed_lines(plan)),
        _jacobian_transposed_kernel(place),
        _coefficient_vjp_of_rates_kernel(dynamics, loads),
        *switching_kernels(dynamics, loads),
        *jump_kernels(dynamics),
    ]
    return "\n".join([_HEADER, *(f"{name} = {value}" for name, value in constants.items()), POWERS, *kernels])


def _with_guarded_powers(dynamics: Dynamics, states: set[sp.Symbol]) -> Dynamics:
    """Return the same dynamics with powers of states that are safe at 0."""
    return replace(
        dynamics,
        rates=tuple(guard_powers(rate, states) for rate in dynamics.rates),
        state_switches=tuple((one, guard_powers(margin, states)) for one, margin in dynamics.state_switches),
        jumps=tuple(tuple((place, guard_powers(value, states)) for place, value in jump) for jump in dynamics.jumps),
    )


def _array(values: list, dtype: str = "np.int64") -> str:
    """Return the text of a constant array; one of no entries keeps its type."""
    return f"np.array({values!r}, dtype={dtype})".replace("-inf", "-math.inf")


def _coefficients_kernel(dynamics: Dynamics) -> str:
    formulas = [formula for _, formula in dynamics.coefficients]
    return kernel_text("coefficients", "p, k", compute_lines(parameter_loads(dynamics), targets("k", formulas)))


def _thresholds_kernel(dynamics: Dynamics) -> str:
    formulas = [formula for _, formula in dynamics.switches]
    return kernel_text("thresholds", "p, threshold", compute_lines(parameter_loads(dynamics), targets("threshold", formulas)))


def _vjp_kernel(name: str, given: str, formulas: tuple[tuple[sp.Symbol, sp.Expr], ...], dynamics: Dynamics) -> str:
    """Chain cotangents of parameter formulas (coefficients, thresholds) to cotangents of parameters."""
    cotangents = [sp.Symbol(f"cotangent_{number}", real=True) for number in range(len(formulas))]
    loads = parameter_loads(dynamics) | {one: f"{given}[{number}]" for number, one in enumerate(cotangents)}
    pairs = list(zip(cotangents, [formula for _, formula in formulas], strict=True))
    targets = []
    for number, parameter in enumerate(dynamics.parameters):
        reached = [(one, formula) for one, formula in pairs if symbol(parameter) in formula.free_symbols]
        if reached:
            total = sp.Add(*(one * formula.diff(symbol(parameter)) for one, formula in reached))
            targets.append((f"gp[{number}] +=", total))
    return kernel_text(name, f"p, {given}, gp", compute_lines(loads, targets))


def _jacobian_transposed_kernel(place: dict[tuple[int, int], int]) -> str:
    columns = sorted({j for _, j in place})
    lines = []
    for column in columns:
        terms = " + ".join(f"J[{number}] * v[{i}]" for (i, j), number in place.items() if j == column)
        lines.append(f"out[{column}] += {terms}")
    return kernel_text("add_jacobian_transposed_times", "J, v, out", lines)


def _coefficient_vjp_of_rates_kernel(dynamics: Dynamics, loads: dict[sp.Symbol, str]) -> str:
    """Add w^T df/dk to gk: the derivative of the scalar w . f by each coefficient, common factors taken out."""
    weights = [sp.Symbol(f"weight_{number}", real=True) for number in range(len(dynamics.states))]
    loads = loads | {one: f"w[{number}]" for number, one in enumerate(weights)}
    targets = []
    for number, (coefficient, _) in enumerate(dynamics.coefficients):
        total = sp.Add(*(weight * rate.diff(coefficient) for weight, rate in zip(weights, dynamics.rates, strict=True)
                         if coefficient in rate.free_symbols))  # fmt: skip
        targets.append((f"gk[{number}] +=", sp.factor_terms(total)))
    return kernel_text("add_coefficient_vjp", "t, x, k, s, w, gk", compute_lines(loads, targets))
