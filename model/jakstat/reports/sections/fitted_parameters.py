"""The section on parameters: prior, posterior, what the data added, and where each prior comes from."""

import pandas as pd

from jakstat.predictions import summarise_parameters
from jakstat.problem import count_statuses
from jakstat.reports.figures import figure_svg, parameter_figure
from jakstat.reports.page import Block, Cell, Paragraph, Picture, Section, Table
from jakstat.reports.report_contents import ReportContents
from jakstat.reports.tables import WHAT_A_STATUS_SAYS, interval_text, number_text, share_text, status_cell, value_text

_TEXT, _NUMBER = False, True
_MANY_ROWS = 60  # a longer table is folded
# Contraction under which a parameter is said to be known from its prior more than from the data.
_LITTLE = 0.5


def parameter_section(contents: ReportContents) -> Section:
    """Parameters against their priors."""
    table = summarise_parameters(contents.tables.parameters, contents.posterior, contents.convergence["parameters"])
    little = [str(name) for name in table.loc[table["contraction"] < _LITTLE, "parameter"]]
    caption = (
        "Grey: central 90 % of the prior; dark: central 50 % and 90 % of the posterior, circle: median; orange: the "
        "nominal value of the study's parameter table, which no fit used. Right: contraction, 1 - variance of the "
        "posterior / variance of the prior (of the logarithm for positive parameters): near 100 % the data decide, "
        f"near 0 % the prior does. {len(little)} of {len(table)} parameters are under {100 * _LITTLE:.0f} %"
        f"{': ' + ', '.join(little) if 0 < len(little) <= 12 else ''}."
    )
    blocks: list[Block] = [
        Picture(figure_svg(parameter_figure(table)), "Parameters against their priors.", caption),
        _posterior_table(table),
        Paragraph(WHAT_A_STATUS_SAYS),
        _source_table(table),
    ]
    fixed = [parameter for parameter in contents.tables.parameters if not parameter.estimated]
    if fixed:
        rows = tuple((parameter.id, parameter.unit or "–", number_text(parameter.nominal)) for parameter in fixed)
        columns = (("parameter", _TEXT), ("unit", _TEXT), ("value", _NUMBER))
        blocks.append(Table("Fixed parameters.", "Not estimated.", columns, rows))
    return Section("parameters", "Parameters and their priors", blocks)


def _posterior_table(table: pd.DataFrame) -> Table:
    rows = tuple(
        (
            row.parameter,
            row.unit or "–",
            f"{number_text(row.prior_median)} ({interval_text(row.prior_lower_90, row.prior_upper_90, 2)})",
            f"{number_text(row.median)} ({interval_text(row.lower_90, row.upper_90, 2)})",
            Cell(share_text(row.contraction), "note" if row.contraction < _LITTLE else ""),
            value_text("r_hat", row.r_hat),
            value_text("ess_bulk", row.ess_bulk),
            value_text("ess_tail", row.ess_tail),
        )
        for row in table.itertuples()
    )
    columns = (
        ("parameter", _TEXT),
        ("unit", _TEXT),
        ("prior, median (90 %)", _NUMBER),
        ("posterior, median (90 %)", _NUMBER),
        ("contraction", _NUMBER),
        ("R-hat", _NUMBER),
        ("bulk ESS", _NUMBER),
        ("tail ESS", _NUMBER),
    )
    caption = f"Medians and central 90 % intervals, linear scale. Amber: contraction under {100 * _LITTLE:.0f} %."
    return Table("Prior and posterior.", caption, columns, rows, folded=len(rows) > _MANY_ROWS)


def _source_table(table: pd.DataFrame) -> Table:
    rows = tuple(
        (row.parameter, row.prior.replace(" ", "\N{NO-BREAK SPACE}"), status_cell(row.status), row.source or "–")
        for row in table.itertuples()
    )
    columns = (("parameter", _TEXT), ("prior", _TEXT), ("status", _TEXT), ("source", _TEXT))
    caption = f"Where each prior comes from. Of {len(rows)}: {count_statuses(table['status'])}."
    return Table("Priors and their sources.", caption, columns, rows, folded=len(rows) > _MANY_ROWS)
