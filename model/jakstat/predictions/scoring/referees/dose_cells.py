"""Cells of rows: a drug at doses within a factor of 2, in which lines are compared with one another.

Held-out rows take the cell of their drug that is nearest in dose; a new drug takes the nearest of all drugs.
"""

import numpy as np
import pandas as pd

_ALL_DRUGS = ""


def dose_doubling(dose_nM: np.ndarray) -> np.ndarray:
    """Return which factor of 2 each dose (nM, positive) belongs to: log2, rounded."""
    return np.round(np.log2(dose_nM)).astype(int)


def cells_in(rows: pd.DataFrame) -> list[tuple[str, int]]:
    """Return the cell of each row, (drug, doubling)."""
    return list(zip(rows["drug"], dose_doubling(rows["dose_nM"].to_numpy(dtype=float)).tolist(), strict=True))


def nearest_cells(training: pd.DataFrame, asked: pd.DataFrame) -> list[tuple[str, int]]:
    """Return the cell of training that each asked row belongs to; its drug is empty where training has not the drug."""
    known: dict[str, list[int]] = {_ALL_DRUGS: []}
    for drug, doubling in set(cells_in(training)):
        known.setdefault(drug, []).append(doubling)
        known[_ALL_DRUGS].append(doubling)
    found = []
    for drug, doubling in cells_in(asked):
        group = drug if drug in known else _ALL_DRUGS
        distances = [(abs(other - doubling), other) for other in known[group]]
        found.append((group, min(distances)[1]))
    return found


def rows_of_cell(training: pd.DataFrame, cell: tuple[str, int]) -> np.ndarray:
    """Return which training rows belong to a cell, (row,) of bool; those of all drugs where the cell has no drug."""
    drug, doubling = cell
    at_dose = dose_doubling(training["dose_nM"].to_numpy(dtype=float)) == doubling
    return at_dose if drug == _ALL_DRUGS else at_dose & (training["drug"] == drug).to_numpy()
