"""Doses in measurement tables in other units than nM and ng/ml: converted as the name of their column says."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from jakstat.files import TextTable, finite_number_of_text

#: Unit in a column's name, the unit that is read, and the power of ten between them.
_POWERS: Mapping[str, Mapping[str, tuple[str, int]]] = {
    "molar": {"pM": ("nM", -3), "uM": ("nM", 3), "µM": ("nM", 3), "μM": ("nM", 3), "mM": ("nM", 6), "M": ("nM", 9)},
    "mass": {
        "pg_per_ml": ("ng_per_ml", -3),
        "ug_per_ml": ("ng_per_ml", 3),
        "µg_per_ml": ("ng_per_ml", 3),
        "μg_per_ml": ("ng_per_ml", 3),
        "mg_per_ml": ("ng_per_ml", 6),
    },
}
#: Numbers whose text as a decimal stays short.
_LEAST, _MOST = 1e-30, 1e30
_STEMS = {"inhibitor": ("molar",), "inhibitor_2": ("molar",), "stimulus": ("molar", "mass")}


def in_known_units(table: TextTable, notes: list[str]) -> TextTable:
    """Return a table with its doses in the units that are read; a column that is there already is left alone.

    Parameters
    ----------
    table : TextTable
    notes : list of str
        A sentence for each column that was converted is added here.
    """
    for stem, kinds in _STEMS.items():
        for unit, (read, power) in ((key, value) for kind in kinds for key, value in _POWERS[kind].items()):
            old, new = f"{stem}_{unit}", f"{stem}_{read}"
            if old in table.columns and new not in table.columns:
                table = _converted(table, old, new, power)
                notes.append(f"{Path(table.file).name}: the doses in {old} were converted to {new} (times 1e{power}).")
    return table


def _converted(table: TextTable, old: str, new: str, power: int) -> TextTable:
    """Return a table with a column in another unit, under its name; cells that are no numbers stay as they are."""
    columns = tuple(new if column == old else column for column in table.columns)
    rows = tuple(
        replace(
            row,
            cells={
                new if name == old else name: _scaled(cell, power) if name == old else cell
                for name, cell in row.cells.items()
            },
        )
        for row in table.rows
    )
    return replace(table, columns=columns, rows=rows)


def _scaled(text: str, power: int) -> str:
    """Return the text of a decimal number times a power of ten, without rounding; other texts are not for here."""
    value = finite_number_of_text(text)
    if value is None or not (value == 0 or _LEAST < abs(value) < _MOST):
        return text
    number = Decimal(text)
    return format(number.scaleb(power).normalize(), "f")
