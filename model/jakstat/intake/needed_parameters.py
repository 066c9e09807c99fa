"""Which parameters the measurements of a problem depend on: the model's formulas, followed back from what is read."""

from collections import defaultdict
from collections.abc import Iterator

import sympy as sp

from jakstat.pathway import names_in, read_pathway
from jakstat.problem import ProblemTables

_READ = ""  # what all that is measured leads back from


def needed_names(tables: ProblemTables) -> frozenset[str]:
    """Return every id on which an expected signal or its noise depends.

    A state depends on what its rate and initial value name, an assigned quantity on its formula, what an experiment
    sets on what it is set to. What comes after all that was read (cell fate, where no cells were counted) is not among
    them.
    """
    leads: dict[str, set[str]] = defaultdict(set)
    for name, formula in (*_formulas_of_model(tables), *_formulas_of_measurements(tables)):
        leads[name] |= names_in(formula)
    found: set[str] = set()
    waiting = {_READ}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= leads[name] - found
    return frozenset(found - {_READ})


def _formulas_of_model(tables: ProblemTables) -> Iterator[tuple[str, sp.Expr]]:
    """Yield each entity with what makes its value: rates, initial values, assignments, what experiments set."""
    pathway = read_pathway(tables.sbml)
    yield from zip(pathway.states, pathway.rates, strict=True)
    for formulas in (pathway.initial_values, pathway.assignments, pathway.parameter_formulas):
        yield from formulas.items()
    for experiment in tables.experiments:
        for period in experiment.periods:
            yield from period.changes.items()


def _formulas_of_measurements(tables: ProblemTables) -> Iterator[tuple[str, sp.Expr]]:
    """Yield the formulas of measured observables and their noise, as what leads back from all that is read."""
    measured = {measurement.observable_id for measurement in tables.measurements}
    for observable in tables.observables:
        if observable.id in measured:
            yield _READ, observable.formula
            yield _READ, observable.noise_formula
    for measurement in tables.measurements:
        for value in (*measurement.observable_parameters, *measurement.noise_parameters):
            yield _READ, sp.sympify(value)
