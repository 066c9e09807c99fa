"""Checks of a PEtab problem's tables as text: every fault of every row in one pass, with its line.

They come before libpetab's own validation, which reports a kind of fault once and without the line.
"""

import math

import sympy as sp

from jakstat.files import Fault, Row, TextTable, finite_number_of_text, known_id, number_in, require_columns, unique_ids
from jakstat.problem.formulas import checked_formula, checked_noise, entity, formula_in, is_reserved, parse_formula
from jakstat.problem.model_text import ModelEntities
from jakstat.problem.petab.condition_checks import ID, check_conditions, check_experiments
from jakstat.problem.petab.parameter_rows import check_parameters, check_parameters_are_used
from jakstat.problem.petab.petab_text import PetabText
from jakstat.problem.petab.scope import Scope, scope_of
from jakstat.problem.petab.table_columns import check_columns

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
#: Columns that refer to ids of each kind of table.
_FORMULAS = ("observableFormula", "noiseFormula", "observableParameters", "noiseParameters", "targetValue")
_REFER_TO = {
    "condition": ("conditionId", "simulationConditionId", "preequilibrationConditionId", "parameterId", "time"),
    "experiment": ("experimentId", "time"),
    "observable": ("observableId", "observableParameters", "noiseParameters", "parameterId", "targetId"),
    "parameter": _FORMULAS,
    "measurement": ("parameterId",),
}
NOISE = {1: ("normal", "laplace"), 2: ("normal", "laplace", "log-normal", "log-laplace")}


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
    before = len(faults)
    _check_rows(text, entities, faults)
    unread = {column for kind, columns in _REFER_TO.items() if not text.is_whole(kind) for column in columns}
    # What a table that could not be read holds is unknown only until it can be.
    faults[before:] = [fault for fault in faults[before:] if fault.column not in unread]


def _check_rows(text: PetabText, entities: ModelEntities, faults: list[Fault]) -> None:
    """Add every fault of the tables that could be read."""
    version = text.listing.version
    for kind, needed in REQUIRED_COLUMNS[version].items():
        for table in text.tables[kind]:
            require_columns(table, needed, faults)
    check_columns(text, faults)
    scope = scope_of(text, entities)
    _check_names_of_model(text, scope, faults)
    for table in text.tables["observable"]:
        unique_ids(table, "observableId", faults)
        for row in table.rows:
            _check_observable(table, row, scope, faults)
    check_conditions(text, scope, faults)
    check_experiments(text, faults)
    check_parameters(text, entities, faults)
    model_ids = {model.id for model in text.listing.models}
    for table, row in text.rows("measurement"):
        if row["modelId"]:
            known_id(table, row, "modelId", model_ids, faults)
        _check_measurement(table, row, scope, faults)
    check_parameters_are_used(text, entities, scope.used_names, faults)


def _check_names_of_model(text: PetabText, scope: Scope, faults: list[Fault]) -> None:
    """Add a fault for each id of the model that formulas use and read as something else, as a species called true."""
    for name in sorted(scope.used_names & scope.entities.names):
        if is_reserved(name):
            found = f"{name!r}, an id of the model that formulas read otherwise"
            faults.append(Fault(str(text.listing.models[0].path), None, name, found, f"an id like {name}_"))


def _check_observable(table: TextTable, row: Row, scope: Scope, faults: list[Fault]) -> None:
    """Check an observable's id, formulas and noise distribution."""
    name = row["observableId"]
    if not ID.match(name):
        faults.append(table.fault(row, "observableId", repr(name), "letters, digits and _, not first a digit"))
    elif is_reserved(name):
        found = f"{name!r}, which formulas read otherwise"
        faults.append(table.fault(row, "observableId", found, f"an id like {name}_signal"))
        return
    elif name in scope.entities.taken:
        faults.append(table.fault(row, "observableId", f"{name!r}, an id of the model", "an id of its own"))
    known = scope.entities.names | scope.parameters | scope.targets | {"time"}
    for kind in ("observable", "noise") if scope.version == 2 else ():
        for placeholder in scope.placeholders(row, kind):
            if not ID.match(placeholder) or is_reserved(placeholder):
                needed = "letters, digits and _, not first a digit, and no word that formulas read otherwise"
                faults.append(table.fault(row, f"{kind}Placeholders", repr(placeholder), needed))
                return
    known = known | set(scope.placeholders(row, "observable"))
    formula_in(table, row, "observableFormula", known, "an id of the model or the parameter table", faults)
    known = known | set(scope.placeholders(row, "noise")) | {name}
    place = (table.file, row.line, "noiseFormula")
    checked_noise(row["noiseFormula"], place, known, "an id of the model or the parameter table", faults)
    choices = NOISE[scope.version]
    if row["noiseDistribution"] not in ("", *choices):
        faults.append(
            table.fault(row, "noiseDistribution", repr(row["noiseDistribution"]), f"one of {', '.join(choices)}")
        )
    if scope.version == 1 and row["observableTransformation"] not in ("", "lin", "log", "log10"):
        found = repr(row["observableTransformation"])
        faults.append(table.fault(row, "observableTransformation", found, "one of lin, log, log10"))


def _check_measurement(table: TextTable, row: Row, scope: Scope, faults: list[Fault]) -> None:
    """Check a measurement: what it refers to, its numbers and its overrides."""
    column = "simulationConditionId" if scope.version == 1 else "experimentId"
    known_condition = (
        known_id(table, row, column, set(scope.starts) - {""}, faults) if (row[column] or scope.version == 1) else True
    )
    if scope.version == 1 and row["preequilibrationConditionId"]:
        known_id(table, row, "preequilibrationConditionId", scope.starts, faults)
    time = number_in(table, row, "time", faults, infinite=True)
    start = scope.starts[row[column]] if known_condition else -math.inf
    if time is not None and (time < start or time == -math.inf):
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
    table: TextTable, row: Row, kind: str, placeholders: tuple[str, ...], scope: Scope, faults: list[Fault]
) -> None:
    """Check the number of a measurement's overrides and each of them."""
    column = f"{kind}Parameters"
    overrides = [part.strip() for part in row[column].split(";")] if row[column] else []
    if len(overrides) != len(placeholders):
        names = f" ({'; '.join(placeholders)})" if placeholders else ""
        needed = f"{len(placeholders)} value(s) for the {kind} placeholders of {row['observableId']}{names}"
        faults.append(table.fault(row, column, f"{len(overrides)} value(s)", needed))
    for override in overrides:
        if (number := finite_number_of_text(override)) is not None:
            if kind == "noise" and number <= 0 and _are_factors(placeholders, scope.observables[row["observableId"]]):
                faults.append(table.fault(row, column, override, "a noise that is positive"))
            continue
        place = (table.file, row.line, column)
        known = scope.parameters | scope.targets
        checked_formula(override, place, known, "a number or an id of the parameter table", faults)


def _are_factors(placeholders: tuple[str, ...], observable: Row) -> bool:
    """Whether a noise formula is its placeholders or a product with them, so that none of them may be 0 or less."""
    try:
        factors = sp.Mul.make_args(parse_formula(observable["noiseFormula"]))
    except ValueError:
        return False
    return {entity(name) for name in placeholders} <= set(factors)


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
