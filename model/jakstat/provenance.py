"""Where a result came from: package versions and a digest of the code that made it.

Snakemake reruns a rule when its files or params change, not when a module that its script imports does. Each rule
therefore has the digest of its stage as a param. The digest is taken from what the code says: comments, docstrings and
layout do not enter, so that a better sentence does not cost a fit.

This module is imported whenever the workflow is read, and so imports nothing that takes time.
"""

import ast
import hashlib
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import yaml

# In import order. A stage's result depends on its own code and on the code of the stages before it.
STAGES = ("problem", "pathway", "simulation", "statistics", "inference", "predictions", "reports")

# What can move a number of a result.
_PACKAGES = (
    "antimony", "arviz", "numba", "numpy", "nutpie", "pandas", "petab", "pymc", "pytensor", "python-libsbml",
    "sbmlmath", "scipy", "snakemake", "sympy", "xarray",
)  # fmt: skip


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


def code_digest(stage: str, *scripts: Path, package: Path | None = None) -> str:
    """Return a digest of the code that a result of ``stage`` depends on.

    Parameters
    ----------
    stage : str
        One of ``STAGES``; the stages before it count too.
    scripts : path
        Scripts outside of the package that make the result.
    package : path, optional
        Folder of the package; the installed one where absent.

    Raises
    ------
    ValueError
        There is no such stage.
    """
    if stage not in STAGES:
        raise ValueError(f"no stage {stage!r}; the stages are {', '.join(STAGES)}")
    package = package or Path(__file__).parent
    digest = hashlib.sha256()
    for one in STAGES[: STAGES.index(stage) + 1]:
        files = sorted(file for file in (package / one).rglob("*") if _is_source(file))
        for file in files:
            digest.update(f"{file.relative_to(package).as_posix()}\0{_meaning(file)}\0".encode())
    for script in scripts:
        digest.update(f"{Path(script).name}\0{_meaning(Path(script))}\0".encode())
    return digest.hexdigest()[:16]


def _is_source(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts and not file.name.startswith(".")


@cache
def _meaning(file: Path) -> str:
    """Return a Python file's code without comments, docstrings and layout; the SHA-256 of any other file."""
    if file.suffix != ".py":
        return hashlib.sha256(file.read_bytes()).hexdigest()
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node, clean=False) is not None:
                node.body = [*node.body[1:], ast.Pass()]
    return ast.unparse(tree)
