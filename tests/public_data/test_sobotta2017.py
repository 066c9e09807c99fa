"""Measurements of Sobotta 2017: what is read from a table or from spreadsheets, and what is refused or left out."""

import csv
import hashlib
import io
import math
import re
import socket
import threading
import zipfile
from collections import Counter
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
import yaml

from jakstat.files import DataFaultsError
from jakstat.public_data import obtain_sobotta2017, sobotta2017, sobotta2017_absence
from jakstat.public_data.public_files import PublicFile

# Spreadsheets of d2d commit 61863c87, counted there: rows of each data set in which ruxolitinib was given.
ROWS = {
    "hep_2013_06_03_Ruxolitinib": 16,
    "hep_2013_06_17_Ruxolitinib": 18,
    "hep_2013_11_04_Stattic_Ruxolitinib_Inhibitor": 28,
    "hep_2013_11_12_Stattic_Ruxolitinib_Inhibitor": 21,
    "hep_2013_09_30_Ruxolitinib_Inhibitor_TC": 42,
    "hep_2013_10_14_qPCR_140224_IL6DR_Inh_1h_Socs3": 20,
    "hep_2014_04_28_IL6DR_Rux_1h_SOCS3": 20,
    "hep_2014_04_22_qPCR_140526_IL6DR_Rux_6h_SOCS3": 20,
    "hep_2014_05_19_qPCR_140526_IL6DR_Rux_6h_SOCS3": 20,
    "hep_2014_04_22_qPCR_140604_IL6DR_Rux_24h_SOCS3": 20,
    "hep_2014_05_19_qPCR_140604_IL6DR_Rux_24h_SOCS3": 20,
}
# (experiment, IL-6 ng/ml, ruxolitinib nM, Stattic nM, min after IL-6, vehicle): value, read off the spreadsheets.
GOLDEN = {
    ("hep_2013_06_03_Ruxolitinib", 40.0, 500.0, 0.0, 20.0, "DMSO"): 0.2687296998181463,
    ("hep_2013_06_17_Ruxolitinib", 40.0, 0.0, 0.0, 20.0, "none"): 2.484222440711818,
    ("hep_2013_11_04_Stattic_Ruxolitinib_Inhibitor", 500.0, 0.0, 60000.0, 20.0, "DMSO"): 285.3,
    ("hep_2013_11_12_Stattic_Ruxolitinib_Inhibitor", 10.0, 500.0, 0.0, 20.0, "DMSO"): 116.0,
    ("hep_2013_10_14_qPCR_140224_IL6DR_Inh_1h_Socs3", 0.1, 500.0, 0.0, 60.0, "not stated"): 0.01698673208740363,
}


@pytest.fixture(scope="session")
def public_folder(reference_folder: Path) -> Path:
    if not (reference_folder / sobotta2017.TABLE.path).is_file():
        pytest.skip(f"needs {sobotta2017.TABLE.path} in the reference data")
    return reference_folder


@pytest.fixture(scope="session")
def obtained(public_folder: Path) -> pd.DataFrame:
    return obtain_sobotta2017(public_folder, None).table


def test_there_are_245_measurements_in_11_experiments(obtained):
    assert Counter(obtained["experiment"]) == ROWS
    assert len(obtained) == 245
    assert tuple(obtained.columns) == sobotta2017.COLUMNS


def test_observables_are_two_kinds_of_pstat3_and_socs3_mrna(obtained):
    assert Counter(obtained["observable"]) == {"pSTAT3_wb": 34, "pSTAT3_lumi": 49, "SOCS3_qpcr": 162}


@pytest.mark.parametrize("place", GOLDEN, ids=lambda place: place[0])
def test_value_is_the_one_of_the_spreadsheet(obtained, place):
    names = ("experiment", "stimulus_ng_per_ml", "inhibitor_nM", "inhibitor_2_nM", "time_min", "vehicle")
    here = obtained
    for name, wanted in zip(names, place, strict=True):
        here = here[here[name] == wanted]
    assert here["value"].tolist() == [GOLDEN[place]]


def test_values_are_those_of_the_reference_table_in_their_order(obtained, public_folder):
    with (public_folder / sobotta2017.TABLE.path).open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    for experiment, rows in obtained.groupby("experiment", sort=False):
        (observable,) = set(rows["observable"])
        theirs = [
            float(line["value"])
            for line in lines
            if line["dataset"].endswith(f"/{experiment}") and line["observable"] == observable
        ]
        assert rows["value"].tolist() == theirs


