"""Receptors, cell lines and exposure of the reference tables.

Shares of kinase activity are columns ``share_<kinase>`` of receptors.tsv, whose names are parameters of the model.
Doubling times are in h in the table and growth rates in 1/min here: rate = ln 2 / (60 * doubling time).
"""

import math
from collections.abc import Collection

from jakstat.files import Fault, Row, TextTable, known_id, number_in, unique_ids
from jakstat.problem.evidence import cited_source
from jakstat.problem.formulas import unknown_name_needed
from jakstat.problem.records import Prior
from jakstat.problem.reference.constants import log_normal
from jakstat.problem.reference.entries import LIGAND_SOURCES, CellLine, Exposure, Receptor
from jakstat.problem.reference.entry_rows import list_in, positive_in, unique_rows

_MIN_PER_H = 60
#: How far the shares of a receptor may be from 1 in sum: rounding in the table.
_ROUNDING = 1e-6


def read_receptors(table: TextTable, faults: list[Fault]) -> tuple[Receptor, ...]:
    """Return the receptors; add their faults."""
    shares = tuple(column for column in table.columns if column.startswith("share_"))
    if not shares:
        found = f"the columns {', '.join(table.columns)}"
        faults.append(table.fault(None, "", found, "a column share_<kinase> for each kinase, as share_JAK1"))
    unique_ids(table, "receptor", faults)
    return tuple(receptor for row in table.rows if (receptor := _receptor_of(table, row, shares, faults)) is not None)


def read_cell_lines(
    table: TextTable, receptors: Collection[str], alterations: Collection[str], faults: list[Fault]
) -> dict[str, CellLine]:
    """Return the cell lines by name; add their faults.

    Parameters
    ----------
    table : TextTable
        cell_lines.tsv.
    receptors, alterations : collection of str
        Ids of the other tables.
    faults : list of Fault
        Faults are added here.
    """
    unique_ids(table, "cell_line", faults)
    lines = (_cell_line_of(table, row, receptors, alterations, faults) for row in table.rows)
    return {line.id: line for line in lines if line is not None}


def read_exposures(table: TextTable, inhibitors: Collection[str], faults: list[Fault]) -> tuple[Exposure, ...]:
    """Return the exposures to ``inhibitors`` (ids of inhibitors.tsv); add their faults."""
    unique_rows(table, ("inhibitor", "regimen"), faults)
    return tuple(
        exposure for row in table.rows if (exposure := _exposure_of(table, row, inhibitors, faults)) is not None
    )


def _receptor_of(table: TextTable, row: Row, columns: Collection[str], faults: list[Fault]) -> Receptor | None:
    """Return a receptor, or None after adding its faults."""
    before = len(faults)
    for column in ("receptor", "ligand", "STAT"):
        if not row[column]:
            faults.append(table.fault(row, column, "nothing", f"the {column}"))
    molar_mass = positive_in(table, row, "ligand_kDa", faults)
    shares: dict[str, float] = {}
    for column in columns:
        share = number_in(table, row, column, faults)
        if share is not None and not 0 <= share <= 1:
            faults.append(table.fault(row, column, row[column], "a share, 0 to 1"))
        shares[column] = math.nan if share is None else share
    total = math.fsum(shares.values())
    if len(faults) == before and columns and abs(total - 1) > _ROUNDING:
        faults.append(table.fault(row, ", ".join(columns), f"shares that sum to {total:g}", "shares that sum to 1"))
    if molar_mass is None or len(faults) > before:
        return None
    source, status = cited_source(row), row["status"]
    return Receptor(
        row["receptor"], row["ligand"], molar_mass, shares, row["STAT"], source, table.file, row.line, status
    )


def _cell_line_of(
    table: TextTable, row: Row, receptors: Collection[str], alterations: Collection[str], faults: list[Fault]
) -> CellLine | None:
    """Return a cell line, or None after adding its faults."""
    before = len(faults)
    for column in ("cell_line", "cancer"):
        if not row[column]:
            faults.append(table.fault(row, column, "nothing", f"the {column}"))
    known_id(table, row, "receptor", receptors, faults)
    known_id(table, row, "ligand_source", LIGAND_SOURCES, faults)
    own = list_in(row["alterations"])
    for position, name in enumerate(own):
        if name not in alterations:
            needed = unknown_name_needed(name, alterations, "an alteration of alterations.tsv")
            faults.append(table.fault(row, "alterations", repr(name), needed))
        elif name in own[:position]:
            faults.append(table.fault(row, "alterations", f"{name!r} twice", "each alteration once"))
    growth = _proliferation_of(table, row, faults)
    if len(faults) > before:
        return None
    return CellLine(
        row["cell_line"],
        row["cancer"],
        row["driver"],
        row["receptor"],
        own,
        row["ligand_source"],
        growth,
        cited_source(row),
        row["status"],
    )


def _proliferation_of(table: TextTable, row: Row, faults: list[Fault]) -> Prior | None:
    """Return the prior of a cell line's growth rate, 1/min, or None where it does not grow or after adding a fault."""
    if not row["doubling_time_h"] and not row["sd_ln"]:
        return None
    doubling_time = positive_in(table, row, "doubling_time_h", faults)
    sd_ln = positive_in(table, row, "sd_ln", faults)
    if doubling_time is None or sd_ln is None:
        return None
    return log_normal(math.log(2) / (_MIN_PER_H * doubling_time), sd_ln, cited_source(row), row["status"])


def _exposure_of(table: TextTable, row: Row, inhibitors: Collection[str], faults: list[Fault]) -> Exposure | None:
    """Return an exposure, or None after adding its faults."""
    before = len(faults)
    if row["inhibitor"] not in inhibitors:
        needed = unknown_name_needed(row["inhibitor"], inhibitors, "an inhibitor of inhibitors.tsv")
        faults.append(table.fault(row, "inhibitor", repr(row["inhibitor"]), needed))
    cmax = positive_in(table, row, "cmax_nM", faults)
    cavg = positive_in(table, row, "cavg_nM", faults, most=cmax)
    unbound = positive_in(table, row, "fraction_unbound", faults, most=1.0)
    sd_ln = positive_in(table, row, "sd_ln", faults)
    if cmax is None or cavg is None or unbound is None or sd_ln is None or len(faults) > before:
        return None
    return Exposure(row["inhibitor"], row["regimen"], cmax, cavg, unbound, sd_ln, cited_source(row), row["status"])
