"""One step of several trajectories at once: the lanes of a register, in lockstep.

Compiled like the integrator, whose steps these are, by kernels in lanes. Each lane has its own time, step size, Newton
iteration and error; what a lane computes does not depend on those beside it: a lane whose iteration is done waits, one
that failed goes on with numbers that nobody reads. What is computed here lane by lane is exact (nothing contracted or
reassociated), so that it is the same in every lane.

What stands in the lanes are two arrays, here given by their addresses: a vector of work in lanes (what is at a place p
elsewhere begins at LANES p), and the clock (``clock_rows``).
"""

from math import log

from numba import njit

from jakstat.simulation.solver.clock_rows import CLOCK, UNKNOWN_SHARE
from jakstat.simulation.solver.integrator import (
    GAMMA_OF,
    NEWTON_ITERATIONS,
    OPTIONS,
    STAGES_OF,
    TINY_PIVOT,
    step_after_rejection,
    step_after_success,
    step_within,
)
from jakstat.simulation.solver.kernel_interface import (
    AT_BASE,
    AT_COEFFICIENTS,
    AT_FACTORS,
    AT_K,
    AT_SCALES,
    AT_SWITCHES,
    AT_WEIGHTS,
    AT_X,
    AT_Y,
    LANE_ERRORS,
    LANE_FACTORISE,
    LANE_NEWTON,
    LANE_STAGES,
    LANES,
    MOST_STAGES,
    N_STATES,
    invoke,
    number_at,
    put,
)
from jakstat.simulation.solver.segments import LEAST_LOG_ERROR, LEAST_STEP
from jakstat.simulation.solver.tape import STEP

EXACT = {**OPTIONS, "fastmath": False}
#: The integrator's functions with exact arithmetic. (Not kept on disk themselves: numba would take one for the other.)
_UNKEPT = {**EXACT, "cache": False}
_step_within = njit(**_UNKEPT)(step_within.py_func)
_step_after_rejection = njit(**_UNKEPT)(step_after_rejection.py_func)
_step_after_success = njit(**_UNKEPT)(step_after_success.py_func)


@njit(**EXACT)
def told(clock, row, lane):
    """Return a lane's number on a row of the clock."""
    return number_at(clock, LANES * row + lane)


@njit(**EXACT)
def tell(clock, row, lane, number):
    """Write a lane's number to a row of the clock."""
    put(clock, LANES * row + lane, number)


@njit(**EXACT)
def at_lanes(array, place):
    """Return the address of what stands at a place (or row of the clock), in lanes."""
    return array + 8 * LANES * place  # bytes of float64


@njit(**EXACT)
def weigh_lanes(model, vector, rtol, atol):
    """Write what turns an error of each lane's state into a share of its tolerance."""
    x, weights = at_lanes(vector, model[AT_X]), at_lanes(vector, model[AT_WEIGHTS])
    scales = at_lanes(vector, model[AT_SCALES])
    for m in range(LANES * model[N_STATES]):
        put(weights, m, 1.0 / (atol * number_at(scales, m) + rtol * abs(number_at(x, m))))


@njit(**EXACT)
def choose_step(clock, lane):
    """Choose a lane's next step; return whether it is long enough to advance time."""
    t = told(clock, CLOCK.time, lane)
    step = _step_within(told(clock, CLOCK.h, lane), told(clock, CLOCK.target, lane) - t)
    tell(clock, CLOCK.step, lane, step)
    return step > max(1e-14 * abs(t), LEAST_STEP)


@njit(**EXACT)
def _factorise(model, vector, clock, method):
    """Write the factors of M; idle lanes, and those without factors, have failed."""
    time, h_gamma, returned = (
        at_lanes(clock, CLOCK.stage_time),
        at_lanes(clock, CLOCK.h_gamma),
        at_lanes(clock, CLOCK.spare),
    )
    for lane in range(LANES):
        put(time, lane, told(clock, CLOCK.time, lane))
        put(h_gamma, lane, told(clock, CLOCK.step, lane) * GAMMA_OF[method])
    x, factors = at_lanes(vector, model[AT_X]), at_lanes(vector, model[AT_FACTORS])
    k, s = at_lanes(vector, model[AT_COEFFICIENTS]), at_lanes(vector, model[AT_SWITCHES])
    invoke(model[LANE_FACTORISE], time, x, k, s, h_gamma, factors, returned)
    for lane in range(LANES):
        goes_on = told(clock, CLOCK.segment, lane) >= 0.0 and number_at(returned, lane) > TINY_PIVOT
        tell(clock, CLOCK.failed, lane, 0.0 if goes_on else 1.0)


