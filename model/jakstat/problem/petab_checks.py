"""Checks of a PEtab problem's tables as text: every fault of every row in one pass, with its line.

They come before libpetab's own validation, which reports a kind of fault once and without the line.
"""

import math
import re
from dataclasses import dataclass

from jakstat.problem.faults import Fault
from jakstat.problem.formulas import checked_formula, formula_in, unknown_name_needed
from jakstat.problem.model_text import ModelEntities
from jakstat.problem.petab_files import PetabText
from jakstat.problem.petab_parameters import check_parameters
from jakstat.problem.text_table import Row, TextTable, known_id, number_in, require_columns, unique_ids

REQUIRED_COLUMNS = {
    1: {
        "measurement": ("observableId", "simulationConditionId", "measurement", "time"),
        "parameter": ("parameterId", "parameterScale", "lowerBound", "upperBound", "nominalValue", "estimate"),
        "observable": ("observableId", "observableFormula", "noiseFormula"),
        "condition": ("conditionId",),
    },
    2: {
        "measurement": ("observableId", "experimentId", "time", "measurement"),
        "parameter": ("parameterId", "lowerBound", "upperBound", "nominalValue", "estimate"),
        "observable": ("observableId", "observableFormula", "noiseFormula"),
        "condition": ("conditionId", "targetId", "targetValue"),
        "experiment": ("experimentId", "time", "conditionId"),
        "mapping": ("petabEntityId", "modelEntityId"),
    },
}
NOISE = {
    1: ("normal", "laplace"),
    2: ("normal", "laplace", "log-normal", "log-laplace"),
}
_ID = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)


@dataclass(frozen=True)
class _Scope:
    """What the rows of a problem may refer to."""

    version: int
    entities: ModelEntities
    parameters: frozenset[str]
    observables: dict[str, Row]
    starts: dict[str, float]
    used_names: frozenset[str]

    def placeholders(self, row: Row, kind: str) -> tuple[str, ...]:
        """Return the ids of the ``observable`` or ``noise`` placeholders of an observable, in order."""
        if self.version == 2:
            return tuple(one.strip() for one in row[f"{kind}Placeholders"].split(";") if one.strip())
        found = re.findall(rf"\b{kind}Parameter(\d+)_{re.escape(row['observableId'])}\b", row[f"{kind}Formula"])
        return tuple(f"{kind}Parameter{number}_{row['observableId']}" for number in sorted(set(found), key=int))

    def is_logarithmic(self, row: Row) -> bool:
        """Whether an observable's noise is on a logarithm, so that its measurements must be positive."""
        return row["noiseDistribution"].startswith("log") or row["observableTransformation"].startswith("log")


def check_tables(text: PetabText, entities: ModelEntities, faults: list[Fault]) -> None:
    """Add every fault of the tables.

    Parameters
    ----------
    text : PetabText
        The problem's files.
    entities : ModelEntities
        The ids of its model.
    faults : list of Fault
        Faults are added here.
    """
    version = text.listing.version
    for kind, needed in REQUIRED_COLUMNS[version].items():
        for table in text.tables[kind]:
            require_columns(table, needed, faults)
    scope = _scope_of(text, entities)
    for table in text.tables["observable"]:
        unique_ids(table, "observableId", faults)
        for row in table.rows:
            _check_observable(table, row, scope, faults)
    for table in text.tables["condition"]:
        (_check_wide_conditions if version == 1 else _check_conditions)(table, scope, faults)
    conditions = text.ids("condition", "conditionId")
    for table, row in text.rows("experiment"):
        number_in(table, row, "time", faults, infinite=True)
        if row["conditionId"]:
            known_id(table, row, "conditionId", conditions, faults)
    check_parameters(text, entities, scope.used_names, faults)
    model_ids = {model.id for model in text.listing.models}
    for table, row in text.rows("measurement"):
        if row["modelId"]:
            known_id(table, row, "modelId", model_ids, faults)
        _check_measurement(table, row, scope, faults)
    _check_replicates(text, faults)


