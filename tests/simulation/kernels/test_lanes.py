"""Kernels in lanes compute what the kernels of one trajectory compute, lane by lane."""

import numpy as np
import pytest
import sympy as sp
from tests.simulation import models
from tests.simulation.solving import run_kernel

from jakstat.pathway import TIME, symbol
from jakstat.simulation.kernel_cache import generate_kernels, load_kernels
from jakstat.simulation.kernels.dynamics import prepare_dynamics
from jakstat.simulation.kernels.model_kernels import MOST_STAGES
from jakstat.simulation.solver import LANES, METHODS, kernel_interface as places

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
_LASTS = [len(method.c) - 1 for method in METHODS]
#: (scalar kernel, kernel in lanes, number within their lists or None, arguments)
PAIRS = [
    (places.FACTORISE, places.LANE_FACTORISE, None, "t x k s h_gamma F"),
    (places.NEWTON, places.LANE_NEWTON, None, "t h_gamma k s F base weights x"),
    (places.ADJOINT_STAGE, places.LANE_ADJOINT_STAGE, None, "t x k s h_gamma w eta gk"),
    (places.ADJOINT_LAST, places.LANE_ADJOINT_LAST, None, "t x k s h_gamma lam w eta gk"),
    *((places.STAGES, places.LANE_STAGES, number, "h_gamma x K c base Y") for number in range(MOST_STAGES)),
    *((places.ERRORS, places.LANE_ERRORS, last - 1, "h_gamma K Y base c F weights") for last in _LASTS),
    *((places.SUMS, places.LANE_SUMS, number, "c eta kappa") for number in range(MOST_STAGES - 1)),
    *((places.GATHERS, places.LANE_GATHERS, last - 1, "c eta lam kappa") for last in _LASTS),
]


def kernels_of(pathway):
    return load_kernels(generate_kernels(prepare_dynamics(pathway)))


def sizes_of(model):
    n, stages = model[places.N_STATES], MOST_STAGES + 1
    sizes = dict.fromkeys(("x", "base", "weights", "w", "lam", "kappa"), n)
    sizes |= dict.fromkeys(("K", "Y", "eta"), stages * n) | {"t": 1, "h_gamma": 1, "c": 2 * stages}
    sizes |= dict.fromkeys(("k", "gk"), model[places.N_COEFFICIENTS]) | {"F": model[places.N_FACTORS]}
    return sizes | {"s": model[places.N_THRESHOLDS] + model[places.N_ROOTS]}


def in_lanes(model, place, given, *more):
    """Call a kernel in lanes; return its numbers, a lane each, and its arrays after it."""
    arrays, returned = [array.copy() for array in given], np.full(LANES, np.nan)
    run_kernel(place, *arrays, *more, returned)
    return returned, arrays


def one_by_one(place, names, given):
    """Call a kernel for each lane's numbers; return the same."""
    columns = [array.T.copy() for array in given]
    returned = [
        run_kernel(
            place,
            *(
                column[lane, 0] if name in ("t", "h_gamma") else column[lane]
                for name, column in zip(names, columns, strict=True)
            ),
        )
        for lane in range(LANES)
    ]
    return np.array(returned), [column.T for column in columns]


@pytest.mark.parametrize("name", ["MIXED", "COUPLED", "HILL"])
@pytest.mark.parametrize("pair", PAIRS)
def test_each_lane_is_what_the_kernel_computes_for_it_alone(pair, name):
    scalar, lanes, number, arguments = pair
    model = kernels_of(MIXED if name == "MIXED" else getattr(models, name))
    rng, sizes, names = np.random.default_rng(3), sizes_of(model), arguments.split()
    given = [rng.uniform(0.1, 2.0, (sizes[argument], LANES)) for argument in names]
    if "s" in names:
        given[names.index("s")] = rng.integers(0, 2, given[names.index("s")].shape).astype(float)
    addresses = [model[place] if number is None else model[model[place] + number] for place in (scalar, lanes)]
    active = [np.ones(LANES)] if lanes == places.LANE_NEWTON else []
    found, arrays = in_lanes(model, addresses[1], given, *active)
    expected, others = one_by_one(addresses[0], names, given)
    assert found == pytest.approx(expected, rel=1e-12)
    for argument, array, other in zip(names, arrays, others, strict=True):
        assert array == pytest.approx(other, rel=1e-11, abs=1e-12), argument


def test_newton_changes_active_lanes_alone_and_by_the_same_bits():
    model = kernels_of(MIXED)
    rng, sizes, names = np.random.default_rng(4), sizes_of(model), PAIRS[1][3].split()
    given = [rng.uniform(0.1, 2.0, (sizes[argument], LANES)) for argument in names]
    *_, all_changed = in_lanes(model, model[places.LANE_NEWTON], given, np.ones(LANES))[1]
    active = np.arange(LANES) % 2 == 0
    *_, changed = in_lanes(model, model[places.LANE_NEWTON], given, active.astype(float))[1]
    assert (changed == np.where(active, all_changed, given[-1])).all()


@pytest.mark.parametrize("name", ["DECAY", "EXCHANGE", "MIXED"])
def test_rows_are_split_from_lanes_and_joined_again(name):
    model = kernels_of(MIXED if name == "MIXED" else getattr(models, name))
    n = model[places.N_STATES]
    states, rows, joined = np.random.default_rng(5).random((n, LANES)), np.zeros((LANES, n)), np.zeros((n, LANES))
    addresses = np.array([row.ctypes.data for row in rows], dtype=np.int64)
    run_kernel(model[places.SPLIT_LANES], states, addresses)
    assert (rows == states.T).all()
    run_kernel(model[places.JOIN_LANES], addresses, joined)
    assert (joined == states).all()
