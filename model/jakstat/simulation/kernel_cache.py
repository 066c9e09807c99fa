"""Generated kernels on disk: one folder a model, named by what it was made from, compiled once for all processes.

The folder's name is a hash of the generated text, the integrator's text, the versions of numba and Python and the
processor, so that a changed model, package or machine never meets stale machine code. A folder is written aside and
renamed, so that two processes that generate at once cannot corrupt each other; the first compilation happens under a
lock, so that they do not both pay for it.
"""

import fcntl
import hashlib
import importlib.util
import os
import platform
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import llvmlite.binding
import numba

from jakstat.pathway import Pathway
from jakstat.simulation.dynamics import prepare_dynamics
from jakstat.simulation.kernels import kernel_source

_INTERFACE = "jakstat.simulation.kernel_interface"
_MODULES: dict[str, ModuleType] = {}


def cache_folder() -> Path:
    """Return the folder of all generated kernels: $JAKSTAT_CACHE, or jakstat in the user's cache folder."""
    chosen = os.environ.get("JAKSTAT_CACHE")
    user_cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path(chosen) if chosen else user_cache / "jakstat") / "kernels"


def generate_kernels(pathway: Pathway) -> str:
    """Write the kernels of ``pathway`` to the cache unless they are there; return their digest.

    Raises
    ------
    UnsupportedModelError
        The rates are not smooth in the states.
    """
    kernels = kernel_source(prepare_dynamics(pathway))
    integrator = Path(__file__).with_name("integrator.py").read_text(encoding="utf-8")
    tableaus = Path(__file__).with_name("tableaus.py").read_text(encoding="utf-8")
    made_from = [kernels, integrator, tableaus, numba.__version__, platform.python_version(),
                 llvmlite.binding.get_host_cpu_name()]  # fmt: skip
    digest = hashlib.sha256("\0".join(made_from).encode()).hexdigest()[:20]
    if not _folder(digest).exists():
        _write_folder(digest, {"kernels.py": kernels, "integrator.py": integrator.replace(_INTERFACE, ".kernels")})
    return digest


def load_kernels(digest: str) -> ModuleType:
    """Import the integrator of the model with this digest (``solve_conditions``, ``pull_back_conditions``)."""
    if digest not in _MODULES:
        package = f"jakstat_kernels_{digest}"
        for name, file in ((package, "__init__.py"), (f"{package}.kernels", "kernels.py"),
                           (f"{package}.integrator", "integrator.py")):  # fmt: skip
            location = _folder(digest) / file
            search = [str(_folder(digest))] if file == "__init__.py" else None
            spec = importlib.util.spec_from_file_location(name, location, submodule_search_locations=search)
            if spec is None or spec.loader is None:
                raise FileNotFoundError(f"no generated kernels {digest} in {cache_folder()}; generate them first")
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
        _MODULES[digest] = sys.modules[f"{package}.integrator"]
    return _MODULES[digest]


@contextmanager
def compilation_lock(digest: str):
    """Hold the lock of one model's folder, so that processes that start together compile it once."""
    with open(_folder(digest) / "compile.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


def _folder(digest: str) -> Path:
    return cache_folder() / digest


def _write_folder(digest: str, files: dict[str, str]) -> None:
    """Write a complete folder aside and rename it; a folder that another process has put there meanwhile stays."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f"{digest}-", dir=cache_folder()))
    for name, text in {"__init__.py": "", **files}.items():
        (aside / name).write_text(text, encoding="utf-8")
    try:
        aside.rename(_folder(digest))
    except OSError:
        for file in aside.iterdir():
            file.unlink()
        aside.rmdir()
