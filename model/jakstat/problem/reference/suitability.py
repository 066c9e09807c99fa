"""Which rows of the reference tables suit a model: their targets and the names in their formulas are entities of it."""

from collections.abc import Collection
from dataclasses import replace

from jakstat.files import Fault
from jakstat.problem.formulas import unknown_name_needed, unknown_names
from jakstat.problem.model_text import ModelEntities
from jakstat.problem.reference.entries import AFFINITY, DOSE, Action, AlterationChange, Reference


def check_against_model(
    reference: Reference, entities: ModelEntities, faults: list[Fault], *, only: Collection[str] | None = None
) -> None:
    """Add a fault for each target and each name in a formula that a model does not have.

    Parameters
    ----------
    reference : Reference
        The tables.
    entities : ModelEntities
        The ids of the model.
    faults : list of Fault
        Faults are added here.
    only : collection of str, optional
        Ids of the inhibitors, alterations and receptors that are used, and so must suit the model. By default all.
    """
    actions = [action for inhibitor in reference.inhibitors.values() for action in inhibitor.actions]
    changes = [change for alteration in reference.alterations.values() for change in alteration.changes]
    constants = set(reference.constants)
    for action in actions:
        if only is None or action.inhibitor in only:
            _check_target(action.parameter, action.file, action.line, entities, faults)
            _check_names(action, entities.names | constants | {DOSE}, faults)
    for change in changes:
        if only is None or change.alteration in only:
            _check_target(change.parameter, change.file, change.line, entities, faults)
            _check_names(change, entities.names | constants | ({AFFINITY} if change.inhibitors else set()), faults)
    for receptor in reference.receptors.values():
        if only is None or receptor.id in only:
            for share in receptor.shares:
                _check_target(share, receptor.file, 1, entities, faults, column=share)
    for name in sorted(constants & entities.taken):
        place = reference.constants[name]
        found = f"{name!r}, an id of the model too"
        faults.append(Fault(place.file, place.line, "constant", found, "an id that the model lacks"))


def only_what_suits(reference: Reference, entities: ModelEntities) -> Reference:
    """Return the tables without the inhibitors, alterations and receptors that do not suit a model.

    Exposures of the inhibitors and lines with an alteration or receptor that are left out are left out too.
    """
    inhibitors = {
        name: inhibitor for name, inhibitor in reference.inhibitors.items() if _suits(reference, entities, name)
    }
    alterations = {
        name: alteration for name, alteration in reference.alterations.items() if _suits(reference, entities, name)
    }
    receptors = {name: receptor for name, receptor in reference.receptors.items() if _suits(reference, entities, name)}
    return replace(
        reference,
        inhibitors=inhibitors,
        alterations=alterations,
        receptors=receptors,
        cell_lines={
            name: line
            for name, line in reference.cell_lines.items()
            if line.receptor in receptors and set(line.alterations) <= set(alterations)
        },
        exposures=tuple(exposure for exposure in reference.exposures if exposure.inhibitor in inhibitors),
    )


def _suits(reference: Reference, entities: ModelEntities, name: str) -> bool:
    """Whether an inhibitor, alteration or receptor suits the model."""
    faults: list[Fault] = []
    check_against_model(reference, entities, faults, only=(name,))
    return all(fault.column == "constant" for fault in faults)


def _check_target(
    name: str, file: str, line: int, entities: ModelEntities, faults: list[Fault], column: str = "parameter"
) -> None:
    """Add a fault where a target is none that a condition of the model may set."""
    if name in entities.targets:
        return
    needed = unknown_name_needed(name, entities.parameters, "a parameter of the model")
    found = f"{name!r}, which a rule of the model computes" if name in entities.names else repr(name)
    faults.append(Fault(file, line, column, found, needed))


def _check_names(action: Action | AlterationChange, known: Collection[str], faults: list[Fault]) -> None:
    """Add a fault for each name of a formula that is neither an entity nor a constant."""
    for name in unknown_names(action.formula, known):
        needed = unknown_name_needed(name, known, "an entity of the model or a constant of the reference tables")
        faults.append(Fault(action.file, action.line, "formula", f"the unknown name {name!r}", needed))
