"""YAML is read as it stands in the file, or refused at its line."""

import math
from pathlib import Path

import pytest
import yaml

from jakstat.files.yaml_files import check_named_files, read_yaml_file, require_plain_yaml, settings_of
from jakstat.files.yaml_text import MAX_LENGTH, MAX_VALUES, finite_number, parse_yaml

BOMB = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{{', '.join(f'k{k}: *a{n - 1}' for k in range(10))}}}\n" for n in range(1, 12)
)
#: Text, line and words of the one fault.
UNREADABLE = {
    "an alias in itself, in a list": ("a: 1\nb: &r [*r]\n", 2, "*r inside of what it stands for"),
    "an alias in itself, in a mapping": ("a: &r {x: {y: *r}}\n", 1, "*r inside of what it stands for"),
    "two aliases in each other": ("a: &r {x: &s {y: *r}}\n", 1, "*r inside of what it stands for"),
    "aliases that multiply": (BOMB, 6, f"more than {MAX_VALUES:,} values"),
    "aliases that multiply in lists": (
        "a: &a [" + "x, " * 1000 + "]\nb: &b [" + "*a, " * 90 + "]\nc: [*b, *b]\n",
        3,
        "more than 100,000 values",
    ),
    "an alias of nothing": ("a: *x\n", 1, "the alias *x of nothing"),
    "brackets 100,000 deep": ("a: " + "[" * 100_000, 1, "more than 100 levels"),
    "braces 101 deep": ("{a: " * 101 + "1" + "}" * 101, 1, "more than 100 levels"),
    "dashes 101 deep": ("- " * 101 + "a\n", 1, "more than 100 levels"),
    "two documents": ("a: 1\n---\nb: 2\n", 2, "a second document"),
    "a second document that is empty": ("a: 1\n---\n", 2, "a second document"),
    "a tab as indentation": ("a:\n\tb: 1\n", 2, "a tab as indentation"),
    "a list as a key": ("a: 1\n? [b, c]\n: 2\n", 2, "a list as a key"),
    "a mapping as a key": ("? {b: c}\n: 2\n", 1, "a mapping as a key"),
    "an open bracket": ("a: [1, 2\n", 2, "invalid YAML"),
    "two values of one key": ("a: b: c\n", 1, "invalid YAML"),
    "a control character": ("a: \x07\n", None, "invalid YAML"),
    "a text beyond all measure": ("a: " + "x" * MAX_LENGTH, None, "characters of YAML"),
}
FAULTY = {
    "a date with month 13": ("title: 2020-13-45\n", 1, "title", "2020-13-45, which looks like a date"),
    "a 30th of February": ("a: 1\ndate: 2021-02-30\n", 2, "date", "2021-02-30"),
    "a time of hour 25": ("date: 2020-01-01 25:00:00\n", 1, "date", "2020-01-01 25:00:00"),
    "a key twice": ("a: 1\nb: {c: 1,\n  c: 2}\n", 3, "b.c", "the key again (first on line 2)"),
    "a key twice in a list": ("a:\n- {b: 1}\n- {b: 1, b: 2}\n", 3, "a.1.b", "the key again (first on line 3)"),
    "a merge twice": ("a: &a {x: 1}\nb: {<<: *a, <<: *a}\n", 2, "b.<<", "the key again"),
    "a merge of a text": ("b: {<<: c}\n", 1, "b.<<", "what is no mapping"),
    "a tag of Python": ("a: !!python/object/apply:os.system [ls]\n", 1, "a", "python/object/apply:os.system"),
    "a tag of a number": ("a: !!int 012\n", 1, "a", "the tag"),
    "a set": ("a: !!set {b, c}\n", 1, "a", "the tag"),
}
AS_WRITTEN = {
    "NO": "NO",
    "yes": "yes",
    "on": "on",
    "Off": "Off",
    "y": "y",
    "12:30": "12:30",
    "012": "012",
    "0o12": "0o12",
    "0x1F": "0x1F",
    "0b11": "0b11",
    "1_000": "1_000",
    "2020-11-01": "2020-11-01",
    "'2020-13-45'": "2020-13-45",
    '"1"': "1",
    "!!str 5": "5",
    "1.2.3": "1.2.3",
    "nan": "nan",
    "inf": "inf",
    "=": "=",
    "-": "-",
    "e5": "e5",
    "1e-3": 0.001,
    "1E3": 1000.0,
    "1.0e-3": 0.001,
    ".5": 0.5,
    "5.": 5.0,
    "-4": -4,
    "+4": 4,
    "0": 0,
    "0.10": 0.1,
    "true": True,
    "False": False,
    "~": None,
    "null": None,
    "": None,
    "-.inf": -math.inf,
    "1e999": math.inf,
    "9" * 5000: math.inf,
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_text_that_cannot_be_read_is_one_fault_at_its_line(kind):
    text, line, found = UNREADABLE[kind]
    read = parse_yaml(text)
    is_unread = read.content is None
    assert is_unread  # not the content itself, which a failing test would print for ever
    (fault,) = read.faults
    assert (fault.line, found in fault.found) == (line, True), fault


@pytest.mark.parametrize("kind", FAULTY)
def test_fault_has_line_and_key(kind):
    text, line, key, found = FAULTY[kind]
    (fault,) = parse_yaml(text).faults
    assert (fault.line, ".".join(fault.key)) == (line, key)
    assert found in fault.found
    assert str(fault).startswith(f"line {line}, {key}: found ")


def test_all_faults_come_in_one_pass():
    assert len(parse_yaml("a: 1\na: 2\nb: 2020-13-45\nc: !!set {d}\n").faults) == 3


@pytest.mark.parametrize("written", AS_WRITTEN)
def test_value_is_what_a_person_reads(written):
    read = parse_yaml(f"a: {written}\n" if written != "-" else "a: '-'\n")
    assert read.faults == ()
    value = read.content["a"]
    assert (value, type(value)) == (AS_WRITTEN[written], type(AS_WRITTEN[written]))


@pytest.mark.parametrize("written", ["1.10", "10.1000", "1e-3", "true", "NO", "012"])
def test_numbers_can_stay_as_they_are_written(written):
    assert parse_yaml(f"a: [{written}]\n", numbers=False).content == {"a": [written]}


@pytest.mark.parametrize("key", ["NO", "1", "1.10", "true", "2020-11-01", "~"])
def test_keys_are_text_as_they_are_written(key):
    assert parse_yaml(f"{key}: x\n").content == {key: "x"}


def test_merged_keys_give_way_to_own_ones_and_the_first_mapping_counts():
    text = "a: &a {x: 1, y: 2}\nb: &b {x: 3, z: 4}\nc: {y: 5, <<: [*a, *b]}\n"
    assert parse_yaml(text).content["c"] == yaml.safe_load(text)["c"] == {"x": 1, "y": 5, "z": 4}


def test_aliases_that_stay_small_are_followed():
    assert parse_yaml("a: &a [1, 2]\nb: [*a, *a]\n").content == {"a": [1, 2], "b": [[1, 2], [1, 2]]}


def test_a_hundred_levels_are_read():
    assert parse_yaml("[" * 100 + "]" * 100).faults == ()


@pytest.mark.parametrize("name", ["config/*.yaml", "data/*/study.yaml", "workflow/schemas/*.yaml"])
def test_shipped_files_say_the_same_to_every_reader(repository, name):
    files = list(repository.glob(name))
    assert files
    for file in files:
        read = read_yaml_file(file, same_in_yaml_1_1=True)
        assert read.faults == ()
        assert read.content == yaml.safe_load(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("written", ["NO", "on", "012", "0x1F", "0b11", "1_000", "12:30", "1:30.5", "2020-11-01"])
def test_what_snakemake_reads_otherwise_is_a_fault_that_asks_for_quotes(written):
    assert yaml.safe_load(f"a: {written}")["a"] != written
    (fault,) = parse_yaml(f"b: 1\na: {written}\n", same_in_yaml_1_1=True).faults
    assert fault.line == 2
    assert f'"{written}" in quotes' in fault.needed
    assert parse_yaml(f'a: "{written}"\n', same_in_yaml_1_1=True).faults == ()


def test_keys_that_snakemake_reads_otherwise_are_faults():
    (fault,) = parse_yaml("NO: 1\n", same_in_yaml_1_1=True).faults
    assert "a truth value" in fault.found


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1e-3", 0.001),
        ("5", 5.0),
        (5, 5.0),
        (0.5, 0.5),
        (True, None),
        ("nan", None),
        (".nan", None),
        ("1e999", None),
        (math.inf, None),
        (math.nan, None),
        ("1_000", None),
        ("012", None),
        ("", None),
        (None, None),
        ([1], None),
    ],
)
def test_number_is_finite_and_decimal(value, number):
    assert finite_number(value) == number


