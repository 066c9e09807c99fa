"""States that no rate changes under a problem's conditions, as constants of each period.

A drug that is not lost, a fate that no cell takes: the rate of such a state is a product with a parameter that is 0 in
every period. As a state it would stand in every Jacobian, and make functions of it alone part of each step; as a
constant it is a coefficient, computed once a segment.
"""

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from jakstat.pathway import Pathway, names_in, substitute_names, symbol
from jakstat.problem import Period, ProblemTables


def without_still_states(tables: ProblemTables, pathway: Pathway) -> Pathway:
    """Return the pathway with the states that stand still in all experiments as constants.

    Parameters
    ----------
    tables : ProblemTables
    pathway : Pathway
        With the states that conditions make, see ``entities.states_made_by_conditions``.

    Returns
    -------
    Pathway
        The same where every state moves. Parameters that are 0 in all periods, and that hold a state still, are gone
        from the other rates too.
    """
    zeros = {symbol(name): sp.Integer(0) for name in _always_zero(tables, pathway)}
    settable = _set_to_constants(tables, pathway)
    rates = dict(zip(pathway.states, pathway.rates, strict=True))
    still = {name for name in settable if rates[name].xreplace(zeros).is_zero}
    if not still:
        return pathway
    holding = {
        parameter: zero for parameter, zero in zeros.items() if any(parameter in rates[n].atoms() for n in still)
    }
    moving = {name: rate.xreplace(holding) for name, rate in rates.items() if name not in still}
    if any(rate.has(sp.zoo, sp.nan) for rate in moving.values()):
        return pathway
    return replace(
        pathway,
        states=tuple(moving),
        rates=tuple(moving.values()),
        initial_values={name: value for name, value in pathway.initial_values.items() if name not in still},
        parameters={**pathway.parameters, **dict.fromkeys(sorted(still), float("nan"))},
        parameter_formulas={**pathway.parameter_formulas, **{name: pathway.initial_values[name] for name in still}},
    )


def _always_zero(tables: ProblemTables, pathway: Pathway) -> set[str]:
    """Return the constants that are 0 in the model and that neither the parameter table nor a condition changes."""
    given = {parameter.id for parameter in tables.parameters} | set(pathway.parameter_formulas)
    changed = {name for period in _periods(tables) for name, formula in period.changes.items() if not formula.is_zero}
    return {name for name, value in pathway.parameters.items() if value == 0.0} - given - changed


def _set_to_constants(tables: ProblemTables, pathway: Pathway) -> set[str]:
    """Return the states that only conditions set, and never to something that depends on states."""
    names, assignments = set(pathway.states), dict(pathway.assignments)
    names -= {name for event in pathway.events for name in event.changes}
    for period in _periods(tables):
        if period.resets_parameters:
            names &= pathway.species
        for name in names & set(period.changes):
            if names_in(substitute_names(period.changes[name], assignments)) & set(pathway.states):
                names.discard(name)
    return names


def _periods(tables: ProblemTables) -> Iterator[Period]:
    return (period for experiment in tables.experiments for period in experiment.periods)
