"""Units in headers and cells: doses to nM or ng/ml, times to minutes, viabilities to shares, without rounding.

Numbers are :class:`decimal.Decimal`: 0.3 uM is 300 nM, not 299.99999999999994.
"""

import re
from decimal import Decimal
from types import MappingProxyType

#: Power of ten to nM.
_MOLAR = MappingProxyType({"pM": -3, "nM": 0, "uM": 3, "mM": 6, "M": 9})
#: Power of ten to ng/ml.
_MASS = MappingProxyType({"pg/ml": -3, "ng/ml": 0, "ug/ml": 3, "mg/ml": 6, "ug/l": 0, "ng/l": -3})
#: Seconds.
_TIME = MappingProxyType({"s": 1, "min": 60, "h": 3600, "d": 86400})
_SHARE = MappingProxyType({"percent": -2, "share": 0})
#: Ways of writing a unit, as regular expressions; the first that is met counts. The case decides between M and m:
#: 450 nm is a wavelength, 5 um a filter, 12 pm a time of day.
_WRITTEN = (
    (r"(?:pM|pmol/[lL]|picomolar)", "pM"),
    (r"(?:nM|nmol/[lL]|nanomolar)", "nM"),
    (r"(?:[uµμ]M|[uµμ]mol/[lL]|micromolar)", "uM"),
    (r"(?:mM|mmol/[lL]|millimolar)", "mM"),
    (r"(?:M|mol/[lL]|molar)", "M"),
    (r"pg(?:/|_per_| per )m[lL]", "pg/ml"),
    (r"ng(?:/|_per_| per )m[lL]", "ng/ml"),
    (r"[uµμ]g(?:/|_per_| per )m[lL]", "ug/ml"),
    (r"mg(?:/|_per_| per )m[lL]", "mg/ml"),
    (r"[uµμ]g/[lL]", "ug/l"),
    (r"ng/[lL]", "ng/l"),
    (r"(?:s|sec|secs|seconds?|Sekunden)", "s"),
    (r"(?:min|mins|minutes?|Minuten?|m|')", "min"),
    (r"(?:h|hr|hrs|hours?|Std|Stunden?|H)", "h"),
    (r"(?:d|days?|Tage?)", "d"),
    (r"(?:%|percent|per cent|pct)(?: ?of ?(?:control|ctrl|DMSO|vehicle|untreated))?", "percent"),
    (r"(?:fraction|share|proportion)", "share"),
    (r"(?:a\.?u\.?|arb\.? ?units?|rel\.? ?units?|r\.?u\.?|RLU|RFU|counts|cells|cells/m[lL]|OD|MFI)", "a.u."),
)
_LOG = re.compile(
    r"log_?\s*(?:10)?[\s_(\[]*(?:(?:conc\w*|dose|\w*inib)?[\s_,(\[]*)(?P<unit>[pnuµμm]?M|mol/l)?[\s)\]]*", re.IGNORECASE
)
_ANY = "|".join(f"(?:{pattern})" for pattern, _ in _WRITTEN)
_IN_BRACKETS = re.compile(rf"(?P<stem>.*?)[\s_,]*[(\[]\s*(?:in\s+)?(?P<unit>{_ANY})\s*[)\]]")
_AT_END = re.compile(rf"(?P<stem>.*?)(?:\s*,\s*|[\s_/]+(?:in[\s_]+)?|(?<=\S)(?=%))(?P<unit>{_ANY})")


def unit_of(text: str) -> str:
    """Return a unit by its name here (``nM``, ``min``, ``percent``, ``log10 M``); empty where it is none."""
    text = text.strip()
    if text.casefold().startswith("log"):
        found = _LOG.fullmatch(text.replace(" ", "_"))
        return f"log10 {unit_of(found['unit'])}" if found and found["unit"] else ""
    return next((unit for pattern, unit in _WRITTEN if re.fullmatch(pattern, text)), "")


def split_unit(header: str) -> tuple[str, str]:
    """Return a header without its unit, and the unit; empty where it has none.

    ``Conc. (uM)``, ``time_min``, ``viability in %`` and ``log10[M]`` are understood. A header that is a unit alone
    (``hours``, ``%``) has no stem.
    """
    header = " ".join(header.split())
    if header.casefold().startswith("log"):
        found = _LOG.fullmatch(header)
        if found:
            return "log dose", f"log10 {unit_of(found['unit'])}" if found["unit"] else "log10"
    if len(header) > 1 and unit_of(header):
        return "", unit_of(header)
    for pattern in (_IN_BRACKETS, _AT_END):
        if (found := pattern.fullmatch(header)) and found["stem"]:
            return found["stem"].strip(" _,/"), unit_of(found["unit"])
    if header.startswith("%"):
        return header.lstrip("% ").removeprefix("of "), "percent"
    return header, ""


def dose_of_length(header: str) -> str:
    """Return the unit of doses that a header may mean by a length (``conc_um``: uM); empty where it ends in none."""
    found = re.search(r"(?:^|[\s_(\[,/])(?P<prefix>[pnuµμm])m\s*[)\]]?$", header)
    return unit_of(f"{found['prefix']}M") if found else ""


def is_molar(unit: str) -> bool:
    """Whether a unit is one of doses in mol/l, as such or as its logarithm."""
    return unit.removeprefix("log10 ") in _MOLAR


def is_mass(unit: str) -> bool:
    """Whether a unit is one of doses in mass per volume."""
    return unit in _MASS


def is_time(unit: str) -> bool:
    """Whether a unit is one of time."""
    return unit in _TIME


def in_nM(value: Decimal, unit: str) -> Decimal:
    """Return a dose in nM, six digits where it was a logarithm; ``unit`` is one that :func:`is_molar` takes."""
    if unit.startswith("log10 "):
        value = Decimal(f"{10.0 ** float(value):.6g}")
    return plain(value.scaleb(_MOLAR[unit.removeprefix("log10 ")]))


def in_ng_per_ml(value: Decimal, unit: str) -> Decimal:
    """Return a dose in ng/ml."""
    return plain(value.scaleb(_MASS[unit]))


def in_minutes(value: Decimal, unit: str) -> Decimal:
    """Return a time in minutes."""
    return plain(value * _TIME[unit] / _TIME["min"])


def as_share(value: Decimal, unit: str) -> Decimal:
    """Return a viability as a share of untreated cells; ``unit`` is ``percent`` or ``share``."""
    return plain(value.scaleb(_SHARE[unit]))


def plain(value: Decimal) -> Decimal:
    """Return a number without trailing zeros and without an exponent in its text."""
    return Decimal(format(value.normalize(), "f"))
