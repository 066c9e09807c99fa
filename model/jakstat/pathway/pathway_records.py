"""A pathway model as symbols: states, their rates of change, initial values, constants, assigned quantities, events."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import sympy as sp
from sympy.logic.boolalg import Boolean


class UnsupportedModelError(NotImplementedError):
    """The model uses a feature of SBML that jakstat does not support; the message names each by kind and id."""


@dataclass(frozen=True)
class Event:
    """A change of the state at the moment when ``trigger`` becomes true.

    Parameters
    ----------
    id : str
    trigger : Boolean
        Over states, parameters and ``time``; assignment rules are substituted.
    changes : mapping of str to Expr
        New value of each state that changes, over states, parameters and ``time`` just before.
    initially_on : bool
        Whether the trigger counts as true before the start: one that is true there then changes nothing.
    """

    id: str
    trigger: Boolean
    changes: Mapping[str, sp.Expr]
    initially_on: bool


@dataclass(frozen=True)
class Pathway:
    """A system of ordinary differential equations dx/dt = f(time, x, parameters).

    Parameters
    ----------
    states : tuple of str
        Ids of the entities that change (species, parameters and compartments under rate rules, targets of events);
        order of the state vector.
    rates : tuple of Expr
        dx/dt of each state over states, parameters and ``time``; assignment rules are substituted, stoichiometry and
        compartment volumes applied. Unit: unit of the state per unit of time.
    initial_values : mapping of str to Expr
        Value of each state at the start, over everything that has a value there. They are not put into each other: a
        condition that sets one of them changes what follows from it.
    parameters : mapping of str to float
        Constants of the model (parameters, compartment volumes, species that nothing changes) and their values in the
        file; NaN where the file gives none.
    parameter_formulas : mapping of str to Expr
        Constants that an initial assignment computes, likewise; they override ``parameters``.
    assignments : mapping of str to Expr
        Quantities under assignment rules, over states, parameters and ``time``.
    species, compartments : frozenset of str
        The states and constants that are species, and those that are compartments.
    events : tuple of Event
    """

    states: tuple[str, ...]
    rates: tuple[sp.Expr, ...]
    initial_values: Mapping[str, sp.Expr]
    parameters: Mapping[str, float]
    parameter_formulas: Mapping[str, sp.Expr]
    assignments: Mapping[str, sp.Expr]
    species: frozenset[str] = frozenset()
    compartments: frozenset[str] = frozenset()
    events: tuple[Event, ...] = ()

    @property
    def entities(self) -> frozenset[str]:
        """Every id that a formula or a condition may name."""
        return frozenset(self.states) | frozenset(self.parameters) | frozenset(self.assignments)

    def with_states(self, names: Collection[str]) -> "Pathway":
        """Return the same pathway with constants ``names`` as states that no rate changes."""
        added = tuple(name for name in self.parameters if name in names)
        values = {name: self.parameter_formulas.get(name, sp.Float(self.parameters[name])) for name in added}
        return replace(
            self,
            states=self.states + added,
            rates=self.rates + (sp.Integer(0),) * len(added),
            initial_values={**self.initial_values, **values},
            parameters={name: value for name, value in self.parameters.items() if name not in added},
            parameter_formulas={
                name: formula for name, formula in self.parameter_formulas.items() if name not in added
            },
        )
