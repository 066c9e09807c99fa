"""The text of a pathway model: Antimony to SBML, and which ids a formula or a condition may name.

Antimony: Smith et al. 2009, doi 10.1093/bioinformatics/btp401. The model's mathematics is read by ``jakstat.pathway``.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import antimony
import libsbml

from jakstat.files import Fault, expand_imports, imports_in, read_text
from jakstat.problem.model_math import faults_of_math

# libAntimony keeps the loaded models and its last error in one place of the process.
_ANTIMONY = threading.Lock()
# Ids of units live apart from those of everything else.
_UNITS = (libsbml.SBML_UNIT_DEFINITION, libsbml.SBML_UNIT)
# XML that names other files, or multiplies: no SBML needs it.
_ENTITIES = re.compile(r"<!(DOCTYPE|ENTITY)\b[^>\[]*")
_LINE = re.compile(r"\bline (\d+)\s*:\s*")


@dataclass(frozen=True)
class ModelEntities:
    """The ids of a model.

    Parameters
    ----------
    names : frozenset of str
        Parameters, species and compartments: every id a formula may use.
    taken : frozenset of str
        Every id of the model, those of reactions and functions included: no observable may have one.
    targets : frozenset of str
        Parameters, species and compartments that no assignment rule computes: what a condition may set.
    parameters : frozenset of str
        Parameters that no rule computes: what a parameter table may hold.
    without_value : frozenset of str
        Those of ``parameters`` to which the model gives no value.
    values : mapping of str to float
        Value that the model gives to each of ``parameters``, where it is a number.
    units : mapping of str to str
        Unit id of each parameter and species that declares one.
    time_unit : str
        Name of the unit of time, empty where the model declares none.
    local_parameters : mapping of str to str
        Parameters of one reaction, as ``reaction.parameter``, and the id each has once they are made the model's own.
    """

    names: frozenset[str]
    taken: frozenset[str]
    targets: frozenset[str]
    parameters: frozenset[str]
    without_value: frozenset[str]
    values: dict[str, float] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    time_unit: str = ""
    local_parameters: dict[str, str] = field(default_factory=dict)


def read_model(
    path: Path, faults: list[Fault], folders: Sequence[Path] = (), imported: list[Path] | None = None
) -> str | None:
    """Return the SBML text of a model file (``.ant``, ``.xml``, ``.sbml``), or None after adding its faults.

    Parameters
    ----------
    path : Path
    faults : list of Fault
        Faults are added here.
    folders : sequence of Path
        Where what an Antimony model imports may lie, besides the repository; the model's own folder where there is
        none.
    imported : list of Path, optional
        The files that it imports are added here.
    """
    text = read_text(path, "a model: Antimony (.ant) or SBML (.xml, .sbml)", faults)
    if text is None:
        return None
    if not text.strip():
        faults.append(Fault(str(path), None, "", "an empty file", "a model: Antimony (.ant) or SBML (.xml, .sbml)"))
        return None
    sbml = _sbml_of(text, path, faults, imported, folders)
    if sbml is not None:
        faults += faults_of_math(sbml, str(path))
    return sbml


def _sbml_of(
    text: str, path: Path, faults: list[Fault], imported: list[Path] | None, folders: Sequence[Path]
) -> str | None:
    """Return a model's text as SBML, or None after adding its faults."""
    if path.suffix == ".ant":
        model = expand_imports(path, text, folders)
        if imported is not None:
            imported += model.imported
        faults += [Fault(str(fault.file), fault.line, "", fault.found, fault.needed) for fault in model.wrong]
        return (
            None
            if model.wrong
            else _translated(model.text, [(str(file), line) for _, file, line in model.lines], faults)
        )
    if path.suffix in (".xml", ".sbml"):
        return text if _is_sbml(text, str(path), faults) else None
    found = f"a file ending in {path.suffix!r}"
    faults.append(Fault(str(path), None, "", found, "a file ending in .ant, .xml or .sbml"))
    return None


