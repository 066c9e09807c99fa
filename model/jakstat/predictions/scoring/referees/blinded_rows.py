"""Rows of dose responses for referees: training rows with values, held-out rows without.

A row is a viability (or another response): ``line``, ``drug``, ``dose_nM``, ``screen`` and, in training rows only,
``value``. What was measured in held-out rows never enters a table that a referee is given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

CONDITIONS = ("line", "drug", "dose_nM", "screen")
VALUE = "value"


@dataclass(frozen=True, eq=False)
class SplitRows:
    """Training rows; the conditions of held-out rows; and what was measured in these, (held-out row,)."""

    training: pd.DataFrame
    asked: pd.DataFrame
    observed: np.ndarray


def conditions_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the conditions of rows, and nothing else of them."""
    return rows[[column for column in CONDITIONS if column in rows]].reset_index(drop=True)


def require_conditions_only(asked: pd.DataFrame) -> None:
    """Raise ValueError where held-out rows have a column that is no condition, or lack one.

    Parameters
    ----------
    asked : DataFrame
        What a referee is asked for.
    """
    if set(asked.columns) != set(CONDITIONS):
        found = f"held-out rows: found the columns {', '.join(map(str, asked.columns))}"
        raise ValueError(f"{found}; needed: {', '.join(CONDITIONS)} and no value (take conditions_of)")


def split_rows(rows: pd.DataFrame, held_out: np.ndarray) -> SplitRows:
    """Split rows into training rows and held-out ones, whose values go where no referee sees them.

    Parameters
    ----------
    rows : DataFrame
        ``CONDITIONS`` and ``value``.
    held_out : (row,) array of bool

    Raises
    ------
    ValueError
        A column is missing, a value is not finite, a dose is not positive, or either part is empty.
    """
    missing = [column for column in (*CONDITIONS, VALUE) if column not in rows]
    if missing:
        raise ValueError(f"rows: found no {', '.join(missing)}; needed: {', '.join((*CONDITIONS, VALUE))}")
    if not np.isfinite(rows[VALUE]).all() or not (rows["dose_nM"] > 0).all():
        raise ValueError("rows: found values that are not finite or doses that are not positive; needed: neither")
    held_out = np.asarray(held_out, dtype=bool)
    if held_out.shape != (len(rows),) or held_out.all() or not held_out.any():
        raise ValueError(f"held_out: found {held_out.sum()} of {len(rows)} rows; needed: some, not all, one flag a row")
    training = rows.loc[~held_out, [*CONDITIONS, VALUE]].reset_index(drop=True)
    return SplitRows(training, conditions_of(rows[held_out]), rows.loc[held_out, VALUE].to_numpy(dtype=float))


def with_screen_offsets(rows: pd.DataFrame, offsets: Mapping[str, float]) -> pd.DataFrame:
    """Return rows whose doses are those of a common screen.

    Parameters
    ----------
    rows : DataFrame
    offsets : mapping of str to float
        By how much ln IC50 in a screen lies above that in the common one; 0 where a screen is not named. A dose there
        does what a dose smaller by exp(offset) does in the common one.
    """
    shift = np.array([offsets.get(screen, 0.0) for screen in rows["screen"]], dtype=float)
    return rows.assign(dose_nM=rows["dose_nM"].to_numpy(dtype=float) * np.exp(-shift))


def require_blind(
    predict: Callable[[SplitRows], np.ndarray], rows: pd.DataFrame, held_out: np.ndarray, seed: int
) -> None:
    """Raise ValueError where predictions of held-out rows change with the values that were measured in them.

    Parameters
    ----------
    predict : callable
        From split rows to predictions, any array; must be the same again for the same rows.
    rows, held_out
        As for :func:`split_rows`. The values of held-out rows come in another order the second time.
    seed : int
        Of that order.
    """
    shuffled = rows[VALUE].to_numpy(dtype=float).copy()
    places = np.flatnonzero(held_out)
    shuffled[places] = shuffled[np.random.default_rng(seed).permutation(places)] + 1.0
    first, again, other = (predict(split_rows(table, held_out)) for table in (rows, rows, rows.assign(value=shuffled)))
    if not np.array_equal(first, again):
        raise ValueError("predictions: found others the second time; needed: the same for the same rows and seed")
    if not np.array_equal(first, other):
        raise ValueError("predictions: found others where held-out values are others; needed: that they are not seen")
