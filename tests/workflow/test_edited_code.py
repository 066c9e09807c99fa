"""Which rules a change of code makes Snakemake run again: those that use it, and no others."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(repository: Path, tmp_path_factory) -> Path:
    """Return a copy of workflow and package that a test may edit; the study is that of the repository."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("workflow", "model", "config"):
        shutil.copytree(repository / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Snakefile", "environment.yml"):
        shutil.copy2(repository / name, folder / name)
    (folder / "study.yaml").write_text(yaml.safe_dump({"study": str(repository / "data/raia2011")}))
    return folder


def scheduled(snakemake, copy: Path, run: Path) -> set[str]:
    """Return the rules that a dry run of the copied code on what has been made would run.

    Without render_report, which shows the settings, and with them the path by which the study is named here.
    """
    files = [copy / "config/tiny.yaml", copy / "study.yaml"]
    snakefile = copy / "Snakefile"
    done = snakemake("--dry-run", "--configfile", *files, directory=run, snakefile=snakefile, package=copy / "model")
    assert done.returncode == 0, done.stdout
    return set(re.findall(r"^(?:local)?rule (\w+):", done.stdout, re.MULTILINE)) - {"default", "render_report"}


PREDICTED = {"check_interventions", "predict_interventions"}
ASSESSED = {
    "assess_convergence",
    "render_convergence_page",
    "require_convergence",
    "predict_time_courses",
    "fit_figure",
}


@pytest.mark.parametrize(
    ("module", "edit", "rerun"),
    [
        ("public_data/sobotta2017.py", "ADDED = 1", set()),
        ("simulation/solver/integrator.py", "# A comment.", set()),
        ("predictions/scoring/scores.py", "ADDED = 1", set()),
        ("reports/figures/fit_figures.py", "ADDED = 1", {"fit_figure"}),
        ("scenarios/dose_response_form.py", "ADDED = 1", PREDICTED),
        (
            "inference/criticism.py",
            "ADDED = 1",
            {"measure_coverage", "compute_loo", "predict_interventions", *ASSESSED},
        ),
    ],
)
def test_an_edited_module_runs_what_uses_it_again_and_nothing_else(tiny_run, copy, snakemake, module, edit, rerun):
    file = copy / "model/jakstat" / module
    text = file.read_text()
    file.write_text(f"{text}\n\n{edit}\n")
    try:
        assert scheduled(snakemake, copy, tiny_run) == rerun
    finally:
        file.write_text(text)
