"""The section on provenance: seeds, versions, configuration, digests, outcomes of the solves."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from jakstat.reports.page import Block, Section, Table, Verbatim
from jakstat.reports.report_contents import ReportContents
from jakstat.simulation import SolveStatus

_TEXT, _NUMBER = False, True
_OUTCOMES = "solve_outcomes"


def provenance_section(contents: ReportContents) -> Section:
    """Where the numbers of the report come from."""
    given = {str(key): value for key, value in contents.provenance.items() if key != _OUTCOMES}
    given.setdefault("data_digests", dict(contents.tables.data_digests))
    plain = tuple((_label(key), _text(value)) for key, value in given.items() if not _is_long(value))
    blocks: list[Block] = [
        Table(
            "Origin of this report.",
            "The same seed, data, settings and versions give the same draws.",
            (("what", _TEXT), ("value", _TEXT)),
            plain,
        ),
        _outcome_table(contents),
    ]
    for key, value in given.items():
        if isinstance(value, Mapping) and value:
            rows = tuple((str(name), _text(entry)) for name, entry in value.items())
            caption = "SHA-256 of each file that was read." if key == "data_digests" else ""
            blocks.append(Table(f"{_label(key).capitalize()}.", caption, (("name", _TEXT), ("value", _TEXT)), rows))
    blocks += [
        Verbatim(_label(key).capitalize(), value.rstrip()) for key, value in given.items() if _is_verbatim(value)
    ]
    return Section("provenance", "Provenance", blocks)


def _is_verbatim(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value.strip()


def _is_long(value: Any) -> bool:
    return isinstance(value, Mapping) or _is_verbatim(value)


def _label(key: str) -> str:
    return key.replace("_", " ")


def _text(value: Any) -> str:
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(_text(entry) for entry in value)
    return "–" if value is None or (isinstance(value, float) and np.isnan(value)) else str(value).strip()


def _outcome_table(contents: ReportContents) -> Table:
    """Return how the solves of the prior's and of the posterior's run ended."""
    counted = {
        name: _outcomes(tree.attrs.get(_OUTCOMES, ()))
        for name, tree in (("prior", contents.prior), ("posterior", contents.posterior))
    }
    names = list(dict.fromkeys([*counted["posterior"], *counted["prior"]]))
    rows = tuple(
        (_label(name), f"{counted['posterior'].get(name, 0):,}", f"{counted['prior'].get(name, 0):,}", _meaning(name))
        for name in names
    )
    columns = (("outcome", _TEXT), ("posterior, solves", _NUMBER), ("prior, solves", _NUMBER), ("meaning", _TEXT))
    return Table("How the solves ended.", "Every solve of the run, warm-up included.", columns, rows)


def _outcomes(entries: Any) -> dict[str, int]:
    pairs = (str(entry).split("=") for entry in np.atleast_1d(entries))
    return {name: int(count) for name, count in pairs}


def _meaning(name: str) -> str:
    return SolveStatus[name.upper()].sentence if name.upper() in SolveStatus.__members__ else "–"
