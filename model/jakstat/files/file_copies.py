"""Tables that are listed twice, or are copies of others: their measurements would count twice without a word."""

from collections.abc import Sequence
from pathlib import Path

from jakstat.files.named_files import why_unreadable
from jakstat.files.text_files import sha256_of

EACH_TABLE_ONCE = "each table once: its measurements would count twice"


def copies_of_tables(paths: Sequence[Path]) -> dict[int, str]:
    """Return what is wrong with each path of a list that is an earlier one, or has the same content, by its place.

    Files that cannot be read, and empty ones, are left to their reader.
    """
    first: dict[str, Path] = {}
    found = {}
    for place, path in enumerate(paths):
        if len(paths) < 2 or why_unreadable(path) or not path.is_file() or not path.stat().st_size:
            continue
        digest = sha256_of(path)
        if digest in first:
            is_same = path.resolve() == first[digest].resolve()
            found[place] = f"{path.name} twice" if is_same else f"{path.name}, a copy of {first[digest].name}"
        first.setdefault(digest, path)
    return found