@njit(**EXACT)
def _iterate(model, vector, clock, Y):
    """Run Newton's iterations of one stage, whose values are at an address, in all lanes."""
    k, s = at_lanes(vector, model[AT_COEFFICIENTS]), at_lanes(vector, model[AT_SWITCHES])
    F, base = at_lanes(vector, model[AT_FACTORS]), at_lanes(vector, model[AT_BASE])
    weights, active = at_lanes(vector, model[AT_WEIGHTS]), at_lanes(clock, CLOCK.active)
    for _ in range(NEWTON_ITERATIONS):
        invoke(model[LANE_NEWTON], clock, k, s, F, base, weights, Y)
        going_on = 0.0
        for lane in range(LANES):
            going_on += number_at(active, lane)
        if going_on == 0.0:
            return
    for lane in range(LANES):
        if number_at(active, lane) > 0.0:
            tell(clock, CLOCK.failed, lane, 1.0)
            tell(clock, CLOCK.share, lane, UNKNOWN_SHARE)


@njit(**EXACT)
def attempt_steps(model, vector, clock, method):
    """Try the step of each lane, and go to its end where it holds; its stages stand at AT_Y."""
    x, K, base = at_lanes(vector, model[AT_X]), at_lanes(vector, model[AT_K]), at_lanes(vector, model[AT_BASE])
    Y, n, last = at_lanes(vector, model[AT_Y]), model[N_STATES], STAGES_OF[method] - 1
    _factorise(model, vector, clock, method)
    for i in range(last):
        invoke(model[model[LANE_STAGES] + method * MOST_STAGES + i], clock, x, K, base, Y)
        _iterate(model, vector, clock, at_lanes(Y, i * n))
    F, weights = at_lanes(vector, model[AT_FACTORS]), at_lanes(vector, model[AT_WEIGHTS])
    invoke(model[model[LANE_ERRORS] + method], clock, x, K, base, Y, F, weights)
    for lane in range(LANES):
        if told(clock, CLOCK.failed, lane) > 0.0:
            for m in range(n, (last + 1) * n):  # what a failed stage leaves may be infinite, which no weight of 0 mends
                put(K, LANES * m + lane, 0.0)


@njit(**EXACT)
def holds(clock, lane):
    """Whether the step that a lane tried holds; no idle lane's does."""
    return 0.0 <= told(clock, CLOCK.error, lane) <= 1.0


@njit(**EXACT)
def judge_step(clock, lane, line, method):
    """Go on where a lane's step holds, write what stands first on its line; return whether it led to its target."""
    step, h = told(clock, CLOCK.step, lane), told(clock, CLOCK.h, lane)
    error, rejected = told(clock, CLOCK.error, lane), told(clock, CLOCK.rejected, lane) > 0.0
    tell(clock, CLOCK.taken, lane, told(clock, CLOCK.taken, lane) + 1.0)
    if not holds(clock, lane):
        tell(clock, CLOCK.h, lane, _step_after_rejection(step, error, method))
        tell(clock, CLOCK.step_before, lane, 0.0)
        tell(clock, CLOCK.rejected, lane, 1.0)
        return False
    log_error, log_error_before = log(error), told(clock, CLOCK.log_error, lane)
    tell(clock, CLOCK.h, lane, _step_after_success(step, h, log_error, log_error_before, rejected, method))
    tell(clock, CLOCK.log_error, lane, max(log_error, LEAST_LOG_ERROR))
    tell(clock, CLOCK.rejected, lane, 0.0)
    tell(clock, CLOCK.step_before, lane, step)
    t, target = told(clock, CLOCK.time, lane), told(clock, CLOCK.target, lane)
    put(line, 0, told(clock, CLOCK.segment, lane))
    put(line, 1, t)
    put(line, 2, step)
    put(line, 3, -1.0)
    put(line, 4, told(clock, CLOCK.bits, lane))
    put(line, 5, float(STEP))
    put(line, 6, 0.0)
    reached = step == target - t
    tell(clock, CLOCK.time, lane, target if reached else t + step)
    return reached
