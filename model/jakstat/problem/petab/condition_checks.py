"""Checks of the tables that say what is done to the model: conditions, experiments and the mapping of ids.

Which values a condition may name (PEtab 2, "Initialization and parameter application"): at the start of an experiment
the parameter table's alone, later everything that has a value, taken just before the change.
"""

import math
import re
from collections import defaultdict

from jakstat.files import Fault, Row, TextTable, known_id, number_in, unique_ids
from jakstat.problem.formulas import formula_in, unknown_name_needed
from jakstat.problem.model_text import ModelEntities
from jakstat.problem.petab.petab_text import PetabText
from jakstat.problem.petab.scope import Scope

ID = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_CONDITION_ID = re.compile(r"[^\W\d]\w*\Z")


def check_conditions(text: PetabText, scope: Scope, faults: list[Fault]) -> None:
    """Add every fault of the condition tables."""
    seen: set[tuple[str, str]] = set()
    for table in text.tables["condition"]:
        if scope.version == 1:
            _check_wide_conditions(table, scope, faults)
        else:
            _check_long_conditions(table, scope, seen, faults)


def _check_condition_id(table: TextTable, row: Row, faults: list[Fault]) -> None:
    """Check the id of a condition; libpetab allows letters of any script."""
    if not _CONDITION_ID.match(row["conditionId"]):
        found = repr(row["conditionId"]) if row["conditionId"] else "nothing"
        faults.append(table.fault(row, "conditionId", found, "letters, digits and _, not first a digit"))


def _check_target(
    table: TextTable, row: Row | None, column: str, target: str, scope: Scope, faults: list[Fault]
) -> None:
    """Check that a condition sets an entity of the model (or a parameter of a formula) that is not in the table."""
    if target in scope.parameters:
        found = f"{target!r}, which is in the parameter table"
        faults.append(table.fault(row, column, found, "an id that the parameter table does not hold"))
    elif target in scope.entities.names - scope.entities.targets:
        found = f"{target!r}, which a rule of the model computes"
        faults.append(table.fault(row, column, found, "an id that no assignment rule computes"))
    elif target not in scope.entities.targets and not _is_in_formula(target, scope):
        needed = unknown_name_needed(target, scope.entities.targets, "a parameter, species or compartment of the model")
        faults.append(table.fault(row, column, f"{target!r}", needed))


def _is_in_formula(target: str, scope: Scope) -> bool:
    """Whether a name that the model does not have stands in an observable's formula."""
    formulas = (
        observable[column]
        for observable in scope.observables.values()
        for column in ("observableFormula", "noiseFormula")
    )
    return any(re.search(rf"\b{re.escape(target)}\b", formula) for formula in formulas)


def _check_wide_conditions(table: TextTable, scope: Scope, faults: list[Fault]) -> None:
    """Check a condition table of version 1: a column per entity, a row per condition; an empty cell changes nothing."""
    unique_ids(table, "conditionId", faults)
    for row in table.rows:
        _check_condition_id(table, row, faults)
    targets = [column for column in table.columns if column not in ("conditionId", "conditionName")]
    for target in targets:
        _check_target(table, None, target, target, scope, faults)
    known = scope.parameters | scope.entities.parameters
    for row in table.rows:
        for target in targets:
            if row[target] and row[target].lower() != "nan":
                formula_in(table, row, target, known, "an id of the parameter table or the model", faults)


def _check_long_conditions(table: TextTable, scope: Scope, seen: set[tuple[str, str]], faults: list[Fault]) -> None:
    """Check a condition table of version 2: a row per change."""
    for row in table.rows:
        _check_condition_id(table, row, faults)
        _check_target(table, row, "targetId", row["targetId"], scope, faults)
        if row["conditionId"] in scope.first_conditions:
            known, what = scope.parameters, "an id of the parameter table (the condition starts an experiment)"
        else:
            known = scope.parameters | scope.entities.names | scope.targets
            what = "an id of the parameter table or the model"
        formula_in(table, row, "targetValue", known | {"time"}, what, faults)
        key = (row["conditionId"], row["targetId"])
        if key in seen:
            faults.append(table.fault(row, "targetId", f"{key[1]!r} again in condition {key[0]!r}", "each target once"))
        seen.add(key)


def check_experiments(text: PetabText, faults: list[Fault]) -> None:
    """Add every fault of the experiment tables: times, conditions, and what conditions of one moment both set."""
    conditions = text.ids("condition", "conditionId")
    targets: dict[str, set[str]] = defaultdict(set)
    for _, row in text.rows("condition"):
        targets[row["conditionId"]].add(row["targetId"])
    here: dict[tuple[str, float], dict[str, str]] = defaultdict(dict)
    for table, row in text.rows("experiment"):
        if not ID.match(row["experimentId"]):
            found = repr(row["experimentId"]) if row["experimentId"] else "nothing"
            faults.append(table.fault(row, "experimentId", found, "letters, digits and _, not first a digit"))
        time = number_in(table, row, "time", faults, infinite=True, needed="a number, or -inf for a pre-equilibration")
        if time == math.inf:
            faults.append(table.fault(row, "time", row["time"], "a number, or -inf for a pre-equilibration"))
        name = row["conditionId"]
        if not name or not known_id(table, row, "conditionId", conditions, faults) or time is None:
            continue
        before = here[row["experimentId"], time]
        for target in sorted(targets[name] & set(before)):
            found = f"{name!r}, which sets {target} as {before[target]!r} does at the same time"
            faults.append(table.fault(row, "conditionId", found, "conditions that set different things"))
        before |= dict.fromkeys(targets[name], name)


def renamed_parameters(text: PetabText) -> dict[str, str]:
    """Return the id that the mapping tables give each ``reaction.parameter`` that they name."""
    return {
        row["modelEntityId"]: row["petabEntityId"] for _, row in text.rows("mapping") if "." in row["modelEntityId"]
    }


def check_mapping(text: PetabText, entities: ModelEntities, faults: list[Fault]) -> None:
    """Add every fault of the mapping tables; ``entities`` are those of the model as its file has it.

    Every id of SBML is one of PEtab too, and PEtab gives no second one to what has one. What has none is a parameter of
    one reaction, ``reaction.parameter``.
    """
    first: dict[str, int] = {}
    for table, row in text.rows("mapping"):
        alias, entity = row["petabEntityId"], row["modelEntityId"]
        if not ID.match(alias):
            found = repr(alias) if alias else "nothing"
            faults.append(table.fault(row, "petabEntityId", found, "letters, digits and _, not first a digit"))
        elif alias != entity and alias in entities.taken:
            faults.append(table.fault(row, "petabEntityId", f"{alias!r}, an id of the model", "an id of its own"))
        if entity in entities.names - {alias}:
            found = f"{entity!r}, which is an id of PEtab too"
            faults.append(table.fault(row, "modelEntityId", found, f"{entity} itself in all tables, without this row"))
        elif entity and entity not in entities.names | entities.local_parameters.keys():
            what = "an id of the model, or reaction.parameter for a parameter of one reaction"
            needed = unknown_name_needed(entity, entities.local_parameters, what)
            faults.append(table.fault(row, "modelEntityId", repr(entity), needed))
        for column, name in {"petabEntityId": alias, "modelEntityId": entity if entity != alias else ""}.items():
            if name and name in first:
                found = f"{name!r} again (first on line {first[name]})"
                faults.append(table.fault(row, column, found, "each id once"))
            first.setdefault(name, row.line)
