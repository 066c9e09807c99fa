"""A pathway in the form that kernels are generated from.

Everything that depends on parameters alone is pulled out of the rates into *coefficients*, computed once a segment:
``2.265 * Kon * il13 * Rec`` becomes ``k[0] * Rec``. Relations become *switches*, which are constant in every step of
the integrator: those on time alone (``time <= EGF_end``) have a threshold that is known beforehand, those on states
have a function whose root the integrator looks for. Events and the changes between the periods of an experiment become
*jumps* of the state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanAtom

from jakstat.pathway import TIME, Pathway, UnsupportedModelError, names_in, symbol
from jakstat.simulation.kernels.kernel_ir import as_piecewise

Jump = tuple[tuple[int, sp.Expr], ...]
#: Switches in force are kept as the bits of one float64.
MOST_SWITCHES = 50


@dataclass(frozen=True)
class Dynamics:
    """dx/dt over states x, coefficients k(parameters), switches s and time.

    Parameters
    ----------
    states, parameters : tuple of str
        Order of the state vector and of the parameter vector; only parameters that reach a kernel are in it.
    coefficients : tuple of (Symbol, Expr)
        Coefficient symbols and their formulas over parameters.
    switches : tuple of (Symbol, Expr)
        Switch symbols (1 before their threshold, 0 from it on) and thresholds over parameters, unit of time.
    state_switches : tuple of (Symbol, Expr)
        Switch symbols (1 where the function is at least 0) and functions over states, coefficients and time.
    rates : tuple of Expr
        dx/dt in the order of ``states``.
    triggers : tuple of (Boolean, bool)
        Of each event: when it is on, over switches and coefficients, and whether it counts as on before the start.
    jumps : tuple of Jump
        Number of the state and its new value over states, parameters and time, for every state that changes; those of
        the events come first.
    may_be_negative : tuple of bool
        Of each state: whether a value below 0 can be meant (no species).
    """

    states: tuple[str, ...]
    parameters: tuple[str, ...]
    coefficients: tuple[tuple[sp.Symbol, sp.Expr], ...]
    switches: tuple[tuple[sp.Symbol, sp.Expr], ...]
    rates: tuple[sp.Expr, ...]
    state_switches: tuple[tuple[sp.Symbol, sp.Expr], ...] = ()
    triggers: tuple[tuple[Boolean, bool], ...] = ()
    jumps: tuple[Jump, ...] = ()
    may_be_negative: tuple[bool, ...] = ()

    @property
    def autonomous(self) -> bool:
        """Whether the rates depend on time through thresholds alone, so that a steady state can be solved for."""
        return not any(TIME in part.free_symbols for part in [*self.rates, *(g for _, g in self.state_switches)])


@dataclass
class _Found:
    """What is collected while formulas are taken apart; keys are formulas, values their symbols."""

    varying: set[sp.Symbol]
    coefficients: dict[sp.Expr, sp.Symbol] = field(default_factory=dict)
    thresholds: dict[sp.Expr, sp.Symbol] = field(default_factory=dict)
    roots: dict[sp.Expr, sp.Symbol] = field(default_factory=dict)

    def new_switch(self, formulas: dict[sp.Expr, sp.Symbol], formula: sp.Expr) -> sp.Symbol:
        if formula not in formulas:
            number = len(self.thresholds) + len(self.roots)
            formulas[formula] = sp.Symbol(f"switch_{number}", real=True)
            self.varying.add(formulas[formula])
        return formulas[formula]


def prepare_dynamics(pathway: Pathway, jumps: tuple[Mapping[str, sp.Expr], ...] = ()) -> Dynamics:
    """Pull coefficients, switches and jumps out of ``pathway``.

    Parameters
    ----------
    pathway : Pathway
    jumps : tuple of mapping of str to Expr
        Changes of states between periods: new values over states, time and names that become parameters.

    Raises
    ------
    UnsupportedModelError
        A rate is a step function of a state, a relation is an equality, or there are too many relations.
    """
    found = _Found({symbol(name) for name in pathway.states} | {TIME})
    rates = tuple(_pull_out_coefficients(_smooth(rate, found), found) for rate in pathway.rates)
    triggers = tuple((_condition(_smooth(event.trigger, found), found), event.initially_on) for event in pathway.events)
    for state, rate in zip(pathway.states, rates, strict=True):
        _refuse_steps(state, rate, found)
    if len(found.thresholds) + len(found.roots) > MOST_SWITCHES:
        raise UnsupportedModelError(f"more than {MOST_SWITCHES} different relations in rates and events")
    place = {name: number for number, name in enumerate(pathway.states)}
    all_jumps = tuple(
        tuple((place[name], formula) for name, formula in sorted(changes.items()))
        for changes in [*(event.changes for event in pathway.events), *jumps]
    )
    in_jumps = {name for changes in all_jumps for _, formula in changes for name in names_in(formula)}
    needed = {name for formula in [*found.coefficients, *found.thresholds] for name in names_in(formula)} | in_jumps
    known = [name for name in pathway.parameters if name in needed]
    others = sorted(in_jumps - set(known) - set(pathway.states) - {TIME.name})
    return Dynamics(
        states=pathway.states,
        parameters=(*known, *others),
        coefficients=_pairs(found.coefficients),
        switches=_pairs(found.thresholds),
        rates=rates,
        state_switches=_pairs(found.roots),
        triggers=triggers,
        jumps=all_jumps,
        may_be_negative=tuple(name not in pathway.species for name in pathway.states),
    )


def _pairs(formulas: dict[sp.Expr, sp.Symbol]) -> tuple[tuple[sp.Symbol, sp.Expr], ...]:
    return tuple((placeholder, formula) for formula, placeholder in formulas.items())


def _smooth(expression: sp.Basic, found: _Found) -> sp.Basic:
    """Replace kinks by piecewise functions, and every relation of what varies by a switch."""
    kinks = [part for part in expression.atoms(sp.Max, sp.Min, sp.Abs, sp.sign) if part.free_symbols & found.varying]
    if kinks:
        expression = expression.xreplace({part: as_piecewise(part) for part in kinks})
        return _smooth(expression, found)
    relations = [part for part in expression.atoms(Relational) if part.free_symbols & found.varying]
    inner = [part for part in relations if not part.args[0].has(Relational) and not part.args[1].has(Relational)]
    if not inner:
        return expression
    replacements = {relation: _switch_of(relation, found) for relation in sorted(inner, key=sp.default_sort_key)}
    replaced = expression.xreplace(replacements)
    return _smooth(replaced, found) if len(inner) < len(relations) else replaced


def _switch_of(relation: Relational, found: _Found) -> Boolean:
    """Return a relation as a statement on a switch, which is collected."""
    if not isinstance(relation, (sp.Lt, sp.Le, sp.Gt, sp.Ge)):
        raise UnsupportedModelError(f"the relation '{relation}' compares what changes by equality")
    half = sp.Rational(1, 2)
    difference = sp.expand(relation.lhs - relation.rhs)
    slope = difference.coeff(TIME, 1)
    rest = difference - slope * TIME
    if slope.is_number and slope != 0 and not rest.free_symbols & found.varying:
        switch = found.new_switch(found.thresholds, sp.simplify(-rest / slope))
        holds_before = (relation.func in (sp.Lt, sp.Le)) == bool(slope > 0)
        return switch > half if holds_before else switch < half
    # A switch of states is on where its function is at least 0: lhs > rhs is the opposite of rhs - lhs >= 0.
    if isinstance(relation, (sp.Ge, sp.Le)):
        margin = difference if isinstance(relation, sp.Ge) else -difference
    else:
        margin = -difference if isinstance(relation, sp.Gt) else difference
    switch = found.new_switch(found.roots, _pull_out_coefficients(margin, found))
    return switch > half if isinstance(relation, (sp.Ge, sp.Le)) else switch < half


def _pull_out_coefficients(expression: sp.Expr, found: _Found) -> sp.Expr:
    """Replace maximal parameter-only parts of ``expression`` by coefficient symbols, which are collected."""
    varying = found.varying
    if not expression.free_symbols & varying:
        return _coefficient(expression, found.coefficients)
    if isinstance(expression, sp.Piecewise):
        return sp.Piecewise(
            *[(_pull_out_coefficients(value, found), _condition(test, found)) for value, test in expression.args]
        )
    if not expression.args:
        return expression
    if not isinstance(expression, (sp.Add, sp.Mul)):
        return expression.func(*[_pull_out_coefficients(part, found) for part in expression.args])
    constant, rest = expression.as_independent(*varying, as_Add=isinstance(expression, sp.Add))
    parts = [_pull_out_coefficients(part, found) for part in expression.func.make_args(rest)]
    return expression.func(_coefficient(constant, found.coefficients), *parts)


def _condition(condition: sp.Basic, found: _Found) -> Boolean:
    """Turn relations on parameters alone into a coefficient that is 1 where they hold; others stay as they are."""
    if isinstance(condition, Relational) and not condition.free_symbols & found.varying:
        choice = sp.Piecewise((1, condition), (0, True))
        return _coefficient(choice, found.coefficients) > sp.Rational(1, 2)
    if isinstance(condition, (BooleanAtom, Relational)):
        return condition
    return condition.func(*[_condition(part, found) for part in condition.args])


def _coefficient(formula: sp.Expr, formulas: dict) -> sp.Expr:
    """Return the coefficient symbol of ``formula`` (numbers and Booleans stay; the sign stays outside)."""
    if formula.is_number:
        return formula
    if formula.could_extract_minus_sign():
        return -_coefficient(-formula, formulas)
    return formulas.setdefault(formula, sp.Symbol(f"coefficient_{len(formulas)}", real=True))


def _refuse_steps(state: str, rate: sp.Expr, found: _Found) -> None:
    for part in rate.atoms(sp.Heaviside, sp.floor, sp.ceiling, sp.Mod):
        if part.free_symbols & found.varying:
            raise UnsupportedModelError(f"the rate of {state} is a step function of what changes: '{part}'")
