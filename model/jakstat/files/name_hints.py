"""Names that are near a misspelt one: another case, other hyphens, a letter more or less."""

import difflib
from collections.abc import Iterable

#: How alike two names must be without regard to case (difflib's ratio): Tpo is not near X-typo.
_NEAR = 0.75


def folded(name: str) -> str:
    """Return what two spellings of one name share: letters, digits and points, without case, hyphens, spaces and such.

    A point stays, because 1.5 is not 15.
    """
    return "".join(one for one in name.casefold() if one.isalnum() or one == ".")


def near_names(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the names that are like ``name``: other spellings of it (case, hyphens, spaces) before misspelt ones."""
    if not name:
        return []
    choices = sorted(known)
    spelt = [one for one in choices if folded(one) == folded(name)]
    by_letters = {one.casefold(): one for one in reversed(choices)}
    misspelt = [by_letters[one] for one in difflib.get_close_matches(name.casefold(), by_letters, most, _NEAR)]
    similar = difflib.get_close_matches(name, choices, n=most)
    return list(dict.fromkeys([*spelt, *similar, *misspelt]))[:most]
