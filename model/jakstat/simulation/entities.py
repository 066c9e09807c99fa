"""Values of a model's entities in the periods of an experiment, as expressions over the problem's parameters.

The order that PEtab 2 gives (documentation of the data format, "Initialization and parameter application"): at the
start of an experiment a condition's change comes first, then the parameter table, then the model file; later periods
change what they name, from the values just before, all at once.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import sympy as sp

from jakstat.files import UnsupportedError
from jakstat.pathway import TIME, Pathway, names_in, substitute_names, symbol
from jakstat.problem import Experiment, ProblemTables


def period_of(time: float, experiment: Experiment) -> int:
    """Return the number of the period in which a time lies; one at a border belongs to the period that begins."""
    return max(number for number, period in enumerate(experiment.periods) if number == 0 or period.start <= time)


def _first_time(experiment: Experiment) -> float:
    """Return the model's time at the start of an experiment: 0 before a pre-equilibration (PEtab 2)."""
    return experiment.periods[0].start if np.isfinite(experiment.periods[0].start) else 0.0


def states_made_by_conditions(tables: ProblemTables, pathway: Pathway) -> set[str]:
    """Return the constants that a later period sets to something that depends on states: they are states themselves."""
    made: set[str] = set()
    while True:
        varying = set(pathway.states) | made
        varying |= {name for name, formula in pathway.assignments.items() if names_in(formula) & varying}
        found = {
            name
            for experiment in tables.experiments
            for period in experiment.periods[1:]
            for name, formula in period.changes.items()
            if name in pathway.parameters and names_in(formula) & varying
        }
        if found <= made:
            return made
        made |= found


class EntityValues:
    """Looks up values of entities.

    Parameters
    ----------
    tables : ProblemTables
    pathway : Pathway
    """

    def __init__(self, tables: ProblemTables, pathway: Pathway):
        self.pathway = pathway
        self._table = {parameter.id for parameter in tables.parameters}
        self._at_start: dict[tuple[str, int, float], sp.Expr] = {}
        self._kept = tables.experiments  # their mappings' identities are keys
        for experiment in tables.experiments:
            self._refuse_assigned(experiment)

    def _refuse_assigned(self, experiment: Experiment) -> None:
        for period in experiment.periods:
            for target, formula in period.changes.items():
                if target not in self.pathway.entities and names_in(formula) & set(self.pathway.states):
                    raise UnsupportedError(
                        f"experiment {experiment.id} sets {target}, which the model does not have, to something that "
                        "changes with time"
                    )
                if target in self.pathway.assignments:
                    raise UnsupportedError(
                        f"experiment {experiment.id} changes {target}, which a rule of the model computes"
                    )

    def at_start(self, name: str, experiment: Experiment) -> sp.Expr:
        """Return the value of an entity when an experiment starts.

        Raises
        ------
        ValueError
            Nothing gives it a value.
        """
        # Experiments that begin with the same mapping of changes (a cell line's) have the same values.
        key = name, id(experiment.periods[0].changes), _first_time(experiment)
        if key not in self._at_start:
            value = self._initial(name, experiment, experiment.periods[0].changes)
            self._at_start[key] = value.xreplace({TIME: sp.Float(_first_time(experiment))})
        return self._at_start[key]

    def in_period(self, name: str, experiment: Experiment, number: int) -> sp.Expr:
        """Return the value of a constant in period ``number`` of an experiment.

        Raises
        ------
        ValueError
            Nothing gives it a value.
        """
        for earlier in range(number, 0, -1):
            period = experiment.periods[earlier]
            if name in period.changes:
                return self.new_value(name, experiment, earlier)
            if period.resets_parameters and self._is_parameter(name):
                return self._initial(name, experiment, period.changes).xreplace({TIME: sp.Float(period.start)})
        return self.at_start(name, experiment)

    def _is_parameter(self, name: str) -> bool:
        pathway = self.pathway
        return name in pathway.parameters and name not in pathway.species | pathway.compartments

    def new_value(self, name: str, experiment: Experiment, number: int) -> sp.Expr:
        """Return what a later period sets an entity to, over the problem's parameters and the states just before."""
        period = experiment.periods[number]
        formula = substitute_names(period.changes[name], dict(self.pathway.assignments))
        replaced = {
            used: self.in_period(used, experiment, number - 1)
            for used in names_in(formula) - set(self.pathway.states) - {TIME.name}
        }
        return substitute_names(formula, replaced | {TIME.name: sp.Float(period.start)})

    def _initial(self, name: str, experiment: Experiment, changes: Mapping[str, sp.Expr]) -> sp.Expr:
        """Return a value at the start, where ``changes`` are in force."""
        if name in changes:
            # All changes of a condition happen at once: names in them mean their values before it.
            return self._over_problem(changes[name], experiment, changes, dict.fromkeys(changes))
        if name in self._table:
            return symbol(name)
        pathway = self.pathway
        for formulas in (pathway.parameter_formulas, pathway.initial_values, pathway.assignments):
            if formulas.get(name, sp.nan) is not sp.nan:
                return self._over_problem(formulas[name], experiment, changes, {})
        if name in pathway.parameters and np.isfinite(pathway.parameters[name]):
            return sp.Float(pathway.parameters[name])
        raise ValueError(
            f"'{name}' has no value in experiment {experiment.id}: "
            "neither the model, nor the parameter table, nor the condition gives one"
        )

    def _over_problem(self, formula: sp.Expr, experiment: Experiment, changes: Mapping, unchanged: Mapping) -> sp.Expr:
        """Express a formula over the problem's parameters; names in ``unchanged`` mean values before the condition."""
        replaced = {}
        for name in self._names_to_replace(formula, changes):
            replaced[name] = self._initial(name, experiment, {} if name in unchanged else changes)
        return substitute_names(formula, replaced)

    def _names_to_replace(self, formula: sp.Expr, changes: Mapping) -> Iterator[str]:
        for name in sorted(names_in(formula) - {TIME.name}):
            if name not in self._table or name in changes:
                yield name
