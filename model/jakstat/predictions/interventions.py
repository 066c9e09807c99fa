"""What a configuration asks of a problem without cell lines: drugs, alterations and pairs by tables of its own.

The tables are those of :class:`jakstat.problem.PetabScenarios`; cells are named by an experiment of the problem.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from jakstat.predictions.combinations import measure_combination
from jakstat.predictions.response_metrics import dose_faults, measure_dose_response
from jakstat.predictions.response_shifts import compare_dose_responses, summarise_shifts
from jakstat.predictions.scenarios import (
    AlteredCells,
    Readout,
    check_treatments,
    predict_curves,
    predict_surface,
    thin_posterior,
    treatment_of,
)
from jakstat.problem import ProblemTables, require_same_problem
from jakstat.scenarios import PetabScenarios
from jakstat.statistics import SolverSettings


@dataclass(frozen=True)
class InterventionSettings:
    """What is asked.

    Parameters
    ----------
    cells : tuple of AlteredCells
        ``cell_line`` is the id of an experiment.
    inhibitors : tuple of str
    doses : tuple of float
        nM, increasing, the first 0.
    pairs : tuple of (str, str)
        Inhibitors given together, on all cells.
    readout : Readout
    draws : int
        Posterior draws that are used in all.
    time_unit : str
        Unit of time of the model, where it declares none.
    """

    cells: tuple[AlteredCells, ...]
    inhibitors: tuple[str, ...]
    doses: tuple[float, ...]
    pairs: tuple[tuple[str, str], ...]
    readout: Readout
    draws: int
    time_unit: str = ""


@dataclass(frozen=True)
class InterventionAnswers:
    """Predicted curves, shifts and pairs.

    Parameters
    ----------
    response : DataArray
        Dims chain, draw, cells, drug, dose: share of the signal without drug.
    shifts : DataFrame
        As :func:`jakstat.predictions.summarise_shifts`, altered cells beside the same experiment without alterations,
        with ``assumed``; empty where no cells have both.
    pairs : mapping of str to Dataset
        By label, as :func:`jakstat.predictions.measure_combination`.
    """

    response: xr.DataArray
    shifts: pd.DataFrame
    pairs: Mapping[str, xr.Dataset]


def read_interventions(section: Mapping[str, Any]) -> InterventionSettings:
    """Read the ``interventions`` section of a configuration.

    Raises
    ------
    ValueError
        The doses do not begin with 0 and increase, or a pair is of inhibitors that are not asked for.
    """
    doses = tuple(float(dose) for dose in section["doses_nM"])
    faults = dose_faults(doses)
    inhibitors = tuple(section["inhibitors"])
    pairs = tuple((str(first), str(second)) for first, second in section.get("pairs", ()))
    faults += [f"pairs: found {name!r}; needed: one of {', '.join(inhibitors)}" for pair in pairs for name in pair
               if name not in inhibitors]  # fmt: skip
    if faults:
        raise ValueError("the interventions section: " + "; ".join(faults))
    readout = section["readout"]
    return InterventionSettings(
        cells=tuple(AlteredCells(one["experiment"], tuple(one.get("alterations", ()))) for one in section["cells"]),
        inhibitors=inhibitors,
        doses=doses,
        pairs=pairs,
        readout=Readout(readout["observable"], readout["observable"], float(readout["time_h"])),
        draws=int(section["draws"]),
        time_unit=section.get("time_unit", ""),
    )


def check_interventions(section: Mapping[str, Any], tables: ProblemTables, folder: str | Path) -> pd.DataFrame:
    """Compare what is asked with a problem and with the tables of a folder.

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
    asked = read_interventions(section)
    scenarios = PetabScenarios(tables, folder, asked.time_unit)
    treatments = [treatment_of(cells, {name: 1.0}) for cells in asked.cells for name in asked.inhibitors]
    faults = check_treatments(tables, scenarios, treatments, [asked.readout])
    if faults:
        raise ValueError("the interventions section does not fit the problem: " + "; ".join(faults))
    doses = ", ".join(f"{dose:g}" for dose in asked.doses)
    return pd.DataFrame([
        {"cells": cells.label, "inhibitor": name, "doses_nM": doses, "observable": asked.readout.observable,
         "time_h": asked.readout.time_h}
        for cells in asked.cells for name in asked.inhibitors
    ])  # fmt: skip


def predict_interventions(
    section: Mapping[str, Any],
    tables: ProblemTables,
    folder: str | Path,
    tree: xr.DataTree,
    solver: SolverSettings,
    seed: int,
) -> InterventionAnswers:
    """Predict dose responses of all inhibitors on all cells, fold shifts by the alterations, and pairs.

    Parameters
    ----------
    section : mapping
        ``interventions`` of the configuration.
    tables : ProblemTables
    folder : str or Path
        Of the tables of formulas.
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
    require_same_problem(tree, tables)
    asked = read_interventions(section)
    scenarios = PetabScenarios(tables, folder, asked.time_unit)
    draws = thin_posterior(tree, asked.draws)
    response = predict_curves(tables, scenarios, draws, asked.cells, asked.inhibitors, asked.doses, asked.readout,
                              solver, seed)  # fmt: skip
    pairs = {
        f"{first} + {second} on {cells.label}": measure_combination(
            predict_surface(tables, scenarios, draws, cells, (first, second), (asked.doses, asked.doses), asked.readout,
                            solver, seed)
        )
        for first, second in asked.pairs for cells in asked.cells
    }  # fmt: skip
    return InterventionAnswers(response, _shifts(response, asked.cells, scenarios), pairs)


def _shifts(response: xr.DataArray, cells: Sequence[AlteredCells], scenarios: PetabScenarios) -> pd.DataFrame:
    """Return the shifts of altered cells beside their own experiment, where that is among the cells."""
    measures = measure_dose_response(response)
    unaltered = {one.cell_line for one in cells if not one.alterations}
    found = []
    for one in cells:
        if one.alterations and one.cell_line in unaltered:
            beside = measures.sel(cells=one.cell_line, drop=True)
            shift = summarise_shifts(compare_dose_responses(beside, measures.sel(cells=[one.label])))
            assumed = any(scenarios.reference.alterations[name].assumed for name in one.alterations)
            found.append(shift.assign(assumed=assumed))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()
