"""A study's parameter table: id, unit, nominal value, and a prior with its source for each estimated parameter.

Columns: ``id  unit  nominal  estimate  prior  prior_parameters  lower  upper  source``, and ``status`` and ``place``,
which say what the numbers rest on (``jakstat.problem.evidence``) and may be absent. The parameters of a prior are
written by name, in the terms a biologist knows: ``median=0.05; sd_ln=0.8`` for a log-normal (the standard deviation of
the natural logarithm: 0.7 is about a factor of 2, 1.6 a factor of 5). Empty bounds mean no truncation.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from jakstat.files import (
    Fault,
    Row,
    TextTable,
    finite_number_of_text,
    known_id,
    near_names,
    number_in,
    read_text_table,
    require_columns,
    unique_ids,
)
from jakstat.problem.evidence import cited_source, status_in
from jakstat.problem.formulas import is_reserved
from jakstat.problem.model_text import ModelEntities
from jakstat.problem.records import Parameter, Prior
from jakstat.problem.written_priors import POSITIVE, PRIOR_PARAMETERS, wrong_bounds, wrong_parameters

COLUMNS = ("id", "unit", "nominal", "estimate", "prior", "prior_parameters", "lower", "upper", "source")
#: May stand beside them; a prior of a table without them has no status, which a report says.
_EVIDENCE = ("status", "place")
#: The names that a parameter table uses: a median instead of the mean of the logarithm.
#: Letters that a misspelt id has more or less: toxicity_sd is not toxicity misspelt.
_LETTERS = 1
_WRITTEN = {"mean_ln": "median", "location_ln": "median"}


@dataclass(frozen=True)
class StudyParameters:
    """The parameters that could be read, and all ids of the table."""

    parameters: tuple[Parameter, ...]
    ids: frozenset[str]


def read_parameters(path: Path, faults: list[Fault]) -> StudyParameters | None:
    """Read a parameter table.

    Parameters
    ----------
    path : Path
        The table.
    faults : list of Fault
        Its faults are added here.

    Returns
    -------
    StudyParameters or None
        None where the table cannot be read or lacks columns.
    """
    table = read_text_table(path, faults)
    if table is None or not require_columns(table, COLUMNS, faults):
        return None
    for column in table.columns:
        if column not in (*COLUMNS, *_EVIDENCE):
            faults.append(table.fault(None, column, "an unknown column", f"only {', '.join((*COLUMNS, *_EVIDENCE))}"))
    unique_ids(table, "id", faults)
    parameters = [parameter for row in table.rows if (parameter := _parameter_of(table, row, faults)) is not None]
    return StudyParameters(tuple(parameters), frozenset(row["id"] for row in table.rows))


def check_parameter_ids(
    path: Path,
    ids: Collection[str],
    entities: ModelEntities,
    formula_names: Collection[str],
    set_by_conditions: Collection[str],
    faults: list[Fault],
) -> frozenset[str]:
    """Add a fault for each parameter that is misspelt, that a condition sets too, or that has no value anywhere.

    Parameters
    ----------
    path : Path
        The parameter table.
    ids : collection of str
        Its ids.
    entities : ModelEntities
        The ids of the model.
    formula_names : collection of str
        Names in the observables' formulas.
    set_by_conditions : collection of str
        Entities that a condition column sets.
    faults : list of Fault
        Faults are added here.

    Returns
    -------
    frozenset of str
        Parameters that neither the model nor a formula uses, as a table of another study has them: they can be left
        out. One that is like a used name without a row is a fault: that name would silently keep the model's value.
    """
    used = entities.parameters | (set(formula_names) - entities.names)
    unused = {name for name in set(ids) - used if name.isidentifier()}  # else it has been refused
    without_row = used - set(ids)
    meant = {
        name: near
        for name in sorted(unused)
        if (near := [other for other in near_names(name, without_row) if abs(len(other) - len(name)) <= _LETTERS])
    }
    for name, near in meant.items():
        found = f"{name!r}, which neither the model nor a formula uses"
        needed = f"a parameter of the model or of study.yaml (did you mean {' or '.join(near)}?)"
        faults.append(Fault(str(path), None, "id", found, needed))
    for name in sorted(set(ids) & set(set_by_conditions)):
        faults.append(Fault(str(path), None, "id", f"{name!r}, which a condition column sets", "one of the two"))
    for name in sorted(entities.without_value - set(ids) - set(set_by_conditions)):
        needed = "a row for this parameter of the model, or a value in the model"
        faults.append(Fault(str(path), None, name, "no value", needed))
    return frozenset(unused - set(meant))


def without_unused(table: StudyParameters, path: Path, unused: Collection[str], notes: list[str]) -> StudyParameters:
    """Return the parameters without those that the study does not use; a note says which were left out.

    Parameters
    ----------
    table : StudyParameters
    path : Path
        The parameter table, for the note.
    unused : collection of str
    notes : list of str
        The note is added here.
    """
    if not unused:
        return table
    listed = ", ".join(sorted(unused))
    notes.append(f"{path.name}: {listed} left out: no measurement of this study depends on them.")
    kept = tuple(parameter for parameter in table.parameters if parameter.id not in unused)
    return StudyParameters(kept, table.ids - set(unused))


def _parameter_of(table: TextTable, row: Row, faults: list[Fault]) -> Parameter | None:
    """Return a parameter, or None after adding its faults."""
    before = len(faults)
    if not row["id"].isidentifier():
        faults.append(table.fault(row, "id", repr(row["id"]), "letters, digits and _, not first a digit"))
    if is_reserved(row["id"]):
        found = f"{row['id']!r}, which formulas read otherwise"
        faults.append(table.fault(row, "id", found, "another id, in the model too"))
    is_said = known_id(table, row, "estimate", ("true", "false"), faults)
    estimated = row["estimate"] == "true"
    nominal = None
    if row["nominal"] or (is_said and not estimated):
        nominal = number_in(table, row, "nominal", faults)
    prior = _prior_of(table, row, faults) if estimated else None
    if is_said and not estimated and row["prior"]:
        faults.append(table.fault(row, "prior", repr(row["prior"]), "no prior, or estimate true"))
    status_in(table, row, faults)
    if (
        nominal is not None
        and prior is not None
        and (nominal < prior.lower < prior.upper or nominal > prior.upper > prior.lower)
    ):
        needed = f"a value within the prior's {prior.lower:g} to {prior.upper:g}"
        faults.append(table.fault(row, "nominal", row["nominal"], needed))
    if len(faults) > before:
        return None
    scale = "log10" if prior is not None and prior.distribution in POSITIVE else "lin"
    return Parameter(row["id"], nominal, prior, unit=row["unit"], scale=scale)


def _prior_of(table: TextTable, row: Row, faults: list[Fault]) -> Prior | None:
    """Return the prior of an estimated parameter, or None after adding its faults."""
    if not row["source"]:
        needed = "where the prior comes from, or from what it was assumed"
        faults.append(table.fault(row, "source", "nothing", needed))
    if not row["prior"]:
        needed = f"a prior, since the parameter is estimated: {', '.join(sorted(PRIOR_PARAMETERS))}"
        faults.append(table.fault(row, "prior", "nothing", needed))
        return None
    if not known_id(table, row, "prior", PRIOR_PARAMETERS, faults):
        return None
    numbers = _numbers_of(table, row, faults)
    positive = row["prior"] in POSITIVE
    lower = number_in(table, row, "lower", faults, infinite=True) if row["lower"] else (0.0 if positive else -math.inf)
    upper = number_in(table, row, "upper", faults, infinite=True) if row["upper"] else math.inf
    if numbers is None or lower is None or upper is None:
        return None
    if lower >= upper:
        faults.append(table.fault(row, "upper", row["upper"] or "inf", f"a number above lower, {lower:g}"))
    if positive and lower < 0:
        faults.append(table.fault(row, "lower", row["lower"], f"0 or more: {row['prior']} is of positive numbers"))
    wrong = wrong_bounds(row["prior"], numbers, lower, upper)
    if wrong:
        faults.append(table.fault(row, "prior_parameters", repr(row["prior_parameters"]), wrong))
        return None
    return Prior(row["prior"], numbers, lower, upper, cited_source(row), row["status"])


def _numbers_of(table: TextTable, row: Row, faults: list[Fault]) -> tuple[float, ...] | None:
    """Return the numbers of ``prior_parameters`` in PEtab's order and meaning, or None after adding a fault."""
    names = PRIOR_PARAMETERS[row["prior"]]
    written = tuple(_WRITTEN.get(name, name) for name in names)
    text = row["prior_parameters"]
    given = _parse_named_numbers(text)
    if given is None or set(given) != set(written):
        needed = "; ".join(f"{name}=<number>" for name in written)
        faults.append(table.fault(row, "prior_parameters", repr(text) if text else "nothing", needed))
        return None
    if any(given[to] <= 0 for name, to in zip(names, written, strict=True) if name != to):
        faults.append(table.fault(row, "prior_parameters", repr(text), "a positive median"))
        return None
    numbers = tuple(math.log(given[to]) if name != to else given[to] for name, to in zip(names, written, strict=True))
    wrong = wrong_parameters(row["prior"], numbers)
    if wrong:
        faults.append(table.fault(row, "prior_parameters", repr(text), wrong))
        return None
    return numbers


def _parse_named_numbers(text: str) -> Mapping[str, float] | None:
    """Return the numbers of a text like ``median=0.05; sd_ln=0.8``, or None where it is not one."""
    found: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _, text_of_number = part.partition("=")
        number = finite_number_of_text(text_of_number.strip())
        if number is None or name.strip() in found:
            return None
        found[name.strip()] = number
    return found
