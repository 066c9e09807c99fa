"""Formulas over parameters, evaluated over draws: the value of an entity in a cell line, a constant of a drug in cells.

Formulas are SymPy expressions; they are turned into a PyTensor graph like those of the likelihood, never into Python.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pytensor.tensor as pt
import sympy as sp
from pytensor import function
from pytensor.compile.mode import Mode

from jakstat.statistics.expressions import as_tensor

#: Graphs as they are, in Python: compiling them would take longer than evaluating them.
_INTERPRETED = Mode(linker="py", optimizer=None)


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
    named = sorted({symbol.name for one in formulas for symbol in one.free_symbols})
    unknown = [name for name in named if name not in values]
    if unknown:
        raise ValueError(
            f"no value for {', '.join(unknown)}; needed: draws or a number for each parameter of the formulas. "
            "Were the draws made from another version of the study? Then sample again."
        )
    count = max((np.size(one) for one in values.values()), default=1)
    inputs = {name: pt.dvector(name) for name in named}
    outputs = [as_tensor(one, inputs) for one in formulas]
    evaluate = function(list(inputs.values()), outputs, mode=_INTERPRETED, on_unused_input="ignore")
    results = evaluate(*(np.broadcast_to(np.asarray(values[name], dtype=float), (count,)).copy() for name in named))
    return np.stack([np.broadcast_to(one, (count,)) for one in results], axis=1)
