# The study of a run: where it is, and which files it is made of.

import os
from pathlib import Path

from snakemake.exceptions import WorkflowError

from jakstat.files import imported_files, read_yaml_file


def find_study(named):
    """Return the YAML file that describes the study, looked for from the working directory and from the repository."""
    require_path(named, "study")
    candidates = [folder / named for folder in (Path(), WORKFLOW.parent)]
    for path in candidates:
        if (path / "study.yaml").is_file():
            return path / "study.yaml"
        if path.is_file():
            return path
    shipped = ", ".join(
        f"data/{path.parent.name}"
        for path in sorted(WORKFLOW.parent.glob("data/*/study.yaml"))
    )
    is_folder = any(path.is_dir() for path in candidates)
    found = "a folder without study.yaml" if is_folder else "nothing"
    raise WorkflowError(
        f"config key study: found {found} at {named}, looked for from {Path.cwd()} and from {WORKFLOW.parent}; "
        "needed: a study folder with a study.yaml in it, or the YAML file of a PEtab problem. "
        f"Studies that come with jakstat: {shipped}"
    )


def content_of(study):
    """Return what a study's YAML file holds, None where it cannot be read; check_problem says what is wrong with it."""
    return read_yaml_file(study).content


# Reference tables that no fit depends on: what priors were made of, what is shown beside predictions, and covariates, which
# a study names if it has any.
RESISTANCE = "resistance_measurements.tsv"
BESIDE_FITS = {RESISTANCE, "biochemical_ic50.tsv", "line_covariates.tsv"}


def tables_in(path):
    """Return the tables in a folder that fits depend on, none where the path is no folder (or no path at all)."""
    return (
        [file for file in Path(path).glob("*.tsv") if file.name not in BESIDE_FITS]
        if os.path.isdir(path)
        else []
    )


def measured_resistance_of(study):
    """Return the table of measured resistance in a folder that the study names, none where there is none."""
    folders = [
        study.parent / text
        for text in texts_in(content_of(study))
        if os.path.isdir(study.parent / text)
    ]
    return sorted(
        os.path.normpath(folder / RESISTANCE)
        for folder in folders
        if (folder / RESISTANCE).is_file()
    )


def texts_in(content):
    """Return every text in nested mappings and lists."""
    if isinstance(content, dict | list):
        values = content.values() if isinstance(content, dict) else content
        return [text for value in values for text in texts_in(value)]
    return [content] if isinstance(content, str) else []


def study_files(study):
    """Return the files that the study's YAML file names, what its model imports, and the tables of folders it names."""
    named = texts_in(content_of(study))
    paths = {os.path.normpath(study.parent / text) for text in named}
    tables = {str(file) for path in paths for file in tables_in(path)}
    imported = {
        os.path.normpath(file)
        for path in paths
        if path.endswith(".ant")
        for file in imported_files(Path(path), [study.parent])
    }
    return sorted(path for path in paths | tables | imported if os.path.isfile(path))


def has_cell_lines(study):
    """Whether a study describes cell lines and inhibitors, so that its report has sections on them."""
    content = content_of(study)
    return isinstance(content, dict) and "cells" in content


def measurements_to_obtain(study):
    """Return the measurement table of a study that is not shipped and not there yet, in a list; else an empty one.

    One that a user has put beside study.yaml is used as it is.
    """
    needed = os.path.normpath(study.parent / "measurements.tsv")
    is_public = study.name == "study.yaml" and study_id(study) == "sobotta2017"
    return [needed] if is_public and not os.path.isfile(needed) else []
