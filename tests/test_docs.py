"""The example of the documentation runs and ends with an IC50."""

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_example_runs_from_a_problem_to_an_ic50(repository):
    command = [sys.executable, "docs/example.py"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "log likelihood at the published parameters: -346.0" in done.stdout
    assert "share_existing" in done.stdout
    assert "IL-13 4 ng/ml" in done.stdout
