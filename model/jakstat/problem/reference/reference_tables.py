"""The reference tables of inhibitors, alterations, receptors, cell lines and exposure.

Six tab-separated tables in one folder (data/reference), a source and its status (``jakstat.problem.evidence``) in each
row:

- ``constants.tsv``: constants that several rows share; ``inhibitors.tsv``, ``alterations.tsv`` and each row's own one;
- ``receptors.tsv``, ``cell_lines.tsv``, ``exposure.tsv``. A study may have a table of more cell lines of its own.
- ``resistance_measurements.tsv`` (``measured_resistance``), which a folder may lack.
- ``synonyms.tsv`` may stand beside them (:mod:`jakstat.problem.reference.synonyms`).

A constant is log-normal: median, and standard deviation of the natural logarithm; without the latter it is fixed. It is
defined in one row, and other rows may name it in their formulas. Formulas are PEtab math. Which entities a model has is
known to ``suitability``; what formulas mean together, to ``effects``.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import sympy as sp

from jakstat.files import Fault, Row, TextTable, known_id, read_text_table, require_columns
from jakstat.problem.evidence import cited_source
from jakstat.problem.formulas import names_of, unknown_name_needed
from jakstat.problem.identifiers import require_distinct_names
from jakstat.problem.reference.cell_lines import read_cell_lines, read_exposures, read_receptors
from jakstat.problem.reference.constants import constants_of
from jakstat.problem.reference.entries import (
    AFFINITY,
    DOSE,
    MECHANISMS,
    Action,
    Alteration,
    AlterationChange,
    CellLine,
    Constant,
    Inhibitor,
    Reference,
)
from jakstat.problem.reference.entry_rows import formula_of_row, list_in, positive_in, require_evidence, unique_rows
from jakstat.problem.reference.measured_resistance import read_measured_resistance
from jakstat.problem.reference.synonyms import read_synonyms

_LINES = "cell_lines.tsv"
#: A study's own table of cell lines, among the tables that were read.
_OWN = "own cell lines"
_CONSTANT = ("constant", "unit", "median", "sd_ln")
#: Beside them stands ``place``, which rows of the status read need.
_EVIDENCE = ("source", "status")
#: Columns of each table; receptors.tsv has a column ``share_<kinase>`` for each kinase of the model besides.
COLUMNS = {
    "constants.tsv": (*_CONSTANT, *_EVIDENCE),
    "inhibitors.tsv": ("inhibitor", "mechanism", "parameter", "formula", *_CONSTANT, "assay", "atp_mM", *_EVIDENCE),
    "alterations.tsv": (
        "alteration",
        "gene",
        "change",
        "parameter",
        "inhibitors",
        "formula",
        *_CONSTANT,
        "cancer",
        *_EVIDENCE,
    ),
    "receptors.tsv": ("receptor", "ligand", "ligand_kDa", "STAT", *_EVIDENCE),
    "cell_lines.tsv": (
        "cell_line",
        "cancer",
        "driver",
        "receptor",
        "alterations",
        "ligand_source",
        "doubling_time_h",
        "sd_ln",
        *_EVIDENCE,
    ),
    "exposure.tsv": ("inhibitor", "regimen", "cmax_nM", "cavg_nM", "fraction_unbound", "sd_ln", *_EVIDENCE),
}
#: Columns whose names become parts of ids, so that two spellings of one name would be one thing in two places.
_NAMES = {
    "inhibitors.tsv": ("inhibitor",),
    "alterations.tsv": ("alteration",),
    "receptors.tsv": ("receptor", "ligand"),
    "cell_lines.tsv": ("cell_line",),
}
#: Units in which a constant beside a dose in nM would be a silent factor of a power of ten.
_OTHER_CONCENTRATIONS = {"pM", "uM", "µM", "μM", "mM", "M", "nmol/l", "ng/ml", "ug/ml"}


def read_reference(folder: Path, faults: list[Fault], own_cell_lines: Path | None = None) -> Reference | None:
    """Read the reference tables.

    Parameters
    ----------
    folder : Path
        Where the six tables are.
    faults : list of Fault
        All faults are added here.
    own_cell_lines : Path, optional
        A table of more cell lines, with the columns of cell_lines.tsv, whose ids that table does not have.

    Returns
    -------
    Reference or None
        What could be read; None where a table is missing or lacks columns. It is complete only if no fault was added.
    """
    readable = _tables(folder, COLUMNS, faults, own_cell_lines)
    if readable is None:
        return None
    drugs = _interventions_of(readable, faults)
    receptors = read_receptors(readable["receptors.tsv"], faults)
    known_receptors = {row["receptor"] for row in readable["receptors.tsv"].rows}
    known_alterations = {row["alteration"] for row in readable["alterations.tsv"].rows}
    known_inhibitors = {row["inhibitor"] for row in readable["inhibitors.tsv"].rows}
    cell_lines = _cell_lines_of(readable, known_receptors, known_alterations, faults)
    ligands = {receptor.ligand for receptor in receptors}
    own_lines = {row["cell_line"] for row in readable[_OWN].rows} if _OWN in readable else set()
    names = {"inhibitor": known_inhibitors, "cell_line": set(cell_lines) - own_lines, "ligand": ligands}
    return replace(
        drugs,
        receptors={receptor.id: receptor for receptor in receptors},
        cell_lines=cell_lines,
        exposures=read_exposures(readable["exposure.tsv"], known_inhibitors, faults),
        measured_resistance=read_measured_resistance(folder, known_alterations, faults),
        synonyms=read_synonyms(folder, names, faults, own_lines),
    )


def read_interventions(folder: Path, faults: list[Fault]) -> Reference | None:
    """Read inhibitors.tsv, alterations.tsv and constants.tsv alone, for a model without the reference tables' cells.

    Parameters
    ----------
    folder : Path
        Where the three tables are.
    faults : list of Fault
        All faults are added here.

    Returns
    -------
    Reference or None
        Without receptors, cell lines and exposures; None where a table is missing or lacks columns.
    """
    columns = {name: COLUMNS[name] for name in ("constants.tsv", "inhibitors.tsv", "alterations.tsv")}
    readable = _tables(folder, columns, faults)
    return None if readable is None else _interventions_of(readable, faults)


def _tables(
    folder: Path, columns: Mapping[str, tuple[str, ...]], faults: list[Fault], own_cell_lines: Path | None = None
) -> dict[str, TextTable] | None:
    """Return the tables of a folder by name, with a source in each row; None where one cannot be read."""
    tables = {name: _table(folder / name, needed, faults) for name, needed in columns.items()}
    if own_cell_lines is not None:  # a study's own table may lack the column status
        own_columns = [column for column in COLUMNS[_LINES] if column != "status"]
        tables[_OWN] = _table(own_cell_lines, own_columns, faults)
    readable = {name: table for name, table in tables.items() if table is not None}
    if len(readable) < len(tables):
        return None
    for table in readable.values():
        require_evidence(table, faults)
    for name, columns_of_names in _NAMES.items():
        for column in columns_of_names if name in readable else ():
            require_distinct_names(readable[name], column, faults)
    return readable


def _interventions_of(tables: Mapping[str, TextTable], faults: list[Fault]) -> Reference:
    """Return inhibitors, alterations and constants of the tables."""
    inhibitors, alterations = tables["inhibitors.tsv"], tables["alterations.tsv"]
    constants = constants_of((tables["constants.tsv"], inhibitors, alterations), faults)
    actions = [
        action for row in inhibitors.rows if (action := _action_of(inhibitors, row, constants, faults)) is not None
    ]
    changes = _changes_of(alterations, inhibitors, constants, faults)
    unique_rows(inhibitors, ("inhibitor", "parameter"), faults)
    return Reference(
        inhibitors={
            name: Inhibitor(name, tuple(action for action in actions if action.inhibitor == name))
            for name in dict.fromkeys(action.inhibitor for action in actions)
        },
        alterations=_alterations_of(alterations, changes, faults),
        receptors={},
        cell_lines={},
        exposures=(),
        constants=constants,
    )


def _cell_lines_of(
    tables: Mapping[str, TextTable], receptors: Collection[str], alterations: Collection[str], faults: list[Fault]
) -> dict[str, CellLine]:
    """Return the shared cell lines and, after them, a study's own."""
    lines = read_cell_lines(tables[_LINES], receptors, alterations, faults)
    if _OWN in tables:
        require_distinct_names(tables[_OWN], "cell_line", faults, tables[_LINES])
        lines |= read_cell_lines(tables[_OWN], receptors, alterations, faults)
    return lines


