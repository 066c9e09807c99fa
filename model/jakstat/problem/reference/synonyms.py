"""Other names of inhibitors, cell lines and ligands: codes, brands and short forms (``synonyms.tsv``, a source a row).

A folder of reference tables may be without this one. A synonym means one name of its kind; where the table says two,
or where it is itself a name of the tables, the row is a fault: it would make another thing of what was written. A name
of a study's own takes the place of a synonym: the shared table cannot know it.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from jakstat.files import Fault, folded, known_id, read_text_table, require_columns
from jakstat.problem.reference.entry_rows import require_source

FILE = "synonyms.tsv"
KINDS = ("inhibitor", "cell_line", "ligand")
_COLUMNS = ("synonym", "kind", "name", "source")


def read_synonyms(
    folder: Path, known: Mapping[str, Collection[str]], faults: list[Fault], own: Collection[str] = ()
) -> dict[str, dict[str, str]]:
    """Read the table of synonyms.

    Parameters
    ----------
    folder : Path
        Of the reference tables.
    known : mapping of str to collection of str
        The names of each of :data:`KINDS` in the shared tables.
    faults : list of Fault
        The table's faults are added here.
    own : collection of str
        Names of cell lines that a study has itself: a synonym that is one of them is left out.

    Returns
    -------
    dict of str to dict of str to str
        By kind: what the spellings of a synonym share (:func:`jakstat.files.folded`), and the name that it means.
    """
    found: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    if not (folder / FILE).is_file():
        return found
    table = read_text_table(folder / FILE, faults)
    if table is None or not require_columns(table, _COLUMNS, faults):
        return found
    require_source(table, faults)
    taken = {("cell_line", folded(name)) for name in own}
    for row in table.rows:
        if not known_id(table, row, "kind", KINDS, faults):
            continue
        names, written = known[row["kind"]], folded(row["synonym"])
        # A folder without the name has no use for the synonym: shared tables may hold more than a study's own.
        if row["name"] not in names or (row["kind"], written) in taken:
            continue
        if not written:
            faults.append(table.fault(row, "synonym", "nothing", "another name of " + row["name"]))
        elif written in map(folded, names):
            found_name = f"{row['synonym']!r}, which is a name of the tables itself"
            faults.append(table.fault(row, "synonym", found_name, "another name than those of the tables"))
        elif found[row["kind"]].setdefault(written, row["name"]) != row["name"]:
            both = f"{row['synonym']!r} for {row['name']!r} and for {found[row['kind']][written]!r}"
            faults.append(table.fault(row, "synonym", both, "one name for each synonym"))
    return found
