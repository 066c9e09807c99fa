"""What the columns of an export hold: a role for each header, and its unit.

A header is a role (``Cell line``, ``Conc. (uM)``, ``blot``), a readout (``pSTAT5``, ``viability (%)``), a drug or
ligand whose dose the column has (``ruxolitinib [nM]``), or a fact that holds for the values below it (``HEL rep
2``, ``100 nM``, ``30 min``), as in wide tables. A header that is none of these is a fault, never left out unseen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from jakstat.files import folded, number_of_text
from jakstat.intake.declared import Declared
from jakstat.intake.observable_kinds import RAW, kind_of
from jakstat.intake.units import is_mass, is_molar, is_time, split_unit
from jakstat.intake.vocabulary import CELL_LINE, CONTENT, INHIBITOR, OBSERVABLE, STIMULUS, Fact, Vocabulary

VALUE, IGNORE, WELL = "value", "ignore", "well"
DOSE, DOSE_2, STIMULUS_DOSE, TIME = "inhibitor_dose", "inhibitor_2_dose", "stimulus_dose", "time"
PRETREATMENT = "pretreatment"
#: Roles of columns, each with what it is for people.
ROLES: Mapping[str, str] = MappingProxyType(
    {
        CELL_LINE: "cell line",
        INHIBITOR: "drug, or a whole treatment",
        DOSE: "dose of the drug",
        "inhibitor_2": "second drug",
        DOSE_2: "dose of the second drug",
        STIMULUS: "ligand",
        STIMULUS_DOSE: "dose of the ligand",
        PRETREATMENT: "how long before time 0 the drug was added",
        TIME: "time",
        OBSERVABLE: "what was measured",
        VALUE: "measured value",
        "experiment": "blot, plate or run: what has a scale of its own",
        "replicate": "replicate",
        "screen": "screen: where a nominal dose does the same",
        "censored": "below or above: the value is only a bound",
        "alterations": "alterations besides those of the line",
        WELL: "well of a plate",
        CONTENT: "what a well holds: vehicle, blank, sample",
        IGNORE: "for people only",
    }
)
_DOSE_WORDS = r"(?:dose|dosis|conc|concn|concentration|konzentration|konz)"
_DRUG_WORDS = r"(?:drug|inhibitor|compound|treatment|agent|substance|substanz|wirkstoff|tki|jaki|medikament|behandlung)"
_LIGAND_WORDS = r"(?:stimulus|stimulation|ligand|cytokine|stim|growthfactor|zytokin)"
#: Folded headers of each role, as regular expressions.
_HEADERS = (
    (rf"{_DRUG_WORDS}(?:2|b)", "inhibitor_2"),
    (rf"{_DRUG_WORDS}(?:2|b){_DOSE_WORDS}", DOSE_2),
    (r"(?:cell)?lines?(?:name)?|celllinename|cells?|model|zelll?inie|zellen|sample(?:name)?", CELL_LINE),
    (rf"{_DRUG_WORDS}(?:name|1|a)?s?", INHIBITOR),
    (rf"(?:{_DRUG_WORDS}(?:1|a)?)?(?:log)?{_DOSE_WORDS}s?", DOSE),
    (rf"{_LIGAND_WORDS}(?:name)?", STIMULUS),
    (rf"{_LIGAND_WORDS}{_DOSE_WORDS}", STIMULUS_DOSE),
    (r"pre(?:treatment|incubation|treat|inc|tx)(?:time)?", PRETREATMENT),
    (
        r"t|time(?:point)?s?|zeit|duration|(?:incubation|exposure|stimulation|treatment)time|time(?:after|of|post|since)\w*",
        TIME,
    ),
    (r"observable|readout|target|analyte|antibody|protein|marker|assay|epitope|phosphoprotein", OBSERVABLE),
    (
        r"(?:band|norm|normali[sz]ed|mean|measured|relative|rel)*(?:value|signal|intensity|density|densitometry|"
        r"quantification|quant|result|wert|messwert|response|volume|adjvol|area|mean)s?",
        VALUE,
    ),
    (
        r"(?:experiment|exp|blot|gel|membrane|plate|run|batch|assayplate|platte)(?:id|no|number|nr|name|barcode)?",
        "experiment",
    ),
    (
        r"(?:bio(?:logical)?|tech(?:nical)?)?(?:replicates?|reps?|repeat|replikat|wiederholung)(?:id|no|number|nr)?|n",
        "replicate",
    ),
    (r"screen(?:name|id)?|lab|laboratory", "screen"),
    (r"censored|limit|qualifier", "censored"),
    (r"alterations?|mutations?|genotype", "alterations"),
    (r"well(?:id|position|pos|no)?|position", WELL),
    (r"(?:well|sample)?(?:type|content|role)s?|contents", CONTENT),
    (
        r"comments?|notes?|remarks?|date|datum|operator|user|sd|sem|stdev|stddev|std|cv|error|index|id|no|number|nr|"
        r"bemerkung(?:en)?|file(?:name)?|lane|spur|exposure|initials|concunit|unit|vehicle(?:type)?|solvent|passage",
        IGNORE,
    ),
)
#: What a unit alone says of a role that has none.
_OF_UNIT = ((is_molar, DOSE), (is_mass, STIMULUS_DOSE), (is_time, TIME))


@dataclass(frozen=True)
class Column:
    """A column of an export.

    Parameters
    ----------
    place : int
        From 0.
    header : str
        As it stands in the file.
    role : str
        A key of :data:`ROLES`.
    unit : str
        Of its numbers; empty where nothing says it.
    facts : mapping of str to Fact
        What the header says of every value below it: a drug, a time, a readout.
    is_declared : bool
        Whether the unit was declared by the user.
    """

    place: int
    header: str
    role: str
    unit: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    is_declared: bool = False


def column_of(place: int, header: str, vocabulary: Vocabulary, declared: Declared) -> Column | None:
    """Return what a header says of its column, or None where it is not understood."""
    stem, unit = split_unit(header)
    own = declared.units.get(header, "")
    unit = own or unit
    role = declared.columns.get(header, "")
    if role:
        is_readout = role not in ROLES and kind_of(role) is not None
        facts = {OBSERVABLE: kind_of(role) or ""} if is_readout else {}
        return Column(place, header, VALUE if is_readout else role, unit, facts, bool(own))
    found = _of_words(place, header, stem, unit) or _of_readout(place, header, stem, unit)
    found = found or _of_substance(place, header, stem, unit, vocabulary) or _of_facts(place, header, vocabulary)
    if found is None or not own:
        return found
    return Column(place, header, found.role, own, found.facts, True)


def _of_words(place: int, header: str, stem: str, unit: str) -> Column | None:
    """Return a column whose header is a word for a role."""
    written = folded(stem).replace(".", "")
    if not written:
        role = next((role for is_of, role in _OF_UNIT if is_of(unit)), "")
        return Column(place, header, role, unit) if role else None
    if written == "logdose":
        return Column(place, header, DOSE, "" if unit == "log10" else unit)
    for pattern, role in _HEADERS:
        if re.fullmatch(pattern, written):
            if role == INHIBITOR and is_molar(unit):  # inhibitor_nM
                role = DOSE
            if role == "inhibitor_2" and is_molar(unit):
                role = DOSE_2
            if role == STIMULUS and (is_molar(unit) or is_mass(unit)):
                role = STIMULUS_DOSE
            return Column(place, header, role, unit)
    return None


def _of_readout(place: int, header: str, stem: str, unit: str) -> Column | None:
    """Return a column whose header is the name of what was measured."""
    kind = kind_of(header) or kind_of(stem)
    if kind is None:
        return None
    return Column(place, header, VALUE, unit if kind != RAW else "a.u.", {OBSERVABLE: kind})


def _of_substance(place: int, header: str, stem: str, unit: str, vocabulary: Vocabulary) -> Column | None:
    """Return a column of doses whose header is the name of what was given."""
    meaning = vocabulary.meaning(stem)
    if meaning is None or not (is_molar(unit) or is_mass(unit)):
        return None
    if meaning[0] == INHIBITOR and is_molar(unit):
        return Column(place, header, DOSE, unit, {INHIBITOR: meaning[1]})
    return Column(place, header, STIMULUS_DOSE, unit, {STIMULUS: meaning[1]}) if meaning[0] == STIMULUS else None


def _of_facts(place: int, header: str, vocabulary: Vocabulary) -> Column | None:
    """Return a column of values whose header says what they were measured of."""
    facts = vocabulary.facts(header)
    return Column(place, header, VALUE, "", facts) if facts else None


def is_number(text: str) -> bool:
    """Whether a cell is a number, a limit (``<0.2``) or a percentage."""
    return number_of_text(text.lstrip("<>≤≥= ").removesuffix("%").strip()) is not None
