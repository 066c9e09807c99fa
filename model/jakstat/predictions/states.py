"""States of every experiment of a problem at one point of its parameters."""

from dataclasses import replace

import numpy as np
import pytensor.tensor as pt
import sympy as sp
import xarray as xr
from pytensor import function
from pytensor.compile.mode import Mode

from jakstat.pathway import symbol
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
        still = [name for name in plan.states if name not in plan.dynamics.states]
        asked = _with_observables(asked, still)
        plan = plan_simulation(asked)
        parameters = pt.dvector("parameters")
        graph = measurement_graph(asked, plan, parameters, PackedData(), solver, recording=False)
        outputs = [graph.states, graph.signal, graph.status]
        evaluate = function([parameters], outputs, mode=Mode(linker="py", optimizer=None))
    rows, signals, status = evaluate(values)
    rows = rows[plan.row_of_measurement[: len(wanted)]]
    solved = np.where(np.isnan(rows).any(axis=1), np.nan, 1.0)
    of_state = dict(zip(plan.dynamics.states, rows.T, strict=True))
    of_state |= {name: solved * held for name, held in zip(still, signals.reshape(-1, len(wanted))[1:], strict=True)}
    cube = np.full((len(plan.states), len(tables.experiments), len(times)), np.nan)
    places, numbers = np.array(begun, dtype=int).reshape(-1, 2).T
    cube[:, places, numbers] = [of_state[name] for name in plan.states]
    states = xr.Dataset(
        {name: (("experiment", "time"), cube[number]) for number, name in enumerate(plan.states)},
        coords={
            "experiment": [experiment.id for experiment in tables.experiments],
            "time": ("time", times, {"units": tables.time_unit}),
        },
    )
    return states, plan.failed_experiments(status)


def _with_observables(tables: ProblemTables, states: list[str]) -> ProblemTables:
    """Return tables that also ask for states which the solver takes as constants, each after what was asked before."""
    observables = tuple(Observable(f"state_{name}", symbol(name), sp.Integer(1)) for name in states)
    asked = (replace(wanted, observable_id=state.id) for state in observables for wanted in tables.measurements)
    measurements = (*tables.measurements, *asked)
    return replace(tables, measurements=measurements, observables=(*tables.observables, *observables))


def _measured_range(tables: ProblemTables) -> np.ndarray:
    first = min(experiment.start for experiment in tables.experiments)
    measured = [measurement.time for measurement in tables.measurements if np.isfinite(measurement.time)]
    return np.linspace(first, max(measured, default=first), 200)
