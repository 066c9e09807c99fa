"""Names that are near a misspelt one: another case, other hyphens, a letter more or less."""

import difflib
import re
from collections.abc import Iterable


def folded(name: str) -> str:
    """Return a name without what people leave out or vary: case, blanks, hyphens, points, underscores."""
    return re.sub(r"[\W_]", "", name.casefold())


def near_names(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the known names that are near ``name``: those that differ in case and signs alone, else similar ones."""
    choices = sorted(known) if name else []
    same = [choice for choice in choices if folded(choice) == folded(name)] if folded(name) else []
    if same:
        return same[:most]
    by_lower = {choice.casefold(): choice for choice in choices}
    return [by_lower[found] for found in difflib.get_close_matches(name.casefold(), by_lower, n=most)]
