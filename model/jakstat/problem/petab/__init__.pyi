from .petab_export import petab_problem as petab_problem
from .petab_reader import read_petab as read_petab
