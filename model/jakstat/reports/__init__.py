"""Figures, tables and HTML pages from results: the only place that draws."""

from jakstat.reports.cell_line_table import summarise_cell_lines
from jakstat.reports.contents import CELL_TABLES, ReportContents
from jakstat.reports.drawing import figure_png, figure_svg
from jakstat.reports.fit_figures import fit_figure, prior_predictive_figure
from jakstat.reports.html_report import render_convergence_page, render_report
from jakstat.reports.inhibitor_table import summarise_inhibitors
from jakstat.reports.parameter_document import render_parameter_document
from jakstat.reports.parameter_figures import parameter_figure
from jakstat.reports.parameter_table import summarise_parameters
from jakstat.reports.prediction_figures import dose_response_figure
from jakstat.reports.responses_page import render_responses_page
from jakstat.reports.scenario_sections import SCENARIO_TABLES, ScenarioResults, take_scenarios

__all__ = [
    "take_scenarios",
    "CELL_TABLES",
    "SCENARIO_TABLES",
    "ScenarioResults",
    "ReportContents",
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
]
