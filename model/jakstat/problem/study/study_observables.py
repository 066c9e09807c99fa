"""The observables of a study: formulas parsed and checked, and parameters of their own in each experiment."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from jakstat.files import Fault, finite_number, with_digest
from jakstat.problem.formulas import checked_formula, checked_noise, entity, is_reserved, names_of, with_values
from jakstat.problem.identifiers import id_of_experiment_name
from jakstat.problem.model_text import ModelEntities
from jakstat.problem.records import Observable, Parameter
from jakstat.problem.study.description import Study, StudyObservable
from jakstat.problem.study.study_measurements import StudyMeasurement


@dataclass(frozen=True)
class StudyObservables:
    """Observables without faults, and the names in their formulas as written.

    ``of_experiment`` holds, by observable, the parameters that have a value for each experiment of the tables; their
    placeholders are the observable's.
    """

    observables: tuple[Observable, ...]
    names: frozenset[str]
    of_experiment: dict[str, tuple[str, ...]]
    complete: bool


def read_observables(
    study: Study, entities: ModelEntities, parameter_ids: Collection[str], faults: list[Fault]
) -> StudyObservables:
    """Parse and check the observables of a study; their faults are added to ``faults``."""
    found = [
        (text, observable)
        for text in study.observables
        if (observable := _observable_of(text, study, entities, parameter_ids, faults))
    ]
    names = {
        name
        for _, observable in found
        for formula in (observable.formula, observable.noise_formula)
        for name in names_of(formula)
    }
    return StudyObservables(
        tuple(_with_placeholders(observable, text.per_experiment) for text, observable in found),
        frozenset(names),
        {text.id: text.per_experiment for text, _ in found if text.per_experiment},
        len(found) == len(study.observables),
    )


def _observable_of(
    text: StudyObservable, study: Study, entities: ModelEntities, parameter_ids: Collection[str], faults: list[Fault]
) -> Observable | None:
    """Return an observable with its formulas parsed, or None after adding its faults."""
    before = len(faults)
    path = ("observables", text.id)
    if text.id in entities.taken:
        faults.append(study.fault(path, f"{text.id!r}, an id of the model", f"an id of its own, like {text.id}_signal"))
    if is_reserved(text.id):
        faults.append(study.fault(path, f"{text.id!r}, which formulas read otherwise", f"an id like {text.id}_signal"))
        return None
    for name in dict.fromkeys(text.per_experiment):
        if text.per_experiment.count(name) > 1:
            faults.append(study.fault((*path, "per_experiment"), f"{name!r} twice", "each parameter once"))
        if name not in parameter_ids:
            needed = f"a parameter of {study.parameters.name}, whose prior each experiment's value has"
            faults.append(study.fault((*path, "per_experiment"), repr(name), needed))
    freedom = _degrees_of_freedom(text, study, faults)
    known = entities.names | set(parameter_ids) | {"time"}
    what = f"an id of {study.model.name} or {study.parameters.name}"
    places = {
        key: (str(study.file), study.lines.get((*path, key)), ".".join((*path, key))) for key in ("formula", "noise")
    }
    # An absent one has its fault.
    formula = checked_formula(text.formula, places["formula"], known, what, faults) if text.formula else None
    noise = checked_noise(text.noise, places["noise"], known | {text.id}, what, faults) if text.noise else None
    if len(faults) > before or formula is None or noise is None:
        return None
    return Observable(
        text.id,
        formula,
        noise,
        text.distribution,
        name=text.label or text.id,
        unit=text.unit,
        degrees_of_freedom=freedom,
    )


def _degrees_of_freedom(text: StudyObservable, study: Study, faults: list[Fault]) -> float:
    """Return the degrees of freedom of Student's t; inf for other noise."""
    path = ("observables", text.id, "degrees_of_freedom")
    if text.distribution != "student-t":
        if text.degrees_of_freedom:
            faults.append(study.fault(path, text.degrees_of_freedom, "the distribution student-t, or no such key"))
        return float("inf")
    number = finite_number(text.degrees_of_freedom)
    if number is None or not number > 2:
        found = repr(text.degrees_of_freedom) if text.degrees_of_freedom else "nothing"
        faults.append(study.fault(path, found, "a number above 2, so that the noise has a standard deviation"))
        return float("inf")
    return number


def _with_placeholders(observable: Observable, names: Iterable[str]) -> Observable:
    """Return an observable with a placeholder for each parameter that experiments have of their own."""
    names = tuple(names)
    if not names:
        return observable
    placeholder = {name: f"{name}_in_{observable.id}" for name in names}
    changes = {name: entity(new) for name, new in placeholder.items()}
    in_noise = names_of(observable.noise_formula) & set(names)
    noise_placeholder = {name: f"{name}_in_noise_of_{observable.id}" for name in names}
    return replace(
        observable,
        formula=with_values(observable.formula, changes),
        noise_formula=with_values(
            observable.noise_formula, {name: entity(new) for name, new in noise_placeholder.items()}
        ),
        observable_placeholders=tuple(placeholder.values()),
        noise_placeholders=tuple(noise_placeholder.values()) if in_noise else (),
    )


def per_experiment_id(parameter: str, experiment: str) -> str:
    """Return the id of an observable's parameter in one experiment of the tables."""
    name = id_of_experiment_name(experiment)
    readable = f"{parameter}_of_{name}"
    # scale of "x of y" and scale_of_x of "y" are two.
    return readable if "_of_" not in name else with_digest(readable, [parameter, experiment])


def experiment_scales(
    observables: StudyObservables, measurements: Iterable[StudyMeasurement], parameters: Collection[Parameter]
) -> tuple[Parameter, ...]:
    """Return the parameters that observables have in each experiment, with the prior of the parameter table's row."""
    rows = {parameter.id: parameter for parameter in parameters}
    found: dict[str, Parameter] = {}
    for measurement in measurements:
        for name in observables.of_experiment.get(measurement.observable, ()):
            own = per_experiment_id(name, measurement.experiment)
            found.setdefault(own, replace(rows[name], id=own, name=f"{name}, {measurement.experiment}"))
    return tuple(found.values())
