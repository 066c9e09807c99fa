"""SBML text to a :class:`Pathway`.

Supported: species in concentration or amount, reactions with kinetic laws, compartments (constant, under rules or
changed by events), assignment and rate rules, initial assignments, function definitions, piecewise functions, events
with triggers on time and states. Refused by name: delays, priorities of events, algebraic rules, compartments whose
assignment rule makes them jump, fast reactions, conversion factors and computed stoichiometry. SBML Level 3 Version 2,
https://sbml.org/specifications.
"""

import math

import libsbml
import sbmlmath
import sympy as sp

from jakstat.pathway.pathway_records import Event, Pathway, UnsupportedModelError
from jakstat.pathway.symbols import TIME, names_in, substitute_names, symbol


def read_pathway(sbml: str) -> Pathway:
    """Read a model.

    Parameters
    ----------
    sbml : str
        The model as SBML text (Level 2 or 3).

    Returns
    -------
    Pathway

    Raises
    ------
    ValueError
        The text is not valid SBML, or an assignment rule depends on itself.
    UnsupportedModelError
        The model uses features that are not supported; all of them are named.
    """
    document = libsbml.readSBMLFromString(sbml)
    model = document.getModel()
    if model is None or document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) > 0:
        raise ValueError(f"The model is not valid SBML: {document.getErrorLog().toString().strip()[:500]}")
    _refuse_unsupported(model)
    for conversion in ("expandFunctionDefinitions", "promoteLocalParameters"):
        properties = libsbml.ConversionProperties()
        properties.addOption(conversion)
        if document.convert(properties) != libsbml.LIBSBML_OPERATION_SUCCESS:
            raise ValueError(f"libsbml cannot apply {conversion} to the model")
    return _pathway_of(document.getModel())


def _refuse_unsupported(model: libsbml.Model) -> None:
    """Raise UnsupportedModelError with the kind and id of every feature that is not supported."""
    found = [fault for event in model.getListOfEvents() for fault in _refused_of(event, model)]
    changing = {rule.getVariable() for rule in model.getListOfRules()}
    computed = changing | {assignment.getSymbol() for assignment in model.getListOfInitialAssignments()}
    for rule in model.getListOfRules():
        if rule.isAlgebraic():
            found.append(f"algebraic rule {libsbml.formulaToL3String(rule.getMath())} = 0")
    found += [
        f"conversion factor of species {species.getId()}"
        for species in model.getListOfSpecies()
        if species.isSetConversionFactor() or model.isSetConversionFactor()
    ]
    for reaction in model.getListOfReactions():
        if reaction.isSetFast() and reaction.getFast():
            found.append(f"fast reaction {reaction.getId()}")
        if reaction.getKineticLaw() is None:
            found.append(f"reaction {reaction.getId()} without kinetic law")
        for reference in [*reaction.getListOfReactants(), *reaction.getListOfProducts()]:
            if reference.isSetStoichiometryMath() or (reference.isSetId() and reference.getId() in computed):
                found.append(f"computed stoichiometry of {reference.getSpecies()} in reaction {reaction.getId()}")
    if found:
        raise UnsupportedModelError(f"the model uses features that jakstat does not support yet: {'; '.join(found)}")


def _refused_of(event: libsbml.Event, model: libsbml.Model) -> list[str]:
    """Return what is not supported of an event, with its id."""
    name = event.getId() or "(no id)"
    found = []
    if event.isSetDelay() and not (
        event.getDelay().getMath().isNumber() and event.getDelay().getMath().getValue() == 0
    ):
        found.append(f"delay of event {name}")
    if event.isSetPriority():
        found.append(f"priority of event {name}")
    if not event.isSetTrigger() or event.getTrigger().getMath() is None:
        found.append(f"event {name} without a trigger")
    rules = {rule.getVariable() for rule in model.getListOfRules() if rule.isAssignment()}
    known = {*_entity_ids(model), *(box.getId() for box in model.getListOfCompartments())} - rules
    for change in event.getListOfEventAssignments():
        if change.getVariable() not in known:
            found.append(f"event {name} that sets {change.getVariable()}")
    return found


def _expression(element: libsbml.SBase) -> sp.Expr:
    """Return the math of an SBML element over jakstat's symbols; numbers stay exact."""
    parsed = sbmlmath.sbml_math_to_sympy(element, evaluate=True, ignore_units=True, symbol_kwargs={"real": True})
    for function in parsed.atoms(sp.Function):
        if isinstance(type(function), sbmlmath.CFunction):
            raise UnsupportedModelError(f"the model uses {function.func}, which jakstat does not support yet")
    time_symbols = {free: TIME for free in parsed.free_symbols if isinstance(free, sbmlmath.TimeSymbol)}
    return parsed.xreplace(time_symbols)


