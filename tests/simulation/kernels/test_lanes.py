"""Kernels in lanes compute what the kernels of one trajectory compute, lane by lane."""

import numpy as np
import pytest
import sympy as sp
from tests.simulation import models
from tests.simulation.solving import run_kernel

from jakstat.pathway import TIME, symbol
from jakstat.simulation.kernel_cache import generate_kernels, load_kernels
from jakstat.simulation.kernels.dynamics import prepare_dynamics
from jakstat.simulation.solver import (
    CLOCK,
    FAILED_NEWTON,
    LANES,
    LEAST_SHARE,
    METHODS,
    MOST_STAGES,
    UNKNOWN_SHARE,
    kernel_interface as places,
    lagrange_weights,
)

x, y, z, k, c = (symbol(name) for name in ("x", "y", "z", "k", "c"))
#: Rates with what LLVM has no vectors for, conditions of all kinds, and more states than lanes.
MIXED = models.pathway(
    {
        "x": sp.Piecewise((sp.tanh(k * x), sp.And(TIME <= 1, c > 1)), (sp.atan(x), TIME > 3), (sp.Integer(1), True)),
        "y": sp.exp(-k * x) * y - sp.Max(y, z * c) * x,
        "z": sp.Piecewise((x, sp.Or(TIME < 2, sp.Not(c > 2))), (y * z, True)) + sp.sqrt(x) + k * x**3,
        "v": symbol("w") ** k - symbol("v"),
        "w": symbol("v") / (1 + symbol("w")) - symbol("w"),
    },
    dict.fromkeys("xyzvw", 1.0),
    {"k": 0.6, "c": 1.3},
)
NAMES = ["MIXED", "COUPLED", "HILL", "DECAY", "EXCHANGE"]
METHOD_NUMBERS = range(len(METHODS))
#: (scalar kernel, the same in lanes, arguments)
PAIRS = [
    (places.FACTORISE, places.LANE_FACTORISE, "t x k s h_gamma F"),
    (places.ADJOINT_STAGE, places.LANE_ADJOINT_STAGE, "t x k s h_gamma w eta gk"),
    (places.ADJOINT_LAST, places.LANE_ADJOINT_LAST, "t x k s h_gamma lam w eta gk"),
]


def model_of(name):
    pathway = MIXED if name == "MIXED" else getattr(models, name)
    return load_kernels(generate_kernels(prepare_dynamics(pathway)))


class Numbers:
    """Random arrays of a model, (place, lane), by name; and the clock."""

    def __init__(self, model, seed=3):
        self.model, self.rng, self.clock = model, np.random.default_rng(seed), np.ones((len(CLOCK), LANES))
        n, stages, switches = (
            model[places.N_STATES],
            MOST_STAGES + 1,
            model[places.N_THRESHOLDS] + model[places.N_ROOTS],
        )
        self.sizes = dict.fromkeys(("x", "base", "weights", "w", "lam", "kappa"), n)
        self.sizes |= dict.fromkeys(("K", "Y", "eta"), stages * n) | {"t": 1, "h_gamma": 1, "s": switches}
        self.sizes |= dict.fromkeys(("k", "gk"), model[places.N_COEFFICIENTS]) | {"F": model[places.N_FACTORS]}
        for row in (CLOCK.time, CLOCK.stage_time, CLOCK.step, CLOCK.h_gamma, CLOCK.step_before):
            self.clock[row] = self.rng.uniform(0.1, 0.3, LANES)
        self.clock[CLOCK.failed] = 0.0

    def draw(self, names):
        arrays = [self.rng.uniform(0.1, 2.0, (self.sizes[name], LANES)) for name in names.split()]
        if "s" in names.split():
            arrays[names.split().index("s")] = self.rng.integers(0, 2, (self.sizes["s"], LANES)).astype(float)
        return arrays

    def run(self, place, arrays):
        """Call a kernel that reads the clock; return the arrays after it."""
        after = [array.copy() for array in arrays]
        run_kernel(place, self.clock, *after)
        return after


def alone(place, lane, *arguments):
    """Call a scalar kernel with one lane's numbers; return its number and its arrays after it."""
    given = [array[:, lane].copy() if isinstance(array, np.ndarray) else array for array in arguments]
    return run_kernel(place, *given), given


