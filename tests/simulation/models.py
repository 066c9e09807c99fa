"""Small systems with known solutions, as pathways."""

import sympy as sp

from jakstat.pathway import TIME, Event, Pathway, symbol


def pathway(
    rates: dict[str, sp.Expr],
    initial: dict[str, float],
    parameters: dict[str, float],
    events: tuple[Event, ...] = (),
    species: tuple[str, ...] = (),
) -> Pathway:
    return Pathway(
        states=tuple(rates),
        rates=tuple(rates.values()),
        initial_values={name: sp.Float(value) for name, value in initial.items()},
        parameters=parameters,
        parameter_formulas={},
        assignments={},
        species=frozenset(species),
        events=events,
    )


x, y, z, k, c, end = (symbol(name) for name in ("x", "y", "z", "k", "c", "end"))

#: x' = -k x, y' = k x
DECAY = pathway({"x": -k * x, "y": k * x}, {"x": 2.0, "y": 0.0}, {"k": 0.7})

#: x' = k y, y' = -k x: x = cos k t, y = -sin k t
OSCILLATOR = pathway({"x": k * y, "y": -k * x}, {"x": 1.0, "y": 0.0}, {"k": 1.0})

#: x' = -1000 (x - cos t) - sin t: x = cos t from x = 1; a stiff problem with a closed form (Prothero, Robinson 1974)
PROTHERO_ROBINSON = pathway({"x": -1000 * k * (x - sp.cos(TIME)) - sp.sin(TIME)}, {"x": 1.0}, {"k": 1.0})

#: Robertson 1966; reference values at t = 40 and 4e5 from Hairer, Wanner 1996, IV.10 and SciPy Radau at 1e-12
ROBERTSON = pathway(
    {
        "x": -sp.Rational(4, 100) * k * x + 10000 * y * z,
        "y": sp.Rational(4, 100) * k * x - 10000 * y * z - 30000000 * y**2,
        "z": 30000000 * y**2,
    },
    {"x": 1.0, "y": 0.0, "z": 0.0},
    {"k": 1.0},
)

#: x' = k x^2: blows up at t = 1 / (k x0)
BLOW_UP = pathway({"x": k * x**2}, {"x": 1.0}, {"k": 1.0})

#: x' = c until ``end``, then -k x
PULSE = pathway({"x": sp.Piecewise((c, TIME <= end), (0, True)) - k * x}, {"x": 0.0}, {"k": 0.5, "c": 2.0, "end": 3.0})

#: a non-autonomous, non-linear, coupled system for gradients
COUPLED = pathway(
    {
        "x": c * sp.exp(-k * TIME) - k * x * y / (1 + x),
        "y": sp.Piecewise((k, TIME < end), (0, True)) + x**2 - c * y,
        "z": x * y - z * sp.sqrt(k),
    },
    {"x": 0.5, "y": 1.0, "z": 0.2},
    {"k": 0.6, "c": 1.3, "end": 2.0},
)

n = symbol("n")

#: y' = x^n / (1 + x^n) - y with x from 0: a Hill term whose exponent is a parameter, where a naive slope is 0 inf
HILL = pathway({"x": k - x, "y": x**n / (1 + x**n) - y}, {"x": 0.0, "y": 0.0}, {"k": 1.2, "n": 2.3})

half = symbol("half")

#: x <-> y with production and loss of z: x + y is conserved; steady state y/x = k/c, z = x / n
EXCHANGE = pathway(
    {"x": c * y - k * x, "y": k * x - c * y, "z": x - n * z},
    {"x": 2.0, "y": 1.0, "z": 0.0},
    {"k": 0.6, "c": 0.3, "n": 0.05},
    species=("x", "y", "z"),
)

#: two steady states (z near 0 and z near 1, the one at ``half`` unstable): the start decides which is reached
SWITCH = pathway({"z": z * (z - half) * (1 - z) * k}, {"z": 0.6}, {"half": 0.4, "k": 1.0})

#: a dose of ``c`` at time ``end``, and another each time x has fallen to ``half``
DOSES = pathway(
    {"x": -k * x, "y": x},
    {"x": 1.0, "y": 0.0},
    {"k": 0.8, "c": 1.5, "end": 1.0, "half": 0.7},
    events=(
        Event("late", end <= TIME, {"x": x + c * sp.sqrt(TIME)}, True),
        Event("low", x <= half, {"x": 2 * x + c * k}, False),
    ),
)

#: a rate that changes its law where x passes ``half``, without a jump of the rate and with one
KINK = pathway(
    {"x": k - c * sp.Max(x - half, 0), "y": sp.Piecewise((x, x < half), (k * y, True)) - c * y},
    {"x": 0.1, "y": 0.3},
    {"k": 1.1, "c": 0.9, "half": 0.8},
)
