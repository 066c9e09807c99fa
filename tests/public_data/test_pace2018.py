"""Patients' viabilities: converted from a table of a folder, left out with a sentence where it is not there."""

import pytest

from jakstat.files import DataFaultsError
from jakstat.problem.reference.reference_tables import read_reference
from jakstat.public_data import PACE2018_TABLE, obtain_pace2018

TABLE = """patient,diagnosis,drug_id,drug,conc_uM,viability_rel
H001,CLL,D_084,ruxolitinib,40.0,0.8522
H001,CLL,D_169,tofacitinib,0.156,1.01
H002,T-PLL,D_081,venetoclax,1.0,0.2
"""


def test_jak_inhibitors_are_read_with_units_converted(tmp_path):
    (tmp_path / PACE2018_TABLE).write_text(TABLE)
    obtained = obtain_pace2018(tmp_path, "viability_signal")
    assert obtained.absence == ""
    rows = obtained.table.to_dict(orient="records")
    assert [(row["inhibitor"], row["inhibitor_nM"], row["value"]) for row in rows] == [
        ("ruxolitinib", 40_000.0, 0.8522),
        ("tofacitinib", 156.0, 1.01),
    ]
    assert {(row["cell_line"], row["experiment"], row["time_h"], row["observable"]) for row in rows} == {
        ("primary CLL", "H001", 48.0, "viability_signal")
    }


def test_where_there_is_no_table_a_sentence_says_where_it_was_looked_for(tmp_path):
    for folder, told in (
        (None, "public_data.folder is not set"),
        (tmp_path, f"has no {PACE2018_TABLE}"),
        (tmp_path / "none", "is no folder"),
    ):
        obtained = obtain_pace2018(folder, "viability_signal")
        assert obtained.table.empty
        assert told in obtained.absence
        assert "README.md" in obtained.absence


def test_every_fault_of_the_table_is_listed(tmp_path):
    broken = TABLE.replace("diagnosis", "disease").replace("0.8522", "high").replace("0.156", "")
    (tmp_path / PACE2018_TABLE).write_text(broken)
    with pytest.raises(DataFaultsError) as error:
        obtain_pace2018(tmp_path, "viability_signal")
    faults = {(fault.row, fault.column) for fault in error.value.faults}
    assert faults == {(1, "diagnosis"), (2, "viability_rel"), (3, "conc_uM")}


def test_every_diagnosis_of_the_publication_is_a_row_of_cell_lines(repository, reference_folder):
    obtained = obtain_pace2018(reference_folder, "viability_signal")
    if obtained.absence:
        pytest.skip(f"needs {PACE2018_TABLE} in the reference data")
    assert len(obtained.table) == 2 * 249 * 5
    reference = read_reference(repository / "data" / "reference", [])
    assert set(obtained.table["cell_line"]) <= set(reference.cell_lines)
