"""A pathway in the form that kernels are generated from.

Everything that depends on parameters alone is pulled out of the rates into *coefficients*, computed once a condition:
``2.265 * Kon * il13 * Rec`` becomes ``k[0] * Rec``. Relations on time (``time <= EGF_end``) become *switches*, which
are constant between their thresholds, so that the integrator can place its steps on the discontinuities. Piecewise
functions of states are refused by name: their kinks would need root finding.
"""

from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom

from jakstat.pathway import TIME, Pathway, UnsupportedModelError, names_in, symbol


@dataclass(frozen=True)
class Dynamics:
    """dx/dt over states x, coefficients k(parameters), switches s and time.

    Parameters
    ----------
    states, parameters : tuple of str
        Order of the state vector and of the parameter vector; only parameters that reach a rate are in it.
    coefficients : tuple of (Symbol, Expr)
        Coefficient symbols and their formulas over parameters.
    switches : tuple of (Symbol, Expr)
        Switch symbols (1 before their threshold, 0 from it on) and thresholds over parameters, unit of time.
    rates : tuple of Expr
        dx/dt in the order of ``states``.
    """

    states: tuple[str, ...]
    parameters: tuple[str, ...]
    coefficients: tuple[tuple[sp.Symbol, sp.Expr], ...]
    switches: tuple[tuple[sp.Symbol, sp.Expr], ...]
    rates: tuple[sp.Expr, ...]


def prepare_dynamics(pathway: Pathway) -> Dynamics:
    """Pull coefficients and switches out of the rates of ``pathway``.

    Raises
    ------
    UnsupportedModelError
        A rate is a piecewise or otherwise not smooth function of a state, or a relation is not linear in time.
    """
    varying = {symbol(name) for name in pathway.states} | {TIME}
    thresholds: dict[sp.Expr, sp.Symbol] = {}
    switched = [_replace_time_relations(rate, varying, thresholds) for rate in pathway.rates]
    varying |= set(thresholds.values())
    formulas: dict[sp.Expr, sp.Symbol] = {}
    rates = tuple(_pull_out_coefficients(rate, varying, formulas) for rate in switched)
    for state, rate in zip(pathway.states, rates, strict=True):
        _refuse_kinks(state, rate, varying - set(thresholds.values()))
    needed = {name for formula in [*formulas, *thresholds] for name in names_in(formula)}
    return Dynamics(
        states=pathway.states,
        parameters=tuple(name for name in pathway.parameters if name in needed),
        coefficients=tuple((coefficient, formula) for formula, coefficient in formulas.items()),
        switches=tuple((switch, threshold) for threshold, switch in thresholds.items()),
        rates=rates,
    )


def _replace_time_relations(rate: sp.Expr, varying: set, thresholds: dict) -> sp.Expr:
    """Replace each relation on time by ``switch > 1/2`` (or its complement), collecting thresholds."""
    replacements = {}
    for relation in sorted(rate.atoms(Relational), key=sp.default_sort_key):
        if TIME not in relation.free_symbols:
            continue
        difference = sp.expand(relation.lhs - relation.rhs)
        slope = difference.coeff(TIME, 1)
        threshold = sp.simplify(-(difference - slope * TIME) / slope) if slope != 0 else TIME
        ordered = isinstance(relation, (sp.Lt, sp.Le, sp.Gt, sp.Ge))
        if not slope.is_number or threshold.free_symbols & varying or not ordered:
            raise UnsupportedModelError(f"the relation '{relation}' on time is not of the form time < threshold")
        switch = thresholds.setdefault(threshold, sp.Symbol(f"switch_{len(thresholds)}", real=True))
        holds_before = (relation.func in (sp.Lt, sp.Le)) == bool(slope > 0)
        replacements[relation] = switch > sp.Rational(1, 2) if holds_before else switch < sp.Rational(1, 2)
    return rate.xreplace(replacements)


def _pull_out_coefficients(expression: sp.Expr, varying: set, formulas: dict) -> sp.Expr:
    """Replace maximal parameter-only parts of ``expression`` by coefficient symbols, collected in ``formulas``."""
    if not expression.free_symbols & varying:
        return _coefficient(expression, formulas)
    if isinstance(expression, sp.Piecewise):
        return sp.Piecewise(*[(_pull_out_coefficients(value, varying, formulas), _condition(test, varying, formulas))
                              for value, test in expression.args])  # fmt: skip
    if not expression.args:
        return expression
    if not isinstance(expression, (sp.Add, sp.Mul)):
        return expression.func(*[_pull_out_coefficients(part, varying, formulas) for part in expression.args])
    constant, rest = expression.as_independent(*varying, as_Add=isinstance(expression, sp.Add))
    parts = [_pull_out_coefficients(part, varying, formulas) for part in expression.func.make_args(rest)]
    return expression.func(_coefficient(constant, formulas), *parts)


def _condition(condition: sp.Basic, varying: set, formulas: dict) -> sp.Basic:
    """Turn relations on parameters alone into a coefficient that is 1 where they hold; others stay as they are."""
    if isinstance(condition, BooleanAtom) or isinstance(condition, Relational) and condition.free_symbols & varying:
        return condition
    if isinstance(condition, Relational):
        return _coefficient(sp.Piecewise((1, condition), (0, True)), formulas) > sp.Rational(1, 2)
    return condition.func(*[_condition(part, varying, formulas) for part in condition.args])


def _coefficient(formula: sp.Expr, formulas: dict) -> sp.Expr:
    """Return the coefficient symbol of ``formula`` (numbers and Booleans stay; the sign stays outside)."""
    if formula.is_number:
        return formula
    if formula.could_extract_minus_sign():
        return -_coefficient(-formula, formulas)
    return formulas.setdefault(formula, sp.Symbol(f"coefficient_{len(formulas)}", real=True))


def _refuse_kinks(state: str, rate: sp.Expr, states_and_time: set) -> None:
    for part in rate.atoms(sp.Piecewise, sp.Max, sp.Min, sp.Abs, sp.Heaviside, sp.sign, sp.floor, sp.ceiling):
        conditions = [condition for _, condition in part.args] if isinstance(part, sp.Piecewise) else [part]
        if any(condition.free_symbols & states_and_time for condition in conditions):
            raise UnsupportedModelError(f"the rate of {state} is not smooth in the states: '{part}'")
