"""The predicted dose response of a signal to an inhibitor, with its IC50."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from jakstat.problem import ProblemTables, require_same_problem
from jakstat.reports.figures.drawing import (
    GREY,
    add_legend,
    band_handles,
    experiment_looks,
    figure_style,
    observable_name,
    spread_colours,
    tidy,
    with_unit,
)
from jakstat.reports.tables import BAND_QUANTILES, TABLE_QUANTILES, quantile_rows

_WIDTH = 7.6  # inch
# Dose 0 has no place on a logarithmic axis: it is drawn this factor below the lowest dose, and marked.
_STEP_TO_ZERO = 10.0**0.6


def dose_response_figure(dose_response: xr.Dataset, tables: ProblemTables | None = None) -> Figure:
    """Draw the signal under drug as a share of the signal without, and the IC50's posterior below.

    Parameters
    ----------
    dose_response : Dataset
        ``relative_signal`` (chain, draw, stimulus, dose), ``ic50`` (chain, draw, stimulus; nM, NaN where half is not
        reached), attrs inhibitor, readout, time.
    tables : ProblemTables, optional
        For the readout's name, and so that a stimulus has the colour of the experiment with the same label.

    Returns
    -------
    Figure

    Raises
    ------
    UnusableFileError
        The dose response belongs to another problem.
    """
    if tables is not None:
        require_same_problem(dose_response, tables)
    stimuli = [str(label) for label in dose_response["stimulus"].to_numpy()]
    colours = _stimulus_colours(stimuli, tables)
    readout = str(dose_response.attrs["readout"])
    names = {one.id: observable_name(one) for one in tables.observables} if tables else {}
    with figure_style():
        figure = Figure(figsize=(_WIDTH, 4.6 + 0.28 * len(stimuli)), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[4.2, 0.5 + 0.35 * len(stimuli)])
        for axes in (upper, lower):
            tidy(axes)
        _draw_curves(upper, dose_response, colours)
        upper.set_ylabel(f"{names.get(readout, readout)} at {dose_response.attrs['time']},\n"
                         "% of the signal without drug")  # fmt: skip
        _draw_ic50(lower, dose_response, colours)
        _dose_axis(upper, lower, dose_response)
        lines: list[Line2D | Patch] = [
            Line2D([], [], color=colour, linewidth=1.6, label=label) for label, colour in colours.items()
        ]
        add_legend(figure, lines + band_handles(GREY, "50 %", "90 %"))
    return figure


def _stimulus_colours(stimuli: list[str], tables: ProblemTables | None) -> dict[str, str]:
    """Return a colour for each stimulus: that of the experiment with its label, if every one has such an experiment."""
    known = {look.label: look.colour for look in experiment_looks(tables).values()} if tables else {}
    if all(label in known for label in stimuli):
        return {label: known[label] for label in stimuli}
    return dict(zip(stimuli, spread_colours(len(stimuli)), strict=True))


def _draw_curves(axes: Axes, dose_response: xr.Dataset, colours: dict[str, str]) -> None:
    doses = _plotted_doses(dose_response["dose"].to_numpy())
    relative = dose_response["relative_signal"].transpose("chain", "draw", "stimulus", "dose")
    for label, colour in colours.items():
        draws = 100.0 * relative.sel(stimulus=label).to_numpy().reshape(-1, doses.size)
        bands = quantile_rows(draws, BAND_QUANTILES)
        for level, alpha in (("90", 0.18), ("50", 0.35)):
            axes.fill_between(doses, bands[f"lower_{level}"], bands[f"upper_{level}"], color=colour, alpha=alpha,
                              linewidth=0)  # fmt: skip
        axes.plot(doses, bands["median"], color=colour, linewidth=1.6)
    axes.axhline(50.0, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set_ylim(bottom=0.0)


def _draw_ic50(axes: Axes, dose_response: xr.Dataset, colours: dict[str, str]) -> None:
    """Draw median, 50 % and 95 % interval of the IC50 over the draws in which it exists, and a rug of draws."""
    for place, (label, colour) in enumerate(colours.items()):
        values = dose_response["ic50"].sel(stimulus=label).to_numpy().ravel()
        existing = values[np.isfinite(values)]
        share = f"{100 * existing.size / values.size:.0f} % of draws"
        axes.text(1.005, place, share, transform=axes.get_yaxis_transform(), va="center", fontsize=7.5, color=GREY)
        if not existing.size:
            continue
        row = quantile_rows(existing[:, None], TABLE_QUANTILES).iloc[0]
        rug = pd.Series(np.sort(existing)).iloc[:: max(1, existing.size // 200)]
        axes.plot(rug, np.full(len(rug), place + 0.3), "|", color=colour, alpha=0.35, markersize=4)
        axes.hlines(place, row["lower_95"], row["upper_95"], color=colour, linewidth=1.5)
        axes.hlines(place, row["lower_50"], row["upper_50"], color=colour, linewidth=4.5)
        axes.plot(row["median"], place, "o", color="white", markeredgecolor=colour, markersize=5)
    axes.set_yticks(range(len(colours)), list(colours), fontsize=8)
    axes.set_ylim(len(colours) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.set_title(
        "IC50: median, 50 % and 95 % interval; right: share of draws in which it exists", loc="left", fontsize=8
    )


def _plotted_doses(doses: np.ndarray) -> np.ndarray:
    """Return doses (nM) with 0 moved to its place left of the lowest positive dose."""
    positive = doses[doses > 0]
    return np.where(doses > 0, doses, positive.min() / _STEP_TO_ZERO if positive.size else 1.0)


def _dose_axis(upper: Axes, lower: Axes, dose_response: xr.Dataset) -> None:
    """Label whole decades and 0, and mark the break between 0 and the lowest dose."""
    doses = dose_response["dose"].to_numpy()
    positive = doses[doses > 0]
    upper.set_xscale("log")
    decades = 10.0 ** np.arange(np.ceil(np.log10(positive.min()) - 1e-9), np.floor(np.log10(positive.max()) + 1e-9) + 1)
    zero = _plotted_doses(np.array([0.0, *positive]))[0]
    ticks = [zero, *decades] if (doses == 0).any() else list(decades)
    lower.xaxis.set_major_locator(FixedLocator(ticks))
    lower.xaxis.set_minor_locator(NullLocator())
    lower.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: "0" if value < positive.min() / 2 else f"{value:,.6g}")
    )
    lower.set_xlabel(with_unit(str(dose_response.attrs["inhibitor"]), "nM"))
    upper.set_xlim(zero / 1.3, positive.max() * 1.3)
    if (doses == 0).any():
        between = float(np.sqrt(zero * positive.min()))
        for axes in (upper, lower):
            axes.text(between, 0.0, "//", transform=axes.get_xaxis_transform(), ha="center", va="center", fontsize=9,
                      color=GREY, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip
