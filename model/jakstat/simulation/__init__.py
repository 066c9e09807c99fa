"""Solving the pathway's equations: generated kernels, integrator with discrete adjoint, and the PyTensor operation."""

from jakstat.simulation.op import SolveConditions, StatusCounts
from jakstat.simulation.plan import SimulationPlan, entity_value, plan_simulation
from jakstat.simulation.statuses import SolveStatus

__all__ = ["SimulationPlan", "SolveConditions", "SolveStatus", "StatusCounts", "entity_value", "plan_simulation"]
