"""The shipped reference tables, and lab files written for a test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jakstat.files import DataFaultsError
from jakstat.intake import Declared, Intake, read_exports
from jakstat.problem import Reference, read_reference


@pytest.fixture(scope="session")
def reference(repository: Path) -> Reference:
    """Return the shipped reference tables."""
    faults = []
    found = read_reference(repository / "data/reference", faults)
    assert found is not None
    assert not faults
    return found


@pytest.fixture
def read(tmp_path: Path, reference: Reference) -> Callable[..., Intake]:
    """Return a function that reads a text as a lab's file of a name, with declarations."""

    def read_text(text: str, name: str = "export.csv", **declared: object) -> Intake:
        path = tmp_path / name
        path.write_text(text)
        return read_exports([path], reference, Declared(**declared))

    return read_text


@pytest.fixture
def fault_of(read):
    """Return a function that reads a text and returns its one fault as a sentence."""

    def fault(text: str, name: str = "export.csv", **declared: object) -> str:
        with pytest.raises(DataFaultsError) as caught:
            read(text, name, **declared)
        assert len(caught.value.faults) == 1, [str(found) for found in caught.value.faults]
        return str(caught.value.faults[0])

    return fault
