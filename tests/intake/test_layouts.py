"""The layouts in which laboratories export viabilities are read to the same study."""

import pytest

from jakstat.intake import read_exports
from jakstat.problem import read_reference
from tests.intake.layouts import LAYOUTS, VIABILITY, write_layout


@pytest.fixture(scope="session")
def reference(repository):
    faults = []
    found = read_reference(repository / "data/reference", faults)
    assert not faults
    return found


def values(intake):
    """Return the viabilities in percent by line, drug, dose and replicate."""
    return {
        (row.cell_line, row.inhibitor, float(row.inhibitor_nM), int(row.replicate)): round(100 * float(row.value), 3)
        for row in intake.measurements.itertuples()
    }


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout_is_read_to_the_same_study(name, tmp_path, reference):
    intake = read_exports([write_layout(name, tmp_path)], reference)
    assert values(intake) == VIABILITY
    assert set(intake.measurements["time_min"]) == {"4320"}
    assert set(intake.measurements["observable"]) == {"viability_signal"}
