from pathlib import Path

import pytest

from jakstat.files.faults import Fault
from jakstat.files.text_files import encoding_notes
from jakstat.files.text_table import TextTable, known_id, read_text_table

HEADER = "observable\tvalue\tnote\n"


def read(folder: Path, content: str | bytes, name: str = "table.tsv") -> tuple[TextTable | None, list[Fault]]:
    """Return the table of a file with ``content`` and its faults."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    faults: list[Fault] = []
    return read_text_table(path, faults), faults


@pytest.mark.parametrize(
    "note", ['"', '""', '"never closed', 'closed"', '5" plate', '"a" and "b"', '"""', "'", "'quoted'", '\\"', 'a"b"c']
)
def test_no_quote_in_a_note_takes_rows_away(tmp_path, note):
    table, faults = read(tmp_path, f"{HEADER}A\t1\t{note}\nB\t2\t{note}\nC\t3\t\n")
    assert not faults
    assert [(row["observable"], row["value"]) for row in table.rows] == [("A", "1"), ("B", "2"), ("C", "3")]


def test_a_cell_that_is_quoted_as_a_whole_loses_its_quotes(tmp_path):
    table, faults = read(tmp_path, '"observable"\t"value"\t"note"\n"A"\t"1"\t"said ""so"", once"\n')
    assert not faults
    assert dict(table.rows[0].cells) == {"observable": "A", "value": "1", "note": 'said "so", once'}


@pytest.mark.parametrize(
    ("content", "line", "column", "rows"),
    [
        (f'{HEADER}A\t1\t"two\nlines"\nB\t2\t\n', 2, "note", ["B"]),
        (f'{HEADER}A\t1\t"over\nthree\nlines"\nB\t2\t\n', 2, "note", ["B"]),
        ('note\tobservable\tvalue\n"two\nlines"\tA\n\tB\t2\n', 2, "note", ["B"]),
    ],
)
def test_a_quoted_cell_that_goes_on_below_is_one_fault(tmp_path, content, line, column, rows):
    table, faults = read(tmp_path, content)
    assert [(fault.row, fault.column) for fault in faults] == [(line, column)]
    assert [row["observable"] for row in table.rows] == rows


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_and_line_ends_of_spreadsheets_are_read(tmp_path, encoding, ending):
    content = f"{HEADER}A\t1\tµ\nB\t2\tα\n".replace("\n", ending).encode(encoding)
    table, faults = read(tmp_path, content)
    assert not faults
    assert [(row.line, row["observable"], row["note"]) for row in table.rows] == [(2, "A", "µ"), (3, "B", "α")]
    assert encoding_notes([tmp_path / "table.tsv"]) == ()


def test_code_page_1252_is_read_and_told(tmp_path):
    table, faults = read(tmp_path, f"{HEADER}A\t1\t5 µM\n".encode("cp1252"))
    assert not faults
    assert table.rows[0]["note"] == "5 µM"
    (note,) = encoding_notes([tmp_path / "table.tsv"])
    assert note.startswith("table.tsv is not UTF-8 and was read as Windows-1252")


@pytest.mark.parametrize(
    ("content", "line", "found", "needed"),
    [
        (b"", None, "an empty file", "names of the columns"),
        (b"\n\n  \n", None, "an empty file", "names of the columns"),
        (b"a,b,c\n1,2,3\n", 1, "commas", "tab"),
        (b"a;b;c\n1;2;3\n", 1, "semicolons", "tab"),
        (b"a  b  c\n1  2  3\n", 1, "blanks", "tab"),
        (b"Export of a reader, 3.2\n\na\tb\tc\n1\t2\t3\n", 1, "a title", "line 3"),
        (b"\t\t\n1\t2\t3\n", 1, "no column names", "names of the columns"),
        (b"PK\x03\x04rest", None, "workbook (.xlsx", "Tab delimited"),
        (b"\xd0\xcf\x11\xe0rest", None, "older Excel workbook", "Tab delimited"),
        (b"\x1f\x8brest", None, "gzip", "unpacked"),
        (b"a\tb\n1\t\x00\n", None, "no text", "UTF-8"),
        (b"a\tb\n1\t\x81\x8d\n", 2, "no text", "UTF-8"),
        (b"a\ta\tb\n1\t2\t3\n", 1, "twice", "once"),
        (b"a\tb\n1\t2\t3\n", 2, "3 cells", "2 cells"),
    ],
)
def test_what_is_no_table_is_one_fault_with_what_to_do(tmp_path, content, line, found, needed):
    _, faults = read(tmp_path, content)
    (fault,) = faults
    assert fault.row == line
    assert found in fault.found
    assert needed in fault.needed


def test_a_cell_may_be_as_long_as_it_is(tmp_path):
    note = "x" * 1_000_000
    table, faults = read(tmp_path, f"{HEADER}A\t1\t{note}\n")
    assert not faults
    assert table.rows[0]["note"] == note


def test_separators_of_lines_that_are_none_stay_in_their_cell(tmp_path):
    table, _ = read(tmp_path, f"{HEADER}A\t1\tone\u2028two\u0085three\nB\t2\t\n".replace("\u0085", ""))
    assert [row["observable"] for row in table.rows] == ["A", "B"]


def test_near_names_are_suggested_and_few_valid_ones_listed(tmp_path):
    table, faults = read(tmp_path, "line\tvalue\nhl-60\t1\nzzz\t2\n")
    for row in table.rows:
        known_id(table, row, "line", ["HL-60", "K-562"], faults)
    assert [fault.needed for fault in faults] == ["one of HL-60, K-562 (did you mean HL-60?)", "one of HL-60, K-562"]
