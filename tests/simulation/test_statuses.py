"""Outcomes of a solve: numbers that the compiled solver returns, names and sentences for people."""

import subprocess
import sys

_NAME_AN_OUTCOME = """
import sys
from jakstat.simulation import SolveStatus
print(SolveStatus(4).name, *sorted({"numba", "llvmlite", "pytensor", "sympy", "numpy"} & set(sys.modules)))
"""


def test_naming_an_outcome_needs_no_compiler():
    """Reports do it, and numba takes a second to import."""
    child = subprocess.run([sys.executable, "-c", _NAME_AN_OUTCOME], check=True, capture_output=True, text=True)
    assert child.stdout.split() == ["NOT_FINITE"]
