"""One checked problem from a PEtab file or a study folder, with every fault of the input reported at once."""

from os.path import lexists
from pathlib import Path

from jakstat.problem.faults import DataFaultsError, Fault, UnsupportedError
from jakstat.problem.measurement_kinds import measured_over_doses, measured_over_time, measured_responses
from jakstat.problem.pace2018 import PACE2018_TABLE, obtain_pace2018
from jakstat.problem.petab_reader import read_petab
from jakstat.problem.petab_scenarios import PetabScenarios
from jakstat.problem.problem_digests import PROBLEM_DIGESTS, problem_digests, require_same_problem
from jakstat.problem.public_files import ObtainedMeasurements
from jakstat.problem.records import (
    CENSORED,
    NOISE_DISTRIBUTIONS,
    Experiment,
    Measurement,
    Observable,
    Parameter,
    Period,
    Prior,
    ProblemTables,
)
from jakstat.problem.sobotta2017 import obtain_sobotta2017, place_sobotta2017, sobotta2017_absence
from jakstat.problem.study_reader import read_study, study_to_petab
from jakstat.problem.study_scenarios import StudyScenarios
from jakstat.problem.study_treatments import Treatment

__all__ = [
    "PACE2018_TABLE",
    "PROBLEM_DIGESTS",
    "PetabScenarios",
    "StudyScenarios",
    "Treatment",
    "CENSORED",
    "NOISE_DISTRIBUTIONS",
    "DataFaultsError",
    "Experiment",
    "Fault",
    "Measurement",
    "Observable",
    "ObtainedMeasurements",
    "Parameter",
    "Period",
    "Prior",
    "ProblemTables",
    "UnsupportedError",
    "measured_over_doses",
    "measured_over_time",
    "measured_responses",
    "obtain_pace2018",
    "obtain_sobotta2017",
    "place_sobotta2017",
    "problem_digests",
    "read_petab",
    "read_study",
    "read_tables",
    "require_same_problem",
    "sobotta2017_absence",
    "study_to_petab",
]


def read_tables(path: str | Path) -> ProblemTables:
    """Read a problem, whatever it is.

    Parameters
    ----------
    path : str or Path
        A PEtab problem's YAML file (version 1 or 2), a study folder, or the ``study.yaml`` in one.

    Returns
    -------
    ProblemTables

    Raises
    ------
    DataFaultsError
        The path is none of these, or the files have faults; the error lists them all.
    UnsupportedError
        The problem uses what jakstat does not support yet; the message names all of it.
    """
    path = Path(path)
    # What is there but is no file (a pipe, a link to itself) has its reader's sentence.
    if path.name == "study.yaml" or lexists(path / "study.yaml"):
        return read_study(path if path.is_dir() else path.parent)
    if path.suffix in (".yaml", ".yml") and lexists(path) and not path.is_dir():
        return read_petab(path)
    if path.is_dir():
        inside = sorted(one.name for one in (*path.glob("*.yaml"), *path.glob("*.yml")))
        found = f"a folder without study.yaml{f' (it holds {chr(44).join(inside)})' if inside else ''}"
    else:
        found = "a file that is not YAML" if path.exists() else "nothing"
    needed = "a PEtab problem's YAML file, or a study folder with a study.yaml in it"
    raise DataFaultsError([Fault(str(path), None, "", found, needed)])
