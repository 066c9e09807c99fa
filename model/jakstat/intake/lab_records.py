"""Rows of an export's table as records: what was done to the cells, when, what was read, and its value.

What a row says itself stands above its column's header, that above the settings over the table, those above what
the user declared for all rows, and that above titles and names of files. What nothing says, and would change a
value or its meaning, is a fault with the option that settles it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from jakstat.files import Fault, number_remedy
from jakstat.intake.columns import (
    DOSE,
    DOSE_2,
    IGNORE,
    PRETREATMENT,
    ROLES,
    STIMULUS_DOSE,
    TIME,
    VALUE,
    WELL,
    Column,
    is_number,
)
from jakstat.intake.decimal_marks import mark_remedy
from jakstat.intake.declared import Declared
from jakstat.intake.lab_files import LabRow, Sheet
from jakstat.intake.lab_tables import LabTable
from jakstat.intake.units import in_minutes, in_ng_per_ml, in_nM, is_mass, is_molar, is_time
from jakstat.intake.vocabulary import (
    BLANK,
    CELL_LINE,
    CONTENT,
    IGNORED,
    INHIBITOR,
    OBSERVABLE,
    STIMULUS,
    VEHICLE,
    Fact,
    Vocabulary,
    content_of,
    decimal_of,
)

_NAMES = (CELL_LINE, INHIBITOR, "inhibitor_2", STIMULUS, OBSERVABLE)
_LABELS = ("experiment", "replicate", "screen", "alterations", WELL)
#: Cells of a value that was not measured.
_NOTHING = frozenset({"", "na", "n/a", "nan", "nd", "n.d.", "none", "null", "-", "missing", "not measured", "."})
_DOSES_OF = {INHIBITOR: (DOSE,), STIMULUS: ("stimulus_ng_per_ml", "stimulus_nM")}
_EXAMPLE_UNITS = {DOSE: "uM", DOSE_2: "uM", STIMULUS_DOSE: "ng/ml", TIME: "h", PRETREATMENT: "min"}


@dataclass(frozen=True)
class Record:
    """A measured value of an export.

    Parameters
    ----------
    sheet : Sheet
    line : int
    column : Column
        Of the value.
    facts : mapping of str to Fact
        By role. Doses are nM (``stimulus_ng_per_ml`` ng/ml), times min.
    value : Decimal
        As it stands in the file.
    unit : str
        ``percent`` or ``share`` where something says so.
    censored : {"", "below", "above"}
    """

    sheet: Sheet
    line: int
    column: Column
    facts: Mapping[str, Fact]
    value: Decimal
    unit: str
    censored: str = ""


def records_of(table: LabTable, vocabulary: Vocabulary, declared: Declared, faults: list[Fault]) -> list[Record]:
    """Return the values of a table with what is known of each; faults are added to ``faults``."""
    reader = _Reader(table.sheet, replace(vocabulary, mark=table.sheet.mark), faults)
    of_options = _Reader(table.sheet, vocabulary, faults)
    _require_units(table, faults)
    said = [column for column in table.columns if column.role not in (VALUE, IGNORE)]
    values = [column for column in table.columns if column.role == VALUE]
    if not values:
        needed = (
            f"a column of values: --column HEADER=value, or HEADER=pSTAT5 (headers: {' | '.join(table.header.cells)})"
        )
        faults.append(table.sheet.fault(table.header.line, "", "no column of measured values", needed))
    around = {**of_options.settings(declared.everywhere, "--all"), **reader.settings(table.settings, "")}
    above: dict[str, str] = {}
    found = []
    for row in table.rows:
        if not any(is_number(row[column.place]) or row[column.place] for column in values):
            continue
        facts = reader.row(row, said, above)
        if facts is None or facts.get(CONTENT) == IGNORED:
            continue
        for column in values:
            record = reader.value(row, column, _combined(table.titles, around, facts, column.facts), table.value_unit)
            if record is not None and record.facts.get(CONTENT) != IGNORED:
                found.append(record)
    return found


def _combined(
    titles: Mapping[str, Fact], around: Mapping[str, Fact], row: Mapping[str, Fact], header: Mapping[str, Fact]
) -> dict[str, Fact]:
    """Return all facts of a value; a row without a drug is not given the one of a title or setting."""
    facts = {**around, **header, **row}
    said = {role: fact for role, fact in titles.items() if role not in facts and role != CONTENT}
    for name, doses in _DOSES_OF.items():  # a drug in a file's name says nothing of rows without a dose
        if name in said and not any(role in facts or role in said for role in doses):
            del said[name]
    facts |= said
    if facts.get(DOSE) == 0 and facts.get(DOSE_2):
        facts[INHIBITOR], facts[DOSE] = facts.pop("inhibitor_2", ""), facts.pop(DOSE_2)
    if facts.get(CONTENT) in (VEHICLE, BLANK) or facts.get(DOSE) == 0:
        facts.setdefault(CONTENT, VEHICLE)
        return {role: fact for role, fact in facts.items() if role not in (INHIBITOR, DOSE, "inhibitor_2", DOSE_2)}
    return facts


def _require_units(table: LabTable, faults: list[Fault]) -> None:
    """Add a fault for each column of doses or times whose unit nothing says, unless its cells do."""
    fits = {DOSE: is_molar, DOSE_2: is_molar, TIME: is_time, PRETREATMENT: is_time}
    for column in table.columns:
        if column.role not in _EXAMPLE_UNITS:
            continue
        is_of_dose = column.role == STIMULUS_DOSE and (is_molar(column.unit) or is_mass(column.unit))
        if is_of_dose or fits.get(column.role, lambda unit: False)(column.unit):
            continue
        plain = next((row for row in table.rows if decimal_of(row[column.place]) not in (None, 0)), None)
        if plain is not None:
            found = f"{ROLES[column.role]} {plain[column.place]} without a unit"
            found = f"{found} that is known here ({column.unit})" if column.unit else found
            needed = f'--unit "{column.header}={_EXAMPLE_UNITS[column.role]}", or the unit in the header'
            faults.append(table.sheet.fault(plain.line, column.header, found, needed))


class _Reader:
    """Reads cells of one sheet and adds what is not understood to the faults, each name once."""

    def __init__(self, sheet: Sheet, vocabulary: Vocabulary, faults: list[Fault]):
        self.sheet, self.vocabulary, self.faults = sheet, vocabulary, faults

    def settings(self, written: Mapping[str, str], option: str) -> dict[str, Fact]:
        """Return what settings say: ``time`` is ``72 h``, or ``time h`` is ``72``."""
        facts: dict[str, Fact] = {}
        for key, text in written.items():
            role, _, unit = key.partition(" ")
            said = self._cell(Column(0, f"{option} {key}".strip(), role, unit), text, None)
            facts |= said or {}
        return facts

    def row(self, row: LabRow, columns: list[Column], above: dict[str, str]) -> dict[str, Fact] | None:
        """Return what the cells of a row say; None after adding a fault. ``above`` holds the last name of a column."""
        facts: dict[str, Fact] = {}
        doses: list[tuple[str, Decimal]] = []
        for column in columns:
            text = row[column.place]
            if column.role == CELL_LINE:
                text = above[column.header] = text or above.get(column.header, "")
            if not text:
                continue
            said = self._cell(column, text, row.line)
            if said is None:
                return None
            if column.role == DOSE and INHIBITOR in column.facts and said.get(DOSE):
                doses.append((str(column.facts[INHIBITOR]), Decimal(said[DOSE])))
            elif column.role == DOSE and INHIBITOR in column.facts:
                facts.setdefault(CONTENT, VEHICLE)
            elif column.role == STIMULUS_DOSE and STIMULUS in column.facts:
                facts |= {**column.facts, **said} if any(said.values()) else {}
            else:
                facts |= said
        self._add_doses(row, facts, doses)
        self._fill_drug(row, columns, facts, above)
        return facts

    def value(self, row: LabRow, column: Column, facts: Mapping[str, Fact], title_unit: str) -> Record | None:
        """Return the record of a value; None where nothing was measured, or after adding a fault."""
        text = row[column.place]
        if text.casefold() in _NOTHING:
            return None
        bound = {"<": "below", "≤": "below", ">": "above", "≥": "above"}.get(text[0], "")
        written = text.lstrip("<>≤≥= ")
        number = decimal_of(written.removesuffix("%").strip())
        if number is None:
            remedy = number_remedy(text) or f'--column "{column.header}=ignore", if it is for people'
            self.faults.append(self.sheet.fault(row.line, column.header, repr(text[:40]), f"a number ({remedy})"))
            return None
        unit = "percent" if written.endswith("%") else column.unit or title_unit
        return Record(self.sheet, row.line, column, facts, number, unit, str(facts.get("censored", bound)))

    def _add_doses(self, row: LabRow, facts: dict[str, Fact], doses: list[tuple[str, Decimal]]) -> None:
        """Put the doses of columns that are named by drugs into facts; more than two are a fault."""
        if doses:
            facts.pop(CONTENT, None)
        for (drug, dose), (name, amount) in zip(doses, ((INHIBITOR, DOSE), ("inhibitor_2", DOSE_2)), strict=False):
            facts[name], facts[amount] = drug, dose
        if len(doses) > 2:
            names = ", ".join(drug for drug, _ in doses)
            self.faults.append(self.sheet.fault(row.line, "", f"{len(doses)} drugs ({names})", "at most two in a row"))

    def _fill_drug(self, row: LabRow, columns: list[Column], facts: dict[str, Fact], above: dict[str, str]) -> None:
        """Take the drug of the row above where a dose stands alone, as under merged cells; without a dose none."""
        column = next((column for column in columns if column.role == INHIBITOR), None)
        if column is None:
            return
        if row[column.place]:
            above[INHIBITOR] = row[column.place]
        elif facts.get(DOSE) and above.get(INHIBITOR):
            facts |= {**(self.vocabulary.facts(above[INHIBITOR]) or {}), DOSE: facts[DOSE]}
        elif not facts.get(DOSE) and CONTENT not in facts and INHIBITOR not in facts:
            facts[CONTENT] = VEHICLE

    def _cell(self, column: Column, text: str, line: int | None) -> dict[str, Fact] | None:
        """Return what a cell says; None after adding a fault."""
        if column.role in _LABELS:
            return {column.role: text}
        if column.role == "censored":
            return self._bound(column, text, line)
        if column.role == CONTENT:
            content = content_of(text)
            if content or (said := self.vocabulary.facts(text)):
                return {CONTENT: content} if content in (VEHICLE, BLANK) else ({} if content else said)
            self._unknown(column, text, line)
            return None
        if column.role in _NAMES:
            return self._name(column, text, line)
        return self._amount(column, text, line)

    def _bound(self, column: Column, text: str, line: int | None) -> dict[str, Fact] | None:
        found = {"<": "below", ">": "above", "=": "", "below": "below", "above": "above", "no": "", "none": ""}
        if text.casefold() in found:
            return {"censored": found[text.casefold()]}
        self.faults.append(self.sheet.fault(line, column.header, repr(text), "below or above, or nothing"))
        return None

    def _name(self, column: Column, text: str, line: int | None) -> dict[str, Fact] | None:
        """Return what a name says: a line, a drug, a whole treatment with its dose, a control."""
        said = self.vocabulary.facts(text)
        if said is None and column.role == CELL_LINE and content_of(text) == BLANK:
            said = {CONTENT: BLANK}
        if said is None or (
            column.role in (CELL_LINE, STIMULUS, OBSERVABLE) and column.role not in said and CONTENT not in said
        ):
            self._unknown(column, text, line)
            return None
        if column.role == STIMULUS and CONTENT in said:  # not stimulated, whatever else was done
            return {}
        if column.role == "inhibitor_2":
            return {
                "inhibitor_2" if role == INHIBITOR else DOSE_2 if role == DOSE else role: fact
                for role, fact in said.items()
                if role != CONTENT
            }
        return said

    def _unknown(self, column: Column, text: str, line: int | None) -> None:
        role = column.role if column.role in ROLES else INHIBITOR
        near = self.vocabulary.near(text, role)
        hint = f" (did you mean {' or '.join(near)}?)" if near else ""
        needed = {
            CELL_LINE: f'a line of cell_lines.tsv{hint}: --name "{text}=HEL" says which; --own-line "{text}=EpoR, 30 h"'
            " makes it yours (receptor, doubling time, alterations)",
            OBSERVABLE: f'pSTAT5, viability or another readout: --name "{text}=ignore" leaves its rows out',
        }.get(
            role,
            f'a name of the tables{hint}: --name "{text}=ruxolitinib" says what it is, also vehicle or blank; '
            f'"{text}=ignore" leaves its rows out',
        )
        needed = f"{mark_remedy(text)}{needed}"
        self.faults.append(self.sheet.fault(line, column.header, f"{text!r}, which is not known", needed))

    def _amount(self, column: Column, text: str, line: int | None) -> dict[str, Fact] | None:
        """Return the fact of a dose or time; vehicle in place of a dose is none."""
        role = column.role
        number = decimal_of(text)
        if number is None:
            said = self.vocabulary.facts(text)
            names = {DOSE: DOSE, DOSE_2: DOSE, TIME: TIME, PRETREATMENT: TIME}
            if said is not None and names.get(role, "stimulus_ng_per_ml") in said:
                fact = said.pop(names.get(role, "stimulus_ng_per_ml"))
                return said | {role if role != STIMULUS_DOSE else "stimulus_ng_per_ml": fact}
            if said is not None and said.get(CONTENT) == VEHICLE and role in (DOSE, DOSE_2):
                return {**said, role: Decimal(0)}
            if text.casefold() in _NOTHING:
                return {}
            remedy = number_remedy(text)
            needed = (
                f"a number{f' ({remedy})' if remedy else ''}, or one with its unit as 10 {_EXAMPLE_UNITS.get(role, '')}"
            )
            self.faults.append(self.sheet.fault(line, column.header, repr(text[:40]), needed))
            return None
        return self._converted(role, number, column.unit)

    def _converted(self, role: str, number: Decimal, unit: str) -> dict[str, Fact]:
        """Return a number in the unit of its role; one without a unit, of which a fault tells, says nothing but 0."""
        if is_molar(unit) and role in (DOSE, DOSE_2, STIMULUS_DOSE):
            return {role if role != STIMULUS_DOSE else "stimulus_nM": in_nM(number, unit)}
        if is_mass(unit) and role == STIMULUS_DOSE:
            return {"stimulus_ng_per_ml": in_ng_per_ml(number, unit)}
        if is_time(unit) and role in (TIME, PRETREATMENT):
            return {role: in_minutes(number, unit)}
        return {role: Decimal(0)} if number == 0 and role != STIMULUS_DOSE else {}
