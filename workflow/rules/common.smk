# What the rules share: the study and its files; digests of code; memory.

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path

from jakstat.provenance import code_digest


def products(wildcards):
    """Return what a run makes: the report, or where its measurements cannot be had the file that says why."""
    if TO_OBTAIN:
        obtained = checkpoints.obtain_sobotta2017.get().output.obtained
        if not json.loads(Path(obtained).read_text())["obtained"]:
            return [obtained]
    return expand("<results>/{study}/report.html", study=STUDY_ID)


def public_folder():
    """Return the folder with public files obtained by hand, looked for like a study, or None where none is named."""
    named = SETTINGS.get("public_data", {}).get("folder")
    if named is None:
        return None
    places = [Path(named), WORKFLOW.parent / named]
    return next((path for path in places if path.is_dir()), places[0])


def in_public_folder(name):
    """Return the path of a file in the folder with public files, in a list that is empty where it is not there."""
    folder = public_folder()
    return [folder / name] if folder is not None and (folder / name).is_file() else []


def public_address(study):
    """Return the URL from which a study's files are downloaded, or None where none is named."""
    return SETTINGS.get("public_data", {}).get("addresses", {}).get(study)


def code_of(rule_name):
    """Return the digest of what makes a result: its rule's script, and all code that this imports."""
    return code_digest(WORKFLOW / "scripts" / f"{rule_name}.py")


def mem_by_attempt(base_mb):
    """Return memory (MB) that doubles with each attempt."""

    def mem_mb(wildcards, attempt):
        return base_mb * 2 ** (attempt - 1)

    return mem_mb


STUDY = find_study(SETTINGS["study"])
STUDY_ID = study_id(STUDY)
require_own_results(STUDY)
TO_OBTAIN = measurements_to_obtain(STUDY)
STUDY_FILES = sorted([*study_files(STUDY), *TO_OBTAIN])
SUNODE_IS_INSTALLED = find_spec("sunode") is not None
HAS_CELL_LINES = has_cell_lines(STUDY)
SCENARIOS = SCENARIOS if HAS_CELL_LINES else None


def asked(section):
    """Whether the scenarios have a section with something in it; each may be absent or null."""
    return bool((SCENARIOS or {}).get(section))


THRESHOLDS = {
    name: value for name, value in SETTINGS["gates"].items() if name != "override"
}
# How many threads draw does not change what they draw. An earlier fit is an input, of the fit of all data alone: a fit
# that is scored on what it left out must not start from one that saw it.
SAMPLING = {
    name: value
    for name, value in SETTINGS["sampling"].items()
    if name not in ("cores", "start_from")
}
EARLIER_FIT = earlier_fit(STUDY)
SHOWN_SETTINGS = SETTINGS | {"sampling": SAMPLING}


wildcard_constraints:
    study=re.escape(STUDY_ID),
