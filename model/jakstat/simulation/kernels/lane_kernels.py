"""Kernels that are written for lanes alone: stages, Newton's iterations and errors of several trajectories at once.

Each method of integration has its own, with its coefficients as literals. Times, step sizes and what becomes of an
iteration stand on the clock (``solver.clock_rows``). A lane's numbers never reach another's: an iteration that is done
leaves its lane as it is while others go on.
"""

from collections.abc import Iterable

import numpy as np

from jakstat.pathway import TIME
from jakstat.simulation.kernels.elimination import load_factors, write_solution
from jakstat.simulation.kernels.kernel_ir import Kernel, literal
from jakstat.simulation.kernels.prepared_model import Model, write_correction
from jakstat.simulation.solver import (
    CLOCK,
    DIVERGED,
    ENDLESS_ERROR,
    FAILED_NEWTON,
    LEAST_ERROR,
    LEAST_SHARE,
    METHODS,
    SLOWEST_RATE,
    UNKNOWN_SHARE,
    Tableau,
    lagrange_weights,
)

_ZERO, _ONE = literal(0.0), literal(1.0)


def write_lane_kernels(model: Model) -> list[str]:
    """Return ``newton``, and of each method ``stage_<method>_<stage>``, ``error``, ``sum`` and ``gather``, in lanes."""
    kernels = [_newton_kernel(model)]
    for number, method in enumerate(METHODS):
        last = len(method.c) - 1
        kernels += [_stage_kernel(model, number, method, stage) for stage in range(1, last + 1)]
        kernels += [_sum_kernel(model, number, method, stage) for stage in range(last)]
        kernels.append(_error_kernel(model, number, method))
    return [kernel.text_in_lanes() for kernel in kernels]


def _weighted(kernel: Kernel, weights: Iterable[float | str], values: Iterable[str]) -> str:
    """Return a sum of values times numbers, of which zeros are left out."""
    texts = [weight if isinstance(weight, str) else literal(weight) for weight in weights]
    terms = [(weight, value) for weight, value in zip(texts, values, strict=True) if weight != _ZERO]
    return kernel.total([kernel.multiply(weight, value) for weight, value in terms])


def _rates_before(kernel: Kernel, n: int, stage: int) -> list[str]:
    """Return K of the stage before, (Y - base) / (h gamma), and store it; that of the first is known."""
    if stage == 1:
        return [kernel.load("K", m) for m in range(n)]
    inverse = kernel.reciprocal(kernel.load("clock", CLOCK.h_gamma))
    rates = []
    for m in range(n):
        change = kernel.subtract(kernel.load("Y", (stage - 2) * n + m), kernel.load("base", m))
        rates.append(kernel.multiply(change, inverse))
        kernel.store("K", (stage - 1) * n + m, rates[m])
    return rates


def _stage_kernel(model: Model, number: int, method: Tableau, stage: int) -> Kernel:
    """Write a stage's base x + h sum_j a_j K_j and first guess base + h gamma sum_j g_j K_j; open its iteration."""
    n, kernel = model.size, Kernel(f"stage_{number}_{stage}", "clock, x, K, base, Y")
    step, h_gamma = kernel.load("clock", CLOCK.step), kernel.load("clock", CLOCK.h_gamma)
    before = _rates_before(kernel, n, stage)
    first_guess = _first_guess_weights(kernel, method, step) if stage == 1 else {}
    for m in range(n):
        rates = [before[m] if j == stage - 1 else kernel.load("K", j * n + m) for j in range(stage)]
        base = kernel.add(kernel.load("x", m), kernel.multiply(step, _weighted(kernel, method.a[stage, :stage], rates)))
        if stage == 1:
            guess = _weighted(kernel, first_guess.values(), [kernel.load("K", j * n + m) for j in first_guess])
        else:
            guess = _weighted(kernel, lagrange_weights(method.c[:stage], method.c[stage]), rates)
        kernel.store("base", m, base)
        kernel.store("Y", (stage - 1) * n + m, kernel.add(base, kernel.multiply(h_gamma, guess)))
    time = kernel.multiply(literal(method.c[stage]), step)
    kernel.store("clock", CLOCK.stage_time, kernel.add(kernel.load("clock", CLOCK.time), time))
    kernel.store("clock", CLOCK.active, kernel.subtract(_ONE, kernel.load("clock", CLOCK.failed)))
    kernel.store("clock", CLOCK.correction, _ZERO)
    return kernel


def _first_guess_weights(kernel: Kernel, method: Tableau, step: str) -> dict[int, str]:
    """Return weights of rows of K in the first stage's guess: a parabola through the step before, or K at the start."""
    size = kernel.load("clock", CLOCK.step_before)
    has_before = kernel.compare("ogt", size, _ZERO)
    ahead = kernel.divide(kernel.multiply(literal(method.c[1]), step), kernel.choose(has_before, size, _ONE))
    target = kernel.add(_ONE, ahead)
    weights = {0: kernel.choose(has_before, _ZERO, _ONE)}
    for row in method.earlier:
        others = [method.c[other] for other in method.earlier if other != row]
        weight = literal(1.0 / np.prod([method.c[row] - other for other in others]))
        for other in others:
            weight = kernel.multiply(weight, kernel.subtract(target, literal(other)))
        weights[row] = kernel.choose(has_before, weight, _ZERO)
    return weights


