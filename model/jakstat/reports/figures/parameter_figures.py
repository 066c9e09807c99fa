"""Parameters against their priors: what the measurements changed."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from jakstat.reports.figures.drawing import DARK, GREY, LIGHT, add_legend, figure_style, tidy

_ROW = 0.205  # inch
_WIDTH = 9.6  # inch
_NOMINAL = "#d55e00"


def parameter_figure(parameters: pd.DataFrame) -> Figure:
    """Draw prior and posterior intervals of each parameter, on a logarithmic axis for positive ones.

    Parameters
    ----------
    parameters : DataFrame
        From ``summarise_parameters``.

    Returns
    -------
    Figure
        Positive parameters above; others, if there are any, below on a linear axis.
    """
    groups = [(parameters[parameters["positive"]], "log"), (parameters[~parameters["positive"]], "linear")]
    groups = [(group, scale) for group, scale in groups if len(group)]
    with figure_style():
        figure = Figure(figsize=(_WIDTH, _ROW * len(parameters) + 0.9 * len(groups) + 0.4), layout="constrained")
        ratios = [len(group) + 2 for group, _ in groups]
        panels = figure.subplots(len(groups), 1, squeeze=False, height_ratios=ratios)[:, 0]
        for axes, (group, scale) in zip(panels, groups, strict=True):
            _draw_group(axes, group, scale)
        add_legend(figure, _handles(), 5)
    return figure


def _draw_group(axes: Axes, group: pd.DataFrame, scale: str) -> None:
    tidy(axes)
    places = range(len(group))
    axes.set_xscale(scale)
    axes.hlines(places, group["prior_lower_90"], group["prior_upper_90"], color=LIGHT, linewidth=8)
    axes.hlines(places, group["lower_90"], group["upper_90"], color=DARK, linewidth=1.4)
    axes.hlines(places, group["lower_50"], group["upper_50"], color=DARK, linewidth=4)
    axes.plot(group["median"], places, "o", color="white", markeredgecolor=DARK, markersize=4.5)
    nominal = group["nominal"].where(group["nominal"] > 0) if scale == "log" else group["nominal"]
    axes.plot(nominal, places, "|", color=_NOMINAL, markersize=9, markeredgewidth=1.6)
    for place, value in zip(places, group["contraction"], strict=True):
        axes.text(
            1.01,
            place,
            f"{100 * value:.0f} %",
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize=7.5,
            color=GREY,
        )
    axes.text(1.01, -1.1, "contraction", transform=axes.get_yaxis_transform(), va="center", fontsize=7.5, color=GREY)
    axes.set_yticks(places, [_row_label(row.parameter, row.unit) for row in group.itertuples()], fontsize=8)
    axes.set_ylim(len(group) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("value, in the parameter's own unit (in brackets beside its name)")


def _row_label(name: str, unit: str) -> str:
    return f"{name} ({unit or 'no unit given'})"


def _handles() -> list:
    return [
        Line2D([], [], color=LIGHT, linewidth=8, label="prior, 90 %"),
        Line2D([], [], color=DARK, linewidth=1.4, label="posterior, 90 %"),
        Line2D([], [], color=DARK, linewidth=4, label="posterior, 50 %"),
        Line2D([], [], color="white", marker="o", markeredgecolor=DARK, markersize=5, linewidth=0, label="median"),
        Line2D(
            [],
            [],
            color=_NOMINAL,
            marker="|",
            markersize=9,
            markeredgewidth=1.6,
            linewidth=0,
            label="nominal value of the study",
        ),
    ]
