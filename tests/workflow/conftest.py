"""Running the workflow as a user does, in a directory of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Snakemake = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="session")
def snakemake(repository: Path, tmp_path_factory) -> Snakemake:
    """Return a function that calls Snakemake in ``directory``; its ``stdout`` is all that a terminal would show.

    ``package`` is a folder whose jakstat runs in place of the installed one.
    """
    environment = {name: value for name, value in os.environ.items() if not re.match("SNAKEMAKE|SLURM", name)}
    environment["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("no_profiles_of_the_user"))
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"

    def call(
        *arguments, directory: Path, snakefile: str | Path = "Snakefile", package: Path | None = None
    ) -> subprocess.CompletedProcess:
        command = [
            sys.executable,
            "-m",
            "snakemake",
            "--snakefile",
            snakefile,
            "--directory",
            directory,
            "--cores",
            "2",
            "--workflow-profile",
            "workflow/profiles/default",
            *arguments,
        ]
        return subprocess.run(
            list(map(str, command)),
            cwd=repository,
            env=environment | ({"PYTHONPATH": str(package)} if package else {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )

    return call


@pytest.fixture(scope="session")
def tiny_run(repository: Path, snakemake: Snakemake, tmp_path_factory) -> Path:
    """Return a directory in which the tiny workflow has run to its end."""
    directory = tmp_path_factory.mktemp("tiny")
    done = snakemake("--configfile", repository / "config/tiny.yaml", directory=directory)
    assert done.returncode == 0, done.stdout
    return directory
