"""Compiled code on disk: the kernels of each model, and the solver that is compiled once for all of them.

A model's folder is named by a hash of its equations, the generator's text, llvmlite's version and the processor, so
that a changed model, package or machine never meets stale machine code; equations are only differentiated where there
is no such folder. The solver's folder holds copies of its modules, named by their hash, because numba sees a change of
a module but not of what that imports. A folder is written aside and renamed, so that two processes that generate at
once cannot corrupt each other; the solver is compiled under a lock, so that they do not both pay for it.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numba
import numpy as np
import sympy as sp

from jakstat.simulation.dynamics import Dynamics
from jakstat.simulation.kernel_interface import HEADER, work_sizes
from jakstat.simulation.kernels import FIXED_KERNELS, MOST_STAGES, KernelModule, write_kernels
from jakstat.simulation.progress import tell
from jakstat.simulation.solver_calls import (
    EVALUATE_TYPES,
    PULL_BACK_FORMULAS_TYPES,
    PULL_BACK_TYPES,
    ROUGH_TYPES,
    SOLVE_TYPES,
    compiled_address,
)
from jakstat.simulation.thread_functions import BUILDING

#: Modules of this package that are compiled by numba, in the order of their imports.
_SOLVER_PARTS = ("integrator", "switching", "steady_state", "segments", "adjoint", "rough_solve", "formulas")
_GENERATOR_PARTS = ("tableaus", "kernels", "switch_kernels", "elimination", "kernel_ir", "kernel_interface")
_FORMULA_PARTS = ("formula_kernels", "kernel_ir")
# Of 8.5 MB (94 states) the search for vectors takes 53 s of 71, and finds nothing: what is left is done in 18 s.
_LARGE_TEXT = 2_000_000
_SOLVER: list["Solver"] = []  # one, once it is loaded
_ENGINES: dict[str, tuple[Any, np.ndarray]] = {}  # by digest; an engine holds the code that the addresses point to


@dataclass(frozen=True)
class Solver:
    """The compiled functions; see ``segments.py``, ``adjoint.py``, ``rough_solve.py`` and ``formulas.py``."""

    solve_segments: Any
    pull_back_segments: Any
    rough_sizes: Any
    evaluate_formulas: Any
    pull_back_formulas: Any


def cache_folder() -> Path:
    """Return the folder of all compiled code: $JAKSTAT_CACHE, or jakstat in the user's cache folder."""
    chosen = os.environ.get("JAKSTAT_CACHE")
    user_cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path(chosen) if chosen else user_cache / "jakstat") / "kernels"


def generate_kernels(dynamics: Dynamics) -> str:
    """Compile the kernels of ``dynamics`` to the cache unless they are there; return their digest.

    Raises
    ------
    UnsupportedModelError
        A function of the model cannot be computed; it is named.
    """
    digest = _digest([_as_text(dynamics), *map(_own_source, _GENERATOR_PARTS), llvmlite.__version__, *_processor()])
    if not _folder(digest).exists():
        module = write_kernels(dynamics)
        layout = {name: value for name, value in asdict(module).items() if name != "text"}
        files = {"kernels.ll": module.text.encode(), "kernels.o": _machine_code(module.text),
                 "layout.json": json.dumps(layout).encode()}  # fmt: skip
        _write_folder(digest, files)
    return digest


def load_kernels(digest: str) -> np.ndarray:
    """Return the vector by which the solver knows the model with this digest; see ``kernel_interface``.

    Raises
    ------
    FileNotFoundError
        The kernels have not been generated on this machine.
    """
    with BUILDING:  # a second engine would take the first one's code away, to which addresses in use point
        if digest not in _ENGINES:
            file = _folder(digest) / "kernels.o"
            if not file.exists():
                raise FileNotFoundError(f"no generated kernels at {file}; generate_kernels writes them")
            engine = _load_object(file)
            layout = json.loads((_folder(digest) / "layout.json").read_text())
            _ENGINES[digest] = engine, _model_vector(KernelModule(text="", **layout), engine)
        return _ENGINES[digest][1]


def formula_addresses(structures: list[str], write_kernels: Callable[[], str]) -> np.ndarray:
    """Return the vector by which the compiled loops know formulas; see ``formulas.py``.

    Parameters
    ----------
    structures : list of str
        What each structure is, in the order of their numbers.
    write_kernels : callable
        Returns the text of kernels ``value_i`` and ``vjp_i`` of each; called where this machine has not compiled them.
    """
    digest = _digest([*structures, *map(_own_source, _FORMULA_PARTS), llvmlite.__version__, *_processor()])
    with BUILDING:
        if digest not in _ENGINES:
            if not _folder(digest).exists():
                text = write_kernels()
                _write_folder(digest, {"kernels.ll": text.encode(), "kernels.o": _machine_code(text)})
            engine, solver = _load_object(_folder(digest) / "kernels.o"), load_solver()
            functions = [
                compiled_address(solver.evaluate_formulas, EVALUATE_TYPES),
                compiled_address(solver.pull_back_formulas, PULL_BACK_FORMULAS_TYPES),
            ]
            kernels = [engine.get_function_address(f"{kind}_{number}")
                       for number in range(len(structures)) for kind in ("value", "vjp")]  # fmt: skip
            _ENGINES[digest] = engine, np.array([*functions, *kernels], dtype=np.int64)
        return _ENGINES[digest][1]


def _load_object(file: Path) -> Any:
    """Return an engine that holds the functions of an object file."""
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(file.read_bytes()))
    engine.finalize_object()
    return engine


