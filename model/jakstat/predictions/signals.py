"""Expected signals of any experiments over posterior draws, without gradients.

A prediction is asked for as a problem of its own: the study's model and parameters, new experiments, and one
"measurement" (value NaN) for each signal that is wanted.
"""

from dataclasses import replace

import numpy as np
import pytensor.tensor as pt
from pytensor import function

from jakstat.problem import Experiment, Measurement, Parameter, ProblemTables
from jakstat.simulation import plan_simulation
from jakstat.statistics import PackedData, SolverSettings, measurement_graph


def ask_for_signals(
    tables: ProblemTables,
    experiments: tuple[Experiment, ...],
    wanted: list[tuple[str, str, float]],
    more_parameters: tuple[Parameter, ...] = (),
) -> ProblemTables:
    """Return the problem whose measurements are the ``wanted`` (observable, experiment, time) signals.

    Placeholders of an observable take the overrides of its first measurement in the same experiment, or in the study
    where the experiment is new.
    """
    first: dict[str, Measurement] = {}
    first_here: dict[tuple[str, str], Measurement] = {}
    for measurement in tables.measurements:
        first.setdefault(measurement.observable_id, measurement)
        first_here.setdefault((measurement.observable_id, measurement.experiment_id), measurement)
    measurements = tuple(
        replace(
            first_here.get((observable, experiment), first[observable]),
            experiment_id=experiment,
            time=float(time),
            value=np.nan,
            source="prediction",
        )
        for observable, experiment, time in wanted
    )
    observables = tuple(one for one in tables.observables if one.id in {observable for observable, _, _ in wanted})
    return replace(tables, experiments=experiments, measurements=measurements, observables=observables,
                   parameters=tables.parameters + more_parameters)  # fmt: skip


def signals_over_draws(tables: ProblemTables, draws: np.ndarray, solver: SolverSettings) -> np.ndarray:
    """Evaluate the signal of every measurement of ``tables`` at every draw.

    Parameters
    ----------
    tables : ProblemTables
        Usually from :func:`ask_for_signals`.
    draws : (draw, estimated) array
        Estimated parameters in the table's order, linear scale.
    solver : SolverSettings

    Returns
    -------
    (draw, measurement) array, unit of the observable; NaN where a solve failed.
    """
    parameters = pt.dvector("parameters")
    plan = plan_simulation(tables)
    graph = measurement_graph(tables, plan, parameters, PackedData(), solver, recording=False)
    evaluate = function([parameters], graph.signal, mode="NUMBA")
    return np.array([evaluate(draw) for draw in draws])
