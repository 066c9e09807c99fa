"""The one kind of SymPy symbol that jakstat uses: real, named by the id of the model entity it stands for.

PEtab's own formula parser makes the same symbols, so formulas of a problem and of a model mix freely. ``TIME`` is the
model's time, PEtab's reserved word ``time``.
"""

import sympy as sp

TIME = sp.Symbol("time", real=True)


def symbol(name: str) -> sp.Symbol:
    """Return the symbol of the entity ``name``."""
    return sp.Symbol(name, real=True)


def names_in(expression: sp.Expr) -> set[str]:
    """Return the ids that ``expression`` depends on, ``time`` included where it does."""
    return {free.name for free in expression.free_symbols}


def substitute_names(expression: sp.Expr, replacements: dict[str, sp.Expr]) -> sp.Expr:
    """Replace symbols by name, all at once (a replacement is not replaced again)."""
    present = {free: replacements[free.name] for free in expression.free_symbols if free.name in replacements}
    return expression.xreplace(present) if present else expression
