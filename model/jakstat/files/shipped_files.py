"""Where what is no Python stands: workflow, settings, reference tables, pathways, shipped studies.

In a checkout it is the repository itself; in an installed wheel ``jakstat/shipped``, into which the build copies the
same folders under the same names, so that paths from one of these files to another hold in both.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_root() -> Path:
    """Return the folder that holds ``workflow``, ``config``, ``data`` and ``model/pathways``.

    Raises
    ------
    FileNotFoundError
        There is none: the package was copied without what belongs to it.
    """
    for root in (_PACKAGE.parent.parent, _PACKAGE / "shipped"):
        if (root / "workflow" / "Snakefile").is_file():
            return root
    raise FileNotFoundError(
        f"workflow/Snakefile: found neither beside {_PACKAGE.parent} nor in {_PACKAGE / 'shipped'}; needed: jakstat "
        "installed from a wheel or a Git address, or a checkout of the repository"
    )
