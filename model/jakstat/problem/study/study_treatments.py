"""What was done to the cells of one row of a study's tables.

Columns of a study with a ``cells`` section, each empty or absent where it does not apply::

    cell_line                                a line of cell_lines.tsv
    alterations                              ids of alterations.tsv that these cells have besides, comma-separated
    stimulus, stimulus_ng_per_ml (or _nM)    a ligand of receptors.tsv and its dose, from time 0 on
    inhibitor, inhibitor_nM                  a drug of inhibitors.tsv; inhibitor_2, inhibitor_2_nM the second of two
    pretreatment_min (or _s, _h, _d)         how long before time 0 the inhibitors were added
    and the columns that pooled entities name (a screen), for rows with an inhibitor

Besides, the condition columns that ``study.yaml`` describes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from jakstat.files import Fault, Row, TextTable, known_id, number_in, number_of_text
from jakstat.problem.formulas import unknown_name_needed
from jakstat.problem.identifiers import number_text
from jakstat.problem.reference import Reference
from jakstat.problem.study.cells_section import CELL_LINE
from jakstat.problem.study.description import Study

#: Units of time in minutes.
MINUTES = {"s": 1 / 60, "min": 1.0, "h": 60.0, "d": 1440.0}
ALTERATIONS = "alterations"
INHIBITORS = (("inhibitor", "inhibitor_nM"), ("inhibitor_2", "inhibitor_2_nM"))
STIMULUS = ("stimulus", "stimulus_ng_per_ml", "stimulus_nM")
#: How it is said that a drug has no dose.
DOSE_IN_COLUMN = "its dose in a column"
#: Columns that hold names of the reference tables.
NAME_COLUMNS = (CELL_LINE, ALTERATIONS, STIMULUS[0], *(name for name, _ in INHIBITORS))
PRETREATMENT = tuple(f"pretreatment_{unit}" for unit in MINUTES)


@dataclass(frozen=True, order=True)
class Treatment:
    """What was done: rows that share it belong to one experiment of the model.

    Parameters
    ----------
    dose : tuple of float
        Values of the condition columns in the order of ``study.yaml``.
    cell_line : str
    alterations : tuple of str
        Alterations that the cells have besides those of their line.
    inhibitors : tuple of (str, float)
        Names and doses (nM), by name; a dose of 0 is none.
    stimulus, stimulus_nM
        Ligand and dose; ``stimulus_text`` is the dose as it was written, with its unit.
    pretreatment : float
        Time from the addition of the inhibitors to time 0, unit of the study.
    groups : tuple of str
        Values of the columns, other than the cell line, that pooled entities name.
    schedule : tuple of (float, float)
        Later changes of the medium: time (unit of the study) and the share of the doses that the fresh one has, 0 for
        none. The stimulus stays. Only predictions have it.
    untreated : bool
        Whether the cells are in their steady state before anything is added, and stay in it.
    """

    dose: tuple[float, ...] = ()
    cell_line: str = ""
    alterations: tuple[str, ...] = ()
    inhibitors: tuple[tuple[str, float], ...] = ()
    stimulus: str = ""
    stimulus_nM: float = 0.0
    stimulus_text: str = ""
    pretreatment: float = 0.0
    groups: tuple[str, ...] = ()
    schedule: tuple[tuple[float, float], ...] = ()
    untreated: bool = False


def treatment_columns(study: Study) -> tuple[str, ...]:
    """Return the columns that a table of the study may have for what was done to its cells."""
    if study.cells is None:
        return ()
    inhibitors = [name for pair in INHIBITORS for name in pair]
    return (CELL_LINE, ALTERATIONS, *STIMULUS, *inhibitors, *PRETREATMENT, *study.cells.grouping_columns)


def dose_columns() -> tuple[str, ...]:
    """Return the columns that hold the doses of stimuli and inhibitors."""
    return (*STIMULUS[1:], *(dose for _, dose in INHIBITORS))


def dose_and_time_columns(study: Study) -> tuple[str, ...]:
    """Return the treatment columns that hold numbers; all others hold names."""
    return () if study.cells is None else (*dose_columns(), *PRETREATMENT)


def amount_in(table: TextTable, row: Row, column: str, what: str, faults: list[Fault]) -> float | None:
    """Return a number that is not negative; None where the column is absent or after adding a fault."""
    if column not in table.columns:
        return None
    number = number_in(table, row, column, faults)
    if number is not None and number < 0:
        faults.append(table.fault(row, column, row[column], f"{what} of 0 or more"))
    return number


def time_in(table: TextTable, row: Row, stem: str, study: Study, faults: list[Fault]) -> float | None:
    """Return the time in the column ``<stem>_<unit>``, in the study's unit; 0 where there is none or it is empty."""
    for unit, minutes in MINUTES.items():
        column = f"{stem}_{unit}"
        if row[column]:
            number = amount_in(table, row, column, "a time", faults)
            in_study = MINUTES.get(study.time_unit, 1.0)  # another unit has its fault
            return None if number is None else number * minutes / in_study
    return 0.0