def _table(path: Path, columns: Iterable[str], faults: list[Fault]) -> TextTable | None:
    table = read_text_table(path, faults)
    return table if table is not None and require_columns(table, columns, faults) else None


def _action_of(table: TextTable, row: Row, constants: dict[str, Constant], faults: list[Fault]) -> Action | None:
    """Return an action, or None after adding its faults."""
    before = len(faults)
    for column in ("inhibitor", "parameter"):
        if not row[column]:
            faults.append(table.fault(row, column, "nothing", f"the {column}"))
    known_id(table, row, "mechanism", MECHANISMS, faults)
    if row["constant"] and row["unit"] in _OTHER_CONCENTRATIONS:
        faults.append(table.fault(row, "unit", repr(row["unit"]), "nM, the unit of dose: convert the constant"))
    atp = positive_in(table, row, "atp_mM", faults) if row["atp_mM"] else None
    formula = formula_of_row(table, row, (DOSE, row["constant"]), faults)
    if formula is not None and row["parameter"]:
        _require_no_effect_at_dose_0(table, row, formula, faults)
    if formula is None or len(faults) > before or _lacks_its_constant(row, constants):
        return None
    named = names_of(formula)
    return Action(
        row["inhibitor"],
        row["mechanism"],
        row["parameter"],
        formula,
        row["constant"],
        tuple(constant for constant in constants if constant in named),
        row["assay"],
        atp,
        cited_source(row),
        table.file,
        row.line,
        row["status"],
    )


