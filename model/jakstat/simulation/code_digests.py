"""Names of compiled code: digests of what it is made from, so that a change of any of it is new code."""

import hashlib
import sys
from functools import cache
from pathlib import Path

import llvmlite
import llvmlite.binding as llvm
import numba

#: Modules of this package that are compiled by numba, in the order of their imports.
SOLVER_PARTS = ("integrator", "switching", "steady_state", "segments", "adjoint", "rough_solve", "formulas")


@cache
def solver_digest() -> str:
    """Return the digest of the solver's text, of what compiles it and of the processor."""
    parts = [own_source(name) for name in (*SOLVER_PARTS, "tableaus", "kernel_interface", "solver_calls")]
    return digest_of([*parts, numba.__version__, llvmlite.__version__, sys.version, *processor()])


@cache
def processor() -> tuple[str, str]:
    """Return name and features of the processor, as LLVM knows them."""
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


def digest_of(made_from: list[str]) -> str:
    """Return a name of 20 digits for what is made from these texts."""
    return hashlib.sha256("\0".join(made_from).encode()).hexdigest()[:20]


def own_source(name: str) -> str:
    """Return the text of a module of this package."""
    return Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
