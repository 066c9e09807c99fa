"""How many measurements a problem may have: each is a term of the likelihood, with formulas of its own."""

from collections.abc import Collection

from jakstat.files import DataFaultsError, Fault, TextTable

#: The largest of the published problems that are read has 21,000; a gradient of so many costs seconds.
MAX_MEASUREMENTS = 200_000


def require_readable_number(tables: Collection[TextTable], faults: list[Fault]) -> None:
    """Raise DataFaultsError with ``faults`` and one more where tables have too many measurements to go on with.

    Parameters
    ----------
    tables : collection of TextTable
        All tables of measurements of a problem.
    faults : list of Fault
        What else is wrong so far.

    Raises
    ------
    DataFaultsError
        There are more than ``MAX_MEASUREMENTS`` rows.
    """
    rows = sum(len(table.rows) for table in tables)
    if rows > MAX_MEASUREMENTS:
        largest = max(tables, key=lambda table: len(table.rows))
        needed = f"at most {MAX_MEASUREMENTS:,} measurements: average replicates, or leave out time points"
        raise DataFaultsError([*faults, Fault(largest.file, None, "", f"{rows:,} measurements", needed)])