@cache
def solver_digest() -> str:
    """Return the digest of the solver's text, of what compiles it and of the processor."""
    parts = [_own_source(name) for name in (*_SOLVER_PARTS, "tableaus", "kernel_interface", "solver_calls")]
    return _digest([*parts, numba.__version__, llvmlite.__version__, sys.version, *_processor()])


def load_solver() -> Solver:
    """Return the compiled solver; compile it where this machine has not done so before."""
    if not _SOLVER:
        with BUILDING:
            if not _SOLVER:
                _SOLVER.append(_compiled_solver())
    return _SOLVER[0]


def _compiled_solver() -> Solver:
    digest = solver_digest()
    sources = {name: _own_source(name) for name in _SOLVER_PARTS}
    if not _folder(digest).exists():
        _write_folder(digest, {f"{name}.py": text.encode() for name, text in {"__init__": "", **sources}.items()})
    package = f"jakstat_solver_{digest}"
    _import_file(package, _folder(digest) / "__init__.py")
    parts = {name: _import_file(f"{package}.{name}", _folder(digest) / f"{name}.py") for name in _SOLVER_PARTS}
    solver = Solver(
        parts["segments"].solve_segments,
        parts["adjoint"].pull_back_segments,
        parts["rough_solve"].rough_sizes,
        parts["formulas"].evaluate_formulas,
        parts["formulas"].pull_back_formulas,
    )
    _compile(solver, digest)
    return solver


def _compile(solver: Solver, digest: str) -> None:
    """Compile, or load machine code from the folder, under its lock."""
    with open(_folder(digest) / "compile.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not any(_folder(digest).rglob("*.nbc")):
            tell("compiling the solver, once on this machine: about a minute")
        solver.solve_segments.compile(SOLVE_TYPES.args)
        solver.pull_back_segments.compile(PULL_BACK_TYPES.args)
        solver.rough_sizes.compile(ROUGH_TYPES.args)
        solver.evaluate_formulas.compile(EVALUATE_TYPES.args)
        solver.pull_back_formulas.compile(PULL_BACK_FORMULAS_TYPES.args)


def _model_vector(module: KernelModule, engine: Any) -> np.ndarray:
    """Lay sizes, lists and addresses out in the order of ``kernel_interface``."""
    families = {"root_vjp": range(module.roots), "jump": range(module.jumps), "jump_vjp": range(module.jumps)}
    stages = range(1, MOST_STAGES + 1)
    families |= dict.fromkeys(("stage", "error", "sum", "gather"), stages)
    lists = [
        *([engine.get_function_address(f"{name}_{one}") for one in numbers] for name, numbers in families.items()),
        module.jacobian_rows,
        module.jacobian_columns,
        module.is_species,
        module.initially_on,
    ]
    solver = load_solver()
    fixed = [
        *(engine.get_function_address(name) for name in FIXED_KERNELS),
        compiled_address(solver.solve_segments, SOLVE_TYPES),
        compiled_address(solver.pull_back_segments, PULL_BACK_TYPES),
    ]
    offsets = HEADER + np.cumsum([0, *(len(one) for one in lists)])[:-1]
    places = np.cumsum([0, *work_sizes(module.sizes, MOST_STAGES + 1)])
    entries = (entry for one in lists for entry in one)
    return np.array([*module.sizes, *offsets, *fixed, *places, *entries], dtype=np.int64)


def _machine_code(text: str) -> bytes:
    """Compile LLVM text for this processor; text of a large model in ways whose time does not outgrow its length."""
    is_large = len(text) > _LARGE_TEXT
    if is_large:
        kernels = text.count("\ndefine ") + text.startswith("define ")
        tell(f"compiling {kernels:,} kernels of {len(text) / 1e6:.1f} MB, which takes some seconds a MB and is kept")
    machine = _target_machine(opt=1 if is_large else 2)
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = machine.triple, str(machine.target_data)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.slp_vectorization = not is_large
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return machine.emit_object(module)


def _target_machine(opt: int = 2) -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    processor, features = _processor()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=processor, features=features, opt=opt, reloc="pic", codemodel="jitdefault", jit=True
    )


@cache
def _processor() -> tuple[str, str]:
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


def _as_text(dynamics: Dynamics) -> str:
    """Return all of a model as text, numbers with every digit."""
    return "\0".join(sp.srepr(_as_symbols(getattr(dynamics, one.name))) for one in fields(dynamics))


def _as_symbols(value: Any) -> Any:
    """Return nested tuples as SymPy's, texts and truth values as symbols."""
    if isinstance(value, tuple):
        return sp.Tuple(*(_as_symbols(one) for one in value))
    return sp.Symbol(str(value)) if isinstance(value, str | bool) else sp.sympify(value)


def _digest(made_from: list[str]) -> str:
    return hashlib.sha256("\0".join(made_from).encode()).hexdigest()[:20]


def _own_source(name: str) -> str:
    """Return the text of a module of this package, imports of solver parts pointing to those beside it."""
    text = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    for part in _SOLVER_PARTS:
        text = text.replace(f"from jakstat.simulation.{part} import", f"from .{part} import")
    return text


def _import_file(name: str, file: Path) -> ModuleType:
    search = [str(file.parent)] if file.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=search)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"no solver module at {file}")
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def _folder(digest: str) -> Path:
    return cache_folder() / digest


def _write_folder(digest: str, files: dict[str, bytes]) -> None:
    """Write a complete folder aside and rename it; a folder that another process has put there meanwhile stays."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f"{digest}-", dir=cache_folder()))
    for name, content in files.items():
        (aside / name).write_bytes(content)
    try:
        aside.rename(_folder(digest))
    except OSError:
        for file in aside.iterdir():
            file.unlink()
        aside.rmdir()
