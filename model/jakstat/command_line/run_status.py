"""How far a run is: which products of a study are made, what its logs said last, and whether Snakemake is at work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jakstat.command_line.workflow_run import config_of
from jakstat.files import folder_name, settings_of, without_nulls

#: Products in the order in which they are made, each with what it is for people.
_PRODUCTS = {
    "problem.json": "data checked",
    "prior.nc": "prior predictions",
    "posterior.nc": "fit",
    "tolerance.json": "solver tolerance checked",
    "convergence.json": "convergence",
    "time_courses.nc": "time courses",
    "responses.nc": "dose responses",
    "next_experiment.tsv": "next experiment",
    "fit.svg": "figure of the fit",
    "report.html": "report",
}
_LOGS_SHOWN = 3


@dataclass(frozen=True)
class StudyStatus:
    """State of a study's results.

    Parameters
    ----------
    name : str
        Of the results' folder.
    is_running : bool
        Whether Snakemake holds its lock in this folder.
    products : tuple of (str, str)
        What it is, and when it was made (empty: not yet).
    said : tuple of (str, str)
        The newest logs, each with its last line: draws, divergences and time left while a fit runs.
    report : Path or None
        The report, where it is made.
    """

    name: str
    is_running: bool
    products: tuple[tuple[str, str], ...]
    said: tuple[tuple[str, str], ...]
    report: Path | None

    def __str__(self) -> str:
        lines = [f"{self.name}: {'running' if self.is_running else 'not running'}"]
        lines += [f"  {made or 'not made yet':16}  {what}" for what, made in self.products]
        lines += ["", *(f"  {log}: {line}" for log, line in self.said)] if self.said else []
        return "\n".join(lines)


def study_status(study: str | Path | None = None, directory: str | Path = ".") -> StudyStatus:
    """Return how far the results of a study are.

    Parameters
    ----------
    study : path, optional
        A study folder or a file of settings; the shipped study where absent.
    directory : path
        Where it is run.

    Raises
    ------
    ValueError
        There is no such study.
    """
    directory = Path(directory)
    name = study_name(study)
    results, logs = (directory / folder for folder in study_folders(study))
    products = tuple((what, _made(results / file)) for file, what in _PRODUCTS.items())
    report = results / "report.html"
    locks = directory / ".snakemake" / "locks"
    return StudyStatus(
        name,
        locks.is_dir() and any(locks.iterdir()),
        products,
        tuple(_last_lines(logs)),
        report if report.is_file() else None,
    )


def study_name(study: str | Path | None) -> str:
    """Return the name of a study's folder of results, as the workflow makes it."""
    named = Path(str(_settings(study).get("study", "data/cancer_panel" if study is None else study)))
    return folder_name(named.stem if named.suffix in (".yaml", ".yml") else named.name)


def study_folders(study: str | Path | None) -> tuple[Path, Path]:
    """Return the folders of a study's results and logs, from where it is run on: ``pathvars`` of its settings."""
    places, name = _settings(study).get("pathvars", {}), study_name(study)
    return Path(places.get("results", "results"), name), Path(places.get("logs", "logs"), name)


def _settings(study: str | Path | None) -> dict[str, Any]:
    """Return the settings of a study without nulls; none for the shipped one."""
    return {key: value for file in config_of(study) for key, value in (without_nulls(settings_of(file)) or {}).items()}


def _made(path: Path) -> str:
    """Return when a file was made, empty where it is not there."""
    return datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y-%m-%d %H:%M") if path.is_file() else ""


def _last_lines(logs: Path) -> Iterator[tuple[str, str]]:
    """Yield the newest logs that say something, each with its last line."""
    files = sorted(logs.rglob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    filled = ((file.stem, lines[-1]) for file in files if (lines := file.read_text(errors="replace").split("\n")[:-1]))
    for _, (name, line) in zip(range(_LOGS_SHOWN), filled, strict=False):
        yield name, line
