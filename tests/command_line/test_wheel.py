"""The wheel holds what is no Python: an installed jakstat makes a study and plans its report without a checkout."""

import ast
import shutil
import subprocess
import sys
import zipfile

import pytest

from jakstat.files import shipped_root

_BUILT_FROM = (
    *(
        "model",
        "workflow",
        "config",
        "data",
        "docs",
        "setup.py",
        "pyproject.toml",
        "MANIFEST.in",
        "README.md",
        "LICENSE",
    ),
    *("Snakefile", "environment.yml"),
)


#: What a laboratory may have in its checkout, which is nobody else's.
_OWN = ("data/my_lab/study.yaml", "data/my_lab/viability.tsv", "data/export.csv")


def test_in_a_checkout_the_shipped_files_are_the_repository(repository):
    assert shipped_root() == repository


@pytest.fixture(scope="module")
def installed(repository, tmp_path_factory):
    """Return a folder with the content of the wheel, built from a copy, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    left_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "results")
    for name in _BUILT_FROM:
        if (repository / name).is_dir():
            shutil.copytree(repository / name, folder / "source" / name, ignore=left_out)
        else:
            shutil.copyfile(repository / name, folder / "source" / name)
    for place in _OWN:  # a laboratory's own, in a checkout
        (folder / "source" / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / "source" / place).write_text("unpublished\n")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index", "."]
    done = subprocess.run(
        [*command, "--wheel-dir", str(folder)], cwd=folder / "source", capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "installed")
    return folder / "installed"


@pytest.mark.slow
def test_a_wheel_has_the_shipped_studies_and_no_other(installed, repository):
    shipped = installed / "jakstat/shipped/data"
    studies = {"boehm2014", "raia2011", "sobotta2017", "cancer_panel", "blood_panel"}
    assert {place.name for place in shipped.iterdir()} == {"README.md", "reference", *studies}
    for study in studies:
        assert (shipped / study / "study.yaml").is_file()


def test_a_source_distribution_has_what_the_wheel_copies(repository):
    """MANIFEST.in names each folder that setup.py does, and not all of data."""
    text = (repository / "setup.py").read_text()
    (named,) = [
        node.value
        for node in ast.parse(text).body
        if getattr(node, "targets", None) and node.targets[0].id == "SHIPPED"
    ]
    lines = (repository / "MANIFEST.in").read_text().splitlines()
    listed = {place for line in lines if line.startswith(("include", "graft")) for place in line.split()[1:]}
    assert set(ast.literal_eval(named)) == listed
    assert "data" not in listed


@pytest.mark.slow
def test_an_installed_wheel_makes_a_study_and_plans_its_report(installed, laboratory, shell):
    names = {file.relative_to(installed / "jakstat/shipped").as_posix() for file in installed.rglob("shipped/**/*")}
    assert {"workflow/Snakefile", "data/reference/synonyms.tsv", "model/pathways/jak_stat.ant"} <= names
    assert not [name for name in names if "__pycache__" in name]
    here = f'export PYTHONPATH="{installed}"; '
    shown = 'python -c "import jakstat; print(jakstat.__file__)"; '
    done = shell(f"{here}{shown}jakstat new-study whl --from pstat5_blots.csv viability.xlsx", laboratory)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(str(installed))
    planned = shell(f"{here}jakstat run data/whl --cores 2 -- --dry-run", laboratory)
    assert planned.returncode == 0, planned.stdout
    assert "results/whl/report.html" in planned.stdout
    # The studies that are shipped are found in the wheel, from any folder.
    default = shell(f"{here}jakstat run --cores 2 -- --dry-run", laboratory)
    assert "results/cancer_panel/report.html" in default.stdout
