"""What a number rests on (read, remembered, assumed), in words and in colour."""

from jakstat.problem import status_text
from jakstat.reports.page import Cell, Tone

#: Read is good, remembered is a warning, assumed a stronger one; without a status nothing is said.
_TONES: dict[str, Tone] = {"read": "good", "memory": "note", "assumed": "bad"}
WHAT_A_STATUS_SAYS = (
    "Status: “read” means that the number, or those it was computed from, stands in a source that was opened, at the "
    "place in brackets; “from memory” that someone remembered it of a source that was not opened again; “assumed” that "
    "it rests on judgement and not on a measurement."
)


def status_cell(status: str) -> Cell:
    """Return the cell of a status, one of ``jakstat.problem.STATUSES`` or empty."""
    return Cell(status_text(status), _TONES.get(status, ""))
