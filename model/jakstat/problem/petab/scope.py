"""What the rows of a PEtab problem may refer to: ids of the model and of other tables, starts of experiments."""

import math
import re
from collections import defaultdict
from dataclasses import dataclass

from jakstat.files import Row, number_of_text
from jakstat.problem.model_text import ModelEntities
from jakstat.problem.petab.petab_text import PetabText


@dataclass(frozen=True)
class Scope:
    """What the rows of a problem may refer to.

    Parameters
    ----------
    version : int
        1 or 2.
    entities : ModelEntities
        The ids of the model.
    parameters : frozenset of str
        The ids of the parameter table.
    observables : dict of str to Row
        The row of each observable.
    starts : dict of str to float
        When the first period that can be measured starts, by experiment (version 2) or condition (version 1).
    targets : frozenset of str
        What conditions set.
    first_conditions : frozenset of str
        Conditions that are in force when an experiment starts: before them there is no state to refer to.
    used_names : frozenset of str
        Every name in the formulas of observables, the overrides of measurements and the values of conditions.
    """

    version: int
    entities: ModelEntities
    parameters: frozenset[str]
    observables: dict[str, Row]
    starts: dict[str, float]
    targets: frozenset[str]
    first_conditions: frozenset[str]
    used_names: frozenset[str]

    def placeholders(self, row: Row, kind: str) -> tuple[str, ...]:
        """Return the ids of the ``observable`` or ``noise`` placeholders of an observable, in order."""
        if self.version == 2:
            return tuple(part.strip() for part in row[f"{kind}Placeholders"].split(";") if part.strip())
        found = re.findall(rf"\b{kind}Parameter(\d+)_{re.escape(row['observableId'])}\b", row[f"{kind}Formula"])
        return tuple(f"{kind}Parameter{number}_{row['observableId']}" for number in sorted(set(found), key=int))

    def is_logarithmic(self, row: Row) -> bool:
        """Whether an observable's noise is on a logarithm, so that its measurements must be positive."""
        return row["noiseDistribution"].startswith("log") or row["observableTransformation"].startswith("log")


def scope_of(text: PetabText, entities: ModelEntities) -> Scope:
    """Collect what the rows of a problem may refer to."""
    version = text.listing.version
    times = times_of_experiments(text)
    if version == 1:
        starts = dict.fromkeys(text.ids("condition", "conditionId"), 0.0)
        targets = {column for table in text.tables["condition"] for column in table.columns}
    else:
        finite = {name: [time for time in found if math.isfinite(time)] for name, found in times.items()}
        # What follows a pre-equilibration that nothing is said to follow is the model at time 0.
        starts = {name: min(found, default=0.0) for name, found in finite.items()} | {"": 0.0}
        targets = text.ids("condition", "targetId")
    first = {
        row["conditionId"]
        for _, row in text.rows("experiment")
        if _time(row) == min(times[row["experimentId"]], default=None)
    }
    return Scope(
        version=version,
        entities=entities,
        parameters=frozenset(text.ids("parameter", "parameterId")),
        observables={row["observableId"]: row for _, row in text.rows("observable")},
        starts=starts,
        targets=frozenset(targets - {"conditionId", "conditionName"}),
        first_conditions=frozenset(first),
        used_names=frozenset(_used_names(text)),
    )


def times_of_experiments(text: PetabText) -> dict[str, set[float]]:
    """Return the times at which the periods of each experiment start; cells without a number are left out."""
    times: dict[str, set[float]] = defaultdict(set)
    for _, row in text.rows("experiment"):
        time = _time(row)
        times[row["experimentId"]] |= set() if math.isnan(time) else {time}
    return times


def _time(row: Row) -> float:
    """Return when a period starts, or NaN where that is no number (the checks report that)."""
    time = number_of_text(row["time"])
    return math.nan if time is None else time


def _used_names(text: PetabText) -> set[str]:
    """Return every name in the formulas of observables, the overrides of measurements and the values of conditions."""
    columns = {
        "observable": ("observableFormula", "noiseFormula"),
        "measurement": ("observableParameters", "noiseParameters"),
    }
    cells = [row[column] for kind, names in columns.items() for _, row in text.rows(kind) for column in names]
    for _, row in text.rows("condition"):
        cells += [
            cell for column, cell in row.cells.items() if column not in ("conditionId", "conditionName", "targetId")
        ]
    return {name for cell in set(cells) for name in re.findall(r"[A-Za-z_]\w*", cell)}
