"""Which measurements a fit has seen, itself or through the fit that it started from, so that no score is of these.

A measurement is known by its observable, time, value and kind of bound, not by its experiment, whose name a change of
the study may change. Equal ones are counted: a fit that saw a value twice saw more than a problem has that has it once.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from jakstat.files import UnusableFileError
from jakstat.problem.records import ProblemTables

if TYPE_CHECKING:
    import xarray as xr

#: The attribute of a posterior with how often it saw each measurement, by the digest of that.
SEEN = "measurements_seen"


def measurements_seen(tables: ProblemTables, start_from: "xr.DataTree | None" = None) -> dict[str, int]:
    """Return how often a fit sees each measurement, by its digest.

    Parameters
    ----------
    tables : ProblemTables
        What is fitted.
    start_from : DataTree, optional
        The fit that it starts from: what that saw counts as seen.

    Raises
    ------
    UnusableFileError
        ``start_from`` does not say what it saw.
    """
    own = _counted((row.observable_id, row.time, row.value, row.censored) for row in tables.measurements)
    return dict(own | _seen_by(start_from) if start_from is not None else own)


def require_nothing_else_seen(drawn: "xr.DataTree", tables: ProblemTables) -> None:
    """Stop where a fit has seen measurements that a problem has not: its scores on those would be no test.

    Parameters
    ----------
    drawn : DataTree
        A fit, or what one is to start from.
    tables : ProblemTables
        The problem without what is scored.

    Raises
    ------
    UnusableFileError
        It has, or does not say what it saw.
    """
    others = _seen_by(drawn) - Counter(measurements_seen(tables))
    if others:
        raise UnusableFileError(
            f"{_file_of(drawn)}: found a fit that has seen {others.total()} measurements that are left out here and "
            "scored, itself or through the fit that it started from; needed: one that has not, because starts and "
            "metric carry over what it learnt from them; leave start_from away"
        )


def require_unseen(
    seen: Mapping[str, int], tables: ProblemTables, rows: Iterable[tuple[str, float, float, str]], name: str
) -> None:
    """Stop where a fit has seen measurements that it is scored on, through a fit that it started from.

    Parameters
    ----------
    seen : mapping of str to int
        What :func:`measurements_seen` said of the fit; empty where it said nothing, which no fit does that started
        from another.
    tables : ProblemTables
        What was fitted. Values that a screen has in common with it by chance are no leak.
    rows : iterable of tuple
        Observable, time (unit of the model), value and kind of bound of each measurement that is scored.
    name : str
        What they are, for the message.

    Raises
    ------
    UnusableFileError
        It has.
    """
    found = (Counter(seen) - Counter(measurements_seen(tables))) & _counted(rows)
    if found:
        raise UnusableFileError(
            f"score {name}: found a fit that started from one that has seen {found.total()} of these measurements; "
            "needed: one that has seen none, because starts and metric carry over what was learnt from them; leave "
            "sampling.start_from away, or these scores"
        )


def _counted(rows: Iterable[tuple[str, float, float, str]]) -> Counter[str]:
    """Return how often each measurement occurs, by its digest."""
    return Counter(
        hashlib.sha256(repr((str(observable), float(time), float(value), str(censored))).encode()).hexdigest()[:12]
        for observable, time, value, censored in rows
    )


def _seen_by(drawn: "xr.DataTree") -> Counter[str]:
    seen = drawn.attrs.get(SEEN)
    if seen is None:
        raise UnusableFileError(
            f"{_file_of(drawn)}: found no record of the measurements that this fit saw (earlier versions of jakstat "
            "kept none); needed: the attribute measurements_seen; delete the file and run again, which makes it anew"
        )
    return Counter({digest: int(count) for digest, count in seen.items()})


def _file_of(drawn: "xr.DataTree") -> str:
    return str(drawn.encoding.get("source", "the fit"))
