"""Where a result came from: package versions and a digest of the code that made it.

Snakemake reruns a rule when its files or params change, not when a module that its script imports does. Each rule
therefore has a digest of its script and of all that it imports as a param: a change of code makes anew what it made,
and nothing else. The digest is taken from what the code says: comments, docstrings and layout do not enter, so that a
better sentence does not cost a fit.

Imports are read from the text. A name that comes from a package leads by its ``__init__.pyi`` to the one module that
defines it, as it does at run time (lazy_loader). What is imported for type checkers alone does not count.

This module is imported whenever the workflow is read, and so imports nothing that takes time.
"""

import ast
import hashlib
import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import yaml

# What can move a number of a result.
_PACKAGES = (
    "antimony",
    "arviz",
    "numba",
    "numpy",
    "nutpie",
    "pandas",
    "petab",
    "pymc",
    "pytensor",
    "python-libsbml",
    "sbmlmath",
    "scipy",
    "snakemake",
    "sympy",
    "xarray",
)


def package_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results depend on; "absent" where one is not installed."""
    versions = {"jakstat": import_module("jakstat").__version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "absent"
    return versions


def describe_run(settings: Mapping[str, Any], data_digests: Mapping[str, str], code: str) -> dict[str, Any]:
    """Return the attributes that a posterior carries: what it was made of, with what, and when.

    Parameters
    ----------
    settings : mapping
        What decides the draws, ``seed`` among it.
    data_digests : mapping of str to str
        SHA-256 of each file of the study.
    code : str
        From :func:`code_digest`.

    Returns
    -------
    dict
        date (UTC), seed, config (YAML text of the settings), data_digests, code_digest, versions.
    """
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": settings["seed"],
        "config": yaml.safe_dump(dict(settings), sort_keys=False),
        "data_digests": dict(data_digests),
        "code_digest": code,
        "versions": package_versions(),
    }


def code_digest(*scripts: Path, package: Path | None = None) -> str:
    """Return a digest of the code that runs when these scripts do.

    Parameters
    ----------
    scripts : path
        Python files outside of the package; modules beside them that they import count too.
    package : path, optional
        Folder of the package; the installed one where absent.

    Returns
    -------
    str
        16 digits.
    """
    digest = hashlib.sha256()
    for name, file in sorted(code_behind(*scripts, package=package).items()):
        digest.update(f"{name}\0{_meaning(file)}\0".encode())
    return digest.hexdigest()[:16]


def code_behind(*scripts: Path, package: Path | None = None) -> dict[str, Path]:
    """Return the files that scripts are made of: themselves, what they import, and what these do, however far away.

    Returns
    -------
    dict of str to Path
        By name: a script's own, a module's place in the package. What lies in a folder of an imported module and is no
        Python (a template) is among them.
    """
    package = (package or Path(__file__).parent).resolve()
    found: set[Path] = set()
    waiting = [Path(script).resolve() for script in scripts]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += _imported_by(file, package)
    folders = {file.parent for file in found}
    read = {file for folder in folders if (folder / "__init__.py").exists() for file in _files_that_are_read(folder)}
    return {_name_of(file, package): file for file in found | read}


@cache
def _name_of(file: Path, package: Path) -> str:
    return file.relative_to(package).as_posix() if file.is_relative_to(package) else file.name


@cache
def _imported_by(file: Path, package: Path) -> tuple[Path, ...]:
    """Return the files of the package, or beside a script, that a file imports."""
    found: list[Path] = []
    for node in _running_code(_parsed(file)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found += _files_of(node.module.split("."), alias.name, file, package)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                found += _files_of(alias.name.split("."), None, file, package)
    return tuple(found)


def _running_code(node: ast.AST) -> Iterator[ast.AST]:
    """Walk the statements of a tree without those that only type checkers read."""
    for block in ("body", "orelse", "handlers", "finalbody", "cases"):
        for inner in getattr(node, block, ()):
            if not (isinstance(inner, ast.If) and ast.unparse(inner.test) == "TYPE_CHECKING"):
                yield inner
                yield from _running_code(inner)


def _files_of(parts: list[str], name: str | None, importer: Path, package: Path) -> list[Path]:
    """Return the files that ``from parts import name`` (or ``import parts``) runs; none of other people's."""
    if parts[0] != package.name:
        beside = importer.parent / f"{parts[0]}.py"
        return [beside] if beside.is_file() and not importer.is_relative_to(package) else []
    place = package.joinpath(*parts[1:])
    faces = [folder / "__init__.py" for folder in (place, *place.parents) if folder.is_relative_to(package)]
    if not place.is_dir():
        return [place.with_suffix(".py"), *faces[1:]]
    homes = _homes_of_names(place)
    if name in homes:
        return [*faces, *_files_of([*parts, *homes[name].split(".")], name, importer, package)]
    if name is not None and (place / f"{name}.py").is_file():
        return [*faces, place / f"{name}.py"]
    whole = place / name if name is not None else place  # a package itself, whatever of it is used later
    return [*faces, *sorted(whole.rglob("*.py"))]


@cache
def _homes_of_names(folder: Path) -> dict[str, str]:
    """Return the module, as seen from its package, that each name of the package's face comes from."""
    stub = folder / "__init__.pyi"
    nodes = ast.walk(_parsed(stub)) if stub.is_file() else ()
    return {
        alias.name: node.module
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


@cache
def _files_that_are_read(folder: Path) -> tuple[Path, ...]:
    """Return the files of a package's folder that are no Python, those of its folders that are no packages included."""
    found: list[Path] = []
    for path in folder.iterdir():
        if path.is_dir():
            if path.name != "__pycache__" and not (path / "__init__.py").exists():
                found += _files_that_are_read(path)
        elif path.suffix not in {".py", ".pyi"} and not path.name.startswith("."):
            found.append(path)
    return tuple(found)


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


@cache
def _meaning(file: Path) -> str:
    """Return the digest of a Python file's code without comments, docstrings and layout, of all of any other file."""
    if file.suffix != ".py":
        return hashlib.sha256(file.read_bytes()).hexdigest()
    tree = _parsed(file)
    for node in [tree, *_running_code(tree)]:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:] or [ast.Pass()]
    return hashlib.sha256(ast.unparse(tree).encode()).hexdigest()
