"""JAK-STAT signalling models fitted to phospho-STAT and viability data, and the drug effects that follow from them."""

from jakstat.face import Problem, SolveError, read_problem
from jakstat.statistics import SolverSettings

__version__ = "0.1.0"

__all__ = ["Problem", "SolveError", "SolverSettings", "__version__", "read_problem"]
