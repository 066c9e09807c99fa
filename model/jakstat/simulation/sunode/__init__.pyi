from .operation import choose_operation as choose_operation
from .sunode_solver import SolverNotInstalledError as SolverNotInstalledError
