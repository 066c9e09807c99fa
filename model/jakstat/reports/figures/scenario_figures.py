"""Figures of what was predicted for scenarios: dose responses, combinations, scores."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from jakstat.reports.figures.drawing import COLOURS, GREY, MARKS, PanelGroup, figure_style, grouped_figure, tidy

_DRAWS = ("chain", "draw")


def response_figure(response: xr.DataArray, measured: pd.DataFrame) -> Figure:
    """Draw predicted dose responses with what was measured: a panel for each cell line, a colour for each drug.

    Parameters
    ----------
    response : DataArray
        Dims chain, draw, cells, drug, dose (nM): share of the signal without drug; attrs readout, time_h, observable.
    measured : DataFrame
        From :func:`jakstat.problem.measured_responses`.
    """
    points = measured[measured["observable"] == response.attrs["observable"]]
    drugs = [str(name) for name in response["drug"].to_numpy()]
    cells = [str(name) for name in response["cells"].to_numpy()]
    doses = response["dose"].to_numpy()[1:]
    quantiles = response.isel(dose=slice(1, None)).quantile([0.05, 0.5, 0.95], dim=_DRAWS).to_numpy()
    colours = [COLOURS[number % len(COLOURS)] for number in range(len(drugs))]
    marks = [MARKS[number % len(MARKS)] for number in range(len(drugs))]

    def draw(panels: list[Axes]) -> None:
        for place, axes in enumerate(panels):
            for number, (colour, mark) in enumerate(zip(colours, marks, strict=True)):
                lower, middle, upper = 100 * quantiles[:, place, number]
                axes.fill_between(doses, lower, upper, color=colour, alpha=0.10, linewidth=0)
                axes.plot(doses, middle, color=colour, linewidth=1.2, marker=mark, markersize=3)
                own = points[(points["cells"] == cells[place]) & (points["drug"] == drugs[number])]
                axes.plot(
                    own["dose_nM"],
                    100 * own["value"],
                    color=colour,
                    marker=mark,
                    markersize=7,
                    linestyle="none",
                    markerfacecolor="none",
                    markeredgewidth=1.4,
                )
            _response_axes(axes, cells[place], place % 4 == 0, place >= len(cells) - 4, response)

    handles: list[Line2D | Patch] = [
        Line2D([], [], color=colour, marker=mark, markersize=4, label=name)
        for name, colour, mark in zip(drugs, colours, marks, strict=True)
    ]
    handles.append(Patch(facecolor=GREY, alpha=0.2, label="90 % interval"))
    if len(points):
        handles.append(
            Line2D(
                [],
                [],
                color=GREY,
                marker="o",
                markersize=7,
                markerfacecolor="none",
                linestyle="none",
                label="large, open: measured",
            )
        )
    with figure_style():
        return grouped_figure([PanelGroup(len(cells), 4, (2.5, 2.0), draw, handles)])


def _response_axes(axes: Axes, title: str, first: bool, last: bool, response: xr.DataArray) -> None:
    axes.set_xscale("log")
    axes.set_ylim(-3, 115)
    axes.set_title(title)
    if first:
        axes.set_ylabel(f"{response.attrs['readout']}, %\nof that without drug")
    if last:
        axes.set_xlabel("dose (nM)")


def combination_figure(pairs: Mapping[str, xr.Dataset], reference: str) -> Figure:
    """Draw the median excess over a reference at each pair of doses; a dot where its sign is sure to 95 %.

    Parameters
    ----------
    pairs : mapping of str to Dataset
        From ``predict_combinations``.
    reference : {"bliss", "hsa", "loewe"}
    """
    with figure_style():
        columns = min(3, len(pairs))
        rows = -(-len(pairs) // columns)
        figure = Figure(figsize=(3.1 * columns + 0.9, 2.7 * rows), layout="constrained")
        panels = [figure.add_subplot(rows, columns, place + 1) for place in range(len(pairs))]
        for axes, (name, pair) in zip(panels, pairs.items(), strict=True):
            excess = pair[f"{reference}_excess"].isel(dose_a=slice(1, None), dose_b=slice(1, None))
            ordered = excess.transpose(*_DRAWS, "dose_a", "dose_b").to_numpy().reshape(-1, *excess.shape[-2:])
            median = np.median(ordered, axis=0)  # NaN where it is not defined in every draw
            shown = axes.imshow(100 * median.T, origin="lower", cmap="PuOr", vmin=-20, vmax=20, aspect="auto")
            _mark_sure(axes, ordered)
            _pair_axes(axes, excess, name)
        bar = figure.colorbar(shown, ax=panels, shrink=0.7)
        bar.set_label(
            f"excess over {reference.title() if reference != 'hsa' else 'HSA'},\n% of the signal without drug"
        )
    return figure


def _mark_sure(axes: Axes, excess: np.ndarray) -> None:
    """Put a dot where the excess has one sign in at least 95 % of draws."""
    positive, negative = (excess > 1e-3).mean(axis=0), (excess < -1e-3).mean(axis=0)
    for a, b in zip(*np.nonzero(np.maximum(positive, negative) >= 0.95), strict=True):
        axes.plot(a, b, marker=".", color="black", markersize=4)


def _pair_axes(axes: Axes, excess: xr.DataArray, name: str) -> None:
    axes.grid(visible=False)
    drugs, _, cells = name.partition(" on ")
    first, _, second = drugs.partition(" + ")
    for dim, set_ticks, set_label, drug in (
        ("dose_a", axes.set_xticks, axes.set_xlabel, first),
        ("dose_b", axes.set_yticks, axes.set_ylabel, second),
    ):
        values = excess[dim].to_numpy()
        set_ticks(range(len(values)), [f"{value:g}" for value in values])
        set_label(f"{drug} (nM)")
    axes.tick_params(axis="x", labelrotation=45)
    axes.set_title(f"{drugs}\non {cells}", fontsize=8.5)


def score_figure(scores: pd.DataFrame) -> Figure:
    """Draw how often held-out measurements lie in intervals of 50, 80 and 90 %, a mark for each predictor."""
    with figure_style():
        figure = Figure(figsize=(5.5, 3.6), layout="constrained")
        axes = figure.add_subplot()
        tidy(axes)
        axes.plot([0, 100], [0, 100], color=GREY, linewidth=0.8, linestyle="--")
        levels = (50, 80, 90)
        for number, row in enumerate(scores.to_dict(orient="records")):
            axes.plot(
                levels,
                [100 * row[f"coverage_{level}"] for level in levels],
                color=COLOURS[number % len(COLOURS)],
                marker=MARKS[number % len(MARKS)],
                markersize=5,
                linewidth=1.0,
                label=row["predictor"],
            )
        axes.set(xlim=(40, 100), ylim=(0, 103), xlabel="interval (%)", ylabel="held-out measurements inside (%)")
        axes.legend(frameon=False, fontsize=8)
    return figure
