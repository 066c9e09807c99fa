"""Dose responses beside the concentrations that patients have."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from jakstat.reports.figures.drawing import COLOURS, GREY, LIGHT, MARKS, PanelGroup, figure_style, grouped_figure

_DRAWS = ("chain", "draw")
_COLUMNS = 3
_SHOWN = 3  # lines with a band of their own


def exposure_figure(response: xr.DataArray, at_exposure: xr.Dataset) -> Figure:
    """Draw the dose response of each drug with its free plasma concentrations.

    Parameters
    ----------
    response : DataArray
        Dims chain, draw, cells, drug, dose (nM): share of the signal without drug; attrs readout, time_h.
    at_exposure : Dataset
        From ``predict_exposure``: ``effect`` and ``concentration`` by drug and level.
    """
    drugs = [str(name) for name in at_exposure["drug"].to_numpy()]
    cells = [str(name) for name in response["cells"].to_numpy()]
    sensitive = at_exposure["effect"].sel(level="peak").median(_DRAWS).max("drug").to_series()
    shown = list(sensitive.sort_values(ascending=False).index[:_SHOWN])
    doses = response["dose"].to_numpy()[1:]
    quantiles = response.sel(drug=drugs).isel(dose=slice(1, None)).quantile([0.05, 0.5, 0.95], dim=_DRAWS)
    free = at_exposure["concentration"].quantile([0.05, 0.5, 0.95], dim=_DRAWS)

    def draw(panels: list[Axes]) -> None:
        for place, (drug, axes) in enumerate(zip(drugs, panels, strict=True)):
            of_drug = 100 * quantiles.sel(drug=drug)
            _concentrations(axes, free.sel(drug=drug))
            for name in cells:
                if name not in shown:
                    axes.plot(doses, of_drug.sel(cells=name, quantile=0.5), color=LIGHT, linewidth=0.8)
            for colour, mark, name in zip(COLOURS, MARKS, shown, strict=False):
                lower, middle, upper = (of_drug.sel(cells=name, quantile=quantile) for quantile in (0.05, 0.5, 0.95))
                axes.fill_between(doses, lower, upper, color=colour, alpha=0.12, linewidth=0)
                axes.plot(doses, middle, color=colour, linewidth=1.3, marker=mark, markersize=3.2)
            axes.set_xscale("log")
            axes.set(ylim=(-3, 115), title=drug, xlim=(doses[0] / 3, doses[-1]))
            if place % _COLUMNS == 0:
                axes.set_ylabel(f"{response.attrs['readout']}, %\nof that without drug")
            if place >= len(drugs) - _COLUMNS:
                axes.set_xlabel("dose (nM)")

    handles: list[Line2D | Patch] = [
        Line2D([], [], color=colour, marker=mark, markersize=4, label=name)
        for colour, mark, name in zip(COLOURS, MARKS, shown, strict=False)
    ]
    handles += [
        Line2D([], [], color=LIGHT, label="other cells"),
        Line2D([], [], color=GREY, label="free average in plasma"),
        Line2D([], [], color=GREY, linestyle="--", label="free peak in plasma"),
        Patch(facecolor=GREY, alpha=0.15, label="both, 90 % interval"),
    ]
    with figure_style():
        return grouped_figure([PanelGroup(len(drugs), _COLUMNS, (3.2, 2.2), draw, handles)])


def _concentrations(axes: Axes, free: xr.DataArray) -> None:
    """Mark the free average and peak of a drug; ``free`` has dims quantile and level."""
    lowest, highest = float(free.sel(quantile=0.05).min()), float(free.sel(quantile=0.95).max())
    axes.axvspan(lowest, highest, color=GREY, alpha=0.15, linewidth=0)
    for level, style in (("average", "-"), ("peak", "--")):
        axes.axvline(float(np.asarray(free.sel(quantile=0.5, level=level))), color=GREY, linewidth=1.0, linestyle=style)
