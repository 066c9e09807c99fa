"""All parameters of a study with their priors and sources, as a page of the documentation (Markdown)."""

from jakstat.problem import Parameter, Prior, ProblemTables, count_statuses, describe_prior, prior_interval, status_text
from jakstat.reports.tables import interval_text, markdown_table, number_text


def render_parameter_document(tables: ProblemTables) -> str:
    """Return a Markdown page: a table of the estimated parameters with prior and source, and one of the fixed ones.

    Parameters
    ----------
    tables : ProblemTables

    Returns
    -------
    str

    Raises
    ------
    ValueError
        A prior has no source or a parameter no unit; all such parameters are named.
    """
    estimated = [parameter for parameter in tables.parameters if parameter.estimated]
    fixed = [parameter for parameter in tables.parameters if not parameter.estimated]
    _require_sources_and_units(tables)
    statuses = [parameter.prior.status for parameter in estimated if parameter.prior is not None]
    lines = [
        f"# Parameters of {tables.id}",
        "",
        f"{tables.title}. This page is made from the tables of the study by "
        "`jakstat.reports.render_parameter_document`; a test holds it to them.",
        "",
        f"{len(estimated)} parameters are estimated, {len(fixed)} are fixed. Of the priors: {count_statuses(statuses)} "
        "(what that means: [sources.md](sources.md)).",
        "",
        "## Estimated parameters",
        "",
        *markdown_table(
            ("parameter", "unit", "prior", "90 % of the prior", "status", "source"),
            [_row(parameter, parameter.prior) for parameter in estimated if parameter.prior is not None],
        ),
        "",
        "## Fixed parameters",
        "",
        "Their sources are in the study's table of parameters and in the reference tables.",
        "",
        *markdown_table(
            ("parameter", "unit", "value"),
            [(parameter.id, parameter.unit, number_text(parameter.nominal)) for parameter in fixed],
        ),
    ]
    return "\n".join(lines) + "\n"


def _require_sources_and_units(tables: ProblemTables) -> None:
    without_source = [
        parameter.id for parameter in tables.parameters if parameter.estimated and not _source(parameter).strip()
    ]
    without_unit = [parameter.id for parameter in tables.parameters if not parameter.unit.strip()]
    faults = [
        f"{what}: {', '.join(ids)}"
        for what, ids in (("prior without a source", without_source), ("no unit", without_unit))
        if ids
    ]
    if faults:
        raise ValueError(
            f"parameters of {tables.id}: {'; '.join(faults)}; needed: a unit (1 where there is none) and "
            "a source for each"
        )


def _source(parameter: Parameter) -> str:
    return "" if parameter.prior is None else parameter.prior.source


def _row(parameter: Parameter, prior: Prior) -> tuple[str, ...]:
    lower, upper = prior_interval(prior)
    interval, status = interval_text(lower, upper, 2), status_text(prior.status)
    return parameter.id, parameter.unit, describe_prior(prior), interval, status, prior.source
