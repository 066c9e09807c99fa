"""Dose responses that were measured, and what the model says of them: a small panel per cell line.

Doses are in nM on a logarithmic axis; what was measured without a drug stands left of all doses. As in
``fit_figures``, measured values are marks, the expected signal wide bars with a line at the median,
and predicted measurements thin bars. Signals are computed at the measured doses only: the thin lines that join their
medians are no curve.
"""

from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullFormatter

from jakstat.problem import Experiment, ProblemTables
from jakstat.reports.figures.drawing import (
    GREY,
    MARKS,
    Look,
    PanelGroup,
    band_handles,
    new_measurement_handle,
    observable_name,
    spread_colours,
    with_unit,
)
from jakstat.statistics import bands_by

_KEYS = ("observable", "experiment", "time")
_COLUMNS = 4
_PANEL = (2.7, 2.05)  # inch
_LABEL = 26  # letters in a line as high as a panel
_BAR = 6.5  # points, width of the bars of the signal
_ALPHA = {"90": 0.22, "50": 0.5}
# Series with the same dose stand this far apart, a factor of 10 to this.
_APART = 0.07
_BESIDE = 0.25  # decades of free axis left and right of the doses


@dataclass(frozen=True)
class _Series:
    """What has one colour and mark: an inhibitor, the doses of others beside it, and the group (a screen)."""

    inhibitor: str
    others: tuple[tuple[str, float], ...]
    groups: tuple[str, ...]

    def label(self, with_groups: bool) -> str:
        beside = [f"{name} {dose:g} nM" for name, dose in self.others]
        first = " + ".join([self.inhibitor or "no drug", *beside])
        return ", ".join([first, *(self.groups if with_groups else ())])


def fit_over_doses(tables: ProblemTables, tree: xr.DataTree) -> PanelGroup:
    """Return panels of measured doses over the posterior of the expected signal.

    Parameters
    ----------
    tables : ProblemTables
        From ``measured_over_doses``: each experiment of an observable is measured at one time.
    tree : DataTree
        ``signals`` (``signal``; chain, draw, obs) and, if there is one, ``posterior_predictive`` (``measurement``).

    Returns
    -------
    PanelGroup
        A panel per observable, time, cell line and stimulus; none where the tables hold no measurement.
    """
    signal = bands_by(tree["signals"].dataset["signal"], _KEYS)
    predicted = None
    if "posterior_predictive" in tree.children:
        predicted = bands_by(tree["posterior_predictive"].dataset["measurement"], _KEYS)
    new = [] if predicted is None else [new_measurement_handle()]
    handles: list[Line2D | Patch] = [*band_handles(GREY, "signal, 50 %", "signal, 90 %"), *new]
    return _panels(tables, signal, predicted, handles)


def prior_over_doses(tables: ProblemTables, prior: xr.DataTree) -> PanelGroup:
    """Return panels of measured doses over the 90 % intervals of the measurements that the prior predicts.

    Parameters
    ----------
    tables : ProblemTables
        From ``measured_over_doses``.
    prior : DataTree
        ``prior_predictive`` (``measurement``; chain, draw, obs).
    """
    predicted = bands_by(prior["prior_predictive"].dataset["measurement"], _KEYS)
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=GREY, linewidth=0.9, alpha=0.7, label="prior predictive, 90 %")
    ]
    return _panels(tables, None, predicted, handles)


def dose_points(tables: ProblemTables) -> pd.DataFrame:
    """Return the measurements as a table.

    Returns
    -------
    DataFrame
        observable, experiment, time (unit of the model), value, cell_line, stimulus, series, dose (nM, of the first
        inhibitor; 0 without one), plotted (nM, where it is drawn).
    """
    by_id = {experiment.id: experiment for experiment in tables.experiments}
    rows = []
    for measurement in tables.measurements:
        experiment = by_id[measurement.experiment_id]
        series, dose = _series(experiment)
        rows.append(
            (
                measurement.observable_id,
                measurement.experiment_id,
                measurement.time,
                measurement.value,
                experiment.cell_line,
                experiment.stimulus,
                series,
                dose,
            )
        )
    columns = ["observable", "experiment", "time", "value", "cell_line", "stimulus", "series", "dose"]
    return _with_places(pd.DataFrame(rows, columns=columns))


def _series(experiment: Experiment) -> tuple[_Series, float]:
    if not experiment.inhibitors:
        return _Series("", (), experiment.groups), 0.0
    (name, dose), *others = experiment.inhibitors
    return _Series(name, tuple(others), experiment.groups), dose


def _with_places(points: pd.DataFrame) -> pd.DataFrame:
    """Add where each dose is drawn: 0 a decade below the lowest, equal doses of a panel beside one another."""
    doses = points["dose"].to_numpy(dtype=float)
    lowest = doses[doses > 0].min(initial=np.inf)
    places = np.where(doses > 0, doses, lowest / 10)
    beside = np.zeros(len(points))
    for rows in points.groupby(["observable", "time", "cell_line", "stimulus", "dose"]).indices.values():
        series = list(dict.fromkeys(points["series"].iloc[rows]))
        beside[rows] = [series.index(of_row) - (len(series) - 1) / 2 for of_row in points["series"].iloc[rows]]
    return points.assign(plotted=places * 10 ** (_APART * beside))


