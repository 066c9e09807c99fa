"""Compiled functions that threads may call at the same time.

A compiled PyTensor function keeps its inputs, and every value between them and its outputs, in places of its own: two
threads that call one function read each other's numbers. Here each call has places to itself, so that solves, which
hold no lock of Python's, run side by side.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

#: Held while something is planned or compiled: neither SymPy nor PyTensor promises that threads may do so at once.
BUILDING = threading.RLock()


class SharedFunction:
    """A function of PyTensor's Python linker, for any number of threads: a call takes a copy that is at rest.

    There are as many copies as there were calls at the same time; one costs some milliseconds.

    Parameters
    ----------
    function : pytensor.compile.function.types.Function
        Called by nobody else.
    """

    def __init__(self, function: Any):
        self._original = function
        self._at_rest = [function]

    def __call__(self, *values: np.ndarray) -> list[np.ndarray]:
        """Return the outputs at ``values``."""
        try:
            copy = self._at_rest.pop()  # of a list, which is one step of the interpreter: no other thread gets it
        except IndexError:
            with BUILDING:
                copy = self._original.copy()
        try:
            return copy(*values)
        finally:
            self._at_rest.append(copy)


def without_places(function: Any) -> Callable[[np.ndarray], tuple]:
    """Return what numba compiled of a function of one vector: it keeps nothing between calls, and holds no lock.

    Parameters
    ----------
    function : pytensor.compile.function.types.Function
        Of mode NUMBA; its first input is the vector, the others are shared variables.

    Returns
    -------
    callable
        Vector -> outputs.
    """
    compiled = function.vm.jit_fn
    shared = [place.storage[0] for place in function.input_storage[1:]]

    @njit(nogil=True)
    def call(*inputs: np.ndarray) -> tuple:
        return compiled(*inputs)

    return lambda vector: call(np.asarray(vector, dtype=np.float64), *shared)
