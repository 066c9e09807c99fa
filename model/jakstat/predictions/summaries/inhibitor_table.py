"""What is known of each measured inhibitor: its constants in cells beside what biochemistry says of them."""

from collections.abc import Iterable

import pandas as pd
import sympy as sp
import xarray as xr

from jakstat.predictions.summaries.derived_quantities import summarise_formulas
from jakstat.problem import DOSE, Action, ProblemTables, entity, names_of, require_same_problem
from jakstat.scenarios import StudyScenarios

_OF_ASSAY = {"median": "assay_median", "lower_90": "assay_lower_90", "upper_90": "assay_upper_90"}


def summarise_inhibitors(scenarios: StudyScenarios, tables: ProblemTables, tree: xr.DataTree) -> pd.DataFrame:
    """Put prior and posterior of the constant in cells of every action of every measured inhibitor side by side.

    The constant in cells is the dose that adds 1 to the parameter that the inhibitor acts on, in cells without
    resistance mutations: with the formula ``inhibition + dose / (K * shift)`` it is ``K * shift``. Where the formula is
    of another form, it is the constant itself.

    Parameters
    ----------
    scenarios : StudyScenarios
        The study, which knows its inhibitors.
    tables : ProblemTables
        The same study: priors and measurements.
    tree : DataTree
        As ``sample_posterior`` returns it.

    Returns
    -------
    DataFrame
        A row per inhibitor and action, in the order of the reference tables: inhibitor, mechanism, parameter (what it
        acts on), constant, formula (of the constant in cells), unit, assay, atp_mM; assay_lower_90, assay_median,
        assay_upper_90 (prior of the constant itself); lower_90, lower_50, median, upper_50, upper_90 (posterior in
        cells), prior_lower_90, prior_median, prior_upper_90 (prior in cells), nM; estimated, contraction (of the
        logarithm, 1); source, status (of the constant's prior).

    Raises
    ------
    ValueError
        The posterior lacks a constant of a measured inhibitor; it is named.
    UnusableFileError
        The draws belong to another problem.
    """
    require_same_problem(tree, tables)
    measured = {measurement.experiment_id for measurement in tables.measurements}
    used = {name for experiment in tables.experiments if experiment.id in measured for name, _ in experiment.inhibitors}
    actions = [
        action
        for inhibitor in scenarios.reference.inhibitors.values()
        if inhibitor.id in used
        for action in inhibitor.actions
        if action.constant
    ]
    in_cells = [constant_in_cells(action) for action in actions]
    labels = pd.DataFrame(
        [_labels(action, formula, scenarios) for action, formula in zip(actions, in_cells, strict=True)],
        columns=["inhibitor", "mechanism", "parameter", "constant", "formula", "unit", "assay", "atp_mM"],
    )
    of_assay = _assay_priors([entity(action.constant) for action in actions], tables, tree)
    summary = summarise_formulas(in_cells, ["log"] * len(actions), tables, tree)
    source = pd.DataFrame(
        {"source": [action.source for action in actions], "status": [action.status for action in actions]}
    )
    return pd.concat([labels, of_assay, summary, source], axis=1)


def constant_in_cells(action: Action) -> sp.Expr:
    """Return the dose (nM) that adds 1 to the parameter of an action, over constants; see the summary's text."""
    per_dose = sp.diff(action.formula, entity(DOSE))
    if per_dose != 0 and names_of(per_dose) <= set(action.constants):
        return sp.sympify(1 / per_dose)
    return entity(action.constant)


def _labels(action: Action, in_cells: sp.Expr, scenarios: StudyScenarios) -> tuple:
    unit = scenarios.reference.constants[action.constant].unit
    return (
        action.inhibitor,
        action.mechanism,
        action.parameter,
        action.constant,
        str(in_cells),
        unit,
        action.assay,
        action.atp,
    )


def _assay_priors(constants: Iterable[sp.Expr], tables: ProblemTables, tree: xr.DataTree) -> pd.DataFrame:
    constants = list(constants)
    summary = summarise_formulas(constants, ["log"] * len(constants), tables, tree)
    return pd.DataFrame({new: summary[f"prior_{old}"] for old, new in _OF_ASSAY.items()})
