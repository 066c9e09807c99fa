"""From what was done to the cells to experiments of the model: periods with what each sets, and parameters they need.

A study without a ``cells`` section: one period from time 0, which sets what the condition columns say. With it: the
pathway's steady state before anything is added (time -inf: the values of the cell line), the treatment (inhibitors)
and, at time 0, the stimulus; treatment and stimulus are one period where there was no pre-treatment.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import zip_longest

import numpy as np
import sympy as sp

from jakstat.files import with_digest
from jakstat.problem.formulas import entity, names_of, with_values
from jakstat.problem.identifiers import id_of_group, id_of_table_name, identifier
from jakstat.problem.records import Experiment, Parameter, Period, Prior
from jakstat.problem.reference import CellLine, Reference, altered, constants_in, inhibited
from jakstat.problem.study.cells_section import CELL_LINE, Cells, Pooled
from jakstat.problem.study.description import Study
from jakstat.problem.study.experiment_names import experiment_id, experiment_label, other_groups
from jakstat.problem.study.study_treatments import MINUTES, Treatment

_COVARIATE_SOURCE = "standard normal by construction: {name}, not known, in standard deviations over the other lines"
_DEVIATION_SOURCE = "standard normal by construction: how far {group} is from the mean of all, in standard deviations"


def wild_type_ids(
    study: Study, reference: Reference | None, treatments: Iterable[Treatment], parameter_ids: Collection[str]
) -> dict[str, str]:
    """Return the new id of each parameter of the table that a cell line of the treatments sets.

    In PEtab what a condition sets may not be in the parameter table too. Where the cell lines set an entity that is,
    the parameter becomes ``<entity>_wild_type``, and lines without the change set the entity to it.
    """
    if reference is None:
        return {}
    lines = [_line_of(reference, treatment) for treatment in treatments]
    names = {name for line in lines for name in _line_formulas(study, reference, line) if name in parameter_ids}
    return {name: f"{name}_wild_type" for name in sorted(names)}


def experiments_of(
    study: Study,
    reference: Reference | None,
    treatments: Iterable[Treatment],
    wild_type: Mapping[str, str],
    without: Mapping[str, sp.Expr],
) -> dict[Treatment, Experiment]:
    """Return the experiment of each treatment.

    Parameters
    ----------
    study : Study
    reference : Reference or None
        None in a study without a ``cells`` section.
    treatments : iterable of Treatment
        Without faults.
    wild_type : mapping of str to str
        From :func:`wild_type_ids`.
    without : mapping of str to Expr
        Value of entities that no table holds in cells without alterations: what the model gives to them.
    """
    treatments = sorted(set(treatments))
    if study.cells is None or reference is None:
        return {treatment: _experiment(study, treatment, _conditions(study, treatment)) for treatment in treatments}
    plain = {name: entity(new) for name, new in wild_type.items()}
    values: dict[tuple, dict[str, sp.Expr]] = {}
    for treatment in treatments:
        if (treatment.cell_line, treatment.alterations) not in values:
            formulas = _line_formulas(study, reference, _line_of(reference, treatment))
            resting = plain | _resolved(formulas, {**without, **plain}) | dict(study.cells.before)
            values[treatment.cell_line, treatment.alterations] = resting
    return {
        treatment: _experiment(
            study,
            treatment,
            _periods(study, reference, treatment, values[treatment.cell_line, treatment.alterations], without),
        )
        for treatment in treatments
    }


def _experiment(
    study: Study, treatment: Treatment, periods: Iterable[tuple[float, Mapping[str, sp.Expr]]]
) -> Experiment:
    """Return the record of an experiment; what is set to a number in it is set to a float."""
    return Experiment(
        id=experiment_id(study, treatment),
        periods=tuple(
            Period(start, {name: _with_float(value) for name, value in changes.items()}) for start, changes in periods
        ),
        label=experiment_label(study, treatment),
        cell_line=treatment.cell_line,
        inhibitors=treatment.inhibitors,
        stimulus=f"{treatment.stimulus} {treatment.stimulus_text}" if treatment.stimulus else "",
        groups=tuple(other_groups(treatment)),
    )


def _with_float(value: sp.Expr) -> sp.Expr:
    """Return a number as a float, anything else as it is."""
    return sp.Float(float(value)) if value.is_number else value


def _conditions(study: Study, treatment: Treatment) -> tuple[tuple[float, dict[str, sp.Expr]], ...]:
    """Return the one period of a study in which only condition columns say what was done."""
    changes = {
        condition.sets: sp.Float(value) for condition, value in zip(study.conditions, treatment.dose, strict=True)
    }
    return ((0.0, changes),)


def _periods(
    study: Study,
    reference: Reference,
    treatment: Treatment,
    resting: Mapping[str, sp.Expr],
    without: Mapping[str, sp.Expr],
) -> tuple[tuple[float, Mapping[str, sp.Expr]], ...]:
    """Return the periods: steady state, treatment, stimulus, and each later change of the medium."""
    cells = study.cells
    if cells is None:
        return _conditions(study, treatment)
    if treatment.untreated:
        return ((-np.inf, resting),)
    line = _line_of(reference, treatment)
    treated = treatment_values(cells, reference, line, treatment)
    ((_, stimulated),) = _conditions(study, treatment)
    if treatment.stimulus_nM:
        stimulated = {**stimulated, cells.stimulus: sp.Float(treatment.stimulus_nM)}
    changes = [
        (time, _fresh_medium(cells, reference, line, treatment, share, {**without, **resting}))
        for time, share in treatment.schedule
    ]
    if not treatment.pretreatment:
        return ((-np.inf, resting), (0.0, treated | stimulated), *changes)
    return ((-np.inf, resting), (-treatment.pretreatment, treated), (0.0, stimulated), *changes)


def _fresh_medium(
    cells: Cells,
    reference: Reference,
    line: CellLine,
    treatment: Treatment,
    share: float,
    resting: Mapping[str, sp.Expr],
) -> dict[str, sp.Expr]:
    """Return what medium with a share of the doses sets: from the values without inhibitors, not from those before it.

    What the first addition sets to a number (a drug that has not decayed) it sets again.
    """
    doses = {name: sp.Float(share * dose) for name, dose in treatment.inhibitors}
    values = inhibited(reference, doses, line.alterations)
    again = {name: value for name, value in cells.at_treatment.items() if value.is_number}
    return again | {name: with_values(formula, resting) for name, formula in values.items()}


def _line_of(reference: Reference, treatment: Treatment) -> CellLine:
    """Return the cell line of a treatment with the alterations that its cells have besides."""
    line = reference.cell_lines[treatment.cell_line]
    return replace(line, alterations=(*line.alterations, *treatment.alterations))


def _line_formulas(study: Study, reference: Reference, line: CellLine) -> dict[str, list[sp.Expr]]:
    """Return what a cell line sets in the model, as formulas to be applied one after the other to each entity.

    Its receptor, abundances, growth, alterations. What was measured in these cells (``fixed``) stands above all else.
    """
    cells = study.cells
    if cells is None:
        return {}
    formulas: dict[str, list[sp.Expr]] = {
        name: [sp.Float(share)] for name, share in reference.receptors[line.receptor].shares.items()
    }
    formulas |= {
        pooled.entity: [_pooled_value(pooled, reference, line, (line.id,))]
        for pooled in cells.pooled
        if pooled.is_of_line
    }
    if cells.growth:  # cells without a doubling time do not divide
        rate = sp.Float(0) if line.proliferation is None else entity(proliferation_id(line)) * MINUTES[study.time_unit]
        formulas[cells.growth] = [rate]
    if cells.secreted and line.ligand_source == "none":
        formulas[cells.secreted] = [sp.Float(0)]
    for target, formula in altered(reference, line.alterations).items():
        formulas.setdefault(target, []).append(formula)
    return formulas | {name: [sp.Float(value)] for name, value in cells.fixed.get(line.id, {}).items()}


def _resolved(formulas: Mapping[str, list[sp.Expr]], without: Mapping[str, sp.Expr]) -> dict[str, sp.Expr]:
    """Return the value of each entity over parameters: formulas start from its value in unaltered cells."""
    first = {name: with_values(formula[0], without) for name, formula in formulas.items()}
    values = dict(first)
    for name, (_, *later) in formulas.items():
        for formula in later:
            values[name] = with_values(formula, {**without, **first, name: values[name]})
    return values


def proliferation_id(line: CellLine) -> str:
    """Return the id of a cell line's growth rate, 1/min."""
    return f"proliferation_{id_of_table_name(line.id)}"