@pytest.fixture
def bad_date(tmp_path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text("study: 2020-13-45\n")
    return file


def test_settings_with_faults_are_refused_with_all_of_them(bad_date):
    for read in (settings_of, require_plain_yaml):
        with pytest.raises(ValueError, match=r"1 fault\(s\) in .*mine\.yaml; nothing was run:\n  1\. line 1, study: "):
            read(bad_date)


def test_file_that_is_absent_or_no_text_is_refused(tmp_path):
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9\n")
    for name, found in (("absent.yaml", "No such file"), ("latin.yaml", "not UTF-8")):
        with pytest.raises(ValueError, match=found):
            settings_of(tmp_path / name)


def test_files_that_snakemake_is_about_to_read_are_checked_by_a_program(bad_date, tmp_path, capsys):
    (tmp_path / "good.yaml").write_text("seed: 1\n")
    assert check_named_files([str(tmp_path / "good.yaml")]) == 0
    assert check_named_files([str(bad_date), str(tmp_path / "good.yaml")]) == 1
    assert "2020-13-45" in capsys.readouterr().err


@pytest.mark.parametrize("tagged", ["!!set {a, b}", "!!python/object/apply:os.system [ls]", "!own {a: 1}"])
def test_nothing_is_made_of_a_collection_with_a_tag(tagged):
    read = parse_yaml(f"title: {tagged}\nb: 1\n")
    assert read.content is None
    assert len(read.faults) == 1
