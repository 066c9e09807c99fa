"""All arrays that a model reads, in three shared vectors: of integers, of numbers and of addresses of compiled code.

A compiled model reads its data from shared variables, so that another data set of the same shape needs no compilation.
nutpie compiles a wrapper whose cost grows with the number of such variables (a study has a hundred small arrays: 40 s),
so they are laid end to end, and each user takes a slice.
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
        make = make_shared or _make_shared
        self._vectors = {
            "indices": make("model_indices", np.zeros(0, dtype=np.int64)),
            "numbers": make("model_numbers", np.zeros(0)),
            "addresses": _make_shared("model_addresses", np.zeros(0, dtype=np.int64)),
        }
        self._pieces: dict[str, list[np.ndarray]] = {kind: [] for kind in self._vectors}

    def integers(self, array: np.ndarray) -> TensorVariable:
        """Return the slice that will hold ``array`` (flattened)."""
        return self._slice("indices", np.asarray(array, dtype=np.int64))

    def numbers(self, array: np.ndarray) -> TensorVariable:
        """Return the slice that will hold ``array`` (flattened)."""
        return self._slice("numbers", np.asarray(array, dtype=np.float64))

    def addresses(self, array: np.ndarray) -> TensorVariable:
        """Return the slice that will hold ``array`` (flattened); its numbers are not cut to int32, as pm.Data does."""
        return self._slice("addresses", np.asarray(array, dtype=np.int64))

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


def _make_shared(name: str, value: np.ndarray) -> SharedVariable:
    return shared(value, name=name, shape=(None,))
