"""Digests of what a posterior depends on, so that draws are not used with a problem that they were not drawn for."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import sympy as sp

from jakstat.files import UnusableFileError
from jakstat.problem.records import Experiment, Measurement, Observable, Parameter, ProblemTables

if TYPE_CHECKING:
    import xarray as xr

#: The attribute of a posterior, and of what is computed from it, with the digests of its problem.
PROBLEM_DIGESTS = "problem_digests"
#: Attribute of a group of draws with the ids of its parameters, in the order of the problem's table.
PARAMETERS = "parameters"
_MOST_NAMES = 5  # that a message lists
_XML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)  # libAntimony writes its version into one


def problem_digests(tables: ProblemTables) -> dict[str, str]:
    """Return a digest of each part of a problem that decides its posterior.

    Parts are ``model``, ``parameters``, ``observables``, ``experiments`` and ``measurements``. Titles, labels, sources
    and the problem's name decide nothing. The order of rows does: draws are arrays in the order of the tables.
    """
    text_of = cache(sp.srepr)  # few formulas, in many rows
    parts: dict[str, tuple[Callable[..., Any], Iterable[Any]]] = {
        "parameters": (_parameter, tables.parameters),
        "observables": (lambda observable: _observable(observable, text_of), tables.observables),
        "experiments": (lambda experiment: _experiment(experiment, text_of), tables.experiments),
        "measurements": (lambda measurement: _measurement(measurement, text_of), tables.measurements),
    }
    digests = {"model": _digest(" ".join(_XML_COMMENT.sub(" ", tables.sbml).split()))}
    for name, (content, rows) in parts.items():
        digests[name] = _digest("\n".join(json.dumps(content(row)) for row in rows))
    return digests


def require_same_problem(drawn: "xr.DataTree | xr.Dataset", tables: ProblemTables) -> None:
    """Stop where draws, or what was computed from them, belong to another problem.

    Parameters
    ----------
    drawn : DataTree or Dataset
        With the attribute ``problem_digests``; without it (made by hand) only the names of parameters are compared.
    tables : ProblemTables

    Raises
    ------
    UnusableFileError
        Another model, other parameters or priors, observables, experiments or measurements: they are named.
    """
    stored = drawn.attrs.get(PROBLEM_DIGESTS)
    names = _other_names(drawn, tables)
    others = ["parameters"] if names else []
    if stored is not None:
        others = [name for name, digest in problem_digests(tables).items() if stored.get(name) != digest]
    if others:
        file = drawn.encoding.get("source", "the posterior")
        study = drawn.attrs.get("study", "")
        of_study = f" of the study {study}" if study else ""
        raise UnusableFileError(
            f"{file}: found draws{of_study} for a problem with other {', other '.join(others)}{names}; needed: draws "
            f"for {tables.id} as it is now; delete the file and run again, which makes it anew"
        )


def _other_names(drawn: "xr.DataTree | xr.Dataset", tables: ProblemTables) -> str:
    """Return which parameters of the problem have no draws and which draws no parameter; empty where all agree."""
    if "posterior" not in getattr(drawn, "children", ()) or PARAMETERS not in drawn["posterior"].attrs:
        return ""
    drawn_names = list(drawn["posterior"].attrs[PARAMETERS])
    estimated = [parameter.id for parameter in tables.parameters if parameter.estimated]
    missing = [name for name in estimated if name not in drawn_names]
    unknown = [name for name in drawn_names if name not in estimated]
    said = [f"no value for {_listed(missing)}"] if missing else []
    said += [f"not in the problem: {_listed(unknown)}"] if unknown else []
    if not said and drawn_names != estimated:
        said = ["in another order"]
    return f" ({'; '.join(said)})" if said else ""


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _parameter(parameter: Parameter) -> list:
    prior = parameter.prior
    if prior is None:
        return [parameter.id, parameter.nominal]
    return [parameter.id, prior.distribution, list(prior.parameters), prior.lower, prior.upper]


def _observable(observable: Observable, text_of: Callable[[sp.Expr], str]) -> list:
    return [
        observable.id,
        text_of(observable.formula),
        text_of(observable.noise_formula),
        observable.noise_distribution,
        list(observable.observable_placeholders),
        list(observable.noise_placeholders),
        observable.degrees_of_freedom,
    ]


def _experiment(experiment: Experiment, text_of: Callable[[sp.Expr], str]) -> list:
    periods = [
        [
            period.start,
            sorted((name, text_of(value)) for name, value in period.changes.items()),
            period.resets_parameters,
        ]
        for period in experiment.periods
    ]
    return [experiment.id, periods]


def _measurement(measurement: Measurement, text_of: Callable[[sp.Expr], str]) -> list:
    return [
        measurement.observable_id,
        measurement.experiment_id,
        measurement.time,
        measurement.value,
        measurement.censored,
        [text_of(value) for value in (*measurement.observable_parameters, *measurement.noise_parameters)],
    ]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
