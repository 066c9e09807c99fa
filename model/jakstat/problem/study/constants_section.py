"""Constants of the reference tables to which a study gives a prior of its own (``cells: constants`` of study.yaml).

    constants: {<constant>: {median, sd_ln, source}}

A study needs it where the prior of the tables was made from the study's own measurements, which would count twice. Id,
unit and formulas stay those of the tables; without ``sd_ln`` the constant is fixed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from jakstat.files import Fault
from jakstat.problem.formulas import unknown_name_needed
from jakstat.problem.reference import Constant, Reference, log_normal
from jakstat.problem.study.description_keys import DescriptionKeys
from jakstat.problem.written_priors import wrong_parameters

PATH = ("cells", "constants")
_NUMBERS = ("median", "sd_ln")


@dataclass(frozen=True)
class OwnConstant:
    """A study's own prior of a constant: log-normal around ``median``, or fixed there where ``sd_ln`` is None."""

    id: str
    median: float
    sd_ln: float | None
    source: str
    file: str
    line: int

    def in_place_of(self, constant: Constant) -> Constant:
        """Return the constant of the tables with this value and prior."""
        prior = None if self.sd_ln is None else log_normal(self.median, self.sd_ln, self.source)
        return replace(
            constant, prior=prior, value=self.median, source=self.source, file=self.file, line=self.line
        )  # fmt: skip


def read_own_constants(keys: DescriptionKeys, content: Any) -> tuple[OwnConstant, ...]:  # noqa: ANN401
    """Return the constants of the section that have no fault; faults are added to ``keys``."""
    if not isinstance(content, Mapping):
        keys.fault(PATH, repr(content), "a mapping of constants of the reference tables to median, sd_ln and source")
        return ()
    found = (_own_constant(keys, str(name), one) for name, one in content.items())
    return tuple(one for one in found if one is not None)


def _own_constant(keys: DescriptionKeys, name: str, content: Any) -> OwnConstant | None:  # noqa: ANN401
    """Return one constant, or None after adding its faults."""
    path, before = (*PATH, name), len(keys.faults)
    if not keys.check(path, content, ("median", "source"), ("sd_ln",)):
        return None
    given = {key: content[key] for key in _NUMBERS if content.get(key) not in (None, "")}
    numbers = {key: keys.number((*path, key), value, "a positive number") for key, value in given.items()}
    for key, number in numbers.items():
        if number is not None and number <= 0:
            keys.fault((*path, key), repr(given[key]), "a positive number")
    source = keys.text((*path, "source"), content.get("source"))
    median = numbers.get("median")
    if median is None or len(keys.faults) > before:
        return None
    wrong = wrong_parameters("log-normal", (math.log(median), numbers.get("sd_ln") or 1.0))
    if wrong:
        keys.fault(path, ", ".join(f"{key} {given[key]}" for key in given), wrong)
        return None
    return OwnConstant(name, median, numbers.get("sd_ln"), source, str(keys.file), keys.lines.get(path, 0))


def with_own_constants(
    reference: Reference, own: tuple[OwnConstant, ...], faults: list[Fault]
) -> Reference:  # fmt: skip
    """Return the reference tables with a study's own priors; add a fault for each constant that no table defines."""
    constants = dict(reference.constants)
    for one in own:
        if one.id in constants:
            constants[one.id] = one.in_place_of(constants[one.id])
            continue
        needed = unknown_name_needed(one.id, reference.constants, "a constant of the reference tables")
        faults.append(Fault(one.file, one.line or None, ".".join((*PATH, one.id)), repr(one.id), needed))
    return replace(reference, constants=constants)
