"""A checked PEtab problem as libpetab's own records, version 1 upgraded by libpetab's converter.

The tables go to libpetab as they were read here, not as pandas reads them: there ``NA`` and ``null`` are ids like
others, and a quote is a letter. Of the measurements libpetab gets one of each kind (same observable, experiment and
sort of overrides): what it checks of them depends on nothing else, and a hundred thousand take no longer than ten.
"""

import logging
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import pandas as pd
from petab import v1, v2
from petab.v1.models.sbml_model import SbmlModel as SbmlModelOfV1
from petab.v2.models.sbml_model import SbmlModel
from petab.v2.petab1to2 import v1v2_condition_df, v1v2_observable_df, v1v2_parameter_df

from jakstat.files import Row, number_of_text, with_digest
from jakstat.problem.petab.condition_checks import renamed_parameters
from jakstat.problem.petab.petab_text import PetabText

_NUMBERS = {"lowerBound", "upperBound", "nominalValue", "time", "measurement"}


@contextmanager
def quiet_libpetab() -> Iterator[list[str]]:
    """Collect what libpetab warns of instead of printing it (its converter warns of what is handled here)."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("petab")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield said
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


def read_by_libpetab(text: PetabText, sbml: str) -> v2.Problem:
    """Return a problem of libpetab with one measurement of each kind.

    Parameters
    ----------
    text : PetabText
        The problem's tables without faults.
    sbml : str
        Its model, in which parameters of one reaction have the ids that the mapping table gives them.

    Raises
    ------
    ValueError, NotImplementedError, TypeError, KeyError
        libpetab cannot read it; the message says why.
    """
    with quiet_libpetab() as said:
        problem = _of_version_2(text, sbml) if text.listing.version == 2 else _of_version_1(text, sbml, said)
    problem.config = v2.ProblemConfig(id=text.listing.problem_id or "problem", format_version="2.0.0")
    return problem


def experiments_of_v1(text: PetabText, changing: Iterable[str]) -> dict[tuple[str, str], str | None]:
    """Return the experiment of each pair of conditions (before, at time 0) of version 1, called as they are.

    libpetab's converter makes the same ones under names in which two pairs can be one ("a_" before "b", "a" before
    "_b"). Measurements of a condition that changes nothing, without pre-equilibration, need no experiment: None.

    Parameters
    ----------
    text : PetabText
    changing : iterable of str
        The conditions that change something.
    """
    changing = set(changing)
    pairs = [(row["preequilibrationConditionId"], row["simulationConditionId"]) for _, row in text.rows("measurement")]
    conditions = text.ids("condition", "conditionId")
    names: dict[tuple[str, str], str | None] = {}
    for before, condition in dict.fromkeys(pairs):
        name = f"{before}_then_{condition}" if before else condition
        # Two pairs can be called the same ("a" before "b_then_c"), or as a condition is.
        if before and (name in conditions or len(re.findall("(?=_then_)", name)) > 1):
            name = with_digest(name, [before, condition])
        names[before, condition] = name if before or condition in changing else None
    return names


def _of_version_2(text: PetabText, sbml: str) -> v2.Problem:
    """Return a version 2 problem; ids that its mapping table gives are the model's own already."""
    frames = {kind: _frame(text, kind) for kind in ("condition", "experiment", "mapping") if any(text.rows(kind))}
    conditions = v2.ConditionTable.from_df(frames.get("condition"))
    experiments = v2.ExperimentTable.from_df(frames.get("experiment"))
    mappings = v2.MappingTable.from_df(None if renamed_parameters(text) else frames.get("mapping"))
    return v2.Problem(
        models=[SbmlModel.from_string(sbml, model_id=text.listing.models[0].id)],
        condition_tables=[conditions] if conditions.conditions else [],
        experiment_tables=[experiments] if experiments.experiments else [],
        observable_tables=[v2.ObservableTable.from_df(_frame(text, "observable"))],
        measurement_tables=[v2.MeasurementTable.from_df(_one_of_each_kind(text))],
        parameter_tables=[v2.ParameterTable.from_df(_frame(text, "parameter"))],
        mapping_tables=[mappings] if mappings.mappings else [],
    )


