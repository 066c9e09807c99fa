from .dynamics import Dynamics as Dynamics, prepare_dynamics as prepare_dynamics
from .formula_kernels import (
    Structure as Structure,
    structure_of as structure_of,
    write_formula_kernels as write_formula_kernels,
)
from .model_kernels import FIXED_KERNELS as FIXED_KERNELS, KernelModule as KernelModule, write_kernels as write_kernels
