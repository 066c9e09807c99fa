"""What only a whole study shows: its model is consistent, and each of its parameters has one value, which is used.

A study can be given away as a PEtab 2 problem; these are the rules of PEtab that none of its files breaks alone.
"""

from collections.abc import Collection, Iterable, Mapping

import sympy as sp

from jakstat.files import Fault
from jakstat.problem.formulas import names_of
from jakstat.problem.model_text import ModelEntities, inconsistencies
from jakstat.problem.records import ProblemTables
from jakstat.problem.study.description import Study

_SECTIONS = ("before", "at_treatment", "pooled")
#: Whether what is set is set after the start of an experiment, the entity and its new value.
_Change = tuple[bool, str, sp.Expr]


def faults_of_whole(
    study: Study, tables: ProblemTables, entities: ModelEntities, wild_type: Mapping[str, str]
) -> list[Fault]:
    """Return every fault of a study that its files have together.

    Parameters
    ----------
    study : Study
        For the places of faults.
    tables : ProblemTables
        Its records.
    entities : ModelEntities
        Of the model.
    wild_type : mapping of str to str
        New id of each parameter of the table that has another id than the table gives it.
    """
    parameters = {parameter.id for parameter in tables.parameters}
    written = {new: name for name, new in wild_type.items()}
    changes = _changes_of(tables)
    return [
        *inconsistencies(tables.sbml, str(study.model)),
        *_names_in_observables(study, tables, parameters | entities.names),
        *_names_in_changes(study, changes, (parameters, parameters | entities.names), written),
        *_set_twice(study, tables, changes, written),
    ]


def _names_in_observables(study: Study, tables: ProblemTables, known: set[str]) -> list[Fault]:
    """Return a fault for each name in a formula that has a value for each experiment, but not in this observable."""
    faults = []
    for observable in tables.observables:
        here = known | {observable.id, "time", *observable.observable_placeholders, *observable.noise_placeholders}
        for key, formula in (("formula", observable.formula), ("noise", observable.noise_formula)):
            for name in sorted(names_of(formula) - here):
                found = f"{name!r}, which has a value for each experiment in another observable"
                needed = f"per_experiment: [{name}] here too, or another parameter"
                faults.append(study.fault(("observables", observable.id, key), found, needed))
    return faults


def _names_in_changes(
    study: Study, changes: Iterable[_Change], known: tuple[set[str], set[str]], written: Mapping[str, str]
) -> list[Fault]:
    """Return a fault for each name in ``changes`` that has no value: ``known`` are those at the start, and later."""
    faults = []
    for is_later, target, value in changes:
        path = next((path for key in _SECTIONS if (path := ("cells", key, target)) in study.lines), ("cells",))
        needed = f"an id of {study.parameters.name} that neither a cell line sets nor per_experiment names"
        if not is_later:
            needed += ": nothing else has a value when an experiment starts"
        for name in sorted(names_of(value) - known[is_later]):
            faults.append(study.fault(path, f"{written.get(name, name)!r} in the value of {target}", needed))
    return faults


def unused_parameters(tables: ProblemTables, entities: ModelEntities) -> frozenset[str]:
    """Return the ids of the parameters on which no measurement depends: cells and formulas have other values."""
    changes = _changes_of(tables)
    targets = {target for _, target, _ in changes}
    formulas = [value for _, _, value in changes]
    formulas += [part for row in tables.observables for part in (row.formula, row.noise_formula)]
    formulas += {value for row in tables.measurements for value in row.observable_parameters}
    used = (entities.parameters - targets).union(*map(names_of, formulas))
    return frozenset(parameter.id for parameter in tables.parameters) - used - targets


def _changes_of(tables: ProblemTables) -> dict[_Change, None]:
    """Return what the experiments set, each change once."""
    return dict.fromkeys(
        (number > 0, target, value)
        for experiment in tables.experiments
        for number, period in enumerate(experiment.periods)
        for target, value in period.changes.items()
    )


def _set_twice(
    study: Study, tables: ProblemTables, changes: Collection[_Change], written: Mapping[str, str]
) -> list[Fault]:
    """Return a fault for each parameter that an experiment sets too.

    ``written`` is the id that the parameter table gives to those that have another.
    """
    targets = {target for _, target, _ in changes}
    return [
        Fault(
            str(study.parameters),
            None,
            "id",
            f"{written.get(parameter.id, parameter.id)!r}, which cells of study.yaml or a reference table sets",
            "one of the two",
        )
        for parameter in tables.parameters
        if parameter.id in targets
    ]
