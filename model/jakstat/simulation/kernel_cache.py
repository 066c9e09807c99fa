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
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite.binding
import numba
from numba import types

from jakstat.simulation.dynamics import Dynamics
from jakstat.simulation.kernels import kernel_source

#: Modules of this package whose text is stored beside the kernels, in the order of their imports.
_SOLVER_PARTS = ("integrator", "steady_state", "segments", "adjoint")
_NAMES_IN_FOLDER = {"jakstat.simulation.kernel_interface": ".kernels"} | {
    f"jakstat.simulation.{name}": f".{name}" for name in _SOLVER_PARTS
}
_LOADED: dict[str, "Solver"] = {}


@dataclass(frozen=True)
class Solver:
    """The compiled functions of one model; see ``segments.py`` and ``adjoint.py``."""

    solve_segments: Any
    pull_back_segments: Any


def cache_folder() -> Path:
    """Return the folder of all generated kernels: $JAKSTAT_CACHE, or jakstat in the user's cache folder."""
    chosen = os.environ.get("JAKSTAT_CACHE")
    user_cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path(chosen) if chosen else user_cache / "jakstat") / "kernels"


def generate_kernels(dynamics: Dynamics) -> str:
    """Write the kernels of ``dynamics`` to the cache unless they are there; return their digest."""
    sources = {"kernels": kernel_source(dynamics)} | {name: _own_source(name) for name in _SOLVER_PARTS}
    made_from = [*sources.values(), _own_source("tableaus"), numba.__version__, platform.python_version(),
                 llvmlite.binding.get_host_cpu_name()]  # fmt: skip
    digest = hashlib.sha256("\0".join(made_from).encode()).hexdigest()[:20]
    if not _folder(digest).exists():
        _write_folder(digest, {f"{name}.py": source for name, source in sources.items()})
    return digest


def _own_source(name: str) -> str:
    """Return the text of a module of this package, its imports pointing to the generated kernels."""
    text = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    for full_name, in_folder in _NAMES_IN_FOLDER.items():
        text = text.replace(f"from {full_name} import", f"from {in_folder} import")
    return text


def load_kernels(digest: str) -> Solver:
    """Return the compiled solver of the model with this digest.

    Raises
    ------
    FileNotFoundError
        The kernels have not been generated on this machine.
    """
    if digest not in _LOADED:
        package = f"jakstat_kernels_{digest}"
        _import_file(package, _folder(digest) / "__init__.py")
        names = ("kernels", *_SOLVER_PARTS)
        parts = {name: _import_file(f"{package}.{name}", _folder(digest) / f"{name}.py") for name in names}
        solver = Solver(parts["segments"].solve_segments, parts["adjoint"].pull_back_segments)
        _compile(solver, digest)
        _LOADED[digest] = solver
    return _LOADED[digest]


def _import_file(name: str, file: Path) -> ModuleType:
    search = [str(file.parent)] if file.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=search)
    if spec is None or spec.loader is None or not file.exists():
        raise FileNotFoundError(f"no generated kernels at {file}; generate_kernels writes them")
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def _compile(solver: Solver, digest: str) -> None:
    """Compile, or load machine code from the folder, under its lock: processes that start together compile once."""
    matrix, vector, integers = types.float64[:, ::1], types.float64[::1], types.int64[:, ::1]
    problem = (matrix, matrix, integers)
    with open(_folder(digest) / "compile.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        solver.solve_segments.compile((*problem, matrix, vector, vector, types.boolean))
        solver.pull_back_segments.compile((*problem, matrix, matrix))


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