def test_the_time_course_is_under_100_ng_per_ml_of_il6(obtained):
    course = obtained[obtained["experiment"] == "hep_2013_09_30_Ruxolitinib_Inhibitor_TC"]
    assert set(course["stimulus_ng_per_ml"]) == {100.0}
    assert sorted(set(course["time_min"])) == [0, 20, 40, 60, 80, 100, 120]
    assert sorted(set(course["replicate"])) == [1, 2, 3]


def test_inhibitors_are_in_nanomolar_and_given_60_min_before(obtained):
    doses = {0, 10, 50, 100, 200, 400, 500, 600, 800, 1000, 2000, 5000}
    assert set(obtained["inhibitor_nM"]) == doses
    assert set(obtained["inhibitor_2_nM"]) == {0.0, 60000.0}
    assert set(obtained["pretreatment_min"]) == {60.0}


def test_every_experiment_was_done_with_and_without_ruxolitinib(obtained):
    for _, rows in obtained.groupby("experiment"):
        assert 0.0 in set(rows["inhibitor_nM"])
        assert rows["inhibitor_nM"].max() > 0


def test_no_two_rows_are_the_same_measurement(obtained):
    assert not obtained.drop(columns=["value", "vehicle"]).duplicated().any()


def test_another_table_is_refused(tmp_path):
    (tmp_path / sobotta2017.TABLE.path).write_text("dataset,observable\n")
    found = hashlib.sha256(b"dataset,observable\n").hexdigest()
    with pytest.raises(DataFaultsError, match=f"with SHA-256 {found}; needed: the file with SHA-256 6c1e63aa"):
        obtain_sobotta2017(tmp_path, None)


@pytest.mark.parametrize("folder", [None, "nowhere", "."])
def test_where_nothing_can_be_had_one_sentence_says_so(tmp_path, folder):
    folder = None if folder is None else tmp_path / folder
    got = obtain_sobotta2017(folder, None)
    assert got.table.empty
    assert tuple(got.table.columns) == sobotta2017.COLUMNS
    assert got.absence == sobotta2017_absence(folder, None)
    assert got.absence.startswith("The study sobotta2017 is left out, because its measurements are not here: ")
    assert "\n" not in got.absence
    assert got.as_dict()["obtained"] is False


def test_nothing_is_said_where_the_measurements_may_be_had(public_folder):
    assert sobotta2017_absence(public_folder, None) == ""
    assert sobotta2017_absence(None, "https://example.org/Data") == ""


# A copy of d2d's folder, made here: spreadsheets of two values each, with their own digests.

XLSX = {
    "[Content_Types].xml": """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>""",
    "_rels/.rels": """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="xl/workbook.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>""",
    "xl/workbook.xml": """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="Tabelle1" sheetId="1" r:id="r1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="worksheets/sheet1.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>""",
}


def spreadsheet(lines: list[list[str | float | None]]) -> bytes:
    """Return an Office Open XML spreadsheet (ECMA-376) of one sheet, with None for empty cells."""
    rows = ""
    for number, line in enumerate(lines, 1):
        cells = ""
        for letter, cell in zip("ABCDEFGHIJ", line, strict=False):
            if isinstance(cell, str):
                cells += f'<c r="{letter}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            elif cell is not None:
                cells += f'<c r="{letter}{number}"><v>{cell!r}</v></c>'
        rows += f'<row r="{number}">{cells}</row>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in XLSX.items():
            archive.writestr(name, text)
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return file.getvalue()


@pytest.fixture
def copy(tmp_path, monkeypatch) -> Path:
    """Return a folder with a spreadsheet for each data set; their digests stand in place of those of the originals."""
    pytest.importorskip("python_calamine", reason="needs python-calamine, which reads spreadsheets")
    known = []
    for number, data_set in enumerate(sobotta2017.DATA_SETS):
        columns = ["time", "input_il6", "input_ruxolitinib", "input_stattic", data_set.observable, "input_DMSO"]
        beside = [None] * 6 + [20.0, 0.1, 0.0, 60.0]  # values beside the table, as in the sheet of 2013-11-12
        lines = [columns, [20.0, 40.0, 0.0, 0.0, number + 0.25, 1.0], [20.0, 40.0, 500.0, 60.0, 0.1, 0.0], beside]
        if math.isfinite(data_set.il6):  # the time course, whose sheet gives neither IL-6 nor a vehicle
            lines = [[*line[:1], *line[2:5]] for line in lines]
        content = spreadsheet(lines)
        path = tmp_path / "Data" / data_set.file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        known.append(replace(data_set, file=PublicFile(data_set.file.path, hashlib.sha256(content).hexdigest())))
    monkeypatch.setattr(sobotta2017, "DATA_SETS", tuple(known))
    return tmp_path / "Data"


