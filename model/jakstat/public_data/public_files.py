"""Files of other laboratories that may not be handed on: from a folder or downloaded, and used only if known.

A file is known by its SHA-256 digest. One with another digest is a fault; one that is not there is not: a study whose
files cannot be had is left out.
"""

import hashlib
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from jakstat.files import Fault

#: Seconds without an answer after which an address counts as out of reach (assumed: a slow line answers within them).
PATIENCE = 30.0
#: Bytes of a download that are read at most; the files of d2d's examples are below 1 MB.
MOST_BYTES = 16 * 2**20


@dataclass(frozen=True)
class PublicFile:
    """A file: its path below an address or a folder, and the SHA-256 digest (64 hexadecimal digits) of its content."""

    path: str
    sha256: str


@dataclass(frozen=True)
class ObtainedMeasurements:
    """What could be had of a public data set.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a measurement; no rows where nothing could be had.
    origin : str
        The file or the address that the rows come from; empty where nothing could be had.
    absence : str
        A sentence for people that says why there is nothing and what to do; empty where there is something.
    """

    table: pd.DataFrame
    origin: str
    absence: str

    def as_dict(self) -> dict[str, object]:
        """Return what is to be known besides the rows, for a JSON file."""
        return {
            "obtained": not self.absence,
            "measurements": len(self.table),
            "origin": self.origin,
            "absence": self.absence,
        }


class OutOfReachError(OSError):
    """An address did not give a file; the message says which address and why."""


def where_looked(folder: Path | None, name: str) -> str:
    """Say why a file was not found in the folder with public files."""
    if folder is None:
        return "config key public_data.folder is not set"
    return f"{folder} (config key public_data.folder) {'has no' if folder.is_dir() else 'is no folder with'} {name}"


def read_known(folder: Path, file: PublicFile, faults: list[Fault]) -> bytes | None:
    """Return the content of a file of a folder, or None after adding the fault that it is not the known one.

    Parameters
    ----------
    folder : Path
        Where the file is.
    file : PublicFile
        The file; it must exist.
    faults : list of Fault
        The fault is added here.
    """
    content = (folder / file.path).read_bytes()
    return content if _is_known(content, str(folder / file.path), file, faults) else None


def download_known(address: str, file: PublicFile, faults: list[Fault]) -> bytes | None:
    """Return the content of a file below an address, or None after adding the fault that it is not the known one.

    Parameters
    ----------
    address : str
        URL of the folder in which the files are: ``https://``, ``http://`` or ``file://``, so that a copy can stand in.
    file : PublicFile
        The file.
    faults : list of Fault
        The fault is added here.

    Raises
    ------
    OutOfReachError
        Nothing answers, or it has no such file.
    """
    place = f"{address.rstrip('/')}/{file.path}"
    try:
        with urllib.request.urlopen(place, timeout=PATIENCE) as answer:
            content = answer.read(MOST_BYTES)
    except urllib.error.HTTPError as error:
        error.close()
        raise OutOfReachError(f"{place} could not be read ({error.code} {error.reason})") from error
    except (OSError, ValueError) as error:
        raise OutOfReachError(f"{place} could not be read ({getattr(error, 'reason', error)})") from error
    return content if _is_known(content, place, file, faults) else None


def _is_known(content: bytes, place: str, file: PublicFile, faults: list[Fault]) -> bool:
    """Whether a content has the digest of the file; a fault is added where not."""
    found = hashlib.sha256(content).hexdigest()
    if found != file.sha256:
        needed = f"the file with SHA-256 {file.sha256}; another one may hold other values, so it is not used"
        faults.append(Fault(place, None, "", f"{place} with SHA-256 {found}", needed))
    return found == file.sha256
