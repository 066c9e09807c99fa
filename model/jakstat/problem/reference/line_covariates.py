"""What is known of cell lines before any drug: a table of covariates, a row a line, as RNA-seq and exomes give them.

The kind of a covariate is the start of its column's name (``KINDS``); each is without unit:

- ``expression_<gene>``: log expression on any scale that is the same for all lines of the table;
- ``mutated_<gene>`` and ``fusion_<genes>``: 1 or 0;
- ``general_viability_<screen>``: mean over drugs of all other kinds of a line's mean viability less the drug's mean
  over lines; below 0 in a line that many drugs inhibit.

An empty cell is a value that is not known (NaN). A table may have lines that a study has not: they are left out. What a
statistical model makes of covariates is not said here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jakstat.files import Fault, Row, TextTable, folded, near_names, number_in, read_text_table, require_columns
from jakstat.problem.identifiers import require_distinct_names
from jakstat.problem.reference.entry_rows import require_source, unique_rows

#: How the name of a covariate's column begins.
KINDS = ("expression_", "mutated_", "fusion_", "general_viability_")
#: Covariates that are yes or no.
_YES_OR_NO = ("mutated_", "fusion_")
_NAME, _SOURCE = "cell_line", "source"


@dataclass(frozen=True, eq=False)
class LineCovariates:
    """Covariates of cell lines.

    Parameters
    ----------
    lines : tuple of str
        Names as the tables of cell lines have them, in the order of those tables.
    columns : tuple of str
        Covariates, as the columns are called.
    values : (line, covariate) array, 1
        NaN where a value is not known.
    file : str
        The table.
    """

    lines: tuple[str, ...]
    columns: tuple[str, ...]
    values: np.ndarray
    file: str = ""

    def of(self, lines: Sequence[str], columns: Sequence[str] | None = None) -> np.ndarray:
        """Return the values of lines, (line, covariate); NaN in the row of a line that the table has not.

        Parameters
        ----------
        lines : sequence of str
            Names as the tables of cell lines have them.
        columns : sequence of str, optional
            Covariates; all of them where absent.

        Raises
        ------
        ValueError
            A covariate is not in the table.
        """
        columns = self.columns if columns is None else columns
        absent = [column for column in columns if column not in self.columns]
        if absent:
            found = f"covariates: found no {', '.join(absent)} in {self.file or 'the table'}"
            raise ValueError(f"{found}; needed: some of {', '.join(self.columns)}")
        rows = {line: row for row, line in enumerate(self.lines)}
        chosen = self.values[:, [self.columns.index(column) for column in columns]]
        unknown = np.full(len(columns), np.nan)
        values = [chosen[rows[line]] if line in rows else unknown for line in lines]
        return np.array(values, dtype=float).reshape(len(lines), len(columns))

    def standardised(self, column: str, lines: Collection[str]) -> dict[str, float]:
        """Return a covariate of those of ``lines`` of which it is known, in standard deviations over the table's lines.

        Yes and no stay 1 and 0, and are known of all lines: without a value they are the share of the others.
        """
        values = self.values[:, self.columns.index(column)]
        told, found = values[~np.isnan(values)], list(zip(self.lines, values, strict=True))
        middle = float(told.mean()) if told.size else 0.0
        known = {line: float(value) for line, value in found if not np.isnan(value)}
        if column.startswith(_YES_OR_NO):
            return {line: known.get(line, middle) for line in lines}
        spread = float(told.std()) or 1.0 if told.size else 1.0
        return {line: (known[line] - middle) / spread for line in lines if line in known}


def read_line_covariates(
    path: Path, cell_lines: Collection[str], faults: list[Fault], notes: list[str] | None = None
) -> LineCovariates | None:
    """Read a table of covariates.

    Parameters
    ----------
    path : Path
        Tab-separated: ``cell_line``, ``source`` and columns of covariates (``KINDS``).
    cell_lines : collection of str
        Names of the tables of cell lines. Case, hyphens and spaces tell no two names apart.
    faults : list of Fault
        All faults are added here: a column of no kind, a line twice, a cell that is no number, a mutation that is
        neither 0 nor 1, a row without a source or a name.
    notes : list of str, optional
        A sentence for each line without a row while a row of no line has a name like it.

    Returns
    -------
    LineCovariates or None
        Of the lines that both have; None where the table cannot be read.
    """
    table = read_text_table(path, faults)
    if table is None or not require_columns(table, (_NAME, _SOURCE), faults):
        return None
    columns = _covariates_in(table, faults)
    require_source(table, faults)
    unique_rows(table, (_NAME,), faults)
    require_distinct_names(table, _NAME, faults)
    by_spelling = {folded(name): name for name in cell_lines}
    rows = {by_spelling[folded(row[_NAME])]: row for row in table.rows if folded(row[_NAME]) in by_spelling}
    faults += [table.fault(row, _NAME, "nothing", "the name of a cell line") for row in table.rows if not row[_NAME]]
    _note_like_names(
        table, [name for name in cell_lines if name not in rows], by_spelling, [] if notes is None else notes
    )
    values = {id(row): [_value_in(table, row, column, faults) for column in columns] for row in table.rows}
    lines = tuple(name for name in cell_lines if name in rows)
    array = np.array([values[id(rows[line])] for line in lines], dtype=float).reshape(len(lines), len(columns))
    return LineCovariates(lines, columns, array, table.file)


def _covariates_in(table: TextTable, faults: list[Fault]) -> tuple[str, ...]:
    """Return the columns of covariates; add a fault for each other column, and one where there is none."""
    others = [column for column in table.columns if column not in (_NAME, _SOURCE)]
    needed = f"cell_line, source, or a covariate whose name begins with {', '.join(KINDS)}"
    found = tuple(column for column in others if column.startswith(KINDS))
    faults += [table.fault(None, column, f"the column {column}", needed) for column in others if column not in found]
    if not others:
        faults.append(table.fault(None, "", "no covariate", f"a column whose name begins with {', '.join(KINDS)}"))
    return found


def _note_like_names(
    table: TextTable, without_row: Collection[str], by_spelling: Collection[str], notes: list[str]
) -> None:
    """Add a note for each line without a row while a row of no line has a name like it.

    It is no fault: names of cell lines are like one another (LP-1, SC-1), and a table may have lines of other studies.
    """
    unknown = [row[_NAME] for row in table.rows if folded(row[_NAME]) not in by_spelling]
    for name in without_row:
        if near := near_names(name, unknown):
            notes.append(f"{Path(table.file).name}: no covariates of {name}, but of {', '.join(near)}.")


def _value_in(table: TextTable, row: Row, column: str, faults: list[Fault]) -> float:
    """Return the value in a cell, NaN where it is empty or after adding its fault."""
    if not row[column]:
        return np.nan
    value = number_in(table, row, column, faults, needed="a number, or nothing where it is not known")
    if value is not None and column.startswith(_YES_OR_NO) and value not in (0, 1):
        faults.append(table.fault(row, column, row[column], "1, 0, or nothing where it is not known"))
    return np.nan if value is None else value
