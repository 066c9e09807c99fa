"""Expected signals of any experiments over posterior draws, without gradients.

A prediction is asked for as a problem of its own: the study's model and parameters, new experiments, and one
"measurement" (value NaN) for each signal that is wanted.
"""

from dataclasses import replace

import numpy as np
import pytensor.tensor as pt
from pytensor import function
from pytensor.compile.mode import Mode

from jakstat.problem import Experiment, Measurement, Parameter, ProblemTables
from jakstat.simulation import available_cores, draws_a_chunk, plan_simulation, solve_draws, with_scales
from jakstat.statistics import PackedData, SolverSettings, measurement_graph

#: Up to so many draws what is made of parameters alone is computed in Python: compiling it would take longer.
_FEW_DRAWS = 1000


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
    observables = tuple(
        measured for measured in tables.observables if measured.id in {observable for observable, _, _ in wanted}
    )
    return replace(
        tables,
        experiments=experiments,
        measurements=measurements,
        observables=observables,
        parameters=tables.parameters + more_parameters,
    )


def signals_over_draws(
    tables: ProblemTables, draws: np.ndarray, solver: SolverSettings, cores: int | None = None
) -> np.ndarray:
    """Evaluate the signal of every measurement of ``tables`` at every draw, on all cores.

    Parameters
    ----------
    tables : ProblemTables
        Usually from :func:`ask_for_signals`.
    draws : (draw, estimated) array
        Estimated parameters in the table's order, linear scale.
    solver : SolverSettings
    cores : int, optional
        Threads that solve; all that this process may use where absent.

    Returns
    -------
    (draw, measurement) array, unit of the observable; NaN where a solve failed.
    """
    parameters = pt.dvector("parameters")
    plan = plan_simulation(tables)
    graph = measurement_graph(tables, plan, parameters, PackedData(), solver, recording=False)
    if solver.name != "jakstat":
        evaluate = function([parameters], graph.signal, mode="NUMBA")
        return np.array([evaluate(draw) for draw in draws])
    states = pt.dmatrix("states")
    mode = "NUMBA" if len(draws) > _FEW_DRAWS else Mode(linker="py", optimizer="merge")
    inputs = function([parameters], graph.states.owner.inputs[:2], mode=mode)
    read = function(
        [parameters, states], graph.signal, givens={graph.states: states}, mode=mode, on_unused_input="ignore"
    )
    size = draws_a_chunk(plan)
    pieces = [draws[first : first + size] for first in range(0, len(draws), size)]
    chunks = (_stacked([inputs(draw) for draw in piece]) for piece in pieces)
    signals = np.full((len(draws), len(tables.measurements)), np.nan)
    solved = solve_draws(plan, chunks, with_scales(solver.as_array(), graph.scales), cores or available_cores())
    for number, (of_chunk, _) in enumerate(solved):
        for place, of_draw in enumerate(of_chunk):
            signals[number * size + place] = read(draws[number * size + place], of_draw)
    return signals


def _stacked(inputs: list[list[np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Return parameters and initial states of draws, each as one array."""
    return np.array([parameters for parameters, _ in inputs]), np.array([states for _, states in inputs])
