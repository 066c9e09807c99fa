"""Folds of cell lines, fixed by their names before anything is fitted: SHA-256 of the name modulo the number of folds.

The name counts in upper case with letters and digits only, so that OCI-M1 and oci m1 are in one fold.
"""

import hashlib
import re

FOLDS = 3


def fold_of_line(name: str, folds: int = FOLDS) -> int:
    """Return the fold of a cell line, 0 to ``folds`` - 1.

    Parameters
    ----------
    name : str
        With at least one letter A to Z or digit.
    folds : int
        Positive.

    Raises
    ------
    ValueError
        The name has neither, or ``folds`` is not positive.
    """
    letters = re.sub(r"[^A-Z0-9]", "", name.upper())
    if not letters or folds < 1:
        raise ValueError(f"fold of {name!r} of {folds}: needed: a name with letters or digits, and one fold or more")
    return int(hashlib.sha256(letters.encode()).hexdigest(), 16) % folds
