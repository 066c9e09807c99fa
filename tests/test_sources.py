"""Every number of the shipped tables says whence it is and whether that was read, remembered or assumed."""

import csv
import re
from pathlib import Path

import pytest
import yaml

from jakstat.problem import STATUSES, read_sourced_numbers
from jakstat.reports import render_source_document

REPOSITORY = Path(__file__).resolve().parent.parent
#: Names, not numbers.
WITHOUT_NUMBERS = ("synonyms.tsv",)
TABLES = sorted(
    file
    for file in (REPOSITORY / "data").glob("*/*.tsv")
    if file.name not in WITHOUT_NUMBERS and "source" in file.read_text(encoding="utf-8").splitlines()[0].split("\t")
)
STUDIES = sorted((REPOSITORY / "data").glob("*/study.yaml"))
#: A publication by its year or identifier, a page by its address, a repository by its commit, what the study itself
#: measured or compared, or the word assumed.
_SAYS_WHENCE = re.compile(
    r"\b(19|20)\d\d\b|\b10\.\d{4,}/|PMC\d{5}|\bassumed\b|\bfrom memory of\b|measured by the (source|authors)|"
    r"compared here|\b[a-z]+\.(com|org|net|eu)/\w|\(commit [0-9a-f]{7}\)",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("source", "is_one"),
    [
        ("Quintas-Cardama 2010, Blood 115:3109, table 1", True),
        ("doi 10.1182/blood-2009-04-214957", True),
        ("width assumed", True),
        ("label", False),
        ("vendor's label, units nM", False),
        ("published", False),
        ("same as above", False),
        ("", False),
    ],
)
def test_a_source_is_a_publication_a_measurement_or_says_that_it_is_none(source, is_one):
    assert bool(_SAYS_WHENCE.search(source)) is is_one


def test_the_shipped_tables_with_numbers_have_a_source_column():
    without = [
        file.relative_to(REPOSITORY).as_posix()
        for file in sorted((REPOSITORY / "data").glob("*/*.tsv"))
        if file not in TABLES and file.name not in {*MEASUREMENTS, *WITHOUT_NUMBERS}
    ]
    assert not without


#: What a study's README.md and citation stand for.
MEASUREMENTS = {"measurements.tsv", "phospho.tsv", "viability.tsv", "viability_gdsc1.tsv", "viability_gdsc2.tsv"}


@pytest.mark.parametrize("file", TABLES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_row_says_whence_its_numbers_are(file):
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text, delimiter="\t"))
    silent = [
        f"row {number}: {row['source']!r}"
        for number, row in enumerate(rows, 2)
        if not _SAYS_WHENCE.search(row["source"] or "")
    ]
    assert rows
    assert not silent


@pytest.fixture(scope="module")
def numbers():
    """Return the rows with a source of every shipped folder of tables, by folder, and their faults."""
    faults = []
    folders = sorted({file.parent for file in TABLES})
    found = {f"data/{folder.name}": read_sourced_numbers(folder, faults) for folder in folders}
    return found, faults


def test_no_shipped_row_is_without_a_status_and_none_was_read_nowhere(numbers):
    found, faults = numbers
    assert not faults
    assert {number.table for number in found["data/reference"]} >= {"inhibitors.tsv", "resistance_measurements.tsv"}
    assert {number.status for group in found.values() for number in group} == set(STATUSES)


def test_few_numbers_of_the_reference_tables_rest_on_memory(numbers):
    remembered = [number.name for number in numbers[0]["data/reference"] if number.status == "memory"]
    assert len(remembered) <= 10, remembered  # each is a debt


def test_a_number_that_was_read_does_not_say_that_it_was_not(numbers):
    contradicted = [
        f"{number.table}: {number.name}"
        for group in numbers[0].values()
        for number in group
        if number.status == "read" and "not read again" in number.source
    ]
    assert not contradicted


def test_the_page_of_sources_is_made_from_the_tables(numbers):
    page = (REPOSITORY / "docs/sources.md").read_text(encoding="utf-8")
    assert page == render_source_document(numbers[0])


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.parent.name)
def test_every_study_names_its_publication_and_licence(file):
    study = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert re.search(r"\b(19|20)\d\d\b", study["citation"])
    assert study["doi"].startswith("10.")
    assert study["licence"].strip()
    assert (file.parent / "README.md").is_file()


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.parent.name)
def test_values_that_a_study_fixes_have_a_comment_that_says_whence(file):
    lines = file.read_text(encoding="utf-8").splitlines()
    fixed = (yaml.safe_load("\n".join(lines)).get("cells") or {}).get("fixed") or {}
    for cells in fixed:
        place = next(
            number for number, line in enumerate(lines) if line.strip().startswith((f"{cells}:", f'"{cells}":'))
        )
        comment, above = [], place - 1
        while lines[above].strip().startswith("#"):
            comment.append(lines[above])
            above -= 1
        assert _SAYS_WHENCE.search(" ".join(comment)), (
            f"{cells} in {file}: its fixed values have no comment with a source"
        )


def test_the_table_of_licences_names_each_table_of_the_data_and_no_other():
    text = (REPOSITORY / "data/README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `") and "/" in line.split("|")[1]]
    named = {name for row in rows for name in re.findall(r"`([\w/*.]+)`", row)}
    files = {file.relative_to(REPOSITORY / "data").as_posix() for file in (REPOSITORY / "data").glob("*/*.tsv")}
    covered = {file for file in files if any(Path(file).match(name) for name in named if "*" in name)}
    covered |= {file for file in files if "reference/" in named and file.startswith("reference/")}
    assert files - named - covered == set()
    assert {name for name in named if "*" not in name and not name.endswith("/")} - files == set()


@pytest.mark.parametrize("file", sorted((REPOSITORY / "data").glob("*/viability*.tsv")), ids=lambda file: file.name)
def test_values_of_gdsc_stand_under_its_terms(file):
    named = f"`{file.relative_to(REPOSITORY / 'data').as_posix()}`"
    rows = (REPOSITORY / "data/README.md").read_text(encoding="utf-8").splitlines()
    assert any(named in row and "non-commercial" in row for row in rows)
