"""What every test may ask for: the repository, reference data beside it, and a problem with a closed form."""

import math
from pathlib import Path

import pytest

from jakstat.problem import Experiment, Measurement, Observable, Parameter, Period, Prior, ProblemTables
from jakstat.problem.formulas import parse_formula
from jakstat.problem.model_text import antimony_to_sbml

TURNOVER = "model turnover\n x = 1; k = 2; made = 3\n J0: -> x; made\n J1: x -> ; k * x\nend\n"


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the repository."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def reference_folder(repository: Path) -> Path:
    """Return the folder of published models and measurements that are not part of the repository."""
    folder = repository.parent / "shared" / "reference"
    if not folder.is_dir():
        pytest.skip("needs the reference data (../shared/reference beside the repository), which is not here")
    return folder


@pytest.fixture(scope="session")
def turnover() -> ProblemTables:
    """x' = made - k x: ``early`` from x = 1 at time 0, ``late`` from x = 6 / k, at rest, with made = 3 from time 2."""
    sbml = antimony_to_sbml(TURNOVER, "turnover.ant", [])
    assert sbml is not None
    late = (Period(-math.inf, {"made": parse_formula("6")}), Period(2.0, {"made": parse_formula("3")}))
    return ProblemTables(
        id="turnover",
        sbml=sbml,
        parameters=(Parameter("k", 2.0, Prior("log-normal", (0.7, 0.5), 0.0, math.inf, "assumed")),),
        observables=(Observable("x_signal", parse_formula("x"), parse_formula("0.1")),),
        experiments=(Experiment("early", (Period(0.0),)), Experiment("late", late)),
        measurements=(
            Measurement("x_signal", "early", 4.0, 1.5),
            Measurement("x_signal", "late", 2.0, 3.0),
            Measurement("x_signal", "late", math.inf, 1.5),
        ),
    )
