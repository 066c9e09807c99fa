# The settings and scenarios of a run, checked against their schemas.

import errno
import os
from pathlib import Path

from snakemake.exceptions import WorkflowError

from jakstat.files import (
    NO_PATH,
    folder_name,
    shown_path,
    why_unreadable,
    without_nulls,
)
from jakstat.schemas import schema_faults

WORKFLOW = Path(
    workflow.current_basedir.join("..").get_path_or_uri(secret_free=True)
).resolve()


def checked(content, schema, where):
    """Return settings without nulls; WorkflowError with every fault where they do not fit a schema of this workflow."""
    settings = without_nulls(content)
    faults = schema_faults(settings, read_settings(WORKFLOW / "schemas" / schema))
    if faults:
        lines = "\n".join(
            f"  {number}. {fault}" for number, fault in enumerate(faults, 1)
        )
        raise WorkflowError(
            f"{len(faults)} fault(s) in {where}; nothing was run:\n{lines}"
        )
    return settings


def require_path(named, key):
    """WorkflowError where a key of the configuration names what no file system can have: too long, or with a NUL."""
    found = why_unreadable(Path(named))
    if found in (NO_PATH, os.strerror(errno.ENAMETOOLONG)):
        raise WorkflowError(
            f"config key {key}: found {found} ({shown_path(Path(named))}); needed: the path of a file or folder"
        )


def find_file(named, key, needed):
    """Return a file that a key of the configuration names, from the working directory on or from the repository."""
    require_path(named, key)
    for folder in (Path(), WORKFLOW.parent):
        if (folder / named).is_file():
            return folder / named
    raise WorkflowError(
        f"config key {key}: found nothing at {named}, looked for from {Path.cwd()} and from {WORKFLOW.parent}; "
        f"needed: {needed}"
    )


def checked_scenarios(named):
    """Return the scenarios of a file; WorkflowError where there is none or it has faults."""
    path = find_file(
        named, "scenarios", "a YAML file like config/scenarios.yaml, or null"
    )
    return checked(read_settings(path), "scenarios.schema.yaml", path)


def score_sets(scenarios):
    """Return the sets of measurements that predictions are scored on, none where no scores are asked for."""
    return (scenarios or {}).get("scores", [])


def held_out_tables(study, scenarios):
    """Return the tables that predictions are scored on; WorkflowError where one is not there."""
    named = [
        asked["held_out"] for asked in score_sets(scenarios) if "held_out" in asked
    ]
    paths = [os.path.normpath(study.parent / name) for name in named]
    absent = [path for path in paths if not os.path.isfile(path)]
    if absent:
        raise WorkflowError(
            f"scenarios, scores.held_out: found nothing at {', '.join(absent)}; needed: a table with the columns of the "
            "study's measurements, or no such entry"
        )
    return paths


def public_tables(scenarios, name):
    """Return a file of each set of public measurements that predictions are scored on."""
    return [
        f"<resources>/{asked['public']}/{name}"
        for asked in score_sets(scenarios)
        if "public" in asked
    ]


def find_folder(named, key):
    """Return a folder that a key of the configuration names, from the working directory on or from the repository."""
    require_path(named, key)
    for path in (Path(named), WORKFLOW.parent / named):
        if path.is_dir():
            return path
    raise WorkflowError(
        f"config key {key}: found no folder {named}, looked for from {Path.cwd()} and from {WORKFLOW.parent}"
    )


def intervention_tables(folder):
    """Return the tables of formulas in a folder, none where no folder is named."""
    names = ("inhibitors.tsv", "alterations.tsv", "constants.tsv")
    return [folder / name for name in names] if folder else []


def asked_interventions(settings):
    """Return what is asked of a problem by drugs and alterations; the key dose_response is short for one drug."""
    asked = [name for name in ("interventions", "dose_response") if name in settings]
    if len(asked) > 1:
        raise WorkflowError(
            "config keys interventions and dose_response: found both; needed: one of them, since dose_response is "
            "short for one inhibitor among interventions (dose_response: null takes it away)"
        )
    return settings[asked[0]] if asked else None


def groups_to_refit(scenarios):
    """Return the groups that are left out by a fit of their own: (what makes groups, name of the file) -> group."""
    return {
        (asked["leave_out"], folder_name(group)): group
        for asked in score_sets(scenarios)
        for group in asked.get("refit", [])
    }


def growth_observable(scenarios):
    """Return the id of what counts cells, empty where growth is not asked for; check_scenarios says what is wrong."""
    name = (scenarios or {}).get("growth", {}).get("readout")
    return (scenarios or {}).get("readouts", {}).get(name, {}).get("observable", "")


SETTINGS = checked(config, "config.schema.yaml", "the configuration")
SCENARIOS = (
    checked_scenarios(SETTINGS["scenarios"]) if "scenarios" in SETTINGS else None
)
INTERVENTIONS = asked_interventions(SETTINGS)
INTERVENTION_TABLES = (
    find_folder(INTERVENTIONS["tables"], "interventions.tables")
    if INTERVENTIONS and "tables" in INTERVENTIONS
    else None
)
