"""Names in exports: cell lines, inhibitors, ligands, controls and readouts, in cells, headers and titles.

Case, hyphens and spaces tell no two names apart, and synonyms (``synonyms.tsv``) are known. A text may hold several
facts: ``HEL ruxolitinib 100 nM rep 2``. A text of which a part is not understood is understood as nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from jakstat.files import folded, near_names, number_of_text
from jakstat.intake.decimal_marks import text_with_points
from jakstat.intake.declared import Declared
from jakstat.intake.observable_kinds import kind_of
from jakstat.intake.units import in_minutes, in_ng_per_ml, in_nM, unit_of
from jakstat.problem import Reference

#: Roles of names: what a fact may be.
CELL_LINE, INHIBITOR, STIMULUS, OBSERVABLE, CONTENT = "cell_line", "inhibitor", "stimulus", "observable", "content"
VEHICLE, BLANK, IGNORED = "vehicle", "blank", "ignore"
_VEHICLES = (
    *("vehicle", "DMSO", "control", "ctrl", "vehicle control", "DMSO control", "negative control", "untreated", "none"),
    *(
        "no drug",
        "no inhibitor",
        "no treatment",
        "unstimulated",
        "mock",
        "UT",
        "NT",
        "solvent",
        "0",
        "unbehandelt",
        "Kontrolle",
    ),
    *("Leerkontrolle", "vehicle well", "neg ctrl", "neg control"),
)
_BLANKS = (
    "blank",
    "background",
    "no cells",
    "medium only",
    "media only",
    "cell free",
    "empty",
    "Leerwert",
    "blanks",
    "bg",
)
_SAMPLES = ("sample", "samples", "treated", "compound", "test", "unknown", "drug", "Probe")
#: A number that does not begin in the middle of another; a hyphen before it is no sign.
_WITH_UNIT = re.compile(
    r"(?<![0-9])(?<![0-9][.,'])(?P<number>(?:[0-9]+(?:\.[0-9]*)?|(?<!\w)\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"\s*(?P<unit>[a-zA-Zµμ]+(?:/m?[lL])?|')(?![\w-])"
)
#: What before a number makes it a part of something else: a range (0-30 min), a fraction, a clock's time, a power or a
#: product (1/2 h, 0:30 h, 10^3 nM, 3 x 100 nM), or negative (HEL -30 min).
_NO_START = re.compile(
    r"(?<![\w-])[0-9.,]+\s*[-\N{EN DASH}\N{EM DASH}/:^*x\N{MULTIPLICATION SIGN}]\s*$"
    r"|(?:^|[\s_,;|/+(\[:])[-\N{EN DASH}\N{MINUS SIGN}]$"
)
#: Thousands before three more digits: 1 000 nM.
_THOUSANDS_BEFORE = re.compile(r"(?<![\w-])[0-9]{1,3}(?:\s[0-9]{3})*\s$")
_REPLICATE = re.compile(
    r"(?:\b|_)(?:biol?(?:ogical)?|tech(?:nical)?)?[\s._]*(?:replicates?|repl?|repeat|#|n\s?=|run|R(?=[0-9]))[\s._=#]*(?P<number>[0-9]+)\b(?![.,-][0-9])",
    re.IGNORECASE,
)
#: What pandas and R add to a name that stands in several headers.
_NUMBERED = re.compile(r"(?<=[A-Za-z0-9])\.[0-9]+$")
_BREAKS = re.compile(r"[\s_,;|/+()\[\]:]+")
#: Words between facts that say nothing.
_FILLERS = frozenset(
    {
        "cells",
        "cell",
        "with",
        "and",
        "at",
        "in",
        "on",
        "of",
        "the",
        "plus",
        "line",
        "treated",
        "after",
        "post",
        "dose",
        "for",
        "und",
        "mit",
        "nach",
    }
)
#: Words of titles beside which a time is still that of the measurement; so are numbers, as of dates.
_OF_TITLES = frozenset(
    {"", "assay", "plate", "blot", "data", "export", "results", "experiment", "exp", "screen", "raw", "series"}
)
#: What was given, and the roles of its dose.
_DOSES_OF = {INHIBITOR: ("inhibitor_dose",), STIMULUS: ("stimulus_ng_per_ml", "stimulus_nM")}
Fact = str | Decimal


@dataclass(frozen=True)
class Vocabulary:
    """The names that exports may use, by what their spellings share.

    ``mark`` is the decimal mark of the texts that are read (``point``, ``comma``); empty: commas are not understood.
    """

    names: Mapping[str, tuple[str, str]]
    known: Mapping[str, tuple[str, ...]]
    mark: str = ""

    def meaning(self, text: str) -> tuple[str, str] | None:
        """Return role and name of a text that is one name, or None."""
        found = self.names.get(folded(text))
        if found is None and (kind := kind_of(text)) is not None:
            return OBSERVABLE, kind
        return found

    def facts(self, text: str) -> dict[str, Fact] | None:
        """Return what a text says, by role; None where a part of it is not understood or says two things of one role.

        Doses are nM (``inhibitor_dose``) or ng/ml (``stimulus_ng_per_ml``), times min (``time``).
        """
        facts, left, is_clear = self._read(text)
        return facts if facts and is_clear and not left else None

    def mentions(self, text: str) -> dict[str, Fact]:
        """Return what a title says, whatever else stands there; a role of which it says two things is left out.

        Doses only beside what was given, times only where all of the title is understood: others are of the medium
        or of the reader (``Absorbance 450 nm``, ``0.5 s integration``).
        """
        facts, left, _ = self._read(text)
        unsaid = {role for name, doses in _DOSES_OF.items() if name not in facts for role in doses}
        if any(folded(word).strip("0123456789.") not in _OF_TITLES for word in left):
            unsaid.add("time")
        return {role: fact for role, fact in facts.items() if role not in unsaid}

    def near(self, text: str, role: str) -> list[str]:
        """Return names of a role that are near to a text."""
        return near_names(text, self.known.get(role, ()))

    def _read(self, text: str) -> tuple[dict[str, Fact], list[str], bool]:
        """Return the facts of a text, the words that are left, and whether it says one thing of each role."""
        if (whole := self.meaning(text)) is not None:
            return {whole[0]: whole[1]}, [], True
        found: list[tuple[str, Fact]] = []

        def number(match: re.Match[str]) -> str:
            fact = _measured(Decimal(match["number"]), unit_of(match["unit"]))
            if fact is None or not _is_whole_number(match):
                return match[0]
            found.append(fact)
            return " "

        def replicate(match: re.Match[str]) -> str:
            found.append(("replicate", match["number"]))
            return " "

        rest = _WITH_UNIT.sub(number, _REPLICATE.sub(replicate, text_with_points(text, self.mark)))
        words = [word for word in _BREAKS.split(_NUMBERED.sub(" ", rest)) if word]
        left = self._take_names(words, found)
        if found and len(left) == 1 and left[0].isdigit() and "replicate" not in dict(found):
            found.append(("replicate", left.pop()))
        facts = dict(found)
        twice = {role for role, fact in found if facts[role] != fact}
        return {role: fact for role, fact in facts.items() if role not in twice}, left, not twice

    def _take_names(self, words: list[str], found: list[tuple[str, Fact]]) -> list[str]:
        """Add the names among words, the longest first, and return the words that are none and not mere fillers."""
        left, place = [], 0
        while place < len(words):
            for end in range(min(len(words), place + 4), place, -1):
                meaning = self.meaning(" ".join(words[place:end]))
                if meaning is not None and (end > place + 1 or not words[place].isdigit()):
                    found.append(meaning)
                    place = end
                    break
            else:
                if words[place].casefold() not in _FILLERS:
                    left.append(words[place])
                place += 1
        return left


def vocabulary_of(reference: Reference, declared: Declared) -> Vocabulary:
    """Return the names that exports may use: those of the reference tables, their synonyms, and those declared."""
    known = {
        CELL_LINE: (*reference.cell_lines, *(line.id for line in declared.own_lines)),
        INHIBITOR: tuple(reference.inhibitors),
        STIMULUS: tuple(dict.fromkeys(receptor.ligand for receptor in reference.receptors.values())),
    }
    names = {folded(name): (CONTENT, VEHICLE) for name in _VEHICLES}
    names |= {folded(name): (CONTENT, BLANK) for name in _BLANKS}
    for kind, role in (("cell_line", CELL_LINE), ("inhibitor", INHIBITOR), ("ligand", STIMULUS)):
        names |= {written: (role, name) for written, name in reference.synonyms.get(kind, {}).items()}
        names |= {folded(name): (role, name) for name in known[role]}
    for written, meant in declared.names.items():
        names[folded(written)] = names.get(folded(meant), (CONTENT, IGNORED if meant == IGNORED else ""))
    return Vocabulary(names, known)


def content_of(text: str) -> str:
    """Return what a well is said to hold: ``vehicle``, ``blank``, ``sample``; empty where it is not understood."""
    written = folded(text)
    for content, words in ((VEHICLE, _VEHICLES), (BLANK, _BLANKS), ("sample", _SAMPLES)):
        if written in map(folded, words):
            return content
    return ""


def _is_whole_number(match: re.Match[str]) -> bool:
    """Whether what stands before a number leaves it one: no range, no sign, no thousands before three digits."""
    before = match.string[: match.start()]
    is_group = re.match(r"[0-9]{3}(?![0-9])", match["number"]) is not None
    return not (_NO_START.search(before) or (is_group and _THOUSANDS_BEFORE.search(before)))


def _measured(number: Decimal, unit: str) -> tuple[str, Fact] | None:
    """Return the fact that a number with a unit is, or None."""
    if unit in ("pM", "nM", "uM", "mM"):
        return "inhibitor_dose", in_nM(number, unit)
    if unit.endswith("g/ml"):
        return "stimulus_ng_per_ml", in_ng_per_ml(number, unit)
    if unit in ("s", "min", "h", "d"):
        return "time", in_minutes(number, unit)
    return None


def decimal_of(text: str) -> Decimal | None:
    """Return the number of a cell, or None."""
    return Decimal(text) if number_of_text(text) is not None and "inf" not in text.casefold() else None