def _require_no_effect_at_dose_0(table: TextTable, row: Row, formula: sp.Expr, faults: list[Fault]) -> None:
    """Add a fault where a formula is not the parameter itself at dose 0."""
    parameter = sp.Symbol(row["parameter"], real=True)
    untouched = formula.subs(sp.Symbol(DOSE, real=True), 0)
    if sp.simplify(sp.nsimplify(untouched - parameter, rational=True)) != 0:
        needed = f"a formula that leaves {parameter} as it is at dose 0"
        faults.append(table.fault(row, "formula", f"{row['formula']!r}, which is {untouched} at dose 0", needed))


def _lacks_its_constant(row: Row, constants: Collection[str]) -> bool:
    """Whether a row's constant was refused, which has been said."""
    return bool(row["constant"]) and row["constant"] not in constants


def _changes_of(
    table: TextTable, inhibitors: TextTable, constants: Collection[str], faults: list[Fault]
) -> list[AlterationChange]:
    """Return the changes that alterations make; add the faults of their rows."""
    _require_each_change_once(table, faults)
    read = ((row, _change_of(table, row, inhibitors, faults)) for row in table.rows)
    return [change for row, change in read if change is not None and not _lacks_its_constant(row, constants)]


def _change_of(table: TextTable, row: Row, inhibitors: TextTable, faults: list[Fault]) -> AlterationChange | None:
    """Return a change, or None after adding its faults."""
    before = len(faults)
    if not row["alteration"].isidentifier():
        needed = "letters, digits and _, not first a digit, as in JAK2_V617F"
        faults.append(table.fault(row, "alteration", repr(row["alteration"]), needed))
    for column in ("gene", "change", "parameter"):
        if not row[column]:
            faults.append(table.fault(row, column, "nothing", f"the {column}"))
    who = list_in(row["inhibitors"])
    for name in who:
        _require_target(table, row, name, inhibitors, faults)
    formula = formula_of_row(table, row, (AFFINITY if who else "", row["constant"]), faults)
    if formula is None or len(faults) > before:
        return None
    return AlterationChange(
        row["alteration"], row["parameter"], who, formula, row["status"], cited_source(row), table.file, row.line
    )


def _require_target(table: TextTable, row: Row, name: str, inhibitors: TextTable, faults: list[Fault]) -> None:
    """Add a fault unless an inhibitor (or one of a mechanism) acts on the row's parameter by a constant of its own."""
    column = "mechanism" if name in MECHANISMS else "inhibitor"
    known = {other["inhibitor"] for other in inhibitors.rows} | set(MECHANISMS)
    if name not in known:
        needed = unknown_name_needed(name, known, "an inhibitor of inhibitors.tsv, or a mechanism")
        faults.append(table.fault(row, "inhibitors", repr(name), needed))
    elif not any(
        other[column] == name and other["parameter"] == row["parameter"] and other["constant"]
        for other in inhibitors.rows
    ):
        found = f"{name!r}, which has no constant on {row['parameter']!r} in inhibitors.tsv"
        faults.append(table.fault(row, "inhibitors", found, "an inhibitor that acts on this parameter"))


def _require_each_change_once(table: TextTable, faults: list[Fault]) -> None:
    """Add a fault for each row whose alteration changes the same parameter, or inhibitor's constant, before."""
    first: dict[tuple[str, str, str], int] = {}
    for row in table.rows:
        for name in list_in(row["inhibitors"]) or ("",):
            key = (row["alteration"], row["parameter"], name)
            if key in first:
                what = f"the constant of {name} on {row['parameter']}" if name else row["parameter"]
                found = f"a second change of {what} by {row['alteration']} (first on line {first[key]})"
                faults.append(table.fault(row, "", found, "each change of an alteration once"))
            first.setdefault(key, row.line)


def _alterations_of(
    table: TextTable, changes: Iterable[AlterationChange], faults: list[Fault]
) -> dict[str, Alteration]:
    """Return the alterations; add a fault for each row that names another gene or another change than the first."""
    found: dict[str, Alteration] = {}
    first: dict[str, Row] = {}
    for row in table.rows:
        start = first.setdefault(row["alteration"], row)
        for column in ("gene", "change", "cancer"):
            if row[column] != start[column]:
                needed = f"{start[column]!r}, as on line {start.line} of the same alteration"
                faults.append(table.fault(row, column, repr(row[column]), needed))
    grouped = list(changes)
    for name, start in first.items():
        own = tuple(group for group in grouped if group.alteration == name)
        if own:
            found[name] = Alteration(name, start["gene"], start["change"], start["cancer"], own)
    return found
