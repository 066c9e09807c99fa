"""Files of compiled code: found in the folders that are searched, each compared with its seal before it is used."""

import logging
from pathlib import Path

from jakstat.files import cache_folders, has_seal, read_trusted, seal, unseal, write_whole

_LOG = logging.getLogger("jakstat")
_SAID: set[Path] = set()  # what the log has a line of


def code_folders(digest: str) -> tuple[Path, ...]:
    """Return the folders in which the compiled code with this digest is looked for."""
    return tuple(folder / "kernels" / digest for folder in cache_folders().searched)


def kept_folder(digest: str) -> Path | None:
    """Return the folder in which newly compiled code with this digest is kept; None where there is no place."""
    folder = cache_folders().kept
    return folder / "kernels" / digest if folder is not None else None


def read_code(path: Path) -> bytes | None:
    """Return the content of a file of compiled code; None where it is absent, damaged or somebody else's.

    The log says which, and that it is made anew.
    """
    sealed = read_trusted(path)
    if sealed is None:
        return None
    content = unseal(sealed, _sealed_name(path))
    if content is None and has_seal(sealed):
        _say_once(path, path, "content that is not what its digest says")
    elif content is None:  # PyTensor's folder may hold hundreds that were kept by something else: one line for all
        _say_once(path.parent, path, "no digest at its end (others beside it, if they lack it too, are not named)")
    return content


def write_code(path: Path, content: bytes) -> bool:
    """Keep a file of compiled code; return whether that was possible (else the log says why)."""
    return write_whole(path, seal(content, _sealed_name(path)))


def _sealed_name(path: Path) -> str:
    """Return what a file is: a file that was put in the place of another is not taken for it."""
    return f"{path.parent.name}/{path.name}"


def _say_once(subject: Path, path: Path, found: str) -> None:
    if subject not in _SAID:  # numba reads an index when it looks for code, and again when it adds to it
        _SAID.add(subject)
        _LOG.warning("%s: found %s; needed: compiled code as jakstat wrote it; it is made anew", path, found)
