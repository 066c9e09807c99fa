"""Files of other laboratories that may not be handed on: from a folder or downloaded, and used only if known.

A file is known by its SHA-256 digest. One with another digest is a fault; one that is not there is not: a study whose
files cannot be had is left out.
"""

from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pandas as pd
import pooch

from jakstat.files import Fault

#: Seconds without an answer after which an address counts as out of reach (assumed: a slow line answers within them).
PATIENCE = 30.0


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


def read_known(path: Path, file: PublicFile, faults: list[Fault], place: str = "") -> bytes | None:
    """Return the content of a file, or None after adding the fault that it is not the known one.

    Parameters
    ----------
    path : Path
        Where the file is; it must exist.
    file : PublicFile
        What it should be.
    faults : list of Fault
        The fault is added here.
    place : str, optional
        Where it comes from, for people; its path where absent.
    """
    place = place or str(path)
    found = pooch.file_hash(str(path), alg="sha256")
    if found == file.sha256:
        return path.read_bytes()
    needed = f"the file with SHA-256 {file.sha256}; another one may hold other values, so it is not used"
    faults.append(Fault(place, None, "", f"{place} with SHA-256 {found}", needed))
    return None


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
    downloader = _copy if urlsplit(place).scheme == "file" else pooch.HTTPDownloader(timeout=PATIENCE)
    pooch.get_logger().setLevel("WARNING")
    with TemporaryDirectory() as folder:
        try:
            path = pooch.retrieve(place, known_hash=None, path=folder, downloader=downloader)
        except OSError as error:  # those of requests are
            answer = getattr(error, "response", None)
            why = (error.strerror or error) if answer is None else f"{answer.status_code} {answer.reason}"
            raise OutOfReachError(f"{place} could not be read ({why})") from error
        return read_known(Path(path), file, faults, place)


def _copy(url: str, output: str, _: pooch.Pooch | None) -> None:
    """Copy what a ``file://`` address names, as one of pooch's downloaders."""
    copyfile(url2pathname(urlsplit(url).path), output)
