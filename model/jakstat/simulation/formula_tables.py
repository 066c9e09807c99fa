"""Tables of formulas: their structures as generated kernels, their leaves as places in a vector.

What a compiled model costs to compile grows with the nodes of its graph: a table of formulas is one node, whatever is
in it, and its kernels are machine code in a fraction of a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jakstat.simulation.kernel_cache import formula_addresses
from jakstat.simulation.kernels import Structure, write_formula_kernels


@dataclass(frozen=True)
class FormulaTable:
    """Formulas as the compiled loops take them; see :func:`jakstat.simulation.solver.evaluate_formulas`."""

    addresses: np.ndarray
    structures: np.ndarray
    begins: np.ndarray
    leaves: np.ndarray


def tabulate_formulas(formulas: Sequence[tuple[Structure, Sequence[int]]]) -> FormulaTable:
    """Compile the structures of formulas, or load them, and lay the places of their leaves end to end.

    Parameters
    ----------
    formulas : sequence of (Structure, places of its leaves)

    Raises
    ------
    UnsupportedModelError
        A function of a formula cannot be computed; it is named.
    """
    numbers: dict[str, int] = {}
    distinct = []
    for structure, _ in formulas:
        if structure.text not in numbers:
            numbers[structure.text] = len(numbers)
            distinct.append(structure)
    addresses = formula_addresses([structure.text for structure in distinct], lambda: write_formula_kernels(distinct))
    return FormulaTable(
        addresses,
        np.array([numbers[structure.text] for structure, _ in formulas], dtype=np.int64),
        np.cumsum([0, *(len(places) for _, places in formulas)], dtype=np.int64),
        np.array([place for _, places in formulas for place in places], dtype=np.int64),
    )
