"""What drugs, alterations and pairs do to a problem without cell lines.

What is asked stands in :func:`jakstat.scenarios.read_asked_interventions`: tables of formulas and cells named by an
experiment, or in short one inhibitor on stimulated cells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from jakstat.predictions.combinations import measure_combination
from jakstat.predictions.fit import fit_of
from jakstat.predictions.response_metrics import measure_dose_response
from jakstat.predictions.response_shifts import compare_dose_responses, summarise_shifts
from jakstat.predictions.signals import ask_for_signals
from jakstat.problem import (
    PROBLEM_DIGESTS,
    Parameter,
    ProblemTables,
    Treatment,
    describe_prior,
    problem_digests,
    status_text,
    weakest_status,
)
from jakstat.scenarios import (
    HOUR_IN,
    AlteredCells,
    InterventionSettings,
    PetabScenarios,
    check_treatments,
    read_asked_interventions,
    treatment_of,
)
from jakstat.simulation import plan_simulation
from jakstat.statistics import SolverSettings


@dataclass(frozen=True)
class InterventionAnswers:
    """Predicted curves, shifts and pairs.

    Parameters
    ----------
    response : DataArray
        Dims chain, draw, cells, drug, dose: share of the signal without drug. Attributes ``acts_on`` (what each drug
        does, as formulas), ``priors`` (of the constants that the fit did not have) and ``notes``, lists of text.
    shifts : DataFrame
        As :func:`jakstat.predictions.summarise_shifts`, altered cells beside the same experiment without alterations,
        with ``assumed``; empty where no cells have both.
    pairs : mapping of str to Dataset
        By label, as :func:`jakstat.predictions.measure_combination`.
    """

    response: xr.DataArray
    shifts: pd.DataFrame
    pairs: Mapping[str, xr.Dataset]


def check_interventions(
    section: Mapping[str, Any], tables: ProblemTables, folder: str | Path | None = None
) -> pd.DataFrame:
    """Compare what is asked with a problem, and with the tables of a folder.

    Parameters
    ----------
    section : mapping
        ``interventions`` of the configuration, or ``dose_response``.
    tables : ProblemTables
    folder : str or Path, optional
        Of the tables of formulas; the short form has none.

    Returns
    -------
    DataFrame
        One row for cells and an inhibitor: ``cells``, ``inhibitor``, ``doses_nM``, ``observable``, ``time_h``.

    Raises
    ------
    DataFaultsError
        The tables have faults or do not suit the model.
    ValueError
        The section has faults, or names what is not there; all of it is listed.
    """
    scenarios, asked = read_asked_interventions(section, tables, folder)
    treatments = [treatment_of(cells, {name: 1.0}) for cells in asked.cells for name in asked.inhibitors]
    faults = check_treatments(tables, scenarios, treatments, [asked.readout]) or _unplanned(
        tables, scenarios, asked, treatments
    )
    if faults:
        raise ValueError("the interventions section does not fit the problem: " + "; ".join(faults))
    doses = ", ".join(f"{dose:g}" for dose in asked.doses)
    return pd.DataFrame(
        [
            {
                "cells": cells.label,
                "inhibitor": name,
                "doses_nM": doses,
                "observable": asked.readout.observable,
                "time_h": asked.readout.time_h,
            }
            for cells in asked.cells
            for name in asked.inhibitors
        ]
    )


def _unplanned(
    tables: ProblemTables, scenarios: PetabScenarios, asked: InterventionSettings, treatments: Sequence[Treatment]
) -> list[str]:
    """Return why the signals cannot be computed, where the solver says so before it solves; else nothing."""
    experiments, more = scenarios.experiments(treatments)
    time = asked.readout.time_h * HOUR_IN[scenarios.time_unit]
    wanted = [(asked.readout.observable, experiment.id, time) for experiment in experiments.values()]
    try:
        plan_simulation(ask_for_signals(tables, tuple(experiments.values()), wanted, more))
    except (ValueError, NotImplementedError) as error:
        return [str(error)]
    return []


def predict_interventions(
    section: Mapping[str, Any],
    tables: ProblemTables,
    folder: str | Path | None,
    tree: xr.DataTree,
    solver: SolverSettings,
    seed: int,
) -> InterventionAnswers:
    """Predict dose responses of all inhibitors on all cells, fold shifts by the alterations, and pairs.

    Parameters
    ----------
    section : mapping
        ``interventions`` of the configuration, or ``dose_response``.
    tables : ProblemTables
    folder : str or Path or None
        Of the tables of formulas; the short form has none.
    tree : DataTree
        As ``sample_posterior`` returns it.
    solver : SolverSettings
    seed : int
        Of the constants of inhibitors and alterations, which keep their priors.

    Raises
    ------
    DataFaultsError, ValueError
        As :func:`check_interventions`.
    UnusableFileError
        The draws belong to another problem.
    """
    scenarios, asked = read_asked_interventions(section, tables, folder)
    fit = fit_of(tables, scenarios, tree, asked.draws, solver, seed)
    response = fit.predict_curves(asked.cells, asked.inhibitors, asked.doses, asked.readout)
    pairs = {
        f"{first} + {second} on {cells.label}": measure_combination(
            fit.predict_surface(cells, (first, second), (asked.doses, asked.doses), asked.readout)
        )
        for first, second in asked.pairs
        for cells in asked.cells
    }
    attrs = {PROBLEM_DIGESTS: problem_digests(tables), **_what_was_assumed(scenarios, asked)}
    return InterventionAnswers(response.assign_attrs(attrs), _shifts(response, asked.cells, scenarios), pairs)


def _what_was_assumed(scenarios: PetabScenarios, asked: InterventionSettings) -> dict[str, list[str]]:
    """Return what the drugs do, the priors of constants that the fit did not have, and what follows from these."""
    treatments = [treatment_of(cells, {name: 1.0}) for cells in asked.cells for name in asked.inhibitors]
    _, more = scenarios.experiments(treatments)
    acts_on = [
        f"{name}: {action.parameter} := {action.formula}"
        for name in asked.inhibitors
        for action in scenarios.reference.inhibitors[name].actions
    ]
    free = [parameter for parameter in more if parameter.prior is not None]
    named = ", ".join(parameter.id for parameter in free)
    note = (
        f"{named}: drawn from the prior, because no measurement of the fit knows of it; an IC50 is as wide, or wider."
    )
    notes = [note] if free else []
    statuses = [parameter.prior.status for parameter in free if parameter.prior is not None]
    priors = [_described(parameter) for parameter in free]
    return {"acts_on": acts_on, "priors": priors, "prior_statuses": statuses, "notes": notes}


def _described(parameter: Parameter) -> str:
    prior = parameter.prior
    if prior is None:
        return ""
    status = f"; {status_text(prior.status)}" if prior.status else ""
    return f"{parameter.id} ({parameter.unit}): {describe_prior(prior)}{status}; {prior.source}"


def _shifts(response: xr.DataArray, cells: Sequence[AlteredCells], scenarios: PetabScenarios) -> pd.DataFrame:
    """Return the shifts of altered cells beside their own experiment, where that is among the cells."""
    measures = measure_dose_response(response)
    unaltered = {line.cell_line for line in cells if not line.alterations}
    found = []
    for line in cells:
        if line.alterations and line.cell_line in unaltered:
            beside = measures.sel(cells=line.cell_line, drop=True)
            shift = summarise_shifts(compare_dose_responses(beside, measures.sel(cells=[line.label])))
            alterations = scenarios.reference.alterations
            found.append(shift.assign(status=weakest_status(alterations[name].status for name in line.alterations)))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()
