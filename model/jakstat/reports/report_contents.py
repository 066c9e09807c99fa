"""What a report is made of: records of what the rules made, by the names of the report's inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd
import xarray as xr

from jakstat.problem import ProblemTables, measured_responses

#: Inputs of the report that are tables; those of scenarios are fields of :class:`ScenarioResults`.
SCENARIO_TABLES = (
    "scenarios",
    "response_measures",
    "jak_dependency",
    "shifts",
    "resistance_exposure",
    "least_doses",
    "exposure",
    "ranking",
    "next_experiment",
    "scores",
)
REPORT_TABLES = (
    "coverage",
    "modes",
    "cell_lines",
    "inhibitors",
    "intervention_measures",
    "intervention_shifts",
    *SCENARIO_TABLES,
)


@dataclass(frozen=True)
class ScenarioResults:
    """What the rules of responses.smk and scenarios.smk made, named as the inputs of the report; None: not asked."""

    scenarios: pd.DataFrame
    responses: xr.Dataset | None = None
    measured: pd.DataFrame | None = None
    response_measures: pd.DataFrame | None = None
    jak_dependency: pd.DataFrame | None = None
    shifts: pd.DataFrame | None = None
    resistance_exposure: pd.DataFrame | None = None
    combinations: Mapping[str, xr.Dataset] | None = None
    least_doses: pd.DataFrame | None = None
    exposure: pd.DataFrame | None = None
    at_exposure: xr.Dataset | None = None
    ranking: pd.DataFrame | None = None
    next_experiment: pd.DataFrame | None = None
    scores: pd.DataFrame | None = None


@dataclass(frozen=True)
class InterventionResults:
    """What the rules of interventions.smk made: curves, their measures, fold shifts, and pairs by label."""

    response: xr.DataArray
    measures: pd.DataFrame
    shifts: pd.DataFrame
    pairs: Mapping[str, xr.Dataset]


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


def report_contents(
    results: Mapping[str, Any], tables: ProblemTables, posterior: xr.DataTree, settings: Mapping[str, Any], warning: str
) -> ReportContents:
    """Return what a report shows.

    Parameters
    ----------
    results : mapping
        By the names of the report's inputs: what was read of those that there are.
    tables : ProblemTables
    posterior : DataTree
        As ``sample_posterior`` returns it.
    settings : mapping
        The settings of the run.
    warning : str
        Of the gate; empty where the fit passed.
    """
    composed = {"scenarios": _scenario_results(results, tables), "interventions": _intervention_results(results)}
    own = {field.name: results[field.name] for field in fields(ReportContents) if field.name in results}
    return ReportContents(
        tables=tables,
        posterior=posterior,
        provenance={str(name): value for name, value in posterior.attrs.items()},
        settings=settings,
        warning=warning,
        **own | composed,
    )


def _scenario_results(results: Mapping[str, Any], tables: ProblemTables) -> ScenarioResults | None:
    """Return what was predicted for scenarios; None where nothing was."""
    if "scenarios" not in results:
        return None
    own = {name: results[name] for name in (*SCENARIO_TABLES, "responses", "at_exposure") if name in results}
    pairs = pairs_by_label(results["combinations"]) if "combinations" in results else None
    return ScenarioResults(combinations=pairs, measured=measured_responses(tables), **own)


def _intervention_results(results: Mapping[str, Any]) -> InterventionResults | None:
    """Return what was predicted of drugs and alterations; None where nothing was asked."""
    if "interventions" not in results:
        return None
    measures, shifts = results["intervention_measures"], results["intervention_shifts"]
    pairs = pairs_by_label(results["intervention_pairs"])
    return InterventionResults(results["interventions"]["response"], measures, shifts, pairs)


def pairs_by_label(tree: xr.DataTree) -> dict[str, xr.Dataset]:
    """Return the pairs of a file of combinations by their labels."""
    labels: Sequence[str] = tree.attrs["pairs"]
    return {label: tree[f"pair_{number}"].to_dataset() for number, label in enumerate(labels)}
