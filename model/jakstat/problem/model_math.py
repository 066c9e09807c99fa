"""What is wrong with the mathematics of a model before any value is put into it, by the id of what has the formula.

Numbers alone are evaluated here as floats (by libsbml), because the exact arithmetic of later stages would not end on
9^9^9^9.
"""

import math
from collections.abc import Iterator

import libsbml

from jakstat.files import Fault

#: The deepest nesting of operations; the model's own assignment rules split a formula that is deeper.
MAX_DEPTH = 100
#: The most operations, names and numbers of one formula; reading one of some 30,000 had not ended after 40 s.
MAX_PARTS = 10_000
_CHAINS = (libsbml.AST_PLUS, libsbml.AST_TIMES)
_POWERS = (libsbml.AST_POWER, libsbml.AST_FUNCTION_POWER, libsbml.AST_FUNCTION_EXP)
_NAMES = (libsbml.AST_NAME, libsbml.AST_NAME_TIME, libsbml.AST_NAME_AVOGADRO, libsbml.AST_FUNCTION, libsbml.AST_LAMBDA)


def faults_of_math(sbml: str, file: str) -> list[Fault]:
    """Return the faults of a model's formulas: divisions by zero, numbers that are not finite, delays, deep nesting.

    Parameters
    ----------
    sbml : str
        A model that libsbml reads.
    file : str
        Its file, for the faults.
    """
    model = libsbml.readSBMLFromString(sbml).getModel()
    found = [Fault(file, None, place, f"the value {value:g}", "a finite number") for place, value in _infinite(model)]
    found += [
        Fault(file, None, place, *fault) for place, formula in _formulas(model) for fault in _wrong_parts(formula)
    ]
    return list(dict.fromkeys(found))


def _infinite(model: libsbml.Model) -> Iterator[tuple[str, float]]:
    """Yield each infinite value that a model gives; one that is NaN is none yet, which tables may give."""
    values = [
        *((f"parameter {parameter.getId()}", parameter.getValue()) for parameter in model.getListOfParameters()),
        *(
            (f"compartment {compartment.getId()}", compartment.getSize())
            for compartment in model.getListOfCompartments()
        ),
        *((f"species {species.getId()}", species.getInitialConcentration()) for species in model.getListOfSpecies()),
        *((f"species {species.getId()}", species.getInitialAmount()) for species in model.getListOfSpecies()),
    ]
    yield from ((place, value) for place, value in values if math.isinf(value))


def _formulas(model: libsbml.Model) -> Iterator[tuple[str, libsbml.ASTNode]]:
    """Yield each formula of a model with what it is the formula of."""
    for reaction in model.getListOfReactions():
        if reaction.getKineticLaw() is not None:
            yield f"reaction {reaction.getId()}", reaction.getKineticLaw().getMath()
    for rule in model.getListOfRules():
        yield f"rule of {rule.getVariable()}" if rule.getVariable() else "algebraic rule", rule.getMath()
    for assignment in model.getListOfInitialAssignments():
        yield f"initial value of {assignment.getSymbol()}", assignment.getMath()
    for function in model.getListOfFunctionDefinitions():
        yield f"function {function.getId()}", function.getBody()
    for event in model.getListOfEvents():
        name = f"event {event.getId() or '(no id)'}"
        if event.getTrigger() is not None:
            yield name, event.getTrigger().getMath()
        for change in event.getListOfEventAssignments():
            yield name, change.getMath()


def _wrong_parts(formula: libsbml.ASTNode | None) -> Iterator[tuple[str, str]]:
    """Yield what was found and what is needed for each wrong part of a formula."""
    waiting = [(formula, 1)] if formula is not None else []
    parts = 0
    while waiting:
        node, depth = waiting.pop()
        parts += 1
        if parts > MAX_PARTS:
            needed = f"at most {MAX_PARTS:,}: parts with names of their own, by assignment rules"
            yield f"more than {MAX_PARTS:,} operations, names and numbers in one formula", needed
            return
        if depth > MAX_DEPTH:
            needed = f"at most {MAX_DEPTH}: parts with names of their own, by assignment rules"
            yield f"more than {MAX_DEPTH} operations one in another", needed
            return
        fault = _wrong_here(node)
        if fault is not None:
            yield fault
            continue
        for child in (node.getChild(number) for number in range(node.getNumChildren())):
            # A long sum is one operation, though libsbml keeps it as a chain.
            in_chain = node.getType() in _CHAINS and child.getType() == node.getType()
            waiting.append((child, depth if in_chain else depth + 1))


def _wrong_here(node: libsbml.ASTNode) -> tuple[str, str] | None:
    """Return what is wrong with one operation, None where nothing is."""
    kind = node.getType()
    if kind == libsbml.AST_FUNCTION_DELAY:
        needed = "a model without delays, which jakstat does not support: a chain of states stands in for one"
        return f"a delay, {_text(node)}", needed
    if kind == libsbml.AST_DIVIDE and node.getNumChildren() == 2 and _number(node.getChild(1)) == 0:
        return f"a division by zero, {_text(node)}", "a denominator that is not 0"
    if node.isNumber() and not math.isfinite(_number(node) or 0.0):
        return f"the number {_text(node)}", "a finite number"
    if kind in _POWERS:
        value = _number(node)
        if value is not None and not math.isfinite(value):
            return f"a number that is not finite, {_text(node)}", "a finite number"
    return None


def _number(node: libsbml.ASTNode) -> float | None:
    """Return the value of a part without names, None where it has any."""
    inside = [node]
    while inside:
        part = inside.pop()
        if part.getType() in _NAMES or part.getType() == libsbml.AST_FUNCTION_DELAY:
            return None
        inside += [part.getChild(number) for number in range(part.getNumChildren())]
    return float(libsbml.SBMLTransforms.evaluateASTNode(node, libsbml.Model(3, 1)))


def _text(node: libsbml.ASTNode) -> str:
    text = libsbml.formulaToL3String(node)
    return text if len(text) <= 80 else f"{text[:77]}..."
