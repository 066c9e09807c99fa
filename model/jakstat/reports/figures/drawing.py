"""How every figure looks: colours, marks, axes, legends, and the way from a figure to SVG or PNG bytes.

Colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color), which people with the common kinds of colour
blindness can tell apart; marks differ too. Figures are made without pyplot, so that no global state is touched.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from jakstat.problem import Experiment, Observable, ProblemTables

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKS = ("o", "s", "^", "D", "v", "P", "X")
GREY = "#5c6470"
LIGHT = "#c9ced6"
DARK = "#1f3a5f"
GOOD = "#1a7f37"
BAD = "#b3261e"

# Font size 9 pt at 10 in width is near the size of the page's small print. "none" in a salt's place would make every
# SVG's ids random, and with them every rebuilt report different.
_STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "svg.hashsalt": "jakstat",
    "svg.fonttype": "path",
}
_TICK_SIZE = 8.0
_NARROWEST = 5.5  # inch
_LEGEND_COLUMN = 2.4  # inch, takes about 25 letters


@dataclass(frozen=True)
class Look:
    """Colour, mark and name of an experiment, the same in every panel."""

    colour: str
    mark: str
    label: str


def figure_style() -> AbstractContextManager:
    """Return the context in which figures are made and written."""
    return rc_context(_STYLE)


def experiment_looks(tables: ProblemTables) -> dict[str, Look]:
    """Return the look of each measured experiment, by id, in the order of the table."""
    measured = {measurement.experiment_id for measurement in tables.measurements}
    shown = [experiment for experiment in tables.experiments if experiment.id in measured]
    colours = spread_colours(len(shown))
    return {
        label.id: Look(colours[number], MARKS[number % len(MARKS)], experiment_name(label))
        for number, label in enumerate(shown)
    }


def spread_colours(count: int) -> list[str]:
    """Return ``count`` colours: Okabe and Ito's while they last, else evenly spread over viridis."""
    if count <= len(COLOURS):
        return list(COLOURS[:count])
    return [to_hex(colour) for colour in colormaps["viridis"](np.linspace(0.0, 0.95, count))]


def experiment_name(experiment: Experiment) -> str:
    """Return an experiment's label, or its id where it has none."""
    return experiment.label or experiment.id


def observable_name(observable: Observable) -> str:
    """Return an observable's name, or its id where it has none."""
    return observable.name or observable.id


def with_unit(quantity: str, unit: str) -> str:
    """Return an axis label: the quantity and its unit in brackets, if there is one."""
    return f"{quantity} ({unit})" if unit and unit != "1" else quantity


@dataclass(frozen=True)
class PanelGroup:
    """Panels that share a legend: ``draw`` fills the axes, ``handles`` are the legend.

    ``columns`` is the number of panels a row, ``panel_size`` in inch, without the legend.
    """

    count: int
    columns: int
    panel_size: tuple[float, float]
    draw: Callable[[list[Axes]], None]
    handles: list[Line2D | Patch]

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns."""
        columns = max(1, min(self.columns, self.count))
        return -(-self.count // columns), columns

    @property
    def width(self) -> float:
        """Width, inch."""
        return max(_NARROWEST, self.panel_size[0] * self.grid[1])

    def height(self, width: float) -> float:
        """Return the height of panels and legend in a figure of this width, inch."""
        legend = 0.25 + 0.21 * -(-len(self.handles) // _legend_columns(width))  # a line of 8.5 pt
        return self.panel_size[1] * self.grid[0] + legend


def grouped_figure(groups: Sequence[PanelGroup]) -> Figure:
    """Return a figure of groups of panels, one below the other, each with its legend above it."""
    with figure_style():
        width = max((group.width for group in groups), default=_NARROWEST)
        heights = [group.height(width) for group in groups] or [1.0]
        figure = Figure(figsize=(width, sum(heights)), layout="constrained")
        parts: Sequence[Figure | SubFigure] = [figure]
        if len(groups) > 1:
            parts = figure.subfigures(len(groups), 1, squeeze=False, height_ratios=heights)[:, 0].tolist()
        for group, part in zip(groups, parts, strict=False):
            axes = [part.add_subplot(*group.grid, place + 1) for place in range(group.count)]
            for panel in axes:
                tidy(panel)
            group.draw(axes)
            add_legend(part, group.handles)
    return figure


def tidy(axes: Axes) -> None:
    """Remove the frame's upper and right side, and set a light grid and small ticks."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, color="#e6e8ec", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=_TICK_SIZE, color=GREY)


def add_legend(figure: Figure | SubFigure, handles: list[Line2D | Patch], columns: int = 0) -> None:
    """Put one legend above all panels, with as many columns as fit where ``columns`` is 0."""
    columns = columns or _legend_columns(figure.bbox.width / figure.dpi)
    figure.legend(handles=handles, loc="outside upper center", ncols=min(columns, len(handles)), frameon=False)


def _legend_columns(width: float) -> int:
    """Return how many columns of a legend fit in ``width`` (inch)."""
    return max(1, int(width // _LEGEND_COLUMN))


def band_handles(colour: str, inner: str, outer: str) -> list[Line2D | Patch]:
    """Return legend entries for an inner and an outer band of one colour."""
    return [Patch(facecolor=colour, alpha=0.5, label=inner), Patch(facecolor=colour, alpha=0.2, label=outer)]


def new_measurement_handle() -> Line2D:
    """Return the legend entry of the thin bars of predicted measurements."""
    return Line2D([], [], color=GREY, linewidth=0.9, alpha=0.7, label="new measurement, 90 %")


def figure_svg(figure: Figure) -> bytes:
    """Return a figure as SVG; equal figures give equal bytes."""
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    return _written(figure, "svg", metadata=nothing)


def _written(figure: Figure, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    with figure_style():
        figure.savefig(buffer, format=kind, **options)
    return buffer.getvalue()
