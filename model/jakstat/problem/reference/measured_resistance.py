"""Responses that were measured in cells with and without an alteration: resistance_measurements.tsv.

A row holds both values, in cells that are otherwise alike as far as the source says: an IC50 (nM), a viability at a
dose (% of control) or a ratio (fold). Nothing is fitted to them: they stand beside what is predicted. ``alteration`` is
one of alterations.tsv, or empty where the source's mutants are none of them; ``mutation`` says what the cells had.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from jakstat.files import Fault, Row, TextTable, known_id, read_text_table, require_columns
from jakstat.problem.evidence import cited_source
from jakstat.problem.reference.entry_rows import positive_in, require_evidence

FILE = "resistance_measurements.tsv"
#: How a drug binds a JAK: the active kinase (I) or the inactive one (II).
TYPES = ("I", "II")
UNITS = ("nM", "% of control", "fold")
_COLUMNS = (
    "alteration",
    "mutation",
    "inhibitor",
    "type",
    "cells",
    "assay",
    "wild_type_value",
    "mutant_value",
    "unit",
    "source",
    "status",
)


@dataclass(frozen=True)
class MeasuredResistance:
    """A response without and with an alteration, in ``unit`` (one of ``UNITS``)."""

    alteration: str
    mutation: str
    inhibitor: str
    kind: str
    cells: str
    assay: str
    wild_type: float
    mutant: float
    unit: str
    source: str
    status: str

    @property
    def text(self) -> str:
        """Both values in words: ``840 to 3280 nM (KRAS mutated, primary AML)``."""
        return f"{self.wild_type:g} to {self.mutant:g} {self.unit} ({self.mutation}, {self.cells})"


def read_measured_resistance(
    folder: Path, alterations: Collection[str], faults: list[Fault]
) -> tuple[MeasuredResistance, ...]:
    """Read the measured responses of altered cells.

    Parameters
    ----------
    folder : Path
        Where resistance_measurements.tsv is; a folder may have none.
    alterations : collection of str
        Ids of alterations.tsv.
    faults : list of Fault
        All faults are added here.

    Returns
    -------
    tuple of MeasuredResistance
        In the order of the table, without faulty rows.
    """
    if not (folder / FILE).is_file():
        return ()
    table = read_text_table(folder / FILE, faults)
    if table is None or not require_columns(table, _COLUMNS, faults):
        return ()
    require_evidence(table, faults)
    read = (_measured_of(table, row, alterations, faults) for row in table.rows)
    return tuple(measured for measured in read if measured is not None)


def measured_text(measured: Sequence[MeasuredResistance], alterations: Collection[str], inhibitor: str) -> str:
    """Return what was measured of these alterations under an inhibitor, in words; empty where nothing was."""
    found = [row.text for row in measured if row.alteration in alterations and row.inhibitor == inhibitor]
    return "; ".join(found)


def _measured_of(
    table: TextTable, row: Row, alterations: Collection[str], faults: list[Fault]
) -> MeasuredResistance | None:
    """Return a measured response, or None after adding the faults of its row."""
    before = len(faults)
    for column in ("mutation", "inhibitor", "cells", "assay"):
        if not row[column]:
            faults.append(table.fault(row, column, "nothing", f"the {column}"))
    if row["alteration"]:
        known_id(table, row, "alteration", alterations, faults)
    known_id(table, row, "type", TYPES, faults)
    known_id(table, row, "unit", UNITS, faults)
    wild_type = positive_in(table, row, "wild_type_value", faults)
    mutant = positive_in(table, row, "mutant_value", faults)
    if wild_type is None or mutant is None or len(faults) > before:
        return None
    return MeasuredResistance(
        row["alteration"],
        row["mutation"],
        row["inhibitor"],
        row["type"],
        row["cells"],
        row["assay"],
        wild_type,
        mutant,
        row["unit"],
        cited_source(row),
        row["status"],
    )