def _pathway_of(model: libsbml.Model) -> Pathway:
    rules = {rule.getVariable(): rule for rule in model.getListOfRules()}
    assignments = expand_assignments({name: _expression(rule) for name, rule in rules.items() if rule.isAssignment()})
    rates = {name: _expression(rule) for name, rule in rules.items() if rule.isRate()}
    rates |= {name: rate for name, rate in _reaction_rates(model).items() if name not in rules}
    boxes = [box.getId() for box in model.getListOfCompartments()]
    _dilute(rates, {box: rates[box] for box in boxes if box in rates}, model)
    _dilute(rates, _growth_of_assigned(model, rates, assignments), model)
    states = tuple(name for name in [*_entity_ids(model), *boxes] if name in rates)
    starts = {assignment.getSymbol(): _expression(assignment) for assignment in model.getListOfInitialAssignments()}
    values = {name: starts.get(name, value) for name, value in _file_values(model).items() if name not in assignments}
    constants = {name: _as_float(value) for name, value in values.items() if name not in rates}
    initial_values = {name: values[name] for name in states}
    formulas = {name: value for name, value in values.items() if name in constants and _is_formula(value)}
    expand_assignments(assignments | initial_values | formulas)  # raises where they go round in a circle
    for used in (rates, assignments, initial_values, formulas):
        _refuse_unknown_symbols(used, {*states, *constants, *assignments, TIME.name})
    events = tuple(_event_of(event, model, assignments) for event in model.getListOfEvents())
    _refuse_unknown_symbols(
        {f"event {event.id}": sp.Tuple(event.trigger, *event.changes.values()) for event in events},
        {*states, *constants, TIME.name},
    )
    pathway = Pathway(
        states=states,
        rates=tuple(substitute_names(rates[name], assignments) for name in states),
        initial_values=initial_values,
        parameters=constants,
        parameter_formulas=formulas,
        assignments=assignments,
        species=frozenset(species.getId() for species in model.getListOfSpecies()),
        compartments=frozenset(boxes),
        events=events,
    )
    return pathway.with_states({name for event in events for name in event.changes})


def _event_of(event: libsbml.Event, model: libsbml.Model, assignments: dict[str, sp.Expr]) -> Event:
    """Return an event; where it changes a compartment, amounts in it stay and concentrations follow."""
    given = {assignment.getVariable(): _expression(assignment) for assignment in event.getListOfEventAssignments()}
    changes = dict(given)
    boxes = {box.getId() for box in model.getListOfCompartments()} & set(given)
    for species in model.getListOfSpecies():
        box = species.getCompartment()
        if box in boxes and not species.getHasOnlySubstanceUnits() and species.getId() not in given | assignments:
            changes[species.getId()] = symbol(species.getId()) * symbol(box) / given[box]
    return Event(
        id=event.getId() or "(no id)",
        trigger=substitute_names(_expression(event.getTrigger()), assignments),
        changes={name: substitute_names(formula, assignments) for name, formula in changes.items()},
        initially_on=not event.getTrigger().isSetInitialValue() or event.getTrigger().getInitialValue(),
    )


def _entity_ids(model: libsbml.Model) -> list[str]:
    return [entity.getId() for entity in [*model.getListOfSpecies(), *model.getListOfParameters()]]


def _as_float(value: sp.Expr) -> float:
    return float(value) if value.is_number else math.nan


def _is_formula(value: sp.Expr) -> bool:
    return not (isinstance(value, sp.Basic) and value.is_number)


def expand_assignments(assignments: dict[str, sp.Expr]) -> dict[str, sp.Expr]:
    """Substitute assigned quantities into each other until none is left on a right-hand side.

    Raises
    ------
    ValueError
        A quantity depends on itself.
    """
    expanded = dict(assignments)
    for _ in range(len(assignments) + 1):
        dependent = {name for name, formula in expanded.items() if names_in(formula) & expanded.keys()}
        if not dependent:
            return expanded
        for name in dependent:
            expanded[name] = substitute_names(expanded[name], expanded)
    raise ValueError(f"these assigned quantities depend on themselves: {', '.join(sorted(dependent))}")


def _refuse_unknown_symbols(formulas: dict[str, sp.Expr], known: set[str]) -> None:
    """Raise UnsupportedModelError where a formula names what is no state, constant or assigned quantity."""
    found = sorted(
        f"'{unknown}' in the formula of {name}"
        for name, formula in formulas.items()
        for unknown in names_in(formula) - known
    )
    if found:
        raise UnsupportedModelError(f"the model uses names that jakstat does not support there: {'; '.join(found)}")


