"""numba's compiled functions on disk, each file compared with its seal before numba unpickles it.

numba keeps an index (``.nbi``) and machine code (``.nbc``) as pickles, and takes what it finds: a flipped bit ends the
process, a planted file runs. Its class of these files is replaced by one that seals what it writes and reads nothing
else, for the functions of this package's solver and for those that PyTensor keeps; other packages' files are numba's
own affair. The sealed files are still numba's: what stands behind a pickle is ignored by who does not know the seal.

The solver's functions are kept in a folder that is named by the digest of all its modules, because numba sees a change
of a module but not of what that imports. No Python is loaded from there.
"""

import pickle
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core import caching
from numba.core.serialize import dumps

from jakstat.simulation.kept_code.code_digests import SOLVER_FOLDER, solver_digest
from jakstat.simulation.kept_code.kept_files import code_folders, kept_folder, read_code, write_code

_NUMBAS_OWN = caching.IndexDataCacheFile


class SolverLocator(caching._CacheLocator):
    """Says that the solver's functions are kept under the solver's digest; numba has nothing else to look at."""

    def __init__(self, line: int) -> None:
        self._line = line

    @classmethod
    def from_function(cls, function: Callable, file: str) -> "SolverLocator | None":
        """Return a locator for functions of the solver, None for all others."""
        return cls(function.__code__.co_firstlineno) if Path(file).parent == SOLVER_FOLDER else None

    def ensure_cache_path(self) -> None:
        """Leave folders to those who write files."""

    def get_cache_path(self) -> str:
        """Return the folder's name, which :class:`SealedFiles` looks for in all folders that are searched."""
        return solver_digest()

    def get_source_stamp(self) -> str:
        """Return what has to be as it was when the function was compiled."""
        return solver_digest()

    def get_disambiguator(self) -> str:
        """Return what tells functions of one name apart."""
        return str(self._line)


class SealedFiles:
    """The files of one function: an index of its compiled versions, and one file of machine code for each.

    Takes the place of numba's ``IndexDataCacheFile``. Two processes that keep a version each at the same time may lose
    an entry of the index, which is then compiled again; since files of code have names of their own, an index never
    names the code of another version.

    Parameters
    ----------
    searched : tuple of Path
        Folders in which the files are looked for.
    kept : Path or None
        Folder that new files are written to, if any.
    base : str
        What the files' names begin with.
    stamp : object
        Code that was kept with another stamp is not used.
    """

    def __init__(self, searched: tuple[Path, ...], kept: Path | None, base: str, stamp: Any) -> None:
        self._searched = searched
        self._kept = kept
        self._base = base
        self._stamp = (numba.__version__, stamp)

    def load(self, key: Any) -> Any:
        """Return what was saved under ``key``, None where nothing that may be used was."""
        for folder in self._searched:
            name = self._index(folder).get(key)
            content = read_code(folder / name) if name else None
            if content is not None:
                return pickle.loads(content)
        return None

    def save(self, key: Any, data: Any) -> None:
        """Keep ``data``, where there is a place for it."""
        if self._kept is None:
            return
        index = self._index(self._kept)
        index.setdefault(key, f"{self._base}.{uuid.uuid4().hex[:8]}.nbc")
        if write_code(self._kept / index[key], dumps(data)):
            self._write_index(self._kept, index)

    def flush(self) -> None:
        """Forget all that was saved."""
        if self._kept is not None:
            self._write_index(self._kept, {})

    def _index(self, folder: Path) -> dict[Any, str]:
        content = read_code(folder / f"{self._base}.nbi")
        if content is None:
            return {}
        stamp, index = pickle.loads(content)
        return index if stamp == self._stamp else {}

    def _write_index(self, folder: Path, index: dict[Any, str]) -> None:
        write_code(folder / f"{self._base}.nbi", dumps((self._stamp, index)))


def _files_of_function(cache_path: str, filename_base: str, source_stamp: Any) -> Any:
    """Return the files of a function: sealed ones where they are the solver's or PyTensor's, else numba's own."""
    if cache_path == solver_digest():
        return SealedFiles(code_folders(cache_path), kept_folder(cache_path), filename_base, source_stamp)
    folder = Path(cache_path)
    if folder == _pytensor_folder():
        return SealedFiles((folder,), folder, filename_base, source_stamp)
    return _NUMBAS_OWN(cache_path=cache_path, filename_base=filename_base, source_stamp=source_stamp)


def _pytensor_folder() -> Path | None:
    """Return where PyTensor keeps its functions; None where it has not been imported, and so keeps none."""
    module = sys.modules.get("pytensor.link.numba.cache")
    return module.NUMBA_CACHE_PATH if module is not None else None


def seal_compiled_functions() -> None:
    """Let numba keep sealed files from now on; functions that were decorated before keep theirs as they were."""
    if SolverLocator not in caching.CacheImpl._locator_classes:
        caching.CacheImpl._locator_classes.insert(0, SolverLocator)
        caching.IndexDataCacheFile = _files_of_function