def _looks(points: pd.DataFrame) -> dict[_Series, Look]:
    """Return colour and mark of each series; an inhibitor has the same ones in all groups."""
    series = list(dict.fromkeys(points["series"]))
    kinds = list(dict.fromkeys((drawn.inhibitor, drawn.others) for drawn in series))
    colours = spread_colours(len(kinds))
    with_groups = len({drawn.groups for drawn in series if drawn.inhibitor}) > 1
    return {
        drawn: Look(colours[place], MARKS[place % len(MARKS)], drawn.label(with_groups))
        for drawn in series
        for place in (kinds.index((drawn.inhibitor, drawn.others)),)
    }


def _panels(
    tables: ProblemTables, signal: pd.DataFrame | None, predicted: pd.DataFrame | None, handles: list[Line2D | Patch]
) -> PanelGroup:
    points = dose_points(tables)
    looks = _looks(points)
    panels = list(points.groupby(["observable", "time", "cell_line", "stimulus"], sort=False))
    first_group = next(iter(looks)).groups if looks else ()
    names = {
        observable.id: with_unit(observable_name(observable), observable.unit) for observable in tables.observables
    }
    several_times = points["time"].nunique() > 1

    def draw(axes: list[Axes]) -> None:
        before = ""
        for panel, ((observable, time, line, stimulus), mine) in zip(axes, panels, strict=True):
            for series, look in looks.items():
                of_series = mine[mine["series"] == series].sort_values("dose")
                if not len(of_series):
                    continue
                _draw_bars(panel, of_series, look.colour, signal, predicted)
                _draw_points(panel, of_series, look, filled=series.groups == first_group or not series.inhibitor)
            when = f"{time:g} {tables.time_unit}" if several_times else ""
            panel.set_title(", ".join(filter(None, (line, stimulus, when))), loc="left")
            if axes.index(panel) % _COLUMNS == 0 or observable != before:
                panel.set_ylabel(fill(names[observable], _LABEL))
            before = observable
        _scale(axes, points, [observable for (observable, *_), _ in panels])

    shown = [_handle(look, series.groups == first_group or not series.inhibitor) for series, look in looks.items()]
    return PanelGroup(len(panels), _COLUMNS, _PANEL, draw, [*shown, *handles])


def _draw_bars(
    axes: Axes, points: pd.DataFrame, colour: str, signal: pd.DataFrame | None, predicted: pd.DataFrame | None
) -> None:
    places = points[["observable", "experiment", "time", "plotted"]].drop_duplicates()
    if predicted is not None:
        bars = places.merge(predicted, on=list(_KEYS))
        axes.vlines(bars["plotted"], bars["lower_90"], bars["upper_90"], color=colour, alpha=0.6, linewidth=0.9)
    if signal is not None:
        bars = places.merge(signal, on=list(_KEYS))
        for level in ("90", "50"):
            axes.vlines(
                bars["plotted"],
                bars[f"lower_{level}"],
                bars[f"upper_{level}"],
                color=colour,
                alpha=_ALPHA[level],
                linewidth=_BAR,
            )
        axes.plot(bars["plotted"], bars["median"], color=colour, linewidth=0.8, alpha=0.7, linestyle=":")
        axes.plot(
            bars["plotted"],
            bars["median"],
            linestyle="None",
            marker="_",
            color=colour,
            markersize=_BAR + 2,
            markeredgewidth=1.6,
        )


def _draw_points(axes: Axes, points: pd.DataFrame, look: Look, filled: bool) -> None:
    axes.plot(
        points["plotted"],
        points["value"],
        look.mark,
        color=look.colour,
        markersize=5.2,
        zorder=5,
        **_face(look.colour, filled),
    )


def _face(colour: str, filled: bool) -> dict[str, Any]:
    if filled:
        return {"markeredgecolor": "white", "markeredgewidth": 0.6}
    return {"markeredgecolor": colour, "markerfacecolor": "white", "markeredgewidth": 1.2}


def _handle(look: Look, filled: bool) -> Line2D:
    return Line2D(
        [],
        [],
        color=look.colour,
        marker=look.mark,
        markersize=6,
        linewidth=1.2,
        label=look.label,
        **_face(look.colour, filled),
    )


def _scale(axes: list[Axes], points: pd.DataFrame, observables: list[str]) -> None:
    """Give all panels the same doses and those of an observable the same values; ticks are decades, and 0."""
    ends = points["plotted"].min() / 10**_BESIDE, points["plotted"].max() * 10**_BESIDE
    positive = points.loc[points["dose"] > 0, "dose"]
    decades = 10.0 ** np.arange(np.ceil(np.log10(positive.min()) - _BESIDE), np.log10(ends[1]))
    ticks = {float(decade): f"{decade:,g}" for decade in decades}
    if (points["dose"] == 0).any():
        ticks = {float(positive.min()) / 10: "0"} | ticks
    for number, (panel, observable) in enumerate(zip(axes, observables, strict=True)):
        same = [other for other, its in zip(axes, observables, strict=True) if its == observable]
        limits = [other.get_ylim() for other in same]
        panel.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
        panel.set_xscale("log")
        panel.set_xlim(*ends)
        panel.set_xticks(list(ticks), list(ticks.values()))
        panel.xaxis.set_minor_formatter(NullFormatter())
        if len(axes) - number <= _COLUMNS:
            panel.set_xlabel("dose (nM)")
