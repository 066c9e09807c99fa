"""Dose responses to look into: a page of its own, with a menu of cells; it opens without a network.

The drawing library (plotly.js, MIT licence) is inside of the page, which is why it has some megabytes.
"""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr
from plotly.io import to_html
from plotly.subplots import make_subplots

from jakstat.reports.figures import COLOURS

_DRAWS = ("chain", "draw")
_SYMBOLS = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_HEIGHT = 600  # pixels; as wide as the window


def render_responses_page(responses: xr.Dataset, measured: pd.DataFrame, title: str, warning: str = "") -> str:
    """Return the page.

    Parameters
    ----------
    responses : Dataset
        From ``predict_responses``: one variable a readout (chain, draw, cells, drug, dose; share of no drug).
    measured : DataFrame
        From :func:`jakstat.problem.measured_responses`: ``observable``, ``cells``, ``drug``, ``dose_nM``, ``value``.
    title : str
    warning : str
        Shown in the title where the fit did not pass its gate.

    Returns
    -------
    str
        One HTML document. Cells are chosen from a menu, drugs by a click on the legend; the pointer shows median, 90 %
        interval and measured values.
    """
    readouts = [str(name) for name in responses.data_vars]
    cells = [str(name) for name in next(iter(responses.values()))["cells"].to_numpy()]
    figure = make_subplots(
        1, len(readouts), subplot_titles=[_panel_title(responses[name]) for name in readouts], horizontal_spacing=0.07
    )
    owners: list[str] = []
    for place, name in enumerate(readouts):
        quantiles = 100 * responses[name].isel(dose=slice(1, None)).quantile([0.05, 0.5, 0.95], dim=_DRAWS)
        points = measured[measured["observable"] == responses[name].attrs["observable"]]
        for line in cells:
            traces = _traces(quantiles.sel(cells=line), points[points["cells"] == line], first=place == 0)
            for trace in traces:
                trace.visible = line == cells[0]
                figure.add_trace(trace, row=1, col=place + 1)
            owners += [line] * len(traces)
    figure.update_xaxes(type="log", title_text="dose (nM)", dtick=1)
    figure.update_yaxes(title_text="% of that without drug", range=[-3, 118])
    figure.update_layout(
        title={"text": f"{warning} {title}".strip(), "x": 0.01, "y": 0.97, "yanchor": "top"},
        template="plotly_white",
        height=_HEIGHT,
        hovermode="closest",
        margin={"t": 170, "b": 110},
        legend={"orientation": "h", "x": 0.0, "y": -0.22, "yanchor": "top"},
        updatemenus=[{"buttons": _buttons(cells, owners), "x": 0.0, "xanchor": "left", "y": 1.36, "yanchor": "top"}],
    )
    html: str = to_html(
        figure,
        include_plotlyjs=True,
        full_html=True,
        div_id="responses",
        config={"displaylogo": False, "responsive": True},
    )
    return html


def _panel_title(response: xr.DataArray) -> str:
    return f"{response.attrs['readout']}, {response.attrs['time_h']:g} h"


def _buttons(cells: list[str], owners: list[str]) -> list[dict]:
    """Return the entries of the menu: each shows the traces of its cells."""
    return [
        {"label": line, "method": "restyle", "args": [{"visible": [owner == line for owner in owners]}]}
        for line in cells
    ]


def _traces(quantiles: xr.DataArray, points: pd.DataFrame, first: bool) -> list[go.Scatter]:
    """Return band, median and measured values of each drug on one kind of cells; ``quantiles`` in per cent."""
    doses = quantiles["dose"].to_numpy()
    traces = []
    for number, drug in enumerate(map(str, quantiles["drug"].to_numpy())):
        lower, middle, upper = quantiles.sel(drug=drug).transpose("quantile", "dose").to_numpy()
        colour, symbol = COLOURS[number % len(COLOURS)], _SYMBOLS[number % len(_SYMBOLS)]
        traces.append(
            go.Scatter(
                x=np.concatenate([doses, doses[::-1]]),
                y=np.concatenate([upper, lower[::-1]]),
                fill="toself",
                fillcolor=colour,
                opacity=0.15,
                mode="none",
                legendgroup=drug,
                showlegend=False,
                hoverinfo="skip",
            )
        )
        traces.append(
            go.Scatter(
                x=doses,
                y=middle,
                customdata=np.stack([lower, upper], axis=1),
                mode="lines+markers",
                name=drug,
                legendgroup=drug,
                showlegend=first,
                marker={"symbol": symbol, "size": 6},
                line={"color": colour, "dash": _DASHES[number % len(_DASHES)]},
                hovertemplate=f"{drug} %{{x:g}} nM: %{{y:.0f}} % (90 %: "
                "%{customdata[0]:.0f} to %{customdata[1]:.0f} %)"
                "<extra></extra>",
            )
        )
        own = points[points["drug"] == drug]
        if len(own):
            traces.append(
                go.Scatter(
                    x=own["dose_nM"],
                    y=100 * own["value"],
                    mode="markers",
                    legendgroup=drug,
                    showlegend=False,
                    marker={"symbol": f"{symbol}-open", "size": 11, "color": colour, "line": {"width": 2}},
                    hovertemplate=f"{drug} %{{x:g}} nM, measured: %{{y:.0f}} %<extra></extra>",
                )
            )
    return traces
