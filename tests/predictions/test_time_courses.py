"""Time courses of experiments that begin at different times, after a pre-equilibration, and end in a steady state."""

import math

import numpy as np
import pytest
import xarray as xr

from jakstat.predictions import predict_time_courses
from jakstat.problem import parameter_dataset
from jakstat.statistics import SolverSettings


@pytest.mark.slow
def test_courses_begin_where_their_experiment_does_and_reach_the_steady_state_that_is_measured(turnover):
    k = np.array([1.0, 2.0])
    tree = xr.DataTree.from_dict({"posterior": parameter_dataset(k.reshape(1, 2, 1), ["k"])})
    courses = predict_time_courses(turnover, tree, SolverSettings(1e-10, 1e-12), n_times=5, n_draws=2)["signal"]
    times = courses["time"].to_numpy()
    assert times.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, math.inf]
    early, late = (courses.sel(observable="x_signal", experiment=name).to_numpy()[0] for name in ("early", "late"))
    rest = (3.0 / k)[:, None]
    assert early[:, :5] == pytest.approx(rest + (1 - rest) * np.exp(-k[:, None] * times[:5]), rel=1e-6)
    assert np.isnan(early[:, 5]).all(), "the steady state of this one is not measured"
    assert np.isnan(late[:, :2]).all(), "before its start"
    assert late[:, 2:5] == pytest.approx(rest + rest * np.exp(-k[:, None] * (times[2:5] - 2.0)), rel=1e-6)
    assert late[:, 5:] == pytest.approx(rest, rel=1e-6)
