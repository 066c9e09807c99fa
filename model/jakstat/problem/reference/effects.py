"""Inhibitors and alterations as expressions: the new value of each parameter that they act on.

Alterations are applied one after the other, and so are inhibitors: what a formula calls by the name of a parameter is
the value that the ones before left. Two inhibitors of one site whose formulas are ``I + dose / K`` so give
``I + dose_1 / K_1 + dose_2 / K_2``: they are additive in Loewe's sense (Loewe 1926, doi 10.1007/BF01952257), since
either is a dilution of the other. The rows of one inhibitor, or of one alteration, act at once.

No value is put in for a model's entity: the expressions are over entities, constants and whatever the doses name.
"""

from collections.abc import Iterable, Mapping, Sequence

import sympy as sp

from jakstat.problem.formulas import entity, names_of, unknown_name_needed
from jakstat.problem.records import Parameter
from jakstat.problem.reference.entries import AFFINITY, DOSE, Action, Alteration, Reference


def altered(reference: Reference, alterations: Sequence[str]) -> dict[str, sp.Expr]:
    """Return the new value of each parameter of the model in cells with these alterations.

    Parameters
    ----------
    reference : Reference
        The tables.
    alterations : sequence of str
        Ids of alterations, each once, in the order in which they are applied.

    Returns
    -------
    dict of str to sympy.Expr
        By parameter, over entities (their values without alterations) and constants.

    Raises
    ------
    ValueError
        An id is unknown or stands there twice.
    """
    values: dict[str, sp.Expr] = {}
    for alteration in _alterations_of(reference, alterations):
        before = _by_symbol(values)
        for change in alteration.changes:
            if not change.inhibitors:
                values[change.parameter] = change.formula.xreplace(before)
    return values


def inhibited(
    reference: Reference, doses: Mapping[str, float | sp.Expr], alterations: Sequence[str] = ()
) -> dict[str, sp.Expr]:
    """Return the new value of each parameter that these inhibitors act on.

    The alterations only change the inhibitors' constants here. Where one of them also changes a parameter that an
    inhibitor acts on or names, the names stand for its value in the altered cells: set :func:`altered` in an earlier
    period, or ask for both at once by :func:`changed`.

    Parameters
    ----------
    reference : Reference
        The tables.
    doses : mapping of str to float or sympy.Expr
        Concentration of each inhibitor, nM, 0 or more, or an expression for it (PEtab symbols, which are real).
    alterations : sequence of str
        Ids of the alterations of the cells, each once, in the order in which they are applied.

    Returns
    -------
    dict of str to sympy.Expr
        By parameter, over entities (their values without the inhibitors), constants and the names in ``doses``.

    Raises
    ------
    ValueError
        An id is unknown or stands there twice, or a dose is not a number of 0 or more.
    """
    affinities = _affinities(reference, _alterations_of(reference, alterations))
    values: dict[str, sp.Expr] = {}
    for inhibitor, dose in doses.items():
        _require_known(inhibitor, reference.inhibitors, "inhibitor")
        concentration = _dose_of(inhibitor, dose)
        before = _by_symbol(values) | {entity(DOSE): concentration}
        for action in reference.inhibitors[inhibitor].actions:
            own = {entity(action.constant): affinities[_key(action)]} if action.constant else {}
            # The reader has seen that a formula leaves its parameter as it is at dose 0.
            formula = entity(action.parameter) if concentration.is_zero else action.formula
            values[action.parameter] = formula.xreplace(before | own)
    return values


def changed(
    reference: Reference, doses: Mapping[str, float | sp.Expr], alterations: Sequence[str] = ()
) -> dict[str, sp.Expr]:
    """Return the new value of each parameter in cells with these alterations, under these inhibitors.

    For a condition that sets both at once. Parameters, results and errors are those of :func:`altered` and
    :func:`inhibited`; entities have their values without either.
    """
    cells = altered(reference, alterations)
    before = _by_symbol(cells)
    drugs = inhibited(reference, doses, alterations)
    return cells | {parameter: value.xreplace(before) for parameter, value in drugs.items()}


def constants_in(expressions: Mapping[str, sp.Expr] | Iterable[sp.Expr], reference: Reference) -> tuple[Parameter, ...]:
    """Return the constants that expressions name, as parameters of a problem, in the order of the tables.

    A constant without a standard deviation is among them with no prior: it is fixed at its value.
    """
    given = expressions.values() if isinstance(expressions, Mapping) else expressions
    named = set().union(*(names_of(formula) for formula in given))
    return tuple(constant.parameter for constant in reference.constants.values() if constant.id in named)


def _affinities(reference: Reference, alterations: Iterable[Alteration]) -> dict[tuple[str, str], sp.Expr]:
    """Return the constant of each action, by inhibitor and parameter, as these alterations leave it."""
    actions = [action for inhibitor in reference.inhibitors.values() for action in inhibitor.actions if action.constant]
    affinities: dict[tuple[str, str], sp.Expr] = {_key(action): entity(action.constant) for action in actions}
    for alteration in alterations:
        for action in actions:
            formula = _change_of(alteration, action)
            if formula is not None:
                affinities[_key(action)] = formula.xreplace({entity(AFFINITY): affinities[_key(action)]})
    return affinities


def _change_of(alteration: Alteration, action: Action) -> sp.Expr | None:
    """Return the formula for an action's constant: that for the inhibitor by name, else that for its mechanism."""
    for name in (action.inhibitor, action.mechanism):
        for change in alteration.changes:
            if change.parameter == action.parameter and name in change.inhibitors:
                return change.formula
    return None


def _alterations_of(reference: Reference, ids: Sequence[str]) -> list[Alteration]:
    """Return alterations by their ids."""
    for position, alteration in enumerate(ids):
        _require_known(alteration, reference.alterations, "alteration")
        if alteration in ids[:position]:
            raise ValueError(f"The alteration {alteration!r} stands there twice; needed: each once.")
    return [reference.alterations[name] for name in ids]


def _require_known(name: str, known: Iterable[str], what: str) -> None:
    """Raise unless a name is known."""
    choices = tuple(known)
    if name not in choices:
        needed = unknown_name_needed(name, choices, f"an {what} of the reference tables")
        raise ValueError(f"Unknown {what} {name!r}; needed: {needed}.")


def _dose_of(inhibitor: str, dose: float | sp.Expr) -> sp.Expr:
    """Return a dose as an expression."""
    expression = dose if isinstance(dose, sp.Expr) else sp.Float(float(dose))
    if expression.is_number and not (expression.is_finite and expression.is_nonnegative):
        raise ValueError(f"The dose of {inhibitor} is {dose}; needed: a concentration of 0 nM or more.")
    return expression


def _key(action: Action) -> tuple[str, str]:
    return action.inhibitor, action.parameter


def _by_symbol(values: Mapping[str, sp.Expr]) -> dict[sp.Symbol, sp.Expr]:
    return {entity(name): value for name, value in values.items()}
