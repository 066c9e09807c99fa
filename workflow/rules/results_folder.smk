# The folder of a study's results: one a name, and one study a folder; the earlier fit that its fit starts from.

from pathlib import Path

from snakemake.exceptions import WorkflowError

from jakstat.files import folder_name


def study_id(study):
    """Return the name of the study's results: its folder's name, or the name of its PEtab file."""
    name = study.resolve().parent.name if study.name == "study.yaml" else study.stem
    return folder_name(name)


def results_of(study):
    """Return the folder of a study's results."""
    return Path(SETTINGS.get("pathvars", {}).get("results", "results"), study_id(study))


def earlier_fit(study):
    """Return the file with draws that the fit starts from, in a list that is empty where none is named."""
    named = SETTINGS["sampling"].get("start_from")
    if named is None:
        return []
    key = "sampling.start_from"
    path = find_file(named, key, "posterior.nc of another run, or null")
    if path.resolve() == (results_of(study) / "posterior.nc").resolve():
        raise WorkflowError(
            f"config key {key}: found {path}, which this run writes; needed: a copy of it in another place"
        )
    return [path]


def require_own_results(study):
    """Raise WorkflowError where the folder of the study's results holds those of another study of that name."""
    record = results_of(study) / "study_file.txt"
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
