# The folder of a study's results: one a name, and one study a folder.

from pathlib import Path

from snakemake.exceptions import WorkflowError

from jakstat.files import folder_name


def study_id(study):
    """Return the name of the study's results: its folder's name, or the name of its PEtab file."""
    name = study.resolve().parent.name if study.name == "study.yaml" else study.stem
    return folder_name(name)


def require_own_results(study):
    """Raise WorkflowError where the folder of the study's results holds those of another study of that name."""
    results = SETTINGS.get("pathvars", {}).get("results", "results")
    record = Path(results, study_id(study), "study_file.txt")
    try:
        other = Path(record.read_text(encoding="utf-8").strip())
        is_another = other.is_file() and not other.samefile(study)
    except (OSError, ValueError):
        return  # no record, or none that says which study it was
    if is_another:
        raise WorkflowError(
            f"config key study: found {study}, but {record.parent} holds the results of {other}; needed: another name for "
            "the study's folder (or PEtab file), or another folder of results (--directory, or pathvars.results)"
        )
