"""Decimal commas and points: which of them an export has, and its numbers with points.

A comma between digits is a decimal comma, or it separates thousands: 0,5 says the one, 12,000,000 the other, 1,500
alone says nothing. What no cell of the table decides is not guessed.
"""

import re
from collections.abc import Iterable

from jakstat.intake.units import is_mass, is_molar, is_time, unit_of

#: A number with what may stand around it: a limit before, a unit or sign after.
_NUMBER = re.compile(
    r"([<>≤≥]=?\s*)?([+-]?[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?|[+-]?[.,][0-9]+)(\s*(?:%|[a-zA-Zµμ][\w/]*))?"
)
#: A number within a text, and the unit after it.
_IN_TEXT = re.compile(r"(?<![0-9.,])(?P<number>[0-9][0-9.,]*)(?=\s*(?P<unit>[a-zA-Zµμ]+(?:/m?[lL])?)(?![\w-]))")
_COMMA = re.compile(
    r"[+-]?(?:[0-9]*,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]*)(?:[eE][+-]?[0-9]+)?|[0-9]{1,3}(?:\.[0-9]{3}){2,}"
)
_POINT = re.compile(
    r"[+-]?(?:[0-9]*\.[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]*)(?:[eE][+-]?[0-9]+)?|[0-9]{1,3}(?:,[0-9]{3}){2,}"
)
#: One group of three digits after one to three that begin with no 0: thousands, or a decimal number.
_COMMA_GROUP = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_POINT_GROUP = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")


class MarkError(ValueError):
    """The decimal mark is not clear: ``cell`` is an example, ``found`` and ``needed`` are for a fault."""

    def __init__(self, cell: str, found: str, needed: str):
        super().__init__(f"found {found}; needed: {needed}")
        self.cell, self.found, self.needed = cell, found, needed


def decimal_mark(cells: Iterable[str], is_of_semicolons: bool) -> str:
    """Return the decimal mark of the numbers among cells: ``point`` or ``comma``.

    Doses and times within texts (``HEL 1,5 h``) count where no cell that is a number says it.

    Parameters
    ----------
    cells : iterable of str
    is_of_semicolons : bool
        Whether the table has semicolons between cells, as spreadsheets write it where commas are decimal marks: 1.500
        may be 1500 there.

    Raises
    ------
    MarkError
        Some cells have decimal commas, others points; or all could be thousands.
    """
    cells = list(cells)
    written = [(cell, found.group(2)) for cell in cells if (found := _NUMBER.fullmatch(cell))]
    in_texts = [(cell, number) for cell in cells if not _NUMBER.fullmatch(cell) for number in _numbers_within(cell)]
    mark, unclear = _mark_of(written, is_of_semicolons)
    if not mark:
        mark, more = _mark_of(in_texts, is_of_semicolons)
        unclear += more
    if not mark and unclear:
        needed = "--decimal comma, or --decimal point: it may be a thousand times as much"
        raise MarkError(unclear[0], f"{unclear[0]!r}, and no number that says what its mark means", needed)
    return mark or "point"


def _mark_of(written: list[tuple[str, str]], is_of_semicolons: bool) -> tuple[str, list[str]]:
    """Return the mark that cells and their numbers say, empty where none does, and cells that could be thousands."""
    groups = [cell for cell, number in written if _COMMA_GROUP.fullmatch(number)]
    points = [cell for cell, number in written if _POINT_GROUP.fullmatch(number)]
    with_comma = [cell for cell, number in written if _COMMA.fullmatch(number) and not _COMMA_GROUP.fullmatch(number)]
    with_point = [cell for cell, number in written if _POINT.fullmatch(number) and not _POINT_GROUP.fullmatch(number)]
    if with_comma and with_point:
        both = f"decimal commas ({with_comma[0]!r}) and decimal points ({with_point[0]!r})"
        raise MarkError(with_comma[0], both, "one of them: --decimal comma, or --decimal point")
    if with_comma or with_point:
        return ("comma" if with_comma else "point"), []
    return "", groups or (points if is_of_semicolons else [])


def _numbers_within(text: str) -> list[str]:
    """Return the numbers of doses and times within a text."""
    units = ((found["number"], unit_of(found["unit"])) for found in _IN_TEXT.finditer(text))
    return [number for number, unit in units if is_molar(unit) or is_mass(unit) or is_time(unit)]


def text_with_points(text: str, mark: str) -> str:
    """Return a text whose numbers before units have decimal points; as it is where ``mark`` is empty, not known."""
    return _IN_TEXT.sub(lambda found: with_points(found["number"], mark), text) if mark else text


def mark_remedy(text: str) -> str:
    """Say what to do about a comma between digits within a text; nothing where it has none."""
    if not re.search(r"[0-9],[0-9]", text):
        return ""
    return "--decimal comma (or point) says what the comma between digits is; "


def with_points(cell: str, mark: str) -> str:
    """Return a cell that is a number with its decimal point and without separators of thousands; others as they are."""
    found = _NUMBER.fullmatch(cell)
    if found is None:
        return cell
    number = found.group(2)
    written = number.replace(".", "").replace(",", ".") if mark == "comma" and "," in number else number
    if mark == "comma" and "," not in number and re.fullmatch(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+", number):
        written = number.replace(".", "")
    if mark == "point" and re.fullmatch(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?", number):
        written = number.replace(",", "")
    return f"{found.group(1) or ''}{written}{found.group(3) or ''}"
