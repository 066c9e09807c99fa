"""All that can be wrong with a study before anything is sampled: data, settings, questions, one evaluation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jakstat import read_problem
from jakstat.command_line.workflow_run import config_of
from jakstat.files import settings_of, shipped_root, without_nulls
from jakstat.scenarios import StudyScenarios, check_scenarios
from jakstat.schemas import schema_faults


def check_study(study: str | Path) -> list[str]:
    """Read a study and its settings and evaluate its likelihood once.

    Parameters
    ----------
    study : path
        A study folder, a file of settings, or the YAML file of a PEtab problem.

    Returns
    -------
    list of str
        What was found: measurements, parameters, notes, the log likelihood.

    Raises
    ------
    DataFaultsError, UnsupportedError
        The data have faults, or use what is not supported; all are listed.
    ValueError
        The settings or questions have faults, or the likelihood cannot be evaluated.
    """
    path = Path(study)
    settings = _settings(path)
    problem = read_problem(settings.get("study", path))
    tables = problem.tables
    measured = dict.fromkeys(measurement.observable_id for measurement in tables.measurements)
    counts = {name: sum(row.observable_id == name for row in tables.measurements) for name in measured}
    said = [f"{number} measurements of {name}" for name, number in counts.items()]
    said += [f"{len(problem.estimated)} parameters are estimated, in {len(tables.experiments)} experiments"]
    said += [f"Note: {note}" for note in tables.notes]
    if settings.get("scenarios"):
        asked = _checked(settings_of(Path(settings["scenarios"])), "scenarios.schema.yaml", settings["scenarios"])
        check_scenarios(asked, tables, StudyScenarios(settings["study"]))
        said.append(f"{settings['scenarios']}: all that is asked can be predicted")
    problem.check()
    return said


def _settings(path: Path) -> dict[str, Any]:
    """Return the settings of a study without nulls, none where it has no file of them."""
    if not (path / "config.yaml").is_file() and (path.is_dir() or not _is_settings(path)):
        return {}
    (file,) = config_of(path)
    return dict(without_nulls(settings_of(file)) or {})


def _is_settings(path: Path) -> bool:
    return path.is_file() and "study" in (settings_of(path) or {})


def _checked(content: Mapping[str, Any], schema: str, where: str) -> dict[str, Any]:
    """Return a mapping without nulls; ValueError with every fault where it does not fit a schema of the workflow."""
    kept: dict[str, Any] = without_nulls(content)
    faults = schema_faults(kept, settings_of(shipped_root() / "workflow" / "schemas" / schema))
    if faults:
        raise ValueError(f"{len(faults)} fault(s) in {where}:\n" + "\n".join(f"  {fault}" for fault in faults))
    return kept
