from .convergence_page import render_convergence_page as render_convergence_page
from .figures import (
    figure_svg as figure_svg,
    fit_figure as fit_figure,
    parameter_figure as parameter_figure,
    prior_predictive_figure as prior_predictive_figure,
    stamp_warning as stamp_warning,
)
from .html_report import render_report as render_report
from .parameter_document import render_parameter_document as render_parameter_document
from .report_contents import (
    REPORT_TABLES as REPORT_TABLES,
    InterventionResults as InterventionResults,
    ReportContents as ReportContents,
    ScenarioResults as ScenarioResults,
    report_contents as report_contents,
)
from .responses_page import render_responses_page as render_responses_page
from .source_document import render_source_document as render_source_document
