"""A pathway model as symbols: states, their rates of change, initial values, constants and assigned quantities."""

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp


class UnsupportedModelError(NotImplementedError):
    """The model uses a feature of SBML that jakstat does not support; the message names each by kind and id."""


@dataclass(frozen=True)
class Pathway:
    """A system of ordinary differential equations dx/dt = f(time, x, parameters).

    Parameters
    ----------
    states : tuple of str
        Ids of the species (and parameters under rate rules) that change; order of the state vector.
    rates : tuple of Expr
        dx/dt of each state over states, parameters and ``time``; assignment rules are substituted, stoichiometry and
        compartment volumes applied. Unit: unit of the state per unit of time.
    initial_values : mapping of str to Expr
        Value of each state at the start, over parameters.
    parameters : mapping of str to float
        Constants of the model (parameters, compartment volumes, species that nothing changes) and their values in the
        file; NaN where the file gives none.
    parameter_formulas : mapping of str to Expr
        Constants that an initial assignment computes from other constants; they override ``parameters``.
    assignments : mapping of str to Expr
        Quantities under assignment rules, over states, parameters and ``time``.
    species : frozenset of str
        The states and constants that are species: a condition that sets one sets its initial value.
    """

    states: tuple[str, ...]
    rates: tuple[sp.Expr, ...]
    initial_values: Mapping[str, sp.Expr]
    parameters: Mapping[str, float]
    parameter_formulas: Mapping[str, sp.Expr]
    assignments: Mapping[str, sp.Expr]
    species: frozenset[str] = frozenset()

    @property
    def entities(self) -> frozenset[str]:
        """Every id that a formula or a condition may name."""
        return frozenset(self.states) | frozenset(self.parameters) | frozenset(self.assignments)
