"""Viabilities of primary leukaemia and lymphoma cells under JAK inhibitors: measurements that no fit here has seen.

Dietrich S, Oles M, Lu J, et al. Journal of Clinical Investigation 2018;128(1):427-445, doi:10.1172/JCI93801: blood and
bone marrow samples of 249 patients and healthy donors, viability (ATP) relative to vehicle after 48 h. The values stand
in the R package BloodCancerMultiOmics2017 (LGPL >= 3, Bioconductor) and are not shipped; data/cancer_panel/README.md
says how a table of them is made. Of its drugs the two JAK inhibitors are read, ruxolitinib and tofacitinib.
"""

from pathlib import Path

import pandas as pd

from jakstat.files import DataFaultsError, Fault
from jakstat.public_data.public_files import ObtainedMeasurements, where_looked

#: The table's name in the folder of public files.
PACE2018_TABLE = "pace2018_primary_leukaemia_jaki_viability_raw.csv"
_NEEDED = ("patient", "diagnosis", "drug", "conc_uM", "viability_rel")
_COLUMNS = ("observable", "cell_line", "inhibitor", "inhibitor_nM", "time_h", "value", "screen", "experiment")
_INHIBITORS = ("ruxolitinib", "tofacitinib")
_HOURS = 48.0
_NANOMOLAR_PER_MICROMOLAR = 1000.0


def obtain_pace2018(folder: Path | None, observable: str) -> ObtainedMeasurements:
    """Return the viabilities of patients' cells under JAK inhibitors, from a folder, else a sentence.

    Parameters
    ----------
    folder : Path, optional
        Where :data:`PACE2018_TABLE` may be.
    observable : str
        Id of the study's observable for viability relative to untreated cells.

    Returns
    -------
    ObtainedMeasurements
        A row a measurement: ``cell_line`` is the diagnosis ("primary CLL", a row of data/reference/cell_lines.tsv),
        ``experiment`` the patient, ``inhibitor_nM`` in nM, ``time_h`` in h.

    Raises
    ------
    DataFaultsError
        The table is there and lacks columns, or has cells that are not numbers; the error lists all of them.
    """
    file = folder / PACE2018_TABLE if folder is not None else None
    if file is None or not file.is_file():
        return ObtainedMeasurements(pd.DataFrame(columns=list(_COLUMNS)), "", _absence(folder))
    table = pd.read_csv(file, dtype=str).fillna("")
    _check(table, file)
    table = table[table["drug"].isin(_INHIBITORS)]
    rows = pd.DataFrame(
        {
            "observable": observable,
            "cell_line": "primary " + table["diagnosis"],
            "inhibitor": table["drug"],
            "inhibitor_nM": table["conc_uM"].astype(float) * _NANOMOLAR_PER_MICROMOLAR,
            "time_h": _HOURS,
            "value": table["viability_rel"].astype(float),
            "screen": "PACE2018",
            "experiment": table["patient"],
        }
    )
    return ObtainedMeasurements(rows[list(_COLUMNS)], str(file), "")


def _absence(folder: Path | None) -> str:
    looked = where_looked(folder, PACE2018_TABLE)
    return (
        f"The patients of Dietrich 2018 are left out, because their measurements are not here: {looked}; "
        "data/cancer_panel/README.md says how the table is made."
    )


def _check(table: pd.DataFrame, file: Path) -> None:
    """Raise DataFaultsError with every fault of the table."""
    absent = [name for name in _NEEDED if name not in table.columns]
    faults = [
        Fault(str(file), 1, name, f"the columns {', '.join(table.columns)}", f"the column {name}") for name in absent
    ]
    for name in {"conc_uM", "viability_rel"} & set(table.columns):
        numbers = pd.to_numeric(table[name], errors="coerce")
        for place in table.index[numbers.isna()]:
            faults.append(Fault(str(file), int(place) + 2, name, repr(table.at[place, name]), "a number"))
    if faults:
        raise DataFaultsError(faults)
