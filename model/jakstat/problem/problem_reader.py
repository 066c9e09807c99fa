"""Any problem to :class:`ProblemTables`, a PEtab problem's file or a study folder; and a study as a PEtab problem."""

from os.path import lexists
from pathlib import Path

from petab import v2

from jakstat.files import DataFaultsError, Fault
from jakstat.problem.petab import petab_problem, read_petab
from jakstat.problem.records import ProblemTables
from jakstat.problem.study import read_study


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
        inside = sorted(file.name for file in (*path.glob("*.yaml"), *path.glob("*.yml")))
        found = f"a folder without study.yaml{f' (it holds {chr(44).join(inside)})' if inside else ''}"
    else:
        found = "a file that is not YAML" if path.exists() else "nothing"
    needed = "a PEtab problem's YAML file, or a study folder with a study.yaml in it"
    raise DataFaultsError([Fault(str(path), None, "", found, needed)])


def study_to_petab(folder: str | Path) -> v2.Problem:
    """Return a study folder as a PEtab 2 problem.

    Parameters
    ----------
    folder : str or Path
        The folder that holds ``study.yaml``, or that file.

    Returns
    -------
    petab.v2.Problem
        Its ``to_files(target)`` writes the problem, ``<study id>.yaml`` first of all.

    Raises
    ------
    DataFaultsError
        The folder has faults; the error lists them all.
    """
    return petab_problem(read_study(folder))
