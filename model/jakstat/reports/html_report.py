"""The report of a study: one HTML file that opens offline."""

from jakstat.problem import require_same_problem
from jakstat.reports.page import Page, Paragraph, Section, render_page
from jakstat.reports.report_contents import ReportContents
from jakstat.reports.sections import (
    cell_line_sections,
    convergence_section,
    coverage_section,
    fit_section,
    inhibitor_sections,
    intervention_section,
    intervention_sentences,
    loo_section,
    overall_coverage,
    parameter_section,
    prior_section,
    provenance_section,
    question_section,
    scenario_sections,
    scenario_sentences,
    size_sentence,
    tolerance_section,
)
from jakstat.reports.tables import decimal_text, verdict


def render_report(contents: ReportContents) -> str:
    """Return the report of a study as HTML text.

    Parameters
    ----------
    contents : ReportContents

    Returns
    -------
    str
        One HTML document: styles inline, figures as SVG data URIs, nothing loaded from elsewhere.

    Raises
    ------
    UnusableFileError
        Draws, or what was predicted from them, belong to another problem.
    """
    tables = contents.tables
    for drawn in (contents.posterior, contents.prior, contents.time_courses):
        if drawn is not None:
            require_same_problem(drawn, tables)
    sections = [
        question_section(contents),
        fit_section(contents),
        prior_section(contents),
        convergence_section(contents),
        tolerance_section(contents.tolerance, contents.convergence),
        loo_section(contents),
        coverage_section(contents),
        *cell_line_sections(contents),
        *inhibitor_sections(contents),
        *_answer_sections(contents),
        parameter_section(contents),
        provenance_section(contents),
    ]
    return render_page(
        Page(
            title=tables.title or tables.id,
            subtitle=f"Report of study {tables.id} by jakstat: Bayesian fit of a JAK-STAT pathway model",
            summary=_summary(contents),
            sections=sections,
            warning=contents.warning or "",
        )
    )


#: Where a run asked for no prediction.
_NO_PREDICTION = "This run asked for no dose response, so nothing is predicted here."


def _answer_sections(contents: ReportContents) -> list[Section]:
    """Return the sections of what was predicted."""
    found = [] if contents.scenarios is None else [*scenario_sections(contents.scenarios)]
    if contents.interventions is not None:
        found.append(intervention_section(contents.interventions, contents.tables))
    return found or [Section("prediction", "Prediction", [Paragraph(_NO_PREDICTION)])]


def _answers(contents: ReportContents) -> list[str]:
    """Return the sentences that answer what was asked."""
    found = [] if contents.scenarios is None else scenario_sentences(contents.scenarios)
    if contents.interventions is not None:
        found = [*found, *intervention_sentences(contents.interventions, contents.tables)]
    return found or [_NO_PREDICTION]


def _summary(contents: ReportContents) -> tuple[Paragraph, ...]:
    """Return the box on top: the answer, whether the fit may be used, how it describes the data."""
    lines = [Paragraph(sentence, "answer") for sentence in _answers(contents)]
    lines.append(verdict(contents.convergence))
    attrs = contents.loo.attrs
    lines.append(
        Paragraph(
            " ".join(
                (
                    size_sentence(contents.tables),
                    overall_coverage(contents.coverage),
                    f"Cross-validation: elpd = {decimal_text(float(attrs['elpd_loo']), 1)}, standard error "
                    f"{decimal_text(float(attrs['se']), 1)}.",
                )
            )
        )
    )
    return tuple(lines)