def antimony_to_sbml(text: str, file: str, faults: list[Fault]) -> str | None:
    """Translate Antimony text that imports nothing, or add the fault that it does not parse, with its line.

    Parameters
    ----------
    text : str
        The model.
    file : str
        The file's name for the fault.
    faults : list of Fault
        Faults are added here.
    """
    if any(imports_in(text)):
        faults.append(Fault(file, None, "", "an import", "a model in a file, so that it is known from where to import"))
        return None
    return _translated(text, [(file, number) for number in range(1, text.count("\n") + 2)], faults)


def _translated(text: str, places: Sequence[tuple[str, int]], faults: list[Fault]) -> str | None:
    """Translate Antimony text, or add the fault that it does not parse; ``places`` has file and line of each line."""
    with _ANTIMONY:
        antimony.clearPreviousLoads()
        try:
            loaded = antimony.loadAntimonyString(text) >= 0
            sbml = antimony.getSBMLString(antimony.getMainModuleName()) if loaded else None
            message = "" if sbml else _last_error(text)
        finally:
            antimony.clearPreviousLoads()
    if sbml:
        return str(sbml)
    found = _LINE.search(message)
    reason = " ".join(message[found.end() :].split()) if found else message
    file, line = places[min(int(found.group(1)), len(places)) - 1] if found else (places[0][0], None)
    faults.append(Fault(file, line, "", f"invalid Antimony: {reason}", "Antimony"))
    return None


def _last_error(text: str) -> str:
    """Return what libAntimony says of a text; it cuts letters beyond ASCII in two, which no message survives."""
    try:
        return antimony.getLastError() or "no model"
    except UnicodeDecodeError:
        line = next(number for number, line in enumerate(text.split("\n"), 1) if not line.isascii())
        return f"Error in model string, line {line}: letters beyond ASCII outside of comments and names in quotes"


def _is_sbml(text: str, file: str, faults: list[Fault]) -> bool:
    """Whether a text is readable SBML that is whole in itself; add a fault for each reason that it is not."""
    if found := _ENTITIES.search(text):
        line = text.count("\n", 0, found.start()) + 1
        faults.append(Fault(file, line, "", f"{found.group()}, which can pull in other files", "SBML without it"))
        return False
    document = libsbml.readSBMLFromString(text)
    errors = [document.getError(index) for index in range(document.getNumErrors())]
    severe = [error for error in errors if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    for error in severe:
        faults.append(Fault(file, error.getLine(), "", " ".join(error.getMessage().split()), "valid SBML"))
    if not severe and document.getModel() is None:
        faults.append(Fault(file, None, "", "no model", "an SBML file with a model"))
    if severe or document.getModel() is None:
        return False
    parts = _other_models(document)
    faults += [Fault(file, None, "", found, "one model in one file: flatten it, as libsbml does") for found in parts]
    return not parts


def _other_models(document: libsbml.SBMLDocument) -> list[str]:
    """Return the models that a document puts together by SBML's package comp, which is not supported."""
    of_document, of_model = document.getPlugin("comp"), document.getModel().getPlugin("comp")
    external = [] if of_document is None else list(of_document.getListOfExternalModelDefinitions())
    submodels = [] if of_model is None else list(of_model.getListOfSubmodels())
    return [
        *(f"the model {name.getId()} of another file, {name.getSource()} (package comp)" for name in external),
        *(f"the submodel {submodel.getId()} (package comp)" for submodel in submodels),
    ]


def inconsistencies(sbml: str, file: str) -> list[Fault]:
    """Return a fault for each rule of SBML, units aside, that a model breaks: a name without meaning, an id twice.

    Parameters
    ----------
    sbml : str
        SBML text that was read by :func:`read_model`.
    file : str
        The model's file, for the faults; lines are those of SBML, so that one in Antimony has none.
    """
    document = libsbml.readSBMLFromString(sbml)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, False)
    document.checkConsistency()
    errors = (document.getError(index) for index in range(document.getNumErrors()))
    return [
        Fault(
            file,
            None if file.endswith(".ant") else error.getLine(),
            "",
            " ".join(error.getMessage().split()),
            "a consistent SBML model",
        )
        for error in errors
        if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR
    ]