def _newton_kernel(model: Model) -> Kernel:
    """Write one iteration in the lanes in which it goes on, and judge it (as ``integrator`` does)."""
    places = model.places | {TIME: ("clock", CLOCK.stage_time)}
    kernel = Kernel("newton", "clock, k, s, F, base, weights, x", places)
    active, before = kernel.load("clock", CLOCK.active), kernel.load("clock", CLOCK.correction)
    changes = write_correction(kernel, model, kernel.load("clock", CLOCK.h_gamma))
    for i, change in enumerate(changes):
        kernel.accumulate("x", i, kernel.multiply(active, change))
    square = kernel.multiply(kernel.square_norm(changes), literal(1.0 / model.size))
    size = kernel.call("llvm.sqrt.f64", square)
    kernel.store("clock", CLOCK.correction, size)
    _judge_iteration(kernel, size, before, active)
    return kernel


def _judge_iteration(kernel: Kernel, size: str, before: str, active: str) -> None:
    """Write whether an iteration goes on, failed or has converged: by what is left of its correction."""
    tolerance, known = kernel.load("clock", CLOCK.tolerance), kernel.load("clock", CLOCK.share)
    has_before, was_active = kernel.compare("ogt", before, _ZERO), kernel.compare("ogt", active, _ZERO)
    rate = kernel.divide(size, before)
    slowest = literal(SLOWEST_RATE)
    capped = kernel.choose(kernel.compare("olt", rate, slowest), rate, slowest)
    share = kernel.choose(has_before, kernel.divide(rate, kernel.subtract(_ONE, capped)), known)
    grows = kernel.combine("and", kernel.compare("oge", rate, _ONE), kernel.compare("ogt", size, tolerance))
    wrong = kernel.combine(
        "or", kernel.combine("and", has_before, grows), kernel.compare("uge", size, literal(DIVERGED))
    )
    small = kernel.compare("ole", kernel.multiply(size, share), tolerance)
    least = literal(LEAST_SHARE)
    settled = kernel.choose(kernel.compare("ogt", share, least), share, least)
    following = kernel.choose(wrong, literal(UNKNOWN_SHARE), kernel.choose(small, settled, share))
    kernel.store("clock", CLOCK.share, kernel.choose(was_active, following, known))
    failed = kernel.choose(kernel.combine("and", was_active, wrong), _ONE, kernel.load("clock", CLOCK.failed))
    kernel.store("clock", CLOCK.failed, failed)
    kernel.store("clock", CLOCK.active, kernel.choose(kernel.combine("or", wrong, small), _ZERO, active))


def _error_kernel(model: Model, number: int, method: Tableau) -> Kernel:
    """Write the norm of the embedded error, filtered by one solve with M; where the step holds its end is the start."""
    n, last = model.size, len(method.c) - 1
    kernel = Kernel(f"error_{number}", "clock, x, K, base, Y, F, weights")
    step, rates = kernel.load("clock", CLOCK.step), _rates_before(kernel, n, last + 1)
    errors = []
    for m in range(n):
        values = [*(kernel.load("K", j * n + m) for j in range(last)), rates[m]]
        errors.append(kernel.multiply(step, _weighted(kernel, method.error_weights, values)))
    filtered = write_solution(kernel, model.plan, load_factors(kernel, model.plan), errors)
    square = kernel.multiply(kernel.square_norm(filtered), literal(1.0 / n))
    error, least = kernel.call("llvm.sqrt.f64", square), literal(LEAST_ERROR)
    error = kernel.choose(kernel.compare("olt", error, literal(np.inf)), error, literal(ENDLESS_ERROR))
    error = kernel.choose(kernel.compare("ogt", error, least), error, least)
    is_fine = kernel.compare("olt", kernel.load("clock", CLOCK.failed), _ONE)
    kernel.store("clock", CLOCK.error, kernel.choose(is_fine, error, literal(FAILED_NEWTON)))
    holds = kernel.combine("and", is_fine, kernel.compare("ole", error, _ONE))
    for m in range(n):
        kernel.store("x", m, kernel.choose(holds, kernel.load("Y", (last - 1) * n + m), kernel.load("x", m)))
        kernel.store("K", m, kernel.choose(holds, rates[m], kernel.load("K", m)))
    return kernel


def _sum_kernel(model: Model, number: int, method: Tableau, stage: int) -> Kernel:
    """Write kappa = h sum_l a_l eta_l of a stage over those after it, the last first; of the first stage their sum."""
    n, last = model.size, len(method.c) - 1
    name = f"sum_{number}_{stage}" if stage else f"gather_{number}"
    kernel = Kernel(name, "clock, eta, kappa" if stage else "clock, eta, lam, kappa")
    step = kernel.load("clock", CLOCK.step)
    for m in range(n):
        values = [kernel.load("eta", r * n + m) for r in range(last - stage)]
        weights = [method.a[last - r, stage] for r in range(last - stage)]
        kernel.store("kappa", m, kernel.multiply(step, _weighted(kernel, weights, values)))
        if not stage:
            kernel.store("lam", m, kernel.total(values))
    time = kernel.multiply(literal(method.c[stage]), step)
    kernel.store("clock", CLOCK.stage_time, kernel.add(kernel.load("clock", CLOCK.time), time))
    return kernel
