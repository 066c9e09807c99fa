"""Generated kernels: the source text of a model's right-hand side, Jacobian, factorisation and vector products.

The text defines the names that :mod:`jakstat.simulation.kernel_interface` documents. Common subexpressions are shared,
only non-zeros of the Jacobian are computed, and each kernel first loads what it reads, so that the compiler need not
fear that a store changes a later load.
"""

from dataclasses import replace

import sympy as sp
from sympy.printing.pycode import PythonCodePrinter

from jakstat.pathway import TIME, symbol
from jakstat.simulation.dynamics import Dynamics
from jakstat.simulation.elimination import (
    factor_slots,
    factorise_lines,
    plan_elimination,
    solve_lines,
    solve_transposed_lines,
)

_HEADER = '''"""Kernels of one model, generated; see jakstat.simulation.kernels."""

import math

import numpy as np
from numba import njit

_OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy",
            "fastmath": {"contract", "nsz", "arcp", "reassoc"}}
'''


class StatePower(sp.Function):
    """x**n of a state, n no integer, for Hill terms: 0 at x <= 0 for n > 0, and so are its slopes.

    SymPy's derivative n x**n / x is not a number at x = 0, where most species start.
    """

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative by the base (1) or by the exponent (2)."""
        base, exponent = self.args
        return exponent * StatePower(base, exponent - 1) if argindex == 1 else StatePowerLog(base, exponent)


class StatePowerLog(sp.Function):
    """x**n ln x, continued by 0 at x <= 0; only its value is needed."""


_POWERS = """

@njit(**_OPTIONS)
def StatePower(base, exponent):
    if base > 0.0:
        return base**exponent
    return 0.0 if exponent > 0.0 else math.inf


@njit(**_OPTIONS)
def StatePowerLog(base, exponent):
    return base**exponent * math.log(base) if base > 0.0 else 0.0
