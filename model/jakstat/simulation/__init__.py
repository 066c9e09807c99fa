"""Solving the pathway's equations: generated kernels, integrator with discrete adjoint, and the PyTensor operation."""

from jakstat.simulation.entities import EntityValues, period_of
from jakstat.simulation.kernel_cache import load_kernels
from jakstat.simulation.op import SolveSegments, StatusCounts
from jakstat.simulation.plan import SimulationPlan, plan_simulation
from jakstat.simulation.statuses import SolveStatus
from jakstat.simulation.tableaus import METHODS

__all__ = [
    "METHODS",
    "EntityValues",
    "SimulationPlan",
    "SolveSegments",
    "SolveStatus",
    "StatusCounts",
    "load_kernels",
    "period_of",
    "plan_simulation",
]
