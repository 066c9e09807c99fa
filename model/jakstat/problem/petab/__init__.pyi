from .from_libpetab import Annotations as Annotations, lint_faults as lint_faults, tables_of as tables_of
from .libpetab import quiet_libpetab as quiet_libpetab
from .petab_reader import read_petab as read_petab
