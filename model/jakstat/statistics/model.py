"""The Bayesian model of a problem: priors, solve, signals and one likelihood term a measurement."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from jakstat.problem import ProblemTables
from jakstat.simulation import SimulationPlan, StatusCounts, plan_simulation
from jakstat.statistics.noise import draw_measurements, log_density, noise_of
from jakstat.statistics.packed_data import PackedData
from jakstat.statistics.priors import parameter_vector
from jakstat.statistics.signal import MeasurementGraph, SolverSettings, measurement_graph


def build_model(
    tables: ProblemTables,
    plan: SimulationPlan | None = None,
    solver: SolverSettings | None = None,
    counts: StatusCounts | None = None,
) -> pm.Model:
    """Build the model of a problem.

    Parameters
    ----------
    tables : ProblemTables
    plan : SimulationPlan, optional
        Made from ``tables`` where absent.
    solver : SolverSettings, optional
    counts : StatusCounts, optional
        Counts every solve's outcome; must outlive the compiled model.

    Returns
    -------
    pm.Model
        Free variables on the scale of their priors; deterministics ``parameter_value`` (parameter,; linear scale),
        ``signal`` and ``noise_scale`` (obs,); observed ``measurement`` (obs,).
    """
    plan = plan or plan_simulation(tables)
    estimated = [one for one in tables.parameters if one.estimated]
    noise = noise_of(tables)
    coords = {"parameter": [one.id for one in estimated], "obs": np.arange(len(tables.measurements))}
    with pm.Model(coords=coords) as model:
        vector = parameter_vector(estimated)
        parameters = pm.Deterministic("parameter_value", vector, dims="parameter")
        address = counts.address if counts is not None else 0
        graph = measurement_graph(tables, plan, parameters, PackedData(pm.Data), solver or SolverSettings(), address)
        signal = pm.Deterministic("signal", graph.signal, dims="obs")
        noise_scale = pm.Deterministic("noise_scale", graph.noise_scale, dims="obs")
        values = pm.Data("measured_value", np.array([one.value for one in tables.measurements]), dims="obs")
        pm.CustomDist(
            "measurement",
            signal,
            noise_scale,
            logp=lambda value, mean, scale: log_density(value, mean, scale, noise),
            random=lambda mean, scale, rng=None, size=None: draw_measurements(mean, scale, noise, rng),
            signature="(),()->()",
            observed=values,
            dims="obs",
        )
    return model


def log_likelihood_graph(
    tables: ProblemTables,
    plan: SimulationPlan,
    solver: SolverSettings,
    recording: bool = True,
    settings: TensorVariable | None = None,
) -> tuple[TensorVariable, TensorVariable, MeasurementGraph]:
    """Return the linear-scale input (estimated,), the log likelihood of each measurement (obs,) and the graph.

    ``settings`` as in :func:`jakstat.statistics.measurement_graph`.
    """
    parameters = pt.dvector("parameters")
    graph = measurement_graph(tables, plan, parameters, PackedData(), solver, recording=recording, settings=settings)
    measured = pt.as_tensor(np.array([one.value for one in tables.measurements]))
    terms = log_density(measured, graph.signal, graph.noise_scale, noise_of(tables))
    return parameters, terms, graph
