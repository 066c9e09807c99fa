"""Optional columns of PEtab tables in another spelling or of the other version: what they say would be passed over.

PEtab allows columns of one's own, so that a misspelt ``priorDistribution`` is none of its columns, and the prior would
be another without a word.
"""

import difflib

from jakstat.files import Fault, folded
from jakstat.problem.petab.petab_text import PetabText

_PRIORS = ("objectivePriorType", "objectivePriorParameters")
#: Columns that may be absent and change what is read.
_OPTIONAL = {
    1: {
        "measurement": ("preequilibrationConditionId", "observableParameters", "noiseParameters"),
        "parameter": _PRIORS,
        "observable": ("noiseDistribution", "observableTransformation"),
    },
    2: {
        "measurement": ("observableParameters", "noiseParameters"),
        "parameter": ("priorDistribution", "priorParameters"),
        "observable": ("noiseDistribution", "observablePlaceholders", "noisePlaceholders"),
    },
}
#: What the other version says in another column, and the column that this one has.
_OF_OTHER_VERSION = {
    1: {"parameter": {"priorDistribution": "objectivePriorType"}},
    2: {
        "parameter": {"objectivePriorType": "priorDistribution"},
        "measurement": dict.fromkeys(("simulationConditionId", "preequilibrationConditionId"), "experimentId"),
    },
}
#: How alike a misspelt column is at least (difflib's ratio).
_NEAR = 0.9


def check_columns(text: PetabText, faults: list[Fault]) -> None:
    """Add a fault for each column that is one of PEtab's in another spelling, or of its other version with values."""
    version = text.listing.version
    for kind, optional in _OPTIONAL[version].items():
        for table in text.tables[kind]:
            for name in table.columns:
                meant = _OF_OTHER_VERSION[version].get(kind, {}).get(name, "")
                if meant and meant in optional + ("experimentId",) and any(row[name] for row in table.rows):
                    found = f"{name}, a column of PEtab {3 - version}"
                    faults.append(table.fault(None, name, found, f"{meant}, as PEtab {version} has it"))
                elif not meant and (
                    meant := _misspelt(name, tuple(column for column in optional if column not in table.columns))
                ):
                    needed = f"{meant}, spelt like this, or a name that is not so near to it"
                    faults.append(table.fault(None, name, f"the column {name}", needed))


def _misspelt(name: str, absent: tuple[str, ...]) -> str:
    """Return the column that a name was meant as; empty where it is one of the user's own."""
    near = {folded(column): column for column in absent}
    found = difflib.get_close_matches(folded(name), near, 1, _NEAR)
    return near[found[0]] if found and name not in absent else ""
