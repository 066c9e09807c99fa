"""Compiled code on disk: the kernels of each model.

A model's folder is named by a hash of its equations, the generator's text, llvmlite's version and the processor, so
that a changed model, package or machine never meets stale machine code; equations are only differentiated where there
is no such folder. Every file is written aside and renamed, so that two processes that generate at once cannot corrupt
each other, and is compared with its digest before it is loaded (``kept_code``): what is damaged is made anew. What
calls kernels is the solver (``solver_functions``).
"""

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import sympy as sp

from jakstat.simulation.kept_code import (
    code_folders,
    digest_of,
    generator_digest,
    kept_folder,
    processor,
    read_code,
    write_code,
)
from jakstat.simulation.kernels import FIXED_KERNELS, Dynamics, KernelModule, write_kernels
from jakstat.simulation.progress import tell
from jakstat.simulation.solver import HEADER, METHODS, MOST_STAGES, N_ADDRESSES, work_sizes
from jakstat.simulation.solver_functions import load_solver, put_addresses
from jakstat.simulation.thread_functions import BUILDING

_MODEL_FILES = ("kernels.ll", "kernels.o", "lanes.ll", "lanes.o", "layout.json")
_FORMULA_FILES = ("kernels.ll", "kernels.o")
# Of 8.5 MB (94 states) the search for vectors takes 53 s of 71, and finds nothing: what is left is done in 18 s.
_LARGE_TEXT = 2_000_000
_FILES: dict[str, dict[str, bytes]] = {}  # by digest; found whole or generated, until loaded
_ENGINES: dict[str, tuple[Any, np.ndarray]] = {}  # by digest; an engine holds the code that the addresses point to


def generate_kernels(dynamics: Dynamics) -> str:
    """Compile the kernels of ``dynamics`` to the cache unless they are there; return their digest.

    Raises
    ------
    UnsupportedModelError
        A function of the model cannot be computed; it is named.
    """
    digest = digest_of([_as_text(dynamics), generator_digest()])
    if digest not in _ENGINES and _find(digest, _MODEL_FILES) is None:
        module = write_kernels(dynamics)
        layout = {name: value for name, value in asdict(module).items() if name not in ("text", "text_in_lanes")}
        _keep(
            digest,
            {
                "kernels.ll": module.text.encode(),
                "kernels.o": _machine_code(module.text),
                "lanes.ll": module.text_in_lanes.encode(),
                "lanes.o": _machine_code(module.text_in_lanes),
                "layout.json": json.dumps(layout).encode(),
            },
        )
    return digest


def load_kernels(digest: str, layout: np.ndarray | None = None, recording: bool = True) -> np.ndarray:
    """Return the vector by which the solver knows the model with this digest; see ``kernel_interface``.

    Parameters
    ----------
    digest : str
    layout : (segment, 4) array, optional
        Of a problem that an operation solves (``op``), which calls the solver by its addresses in the vector; without
        it there may be none.
    recording : bool
        Whether the operation has a gradient.

    Raises
    ------
    FileNotFoundError
        The kernels have not been generated on this machine, or what was kept of them is damaged.
    """
    with BUILDING:  # a second engine would take the first one's code away, to which addresses in use point
        if digest not in _ENGINES:
            files = _find(digest, _MODEL_FILES)
            if files is None:
                places = ", ".join(map(str, code_folders(digest)))
                raise FileNotFoundError(
                    f"no generated kernels that are whole in {places}; generate_kernels writes them"
                )
            # An engine each: constants of two object files in one engine are taken for each other.
            engine, lanes = _load_object(files["kernels.o"]), _load_object(files["lanes.o"])
            module = KernelModule(text="", text_in_lanes="", **json.loads(files["layout.json"]))
            _ENGINES[digest] = (engine, lanes), _model_vector(module, engine, lanes)
            _FILES.pop(digest, None)
        if layout is not None:
            put_addresses(_ENGINES[digest][1], layout, recording)
        return _ENGINES[digest][1]


