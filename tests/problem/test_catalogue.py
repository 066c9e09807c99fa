"""Each broken input of the catalogue ends in its one fault, at its place and in its words."""

from pathlib import Path

import pytest

from jakstat.problem import read_petab, read_study
from tests.problem.catalogue import PANEL, PETAB, STUDY


def test_the_catalogue_has_at_least_120_inputs():
    assert len(STUDY) + len(PETAB) + len(PANEL) >= 120


def one_fault(faults, where, line, column, found, needed):
    """Assert that there is one fault, at a place and with words."""
    assert len(faults) == 1, [str(fault) for fault in faults]
    (fault,) = faults
    assert Path(fault.file).name == where or not where, str(fault)
    assert fault.row == line, str(fault)
    assert column in fault.column if column else True, str(fault)
    assert found in fault.found, str(fault)
    assert needed in fault.needed, str(fault)
    assert len(str(fault)) < 1000


@pytest.mark.parametrize("kind", STUDY)
def test_broken_study_ends_in_one_fault(kind, study, edit_study, faults_of):
    file, old, new, expected = STUDY[kind]
    edit_study(file, old, new)
    one_fault(faults_of(read_study, study), *expected)


@pytest.mark.parametrize("kind", PETAB)
def test_broken_petab_problem_ends_in_one_fault(kind, petab, edit_petab, faults_of):
    file, old, new, expected = PETAB[kind]
    edit_petab(file, old, new)
    one_fault(faults_of(read_petab, petab), *expected)


@pytest.mark.parametrize("kind", PANEL)
def test_broken_study_of_cell_lines_ends_in_one_fault(kind, panel, faults_of):
    file, old, new, expected = PANEL[kind]
    one_fault(faults_of(read_study, panel(file, old, new)), *expected)