def treatment_values(cells: Cells, reference: Reference, line: CellLine, treatment: Treatment) -> dict[str, sp.Expr]:
    """Return what the addition of inhibitors to a cell line sets in the model."""
    values: dict[str, sp.Expr] = dict(cells.at_treatment)
    for pooled, names in _groups_of(cells, line, treatment):
        values[pooled.entity] = _pooled_value(pooled, reference, line, names)
    doses = {name: sp.Float(dose) for name, dose in treatment.inhibitors}
    return values | inhibited(reference, doses, line.alterations)


def _groups_of(cells: Cells, line: CellLine, treatment: Treatment) -> list[tuple[Pooled, tuple[str, ...]]]:
    """Return the pooled entities that a treatment gives a value, and the names in each one's columns."""
    if not treatment.inhibitors:
        return []
    named = dict(zip_longest(cells.grouping_columns, treatment.groups, fillvalue="")) | {CELL_LINE: line.id}
    return [
        (pooled, tuple(named[column] for column in pooled.over))
        for pooled in cells.pooled
        if not pooled.is_of_line and all(named[column] for column in pooled.over)
    ]


def _pooled_value(pooled: Pooled, reference: Reference, line: CellLine, names: tuple[str, ...]) -> sp.Expr:
    """Return the value of a pooled entity in a group; a covariate that is not known of the line is a parameter."""
    covariates: dict[str, sp.Expr] = {}
    for column, _ in pooled.slopes:
        known = reference.covariates.standardised(column, [line.id]) if reference.covariates is not None else {}
        covariates[column] = sp.Float(known[line.id]) if line.id in known else entity(covariate_id(column, line))
    return pooled.value(_group_id(pooled, reference, names), names, covariates)


