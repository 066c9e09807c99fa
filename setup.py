"""Copies what is no Python (workflow, settings, tables, pathways) into the wheel, as jakstat/shipped.

All else stands in pyproject.toml. In an editable install the repository itself is where they are found
(jakstat.files.shipped_root).
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

#: Of data/ only what is named here: a laboratory's own study in a checkout is nobody else's.
SHIPPED = (
    "Snakefile",
    "environment.yml",
    "config",
    "data/README.md",
    "data/reference",
    "data/boehm2014",
    "data/raia2011",
    "data/sobotta2017",
    "data/cancer_panel",
    "data/blood_panel",
    "docs/raia_interventions",
    "model/pathways",
    "workflow",
)
#: What obtaining public data leaves in a checkout, and what editors and Python do.
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "environment", ".*")


class BuildWithShippedFiles(build_py):
    """The usual build, and the shipped files beside the modules."""

    def run(self) -> None:
        """Build the modules and copy the files, unless the install is editable."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib, "jakstat", "shipped")
        shutil.rmtree(target, ignore_errors=True)
        for name in SHIPPED:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            if Path(name).is_dir():
                shutil.copytree(name, target / name, ignore=LEFT_OUT)
            else:
                shutil.copyfile(name, target / name)
        (target / "data" / "sobotta2017" / "measurements.tsv").unlink(missing_ok=True)


setup(cmdclass={"build_py": BuildWithShippedFiles})