def treatment_of(
    table: TextTable, row: Row, study: Study, reference: Reference | None, faults: list[Fault]
) -> Treatment:
    """Return what was done in a row; what has a fault is left out of it."""
    doses = [amount_in(table, row, condition.column, "a concentration", faults) for condition in study.conditions]
    dose = tuple(dose for dose in doses if dose is not None)
    if study.cells is None or reference is None:
        return Treatment(dose)
    known_id(table, row, CELL_LINE, reference.cell_lines, faults)
    inhibitors = _inhibitors(table, row, reference, faults)
    for column in study.cells.grouping_columns:
        if inhibitors and not row[column]:
            faults.append(table.fault(row, column, "nothing", "a name: a pooled entity has values over this column"))
    stimulus, amount, text = _stimulus(table, row, reference, faults)
    return Treatment(
        dose=dose,
        cell_line=row[CELL_LINE],
        alterations=_alterations(table, row, reference, faults),
        inhibitors=inhibitors,
        stimulus=stimulus,
        stimulus_nM=amount,
        stimulus_text=text,
        pretreatment=time_in(table, row, "pretreatment", study, faults) or 0.0,
        groups=tuple(row[column] for column in study.cells.grouping_columns),
    )


def _alterations(table: TextTable, row: Row, reference: Reference, faults: list[Fault]) -> tuple[str, ...]:
    """Return the alterations of a row."""
    names = tuple(filter(None, (part.strip() for part in row[ALTERATIONS].split(","))))
    of_line = reference.cell_lines[row[CELL_LINE]].alterations if row[CELL_LINE] in reference.cell_lines else ()
    for name in names:
        if name not in reference.alterations:
            needed = unknown_name_needed(name, reference.alterations, "an alteration of alterations.tsv")
            faults.append(table.fault(row, ALTERATIONS, repr(name), needed))
        elif name in of_line or names.count(name) > 1:
            needed = f"each once; {row[CELL_LINE]} has {', '.join(of_line) or 'none'}"
            faults.append(table.fault(row, ALTERATIONS, repr(name), needed))
    return names


def _inhibitors(table: TextTable, row: Row, reference: Reference, faults: list[Fault]) -> tuple[tuple[str, float], ...]:
    """Return the inhibitors of a row with their doses."""
    found: dict[str, float] = {}
    for name_column, dose_column in INHIBITORS:
        name = row[name_column]
        if not name:
            if row[dose_column] and number_of_text(row[dose_column]) != 0.0:
                faults.append(table.fault(row, name_column, "nothing", f"the inhibitor of {dose_column}"))
            continue
        known = known_id(table, row, name_column, reference.inhibitors, faults)
        dose = amount_in(table, row, dose_column, "a concentration", faults)
        if dose_column not in table.columns:
            faults.append(table.fault(row, name_column, repr(name), f"{DOSE_IN_COLUMN} {dose_column}"))
        if name in found:
            faults.append(table.fault(row, name_column, repr(name), "two different inhibitors"))
        if known and dose:
            found[name] = dose
    return tuple(sorted(found.items()))


def _stimulus(table: TextTable, row: Row, reference: Reference, faults: list[Fault]) -> tuple[str, float, str]:
    """Return name, dose (nM) and dose as written of the stimulus of a row."""
    kilodaltons: Mapping[str, float] = {
        receptor.ligand: receptor.molar_mass for receptor in reference.receptors.values()
    }
    name = row["stimulus"]
    given = [column for column in STIMULUS[1:] if row[column]]
    if not name:
        if any(number_of_text(row[column]) != 0.0 for column in given):
            faults.append(table.fault(row, "stimulus", "nothing", f"the ligand of {given[0]}"))
        return "", 0.0, ""
    if not known_id(table, row, "stimulus", kilodaltons, faults):
        return "", 0.0, ""
    if len(given) != 1:
        needed = f"one dose: {' or '.join(STIMULUS[1:])}"
        faults.append(table.fault(row, "stimulus", f"{name!r} with {len(given)} doses", needed))
        return "", 0.0, ""
    if needed := unbound_ligand(reference, row[CELL_LINE], name):
        faults.append(table.fault(row, "stimulus", repr(name), needed))
    dose = amount_in(table, row, given[0], "a concentration", faults) or 0.0
    # 1 ng/ml of a protein of m kDa is 1e-6 g/l / (m * 1000 g/mol) = 1/m nM.
    in_nM = dose / kilodaltons[name] if given[0] == "stimulus_ng_per_ml" else dose
    unit = "ng/ml" if given[0] == "stimulus_ng_per_ml" else "nM"
    return name, in_nM, f"{number_text(dose)} {unit}"


def unbound_ligand(reference: Reference, cell_line: str, ligand: str) -> str:
    """Say what a cell line needs in place of a ligand that its receptor does not bind; empty where nothing is wrong.

    One receptor of a line is modelled, so that another ligand would be taken for the one that this receptor binds.
    """
    if cell_line not in reference.cell_lines:
        return ""
    receptor = reference.receptors[reference.cell_lines[cell_line].receptor]
    if ligand == receptor.ligand or ligand not in {receptor.ligand for receptor in reference.receptors.values()}:
        return ""
    return (
        f"{receptor.ligand}, which binds {receptor.id}, the one receptor of {cell_line} that is modelled "
        "(cell_lines.tsv; a table of the study's own can say another)"
    )
