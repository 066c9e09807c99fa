"""The sections on cell lines and on inhibitors, of studies that have them."""

import pandas as pd

from jakstat.problem import count_statuses
from jakstat.reports.figures import (
    cell_line_figure,
    entity_order,
    figure_svg,
    inhibitor_figure,
    line_order,
    plain_name,
    with_unit,
)
from jakstat.reports.page import Block, Cell, Paragraph, Picture, Section, Table
from jakstat.reports.report_contents import ReportContents
from jakstat.reports.tables import WHAT_A_STATUS_SAYS, interval_text, number_text, share_text, status_cell

_TEXT, _NUMBER = False, True


def cell_line_sections(contents: ReportContents) -> list[Section]:
    """Return the section on cell lines, or none where the study has no cell lines."""
    table, dependency = contents.cell_lines, contents.jak_dependency
    if table is None or not len(table):
        return []
    estimated = table[table["estimated"].astype(bool)]
    caption = (
        f"{estimated['cell_line'].nunique()} of {table['cell_line'].nunique()} measured cell lines have values of "
        "their own that are estimated, drawn towards each other as far as the spread between lines says. Grey: "
        "central 90 % of the prior; dark: central 50 % and 90 % of the posterior; circle: median. A dark line as long "
        "as the grey one says that the measurements of this line do not tell the value. Diamonds: set from a source, "
        "not estimated; a value of 0 does not stand on a logarithmic axis and is in the table."
    )
    figure = cell_line_figure(table, dependency)
    blocks: list[Block] = [Picture(figure_svg(figure), "Cell lines.", caption), _line_table(table, dependency)]
    return [Section("cell-lines", "Cell lines", blocks)]


def _line_table(table: pd.DataFrame, dependency: pd.DataFrame | None) -> Table:
    entities = entity_order(table)
    units = table.drop_duplicates("entity").set_index("entity")["unit"]
    of_jak = {} if dependency is None else {str(row.cell_line): row for row in dependency.itertuples()}
    rows: list[tuple[str | Cell, ...]] = []
    for line in line_order(table, dependency):
        mine = table[table["cell_line"] == line].set_index("entity")
        first = mine.iloc[0]
        values = [_value_cell(mine.loc[entity]) for entity in entities]
        lost: list[str | Cell] = [] if dependency is None else [_dependency_cell(of_jak.get(line))]
        rows.append(
            (line, str(first["cancer"]), str(first["driver"]), f"{int(first['measurements']):,}", *lost, *values)
        )
    columns = (
        ("cell line", _TEXT),
        ("cancer", _TEXT),
        ("driver", _TEXT),
        ("measurements", _NUMBER),
        *(() if dependency is None else (("net growth lost when JAK is blocked", _NUMBER),)),
        *((with_unit(plain_name(entity), str(units[entity])), _NUMBER) for entity in entities),
    )
    caption = (
        "Posterior medians and central 90 % intervals in untreated cells, alterations of the line included. Without an "
        "interval: set, not estimated. Cancer, driver and their sources are in the reference table of cell lines."
    )
    return Table("Values of each cell line.", caption, columns, tuple(rows))


def _value_cell(row: pd.Series) -> Cell:
    if not row["estimated"]:
        return Cell(number_text(row["median"], 2))
    return Cell(f"{number_text(row['median'], 2)} ({interval_text(row['lower_90'], row['upper_90'], 2)})")


def _dependency_cell(row: object) -> str:
    if row is None:
        return number_text(None)
    lower, median, upper = (float(getattr(row, name)) for name in ("lower_90", "median", "upper_90"))
    return f"{share_text(median)} ({share_text(lower)} to {share_text(upper)})"


def inhibitor_sections(contents: ReportContents) -> list[Section]:
    """Return the section on inhibitors, or none where the study measured none."""
    table = contents.inhibitors
    if table is None or not len(table):
        return []
    caption = (
        "The constant in cells is the dose that halves the activity of a competitively inhibited target (for other "
        "actions, the dose that adds 1 to the parameter named). Grey: central 90 % of its prior, the biochemical value "
        "with the shift from assay to cell where the formula has one; dark: central 50 % and 90 % of the posterior; "
        "circle: median; triangle and dotted line: median and 90 % of the biochemical prior itself, in its assay. "
        "Right: contraction, 1 - variance of the posterior / variance of the prior, of the logarithm: near 0 % the "
        "measurements say nothing of it."
    )
    blocks: list[Block] = [
        Picture(figure_svg(inhibitor_figure(table)), "Constants of inhibitors against their priors.", caption),
        _inhibitor_table(table),
        Paragraph(WHAT_A_STATUS_SAYS),
        _source_table(table),
    ]
    return [Section("inhibitors", "Inhibitors", blocks)]


def _inhibitor_table(table: pd.DataFrame) -> Table:
    rows = tuple(
        (
            row.inhibitor,
            row.mechanism,
            row.parameter,
            row.formula,
            *(
                f"{number_text(median)} ({interval_text(lower, upper, 2)})"
                for lower, median, upper in (
                    (row.assay_lower_90, row.assay_median, row.assay_upper_90),
                    (row.prior_lower_90, row.prior_median, row.prior_upper_90),
                    (row.lower_90, row.median, row.upper_90),
                )
            ),
            share_text(row.contraction) if row.contraction >= 0 else f"−{share_text(-row.contraction)}",
        )
        for row in table.itertuples()
    )
    columns = (
        ("inhibitor", _TEXT),
        ("mechanism", _TEXT),
        ("acts on", _TEXT),
        ("constant in cells", _TEXT),
        ("prior in its assay, nM", _NUMBER),
        ("prior in cells, nM", _NUMBER),
        ("posterior in cells, nM", _NUMBER),
        ("contraction", _NUMBER),
    )
    caption = (
        "Medians and central 90 % intervals. Of inhibitors that the study measured; in cells without mutations that "
        "change the constant. Contraction below 0: the posterior is wider than the prior."
    )
    return Table("Constants of inhibitors.", caption, columns, rows)


def _source_table(table: pd.DataFrame) -> Table:
    rows = tuple(
        (row.constant, str(row.assay), number_text(row.atp_mM), status_cell(row.status), row.source)
        for row in table.itertuples()
    )
    columns = (("constant", _TEXT), ("assay", _TEXT), ("ATP, mM", _NUMBER), ("status", _TEXT), ("source", _TEXT))
    caption = f"Assay and source of each biochemical prior. Of {len(rows)}: {count_statuses(table['status'])}."
    return Table("Where the constants come from.", caption, columns, rows)
