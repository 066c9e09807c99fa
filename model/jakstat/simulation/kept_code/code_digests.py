"""Names of compiled code: digests of what it is made from, so that a change of any of it is new code."""

import hashlib
import sys
from functools import cache
from pathlib import Path

import llvmlite
import llvmlite.binding as llvm
import numba

_SIMULATION = Path(__file__).parents[1]
#: Folders of the code that is compiled by numba, and of the code that writes kernels.
SOLVER_FOLDER = _SIMULATION / "solver"
GENERATOR_FOLDER = _SIMULATION / "kernels"


@cache
def solver_digest() -> str:
    """Return the digest of the solver's text, of what compiles it and of the processor."""
    versions = numba.__version__, llvmlite.__version__, sys.version
    return digest_of([*_sources(SOLVER_FOLDER), *versions, *processor()])


@cache
def generator_digest() -> str:
    """Return the digest of what writes and compiles kernels: its text, and the solver, whose calls they fit."""
    return digest_of([*_sources(GENERATOR_FOLDER), solver_digest()])


@cache
def processor() -> tuple[str, str]:
    """Return name and features of the processor, as LLVM knows them."""
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


def digest_of(made_from: list[str]) -> str:
    """Return a name of 20 digits for what is made from these texts."""
    return hashlib.sha256("\0".join(made_from).encode()).hexdigest()[:20]


def _sources(folder: Path) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.py"))]
