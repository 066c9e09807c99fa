"""Solving the pathway's equations: generated kernels, integrator with discrete adjoint, and the PyTensor operation."""

from typing import TYPE_CHECKING

from jakstat.lazy_names import names_on_demand

if TYPE_CHECKING:
    from jakstat.simulation.draws import available_cores, draws_a_chunk, solve_draws
    from jakstat.simulation.entities import EntityValues, period_of
    from jakstat.simulation.formula_kernels import Structure, structure_of, tabulate_formulas
    from jakstat.simulation.formula_op import EvaluateFormulas
    from jakstat.simulation.kernel_cache import load_kernels, load_solver
    from jakstat.simulation.op import SolveSegments, StatusCounts
    from jakstat.simulation.plan import SimulationPlan, plan_simulation
    from jakstat.simulation.state_scales import scales_of_states, with_scales
    from jakstat.simulation.statuses import SolveStatus
    from jakstat.simulation.sunode_op import SOLVERS, choose_operation
    from jakstat.simulation.sunode_solver import SolverNotInstalledError, load_sunode
    from jakstat.simulation.tableaus import METHODS
    from jakstat.simulation.thread_functions import BUILDING, SharedFunction, without_places

__all__ = [
    "BUILDING",
    "METHODS",
    "SOLVERS",
    "EntityValues",
    "EvaluateFormulas",
    "SharedFunction",
    "SimulationPlan",
    "SolveSegments",
    "SolveStatus",
    "SolverNotInstalledError",
    "StatusCounts",
    "Structure",
    "available_cores",
    "choose_operation",
    "draws_a_chunk",
    "load_kernels",
    "load_solver",
    "load_sunode",
    "period_of",
    "plan_simulation",
    "scales_of_states",
    "solve_draws",
    "structure_of",
    "tabulate_formulas",
    "with_scales",
    "without_places",
]

_NAMES = {
    "draws": ("available_cores", "draws_a_chunk", "solve_draws"),
    "entities": ("EntityValues", "period_of"),
    "formula_kernels": ("Structure", "structure_of", "tabulate_formulas"),
    "formula_op": ("EvaluateFormulas",),
    "kernel_cache": ("load_kernels", "load_solver"),
    "op": ("SolveSegments", "StatusCounts"),
    "plan": ("SimulationPlan", "plan_simulation"),
    "state_scales": ("scales_of_states", "with_scales"),
    "statuses": ("SolveStatus",),
    "sunode_op": ("SOLVERS", "choose_operation"),
    "sunode_solver": ("SolverNotInstalledError", "load_sunode"),
    "tableaus": ("METHODS",),
    "thread_functions": ("BUILDING", "SharedFunction", "without_places"),
}
# On demand: what names outcomes of solves needs no compiler.
__getattr__ = names_on_demand(__name__, _NAMES)