def _find(digest: str, names: tuple[str, ...]) -> dict[str, bytes] | None:
    """Return the files of kernels from the first folder that has all of them whole, None where there is none."""
    found = _FILES.get(digest)
    folders = (folder for folder in code_folders(digest) if folder.is_dir())
    while found is None and (folder := next(folders, None)) is not None:
        files = {name: content for name in names if (content := read_code(folder / name)) is not None}
        found = files if len(files) == len(names) else None
    return _FILES.setdefault(digest, found) if found is not None else None


def _keep(digest: str, files: dict[str, bytes]) -> dict[str, bytes]:
    """Keep the files of kernels for this process, and for later ones where there is a place; return them."""
    _FILES[digest] = files
    folder = kept_folder(digest)
    if folder is not None:
        for name, content in files.items():
            write_code(folder / name, content)
    return files


def formula_addresses(structures: list[str], write_kernels: Callable[[], str]) -> np.ndarray:
    """Return the vector by which the compiled loops know formulas; see ``formula_values.py``.

    Parameters
    ----------
    structures : list of str
        What each structure is, in the order of their numbers.
    write_kernels : callable
        Returns the text of kernels ``value_i`` and ``vjp_i`` of each; called where this machine has not compiled them.
    """
    digest = digest_of([*structures, generator_digest()])
    with BUILDING:
        if digest not in _ENGINES:
            files = _find(digest, _FORMULA_FILES)
            if files is None:
                text = write_kernels()
                files = _keep(digest, {"kernels.ll": text.encode(), "kernels.o": _machine_code(text)})
            engine, solver = _load_object(files["kernels.o"]), load_solver()
            functions = [solver.evaluate_formulas.address(), solver.pull_back_formulas.address()]
            kernels = [
                engine.get_function_address(f"{kind}_{number}")
                for number in range(len(structures))
                for kind in ("value", "vjp")
            ]
            _ENGINES[digest] = engine, np.array([*functions, *kernels], dtype=np.int64)
            _FILES.pop(digest, None)
        return _ENGINES[digest][1]


def _load_object(machine_code: bytes) -> Any:
    """Return an engine that holds the functions of an object file."""
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(machine_code))
    engine.finalize_object()
    return engine


def _model_vector(module: KernelModule, engine: Any, lanes: Any) -> np.ndarray:
    """Lay sizes, lists and addresses out in the order of ``kernel_interface``."""

    def address(name: str) -> int:  # 0 for a kernel that no method of integration needs
        return engine.get_function_address(name) or lanes.get_function_address(name)

    families = {"root_vjp": range(module.roots), "jump": range(module.jumps), "jump_vjp": range(module.jumps)}
    stages, methods = range(1, MOST_STAGES + 1), range(len(METHODS))
    families |= dict.fromkeys(("stage", "error", "sum", "gather"), stages)
    of_methods = [f"{method}_{stage}" for method in methods for stage in stages]
    in_lanes = {"stage": of_methods, "sum": of_methods, "error": methods, "gather": methods}
    in_lanes |= dict.fromkeys(("split", "join"), stages)
    lists = [
        *([address(f"{name}_{number}") for number in numbers] for name, numbers in families.items()),
        *([address(f"{name}_{number}_in_lanes") for number in numbers] for name, numbers in in_lanes.items()),
        module.jacobian_rows,
        module.jacobian_columns,
        module.is_species,
        module.initially_on,
    ]
    fixed = [*(address(name) for name in FIXED_KERNELS), *[0] * N_ADDRESSES]
    offsets = HEADER + np.cumsum([0, *(len(listed) for listed in lists)])[:-1]
    places = np.cumsum([0, *work_sizes(module.sizes)])
    entries = (entry for listed in lists for entry in listed)
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
    name, features = processor()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=name, features=features, opt=opt, reloc="pic", codemodel="jitdefault", jit=True
    )


def _as_text(dynamics: Dynamics) -> str:
    """Return all of a model as text, numbers with every digit."""
    return "\0".join(sp.srepr(_as_symbols(getattr(dynamics, field.name))) for field in fields(dynamics))


def _as_symbols(value: Any) -> Any:
    """Return nested tuples as SymPy's, texts and truth values as symbols."""
    if isinstance(value, tuple):
        return sp.Tuple(*(_as_symbols(part) for part in value))
    return sp.Symbol(str(value)) if isinstance(value, str | bool) else sp.sympify(value)