def model_entities(sbml: str) -> ModelEntities:
    """Return the ids of a model that was read by :func:`read_model`."""
    document = libsbml.readSBMLFromString(sbml)
    model = document.getModel()
    ruled = {rule.getVariable() for rule in model.getListOfRules()}
    computed = {rule.getVariable() for rule in model.getListOfRules() if rule.isAssignment()}
    assigned = {assignment.getSymbol() for assignment in model.getListOfInitialAssignments()}
    parameters = [parameter for parameter in model.getListOfParameters() if parameter.getId() not in ruled]
    species = list(model.getListOfSpecies())
    targets = {
        parameter.getId() for parameter in (*model.getListOfParameters(), *species, *model.getListOfCompartments())
    }
    elements = (element for element in model.getListOfAllElements() if element.getTypeCode() not in _UNITS)
    return ModelEntities(
        names=frozenset(targets),
        taken=frozenset(element.getIdAttribute() for element in elements if element.getIdAttribute()),
        targets=frozenset(targets - computed),
        parameters=frozenset(parameter.getId() for parameter in parameters),
        without_value=frozenset(
            parameter.getId()
            for parameter in parameters
            if not parameter.isSetValue() and parameter.getId() not in assigned
        ),
        values={
            parameter.getId(): parameter.getValue()
            for parameter in parameters
            if parameter.isSetValue() and parameter.getId() not in assigned
        },
        units={
            parameter.getId(): parameter.getUnits() for parameter in (*parameters, *species) if parameter.getUnits()
        },
        time_unit=_time_unit(model),
        local_parameters=_local_parameters(model),
    )


def _local_parameters(model: libsbml.Model) -> dict[str, str]:
    """Return the local parameters of reactions; libsbml makes ``reaction_parameter`` of ``reaction.parameter``."""
    laws = ((reaction.getId(), reaction.getKineticLaw()) for reaction in model.getListOfReactions())
    return {
        f"{reaction}.{parameter.getId()}": f"{reaction}_{parameter.getId()}"
        for reaction, law in laws
        if law is not None
        for parameter in (*law.getListOfParameters(), *law.getListOfLocalParameters())
    }


def rename_local_parameters(sbml: str, names: Mapping[str, str]) -> str:
    """Return a model in which parameters of single reactions are the model's own, with ids of their own.

    Parameters
    ----------
    sbml : str
        SBML text that was read by :func:`read_model`.
    names : mapping of str to str
        New id by ``reaction.parameter``.

    Raises
    ------
    ValueError
        libsbml cannot rename them.
    """
    document = libsbml.readSBMLFromString(sbml)
    local = _local_parameters(document.getModel())
    _convert(document, {"promoteLocalParameters": "true"})
    old = ",".join(local[name] for name in names)
    _convert(document, {"renameSIds": "true", "currentIds": old, "newIds": ",".join(names.values())})
    return str(libsbml.writeSBMLToString(document))


def _convert(document: libsbml.SBMLDocument, options: Mapping[str, str]) -> None:
    properties = libsbml.ConversionProperties()
    for name, value in options.items():
        properties.addOption(name, value)
    if document.convert(properties) != libsbml.LIBSBML_OPERATION_SUCCESS:
        raise ValueError(f"libsbml cannot apply {next(iter(options))} to the model")


def _time_unit(model: libsbml.Model) -> str:
    """Return ``s``, ``min``, ``h`` or ``d`` where the model declares one of them as its unit of time, else nothing."""
    definition = model.getUnitDefinition(model.getTimeUnits() or "time")
    if definition is None:
        return "s" if model.getTimeUnits() == "second" else ""
    if definition.getNumUnits() != 1 or definition.getUnit(0).getKind() != libsbml.UNIT_KIND_SECOND:
        return ""
    unit = definition.getUnit(0)
    seconds = (unit.getMultiplier() * 10.0 ** unit.getScale()) ** unit.getExponentAsDouble()
    return {1: "s", 60: "min", 3600: "h", 86400: "d"}.get(round(seconds), "")
