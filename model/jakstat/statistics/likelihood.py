"""The log likelihood of a problem as a PyTensor graph, without priors: for evaluations at given parameters."""

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from jakstat.problem import ProblemTables
from jakstat.simulation import SimulationPlan
from jakstat.statistics.noise import log_density, noise_of
from jakstat.statistics.packed_data import PackedData
from jakstat.statistics.signal import MeasurementGraph, SolverSettings, measurement_graph


def log_likelihood_graph(
    tables: ProblemTables,
    plan: SimulationPlan,
    solver: SolverSettings,
    recording: bool = True,
    settings: TensorVariable | None = None,
) -> tuple[TensorVariable, TensorVariable, MeasurementGraph]:
    """Return the linear-scale input (estimated,), the log likelihood of each measurement (obs,) and the graph.

    ``recording`` and ``settings`` as in :func:`jakstat.statistics.measurement_graph`.
    """
    parameters = pt.dvector("parameters")
    graph = measurement_graph(tables, plan, parameters, PackedData(), solver, recording=recording, settings=settings)
    measured = pt.as_tensor(np.array([measurement.value for measurement in tables.measurements]))
    terms = log_density(measured, graph.signal, graph.noise_scale, noise_of(tables))
    return parameters, terms, graph
