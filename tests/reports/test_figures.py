from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex

from jakstat.predictions import summarise_parameters
from jakstat.reports import figure_svg, fit_figure, parameter_figure, prior_predictive_figure
from jakstat.reports.figures.drawing import experiment_looks, spread_colours


def _marks(axes):
    return [line for line in axes.lines if line.get_linestyle() == "None" and line.get_marker() not in ("None", "|")]


@pytest.fixture
def time_courses(tables) -> xr.Dataset:
    signal = np.full((2, 10, 2, 2, 7), np.nan)
    signal[:, :, 0] = 4.0
    signal[:, :, 1, 0] = 2.0  # receptor is not computed in the second experiment
    coords = {
        "chain": [0, 1],
        "draw": np.arange(10),
        "observable": ["pSTAT", "receptor"],
        "experiment": ["low", "high"],
        "time": np.linspace(0, 60, 7),
    }
    return xr.Dataset({"signal": (("chain", "draw", "observable", "experiment", "time"), signal)}, coords=coords)


@pytest.mark.parametrize("kind", ["fit", "prior"])
def test_every_measurement_is_drawn_in_the_panel_of_its_observable(tables, posterior, prior, kind):
    figure = fit_figure(tables, posterior) if kind == "fit" else prior_predictive_figure(tables, prior)
    assert len(figure.axes) == 2
    for observable, axes in zip(tables.observables, figure.axes, strict=True):
        drawn = sorted(float(value) for line in _marks(axes) for value in line.get_ydata())
        assert drawn == sorted(
            measurement.value for measurement in tables.measurements if measurement.observable_id == observable.id
        )


def test_axes_say_quantity_and_unit(tables, posterior):
    first, second = fit_figure(tables, posterior).axes
    assert (first.get_xlabel(), first.get_ylabel()) == ("time (min)", "signal (nM)")
    assert (first.get_title(loc="left"), second.get_title(loc="left")) == ("phosphorylated STAT", "receptor")


def test_an_experiment_has_one_colour_in_all_panels(tables, posterior):
    looks = experiment_looks(tables)
    assert looks["low"].colour != looks["high"].colour
    for axes in fit_figure(tables, posterior).axes:
        assert [to_hex(line.get_color()) for line in _marks(axes)] == [looks["low"].colour, looks["high"].colour]


def test_bands_at_measured_times_are_quantiles_of_the_signal(tables, posterior):
    axes = fit_figure(tables, posterior).axes[0]
    signal = posterior["signals"].dataset["signal"]
    chosen = (signal["observable"] == "pSTAT") & (signal["experiment"] == "low")
    draws = signal.isel(obs=np.flatnonzero(chosen.to_numpy())).to_numpy().reshape(-1, 4)
    filled = [band for band in axes.collections if isinstance(band, PolyCollection)]
    outer, inner = (band.get_paths()[0].vertices[:, 1] for band in filled[:2])
    assert set(np.quantile(draws, 0.05, axis=0)) <= set(outer)
    assert set(np.quantile(draws, 0.95, axis=0)) <= set(outer)
    assert set(np.quantile(draws, 0.25, axis=0)) <= set(inner)


def test_dense_time_courses_replace_the_measured_times(tables, posterior, time_courses):
    first, second = fit_figure(tables, posterior, time_courses).axes
    medians = [line for line in first.lines if line.get_linestyle() == "-"]
    assert [len(line.get_xdata()) for line in medians] == [7, 7]
    assert all((line.get_ydata() == 4.0).all() for line in medians)
    assert [len(line.get_xdata()) for line in second.lines if line.get_linestyle() == "-"] == [7, 0]


def test_a_measured_steady_state_is_drawn_right_of_the_last_time(tables, posterior):
    measurements = (*tables.measurements[:-1], replace(tables.measurements[-1], time=np.inf))
    axes = fit_figure(replace(tables, measurements=measurements), posterior).axes[1]
    assert 60.0 < max(float(value) for line in _marks(axes) for value in line.get_xdata()) < np.inf
    assert axes.get_xlabel() == "time (min), at the right end: steady state"


def test_parameters_that_may_be_negative_have_a_linear_axis(tables, posterior, convergence):
    table = summarise_parameters(tables.parameters, posterior, convergence["parameters"])
    figure = parameter_figure(table)
    assert [axes.get_xscale() for axes in figure.axes] == ["log", "linear"]
    labels = [[label.get_text() for label in axes.get_yticklabels()] for axes in figure.axes]
    assert labels == [["k_on (1/(nM min))", "noise (a.u.)"], ["shift (a.u.)"]]


def test_parameter_table_has_prior_and_posterior(tables, posterior, convergence):
    table = summarise_parameters(tables.parameters, posterior, convergence["parameters"]).set_index("parameter")
    assert list(table.index) == ["k_on", "shift", "noise"]
    assert table.loc["k_on", "prior_median"] == pytest.approx(0.4)
    drawn = posterior["posterior"]["k_on"].to_numpy()
    assert table.loc["k_on", "upper_90"] == pytest.approx(np.quantile(drawn, 0.95))
    assert table.loc["k_on", "ess_tail"] == 733.0
    assert np.isnan(table.loc["shift", "r_hat"])
    undiagnosed = summarise_parameters(tables.parameters, posterior, convergence["parameters"][1:])
    assert list(undiagnosed["parameter"]) == ["k_on", "shift", "noise"]


def test_colours_stay_distinct_for_many_experiments():
    assert len(set(spread_colours(36))) == 36


def test_equal_figures_give_equal_bytes(tables, posterior):
    first, second = (figure_svg(fit_figure(tables, posterior)) for _ in range(2))
    assert first == second
