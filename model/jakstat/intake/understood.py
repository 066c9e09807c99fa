"""What was understood of exports, for people to confirm: each column with its role, and what was measured."""

from collections.abc import Iterable

import pandas as pd

from jakstat.intake.columns import IGNORE, ROLES, VALUE, is_number
from jakstat.intake.lab_tables import LabTable
from jakstat.intake.observable_kinds import KINDS
from jakstat.intake.vocabulary import CONTENT, OBSERVABLE, Fact

_SHOWN = 6  # names listed


def understood_columns(tables: Iterable[LabTable]) -> list[dict[str, str]]:
    """Return a row for each column and setting of the files: file, what, read as, values."""
    rows = []
    for table in tables:
        rows.append(
            {
                "file": table.sheet.label,
                "what": "file",
                "read as": table.sheet.form,
                "values": f"{len(table.rows)} rows",
            }
        )
        for role, setting in table.settings.items():
            rows.append({"file": table.sheet.label, "what": "above the table", "read as": role, "values": setting})
        for role, fact in table.titles.items():
            if role != CONTENT:
                told = {"file": table.sheet.label, "what": "titles and names, where nothing else says it"}
                rows.append({**told, "read as": ROLES.get(role, role), "values": _fact_text(role, fact)})
        for column in table.columns:
            cells = [cell for row in table.rows if (cell := row[column.place])]
            said = ", ".join(_fact_text(role, fact) for role, fact in column.facts.items())
            role = ROLES[column.role] if column.role != VALUE or not said else said
            unit = f", {column.unit}" if column.unit else ""
            what = f"column {column.header!r}" if column.header else "column without a header"
            values = "left out" if column.role == IGNORE else _listed(cells)
            rows.append({"file": table.sheet.label, "what": what, "read as": f"{role}{unit}", "values": values})
    return rows


def understood_measurements(measurements: pd.DataFrame) -> list[dict[str, str]]:
    """Return rows that say what was measured: of each observable lines, drugs, doses, times, experiments, values."""
    rows = []
    for observable, table in measurements.groupby("observable", sort=False):
        numbers = pd.to_numeric(table["value"])
        doses = pd.to_numeric(table["inhibitor_nM"])
        told = {
            "measurements": f"{len(table)}, from {numbers.min():g} to {numbers.max():g}",
            "cell lines": _listed(table["cell_line"]),
            "drugs": _listed(table["inhibitor"]) or "none",
            "doses": f"{_listed(doses[doses > 0].sort_values().map('{:g}'.format))} nM"
            if (doses > 0).any()
            else "none",
            "ligands": _listed(table["stimulus"]) or "none",
            "times": f"{_listed(pd.to_numeric(table['time_min']).sort_values().map('{:g}'.format))} min",
            "experiments with a scale of their own": _listed(table["experiment"]) or "none",
        }
        rows += [
            {"file": "", "what": KINDS[str(observable)].label, "read as": what, "values": values}
            for what, values in told.items()
        ]
    return rows


def _fact_text(role: str, fact: Fact) -> str:
    """Return a fact of a header for people."""
    if role == OBSERVABLE:
        return KINDS[str(fact)].label
    unit = {"inhibitor_dose": " nM", "time": " min", "stimulus_ng_per_ml": " ng/ml"}.get(role, "")
    return f"{role} {fact}{unit}"


def _listed(cells: Iterable[str]) -> str:
    """Return the different texts among cells, the first few; of many numbers the range."""
    different = list(dict.fromkeys(cell for cell in cells if cell))
    if len(different) > _SHOWN and all(map(is_number, different)):
        numbers = [float(cell.lstrip("<>≤≥= ").removesuffix("%")) for cell in different]
        return f"{min(numbers):g} to {max(numbers):g}"
    more = f" and {len(different) - _SHOWN} more" if len(different) > _SHOWN else ""
    return ", ".join(different[:_SHOWN]) + more
