"""The examples of the documentation run: a problem to its IC50, and a study of two tables with an own cell line."""

import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import jakstat
from jakstat.problem import study_to_petab

_FILE_BLOCK = re.compile(r"`(?P<name>\w+\.\w+)`(?: are ours)?:\n\n```\w*\n(?P<text>.*?)```", re.DOTALL)
_SHELL_BLOCK = re.compile(r"```sh\n(?P<text>.*?)```", re.DOTALL)


@pytest.mark.slow
def test_example_runs_from_a_problem_to_an_ic50(repository):
    command = [sys.executable, "docs/example.py"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "log likelihood at the published parameters: -346.0" in done.stdout
    assert "share_existing" in done.stdout
    assert "IL-13 4 ng/ml" in done.stdout


@pytest.mark.slow
def test_example_asks_scenarios_of_a_fit(repository):
    command = [sys.executable, "docs/example_scenarios.py"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    for told in ("relative_ic50", "HEL + JAK2_L983F", "ruxolitinib + fedratinib on HEL", "loewe", "average"):
        assert told in done.stdout


@pytest.mark.slow
def test_example_asks_scenarios_of_a_problem_without_cell_lines(repository):
    command = [sys.executable, "docs/example_petab_scenarios.py"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    for told in ("il13_20 + SOCS3_loss", "JAK2_amplified", "fold_shift_median", "bliss"):
        assert told in done.stdout


@pytest.fixture(scope="module")
def my_lab(repository, tmp_path_factory) -> Path:
    """Return the study folder that docs/your_data.md tells to make, in a copy of what it builds on."""
    root = tmp_path_factory.mktemp("copy")
    for part in ("data/cancer_panel", "data/reference", "model/pathways"):
        shutil.copytree(repository / part, root / part)
    text = (repository / "docs" / "your_data.md").read_text()
    for block in _SHELL_BLOCK.finditer(text):
        if "jakstat " in block["text"]:
            continue  # the way from a lab's files: tests/command_line
        subprocess.run(["sh", "-ec", block["text"]], cwd=root, check=True)
    folder = root / "data" / "my_lab"
    blocks = {block["name"]: block["text"] for block in _FILE_BLOCK.finditer(text)}
    assert set(blocks) == {"parameters.tsv", "phospho.tsv", "viability.tsv", "my_lines.tsv", "study.yaml"}
    for name, content in blocks.items():
        with (folder / name).open("a") as file:
            file.write(content)
    return folder


def test_the_documented_study_of_two_tables_has_a_finite_likelihood(my_lab):
    problem = jakstat.read_problem(my_lab)
    assert len(problem.tables.measurements) == 6
    assert math.isfinite(problem.log_likelihood())
    assert "proliferation_LAB_1" in problem.estimated  # a line that data/reference does not have
    assert "scaling_pSTAT5_of_blot_1" in problem.estimated
    assert [measurement.censored for measurement in problem.tables.measurements].count("below") == 1


def test_the_documented_study_is_a_valid_petab_problem(my_lab):
    assert not study_to_petab(my_lab).validate().has_errors()
