from .draws import available_cores as available_cores, draws_a_chunk as draws_a_chunk, solve_draws as solve_draws
from .entities import EntityValues as EntityValues, period_of as period_of
from .formula_op import EvaluateFormulas as EvaluateFormulas
from .formula_tables import tabulate_formulas as tabulate_formulas
from .kernel_cache import load_kernels as load_kernels
from .kernels import Structure as Structure, structure_of as structure_of
from .op import SolveSegments as SolveSegments, StatusCounts as StatusCounts
from .plan import SimulationPlan as SimulationPlan, plan_simulation as plan_simulation
from .solver import METHODS as METHODS, SolveStatus as SolveStatus
from .solver_functions import load_solver as load_solver
from .state_scales import scales_of_states as scales_of_states, with_scales as with_scales
from .sunode import SolverNotInstalledError as SolverNotInstalledError, choose_operation as choose_operation
from .thread_functions import BUILDING as BUILDING, SharedFunction as SharedFunction, without_places as without_places
