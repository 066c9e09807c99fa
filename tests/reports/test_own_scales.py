"""What was measured on several blots is drawn and predicted with the scale of each."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from jakstat.predictions import predict_time_courses
from jakstat.problem import Measurement, Observable, entity, parameter_dataset, parse_formula, scales_apart
from jakstat.problem.records import Parameter, Prior
from jakstat.reports import fit_figure
from jakstat.statistics import SolverSettings

WIDE = Prior("log-normal", (0.0, 1.0), 0.0, np.inf, "assumed")
SCALES = {"scale_of_first": 1.0, "scale_of_second": 10.0}


@pytest.fixture
def two_blots(turnover):
    """Return x, at rest at 3 / k from the start on, on two blots: one scale is ten times the other."""
    measured = [
        Measurement("x_signal", "late", time, value * scale, observable_parameters=(entity(name),))
        for name, scale in SCALES.items()
        for time, value in ((2.0, 3.0), (3.0, 1.9))
    ]
    named = [Parameter(name, scale, WIDE, name=f"scale, {name[9:]} blot") for name, scale in SCALES.items()]
    formula, noise = parse_formula("own_scale * x"), parse_formula("0.1 * x_signal")
    observable = Observable("x_signal", formula, noise, observable_placeholders=("own_scale",), name="x")
    kept = tuple(experiment for experiment in turnover.experiments if experiment.id == "late")
    return replace(
        turnover,
        parameters=(*turnover.parameters, *named),
        observables=(observable,),
        experiments=kept,
        measurements=tuple(measured),
    )


def draws(tables):
    """Return two draws of each parameter around its nominal value, and the signals at the measurements."""
    ids = [parameter.id for parameter in tables.parameters]
    values = np.array([[parameter.nominal] * 2 for parameter in tables.parameters]).T
    scales = np.repeat(list(SCALES.values()), 2)
    signal = scales * np.array([3.0, 1.9, 3.0, 1.9]) * np.ones((1, 2, 1))
    coords = {
        "observable": ("obs", [row.observable_id for row in tables.measurements]),
        "experiment": ("obs", [row.experiment_id for row in tables.measurements]),
        "time": ("obs", [row.time for row in tables.measurements]),
    }
    signals = xr.Dataset({"signal": (("chain", "draw", "obs"), signal)}, coords=coords)
    return xr.DataTree.from_dict({"posterior": parameter_dataset(values[None], ids), "signals": signals})


def test_scales_of_one_experiment_become_observables(two_blots):
    apart = scales_apart(two_blots)
    assert [observable.name for observable in apart.observables] == ["x, first blot", "x, second blot"]
    ids = [observable.id for observable in apart.observables]
    assert [row.observable_id for row in apart.measurements] == [ids[0], ids[0], ids[1], ids[1]]
    assert {str(symbol) for symbol in apart.observables[1].noise_formula.free_symbols} == {ids[1]}


def test_a_problem_with_one_scale_an_experiment_stays_as_it_is(turnover, two_blots):
    assert scales_apart(turnover) is turnover
    first = replace(two_blots, measurements=two_blots.measurements[:2])
    assert scales_apart(first) is first


def test_time_courses_have_the_scale_of_each_blot(two_blots):
    courses = predict_time_courses(two_blots, draws(two_blots), SolverSettings(1e-8, 1e-10), n_times=5, n_draws=2)
    first, second = (courses["signal"].isel(observable=number).to_numpy() for number in (0, 1))
    known = np.isfinite(first)
    assert known.any()
    assert second[known] == pytest.approx(10 * first[known], rel=1e-6)


def test_fit_figure_has_a_panel_for_each_blot(two_blots):
    figure = fit_figure(two_blots, draws(two_blots))
    panels = {axes.get_title(loc="left"): axes for axes in figure.axes}
    assert list(panels) == ["x, first blot", "x, second blot"]
    for name, scale in (("x, first blot", 1.0), ("x, second blot", 10.0)):
        marks = [line.get_ydata() for line in panels[name].lines if line.get_marker() not in ("None", "", None)]
        assert np.concatenate(marks) == pytest.approx(scale * np.array([3.0, 1.9]))
        medians = [line.get_ydata() for line in panels[name].lines if line.get_marker() in ("None", "", None)]
        assert np.concatenate(medians) == pytest.approx(scale * np.array([3.0, 1.9]))
