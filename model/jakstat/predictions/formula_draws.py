"""Formulas over parameters, evaluated over draws: the value of an entity in a cell line, a constant of a drug in cells.

Formulas are SymPy expressions; they are compiled like those of the likelihood, never turned into Python.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import sympy as sp

from jakstat.simulation import load_solver, structure_of, tabulate_formulas


def formulas_over_draws(formulas: Sequence[sp.Expr], values: Mapping[str, np.ndarray | float]) -> np.ndarray:
    """Evaluate formulas at every draw.

    Parameters
    ----------
    formulas : sequence of sympy.Expr
    values : mapping of str to (draw,) array or float
        Values of all names of the formulas; arrays of one length, numbers for what has no draws.

    Returns
    -------
    (draw, formula) array; one draw where no name has draws.

    Raises
    ------
    ValueError
        A formula has a name without value; all such names are listed.
    """
    named = sorted({symbol.name for formula in formulas for symbol in formula.free_symbols})
    unknown = [name for name in named if name not in values]
    if unknown:
        raise ValueError(
            f"no value for {', '.join(unknown)}; needed: draws or a number for each parameter of the formulas. "
            "Were the draws made from another version of the study? Then sample again."
        )
    count = max((np.size(value) for value in values.values()), default=1)
    structures = [structure_of(formula) for formula in formulas]
    places: dict[sp.Expr, int] = {}
    for leaf in [leaf for structure in structures for leaf in structure.leaves]:
        places.setdefault(leaf, len(places))
    known = np.empty((count, len(places)))
    for leaf, place in places.items():
        known[:, place] = values[leaf.name] if leaf.is_Symbol else float(leaf)
    table = tabulate_formulas([(structure, [places[leaf] for leaf in structure.leaves]) for structure in structures])
    # The formulas of one draw behind those of the draw before.
    draw = np.arange(count)[:, None]
    results = load_solver().evaluate_formulas(
        known.ravel(),
        table.addresses,
        np.tile(table.structures, count),
        np.append(table.begins[:-1] + draw * len(table.leaves), count * len(table.leaves)),
        (table.leaves + draw * len(places)).ravel(),
    )
    return results.reshape(count, len(formulas))
