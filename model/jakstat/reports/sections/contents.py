"""What a report is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import xarray as xr

from jakstat.problem import ProblemTables
from jakstat.reports.sections.intervention_answers import InterventionResults
from jakstat.reports.sections.scenario_answers import ScenarioResults

#: Fields of :class:`ReportContents` that only studies with cell lines have, tables by name.
CELL_TABLES = ("cell_lines", "inhibitors", "jak_dependency")


@dataclass(frozen=True)
class ReportContents:
    """Everything that a report shows; nothing else is looked up.

    Parameters
    ----------
    tables : ProblemTables
    posterior : DataTree
        From ``sample_posterior``.
    prior : DataTree
        From ``sample_prior_predictive``.
    convergence : mapping
        ``Convergence.as_dict()``.
    loo : Dataset
        From ``compute_loo``.
    coverage : DataFrame
        From ``measure_coverage``; a column ``group`` (prior_predictive, posterior_predictive) where both are in it.
    modes : DataFrame
        From ``find_modes``; empty where every marginal has one mode.
    provenance : mapping
        Seed, versions, configuration (YAML text), code digest, date, run time: values are numbers, texts, lists or
        mappings of those.
    settings : mapping
        The settings of the run, nested; shown with what was asked.
    time_courses : Dataset, optional
        From ``predict_time_courses``.
    tolerance : mapping, optional
        ``ToleranceCheck.as_dict()``.
    cross_check : mapping, optional
        ``SolverCrossCheck.as_dict()``.
    scenarios : ScenarioResults, optional
        What was predicted for scenarios of a study with cell lines.
    interventions : InterventionResults, optional
        What was predicted of a problem without cell lines by tables of formulas.
    cell_lines : DataFrame, optional
        From ``summarise_cell_lines``; None where the study has no cell lines.
    jak_dependency : DataFrame, optional
        cell_line, median, lower_90, upper_90: the share of net growth that is lost when JAK is blocked fully (1).
    inhibitors : DataFrame, optional
        From ``summarise_inhibitors``.
    warning : str, optional
        Shown on top and in every caption; None or empty where the fit passed its gate.
    """

    tables: ProblemTables
    posterior: xr.DataTree
    prior: xr.DataTree
    convergence: Mapping[str, Any]
    loo: xr.Dataset
    coverage: pd.DataFrame
    modes: pd.DataFrame
    provenance: Mapping[str, Any]
    settings: Mapping[str, Any]
    time_courses: xr.Dataset | None = None
    tolerance: Mapping[str, Any] | None = None
    cross_check: Mapping[str, Any] | None = None
    scenarios: ScenarioResults | None = None
    interventions: InterventionResults | None = None
    cell_lines: pd.DataFrame | None = None
    jak_dependency: pd.DataFrame | None = None
    inhibitors: pd.DataFrame | None = None
    warning: str | None = None
