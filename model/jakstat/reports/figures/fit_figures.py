"""Measurements and what the model says of them: a panel per observable, a colour per experiment.

Observables that are measured over doses have panels of their own below (:mod:`jakstat.reports.figures.dose_figures`).
Three things are kept apart: measured values (marks), the expected signal (bands) and predicted measurements, which have
noise besides (thin bars, or the bands of the prior predictive figure).
"""

from textwrap import fill

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from jakstat.problem import (
    Observable,
    ProblemTables,
    measured_over_doses,
    measured_over_time,
    require_same_problem,
    scales_apart,
)
from jakstat.reports.figures.dose_figures import fit_over_doses, prior_over_doses
from jakstat.reports.figures.drawing import (
    GREY,
    Look,
    PanelGroup,
    band_handles,
    experiment_looks,
    grouped_figure,
    new_measurement_handle,
    observable_name,
    with_unit,
)
from jakstat.statistics import bands_by, summary_rows

_KEYS = ("observable", "experiment", "time")
_PANEL = (3.6, 2.55)  # inch
_COLUMNS = 3
_TITLE = 42  # letters in a line as wide as a panel
# Prior predictive bands that reach beyond this multiple of the median measurement are drawn on a logarithmic axis.
_RATIO_FOR_LOG = 20.0
_BAND_ALPHA = {"90": 0.18, "50": 0.35}


def fit_figure(tables: ProblemTables, tree: xr.DataTree, time_courses: xr.Dataset | None = None) -> Figure:
    """Draw measured points over the posterior of the expected signal.

    Parameters
    ----------
    tables : ProblemTables
    tree : DataTree
        ``signals`` (``signal``; chain, draw, obs) and, if there is one, ``posterior_predictive`` (``measurement``).
    time_courses : Dataset, optional
        Dense expected signals, ``signal`` (chain, draw, observable, experiment, time): bands are drawn from it, else at
        the measured times and joined by lines.

    Returns
    -------
    Figure

    Raises
    ------
    UnusableFileError
        The draws belong to another problem.
    """
    for drawn in (tree, time_courses):
        if drawn is not None:
            require_same_problem(drawn, tables)
    return drawn_fit(*draws_apart(tables, tree), time_courses)


def draws_apart(tables: ProblemTables, tree: xr.DataTree) -> tuple[ProblemTables, xr.DataTree]:
    """Return a problem and its draws with an observable for each scale of an experiment (``scales_apart``).

    Parameters
    ----------
    tables : ProblemTables
        Whole: its measurements are the ``obs`` of the draws.
    tree : DataTree
    """
    apart = scales_apart(tables)
    if apart is tables:
        return tables, tree
    ids = ("obs", np.array([measurement.observable_id for measurement in apart.measurements]))
    groups = {
        name: group.dataset.assign_coords(observable=ids) if "obs" in group.dims else group.dataset
        for name, group in tree.children.items()
    }
    return apart, xr.DataTree.from_dict(groups)


def drawn_fit(tables: ProblemTables, tree: xr.DataTree, time_courses: xr.Dataset | None = None) -> Figure:
    """Return the figure of draws that are known to be the problem's; ``tables`` may hold some of its observables.

    Both as :func:`draws_apart` returns them: what was measured on several blots has a panel for each.
    """
    drawn = [
        fit_over_time(measured_over_time(tables), tree, time_courses),
        fit_over_doses(measured_over_doses(tables), tree),
    ]
    return grouped_figure([group for group in drawn if group.count])


def fit_over_time(tables: ProblemTables, tree: xr.DataTree, time_courses: xr.Dataset | None = None) -> PanelGroup:
    """Return the panels of the observables of ``tables``, all of them over time; arguments as for the figure."""
    signal = tree["signals"].dataset["signal"]
    bands = bands_by(signal, _KEYS) if time_courses is None else _dense_bands(time_courses)
    bands = _with_plotted_time(bands, tables)
    predicted = None
    if "posterior_predictive" in tree.children:
        predicted = _with_plotted_time(bands_by(tree["posterior_predictive"].dataset["measurement"], _KEYS), tables)
    looks = experiment_looks(tables)
    points = _with_plotted_time(measured_points(tables), tables)
    observables = _measured_observables(tables)

    def draw(panels: list[Axes]) -> None:
        for observable, axes in zip(observables, panels, strict=True):
            _draw_fit(axes, observable.id, looks, bands, predicted)
            _draw_points(axes, points[points["observable"] == observable.id], looks)
            _label(axes, observable, tables)

    handles = [*_point_handles(looks), *band_handles(GREY, "signal, 50 %", "signal, 90 %")]
    if predicted is not None:
        handles.append(new_measurement_handle())
    return PanelGroup(len(observables), _COLUMNS, _PANEL, draw, handles)


def prior_predictive_figure(tables: ProblemTables, prior: xr.DataTree) -> Figure:
    """Draw measured points over the measurements that the prior predicts.

    Parameters
    ----------
    tables : ProblemTables
    prior : DataTree
        ``prior_predictive`` (``measurement``; chain, draw, obs).

    Returns
    -------
    Figure
    """
    tables, prior = draws_apart(tables, prior)
    drawn = [_prior_over_time(measured_over_time(tables), prior), prior_over_doses(measured_over_doses(tables), prior)]
    return grouped_figure([group for group in drawn if group.count])


