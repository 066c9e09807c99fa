"""What a number rests on is shown in words, in colour and counted."""

import pytest

from jakstat.problem import count_statuses
from jakstat.reports.page import Table
from jakstat.reports.sections.fitted_parameters import parameter_section
from jakstat.reports.tables import status_cell


@pytest.mark.parametrize(
    ("status", "text", "tone"),
    [
        ("read", "read", "good"),
        ("memory", "from memory", "note"),
        ("assumed", "assumed", "bad"),
        ("", "without a status", ""),
    ],
)
def test_a_status_is_told_in_words_and_in_colour(status, text, tone):
    cell = status_cell(status)
    assert (cell.text, cell.tone) == (text, tone)


def test_statuses_are_counted_from_read_to_none():
    counted = count_statuses(["assumed", "read", "", "assumed", "memory"])
    assert counted == "1 read, 1 from memory, 2 assumed, 1 without a status"


def test_the_table_of_priors_shows_the_status_of_each_and_counts_them(contents):
    section = parameter_section(contents)
    table = next(block for block in section.blocks if isinstance(block, Table) and "sources" in block.title)
    assert [row[2].text for row in table.rows] == ["read", "assumed", "without a status"]
    assert "Of 3: 1 read, 1 assumed, 1 without a status." in table.caption
