"""How expressions become the text of kernels: printing, shared subexpressions, loads and powers that are safe at 0."""

from collections.abc import Sequence

import sympy as sp
from sympy.printing.pycode import PythonCodePrinter

from jakstat.pathway import TIME, symbol
from jakstat.simulation.dynamics import Dynamics


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


POWERS = """

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


def state_loads(dynamics: Dynamics) -> dict[sp.Symbol, str]:
    """Return where each symbol of the rates is read from."""
    places = {symbol(name): f"x[{number}]" for number, name in enumerate(dynamics.states)}
    places |= {one: f"k[{number}]" for number, (one, _) in enumerate(dynamics.coefficients)}
    switches = [*dynamics.switches, *dynamics.state_switches]
    places |= {one: f"s[{number}]" for number, (one, _) in enumerate(switches)}
    return places | {TIME: "t"}


def parameter_loads(dynamics: Dynamics) -> dict[sp.Symbol, str]:
    """Return where each parameter is read from."""
    return {symbol(name): f"p[{number}]" for number, name in enumerate(dynamics.parameters)}


def targets(array: str, expressions: Sequence[sp.Expr]) -> list[tuple[str, sp.Expr]]:
    """Return the places of an array beside the expressions that are stored there, for :func:`compute_lines`."""
    return [(f"{array}[{number}] =", expression) for number, expression in enumerate(expressions)]


def compute_lines(loads: dict[sp.Symbol, str], targets: list[tuple[str, sp.Expr]]) -> list[str]:
    """Return lines that load what is needed, share common subexpressions and store ``targets``."""
    local = {one: sp.Symbol(f"v{number}", real=True) for number, one in enumerate(loads)}
    shared, results = sp.cse([expression.xreplace(local) for _, expression in targets],
                             symbols=sp.numbered_symbols("c"), order="none")  # fmt: skip
    used = set().union(*(part.free_symbols for part in [*results, *(value for _, value in shared)]))
    printer = KernelPrinter({"fully_qualified_modules": True})
    lines = [f"{local[one]} = {place}" for one, place in loads.items() if local[one] in used]
    lines += [f"{name} = {printer.doprint(value)}" for name, value in shared]
    return lines + [f"{target} {printer.doprint(value)}" for (target, _), value in zip(targets, results, strict=True)]


def kernel_text(name: str, arguments: str, lines: list[str]) -> str:
    """Return the text of one kernel."""
    body = "\n".join(f"    {line}" for line in lines or ["pass"])
    return f"\n@njit(**_OPTIONS)\ndef {name}({arguments}):\n{body}\n"
