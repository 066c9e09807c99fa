# Files of settings as YAML: their faults, each with its line, before anything is made of them.

from pathlib import Path

from snakemake.exceptions import WorkflowError

from jakstat.files import require_plain_yaml, settings_of


def read_settings(path, read=settings_of):
    """Return what a YAML file says; WorkflowError with its faults where it has any."""
    try:
        return read(path)
    except ValueError as error:
        raise WorkflowError(str(error)) from None


for file in (
    Path(DEFAULTS.get_path_or_uri(secret_free=True)),
    *workflow.overwrite_configfiles,
):
    # An address of the default, where the workflow is a module of another one, is no path.
    if file.exists() or file in workflow.overwrite_configfiles:
        read_settings(file, require_plain_yaml)