def _of_version_1(text: PetabText, sbml: str, said: list[str]) -> v2.Problem:
    """Return a version 1 problem as version 2."""
    parameters = v1.get_parameter_df(_frame(text, "parameter"))
    observables = v1.get_observable_df(_frame(text, "observable"))
    conditions = v1.get_condition_df(_frame(text, "condition").drop(columns="conditionName", errors="ignore"))
    old = v1.Problem(
        model=SbmlModelOfV1.from_string(sbml, model_id=text.listing.models[0].id),
        condition_df=conditions,
        measurement_df=_one_of_each_kind(text),
        parameter_df=parameters,
        observable_df=observables,
    )
    if v1.lint_problem(old):
        raise ValueError("; ".join(said) or "it does not pass libpetab's validation")
    table = v2.ConditionTable.from_df(v1v2_condition_df(conditions, old.model))
    new = v2.Problem(
        models=[SbmlModel.from_string(sbml, model_id=text.listing.models[0].id)],
        condition_tables=[table] if table.conditions else [],
        observable_tables=[v2.ObservableTable.from_df(v1v2_observable_df(observables))],
        parameter_tables=[v2.ParameterTable.from_df(v1v2_parameter_df(parameters))],
    )
    _set_experiments(new, old.measurement_df, experiments_of_v1(text, {condition.id for condition in table.conditions}))
    return new


def _set_experiments(
    problem: v2.Problem, measurements: pd.DataFrame, names: Mapping[tuple[str, str], str | None]
) -> None:
    """Give an upgraded problem its experiments and its measurements."""
    changing = {condition.id for condition in problem.conditions}

    def period(time: float, condition: str) -> v2.ExperimentPeriod:
        return v2.ExperimentPeriod(time=time, condition_ids=[condition] if condition in changing else [])

    experiments = [
        v2.Experiment(id=name, periods=[*([period(-math.inf, before)] if before else []), period(0.0, condition)])
        for (before, condition), name in names.items()
        if name is not None
    ]
    problem.experiment_tables = [v2.ExperimentTable(experiments)] if experiments else []
    before = measurements.get("preequilibrationConditionId", pd.Series("", measurements.index)).fillna("")
    pairs = zip(before, measurements["simulationConditionId"], strict=True)
    upgraded = measurements.drop(
        columns=["preequilibrationConditionId", "simulationConditionId", "experimentId"], errors="ignore"
    )
    upgraded["experimentId"] = [names[pair] for pair in pairs]
    problem.measurement_tables = [v2.MeasurementTable.from_df(upgraded)]


def _frame(text: PetabText, kind: str) -> pd.DataFrame:
    """Return the tables of one kind as libpetab wants them: numbers where it reads numbers, NaN for empty cells."""
    columns = tuple(dict.fromkeys(column for table in text.tables[kind] for column in table.columns))
    return _as_frame([row for _, row in text.rows(kind)], columns, text.listing.version)


def _as_frame(rows: Iterable[Row], columns: Iterable[str], version: int) -> pd.DataFrame:
    """Return rows as a table of libpetab."""
    rows = list(rows)
    cells = {name: [_cell(name, row[name], version) for row in rows] for name in columns if name}
    return pd.DataFrame({name: _column(name, found, version) for name, found in cells.items()})


def _cell(column: str, text: str, version: int) -> str | float:
    """Return a cell as libpetab reads it."""
    if not text or (text.lower() == "nan" and version == 1 and not column.endswith("Id")):
        return np.nan
    if column in _NUMBERS or (column == "estimate" and version == 1):
        number = number_of_text(text)
        return text if number is None else number
    return text


def _column(name: str, cells: list[str | float], version: int) -> pd.Series:
    """Return a column with the type that libpetab expects of it."""
    if name == "estimate" and version == 1:
        return pd.Series(cells).astype(int)
    numbers_only = name in _NUMBERS and not any(isinstance(line, str) for line in cells)
    return pd.Series(cells, dtype=float if numbers_only else object)


def _one_of_each_kind(text: PetabText) -> pd.DataFrame:
    """Return one measurement of each kind; overrides that are numbers are of one sort."""
    columns = tuple(dict.fromkeys(column for table in text.tables["measurement"] for column in table.columns))
    named = [column for column in columns if column.endswith("Id") and column not in ("replicateId", "datasetId")]
    overrides = [column for column in columns if column in ("observableParameters", "noiseParameters")]
    kinds: dict[tuple[str, ...], Row] = {}
    for _, row in text.rows("measurement"):
        sorts = (";".join(_sort_of(part) for part in row[override].split(";")) for override in overrides)
        kinds.setdefault((*(row[name] for name in named), *sorts), row)
    return _as_frame(kinds.values(), columns, text.listing.version)


def _sort_of(override: str) -> str:
    """Return an override, any number as the same."""
    return "number" if number_of_text(override.strip()) is not None else override.strip()