def covariate_id(column: str, line: CellLine) -> str:
    """Return the id of a covariate that is not known of a cell line, in standard deviations over lines."""
    return f"{column}_of_{id_of_table_name(line.id)}"


def _unknown_covariates(cells: Cells, reference: Reference, treatments: Iterable[Treatment]) -> dict[str, str]:
    """Return what people call each covariate that slopes need and that is not known of a line, by its id."""
    columns = {column for pooled in cells.pooled for column, _ in pooled.slopes}
    lines = {treatment.cell_line for treatment in treatments}
    return {
        covariate_id(column, reference.cell_lines[line]): f"{column} of {line}"
        for column in sorted(columns)
        for line in sorted(
            lines - set(reference.covariates.standardised(column, lines) if reference.covariates else ())
        )
    }


def _group_id(pooled: Pooled, reference: Reference, names: tuple[str, ...]) -> str:
    """Return the id of a group of a pooled entity."""
    found = id_of_group(pooled.over, names, {CELL_LINE: reference.cell_lines, "inhibitor": reference.inhibitors})
    # Entity A in group "B_z_C" and entity A_z_B in group C are two.
    return found if "_z_" not in found else with_digest(found, [pooled.entity, *names])


def experiment_parameters(
    study: Study, reference: Reference | None, experiments: Mapping[Treatment, Experiment]
) -> tuple[Parameter, ...]:
    """Return the parameters that experiments name and no table of the study holds, each with its prior.

    They are the deviations of pooled entities, growth rates of cell lines and constants of the reference tables.
    """
    if study.cells is None or reference is None:
        return ()
    formulas = [
        value
        for experiment in experiments.values()
        for period in experiment.periods
        for value in period.changes.values()
    ]
    named = {name for formula in formulas for name in names_of(formula)}
    deviations = [
        Parameter(name, 0.0, Prior("normal", (0.0, 1.0), -np.inf, np.inf, _DEVIATION_SOURCE.format(group=group)), "1")
        for name, group in _deviations(study.cells, reference, experiments).items()
        if name in named
    ]
    unknown = [
        Parameter(name, 0.0, Prior("normal", (0.0, 1.0), -np.inf, np.inf, _COVARIATE_SOURCE.format(name=label)), "1")
        for name, label in _unknown_covariates(study.cells, reference, experiments).items()
        if name in named
    ]
    rates = [
        Parameter(
            proliferation_id(line),
            float(np.exp(line.proliferation.parameters[0])),
            line.proliferation,
            "1/min",
            scale="log10",
        )
        for line in reference.cell_lines.values()
        if line.proliferation is not None and proliferation_id(line) in named
    ]
    return (*deviations, *unknown, *rates, *constants_in(formulas, reference))


def names_made_for(
    study: Study, reference: Reference | None, experiments: Mapping[Treatment, Experiment]
) -> dict[str, str]:
    """Return the ids of parameters that are made of the names of experiments, each with what it stands for."""
    if study.cells is None or reference is None:
        return {}
    lines = {experiment.cell_line: reference.cell_lines[experiment.cell_line] for experiment in experiments}
    rates = {proliferation_id(line): f"the growth rate of {name}" for name, line in lines.items() if study.cells.growth}
    groups = _deviations(study.cells, reference, experiments)
    deviations = {name: f"the deviation of {group}" for name, group in groups.items()}
    return rates | deviations | _unknown_covariates(study.cells, reference, experiments)


def _deviations(cells: Cells, reference: Reference, treatments: Iterable[Treatment]) -> dict[str, str]:
    """Return what people call the group of each deviation of pooled entities, by the deviation's id."""
    found: dict[Pooled, dict[str, str]] = {pooled: {} for pooled in cells.pooled}
    for treatment in treatments:
        line = _line_of(reference, treatment)
        of_line = [(pooled, (line.id,)) for pooled in cells.pooled if pooled.is_of_line]
        for pooled, names in (*of_line, *_groups_of(cells, line, treatment)):
            group = _group_id(pooled, reference, names)
            readable = group == identifier("_".join(names))
            found[pooled][pooled.deviation_id(group)] = group if readable else ", ".join(names)
    return {name: group for of_one in found.values() for name, group in sorted(of_one.items())}