def assert_same(arrays, lane, others):
    for array, other in zip(arrays, others, strict=True):
        assert array[:, lane] == pytest.approx(other, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pair", PAIRS)
def test_each_lane_is_what_the_kernel_computes_for_it_alone(pair, name):
    scalar, lanes, names = pair
    model = model_of(name)
    given = Numbers(model).draw(names)
    after, returned = [array.copy() for array in given], np.full(LANES, np.nan)
    run_kernel(model[lanes], *after, returned)
    for lane in range(LANES):
        numbers = [
            array[0, lane] if name in ("t", "h_gamma") else array
            for name, array in zip(names.split(), given, strict=True)
        ]
        number, others = alone(model[scalar], lane, *numbers)
        assert returned[lane] == pytest.approx(number, rel=1e-12)
        assert_same(after, lane, [np.atleast_1d(other) for other in others])


def stage_coefficients(method, stage, step, step_before):
    """Return what the scalar kernel of a stage is given: of its base, then of its first guess."""
    c = np.zeros(2 * (MOST_STAGES + 1))
    c[:stage] = step * method.a[stage, :stage]
    guess = c[MOST_STAGES + 1 :]
    if stage > 1:
        guess[:stage] = lagrange_weights(method.c[:stage], method.c[stage])
    elif step_before > 0.0:
        guess[list(method.earlier)] = lagrange_weights(
            method.c[list(method.earlier)], 1.0 + method.c[1] * step / step_before
        )
    else:
        guess[0] = 1.0
    return c


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", METHOD_NUMBERS)
def test_stages_in_lanes_are_those_of_the_scalar_kernels(number, name):
    model, method = model_of(name), METHODS[number]
    numbers = Numbers(model)
    numbers.clock[CLOCK.step_before, 1] = 0.0
    numbers.clock[CLOCK.failed, 2] = 1.0
    for stage in range(1, len(method.c)):
        given = numbers.draw("x K base Y")
        after = numbers.run(model[model[places.LANE_STAGES] + number * MOST_STAGES + stage - 1], given)
        step, h_gamma = numbers.clock[CLOCK.step], numbers.clock[CLOCK.h_gamma]
        assert numbers.clock[CLOCK.stage_time] == pytest.approx(numbers.clock[CLOCK.time] + method.c[stage] * step)
        assert numbers.clock[CLOCK.active].tolist() == [1.0, 1.0, 0.0, 1.0]
        for lane in range(LANES):
            c = stage_coefficients(method, stage, step[lane], numbers.clock[CLOCK.step_before, lane])
            x, K, base, Y = given
            c = np.tile(c[:, None], LANES)
            _, others = alone(model[model[places.STAGES] + stage - 1], lane, h_gamma[lane], x, K, c, base, Y)
            assert_same(after, lane, [others[1], others[2], others[4], others[5]])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", METHOD_NUMBERS)
def test_errors_in_lanes_are_those_of_the_scalar_kernels_and_steps_that_hold_are_taken(number, name):
    model, method = model_of(name), METHODS[number]
    numbers, n, last = Numbers(model), model[places.N_STATES], len(METHODS[number].c) - 1
    x, K, base, Y, F, weights = numbers.draw("x K base Y F weights")
    weights *= np.array([1e-6, 1e6, 1e-6, 1e-6])  # the second step is rejected, the third has failed
    numbers.clock[CLOCK.failed, 2] = 1.0
    after = numbers.run(model[model[places.LANE_ERRORS] + number], [x, K, base, Y, F, weights])
    for lane in range(LANES):
        c = np.tile((numbers.clock[CLOCK.step, lane] * method.error_weights)[:, None], LANES)
        place, h_gamma = model[model[places.ERRORS] + last - 1], numbers.clock[CLOCK.h_gamma, lane]
        square, (_, rates, *_) = alone(place, lane, h_gamma, K, Y, base, c, F, weights)
        error = numbers.clock[CLOCK.error, lane]
        assert error == pytest.approx(FAILED_NEWTON if lane == 2 else max(np.sqrt(square / n), 1e-10), rel=1e-9)
        end, rate = Y[(last - 1) * n : last * n, lane], rates[last * n : (last + 1) * n]
        taken = lane in (0, 3)
        assert after[0][:, lane] == pytest.approx(end if taken else x[:, lane])
        assert after[1][:n, lane] == pytest.approx(rate if taken else K[:n, lane])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", METHOD_NUMBERS)
def test_sums_in_lanes_are_those_of_the_scalar_kernels(number, name):
    model, method = model_of(name), METHODS[number]
    numbers, last = Numbers(model), len(METHODS[number].c) - 1
    for stage in range(last):
        eta, lam, kappa = numbers.draw("eta lam kappa")
        rows, step = last - stage, numbers.clock[CLOCK.step]
        c = np.pad(method.a[last - np.arange(rows), stage], (0, MOST_STAGES - rows))[:, None] * step
        if stage:
            found = numbers.run(model[model[places.LANE_SUMS] + number * MOST_STAGES + stage - 1], [eta, kappa])
            expected = [alone(model[model[places.SUMS] + rows - 1], lane, c, eta, kappa)[1] for lane in range(LANES)]
        else:
            found = numbers.run(model[model[places.LANE_GATHERS] + number], [eta, lam, kappa])
            place = model[model[places.GATHERS] + rows - 1]
            expected = [alone(place, lane, c, eta, lam, kappa)[1] for lane in range(LANES)]
        assert numbers.clock[CLOCK.stage_time] == pytest.approx(numbers.clock[CLOCK.time] + method.c[stage] * step)
        for lane, others in enumerate(expected):
            assert_same(found, lane, others[1:])


@pytest.mark.parametrize("name", NAMES)
def test_an_iteration_of_newton_changes_active_lanes_alone(name):
    model = model_of(name)
    numbers, n = Numbers(model), model[places.N_STATES]
    given = numbers.draw("k s F base weights x")
    given[3][:, 1] = 1e20  # what has diverged, were it asked
    numbers.clock[CLOCK.active], numbers.clock[CLOCK.correction] = [1.0, 0.0, 1.0, 1.0], 0.0
    numbers.clock[CLOCK.share], numbers.clock[CLOCK.tolerance] = 1.0, 0.0
    time, h_gamma = numbers.clock[CLOCK.stage_time], numbers.clock[CLOCK.h_gamma]
    *_, x = numbers.run(model[places.LANE_NEWTON], given)
    for lane in range(LANES):
        square, (*_, other) = alone(model[places.NEWTON], lane, time[lane], h_gamma[lane], *given)
        assert numbers.clock[CLOCK.correction, lane] == pytest.approx(np.sqrt(square / n))
        assert x[:, lane] == pytest.approx(given[-1][:, lane] if lane == 1 else other, rel=1e-12)
    assert numbers.clock[CLOCK.active].tolist() == [1.0, 0.0, 1.0, 1.0]
    assert (numbers.clock[CLOCK.failed, 1], numbers.clock[CLOCK.share, 1]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("before", "tolerance", "share", "goes_on", "failed", "left"),
    [
        (0.0, 1e3, 1e-9, False, False, LEAST_SHARE),  # little is left of the first correction
        (0.0, 1e3, 1e9, True, False, 1e9),  # much is
        (1e9, 1e3, 7.0, False, False, LEAST_SHARE),  # it has become small
        (1e-9, 1e-12, 7.0, False, True, UNKNOWN_SHARE),  # it grows
        (1e-9, 1e3, 1e-12, True, False, None),  # it grows within tolerance
    ],
)
def test_an_iteration_is_judged_by_what_is_left_of_its_correction(before, tolerance, share, goes_on, failed, left):
    numbers = Numbers(model_of("DECAY"))
    clock = numbers.clock
    clock[CLOCK.active], clock[CLOCK.correction], clock[CLOCK.share] = 1.0, before, share
    clock[CLOCK.tolerance] = tolerance
    numbers.run(numbers.model[places.LANE_NEWTON], numbers.draw("k s F base weights x"))
    assert (clock[CLOCK.active] == goes_on).all()
    assert (clock[CLOCK.failed] == failed).all()
    if left is not None:
        assert clock[CLOCK.share] == pytest.approx(left)


def test_an_iteration_that_is_not_finite_has_failed_in_its_lane_alone():
    numbers = Numbers(model_of("COUPLED"))
    given = numbers.draw("k s F base weights x")
    given[-1][0, 1] = np.nan
    numbers.clock[CLOCK.correction] = 0.0
    numbers.run(numbers.model[places.LANE_NEWTON], given)
    assert numbers.clock[CLOCK.failed].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert numbers.clock[CLOCK.active, 1] == 0.0


@pytest.mark.parametrize("last", sorted({len(method.c) - 1 for method in METHODS}))
@pytest.mark.parametrize("name", NAMES)
def test_rows_are_split_from_lanes_and_joined_again(name, last):
    model = model_of(name)
    size = last * model[places.N_STATES]
    states, rows = np.random.default_rng(5).random((size, LANES)), np.zeros((LANES, size))
    joined, addresses = np.zeros((size, LANES)), np.array([row.ctypes.data for row in rows], dtype=np.int64)
    run_kernel(model[model[places.SPLIT_LANES] + last - 1], states, addresses)
    assert (rows == states.T).all()
    run_kernel(model[model[places.JOIN_LANES] + last - 1], addresses, joined)
    assert (joined == states).all()
