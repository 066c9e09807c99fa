"""All index and number arrays of a model in two shared vectors.

A compiled model reads its data from shared variables, so that another data set of the same shape needs no compilation.
nutpie compiles a wrapper whose cost grows with the number of such variables (a study has a hundred small arrays: 40 s),
so they are laid end to end in one vector of integers and one of numbers, and each user takes a slice.
"""

from collections.abc import Callable

import numpy as np
from pytensor import shared
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.tensor.variable import TensorVariable


class PackedData:
    """Collects arrays while a graph is built; call :meth:`finish` before the graph is evaluated.

    Parameters
    ----------
    make_shared : callable
        Makes a named shared vector from an array (``pm.Data`` in a model).
    """

    def __init__(self, make_shared: Callable[[str, np.ndarray], SharedVariable] | None = None):
        make = make_shared or (lambda name, value: shared(value, name=name, shape=(None,)))
        self._vectors = {
            "indices": make("model_indices", np.zeros(0, dtype=np.int64)),
            "numbers": make("model_numbers", np.zeros(0)),
        }
        self._pieces: dict[str, list[np.ndarray]] = {"indices": [], "numbers": []}

    def integers(self, array: np.ndarray) -> TensorVariable:
        """Return the slice that will hold ``array`` (flattened)."""
        return self._slice("indices", np.asarray(array, dtype=np.int64))

    def numbers(self, array: np.ndarray) -> TensorVariable:
        """Return the slice that will hold ``array`` (flattened)."""
        return self._slice("numbers", np.asarray(array, dtype=np.float64))

    def _slice(self, kind: str, array: np.ndarray) -> TensorVariable:
        pieces = self._pieces[kind]
        start = sum(piece.size for piece in pieces)
        pieces.append(array.ravel())
        return self._vectors[kind][start : start + array.size]

    def finish(self) -> None:
        """Give the shared vectors their values."""
        for kind, vector in self._vectors.items():
            held = np.concatenate([*self._pieces[kind], np.zeros(0, dtype=vector.dtype)])
            vector.set_value(held.astype(vector.dtype))
