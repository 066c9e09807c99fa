"""What was predicted of a fit, taken out of the report's inputs."""

from typing import Any

from jakstat.problem import ProblemTables
from jakstat.reports.sections.intervention_answers import INTERVENTION_TABLES, take_interventions
from jakstat.reports.sections.scenario_answers import SCENARIO_TABLES, take_scenarios

#: Inputs of the report that are tables of predictions.
ANSWER_TABLES = (*SCENARIO_TABLES, *INTERVENTION_TABLES)


def take_answers(results: dict[str, Any], tables: ProblemTables) -> dict[str, Any]:
    """Take scenarios and interventions out of results by name; return them as fields of ``ReportContents``."""
    return {"scenarios": take_scenarios(results, tables), "interventions": take_interventions(results)}
