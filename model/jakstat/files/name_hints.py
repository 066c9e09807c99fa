"""Names that are near a misspelt one: another case, other hyphens, a letter more or less."""

import difflib
from collections.abc import Iterable

#: How alike two names must be without regard to case (difflib's ratio): Tpo is not near X-typo.
_NEAR = 0.75


def folded(name: str) -> str:
    """Return what two spellings of one name share: letters, digits and points, without case, hyphens, spaces and such.

    A point stays, because 1.5 is not 15.
    """
    return "".join(character for character in name.casefold() if character.isalnum() or character == ".")


def near_names(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the names that are like ``name``: other spellings of it (case, hyphens, spaces) before misspelt ones."""
    if not name:
        return []
    choices = sorted(known)
    spelt = [choice for choice in choices if folded(choice) == folded(name)]
    by_letters = {choice.casefold(): choice for choice in reversed(choices)}
    misspelt = [by_letters[match] for match in difflib.get_close_matches(name.casefold(), by_letters, most, _NEAR)]
    similar = difflib.get_close_matches(name, choices, n=most)
    return list(dict.fromkeys([*spelt, *similar, *misspelt]))[:most]
