"""Kernels as LLVM instructions: straight-line code of one function, from SymPy expressions and from plain arithmetic.

The compiler that numba brings (llvmlite) turns the text into machine code in a fraction of the time that numba's own
way from Python takes. A kernel loads what it reads, computes, and stores at its very end; equal subexpressions are
computed once. All arithmetic is float64 and may be reassociated and contracted, never assumed finite.

A kernel can be written in lanes as well: the same instructions over vectors of ``LANES`` numbers, for as many
trajectories at once. LLVM Language Reference, https://llvm.org/docs/LangRef.html.
"""

import struct
from collections.abc import Sequence

import sympy as sp
from sympy.core.relational import Relational

from jakstat.pathway import UnsupportedModelError
from jakstat.simulation.kernels.instructions import FUNCTIONS, IN_LANES, SCALAR, Instruction, in_lanes

Place = tuple[str, int] | str

_FLAGS = "reassoc nsz arcp contract"
#: Arguments that are numbers; all others are pointers to float64.
_SCALARS = frozenset({"t", "h_gamma", "weight"})
_COMPARISONS: dict[type, str] = {sp.Lt: "olt", sp.Le: "ole", sp.Gt: "ogt", sp.Ge: "oge", sp.Eq: "oeq", sp.Ne: "une"}
_MOST_MULTIPLICATIONS = 64  # exponents up to this are multiplied out


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


def guard_powers(expression: sp.Expr, varying: set[sp.Symbol]) -> sp.Expr:
    """Replace powers of ``varying`` bases with exponents that are no integers by :class:`StatePower`."""
    return expression.replace(
        lambda part: isinstance(part, sp.Pow) and not part.exp.is_Integer and bool(part.base.free_symbols & varying),
        lambda part: StatePower(part.base, part.exp),
    )


def as_piecewise(part: sp.Expr) -> sp.Expr:
    """Return a kink as a piecewise function of the same value."""
    if isinstance(part, sp.Abs):
        return sp.Piecewise((part.args[0], part.args[0] >= 0), (-part.args[0], True))
    if isinstance(part, sp.sign):
        return sp.Piecewise((1, part.args[0] > 0), (-1, part.args[0] < 0), (0, True))
    first, rest = part.args[0], part.func(*part.args[1:])
    larger = sp.Ge(first, rest)
    if isinstance(part, sp.Max):
        return sp.Piecewise((first, larger), (rest, True))
    return sp.Piecewise((rest, larger), (first, True))


def without_kinks(expression: sp.Basic) -> sp.Basic:
    """Return an expression with piecewise functions in place of its extremes and absolute values."""
    kinks = expression.atoms(sp.Max, sp.Min, sp.Abs)
    return without_kinks(expression.xreplace({part: as_piecewise(part) for part in kinks})) if kinks else expression


