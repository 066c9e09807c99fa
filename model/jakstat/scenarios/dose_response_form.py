"""The key ``dose_response`` of a configuration: one inhibitor by formulas that stand there, on stimulated cells.

An inhibitor is a set of formulas on parameters of the model: an ATP-competitive inhibitor of JAK2 divides the rate
constants of JAK2's kinase activity by 1 + dose / K. A stimulus sets entities of the model after what came before it in
all experiments of the problem.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from jakstat.problem import (
    DOSE,
    Action,
    Constant,
    Experiment,
    Inhibitor,
    Period,
    Prior,
    ProblemTables,
    Reference,
    entity,
    model_entities,
    names_of,
    parse_formula,
    unknown_name_needed,
)
from jakstat.scenarios.questions import dose_faults

_SECTION = "dose_response"


@dataclass(frozen=True)
class DoseResponseForm:
    """What the section says: the inhibitor as reference tables, an experiment by stimulus, and when they start."""

    reference: Reference
    made: Mapping[str, Experiment]
    start: float


def read_dose_response_form(section: Mapping[str, Any], tables: ProblemTables) -> DoseResponseForm:
    """Read the section, and compare it with a problem.

    Raises
    ------
    ValueError
        Doses do not begin with 0 and increase, a formula is none or changes its parameter at dose 0, a name is unknown
        or stands for two things, or it is open what comes before the stimulus; all of it is listed with its key.
    """
    faults = [f"{_SECTION}.{fault}" for fault in dose_faults(section["doses_nM"])]
    formulas = _formulas(section["acts_on"], faults)
    if faults:
        raise ValueError("; ".join(faults))
    faults = [*_taken_names(section, tables), *_unknown_names(section, formulas, tables), *_repeated_stimuli(section)]
    faults += _changes_at_dose_0(formulas)
    before = _preequilibrations(tables)
    if len(before) > 1:
        faults.append(
            "the experiments of the study differ in what comes before them (pre-equilibration), so that it "
            "is open what comes before the stimulus"
        )
    if faults:
        raise ValueError(f"the {_SECTION} section does not fit the study: " + "; ".join(faults))
    start = min(experiment.start for experiment in tables.experiments)
    return DoseResponseForm(_reference(section, formulas), _stimulated(section, tables, before[0], start), start)


def _formulas(acts_on: Mapping[str, str], faults: list[str]) -> dict[str, sp.Expr]:
    found = {}
    for target, text in acts_on.items():
        try:
            found[target] = parse_formula(text)
        except ValueError as error:
            faults.append(f"{_SECTION}.acts_on.{target}: {text!r} is no formula: {error}")
    return found


def _taken_names(section: Mapping[str, Any], tables: ProblemTables) -> list[str]:
    taken = sorted({*section["parameters"], DOSE} & _entities(tables))
    return [f"parameters.{name}: the study has an entity of that name; choose another" for name in taken]


def _entities(tables: ProblemTables) -> set[str]:
    return {*model_entities(tables.sbml).names, *(parameter.id for parameter in tables.parameters)}


def _unknown_names(section: Mapping[str, Any], formulas: Mapping[str, sp.Expr], tables: ProblemTables) -> list[str]:
    """Return a sentence for each name that the problem does not have, with near ones."""
    entities = _entities(tables)
    measured = {measurement.observable_id for measurement in tables.measurements}
    what = "an entity of the model or a parameter"
    in_formulas = entities | {*section["parameters"], DOSE}
    named = [(f"acts_on.{target}: unknown target {target!r}", target, entities, what) for target in formulas]
    named += [
        (f"acts_on.{target}: unknown name {name!r} in the formula", name, in_formulas, what)
        for target, formula in formulas.items()
        for name in sorted(names_of(formula))
    ]
    named += [
        (f"stimuli {stimulus['label']!r}: unknown name {name!r}", name, entities, what)
        for stimulus in section["stimuli"]
        for name in stimulus["set"]
    ]
    readout = section["readout"]
    named.append((f"readout: unknown observable {readout!r}", readout, measured, "a measured observable"))
    return [
        f"{found}; needed: {unknown_name_needed(name, known, needed)}"
        for found, name, known, needed in named
        if name not in known
    ]


def _repeated_stimuli(section: Mapping[str, Any]) -> list[str]:
    labels = [stimulus["label"] for stimulus in section["stimuli"]]
    return [
        f"stimuli: found the label {label!r} twice; needed: each once"
        for label in dict.fromkeys(labels)
        if labels.count(label) > 1
    ]


def _changes_at_dose_0(formulas: Mapping[str, sp.Expr]) -> list[str]:
    at_0 = {target: formula.subs(entity(DOSE), 0) for target, formula in formulas.items()}
    return [
        f"acts_on.{target}: the formula is {value} at dose 0; needed: one that leaves {target} as it is"
        for target, value in at_0.items()
        if sp.simplify(value - entity(target)) != 0
    ]


def _preequilibrations(tables: ProblemTables) -> list[tuple[Period, ...]]:
    """Return the different pre-equilibrations of the problem's experiments; an empty one where there is none."""
    found = [
        tuple(period for period in experiment.periods if np.isneginf(period.start)) for experiment in tables.experiments
    ]
    return [periods for number, periods in enumerate(found) if periods not in found[:number]]


def _stimulated(
    section: Mapping[str, Any], tables: ProblemTables, before: tuple[Period, ...], start: float
) -> dict[str, Experiment]:
    """Return an experiment for each stimulus, by its label."""
    resets = any(period.resets_parameters for experiment in tables.experiments for period in experiment.periods)
    made = {}
    for number, stimulus in enumerate(section["stimuli"]):
        changes = {name: sp.Float(value) for name, value in stimulus["set"].items()}
        periods = (*before, Period(start, changes, resets_parameters=resets))
        made[stimulus["label"]] = Experiment(f"stimulus_{number}", periods, stimulus["label"])
    return made


def _reference(section: Mapping[str, Any], formulas: Mapping[str, sp.Expr]) -> Reference:
    """Return the section's inhibitor as reference tables hold it."""
    name = section["inhibitor"]
    constants = {constant: _constant(constant, entry) for constant, entry in section["parameters"].items()}
    actions = tuple(_action(name, target, formula, set(constants)) for target, formula in formulas.items())
    return Reference({name: Inhibitor(name, actions)}, {}, {}, {}, (), constants)


def _constant(name: str, entry: Mapping[str, Any]) -> Constant:
    source, status, median = entry["source"], entry.get("status", ""), float(entry["median"])
    prior = Prior("log-normal", (float(np.log(median)), float(entry["sd_ln"])), 0.0, np.inf, source, status)
    return Constant(name, entry.get("unit", "nM"), prior, median, source, _SECTION, 0, status)


def _action(inhibitor: str, target: str, formula: sp.Expr, constants: set[str]) -> Action:
    named = tuple(sorted(names_of(formula) & constants))
    return Action(inhibitor, "", target, formula, "", named, "", None, "", _SECTION, 0)
