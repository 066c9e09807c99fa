"""Where compiled code is kept, and whose files are loaded: loading compiled code means running it.

A file is loaded only if it belongs to who runs, to root, or to the group that ``JAKSTAT_CACHE_GROUP`` names, and if
nobody else can write to it. That is asked of the opened file, whatever its folder allows. A folder that everybody can
write to, or that belongs to somebody else, is not used at all. Who may read such a cache but not write to it reads it,
and keeps what it lacks in a private folder; a run is never stopped by its cache.

Folders are made with the modes that the umask gives; files are writable by their owner alone, since they are replaced
and never changed.

This module is imported with ``jakstat``, and so imports nothing that takes time.
"""

import contextlib
import grp
import logging
import os
import pwd
import stat
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_LOG = logging.getLogger("jakstat")
_GROUP_VARIABLE = "JAKSTAT_CACHE_GROUP"
#: What chooses folders, read anew at each use: a choice made in one environment is not kept for another.
_VARIABLES = ("JAKSTAT_CACHE", "XDG_CACHE_HOME", "HOME", "TMPDIR", _GROUP_VARIABLE)


@dataclass(frozen=True)
class CacheFolders:
    """Folders that are searched for compiled code, in order; and the one that new code is kept in.

    ``kept`` is None where there is no place at all: code is then compiled for the process alone.
    """

    searched: tuple[Path, ...]
    kept: Path | None


def cache_folders() -> CacheFolders:
    """Return the folders of compiled code: $JAKSTAT_CACHE, else jakstat in the user's cache folder.

    Where that cannot be used, one line of the log says where, why, what to do and what is used instead: the user's
    cache folder, or a folder of the user in the folder of temporary files.
    """
    return _choose(tuple(os.environ.get(name) for name in _VARIABLES), os.geteuid())


@cache
def _choose(environment: tuple[str | None, ...], user: int) -> CacheFolders:
    reasons: list[str] = []
    searched: list[Path] = []
    kept = None
    for folder in _candidates(environment[0]):
        reasons.append(_prepare(folder))
        if not reasons[-1]:
            searched.append(folder)
            if os.access(folder / "kernels", os.W_OK | os.X_OK):
                kept = folder
                break
    if kept is None:
        _LOG.warning("%s; compiled code is not kept", "; ".join(filter(None, reasons)))
    elif reasons[0]:
        _LOG.warning("%s; compiled code is kept in %s instead", reasons[0], kept)
    return CacheFolders(tuple(searched), kept)


def _candidates(asked: str | None) -> Iterator[Path]:
    if asked:
        yield Path(asked).expanduser().absolute()
    with contextlib.suppress(RuntimeError):  # a user without a home
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jakstat"
    with contextlib.suppress(OSError):
        yield _temporary_folder()


def _prepare(folder: Path) -> str:
    """Make a cache's folders unless they are there; return what is wrong with them, or nothing."""
    try:
        with contextlib.suppress(PermissionError):  # what is there already may be readable
            make_folder(folder / "kernels")
        return objection_to_folder(folder) or objection_to_folder(folder / "kernels")
    except OSError as error:
        return _sentence(folder, _unusable(error), "a folder that can be made, read and written")


def make_folder(folder: Path) -> None:
    """Make a folder of compiled code, and those that it is in, with the modes of umask; never for everybody to write.

    Raises
    ------
    OSError
        It is not there and cannot be made.
    """
    if not folder.is_dir():
        if folder.parent != folder:
            make_folder(folder.parent)
        # Among the temporary files of everybody, what is ours is nobody else's.
        folder.mkdir(0o700 if folder == _temporary_folder() else 0o775, exist_ok=True)


def _temporary_folder() -> Path:
    return Path(tempfile.gettempdir()) / f"jakstat-{os.geteuid()}"


def objection_to_folder(folder: Path) -> str:
    """Return why code is not loaded from a folder, as a sentence; empty where nothing is wrong with it.

    Raises
    ------
    OSError
        There is no such folder, or it may not be looked at.
    """
    status = folder.stat()
    if not stat.S_ISDIR(status.st_mode):
        return _sentence(folder, "no folder", "a folder")
    if not os.access(folder, os.R_OK | os.X_OK):
        return _sentence(folder, "a folder that this user may not read", "read access to it")
    found, remedy = _foreign(status), f"let {_GROUP_VARIABLE} name its group, if you trust all who are in it"
    if status.st_mode & stat.S_IWOTH:
        found, remedy = f"a folder that everybody can write to (mode {stat.S_IMODE(status.st_mode):04o})", "chmod o-w"
    return _sentence(folder, found, _needed(remedy)) if found else ""


def objection_to_file(status: os.stat_result) -> str:
    """Return why a file of compiled code is not loaded: what was found; empty where nothing is wrong with it."""
    if not stat.S_ISREG(status.st_mode):
        return "something that is no regular file"
    mode = f"(mode {stat.S_IMODE(status.st_mode):04o})"
    if status.st_mode & stat.S_IWOTH:
        return f"a file that everybody can write to {mode}"
    if status.st_mode & stat.S_IWGRP and status.st_gid != trusted_group():
        return f"a file that the group {_group_name(status.st_gid)} can write to {mode}"
    return _foreign(status)