@pytest.fixture
def served(copy):
    """Return the address of the copy on a server of this machine."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(copy))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_spreadsheets_are_read_from_a_folder_given_as_an_address(copy):
    got = obtain_sobotta2017(None, copy.as_uri())
    assert got.absence == ""
    assert got.origin == copy.as_uri()
    table = got.table
    assert tuple(table.columns) == sobotta2017.COLUMNS
    assert table["experiment"].tolist() == [name for name in ROWS for _ in range(2)]
    assert table["value"].tolist() == [value for number in range(11) for value in (number + 0.25, 0.1)]
    assert table["inhibitor_2_nM"].tolist() == [0.0, 60000.0] * 11
    il6 = dict(zip(table["experiment"], table["stimulus_ng_per_ml"], strict=True))
    assert il6 == dict.fromkeys(ROWS, 40.0) | {"hep_2013_09_30_Ruxolitinib_Inhibitor_TC": 100.0}
    vehicles = table.groupby("experiment")["vehicle"].agg(tuple).to_dict()
    assert vehicles.pop("hep_2013_09_30_Ruxolitinib_Inhibitor_TC") == ("not stated", "not stated")
    assert set(vehicles.values()) == {("DMSO", "none")}


def test_spreadsheets_are_downloaded(served, copy):
    downloaded = obtain_sobotta2017(None, served).table
    pd.testing.assert_frame_equal(downloaded, obtain_sobotta2017(None, copy.as_uri()).table)


def test_every_changed_spreadsheet_is_refused_in_one_pass(copy):
    for data_set in sobotta2017.DATA_SETS[:2]:
        (copy / data_set.file.path).write_bytes(b"other")
    with pytest.raises(DataFaultsError) as caught:
        obtain_sobotta2017(None, copy.as_uri())
    assert len(caught.value.faults) == 2
    assert "hep_2013_06_03_Ruxolitinib.xls with SHA-256 " in caught.value.faults[0].found
    assert sobotta2017.DATA_SETS[0].file.sha256 in caught.value.faults[0].needed


def test_spreadsheet_that_is_not_there_leaves_the_study_out(served, copy):
    (copy / sobotta2017.DATA_SETS[3].file.path).unlink()
    got = obtain_sobotta2017(None, served)
    assert got.table.empty
    assert "hep_2013_11_12_Stattic_Ruxolitinib_Inhibitor.xls could not be read (404 File not found);" in got.absence


def test_address_without_an_answer_leaves_the_study_out():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    assert f"and {address}/braun/hep_2013_06_03_Ruxolitinib.xls could not be read (" in (
        obtain_sobotta2017(None, address).absence
    )


def test_folder_comes_before_the_address(copy, tmp_path):
    (tmp_path / sobotta2017.TABLE.path).write_text("other")
    with pytest.raises(DataFaultsError, match=re.escape(sobotta2017.TABLE.path)):
        obtain_sobotta2017(tmp_path, copy.as_uri())


def test_spreadsheets_of_d2d_hold_what_the_reference_table_holds(obtained, reference_folder):
    """Read where d2d's folder Data/braun was put beside the reference table, as sobotta2017_d2d/braun."""
    originals = reference_folder / "sobotta2017_d2d"
    if not originals.is_dir():
        pytest.skip("needs d2d's spreadsheets in the reference data (sobotta2017_d2d/braun/...)")
    pytest.importorskip("python_calamine", reason="needs python-calamine, which reads spreadsheets")
    pd.testing.assert_frame_equal(obtain_sobotta2017(None, originals.resolve().as_uri()).table, obtained)


def test_each_digest_is_of_another_file():
    digests = [data_set.file.sha256 for data_set in sobotta2017.DATA_SETS]
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)
    assert len(set(digests)) == len(ROWS) == 11


def test_shipped_address_is_that_of_the_commit_whose_digests_are_known(repository):
    config = yaml.safe_load((repository / "config/config.yaml").read_text())
    address = config["public_data"]["addresses"]["sobotta2017"]
    assert "/Data2Dynamics/d2d/61863c871c2b185431de4483385357f840e897f5/" in address
    assert address.endswith("/Sobotta_Frontiers2017/Data")


def test_rule_takes_the_table_that_the_package_reads(repository):
    assert f'"{sobotta2017.TABLE.path}"' in (repository / "workflow/rules/public_data.smk").read_text()
