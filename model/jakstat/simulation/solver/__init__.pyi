from .adjoint import pull_back_segments as pull_back_segments
from .clock_rows import (
    CLOCK as CLOCK,
    DIVERGED as DIVERGED,
    ENDLESS_ERROR as ENDLESS_ERROR,
    FAILED_NEWTON as FAILED_NEWTON,
    LEAST_ERROR as LEAST_ERROR,
    LEAST_SHARE as LEAST_SHARE,
    SLOWEST_RATE as SLOWEST_RATE,
    UNKNOWN_SHARE as UNKNOWN_SHARE,
)
from .formula_values import (
    EVALUATE as EVALUATE,
    PULL_BACK as PULL_BACK,
    evaluate_formulas as evaluate_formulas,
    pull_back_formulas as pull_back_formulas,
)
from .kernel_interface import (
    COEFFICIENTS as COEFFICIENTS,
    COEFFICIENTS_VJP as COEFFICIENTS_VJP,
    HEADER as HEADER,
    JUMP_VJPS as JUMP_VJPS,
    JUMPS as JUMPS,
    LANES as LANES,
    MOST_STAGES as MOST_STAGES,
    N_ADDRESSES as N_ADDRESSES,
    N_SETTINGS as N_SETTINGS,
    PULL_BACK_IN_LANES as PULL_BACK_IN_LANES,
    PULL_BACK_SEGMENTS as PULL_BACK_SEGMENTS,
    RHS as RHS,
    SOLVE_IN_LANES as SOLVE_IN_LANES,
    SOLVE_SEGMENTS as SOLVE_SEGMENTS,
    THRESHOLDS as THRESHOLDS,
    THRESHOLDS_VJP as THRESHOLDS_VJP,
    work_sizes as work_sizes,
)
from .lane_adjoint import pull_back_in_lanes as pull_back_in_lanes
from .lane_solve import solve_in_lanes as solve_in_lanes
from .rough_solve import rough_sizes as rough_sizes
from .segments import solve_segments as solve_segments
from .solver_calls import (
    EVALUATE_TYPES as EVALUATE_TYPES,
    PULL_BACK_FORMULAS_TYPES as PULL_BACK_FORMULAS_TYPES,
    PULL_BACK_TYPES as PULL_BACK_TYPES,
    ROUGH_TYPES as ROUGH_TYPES,
    SOLVE_TYPES as SOLVE_TYPES,
    call_evaluate as call_evaluate,
    call_pull_back as call_pull_back,
    call_pull_back_formulas as call_pull_back_formulas,
    call_solve as call_solve,
    compiled_address as compiled_address,
    has_lanes as has_lanes,
    lanes_pay as lanes_pay,
)
from .statuses import SolveStatus as SolveStatus
from .tableaus import METHODS as METHODS, Tableau as Tableau, lagrange_weights as lagrange_weights
from .tape import (
    FIRST_STAGE_COLUMN as FIRST_STAGE_COLUMN,
    KIND_COLUMN as KIND_COLUMN,
    SEGMENT_COLUMN as SEGMENT_COLUMN,
    STEP as STEP,
)
