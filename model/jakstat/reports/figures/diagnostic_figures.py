"""Pictures of how well the chains mixed and how well left-out measurements are predicted.

Rank plots, energies and LOO-PIT are ArviZ's (https://python.arviz.org); the figure of Pareto k is drawn here, because
its points belong to observables.
"""

from collections.abc import Callable, Sequence

import arviz_plots
import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jakstat.problem import ProblemTables, parameter_draws
from jakstat.reports.figures.drawing import BAD, DARK, GREY, figure_style, observable_name, tidy

_WIDTH = 9.6  # inch
_MOST_NAMED = 5


def rank_figure(tree: xr.DataTree, parameters: Sequence[str]) -> Figure:
    """Draw the fractional ranks of each chain's draws, as difference to uniform ranks (ArviZ plot_rank).

    Parameters
    ----------
    tree : DataTree
        As ``sample_posterior`` returns it.
    parameters : sequence of str
        Which parameters, a panel each.
    """
    values = parameter_draws(tree)
    chosen = xr.Dataset({name: values.sel(parameter=name, drop=True) for name in parameters})
    columns = min(4, len(parameters))
    rows = -(-len(parameters) // columns)
    return _arviz_figure(
        lambda: arviz_plots.plot_rank(
            xr.DataTree.from_dict({"posterior": chosen}),
            backend="matplotlib",
            col_wrap=columns,
            visuals={"xlabel": False},
            figure_kwargs={"figsize": (_WIDTH, 2.0 * rows)},
        )
    )


def energy_figure(tree: xr.DataTree) -> Figure:
    """Draw E-BFMI of each chain, and the energies of draws against the energies between draws (ArviZ plot_energy)."""
    figure = _arviz_figure(
        lambda: arviz_plots.plot_energy(tree, backend="matplotlib", figure_kwargs={"figsize": (_WIDTH, 2.6)})
    )
    chains, energies = figure.axes[:2]
    chains.set_yticks(range(tree["posterior"].sizes["chain"]))
    chains.set_xlabel("E-BFMI")
    chains.set_title("")
    energies.set_xlabel("energy, centred (natural logarithm of a density)")
    return figure


def loo_pit_figure(tree: xr.DataTree) -> Figure:
    """Draw where each measurement lies in its prediction from the others (ArviZ plot_loo_pit)."""
    return _arviz_figure(
        lambda: arviz_plots.plot_loo_pit(
            tree,
            var_names=["measurement"],
            backend="matplotlib",
            visuals={"title": False, "xlabel": {"text": "LOO-PIT"}},
            figure_kwargs={"figsize": (_WIDTH * 0.7, 2.8)},
        )
    )


def _arviz_figure(plot: Callable) -> Figure:
    """Return the figure of an ArviZ plot, taken out of pyplot's hands."""
    with figure_style():
        figure = plot().viz["figure"].item()
    pyplot.close(figure)
    figure.set_layout_engine("constrained")
    for line in (line for axes in figure.axes for line in axes.lines):
        line.set_linewidth(min(line.get_linewidth(), 1.3))
    return figure


def pareto_k_figure(tables: ProblemTables, loo: xr.Dataset) -> Figure:
    """Draw Pareto k of every measurement, grouped by observable.

    Parameters
    ----------
    tables : ProblemTables
    loo : Dataset
        From ``compute_loo``: ``pareto_k`` (obs) with coordinate observable, attrs good_k.
    """
    names = {observable.id: observable_name(observable) for observable in tables.observables}
    observable = loo.coords["observable"].to_numpy().astype(str)
    order = np.concatenate([np.flatnonzero(observable == name) for name in dict.fromkeys(observable)])
    k, limit = loo["pareto_k"].to_numpy()[order], float(loo.attrs["good_k"])
    with figure_style():
        figure = Figure(figsize=(_WIDTH, 3.3), layout="constrained")
        axes = figure.add_subplot()
        tidy(axes)
        above = k > limit
        places = np.arange(k.size)
        axes.plot(places[~above], k[~above], "o", color=DARK, markersize=3.5, alpha=0.8)
        axes.plot(places[above], k[above], "X", color=BAD, markersize=7)
        axes.axhline(limit, color=BAD, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.text(
            1.005, limit, f"limit {limit:.2f}", transform=axes.get_yaxis_transform(), va="center", fontsize=8, color=BAD
        )
        _name_worst(axes, loo, order, k, above)
        _shade_observables(axes, observable[order], names)
        axes.set_ylabel("Pareto k")
        axes.set_xlim(-1, k.size)
    return figure


def _name_worst(axes: Axes, loo: xr.Dataset, order: np.ndarray, k: np.ndarray, above: np.ndarray) -> None:
    """Write the number of the measurement beside the largest k above the limit."""
    numbers = loo.coords["obs"].to_numpy()[order]
    worst = [place for place in np.argsort(-k) if above[place]][:_MOST_NAMED]
    for place in worst:
        right = place < 0.95 * k.size
        axes.annotate(
            str(numbers[place]),
            (place, k[place]),
            xytext=(5 if right else -5, 3),
            textcoords="offset points",
            ha="left" if right else "right",
            fontsize=8,
        )


def _shade_observables(axes: Axes, observable: np.ndarray, names: dict[str, str]) -> None:
    """Shade every other observable and write its name under the axis."""
    starts = np.flatnonzero(np.r_[True, observable[1:] != observable[:-1]])
    ends = np.r_[starts[1:], observable.size]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if number % 2:
            axes.axvspan(start - 0.5, end - 0.5, color=GREY, alpha=0.08, linewidth=0)
    labels = [names.get(name, name) for name in observable[starts]]
    axes.set_xticks((starts + ends - 1) / 2, labels, rotation=25, ha="right", fontsize=8)
    axes.grid(visible=False, axis="x")
