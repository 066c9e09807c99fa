"""Figures, tables and HTML pages from results: the only place that draws."""

from typing import TYPE_CHECKING

from jakstat.lazy_names import names_on_demand

if TYPE_CHECKING:
    from jakstat.reports.answers import ANSWER_TABLES, take_answers
    from jakstat.reports.cell_line_table import summarise_cell_lines
    from jakstat.reports.contents import CELL_TABLES, ReportContents
    from jakstat.reports.convergence_page import render_convergence_page
    from jakstat.reports.drawing import figure_png, figure_svg
    from jakstat.reports.fit_figures import fit_figure, prior_predictive_figure
    from jakstat.reports.html_report import render_report
    from jakstat.reports.inhibitor_table import summarise_inhibitors
    from jakstat.reports.intervention_sections import InterventionResults
    from jakstat.reports.parameter_document import render_parameter_document
    from jakstat.reports.parameter_figures import parameter_figure
    from jakstat.reports.parameter_table import summarise_parameters
    from jakstat.reports.prediction_figures import dose_response_figure
    from jakstat.reports.responses_page import render_responses_page
    from jakstat.reports.scenario_sections import ScenarioResults

__all__ = [
    "ANSWER_TABLES",
    "CELL_TABLES",
    "InterventionResults",
    "ReportContents",
    "ScenarioResults",
    "dose_response_figure",
    "figure_png",
    "figure_svg",
    "fit_figure",
    "parameter_figure",
    "prior_predictive_figure",
    "render_convergence_page",
    "render_parameter_document",
    "render_report",
    "render_responses_page",
    "summarise_cell_lines",
    "summarise_inhibitors",
    "summarise_parameters",
    "take_answers",
]

_NAMES = {
    "answers": ("ANSWER_TABLES", "take_answers"),
    "cell_line_table": ("summarise_cell_lines",),
    "contents": ("CELL_TABLES", "ReportContents"),
    "convergence_page": ("render_convergence_page",),
    "drawing": ("figure_png", "figure_svg"),
    "fit_figures": ("fit_figure", "prior_predictive_figure"),
    "html_report": ("render_report",),
    "inhibitor_table": ("summarise_inhibitors",),
    "intervention_sections": ("InterventionResults",),
    "parameter_document": ("render_parameter_document",),
    "parameter_figures": ("parameter_figure",),
    "parameter_table": ("summarise_parameters",),
    "prediction_figures": ("dose_response_figure",),
    "responses_page": ("render_responses_page",),
    "scenario_sections": ("ScenarioResults",),
}
# On demand: a table needs none of what figures load for seconds.
__getattr__ = names_on_demand(__name__, _NAMES)