def trusted_group() -> int | None:
    """Return the number of the group that ``JAKSTAT_CACHE_GROUP`` names, None where it names none that exists."""
    named = os.environ.get(_GROUP_VARIABLE, "").strip()
    return _group_number(named) if named else None


@cache
def _group_number(named: str) -> int | None:
    if named.isdecimal():
        return int(named)
    try:
        return grp.getgrnam(named).gr_gid
    except KeyError:
        _LOG.warning(
            "%s: found %s; needed: the name or number of a group of this machine (see: id); "
            "compiled code of other users is not loaded",
            _GROUP_VARIABLE,
            named,
        )
        return None


def _foreign(status: os.stat_result) -> str:
    if status.st_uid in (os.geteuid(), 0) or status.st_gid == trusted_group():
        return ""
    kind = "folder" if stat.S_ISDIR(status.st_mode) else "file"
    return f"a {kind} of the user {_user_name(status.st_uid)}"


def _unusable(error: OSError) -> str:
    return f"a place that cannot be used ({os.strerror(error.errno or 0).lower()})"


def _sentence(folder: Path, found: str, needed: str) -> str:
    return f"{folder}: found {found}; needed: {needed}"


def _needed(remedy: str) -> str:
    return (
        "a folder that belongs to you, to root or to the group named by JAKSTAT_CACHE_GROUP and that not everybody can "
        f"write to, because compiled code is run when it is loaded ({remedy}; or let JAKSTAT_CACHE name another folder)"
    )


def _user_name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group_name(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def read_trusted(path: Path) -> bytes | None:
    """Return the bytes of a file of compiled code, None where there is none that may be loaded (the log says why)."""
    try:
        # A pipe would be waited for without O_NONBLOCK.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            found = objection_to_file(os.fstat(file.fileno()))
            if not found:
                return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        found = f"a file that cannot be read ({os.strerror(error.errno or 0).lower()})"
    _say_once(
        f"{path}: found {found}; needed: compiled code that only you, root or the group named by "
        "JAKSTAT_CACHE_GROUP can write; it is made anew"
    )
    return None


def write_whole(path: Path, content: bytes) -> bool:
    """Write a file of compiled code aside and rename it; return whether it could be kept (else the log says why)."""
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:16]}")
    try:
        make_folder(path.parent)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)  # less what umask takes
        try:
            with open(handle, "wb") as file:
                file.write(content)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        _say_once(
            f"{path.parent}: compiled code could not be kept ({os.strerror(error.errno or 0).lower()}); this run "
            "does not need it, the next one compiles again"
        )
        return False
    return True


@cache
def _say_once(line: str) -> None:
    _LOG.warning(line)


def guard_pytensor_folder() -> None:
    """Let PyTensor keep its compiled code in a folder that can be trusted and written to.

    That which ``PYTENSOR_FLAGS`` names (base_compiledir), or PyTensor's own, stays where nothing is wrong with it. Else
    one line of the log says so, and ``PYTENSOR_FLAGS`` of this process names a private folder. Does nothing once
    PyTensor has been imported.
    """
    if "pytensor" in sys.modules:
        return
    flags = [part.strip() for part in os.environ.get("PYTENSOR_FLAGS", "").split(",") if part.strip()]
    named = [flag.partition("=")[2].strip() for flag in flags if flag.partition("=")[0].strip() == "base_compiledir"]
    folder = Path(named[-1] if named else os.path.join(os.environ.get("HOME", "~"), ".pytensor")).expanduser()
    reason = _objection_to_pytensor(folder.absolute())
    if not reason:
        return
    kept = _private_folder()
    others = [flag for flag in flags if not flag.replace(" ", "").startswith("base_compiledir=")]
    os.environ["PYTENSOR_FLAGS"] = ",".join([*others, f"base_compiledir={kept / 'pytensor'}"])
    _LOG.warning("%s; PyTensor's compiled code is kept in %s instead", reason, kept / "pytensor")


def _objection_to_pytensor(folder: Path) -> str:
    """Return why PyTensor shall not use a folder; it writes to it, and makes it where there is none."""
    try:
        for place in (folder, folder / "numba"):
            if place.exists():
                reason = objection_to_folder(place)
                if reason:
                    return reason
        existing = next(place for place in (folder / "numba", folder, *folder.parents) if place.exists())
    except OSError as error:
        return _sentence(folder, _unusable(error), "a folder that can be read and written to")
    if not os.access(existing, os.W_OK | os.X_OK):
        return _sentence(folder, f"that {existing} cannot be written to by this user", "a folder that can")
    return ""


def _private_folder() -> Path:
    """Return a folder that this user alone writes to."""
    for folder in _candidates(None):
        if not _prepare(folder) and os.access(folder, os.W_OK | os.X_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix="jakstat-"))