def _file_values(model: libsbml.Model) -> dict[str, sp.Expr]:
    """Return the value that the file gives each parameter, compartment and species (in the unit of its symbol)."""
    values = {
        parameter.getId(): _number(parameter.getValue() if parameter.isSetValue() else math.nan)
        for parameter in model.getListOfParameters()
    }
    for box in model.getListOfCompartments():
        values[box.getId()] = _number(box.getSize() if box.isSetSize() else 1.0)
    for species in model.getListOfSpecies():
        volume = symbol(species.getCompartment())
        if species.getHasOnlySubstanceUnits():
            in_amount = species.isSetInitialAmount() or not species.isSetInitialConcentration()
            values[species.getId()] = (
                _number(species.getInitialAmount())
                if in_amount
                else _number(species.getInitialConcentration()) * volume
            )
        elif species.isSetInitialAmount():
            values[species.getId()] = _number(species.getInitialAmount()) / volume
        else:
            values[species.getId()] = _number(species.getInitialConcentration())
    return values


def _number(value: float) -> sp.Expr:
    """Return ``value`` as an exact number, so that powers stay integers and equal numbers are equal expressions."""
    return sp.nan if math.isnan(value) else sp.Rational(repr(float(value)))


def _reaction_rates(model: libsbml.Model) -> dict[str, sp.Expr]:
    """Return dx/dt of each species that reactions change: sum of stoichiometry x rate, over the volume if needed."""
    species = {entity.getId(): entity for entity in model.getListOfSpecies()}
    totals: dict[str, sp.Expr] = {}
    for reaction in model.getListOfReactions():
        rate = _expression(reaction.getKineticLaw())
        for sign, references in ((-1, reaction.getListOfReactants()), (1, reaction.getListOfProducts())):
            for reference in references:
                changed = species[reference.getSpecies()]
                if changed.getBoundaryCondition() or changed.getConstant():
                    continue
                change = sign * _number(reference.getStoichiometry()) * rate
                if not changed.getHasOnlySubstanceUnits():
                    change = change / symbol(changed.getCompartment())
                totals[changed.getId()] = totals.get(changed.getId(), sp.Integer(0)) + change
    return totals


def _dilute(rates: dict[str, sp.Expr], growth: dict[str, sp.Expr], model: libsbml.Model) -> None:
    """Let concentrations fall as their compartment grows, because the amounts in it stay; ``rates`` are changed."""
    ruled = {rule.getVariable() for rule in model.getListOfRules()}
    for species in model.getListOfSpecies():
        name, box = species.getId(), species.getCompartment()
        if box in growth and not (species.getHasOnlySubstanceUnits() or species.getConstant() or name in ruled):
            rates[name] = rates.get(name, sp.Integer(0)) - symbol(name) * growth[box] / symbol(box)


def _growth_of_assigned(
    model: libsbml.Model, rates: dict[str, sp.Expr], assignments: dict[str, sp.Expr]
) -> dict[str, sp.Expr]:
    """Return dV/dt of each compartment under an assignment rule whose size changes.

    Raises
    ------
    UnsupportedModelError
        A size jumps, or depends on a concentration whose own change depends on it.
    """
    boxes = {box.getId() for box in model.getListOfCompartments()} & set(assignments)
    inside = {
        species.getId()
        for species in model.getListOfSpecies()
        if species.getCompartment() in boxes and not species.getHasOnlySubstanceUnits()
    }
    events = model.getListOfEvents()
    jumping = {change.getVariable() for event in events for change in event.getListOfEventAssignments()}
    growth: dict[str, sp.Expr] = {}
    found = []
    for box in sorted(boxes):
        formula = assignments[box]
        names = names_in(formula)
        if formula.atoms(sp.Piecewise, sp.floor, sp.ceiling, sp.Heaviside) or names & jumping:
            found.append(f"compartment {box} under an assignment rule that makes its size jump")
        elif names & inside & set(rates):
            found.append(f"compartment {box} under an assignment rule that depends on what is dissolved in it")
        slopes = [sp.diff(formula, symbol(name)) * rates[name] for name in sorted(names & set(rates))]
        slope = sp.Add(sp.diff(formula, TIME), *slopes)
        growth |= {box: slope} if slope != 0 else {}
    if found:
        raise UnsupportedModelError(f"the model uses features that jakstat does not support yet: {'; '.join(found)}")
    return growth
