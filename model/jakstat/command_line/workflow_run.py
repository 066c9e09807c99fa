"""Running the workflow of this installation: the repository's own in a checkout, the wheel's copy elsewhere.

Snakemake runs in the folder from which it is called: results, logs and its own notes stay there.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from jakstat.files import require_plain_yaml, shipped_root

#: Many small matrices: threads of BLAS would compete with chains and experiments.
_ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
TINY = "config/tiny_sampling.yaml"


def config_of(study: str | Path | None) -> list[Path]:
    """Return the settings of a study in a list: its ``config.yaml``, or the file itself; none for the shipped ones.

    Raises
    ------
    ValueError
        There is no such folder or file, or it has no settings.
    """
    if study is None:
        return []
    path = Path(study)
    file = path / "config.yaml" if path.is_dir() else path
    if not file.is_file():
        found = "a folder without config.yaml" if path.is_dir() else "nothing"
        raise ValueError(
            f"STUDY: found {found} at {path}; needed: a study folder made by jakstat new-study, or a YAML file of "
            "settings with study: FOLDER in it (config/README.md)"
        )
    require_plain_yaml(file)
    return [file]


def workflow_command(
    study: str | Path | None = None, tiny: bool = False, cores: int | None = None, arguments: Sequence[str] = ()
) -> list[str]:
    """Return the command that runs the workflow.

    Parameters
    ----------
    study : path, optional
        A study folder with ``config.yaml``, or a file of settings; the shipped settings where absent.
    tiny : bool
        Far too few draws, to see in minutes whether all of it works.
    cores : int, optional
        All where absent.
    arguments : sequence of str
        Of Snakemake.

    Raises
    ------
    ValueError
        See :func:`config_of`.
    """
    root = shipped_root()
    configs = [*config_of(study), *([root / TINY] if tiny else [])]
    if tiny and study is None:
        configs = [root / "config" / "tiny.yaml"]
    return [
        *(sys.executable, "-m", "snakemake", "--snakefile", str(root / "workflow" / "Snakefile")),
        *("--workflow-profile", str(root / "workflow" / "profiles" / "default")),
        *(["--cores", str(cores)] if cores else []),
        *(["--configfile", *map(str, configs)] if configs else []),
        *arguments,
    ]


def run_workflow(
    study: str | Path | None = None, tiny: bool = False, cores: int | None = None, arguments: Sequence[str] = ()
) -> int:
    """Run the workflow in the working directory and return Snakemake's exit code; parameters as `workflow_command`."""
    command = workflow_command(study, tiny, cores, arguments)
    environment = dict.fromkeys(_ONE_THREAD, "1") | dict(os.environ)
    # Scripts of rules call python by name.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    return subprocess.run(command, env=environment, check=False).returncode
