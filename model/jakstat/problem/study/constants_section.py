"""Constants of the reference tables to which a study gives a prior of its own (``cells: constants`` of study.yaml).

    constants: {<constant>: {median, sd_ln, source, status}}

``status`` (``jakstat.problem.evidence``) may be absent. A study needs the section where the prior of the tables was
made from the study's own measurements, which would count twice. Id, unit and formulas stay those of the tables; without
``sd_ln`` the constant is fixed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from jakstat.files import Fault, finite_number
from jakstat.problem.formulas import unknown_name_needed
from jakstat.problem.reference import Constant, Reference, log_normal
from jakstat.problem.study.structure import StudyKeys
from jakstat.problem.written_priors import wrong_parameters

PATH = ("cells", "constants")


@dataclass(frozen=True)
class OwnConstant:
    """A study's own prior of a constant: log-normal around ``median``, or fixed there where ``sd_ln`` is None."""

    id: str
    median: float
    sd_ln: float | None
    source: str
    status: str
    file: str
    line: int

    def in_place_of(self, constant: Constant) -> Constant:
        """Return the constant of the tables with this value and prior."""
        prior = None if self.sd_ln is None else log_normal(self.median, self.sd_ln, self.source, self.status)
        return replace(
            constant,
            prior=prior,
            value=self.median,
            source=self.source,
            file=self.file,
            line=self.line,
            status=self.status,
        )


def read_own_constants(
    content: Mapping[str, Mapping[str, str]], keys: StudyKeys, faults: list[Fault]
) -> tuple[OwnConstant, ...]:
    """Return the constants of the section, without those whose prior is none, which is a fault."""
    found = []
    for name, texts in content.items():
        median, sd_ln = (finite_number(texts.get(key)) for key in ("median", "sd_ln"))
        if median is None or not texts.get("source"):
            continue  # it has its fault
        wrong = wrong_parameters("log-normal", (math.log(median), sd_ln or 1.0))
        if wrong:
            given = ", ".join(f"{key} {texts[key]}" for key in ("median", "sd_ln") if texts.get(key))
            faults.append(keys.fault((*PATH, name), given, wrong))
        else:
            line = keys.lines.get((*PATH, name), 0)
            found.append(
                OwnConstant(name, median, sd_ln, texts["source"], texts.get("status", ""), str(keys.file), line)
            )
    return tuple(found)


def with_own_constants(reference: Reference, own: tuple[OwnConstant, ...], faults: list[Fault]) -> Reference:
    """Return the reference tables with a study's own priors; add a fault for each constant that no table defines."""
    constants = dict(reference.constants)
    for parameter in own:
        if parameter.id in constants:
            constants[parameter.id] = parameter.in_place_of(constants[parameter.id])
            continue
        needed = unknown_name_needed(parameter.id, reference.constants, "a constant of the reference tables")
        faults.append(
            Fault(parameter.file, parameter.line or None, ".".join((*PATH, parameter.id)), repr(parameter.id), needed)
        )
    return replace(reference, constants=constants)