def _scope_of(text: PetabText, entities: ModelEntities) -> _Scope:
    """Collect what rows may refer to."""
    if text.listing.version == 1:
        starts = dict.fromkeys(text.ids("condition", "conditionId"), 0.0)
    else:
        starts = {row["experimentId"]: _start_of(row) for _, row in text.rows("experiment")} | {"": 0.0}
    return _Scope(
        version=text.listing.version,
        entities=entities,
        parameters=frozenset(text.ids("parameter", "parameterId")),
        observables={row["observableId"]: row for _, row in text.rows("observable")},
        starts=starts,
        used_names=frozenset(_used_names(text)),
    )


def _used_names(text: PetabText) -> set[str]:
    """Return every name in the formulas of observables, the overrides of measurements and the values of conditions."""
    columns = {
        "observable": ("observableFormula", "noiseFormula"),
        "measurement": ("observableParameters", "noiseParameters"),
    }
    cells = [row[column] for kind, names in columns.items() for _, row in text.rows(kind) for column in names]
    for _, row in text.rows("condition"):
        cells += [cell for column, cell in row.cells.items()
                  if column not in ("conditionId", "conditionName", "targetId")]  # fmt: skip
    return {name for cell in set(cells) for name in re.findall(r"[A-Za-z_]\w*", cell)}


def _start_of(row: Row) -> float:
    """Return the start of an experiment, 0 where it is no number (reported elsewhere)."""
    try:
        return float(row["time"])
    except ValueError:
        return 0.0


def _check_observable(table: TextTable, row: Row, scope: _Scope, faults: list[Fault]) -> None:
    """Check an observable's id, formulas and noise distribution."""
    name = row["observableId"]
    if not _ID.match(name):
        faults.append(table.fault(row, "observableId", repr(name), "letters, digits and _, not first a digit"))
    elif name in scope.entities.taken:
        faults.append(table.fault(row, "observableId", f"{name!r}, an id of the model", "an id of its own"))
    known = scope.entities.names | scope.parameters | {"time"} | set(scope.placeholders(row, "observable"))
    formula_in(table, row, "observableFormula", known, "an id of the model or the parameter table", faults)
    known = known | set(scope.placeholders(row, "noise")) | {name}
    formula_in(table, row, "noiseFormula", known, "an id of the model or the parameter table", faults)
    choices = NOISE[scope.version]
    if row["noiseDistribution"] not in ("", *choices):
        faults.append(
            table.fault(row, "noiseDistribution", repr(row["noiseDistribution"]), f"one of {', '.join(choices)}")
        )
    if scope.version == 1 and row["observableTransformation"] not in ("", "lin", "log", "log10"):
        found = repr(row["observableTransformation"])
        faults.append(table.fault(row, "observableTransformation", found, "one of lin, log, log10"))


def _check_target(
    table: TextTable, row: Row | None, column: str, target: str, scope: _Scope, faults: list[Fault]
) -> None:
    """Check that a condition sets an entity of the model (or a parameter of a formula)."""
    if target in scope.entities.targets or _is_in_formula(target, scope):
        return
    needed = unknown_name_needed(target, scope.entities.targets, "a parameter, species or compartment of the model")
    faults.append(table.fault(row, column, f"{target!r}", needed))


def _is_in_formula(target: str, scope: _Scope) -> bool:
    """Whether a name that the model does not have stands in an observable's formula."""
    formulas = (one[column] for one in scope.observables.values() for column in ("observableFormula", "noiseFormula"))
    return any(re.search(rf"\b{re.escape(target)}\b", formula) for formula in formulas)


