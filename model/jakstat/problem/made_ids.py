"""The last look at ids that were made of names: none stands for two things, whatever the rules of the names missed."""

from collections.abc import Iterable, Mapping

from jakstat.files import DataFaultsError, Fault
from jakstat.problem.model_text import ModelEntities
from jakstat.problem.records import Observable, ProblemTables

_NEEDED = "other names, so that each has an id of its own"


def shared_id_faults(file: str, what: str, named: Iterable[tuple[str, str]]) -> list[Fault]:
    """Return a fault for each id that two things have.

    Parameters
    ----------
    file : str
        For the faults.
    what : str
        What the things are.
    named : iterable of (str, str)
        Id and name for people of each thing.
    """
    first: dict[str, str] = {}
    faults = []
    for made, name in named:
        if made in first:
            found = f"{what} {first[made]!r} and {name!r}, which would both be called {made}"
            faults.append(Fault(file, None, "", found, _NEEDED))
        first.setdefault(made, name)
    return faults


def made_id_faults(
    file: str,
    made: Mapping[str, str],
    written: Iterable[str],
    observables: Iterable[Observable],
    entities: ModelEntities,
) -> list[Fault]:
    """Return a fault for each id made for a study that the study or its model has for another thing.

    Parameters
    ----------
    file : str
        For the faults.
    made : mapping of str to str
        Ids that were made of names, each with what it stands for.
    written : iterable of str
        Ids of the parameter table.
    observables : iterable of Observable
        With placeholders, whose ids are made as well.
    entities : ModelEntities
        Of the model.
    """
    observables = tuple(observables)
    known = dict.fromkeys(entities.taken, "an id of the model") | dict.fromkeys(written, "an id of the parameter table")
    known |= {observable.id: "an id of the observables" for observable in observables}
    placeholders = [
        (name, f"the placeholder of {observable.id}")
        for observable in observables
        for name in (*observable.observable_placeholders, *observable.noise_placeholders)
    ]
    return [
        Fault(file, None, "", f"{name}, which would be called {new}, {known[new]}", _NEEDED)
        for new, name in (*made.items(), *placeholders)
        if new in known
    ]


def require_own_ids(tables: ProblemTables, file: str) -> ProblemTables:
    """Return the tables of a problem.

    Raises
    ------
    DataFaultsError
        Two experiments, two parameters or two observables have one id.
    """
    groups = {
        "experiments": [(experiment.id, experiment.label or experiment.id) for experiment in tables.experiments],
        "parameters": [(parameter.id, parameter.name or parameter.id) for parameter in tables.parameters],
        "observables": [(observable.id, observable.name or observable.id) for observable in tables.observables],
    }
    faults = [fault for what, named in groups.items() for fault in shared_id_faults(file, what, named)]
    if faults:
        raise DataFaultsError(faults)
    return tables
