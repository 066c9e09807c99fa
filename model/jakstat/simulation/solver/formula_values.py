"""Values of a table of formulas, and their pullback: loops over generated kernels, compiled like the integrator.

A formula is a structure (a kernel over its leaves) and the places of its leaves in one vector of what is known. A
problem has thousands of formulas of a few structures: a dose over a constant, a signal with its scale and offset.
"""

import numpy as np
from numba import njit

from jakstat.simulation.solver.integrator import OPTIONS
from jakstat.simulation.solver.kernel_interface import address_in, invoke

#: Places in the vector of addresses: of this module's functions, then (value, pullback) of each structure.
EVALUATE, PULL_BACK, KERNELS = 0, 1, 2


@njit(**OPTIONS)
def _most_leaves(begins):
    most = 1
    for formula in range(begins.shape[0] - 1):
        most = max(most, begins[formula + 1] - begins[formula])
    return most


@njit(**{**OPTIONS, "no_cpython_wrapper": False})
def evaluate_formulas(known, addresses, structures, begins, leaves):
    """Evaluate every formula.

    Parameters
    ----------
    known : (known,)
    addresses : int64, see above
    structures : (formula,), int64; number of each formula's structure
    begins : (formula + 1,), int64; where its leaves begin in ``leaves``, and their end
    leaves : int64; places in ``known``

    Returns
    -------
    (formula,)
    """
    values, given = np.empty(structures.shape[0]), np.empty(_most_leaves(begins))
    for formula in range(structures.shape[0]):
        first = begins[formula]
        for leaf in range(begins[formula + 1] - first):
            given[leaf] = known[leaves[first + leaf]]
        values[formula] = invoke(addresses[KERNELS + 2 * structures[formula]], address_in(given, 0))
    return values


@njit(**{**OPTIONS, "no_cpython_wrapper": False})
def pull_back_formulas(known, addresses, structures, begins, leaves, cotangents):
    """Return the cotangent of ``known`` (known,) from those of the formulas' values (formula,)."""
    pulled, most = np.zeros(known.shape[0]), _most_leaves(begins)
    given, slopes = np.empty(most), np.empty(most)
    for formula in range(structures.shape[0]):
        if cotangents[formula] == 0.0:
            continue
        first, number = begins[formula], begins[formula + 1] - begins[formula]
        for leaf in range(number):
            given[leaf] = known[leaves[first + leaf]]
        kernel = addresses[KERNELS + 2 * structures[formula] + 1]
        invoke(kernel, address_in(given, 0), cotangents[formula], address_in(slopes, 0))
        for leaf in range(number):
            pulled[leaves[first + leaf]] += slopes[leaf]
    return pulled
