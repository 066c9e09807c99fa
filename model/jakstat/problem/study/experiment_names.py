"""What experiments of a study are called: an id that tells any two treatments apart, and a label for people."""

import re

from jakstat.files import distinct_id
from jakstat.problem.identifiers import id_of_table_name, identifier, number_text
from jakstat.problem.study.description import Study, column_suffix
from jakstat.problem.study.study_treatments import Treatment

#: How a part of an id ends that holds a dose or a time, or begins that holds one, and what says that there is none: no
#: other part may look like it.
_WITH_NUMBER = re.compile(r"_m?\d[0-9pem]*(_nM)?\Z|\A(after|share)_|\Abefore_treatment\Z")


def experiment_id(study: Study, treatment: Treatment) -> str:
    """Return an id for the experiment with a treatment, like ``il13_4`` or ``HEL__ruxolitinib_640``.

    It ends in a digest of the treatment where that cannot be read back from it, so that no two treatments share it.
    """
    numbers = _parts_with_numbers(study, treatment)
    line = [treatment.cell_line] if treatment.cell_line else []
    readable = identifier("__".join([*line, *treatment.alterations, *numbers, *other_groups(treatment)]))
    found = distinct_id(readable or "experiment", _content(treatment), _is_read_back(study, treatment, bool(numbers)))
    return f"_{found}" if found[0].isdigit() else found


def _parts_with_numbers(study: Study, treatment: Treatment) -> list[str]:
    """Return the parts of an id that hold doses and times: conditions, stimulus, inhibitors, times."""
    parts = []
    for column, value in zip(study.conditions, treatment.dose, strict=True):
        parts.append(f"{column.column.removesuffix(f'_{column_suffix(column.unit)}')}_{_written(value)}")
    if treatment.stimulus:
        amount, unit = treatment.stimulus_text.split()
        parts.append(f"{treatment.stimulus}_{_written(float(amount))}{'_nM' if unit == 'nM' else ''}")
    parts += [f"{name}_{_written(dose)}" for name, dose in treatment.inhibitors]
    if treatment.pretreatment:
        parts.append(f"after_{_written(treatment.pretreatment)}")
    parts += [f"share_{_written(share)}_from_{_written(time)}" for time, share in treatment.schedule]
    return [*parts, "before_treatment"] if treatment.untreated else parts


def _written(value: float) -> str:
    """Return a number as ids have it, without a plus."""
    return number_text(value).replace("+", "")


def _is_read_back(study: Study, treatment: Treatment, has_numbers: bool) -> bool:
    """Whether the readable id of a treatment belongs to no other.

    Its parts are told apart by their order: the cell line, alterations, what has a number, and groups.
    """
    names = [treatment.cell_line, treatment.stimulus, *(name for name, _ in treatment.inhibitors)]
    groups = other_groups(treatment)
    return (
        all(id_of_table_name(name) == identifier(name) and _stays_one_part(identifier(name)) for name in names if name)
        and all(
            identifier(name) == name and _stays_one_part(name) and not _WITH_NUMBER.search(name)
            for name in (*treatment.alterations, *groups)
        )
        and (has_numbers or not treatment.alterations)  # without a number between them, alterations look like groups
        and treatment.groups == _groups_read_back(study, treatment, groups)
    )


def _stays_one_part(name: str) -> bool:
    """Whether a name within an id keeps to its part: ``__`` stands between two."""
    return "__" not in name and not name.startswith("_") and not name.endswith("_")


def _groups_read_back(study: Study, treatment: Treatment, others: list[str]) -> tuple[str, ...]:
    """Return the groups that the rest of an id tells: the inhibitor where a column asks for it, then the others."""
    columns = () if study.cells is None else study.cells.grouping_columns
    drugs = [name for name, _ in treatment.inhibitors]
    left = iter(others)
    return tuple(drugs[0] if column == "inhibitor" and drugs else next(left, "") for column in columns)


def _content(treatment: Treatment) -> list:
    """Return a treatment as texts and numbers; what stands in it does not change with what treatments come to have."""
    return [
        treatment.dose,
        treatment.cell_line,
        treatment.alterations,
        treatment.inhibitors,
        treatment.stimulus,
        treatment.stimulus_text,
        treatment.pretreatment,
        treatment.groups,
        treatment.schedule,
        *([True] if treatment.untreated else []),
    ]


def other_groups(treatment: Treatment) -> list[str]:
    """Return the groups of a treatment that its inhibitors do not name."""
    return [name for name in treatment.groups if name and name not in dict(treatment.inhibitors)]


def experiment_label(study: Study, treatment: Treatment) -> str:
    """Return a label for people, like ``IL-13 4 ng/ml`` or ``HEL, ruxolitinib 640 nM``."""
    parts = [" ".join((treatment.cell_line, *treatment.alterations))] if treatment.cell_line else []
    parts += [
        f"{condition.label} {number_text(value)} {condition.unit}"
        for condition, value in zip(study.conditions, treatment.dose, strict=True)
    ]
    if treatment.stimulus:
        parts.append(f"{treatment.stimulus} {treatment.stimulus_text}")
    parts += [f"{name} {number_text(dose)} nM" for name, dose in treatment.inhibitors]
    parts += [f"{100 * share:g} % of it from {time:g} {study.time_unit}" for time, share in treatment.schedule]
    parts += ["before treatment"] if treatment.untreated else []
    parts += other_groups(treatment)
    return ", ".join(parts)
