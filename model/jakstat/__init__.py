"""JAK-STAT signalling models fitted to phospho-STAT and viability data, and the drug effects that follow from them."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jakstat.cache_folders import guard_pytensor_folder

if TYPE_CHECKING:
    from jakstat.face import Problem, SolveError, read_problem
    from jakstat.statistics import SolverSettings

__version__ = "0.1.0"

__all__ = ["Problem", "SolveError", "SolverSettings", "__version__", "read_problem"]

guard_pytensor_folder()  # before PyTensor is imported, which takes its folder from the environment then

_HOME = {"Problem": "face", "SolveError": "face", "read_problem": "face", "SolverSettings": "statistics"}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: PyMC takes seconds, and the workflow's start needs none of it."""
    if name not in _HOME:
        raise AttributeError(f"module 'jakstat' has no attribute {name!r}")
    return getattr(import_module(f"jakstat.{_HOME[name]}"), name)
