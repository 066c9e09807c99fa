"""A made-up laboratory's folder, and the commands of the documentation in a shell with `jakstat` on its path."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.intake.lab_files import write_lab_files

Shell = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory) -> Path:
    """Return a folder with the two files of a laboratory."""
    folder = tmp_path_factory.mktemp("laboratory")
    write_lab_files(folder)
    return folder


@pytest.fixture(scope="session")
def shell(repository: Path, tmp_path_factory) -> Shell:
    """Return a function that runs lines of a shell in a folder; its ``stdout`` is all that a terminal would show."""
    tools = tmp_path_factory.mktemp("bin")
    command = tools / "jakstat"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m jakstat "$@"\n')
    command.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not re.match("SNAKEMAKE|SLURM", name)}
    path = os.pathsep.join([str(tools), str(Path(sys.executable).parent), kept["PATH"]])
    environment = {**kept, "PATH": path, "PYTHONPATH": str(repository / "model")}

    def run(lines: str, folder: Path, timeout: float = 300) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["sh", "-ec", lines],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )

    return run


@pytest.fixture(scope="session")
def documented(repository: Path) -> list[str]:
    """Return the blocks of commands of docs/your_data.md that call `jakstat`, in their order."""
    text = (repository / "docs" / "your_data.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [block for block in blocks if "jakstat " in block]
