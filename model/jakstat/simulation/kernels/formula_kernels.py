"""Structures of formulas as generated kernels: formulas that differ in parameters and numbers alone share one."""

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from jakstat.pathway import symbol
from jakstat.simulation.kernels.instructions import DECLARATIONS, FUNCTIONS
from jakstat.simulation.kernels.kernel_ir import Kernel, Place, guard_powers, without_kinks


@dataclass(frozen=True)
class Structure:
    """What formulas share that differ in parameters and numbers alone.

    Parameters
    ----------
    text : str
        The same for the same structure.
    template : sympy.Expr
        The formula with placeholders.
    leaves : list of sympy.Expr
        What stood in their places, in one formula: symbols and numbers.
    """

    text: str
    template: sp.Expr
    leaves: list[sp.Expr]


def structure_of(formula: sp.Expr) -> Structure:
    """Take a formula apart. Exponents belong to the structure, and so do the numbers in conditions."""
    leaves: list[sp.Expr] = []
    template = _template_of(formula, leaves)
    return Structure(sp.srepr(template), template, leaves)


def write_formula_kernels(structures: Sequence[Structure]) -> str:
    """Return the text of each structure's two kernels.

    ``value_i`` (leaf) returns the formula's value; ``vjp_i`` (leaf, weight, slope) writes ``weight`` times its
    derivative by each leaf.
    """
    kernels = []
    for number, structure in enumerate(structures):
        places: dict[sp.Symbol, Place] = {_leaf(leaf): ("leaf", leaf) for leaf in range(len(structure.leaves))}
        value = Kernel(f"value_{number}", "leaf", places)
        kernels.append(value.text(value.value(structure.template)))
        backward = Kernel(f"vjp_{number}", "leaf, weight, slope", places)
        for leaf, derivative in enumerate(_derivatives(structure)):
            backward.store("slope", leaf, backward.multiply("%weight", backward.value(derivative)))
        kernels.append(backward.text())
    return "\n".join([DECLARATIONS, *kernels])


def _derivatives(structure: Structure) -> list[sp.Expr]:
    """Return the template's derivative by each leaf; that of a jump (floor, sign) is 0, as between its jumps."""
    leaves = [_leaf(number) for number in range(len(structure.leaves))]
    jumps = {part: sp.Dummy(real=True) for part in structure.template.atoms(sp.floor, sp.ceiling, sp.sign)}
    smooth = guard_powers(without_kinks(structure.template.xreplace(jumps)), set(leaves))
    back = {dummy: part for part, dummy in jumps.items()}
    return [smooth.diff(leaf).xreplace(back) for leaf in leaves]


def _leaf(number: int) -> sp.Symbol:
    return symbol(f"leaf_{number}")


def _template_of(formula: sp.Expr, leaves: list[sp.Expr]) -> sp.Expr:
    """Return a formula with its parameters and numbers, added to ``leaves``, replaced by placeholders."""
    if formula.is_Symbol or formula.is_Number or formula.is_NumberSymbol:
        leaves.append(formula)
        return _leaf(len(leaves) - 1)
    if isinstance(formula, sp.Pow) and formula.exp.is_number:
        return sp.Pow(_template_of(formula.base, leaves), formula.exp, evaluate=False)
    if isinstance(formula, (sp.Add, sp.Mul, sp.Pow)) or type(formula) in FUNCTIONS:
        parts = [_template_of(part, leaves) for part in formula.args]
        return formula.func(*parts, evaluate=False)
    names = sorted(formula.free_symbols, key=lambda free: free.name)
    first = len(leaves)
    leaves.extend(names)
    return formula.xreplace({name: _leaf(first + number) for number, name in enumerate(names)})