"""


def guard_powers(expression: sp.Expr, varying: set[sp.Symbol]) -> sp.Expr:
    """Replace powers of ``varying`` bases with exponents that are no integers by :class:`StatePower`."""
    return expression.replace(
        lambda part: isinstance(part, sp.Pow) and not part.exp.is_Integer and bool(part.base.free_symbols & varying),
        lambda part: StatePower(part.base, part.exp),
    )


class KernelPrinter(PythonCodePrinter):
    """Prints expressions as the scalar Python that numba compiles best."""

    def _print_StatePower(self, expr: StatePower) -> str:
        return f"StatePower({self._print(expr.args[0])}, {self._print(expr.args[1])})"

    def _print_StatePowerLog(self, expr: StatePowerLog) -> str:
        return f"StatePowerLog({self._print(expr.args[0])}, {self._print(expr.args[1])})"

    def _print_Rational(self, expr: sp.Rational) -> str:
        return repr(float(expr))

    def _print_Integer(self, expr: sp.Integer) -> str:
        return repr(float(expr))

    def _print_Pow(self, expr: sp.Pow, rational: bool = False) -> str:
        if expr.exp.is_Integer and 1 < abs(int(expr.exp)) <= 8:
            power = f"({self._print(expr.base)})**{abs(int(expr.exp))}"
            return f"({power})" if expr.exp > 0 else f"(1.0/({power}))"
        return super()._print_Pow(expr, rational=rational)

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        text = "math.nan"
        for value, condition in reversed(expr.args):
            text = self._print(value) if condition == sp.true else (
                f"({self._print(value)} if {self._print(condition)} else {text})"
            )  # fmt: skip
        return text


def kernel_source(dynamics: Dynamics) -> str:
    """Return the source of the kernel module of ``dynamics``."""
    states = [symbol(name) for name in dynamics.states]
    dynamics = replace(dynamics, rates=tuple(guard_powers(rate, set(states)) for rate in dynamics.rates))
    rates = sp.Matrix(dynamics.rates)
    entries = {(i, j): rates[i].diff(states[j]) for i in range(len(states)) for j in range(len(states))
               if states[j] in rates[i].free_symbols}  # fmt: skip
    entries = {place: entry for place, entry in entries.items() if entry != 0}
    place = {entry: number for number, entry in enumerate(entries)}
    plan = plan_elimination({(i, j) for i, j in entries if i != j}, len(states))
    loads = _loads(dynamics)
    constants = {
        "N_STATES": len(states),
        "N_PARAMETERS": len(dynamics.parameters),
        "N_COEFFICIENTS": len(dynamics.coefficients),
        "N_SWITCHES": len(dynamics.switches),
        "N_JACOBIAN": len(entries),
        "N_FACTORS": len(states) + len(factor_slots(plan)),
    }
    kernels = [
        _coefficients_kernel(dynamics),
        _thresholds_kernel(dynamics),
        _coefficients_vjp_kernel(dynamics),
        _kernel("rhs", "t, x, k, s, f", _compute(loads, _targets("f", dynamics.rates))),
        _kernel("jacobian", "t, x, k, s, J", _compute(loads, _targets("J", list(entries.values())))),
        _kernel("factorise", "h_gamma, J, F", factorise_lines(plan, place)),
        _kernel("solve", "F, b", solve_lines(plan)),
        _kernel("solve_transposed", "F, b", solve_transposed_lines(plan)),
        _jacobian_transposed_kernel(place),
        _coefficient_vjp_of_rates_kernel(dynamics, loads),
    ]
    return "\n".join([_HEADER, *(f"{name} = {value}" for name, value in constants.items()), _POWERS, *kernels])


def _loads(dynamics: Dynamics) -> dict[sp.Symbol, str]:
    """Return where each symbol of the rates is read from."""
    places = {symbol(name): f"x[{number}]" for number, name in enumerate(dynamics.states)}
    places |= {one: f"k[{number}]" for number, (one, _) in enumerate(dynamics.coefficients)}
    places |= {one: f"s[{number}]" for number, (one, _) in enumerate(dynamics.switches)}
    return places | {TIME: "t"}


def _targets(array: str, expressions: list[sp.Expr] | tuple[sp.Expr, ...]) -> list[tuple[str, sp.Expr]]:
    return [(f"{array}[{number}] =", expression) for number, expression in enumerate(expressions)]


def _compute(loads: dict[sp.Symbol, str], targets: list[tuple[str, sp.Expr]]) -> list[str]:
    """Return lines that load what is needed, share common subexpressions and store ``targets``."""
    local = {one: sp.Symbol(f"v{number}", real=True) for number, one in enumerate(loads)}
    shared, results = sp.cse([expression.xreplace(local) for _, expression in targets],
                             symbols=sp.numbered_symbols("c"), order="none")  # fmt: skip
    used = set().union(*(part.free_symbols for part in [*results, *(value for _, value in shared)]))
    printer = KernelPrinter({"fully_qualified_modules": True})
    lines = [f"{local[one]} = {place}" for one, place in loads.items() if local[one] in used]
    lines += [f"{name} = {printer.doprint(value)}" for name, value in shared]
    return lines + [f"{target} {printer.doprint(value)}" for (target, _), value in zip(targets, results, strict=True)]


def _kernel(name: str, arguments: str, lines: list[str]) -> str:
    body = "\n".join(f"    {line}" for line in lines or ["pass"])
    return f"\n@njit(**_OPTIONS)\ndef {name}({arguments}):\n{body}\n"


def _parameter_loads(dynamics: Dynamics) -> dict[sp.Symbol, str]:
    return {symbol(name): f"p[{number}]" for number, name in enumerate(dynamics.parameters)}


def _coefficients_kernel(dynamics: Dynamics) -> str:
    formulas = [formula for _, formula in dynamics.coefficients]
    return _kernel("coefficients", "p, k", _compute(_parameter_loads(dynamics), _targets("k", formulas)))


def _thresholds_kernel(dynamics: Dynamics) -> str:
    formulas = [formula for _, formula in dynamics.switches]
    return _kernel("thresholds", "p, threshold", _compute(_parameter_loads(dynamics), _targets("threshold", formulas)))


def _coefficients_vjp_kernel(dynamics: Dynamics) -> str:
    """Chain cotangents of coefficients to cotangents of parameters."""
    cotangents = [sp.Symbol(f"cotangent_{number}", real=True) for number in range(len(dynamics.coefficients))]
    loads = _parameter_loads(dynamics) | {one: f"gk[{number}]" for number, one in enumerate(cotangents)}
    pairs = list(zip(cotangents, [formula for _, formula in dynamics.coefficients], strict=True))
    targets = []
    for number, name in enumerate(dynamics.parameters):
        reached = [(one, formula) for one, formula in pairs if symbol(name) in formula.free_symbols]
        total = sp.Add(*(one * formula.diff(symbol(name)) for one, formula in reached))
        targets.append((f"gp[{number}] +=", total))
    return _kernel("coefficients_vjp", "p, gk, gp", _compute(loads, targets))


def _jacobian_transposed_kernel(place: dict[tuple[int, int], int]) -> str:
    columns = sorted({j for _, j in place})
    lines = []
    for column in columns:
        terms = " + ".join(f"J[{number}] * v[{i}]" for (i, j), number in place.items() if j == column)
        lines.append(f"out[{column}] += {terms}")
    return _kernel("add_jacobian_transposed_times", "J, v, out", lines)


def _coefficient_vjp_of_rates_kernel(dynamics: Dynamics, loads: dict[sp.Symbol, str]) -> str:
    """Add w^T df/dk to gk: the derivative of the scalar w . f by each coefficient, common factors taken out."""
    weights = [sp.Symbol(f"weight_{number}", real=True) for number in range(len(dynamics.states))]
    loads = loads | {one: f"w[{number}]" for number, one in enumerate(weights)}
    targets = []
    for number, (coefficient, _) in enumerate(dynamics.coefficients):
        total = sp.Add(*(weight * rate.diff(coefficient) for weight, rate in zip(weights, dynamics.rates, strict=True)
                         if coefficient in rate.free_symbols))  # fmt: skip
        targets.append((f"gk[{number}] +=", sp.factor_terms(total)))
    return _kernel("add_coefficient_vjp", "t, x, k, s, w, gk", _compute(loads, targets))