class Kernel:
    """One function while it is written.

    Values are texts: the name of a result, or a literal.

    Parameters
    ----------
    name : str
    arguments : str
        Names with commas between them.
    places : mapping of Symbol to (array, index) or scalar argument
        Where each symbol of its expressions is read from.
    """

    def __init__(self, name: str, arguments: str, places: dict[sp.Symbol, Place] | None = None):
        self._name = name
        self._arguments = [argument.strip() for argument in arguments.split(",")]
        self._places = places or {}
        self._lines: list[Instruction] = []
        self._stores: list[Instruction] = []
        self._known: dict = {}
        self._count = 0

    def text(self, returned: str = "0.0") -> str:
        """Return the function's text."""
        declared = ", ".join(
            f"{'double' if argument in _SCALARS else 'ptr'} %{argument}" for argument in self._arguments
        )
        lines = [line.text(SCALAR) for line in [*self._lines, *self._stores]]
        body = "\n".join(f"  {line}" for line in [*lines, f"ret double {returned}"])
        return f"define double @{self._name}({declared}) {{\n{body}\n}}\n"

    def text_in_lanes(self, returned: str | None = None) -> str:
        """Return the text of the function in lanes.

        Numbers of an array stand lane by lane beside each other; arguments that are numbers are addresses of a number
        a lane, and so is one more, the last, of what is returned.
        """
        numbers = [argument for argument in self._arguments if argument in _SCALARS]
        declared = [f"ptr %{f'at_{name}' if name in numbers else name}" for name in self._arguments]
        loads = [Instruction(f"%{name}", "load {number}, ptr {0}{alignment}", (f"%at_{name}",)) for name in numbers]
        instructions = [*loads, *self._lines, *self._stores]
        if returned is not None:
            declared.append("ptr %returned")
            instructions.append(Instruction("", "store {number} {0}, ptr {1}{alignment}", (returned, "%returned")))
        body = "\n".join(f"  {line}" for line in [*(line.text(IN_LANES) for line in instructions), "ret double 0.0"])
        return f"define double @{in_lanes(self._name)}({', '.join(declared)}) {{\n{body}\n}}\n"

    def load(self, array: str, index: int) -> str:
        """Return the value that an array holds before the kernel changes it."""
        key = (array, index)
        if key not in self._known:
            self._known[key] = self._result("load {number}, ptr {0}{alignment}", self._address(array, index))
        return self._known[key]

    def store(self, array: str, index: int, value: str) -> None:
        """Store a value when everything has been computed."""
        self._stores.append(self._store(array, index, value))

    def accumulate(self, array: str, index: int, value: str) -> None:
        """Add a value to what an array holds."""
        self.store(array, index, self.add(self.load(array, index), value))

    def store_all(self, array: str, expressions: Sequence[sp.Expr]) -> None:
        """Store one expression after the other in an array."""
        for index, expression in enumerate(expressions):
            self.store(array, index, self.value(expression))

    def add(self, first: str, second: str) -> str:
        """Return a sum."""
        return self._result(f"fadd {_FLAGS} {{number}} {{0}}, {{1}}", first, second)

    def subtract(self, first: str, second: str) -> str:
        """Return a difference."""
        return self._result(f"fsub {_FLAGS} {{number}} {{0}}, {{1}}", first, second)

    def multiply(self, first: str, second: str) -> str:
        """Return a product."""
        return self._result(f"fmul {_FLAGS} {{number}} {{0}}, {{1}}", first, second)

    def reciprocal(self, value: str) -> str:
        """Return 1 / ``value``."""
        return self.divide(literal(1.0), value)

    def total(self, values: Sequence[str]) -> str:
        """Return the sum of values."""
        total = values[0]
        for value in values[1:]:
            total = self.add(total, value)
        return total

    def square_norm(self, values: Sequence[str]) -> str:
        """Return the sum of squares, each value times its weight, an entry of the argument ``weights``."""
        shares = [self.multiply(value, self.load("weights", i)) for i, value in enumerate(values)]
        return self.total([self.multiply(share, share) for share in shares])

    def divide(self, first: str, second: str) -> str:
        """Return a quotient."""
        return self._result(f"fdiv {_FLAGS} {{number}} {{0}}, {{1}}", first, second)

    def call(self, function: str, *arguments: str) -> str:
        """Return what a function of numbers gives."""
        listed = ", ".join(f"{{number}} {{{place}}}" for place in range(len(arguments)))
        return self._result(f"call {_FLAGS} {{number}} @{{function}}({listed})", *arguments, function=function)

    def make_room(self, array: str, size: int) -> None:
        """Make room for an array that is gone when the kernel returns, unless it is an argument."""
        if array not in self._arguments:
            self._lines.append(Instruction(f"%{array}", f"alloca [{size} x {{number}}]"))

    def hand_over(self, array: str, values: Sequence[str]) -> None:
        """Make an array of values, for a function that is called next."""
        self.make_room(array, len(values))
        for index, value in enumerate(values):
            self._lines.append(self._store(array, index, value))

    def call_with(self, function: str, *arguments: str) -> str:
        """Return what another function of the module gives for arguments of any type; it is never called in lanes."""
        return self._result(f"call double @{function}({', '.join(arguments)})")

    def value(self, expression: sp.Basic) -> str:
        """Return the value of an expression (a truth value for relations).

        Raises
        ------
        UnsupportedModelError
            A function of the expression cannot be computed; it is named.
        """
        if expression not in self._known:
            self._known[expression] = self._computed(expression)
        return self._known[expression]

    def _computed(self, expression: sp.Basic) -> str:
        if isinstance(expression, sp.Symbol):
            place = self._places[expression]
            return f"%{place}" if isinstance(place, str) else self.load(*place)
        if expression in (sp.true, sp.false):
            return "true" if expression == sp.true else "false"
        if isinstance(expression, sp.Expr) and expression.is_number:
            return literal(float(expression))
        if isinstance(expression, Relational):
            first, second = (self.value(part) for part in expression.args)
            return self.compare(_COMPARISONS[expression.func], first, second)
        for kind, compute in _COMPUTED.items():
            if isinstance(expression, kind):
                return compute(self, expression)
        if expression.func in FUNCTIONS:
            return self.call(FUNCTIONS[expression.func], self.value(expression.args[0]))
        raise UnsupportedModelError(f"the model uses the function '{expression.func}', which cannot be computed")

    def _sum(self, expression: sp.Add) -> str:
        total = ""
        for part in sorted(expression.args, key=lambda term: term.could_extract_minus_sign()):
            negative = bool(total) and part.could_extract_minus_sign()
            value = self.value(-part if negative else part)
            total = value if not total else self.subtract(total, value) if negative else self.add(total, value)
        return total

    def _product(self, expression: sp.Mul) -> str:
        total = ""
        for part in expression.args:
            if part != -1:
                value = self.value(part)
                total = self.multiply(total, value) if total else value
        return self._result(f"fneg {_FLAGS} {{number}} {{0}}", total) if sp.Integer(-1) in expression.args else total

    def _power(self, expression: sp.Pow) -> str:
        base, exponent = expression.args
        if exponent.is_Integer and abs(exponent) <= _MOST_MULTIPLICATIONS:
            if exponent < 0:
                return self.reciprocal(
                    self.value(sp.Pow(base, -exponent, evaluate=False)) if exponent < -1 else self.value(base)
                )
            half = self.value(base) if exponent < 4 else self.value(sp.Pow(base, exponent // 2, evaluate=False))
            square = self.multiply(half, half)
            return self.multiply(square, self.value(base)) if exponent % 2 else square
        return self._any_power(self.value(base), exponent)

    def _any_power(self, base: str, exponent: sp.Expr) -> str:
        if exponent == sp.Rational(1, 2):
            return self.call("llvm.sqrt.f64", base)
        if exponent == -sp.Rational(1, 2):
            return self.reciprocal(self.call("llvm.sqrt.f64", base))
        return self.call("llvm.pow.f64", base, self.value(exponent))

    def _state_power(self, expression: StatePower) -> str:
        base, exponent = (self.value(part) for part in expression.args)
        at_zero = self.choose(self._positive(exponent), literal(0.0), literal(float("inf")))
        return self.choose(self._positive(base), self._any_power(base, expression.args[1]), at_zero)

    def _state_power_log(self, expression: StatePowerLog) -> str:
        base = self.value(expression.args[0])
        power = self._any_power(base, expression.args[1])
        product = self.multiply(power, self.call("llvm.log.f64", base))
        return self.choose(self._positive(base), product, literal(0.0))

    def _piecewise(self, expression: sp.Piecewise) -> str:
        result = literal(float("nan"))
        for value, condition in reversed(expression.args):
            chosen = self.value(value)
            result = chosen if condition == sp.true else self.choose(self.value(condition), chosen, result)
        return result

    def _largest(self, expression: sp.Max | sp.Min) -> str:
        comparison = "ogt" if isinstance(expression, sp.Max) else "olt"
        result, *rest = (self.value(part) for part in expression.args)
        for value in rest:
            result = self.choose(self.compare(comparison, value, result), value, result)
        return result

    def _sign(self, expression: sp.Expr) -> str:
        argument = expression.args[0]
        return self.value(sp.Piecewise((1, argument > 0), (-1, argument < 0), (0, True)))

    def _logical(self, expression: sp.Basic) -> str:
        if isinstance(expression, sp.Not):
            return self._result("xor {truth} {0}, {1}", truths=(self.value(expression.args[0]), "true"))
        word = "and" if isinstance(expression, sp.And) else "or"
        result, *rest = (self.value(part) for part in expression.args)
        for value in rest:
            result = self.combine(word, result, value)
        return result

    def _if_then_else(self, expression: sp.ITE) -> str:
        return self._result(
            "select {truth} {0}, {truth} {1}, {truth} {2}", truths=tuple(self.value(part) for part in expression.args)
        )

    def _positive(self, value: str) -> str:
        return self.compare("ogt", value, literal(0.0))

    def combine(self, word: str, first: str, second: str) -> str:
        """Return two truth values combined by "and" or "or"."""
        return self._result(f"{word} {{truth}} {{0}}, {{1}}", truths=(first, second))

    def compare(self, comparison: str, first: str, second: str) -> str:
        """Return the truth value of a comparison, in LLVM's word: "olt" for an ordered "less than"."""
        return self._result(f"fcmp {comparison} {{number}} {{0}}, {{1}}", first, second)

    def choose(self, condition: str, first: str, second: str) -> str:
        """Return the first value where the condition holds, else the second."""
        return self._result("select {truth} {2}, {number} {0}, {number} {1}", first, second, truths=(condition,))

    def _store(self, array: str, index: int, value: str) -> Instruction:
        return Instruction("", "store {number} {0}, ptr {1}{alignment}", (value, self._address(array, index)))

    def _address(self, array: str, index: int) -> str:
        return self._result(f"getelementptr {{number}}, ptr %{array}, i64 {index}")

    def _result(self, form: str, *numbers: str, truths: tuple[str, ...] = (), function: str = "") -> str:
        name = f"%v{self._count}"
        self._count += 1
        self._lines.append(Instruction(name, form, numbers, truths, function))
        return name


_COMPUTED = {
    sp.Add: Kernel._sum,
    sp.Mul: Kernel._product,
    sp.Pow: Kernel._power,
    StatePower: Kernel._state_power,
    StatePowerLog: Kernel._state_power_log,
    sp.Piecewise: Kernel._piecewise,
    sp.Max: Kernel._largest,
    sp.Min: Kernel._largest,
    sp.sign: Kernel._sign,
    sp.And: Kernel._logical,
    sp.Or: Kernel._logical,
    sp.Not: Kernel._logical,
    sp.ITE: Kernel._if_then_else,
}


def literal(value: float) -> str:
    """Return a number as LLVM writes it exactly: its bits."""
    return f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"
