"""Viability from raw signals of a plate: (signal - blank) / (vehicle - blank), and what the vehicle wells scatter.

Blank wells hold no cells; their mean is the background of their plate. Vehicle wells hold cells without a drug: the
mean of those of one line, plate and time is 1. They are not measurements of the study then (the model says 1 of
them by construction), but their scatter is the prior of the noise.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from math import sqrt
from statistics import fmean, variance

from jakstat.files import Fault
from jakstat.intake.columns import DOSE, TIME
from jakstat.intake.lab_records import Record
from jakstat.intake.observable_kinds import RAW, VIABILITY
from jakstat.intake.vocabulary import BLANK, CELL_LINE, CONTENT, INHIBITOR, OBSERVABLE, VEHICLE

_DIGITS = 6  # of a viability: a hundred times finer than any plate reader's signal


def viabilities(
    records: Sequence[Record], no_blank: bool, faults: list[Fault], notes: list[str]
) -> tuple[list[Record], tuple[float, int] | None]:
    """Return records with viabilities in place of raw signals.

    Parameters
    ----------
    records : sequence of Record
    no_blank : bool
        Whether the user said that there is no background to take off.
    faults, notes : list
        Faults are added to the one, what was done to the other.

    Returns
    -------
    records : list of Record
    scatter : (float, int) or None
        Standard deviation of the viability of vehicle wells and its degrees of freedom; None where there are none.
    """
    plates: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        if record.facts.get(OBSERVABLE) == RAW:
            plates[record.sheet.label, str(record.facts.get("experiment", ""))].append(record)
    kept = [record for record in records if record.facts.get(OBSERVABLE) != RAW]
    _require_one_of_both(records, faults)
    scatters: list[tuple[float, int]] = []
    for (label, plate), of_plate in plates.items():
        background = _background(of_plate, no_blank, faults)
        if background is None:
            continue
        made, of_vehicle = _of_plate(of_plate, background, faults)
        kept += made
        scatters += of_vehicle
        wells = sum(record.facts.get(CONTENT) == VEHICLE for record in of_plate)
        notes.append(
            f"{label}{f', plate {plate}' if plate else ''}: viability = (signal - {background:g}) / "
            f"(vehicle - {background:g}); {wells} vehicle wells are 1 and no measurements."
        )
    freedom = sum(of_group for _, of_group in scatters)
    if not freedom:
        return kept, None
    return kept, (sqrt(sum(sd**2 * of_group for sd, of_group in scatters) / freedom), freedom)


def _require_one_of_both(records: Sequence[Record], faults: list[Fault]) -> None:
    """Add a fault where a file has raw signals and viabilities of the same cells and doses: they would count twice."""
    raw = {key for record in records if record.facts.get(OBSERVABLE) == RAW for key in _well_keys(record)}
    both = next(
        (
            record
            for record in records
            if record.facts.get(OBSERVABLE) == VIABILITY and raw.intersection(_well_keys(record))
        ),
        None,
    )
    if both is not None:
        needed = "one of them: --column HEADER=ignore leaves the other out"
        found = "viabilities of the same cells and doses as raw signals of this file"
        faults.append(both.sheet.fault(both.line, both.column.header, found, needed))


def _well_keys(record: Record) -> list[tuple[object, ...]]:
    """Return what tells which treated cells a record is of, in a list; none for vehicle and blank wells."""
    names = (CELL_LINE, INHIBITOR, DOSE, TIME)
    is_treated = record.facts.get(CONTENT) not in (VEHICLE, BLANK)
    return [(record.sheet.file, *(record.facts.get(name) for name in names))] if is_treated else []


def _background(records: Sequence[Record], no_blank: bool, faults: list[Fault]) -> float | None:
    """Return the mean signal of the blank wells of a plate; None after adding the fault that it has none."""
    blanks = [float(record.value) for record in records if record.facts.get(CONTENT) == BLANK]
    if blanks or no_blank:
        return fmean(blanks) if blanks else 0.0
    needed = "wells called blank (no cells), or --no-blank where there is no background to take off"
    faults.append(
        records[0].sheet.fault(records[0].line, records[0].column.header, "raw signals without blank wells", needed)
    )
    return None


def _of_plate(
    records: Iterable[Record], background: float, faults: list[Fault]
) -> tuple[list[Record], list[tuple[float, int]]]:
    """Return the viabilities of a plate, and the scatter of each group of vehicle wells with its degrees of freedom."""
    groups: dict[tuple[str, object], list[Record]] = defaultdict(list)
    for record in records:
        if record.facts.get(CONTENT) != BLANK:
            groups[str(record.facts.get(CELL_LINE, "")), record.facts.get("time")].append(record)
    made, scatters = [], []
    for (line, _), group in groups.items():
        signals = [float(record.value) - background for record in group if record.facts.get(CONTENT) == VEHICLE]
        treated = [record for record in group if record.facts.get(CONTENT) != VEHICLE]
        if not treated:
            continue
        first = treated[0]
        if not signals or fmean(signals) <= 0:
            found = f"raw signals of {line or 'cells'} without vehicle wells above the blank"
            needed = (
                "wells with dose 0, or a drug called DMSO, vehicle or control, of the same line, plate and time: "
                '--name "X=vehicle"'
            )
            faults.append(first.sheet.fault(first.line, first.column.header, found, needed))
            continue
        vehicle = fmean(signals)
        if len(signals) > 1:
            scatters.append((sqrt(variance(signals)) / vehicle, len(signals) - 1))
        made += [_viability(record, (float(record.value) - background) / vehicle) for record in treated]
    return made, scatters


def _viability(record: Record, share: float) -> Record:
    """Return the record of a well with its viability."""
    facts = {**record.facts, OBSERVABLE: VIABILITY}
    return replace(record, facts=facts, value=Decimal(format(round(share, _DIGITS), "f")), unit="share")
