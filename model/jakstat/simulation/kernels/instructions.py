"""LLVM instructions over one number, or in lanes: over a vector of ``LANES`` numbers, one a trajectory."""

from dataclasses import dataclass

import sympy as sp

from jakstat.simulation.solver import LANES

#: Functions of one number that are computed, and what computes them.
FUNCTIONS: dict[type, str] = {
    sp.exp: "llvm.exp.f64",
    sp.log: "llvm.log.f64",
    sp.sin: "llvm.sin.f64",
    sp.cos: "llvm.cos.f64",
    sp.Abs: "llvm.fabs.f64",
    sp.floor: "llvm.floor.f64",
    sp.ceiling: "llvm.ceil.f64",
    sp.tan: "tan",
    sp.asin: "asin",
    sp.acos: "acos",
    sp.atan: "atan",
    sp.sinh: "sinh",
    sp.cosh: "cosh",
    sp.tanh: "tanh",
}
_OF_ONE_NUMBER = sorted({*FUNCTIONS.values(), "llvm.sqrt.f64"})
_OF_TWO_NUMBERS = ["llvm.pow.f64", "llvm.minnum.f64"]
#: Functions that kernels call, by number of arguments; a module declares them.
DECLARATIONS = "\n".join(
    [f"declare double @{name}(double)" for name in _OF_ONE_NUMBER]
    + [f"declare double @{name}(double, double)" for name in _OF_TWO_NUMBERS]
)
_VECTOR = f"<{LANES} x double>"


@dataclass(frozen=True)
class Values:
    """How LLVM writes values: numbers and truth values, in the memory of arrays aligned like float64."""

    number: str
    truth: str
    alignment: str
    is_vector: bool

    def operand(self, value: str, kind: str) -> str:
        """Return an operand; a literal is the same number in all lanes."""
        return f"splat ({kind} {value})" if self.is_vector and not value.startswith("%") else value

    def function(self, name: str) -> str:
        """Return the name of a function of numbers."""
        if not self.is_vector:
            return name
        return name.replace(".f64", f".v{LANES}f64") if name.startswith("llvm.") else in_lanes(name)


SCALAR = Values("double", "i1", "", False)
IN_LANES = Values(_VECTOR, f"<{LANES} x i1>", ", align 8", True)


@dataclass(frozen=True)
class Instruction:
    """An instruction, and the name of its result if it has one.

    ``form`` holds {number}, {truth}, {alignment}, {function}, then its operands: first numbers and addresses, then
    truth values.
    """

    result: str
    form: str
    numbers: tuple[str, ...] = ()
    truths: tuple[str, ...] = ()
    function: str = ""

    def text(self, values: Values) -> str:
        """Return the instruction with its values as LLVM writes them."""
        operands = [values.operand(operand, "double") for operand in self.numbers]
        operands += [values.operand(operand, "i1") for operand in self.truths]
        text = self.form.format(
            *operands,
            number=values.number,
            truth=values.truth,
            alignment=values.alignment,
            function=values.function(self.function),
        )
        return f"{self.result} = {text}" if self.result else text


def in_lanes(name: str) -> str:
    """Return the name that a function has in lanes."""
    return f"{name}_in_lanes"


def _lane_by_lane(name: str) -> str:
    """Return the text of a function of one number that is called for each lane."""
    lines, vector = [], "poison"
    for lane in range(LANES):
        lines += [
            f"%x{lane} = extractelement {_VECTOR} %x, i64 {lane}",
            f"%y{lane} = call double @{name}(double %x{lane})",
            f"%v{lane} = insertelement {_VECTOR} {vector}, double %y{lane}, i64 {lane}",
        ]
        vector = f"%v{lane}"
    body = "\n".join(f"  {line}" for line in [*lines, f"ret {_VECTOR} {vector}"])
    return f"declare double @{name}(double)\ndefine internal {_VECTOR} @{in_lanes(name)}({_VECTOR} %x) {{\n{body}\n}}"


#: The same for kernels in lanes.
DECLARATIONS_IN_LANES = "\n".join(
    [
        f"declare {_VECTOR} @{IN_LANES.function(name)}({_VECTOR})" if name.startswith("llvm.") else _lane_by_lane(name)
        for name in _OF_ONE_NUMBER
    ]
    + [f"declare {_VECTOR} @{IN_LANES.function(name)}({_VECTOR}, {_VECTOR})" for name in _OF_TWO_NUMBERS]
)
