"""Values, doses and times out of the range of their unit: what gives percent, uM or minutes away before sampling.

Each is said once for a column, with the number of rows, an example and the factor that is probably missing. What no
experiment can have is a fault; what is only unusual is a note, which stands in the problem and in the report.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jakstat.files import Fault, TextTable
from jakstat.problem.identifiers import number_text
from jakstat.problem.study.description import Study, StudyObservable
from jakstat.problem.study.rows import StudyMeasurement
from jakstat.problem.study.study_treatments import MINUTES

#: A share of untreated cells above it is percent: drugs that let cells grow to more than twice their number are rare,
#: and noise adds to it (assumed).
_HIGHEST_SHARE = 3.0
#: Values in percent of which none is above it are shares (assumed): a series without effect has 100.
_LOWEST_PERCENT = 1.5
_SHARES = ("fraction", "share", "proportion")
_PERCENT = ("%", "percent")
#: How people write that a value has no unit.
_NO_UNIT = ("1", "", "-", "none", "dimensionless", "unitless", "relative", "rel.", "rel", "normalised", "normalized")
#: What says that it may be a share: relative to a maximum, which scales may lift to any number.
_SAYS_RELATIVE = re.compile(r"relative|normali[sz]ed|% of|percent of|per cent of", re.IGNORECASE)
#: What the label or id of an observable of unit 1 says where it is a share of untreated cells or of a whole.
_SAYS_SHARE = re.compile(
    r"viab|surviv|fraction|share|proportion|occupan|confluen|alive|relative to (the )?"
    r"(untreated|control|vehicle|dmso|cells without|no drug)",
    re.IGNORECASE,
)
#: What says that it is none: how many times as much as something else.
_SAYS_FOLD = re.compile(r"fold|ratio", re.IGNORECASE)


@dataclass(frozen=True)
class Range:
    """Range of the highest and of all positive values of a quantity, and what is probably meant beyond it.

    Parameters
    ----------
    what : str
        The quantity and its unit.
    impossible, unusual : (float, float)
        The highest value below the first number, or any value above the second: a fault, or a note.
    if_low, if_high : str
        What is probably meant, with the factor.
    """

    what: str
    impossible: tuple[float, float]
    unusual: tuple[float, float]
    if_low: str
    if_high: str


_IF_LOW = "{next} given as {unit} (multiply by 1000), or a unit 1,000,000 times as large"
_IF_HIGH = "{next} given as {unit} (divide by 1000), or a unit 1,000,000 times as small"
#: nM. Below 1 pM a well of 0.1 ml has 6e7 molecules for some 1e4 cells with as many targets each; above 10 mM no drug
#: of the tables dissolves. Dose series of JAK inhibitors in cells reach 100 nM and stay below 1 mM, and those
#: in uM end at 10 or 30 (the limits are assumed).
_INHIBITOR = Range(
    "dose, nM", (1e-3, 1e7), (31.0, 1e6), _IF_LOW.format(next="uM", unit="nM"), _IF_HIGH.format(next="pM", unit="nM")
)
#: Cytokines act from pg/ml to some ug/ml; a mg/ml is a concentrated stock (the limits are assumed).
_LIGAND_NG = Range(
    "dose, ng/ml",
    (1e-5, 1e6),
    (1e-2, 1e4),
    _IF_LOW.format(next="ug/ml", unit="ng/ml"),
    _IF_HIGH.format(next="pg/ml", unit="ng/ml"),
)
#: The same for a protein of 20 kDa, of which 1 ng/ml is 0.05 nM.
_LIGAND_NM = Range(
    "dose, nM", (1e-6, 1e5), (1e-3, 1e3), _IF_LOW.format(next="uM", unit="nM"), _IF_HIGH.format(next="pM", unit="nM")
)
#: nM of what a condition column says, a drug or a ligand: what either allows.
_ADDED_NM = replace(_INHIBITOR, impossible=(1e-6, 1e7), unusual=(1e-3, 1e6))
#: h. No culture is treated for more than a year, and few for more than six weeks; nothing is measured or given within
#: the first second (assumed).
_TIME = Range(
    "time, h",
    (0.0, 8760.0),
    (1 / 3600, 1000.0),
    "h given as min (multiply by 60) or as s (by 3600)",
    "min given as h (divide by 60), or s given as h (by 3600)",
)
#: nM in units of concentration that a condition column may have.
_NANOMOLAR = {
    "pM": 1e-3,
    "nM": 1.0,
    "uM": 1e3,
    "µM": 1e3,
    "μM": 1e3,
    "mM": 1e6,
    "M": 1e9,
    "pmol/l": 1e-3,
    "nmol/l": 1.0,
    "umol/l": 1e3,
    "µmol/l": 1e3,
    "μmol/l": 1e3,
    "mmol/l": 1e6,
    "mol/l": 1e9,
}
#: ng/ml, likewise.
_NG_PER_ML = {
    "pg/ml": 1e-3,
    "ng/ml": 1.0,
    "ug/ml": 1e3,
    "µg/ml": 1e3,
    "μg/ml": 1e3,
    "mg/ml": 1e6,
    "ng/l": 1e-3,
    "ug/l": 1.0,
    "µg/l": 1.0,
    "μg/l": 1.0,
    "mg/l": 1e3,
    "g/l": 1e6,
}


@dataclass(frozen=True)
class _Reading:
    """A number of a row in the unit of its range, and as it stands in the table."""

    line: int
    value: float
    written: str


def check_magnitudes(
    table: TextTable,
    study: Study,
    measured: Sequence[tuple[int, StudyMeasurement]],
    faults: list[Fault],
    notes: list[str],
) -> None:
    """Add a fault or note for each column of a table whose numbers are out of the range of their unit.

    Parameters
    ----------
    table : TextTable
    study : Study
    measured : sequence of (int, StudyMeasurement)
        Its rows without faults, each with its line.
    faults : list of Fault
        Faults are added here.
    notes : list of str
        Notes are added here.
    """
    for observable in study.observables:
        rows = [(line, row) for line, row in measured if row.observable == observable.id]
        _check_share(table.file, observable, rows, faults, notes)
    columns = {
        stem: next((column for column in table.columns if column.startswith(f"{stem}_")), stem)
        for stem in ("pretreatment", study.time_column.removesuffix(f"_{study.time_unit}"))
    }
    for (column, name), (limits, readings) in _readings(study, measured).items():
        _check_range(table.file, columns.get(column, column), name, limits, readings, faults, notes)


def _check_share(
    file: str,
    observable: StudyObservable,
    rows: Sequence[tuple[int, StudyMeasurement]],
    faults: list[Fault],
    notes: list[str],
) -> None:
    """Add a fault where shares are percent, a note where they may be, or where percent are shares."""
    where = f"values of {observable.id} (unit {observable.unit})"
    high = [(line, row.value) for line, row in rows if row.value > _HIGHEST_SHARE]
    found = f"{high[0][1]:g}, and {len(high)} of {len(rows)} {where} above {_HIGHEST_SHARE:g}" if high else ""
    if high and _is_share(observable):
        needed = (
            "shares, 1 for untreated cells: probably percent (divide by 100); a single one may be an outlier; "
            "with fold in the observable's label any value is taken"
        )
        faults.append(Fault(file, high[0][0], "value", found, needed))
    elif high and _might_be_share(observable, any(row.treatment.inhibitors for _, row in rows)):
        notes.append(
            f"{Path(file).name}, line {high[0][0]}, value: found {found}: percent (divide by 100), if these "
            "are shares of untreated cells."
        )
    highest = max((row.value for _, row in rows), default=math.inf)
    if observable.unit in _PERCENT and 0 < highest <= _LOWEST_PERCENT:
        notes.append(
            f"{Path(file).name}, value: none of {len(rows)} {where} is above {highest:g}: probably shares "
            "given as percent (multiply by 100)."
        )


def _may_be_share(observable: StudyObservable) -> bool:
    """Whether an observable has no unit and is not said to be how many times as much as something else."""
    return observable.unit.lower() in _NO_UNIT and not _SAYS_FOLD.search(f"{observable.id} {observable.label}")


def _might_be_share(observable: StudyObservable, is_of_inhibitors: bool) -> bool:
    """Whether high values of an observable are worth a note: it has no unit, and may be a share."""
    says_so = bool(_SAYS_RELATIVE.search(f"{observable.id} {observable.label}"))
    return _may_be_share(observable) and (is_of_inhibitors or says_so)


def _is_share(observable: StudyObservable) -> bool:
    """Whether an observable is a share of untreated cells or of a whole, which does not go far above 1."""
    says_so = bool(_SAYS_SHARE.search(f"{observable.id} {observable.label}"))
    return observable.unit in _SHARES or (_may_be_share(observable) and says_so)


def _check_range(
    file: str,
    column: str,
    name: str,
    limits: Range,
    readings: Sequence[_Reading],
    faults: list[Fault],
    notes: list[str],
) -> None:
    """Add a fault where numbers of a column are impossible, else a note where they are unusual."""
    highest = max(readings, key=lambda reading: reading.value)
    of_name = f" of {name}" if name else ""
    for (lowest, most), is_fault in ((limits.impossible, True), (limits.unusual, False)):
        high = [reading for reading in readings if reading.value > most]
        if high:
            found = (
                f"{high[0].written}, and {len(high)} of {len(readings)} rows{of_name} above {most:g} ({limits.what})"
            )
            line, probably = high[0].line, limits.if_high
        elif highest.value < lowest:
            found = (
                f"{highest.written} as the highest of {len(readings)} rows{of_name}, below {lowest:g} ({limits.what})"
            )
            line, probably = highest.line, limits.if_low
        else:
            continue
        if is_fault:
            faults.append(Fault(file, line, column, found, f"values in the column's unit: probably {probably}"))
        else:
            notes.append(f"{Path(file).name}, line {line}, {column}: found {found}: unusual, perhaps {probably}.")
        return


def _readings(
    study: Study, measured: Iterable[tuple[int, StudyMeasurement]]
) -> dict[tuple[str, str], tuple[Range, list[_Reading]]]:
    """Return the positive doses and times of a table by column and name of what was given, with their range."""
    found: dict[tuple[str, str], tuple[Range, list[_Reading]]] = {}
    for line, measurement in measured:
        for column, name, limits, value, written in _numbers_of(study, measurement):
            if value > 0 and math.isfinite(value):
                found.setdefault((column, name), (limits, []))[1].append(_Reading(line, value, written))
    return found


def _numbers_of(study: Study, measurement: StudyMeasurement) -> Iterable[tuple[str, str, Range, float, str]]:
    """Yield column, name, range, value in the range's unit and the text of each dose and time of a measurement."""
    hour = MINUTES["h"] / MINUTES.get(study.time_unit, 1.0)
    treatment = measurement.treatment
    stem = study.time_column.removesuffix(f"_{study.time_unit}")
    for column, time in ((stem, measurement.time), ("pretreatment", treatment.pretreatment)):
        yield column, "", _TIME, time / hour, f"{time / hour:g} h"
    for name, dose in treatment.inhibitors:
        yield "inhibitor_nM", name, _INHIBITOR, dose, f"{number_text(dose)} nM"
    if treatment.stimulus_text:
        amount, unit = treatment.stimulus_text.split()
        is_nM = unit == "nM"
        yield (
            f"stimulus_{'nM' if is_nM else 'ng_per_ml'}",
            treatment.stimulus,
            _LIGAND_NM if is_nM else _LIGAND_NG,
            float(amount),
            treatment.stimulus_text,
        )
    scales: Mapping[Range, Mapping[str, float]] = {_ADDED_NM: _NANOMOLAR, _LIGAND_NG: _NG_PER_ML}
    for one_of, value in zip(study.conditions, treatment.dose, strict=True):
        for limits, factors in scales.items():
            if one_of.unit in factors:
                yield one_of.column, "", limits, value * factors[one_of.unit], f"{number_text(value)} {one_of.unit}"