def _check_wide_conditions(table: TextTable, scope: _Scope, faults: list[Fault]) -> None:
    """Check a condition table of version 1: a column per entity, a row per condition."""
    unique_ids(table, "conditionId", faults)
    targets = [column for column in table.columns if column not in ("conditionId", "conditionName")]
    for target in targets:
        _check_target(table, None, target, target, scope, faults)
    for row in table.rows:
        for target in targets:
            if row[target]:
                formula_in(table, row, target, scope.parameters | {"time"}, "an id of the parameter table", faults)


def _check_conditions(table: TextTable, scope: _Scope, faults: list[Fault]) -> None:
    """Check a condition table of version 2: a row per change."""
    seen: set[tuple[str, str]] = set()
    for row in table.rows:
        _check_target(table, row, "targetId", row["targetId"], scope, faults)
        formula_in(table, row, "targetValue", scope.parameters | {"time"}, "an id of the parameter table", faults)
        key = (row["conditionId"], row["targetId"])
        if key in seen:
            faults.append(table.fault(row, "targetId", f"{key[1]!r} again in condition {key[0]!r}", "each target once"))
        seen.add(key)


def _check_measurement(table: TextTable, row: Row, scope: _Scope, faults: list[Fault]) -> None:
    """Check a measurement: what it refers to, its numbers and its overrides."""
    column = "simulationConditionId" if scope.version == 1 else "experimentId"
    known_condition = known_id(table, row, column, set(scope.starts) - {""}, faults) if (
        row[column] or scope.version == 1
    ) else True  # fmt: skip
    time = number_in(table, row, "time", faults)
    start = scope.starts[row[column]] if known_condition else -math.inf
    if time is not None and time < start:
        faults.append(table.fault(row, "time", row["time"], f"a time from the start of the experiment, {start:g}, on"))
    value = number_in(table, row, "measurement", faults)
    if not known_id(table, row, "observableId", scope.observables, faults):
        return
    observable = scope.observables[row["observableId"]]
    if value is not None and value <= 0 and scope.is_logarithmic(observable):
        needed = f"a positive value: the noise of {row['observableId']} is on the logarithm"
        faults.append(table.fault(row, "measurement", row["measurement"], needed))
    for kind in ("observable", "noise"):
        _check_overrides(table, row, kind, scope.placeholders(observable, kind), scope, faults)


def _check_overrides(
    table: TextTable, row: Row, kind: str, placeholders: tuple[str, ...], scope: _Scope, faults: list[Fault]
) -> None:
    """Check the number of a measurement's overrides and each of them."""
    column = f"{kind}Parameters"
    overrides = [one.strip() for one in row[column].split(";")] if row[column] else []
    if len(overrides) != len(placeholders):
        names = f" ({'; '.join(placeholders)})" if placeholders else ""
        needed = f"{len(placeholders)} value(s) for the {kind} placeholders of {row['observableId']}{names}"
        faults.append(table.fault(row, column, f"{len(overrides)} value(s)", needed))
    for override in overrides:
        place = (table.file, row.line, column)
        checked_formula(override, place, scope.parameters, "a number or an id of the parameter table", faults)


def _check_replicates(text: PetabText, faults: list[Fault]) -> None:
    """Add a fault for a measurement of the same replicate twice; PEtab allows repeats that are not named."""
    first: dict[tuple[str, ...], int] = {}
    for table, row in text.rows("measurement"):
        if not row["replicateId"]:
            continue
        key = (table.file, *(cell for column, cell in sorted(row.cells.items()) if column != "measurement"))
        if key in first:
            found = f"replicate {row['replicateId']!r} again (first on line {first[key]})"
            faults.append(table.fault(row, "replicateId", found, "one measurement a replicate"))
        first.setdefault(key, row.line)


def identical_rows(text: PetabText) -> list[str]:
    """Return the places of measurements that repeat an earlier row cell by cell, which PEtab counts twice."""
    first: dict[tuple[str, ...], int] = {}
    places = []
    for table, row in text.rows("measurement"):
        key = (table.file, *row.cells.values())
        if key in first:
            places.append(f"lines {first[key]} and {row.line}")
        first.setdefault(key, row.line)
    return places
