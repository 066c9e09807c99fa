"""The published test cases of PEtab pass within their own tolerances; see docs/petab_suite.md for what each tests.

Version 1: petabtests 0.0.1 (PyPI), 18 SBML cases. Version 2: PEtab-dev/petab_test_suite, the cases in the reference
folder.
"""

import importlib.util
import sys
from pathlib import Path

import pytest

from jakstat import read_problem

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "petab_suite.py"


def _load_script():
    spec = importlib.util.spec_from_file_location("petab_suite", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


suite = _load_script()


def cases(folder: Path | None, absent: str) -> list:
    found = [pytest.param(case, id=case.name) for case in suite.cases_in(folder)]
    return found or [pytest.param(None, id="absent", marks=pytest.mark.skip(f"needs {absent}, which is not here"))]


@pytest.mark.parametrize("case", cases(suite.suite_1(), "the package petabtests"))
def test_case_of_version_1_passes(case):
    assert suite.judge(case) == suite.Outcome("passed")


@pytest.mark.parametrize("case", cases(suite.SUITE_2, "the PEtab test suite (../shared/reference)"))
def test_case_of_version_2_passes(case):
    assert suite.judge(case) == suite.Outcome("passed")


@pytest.mark.skipif(suite.suite_1() is None, reason="needs the package petabtests, which is not here")
def test_every_case_of_version_1_is_there():
    assert [case.name for case in suite.cases_in(suite.suite_1())] == [f"{number:04}" for number in range(1, 19)]


def test_a_wrong_number_fails_and_is_named(tmp_path):
    """The judge sees a log likelihood, a signal and a refusal that are not as a case says."""
    source = next(iter(suite.cases_in(suite.suite_1())), None)
    if source is None:
        pytest.skip("needs the package petabtests, which is not here")
    case = tmp_path / source.name
    case.mkdir()
    for file in source.glob("_*.*"):
        (case / file.name).write_bytes(file.read_bytes())
    solution, simulations = case / "_0001_solution.yaml", case / "_simulations.tsv"
    right = solution.read_text()
    solution.write_text(right.replace("llh: -0.8475", "llh: -0.8495"))
    assert suite.judge(case) == suite.Outcome("failed", "llh differs by 0.002 (at most 0.001)")
    solution.write_text(right)
    simulations.write_text(simulations.read_text().replace("0.4285", "0.4315"))
    assert suite.judge(case) == suite.Outcome("failed", "simulations differs by 0.003 (at most 0.001)")
    (case / "_0001.yaml").write_text((case / "_0001.yaml").read_text() + "extensions: {sciml: {}}\n")
    assert suite.judge(case).kind == "refused"


GRADIENTS = {"0009": "pre-equilibration", "0018": "pre-equilibration of rate rules"}


@pytest.mark.slow
@pytest.mark.parametrize("name", GRADIENTS)
def test_gradient_after_a_preequilibration_is_a_central_difference(name):
    if suite.suite_1() is None:
        pytest.skip("needs the package petabtests, which is not here")
    problem = read_problem(suite.suite_1() / name / f"_{name}.yaml")
    gradient = problem.gradient()
    for parameter, value in problem.nominal.items():
        ends = [problem.log_likelihood({parameter: value + step}) for step in (1e-4, -1e-4)]
        assert gradient[parameter] == pytest.approx((ends[0] - ends[1]) / 2e-4, rel=1e-4, abs=1e-6), parameter
