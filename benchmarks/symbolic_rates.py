"""A model's rates over plain symbols, for the peers that take formulas."""

import sympy as sp

from benchmarks.problems import BenchProblem
from jakstat.pathway import TIME


def plain_rates(bench: BenchProblem) -> tuple[list[sp.Symbol], list[sp.Symbol], sp.Symbol, list[sp.Expr]]:
    """Return symbols of states, parameters and time without assumptions, and dx/dt over them."""
    plan = bench.problem.plan
    rates = [sp.sympify(rate) for rate in plan.pathway.rates]
    plain = {symbol: sp.Symbol(symbol.name) for rate in rates for symbol in rate.free_symbols}
    states = [sp.Symbol(name) for name in plan.dynamics.states]
    parameters = [sp.Symbol(name) for name in plan.dynamics.parameters]
    unknown = (
        {symbol.name for symbol in plain.values()} - {symbol.name for symbol in [*states, *parameters]} - {TIME.name}
    )
    # Constants that cancel from the solve's coefficients keep the file's value.
    plain |= {symbol: sp.Float(plan.pathway.parameters[symbol.name]) for symbol in plain if symbol.name in unknown}
    return states, parameters, sp.Symbol(TIME.name), [rate.xreplace(plain) for rate in rates]


def rates_between_thresholds(bench: BenchProblem) -> tuple[list[sp.Symbol], list[sp.Symbol], sp.Symbol, list[sp.Expr]]:
    """Return what ``plain_rates`` does, without choices: for a peer whose formulas have none.

    Raises
    ------
    NotImplementedError
        The rates switch within a trajectory, or differently in different ones.
    """
    states, parameters, time, rates = plain_rates(bench)
    dynamics = bench.problem.plan.dynamics
    if not (dynamics.switches or dynamics.state_switches):
        return states, parameters, time, rates
    patterns = {_pattern(bench, number) for number in range(len(bench.trajectories))}
    if dynamics.state_switches or len(patterns) > 1 or None in patterns:
        raise NotImplementedError("its formulas have no choices, and the rates of this problem switch in a trajectory")
    known = {symbol: sp.Integer(on) for (symbol, _), on in zip(dynamics.switches, patterns.pop(), strict=True)}
    plain = {symbol: sp.Symbol(symbol.name) for rate in dynamics.rates for symbol in rate.free_symbols} | known
    formulas = {
        sp.Symbol(symbol.name): formula.xreplace({p: sp.Symbol(p.name) for p in formula.free_symbols})
        for symbol, formula in dynamics.coefficients
    }
    return states, parameters, time, [rate.xreplace(plain).xreplace(formulas) for rate in dynamics.rates]


def _pattern(bench: BenchProblem, number: int) -> tuple[int, ...] | None:
    """Return which switches are on (time is before their threshold) all through a trajectory; None if one changes."""
    trajectory, dynamics = bench.trajectories[number], bench.problem.plan.dynamics
    values = dict(zip(dynamics.parameters, trajectory.parameters.tolist(), strict=True))
    end = trajectory.times[-1] if len(trajectory.times) else trajectory.start
    pattern = []
    for _, formula in dynamics.switches:
        threshold = float(formula.xreplace({p: sp.Float(values[p.name]) for p in formula.free_symbols}))
        if trajectory.start < threshold < end:
            return None
        pattern.append(int(threshold >= end))
    return tuple(pattern)
