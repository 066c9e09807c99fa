"""The Bayesian model of a problem: priors, solve, signals and one likelihood term a measurement."""

import numpy as np
import pymc as pm

from jakstat.problem import ProblemTables
from jakstat.simulation import SimulationPlan, StatusCounts, plan_simulation
from jakstat.statistics.noise import draw_measurements, log_density, noise_of
from jakstat.statistics.packed_data import PackedData
from jakstat.statistics.priors import parameter_vector
from jakstat.statistics.signal import SolverSettings, measurement_graph


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
    estimated = [parameter for parameter in tables.parameters if parameter.estimated]
    noise = noise_of(tables)
    coords = {"parameter": [parameter.id for parameter in estimated], "obs": np.arange(len(tables.measurements))}
    with pm.Model(coords=coords) as model:
        vector = parameter_vector(estimated)
        parameters = pm.Deterministic("parameter_value", vector, dims="parameter")
        address = counts.address if counts is not None else 0
        graph = measurement_graph(tables, plan, parameters, PackedData(pm.Data), solver or SolverSettings(), address)
        signal = pm.Deterministic("signal", graph.signal, dims="obs")
        noise_scale = pm.Deterministic("noise_scale", graph.noise_scale, dims="obs")
        values = pm.Data(
            "measured_value", np.array([measurement.value for measurement in tables.measurements]), dims="obs"
        )
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
