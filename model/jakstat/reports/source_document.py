"""Every number of the shipped tables with its status and source, as a page of the documentation (Markdown)."""

from collections.abc import Mapping, Sequence

from jakstat.problem import SourcedNumber, count_statuses, status_text
from jakstat.reports.tables import markdown_table

_HEAD = """\
# Where the numbers come from

This page is made from the tables by `jakstat.reports.render_source_document`; a test holds it to them.

- **read**: the number, or those it follows from by the arithmetic given, stands in a source that was opened; the
  place in it is in brackets. Where the original could not be opened, the source names who quotes it.
- **from memory**: someone remembered it of the source named, which was not opened again.
- **assumed**: nobody's number. The direction may have a source all the same.
"""


def render_source_document(numbers: Mapping[str, Sequence[SourcedNumber]]) -> str:
    """Return a Markdown page: counts of what was read, remembered and assumed, then a line for each number.

    Parameters
    ----------
    numbers : mapping of str to sequence of SourcedNumber
        By the folder that they stand in, as the page shall name it.

    Returns
    -------
    str
    """
    every = [number for group in numbers.values() for number in group]
    tables = {
        (folder, table): [number for number in group if number.table == table]
        for folder, group in numbers.items()
        for table in dict.fromkeys(number.table for number in group)
    }
    counts = [
        (f"{folder}/{table}", str(len(rows)), count_statuses(row.status for row in rows))
        for (folder, table), rows in tables.items()
    ]
    lines = [_HEAD, f"{len(every)} rows: {count_statuses(number.status for number in every)}.", ""]
    lines += markdown_table(("table", "rows", "of which"), counts)
    for (folder, table), rows in tables.items():
        of_table = [(row.name, row.number, status_text(row.status), row.source) for row in rows]
        lines += ["", f"## {folder}/{table}", "", *markdown_table(("of", "number", "status", "source"), of_table)]
    return "\n".join(lines) + "\n"