def _prior_over_time(tables: ProblemTables, prior: xr.DataTree) -> PanelGroup:
    bands = _with_plotted_time(bands_by(prior["prior_predictive"].dataset["measurement"], _KEYS), tables)
    looks = experiment_looks(tables)
    points = _with_plotted_time(measured_points(tables), tables)
    observables = _measured_observables(tables)

    def draw(panels: list[Axes]) -> None:
        for observable, axes in zip(observables, panels, strict=True):
            mine = points[points["observable"] == observable.id]
            for experiment, look in looks.items():
                _draw_band(axes, _chosen(bands, observable.id, experiment), look.colour, ("90",))
            _draw_points(axes, mine, looks)
            _choose_scale(axes, bands[bands["observable"] == observable.id], mine["value"].to_numpy())
            _label(axes, observable, tables)

    handles = [*_point_handles(looks), Patch(facecolor=GREY, alpha=0.2, label="prior predictive, 90 %")]
    return PanelGroup(len(observables), _COLUMNS, _PANEL, draw, handles)


def measured_points(tables: ProblemTables) -> pd.DataFrame:
    """Return the measurements as a table: observable, experiment, time (unit of the model) and value."""
    return pd.DataFrame(
        {
            "observable": [measurement.observable_id for measurement in tables.measurements],
            "experiment": [measurement.experiment_id for measurement in tables.measurements],
            "time": [measurement.time for measurement in tables.measurements],
            "value": [measurement.value for measurement in tables.measurements],
        }
    )


def _measured_observables(tables: ProblemTables) -> list[Observable]:
    measured = {measurement.observable_id for measurement in tables.measurements}
    return [observable for observable in tables.observables if observable.id in measured]


def _dense_bands(time_courses: xr.Dataset) -> pd.DataFrame:
    """Return bands of dense time courses, one row an observable, experiment and time that was computed."""
    signal = time_courses["signal"].stack(place=_KEYS).transpose("chain", "draw", "place")
    labels = signal.coords["place"].to_index().to_frame(index=False)
    rows = summary_rows(signal.to_numpy().reshape(-1, signal.sizes["place"]))
    return pd.concat([labels, rows], axis=1).dropna(subset=["median"])


def _with_plotted_time(table: pd.DataFrame, tables: ProblemTables) -> pd.DataFrame:
    """Put what belongs to a steady state (infinite time) right of the last finite time of the study."""
    last = max((measurement.time for measurement in tables.measurements if np.isfinite(measurement.time)), default=0.0)
    place = 1.15 * last if last > 0 else 1.0
    times = table["time"].to_numpy(dtype=float)
    return table.assign(plotted=np.where(np.isposinf(times), place, times))


def _draw_fit(
    axes: Axes, observable: str, looks: dict[str, Look], bands: pd.DataFrame, predicted: pd.DataFrame | None
) -> None:
    for experiment, look in looks.items():
        _draw_band(axes, _chosen(bands, observable, experiment), look.colour)
        if predicted is not None:
            bars = _chosen(predicted, observable, experiment)
            axes.vlines(
                bars["plotted"], bars["lower_90"], bars["upper_90"], color=look.colour, alpha=0.4, linewidth=0.9
            )


def _chosen(table: pd.DataFrame, observable: str, experiment: str) -> pd.DataFrame:
    return table[(table["observable"] == observable) & (table["experiment"] == experiment)].sort_values("time")


def _draw_band(axes: Axes, band: pd.DataFrame, colour: str, levels: tuple[str, ...] = ("90", "50")) -> None:
    for level in levels:
        alpha = _BAND_ALPHA[level]
        if len(band) == 1:
            axes.vlines(
                band["plotted"], band[f"lower_{level}"], band[f"upper_{level}"], color=colour, alpha=alpha, linewidth=7
            )
        axes.fill_between(
            band["plotted"], band[f"lower_{level}"], band[f"upper_{level}"], color=colour, alpha=alpha, linewidth=0
        )
    if "50" in levels:
        axes.plot(band["plotted"], band["median"], color=colour, linewidth=1.1)


def _draw_points(axes: Axes, points: pd.DataFrame, looks: dict[str, Look]) -> None:
    for experiment, look in looks.items():
        mine = points[points["experiment"] == experiment]
        axes.plot(
            mine["plotted"],
            mine["value"],
            look.mark,
            color=look.colour,
            markersize=4.2,
            markeredgecolor="white",
            markeredgewidth=0.5,
            zorder=5,
        )


def _choose_scale(axes: Axes, band: pd.DataFrame, values: np.ndarray) -> None:
    """Take a logarithmic axis (linear around 0) where the band spans decades."""
    sizes = np.abs(values[values != 0])
    if not sizes.size or not np.isfinite(band["upper_90"]).any():
        return
    floor = 10.0 ** np.floor(np.log10(np.quantile(sizes, 0.25)))
    if band["upper_90"].max() > _RATIO_FOR_LOG * np.median(sizes):
        axes.set_yscale("symlog", linthresh=floor, linscale=0.6)


def _label(axes: Axes, observable: Observable, tables: ProblemTables) -> None:
    mine = (measurement.time for measurement in tables.measurements if measurement.observable_id == observable.id)
    steady = ", at the right end: steady state" if any(np.isposinf(time) for time in mine) else ""
    axes.set_title(fill(observable_name(observable), _TITLE), loc="left")
    axes.set_xlabel(with_unit("time", tables.time_unit) + steady)
    axes.set_ylabel(with_unit("signal", observable.unit))


def _point_handles(looks: dict[str, Look]) -> list[Line2D | Patch]:
    return [
        Line2D(
            [],
            [],
            color=look.colour,
            marker=look.mark,
            markersize=5,
            markeredgecolor="white",
            linewidth=1.4,
            label=look.label,
        )
        for look in looks.values()
    ]
