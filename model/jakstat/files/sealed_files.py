"""Files that say whether they are whole: their last line is a digest of every byte before it.

Content and digest are one file, so that a copy of the file is still checked and no reader meets the content of one
write with the digest of another. Nothing is parsed, unpickled or run before the digest has been compared: parsers of
machine code, pickles and HDF5 crash on damaged bytes instead of complaining.
"""

import hashlib
import os
import stat
from pathlib import Path

_BEGIN = b"\n; jakstat: SHA-256 of all before this line "
_DIGITS = 64  # of a SHA-256 in hexadecimal
_END = b"\n"
_LENGTH = len(_BEGIN) + _DIGITS + len(_END)
_BLOCK = 2**20  # bytes that are read at once


class UnusableFileError(ValueError):
    """A file cannot be used; the message says which, what was found, what is needed and what to do."""


def seal(content: bytes, name: str) -> bytes:
    """Return content with its seal.

    Parameters
    ----------
    content : bytes
    name : str
        What the content is; enters the digest, so that one file is not taken for another. Empty where files may be
        renamed.
    """
    digest = hashlib.sha256(content)
    digest.update(name.encode())
    return content + _BEGIN + digest.hexdigest().encode() + _END


def unseal(sealed: bytes, name: str) -> bytes | None:
    """Return what :func:`seal` was given, None where a byte or the name is another."""
    content = sealed[:-_LENGTH]
    return content if len(sealed) >= _LENGTH and seal(content, name) == sealed else None


def has_seal(sealed: bytes) -> bool:
    """Whether content ends in a seal, be it right or wrong."""
    return sealed[-_LENGTH:].startswith(_BEGIN)


def seal_file(path: Path) -> None:
    """Append the seal to a file whose writer knows none (HDF5 ignores what stands behind its last block)."""
    seal_of_file = _BEGIN + _digest_of(path, path.stat().st_size).encode() + _END
    with open(path, "ab") as file:
        file.write(seal_of_file)


def require_whole(path: Path, remedy: str) -> None:
    """Compare a file with its seal, without parsing it.

    Parameters
    ----------
    path : path
    remedy : str
        What to do where the file is absent or damaged; the end of the message's sentence.

    Raises
    ------
    UnusableFileError
        The file is absent, empty, none that can be read, without a seal (cut short, or written by something else), or
        not as it was written.
    """
    found = _fault_of(path)
    if found:
        raise UnusableFileError(f"{path}: found {found}; needed: the file as jakstat wrote it; {remedy}")


def _fault_of(path: Path) -> str:
    """Return what is wrong with a sealed file, or nothing."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return "a folder" if stat.S_ISDIR(status.st_mode) else "something that is no regular file"
        if status.st_size == 0:
            return "an empty file"
        with open(path, "rb") as file:
            file.seek(max(0, status.st_size - _LENGTH))
            end = file.read()
        if not has_seal(end):
            return "no digest at its end (it was cut short, changed, or not written by this version of jakstat)"
        digest = _digest_of(path, status.st_size - _LENGTH)
    except FileNotFoundError:
        return "no file"
    except OSError as error:
        return f"a file that cannot be read ({os.strerror(error.errno or 0)})"
    whole = end == _BEGIN + digest.encode() + _END
    return "" if whole else "content that is not what its digest says (the file was damaged or changed)"


def _digest_of(path: Path, length: int) -> str:
    """Return the digest of the first ``length`` bytes."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while length > 0 and (block := file.read(min(_BLOCK, length))):
            digest.update(block)
            length -= len(block)
    return digest.hexdigest()
