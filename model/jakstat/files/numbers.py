"""Numbers as tables have them, by one strict rule, and what to do about text that a person would take for one.

A number is an optional sign, digits with at most one decimal point, and at most one exponent: ``-0.5``, ``12``,
``1.2e3``, ``.5``. Python's ``float`` reads more than that (``1_12`` as 112, digits of other scripts, ``nan``): a plate
called 1_12 is no number.
"""

import math
import re

# Possessive: a cell of a hundred thousand digits and a letter is not tried at each of them.
_DIGITS = r"(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)"
_EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
_NUMBER = re.compile(rf"[+-]?{_DIGITS}{_EXPONENT}")
_INFINITY = re.compile(r"([+-]?)inf(?:inity)?", re.IGNORECASE | re.ASCII)
#: As English and German spreadsheets abbreviate them.
_MONTH = r"(?:jan|feb|mar|mrz|mär|apr|mai|may|jun|jul|aug|sep|o[ck]t|nov|de[cz])"
#: Characters that a cell meant as a number has at most.
_LONGEST_NUMBER = 100
#: What a cell that is no number looks like, and what its writer should do; the first that fits is said.
_HINTS = (
    (r"#\S*", "a spreadsheet's error: mend it, or leave the row out"),
    (r"(?:n\.?\s?[ad]\.?|n/a|nan|na|null|none|missing|-+|\?+|\.)", "where nothing was measured, leave the row out"),
    (
        r"(?:<|below|under)?\s*(?:LOD|LOQ|LLOD|LLOQ|BDL|BLQ|n\.?\s?q\.?)|low",
        "below a limit: the limit alone here, and below in a column censored",
    ),
    (
        r"(?:>|above|over)?\s*(?:ULOD|ULOQ)|over|ovrflw|overflow|saturated|high",
        "above a limit: the limit alone here, and above in a column censored",
    ),
    (rf"[<≤]=?\s*{_DIGITS}{_EXPONENT}", "below a limit: the limit alone here, and below in a column censored"),
    (rf"[>≥]=?\s*{_DIGITS}{_EXPONENT}", "above a limit: the limit alone here, and above in a column censored"),
    (rf"[+-]?{_DIGITS}{_EXPONENT}\s*[%‰]", "without the sign: divide by 100 where the unit is a fraction"),
    (r"[\u2010-\u2015\u2212\ufe63\uff0d].*", "with the minus of the keyboard, -"),
    (r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]*", "with a decimal point, without separators of thousands"),
    (r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?", "with a decimal point"),
    (r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]*", "with a decimal point, without separators of thousands"),
    (r"[+-]?[0-9]+(?:[\s_'’][0-9]+)+(?:\.[0-9]*)?", "without separators of thousands"),
    (rf"[+-]?{_DIGITS}\s*(?:[x×*·]\s*10\s*\^?|[dD])\s*[+-]?[0-9]+", "with an exponent as in 1.5e-3"),
    (rf"[~≈±]\s*{_DIGITS}{_EXPONENT}", "without the sign before it"),
    (rf"{_DIGITS}{_EXPONENT}\s*(?:±|\+/-|\+-).*", "the value alone, its error in a column of its own"),
    (
        rf"[0-9]+[-/.][0-9]+[-/.][0-9]+.*|[0-9]{{1,2}}\s*[-/.]?\s*{_MONTH}\.?(?:[-/. ][0-9]+)?|{_MONTH}[-/. ][0-9]+",
        "a number that a spreadsheet made a date: give the cells the format Text",
    ),
    (r"[0-9]+:[0-9]{2}(?::[0-9]{2})?", "a number that a spreadsheet made a time: give the cells the format Text"),
    (rf"\({_DIGITS}\)", "with a minus, without parentheses, where it is negative"),
    (rf"{_DIGITS}{_EXPONENT}\s*(?:[*†‡§]+|[(\[].*)", "without marks and notes: a column for people can have them"),
    (rf"[+-]?{_DIGITS}{_EXPONENT}\s*(?![ex])[a-zµμ].*", "without its unit, which the name of the column has"),
)


def number_of_text(text: str) -> float | None:
    """Return the number that a text is, or None where it is none.

    Parameters
    ----------
    text : str
        A cell without blanks around it. ``inf``, ``-inf`` and ``infinity`` are read; ``nan`` is none, nor is a number
        too large for a float, like 1e999.
    """
    if _NUMBER.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else None
    infinite = _INFINITY.fullmatch(text)
    if infinite:
        return -math.inf if infinite.group(1) == "-" else math.inf
    return None


def finite_number_of_text(text: str) -> float | None:
    """Return the finite number that a text is, or None where it is none."""
    number = number_of_text(text)
    return number if number is not None and math.isfinite(number) else None


def number_remedy(text: str) -> str:
    """Return what to do about a text that should be a number; empty where it looks like none."""
    if _NUMBER.fullmatch(text):
        return "smaller than 1e308"
    if len(text) > _LONGEST_NUMBER:
        return ""
    for pattern, remedy in _HINTS:
        if re.fullmatch(pattern, text, re.IGNORECASE):
            return remedy
    return "with the digits 0 to 9" if any(sign.isdigit() and not sign.isascii() for sign in text) else ""
