"""Every number of a folder of tables with its source and status, as it stands there.

A table is any ``.tsv`` file with the columns ``source`` and ``status``: reference tables, the parameters of a study.
"""

from dataclasses import dataclass
from pathlib import Path

from jakstat.files import Fault, Row, TextTable, read_text_table
from jakstat.problem.evidence import cited_source
from jakstat.problem.reference.entry_rows import require_evidence

#: Columns that tell a row from the others, and columns with its number, in the tables that have them.
_NAMES = (
    "id",
    "inhibitor",
    "regimen",
    "kinase",
    "alteration",
    "mutation",
    "receptor",
    "cell_line",
    "parameter",
    "inhibitors",
    "cells",
    "constant",
)
_NUMBERS = (
    "prior_parameters",
    "nominal",
    "median",
    "sd_ln",
    "relation",
    "value_nM",
    "measure",
    "wild_type_value",
    "mutant_value",
    "doubling_time_h",
    "cmax_nM",
    "cavg_nM",
    "fraction_unbound",
    "ligand_kDa",
    "unit",
)


@dataclass(frozen=True)
class SourcedNumber:
    """A row of a table: what it is of, its number as text, its status, and its source with the place in it."""

    table: str
    name: str
    number: str
    status: str
    source: str


def read_sourced_numbers(folder: Path, faults: list[Fault]) -> tuple[SourcedNumber, ...]:
    """Read all rows with a source of the tables in a folder.

    Parameters
    ----------
    folder : Path
        With tab-separated tables; those without the columns source and status are passed over.
    faults : list of Fault
        Rows without a source, a status, or the place of a number that was read are added here.

    Returns
    -------
    tuple of SourcedNumber
        By table (in the order of their names) and row.
    """
    found: list[SourcedNumber] = []
    for file in sorted(folder.glob("*.tsv")):
        table = read_text_table(file, faults)
        if table is None or not {"source", "status"} <= set(table.columns):
            continue
        require_evidence(table, faults)
        found += [_number_of(file.name, table, row) for row in table.rows]
    return tuple(found)


def _number_of(file: str, table: TextTable, row: Row) -> SourcedNumber:
    shares = tuple(column for column in table.columns if column.startswith("share_"))
    name = ", ".join(row[column] for column in _NAMES if row[column])
    number = "; ".join(f"{column} {row[column]}" for column in (*shares, *_NUMBERS) if row[column])
    return SourcedNumber(file, name, number, row["status"], cited_source(row))
