"""Whether a path that a person has named can be read as a file, found out without opening it.

A named pipe would wait for ever, a device has no end, and a path with a NUL character is an error of its own: each is
refused by one sentence. This module is used whenever the workflow is read, and imports nothing that takes time.
"""

import os
import stat
from pathlib import Path

#: The largest file of any kind that is read, in bytes. The largest known table of measurements has a tenth of it.
MAX_BYTES = 100_000_000
#: What is found where a name cannot be a path.
NO_PATH = "a path with a character that no path may have"
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_LONGEST_SHOWN = 200


def why_unreadable(path: Path, max_bytes: int = MAX_BYTES) -> str:
    """Return why a path cannot be read as a file, empty where it can.

    Parameters
    ----------
    path : Path
        Links are followed.
    max_bytes : int
        The largest size that is allowed.
    """
    try:
        found = os.stat(path)
    except OSError as error:
        return error.strerror or type(error).__name__
    except ValueError:
        return NO_PATH
    for is_kind, kind in _KINDS:
        if is_kind(found.st_mode):
            return f"{kind}, no file"
    if found.st_size > max_bytes:
        return f"a file of {found.st_size / 1e6:,.1f} MB, above the limit of {max_bytes / 1e6:,.0f} MB"
    return ""


def shown_path(path: Path) -> str:
    """Return a path for a message: without characters that a terminal would act on, and not endless."""
    text = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in str(path)
    )
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."
