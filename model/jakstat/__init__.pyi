__version__: str
from .face import Problem as Problem, SolveError as SolveError, read_problem as read_problem
from .statistics import SolverSettings as SolverSettings
