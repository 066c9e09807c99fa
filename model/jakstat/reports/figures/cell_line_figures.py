"""What cell lines and inhibitors have of their own, as medians with intervals, the prior behind them."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from jakstat.reports.figures.drawing import (
    DARK,
    GREY,
    LIGHT,
    MARKS,
    add_legend,
    figure_style,
    spread_colours,
    tidy,
    with_unit,
)

_ROW = 0.235  # inch
_LINE_PANEL = 2.6  # inch
_NAMES = 1.2  # inch, beside the panels
_WIDTH = 9.6  # inch


def line_order(cell_lines: pd.DataFrame, jak_dependency: pd.DataFrame | None = None) -> list[str]:
    """Return the lines by the first share that is known of them, largest first: that of ``jak_dependency``, if given.

    Lines without an estimate come last. Where no entity is a share, the order is that of the table.
    """
    order = [str(line) for line in dict.fromkeys(cell_lines["cell_line"])]
    shares = cell_lines[cell_lines["scale"] == "logit"]
    if len(shares):
        first = shares[shares["entity"] == shares["entity"].iloc[0]].set_index("cell_line")
        values = first["median"].where(first["estimated"].astype(bool), -1.0)
        if jak_dependency is not None:
            values = jak_dependency.set_index("cell_line")["median"]
        order.sort(key=lambda name: -float(values.get(name, -1.0)))
    return order


def entity_order(cell_lines: pd.DataFrame) -> list[str]:
    """Return the entities, shares first."""
    scales = cell_lines.drop_duplicates("entity").set_index("entity")["scale"]
    return [str(entity) for entity in sorted(scales.index, key=lambda name: scales[name] != "logit")]


def plain_name(entity: str) -> str:
    """Return an id of the model as words."""
    return entity.replace("_", " ")


def cell_line_figure(cell_lines: pd.DataFrame, jak_dependency: pd.DataFrame | None = None) -> Figure:
    """Draw a panel per entity, and one of the dependency on JAK where it is given; a row per cell line.

    Parameters
    ----------
    cell_lines : DataFrame
        From ``summarise_cell_lines``.
    jak_dependency : DataFrame, optional
        cell_line, median, lower_90, upper_90 (1).

    Returns
    -------
    Figure
    """
    lines, entities = line_order(cell_lines, jak_dependency), entity_order(cell_lines)
    count = len(entities) + (jak_dependency is not None)
    with figure_style():
        size = (_NAMES + _LINE_PANEL * min(count, 4), _ROW * len(lines) + 1.3)
        figure = Figure(figsize=size, layout="constrained")
        panels = list(figure.subplots(1, count, squeeze=False, sharey=True)[0])
        for axes in panels:
            tidy(axes)
            axes.grid(visible=False, axis="y")
        if jak_dependency is not None:
            _draw_dependency(panels.pop(0), jak_dependency, lines)
        for axes, entity in zip(panels, entities, strict=True):
            _draw_entity(axes, cell_lines[cell_lines["entity"] == entity], lines)
        figure.axes[0].set_yticks(range(len(lines)), lines)
        figure.axes[0].set_ylim(len(lines) - 0.5, -0.5)
        add_legend(figure, [*interval_handles(), _set_handle()], 5)
    return figure


def _draw_dependency(axes: Axes, dependency: pd.DataFrame, lines: list[str]) -> None:
    places = [lines.index(name) for name in dependency["cell_line"]]
    _draw_intervals(axes, dependency, places)
    axes.set_xlabel("net growth lost when\nJAK is blocked fully (share)")


def _draw_entity(axes: Axes, rows: pd.DataFrame, lines: list[str]) -> None:
    estimated = rows[rows["estimated"].astype(bool)]
    known = rows[~rows["estimated"].astype(bool)]
    first = rows.iloc[0]
    if first["scale"] == "log":
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter(NullFormatter())  # they overlap on a short axis
        known = known[known["median"] > 0]
    else:
        axes.set_xlim(-0.03, 1.03)
    _draw_intervals(axes, estimated, [lines.index(parameter) for parameter in estimated["cell_line"]])
    axes.plot(known["median"], [lines.index(name) for name in known["cell_line"]], "D", color=GREY, markersize=4.5)
    axes.set_xlabel(with_unit(plain_name(first["entity"]), first["unit"]))


def _draw_intervals(axes: Axes, rows: pd.DataFrame, places: list[int] | np.ndarray) -> None:
    """Draw the prior (where there is one), the 90 % and 50 % intervals (where there is one), and the median."""
    if "prior_median" in rows:
        axes.hlines(places, rows["prior_lower_90"], rows["prior_upper_90"], color=LIGHT, linewidth=8)
        axes.plot(rows["prior_median"], places, "|", color="white", markersize=8, markeredgewidth=1.4)
    axes.hlines(places, rows["lower_90"], rows["upper_90"], color=DARK, linewidth=1.4)
    if "lower_50" in rows:
        axes.hlines(places, rows["lower_50"], rows["upper_50"], color=DARK, linewidth=4)
    axes.plot(rows["median"], places, "o", color="white", markeredgecolor=DARK, markersize=4.8)


def interval_handles() -> list[Line2D]:
    """Return legend entries of prior and posterior intervals."""
    return [
        Line2D([], [], color=LIGHT, linewidth=8, label="prior, 90 %"),
        Line2D([], [], color=DARK, linewidth=1.4, label="posterior, 90 %"),
        Line2D([], [], color=DARK, linewidth=4, label="posterior, 50 %"),
        Line2D([], [], color="white", marker="o", markeredgecolor=DARK, markersize=5, linewidth=0, label="median"),
    ]


def _set_handle() -> Line2D:
    return Line2D([], [], color=GREY, marker="D", markersize=5, linewidth=0, label="set, not estimated")


def inhibitor_figure(inhibitors: pd.DataFrame) -> Figure:
    """Draw the constants in cells against their priors, and the priors of the assays, on one axis of doses.

    Parameters
    ----------
    inhibitors : DataFrame
        From ``summarise_inhibitors``.

    Returns
    -------
    Figure
        A row per inhibitor and parameter that it acts on.
    """
    with figure_style():
        figure = Figure(figsize=(_WIDTH, _ROW * len(inhibitors) + 1.3), layout="constrained")
        axes = figure.add_subplot()
        tidy(axes)
        axes.grid(visible=False, axis="y")
        axes.set_xscale("log")
        places = np.arange(len(inhibitors))
        assay = spread_colours(2)[1]
        _draw_intervals(axes, inhibitors, places)
        axes.hlines(
            places + 0.33,
            inhibitors["assay_lower_90"],
            inhibitors["assay_upper_90"],
            color=assay,
            linewidth=1,
            linestyle=":",
        )
        axes.plot(inhibitors["assay_median"], places + 0.33, MARKS[2], color=assay, markersize=4)
        for place, value in enumerate(inhibitors["contraction"]):
            axes.text(
                1.01,
                place,
                f"{round(100 * value)} %",
                transform=axes.get_yaxis_transform(),
                va="center",
                fontsize=7.5,
                color=GREY,
            )
        axes.text(1.01, -1, "contraction", transform=axes.get_yaxis_transform(), va="center", fontsize=7.5, color=GREY)
        names = [f"{row.inhibitor}, {plain_name(row.parameter)}" for row in inhibitors.itertuples()]
        axes.set_yticks(places, names)
        axes.set_ylim(len(inhibitors) - 0.4, -0.6)
        for place in np.flatnonzero(inhibitors["inhibitor"].ne(inhibitors["inhibitor"].shift()))[1:]:
            axes.axhline(place - 0.5, color=LIGHT, linewidth=0.8)
        axes.set_xlabel("constant in cells (nM)")
        of_assay = Line2D(
            [], [], color=assay, marker=MARKS[2], markersize=4, linewidth=1, linestyle=":", label="in its assay, 90 %"
        )
        add_legend(figure, [*interval_handles(), of_assay], 5)
    return figure
