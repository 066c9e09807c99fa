"""States of every experiment of a problem at one point of its parameters."""

from dataclasses import replace

import numpy as np
import pytensor.tensor as pt
import sympy as sp
import xarray as xr
from pytensor import function
from pytensor.compile.mode import Mode

from jakstat.problem import Measurement, Observable, ProblemTables
from jakstat.simulation import BUILDING, SolveStatus, plan_simulation
from jakstat.statistics import PackedData, SolverSettings, measurement_graph

#: Nothing is observed: only states are wanted.
_CLOCK = Observable("clock", sp.Integer(0), sp.Integer(1))


def simulate_states(
    tables: ProblemTables, values: np.ndarray, times: np.ndarray | None, solver: SolverSettings
) -> tuple[xr.Dataset, dict[str, SolveStatus]]:
    """Simulate the states of every experiment.

    Parameters
    ----------
    tables : ProblemTables
    values : (estimated,) array
        Estimated parameters in the table's order, linear scale.
    times : (time,) array or None
        In the time unit of the model, inf for the steady state; 200 points over the measured range where absent.
    solver : SolverSettings

    Returns
    -------
    states : Dataset
        One variable a state (experiment, time); NaN before an experiment's start.
    failed : dict of str to SolveStatus
        Experiments whose solve failed.
    """
    times = _measured_range(tables) if times is None else np.unique(np.asarray(times, dtype=float))
    begun = [
        (place, number)
        for place, experiment in enumerate(tables.experiments)
        for number, time in enumerate(times)
        if time >= experiment.start
    ]
    wanted = tuple(
        Measurement(_CLOCK.id, tables.experiments[place].id, float(times[number]), np.nan) for place, number in begun
    )
    asked = replace(tables, measurements=wanted, observables=(_CLOCK,))
    with BUILDING:
        plan = plan_simulation(asked)
        parameters = pt.dvector("parameters")
        graph = measurement_graph(asked, plan, parameters, PackedData(), solver, recording=False)
        evaluate = function([parameters], [graph.states, graph.status], mode=Mode(linker="py", optimizer=None))
    rows, status = evaluate(values)
    cube = np.full((len(tables.experiments), len(times), rows.shape[1]), np.nan)
    cube[tuple(np.array(begun, dtype=int).reshape(-1, 2).T)] = rows[plan.row_of_measurement]
    states = xr.Dataset(
        {name: (("experiment", "time"), cube[:, :, number]) for number, name in enumerate(plan.dynamics.states)},
        coords={
            "experiment": [experiment.id for experiment in tables.experiments],
            "time": ("time", times, {"units": tables.time_unit}),
        },
    )
    return states, plan.failed_experiments(status)


def _measured_range(tables: ProblemTables) -> np.ndarray:
    first = min(experiment.start for experiment in tables.experiments)
    measured = [measurement.time for measurement in tables.measurements if np.isfinite(measurement.time)]
    return np.linspace(first, max(measured, default=first), 200)
