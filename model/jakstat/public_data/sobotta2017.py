"""Measurements of Sobotta 2017 with ruxolitinib: IL-6 on primary mouse hepatocytes, phospho-STAT3 and SOCS3 mRNA.

Sobotta S, Raue A, Huang X, et al. Frontiers in Physiology 2017;8:775, doi:10.3389/fphys.2017.00775 (CC BY). The files
stand without a licence of their own in github.com/Data2Dynamics/d2d, commit 61863c87,
arFramework3/Examples/Sobotta_Frontiers2017/Data, so they are not shipped: :func:`obtain_sobotta2017` takes them from
there, or from a table made of them. What the columns mean stands in data/sobotta2017/README.md.

Only the data sets in which ruxolitinib was given are read (245 of 2280 values), and their values are left as they are:
neither divided by their largest nor logarithms.
"""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from jakstat.files import DataFaultsError, Fault
from jakstat.public_data.public_files import (
    ObtainedMeasurements,
    OutOfReachError,
    PublicFile,
    download_known,
    read_known,
    where_looked,
)

COLUMNS = (
    *("observable", "cell_line", "stimulus", "stimulus_ng_per_ml", "inhibitor", "inhibitor_nM", "inhibitor_2"),
    *("inhibitor_2_nM", "pretreatment_min", "time_min", "value", "experiment", "replicate", "vehicle"),
)
#: All core measurements of the example in one table; made for the development of jakstat from the files of d2d.
TABLE = PublicFile(
    "sobotta2017_il6_jak1_stat3_ruxolitinib.csv", "6c1e63aabaadef1000052d0d0ee8d53fbc4d30733d6fd4eda26489297afc7fbf"
)
#: Minutes before IL-6 at which ruxolitinib, Stattic or their vehicle is given (inputs of d2d's Models/il6_core.def).
PRETREATMENT = 60.0
NANOMOLAR_PER_MICROMOLAR = 1000.0
_VEHICLES = {1.0: "DMSO", 0.0: "none"}


@dataclass(frozen=True)
class _DataSet:
    """A data set with ruxolitinib: its spreadsheet below ``Data``, what it measures, and IL-6 where no column gives it.

    ``il6`` (ng/ml) is the line ``input_il6`` under CONDITIONS of the data set's .def file.
    """

    file: PublicFile
    observable: str
    il6: float = math.nan

    @property
    def name(self) -> str:
        """The data set's name in d2d: the path of its spreadsheet without the ending."""
        return self.file.path.removesuffix(".xls")


def _data_set(path: str, sha256: str, observable: str, il6: float = math.nan) -> _DataSet:
    return _DataSet(PublicFile(f"braun/{path}.xls", sha256), observable, il6)


#: Digests of the files at d2d commit 61863c871c2b185431de4483385357f840e897f5.
DATA_SETS = (
    _data_set("hep_2013_06_03_Ruxolitinib",
              "48643b42798be9f64959ea067dea46464322a7a94986d4ba4ac1799bd1c85e7c", "pSTAT3_wb"),
    _data_set("hep_2013_06_17_Ruxolitinib",
              "9f7593a8d6a6986a21fa7e55aeaad1a15c5634506c868e83f05a83c354ddf836", "pSTAT3_wb"),
    _data_set("hep_2013_11_04_Stattic_Ruxolitinib_Inhibitor",
              "b22450b0f7410a42ea898cc41409b6c19daff4c9efff1afdec19da5715ec1e9d", "pSTAT3_lumi"),
    _data_set("hep_2013_11_12_Stattic_Ruxolitinib_Inhibitor",
              "94d76bb110acf1853808b223aa63e33e7f1e76ea00d0046685041d69a23b4f71", "pSTAT3_lumi"),
    _data_set("hep_2013_09_30_Ruxolitinib_Inhibitor_TC",
              "9c695817f09a9525e24cd274748ba50775f8da089977c47463323afce232ac76", "SOCS3_qpcr", il6=100.0),
    _data_set("app/hep_2013_10_14_qPCR_140224_IL6DR_Inh_1h_Socs3",
              "3ba2b08d13ecd5268bf9982bdce1a1e47c27c329d68a44126466167c2b434330", "SOCS3_qpcr"),
    _data_set("app/hep_2014_04_28_IL6DR_Rux_1h_SOCS3",
              "6b4efd6316bfa1063ce1eb8debe13c7c535193a625934919275e44a62120e24b", "SOCS3_qpcr"),
    _data_set("app/hep_2014_04_22_qPCR_140526_IL6DR_Rux_6h_SOCS3",
              "0b0abaef10f60d86d7cc5c7d0901f7ba976c66886a3bee169b209b6f5bb01cc1", "SOCS3_qpcr"),
    _data_set("app/hep_2014_05_19_qPCR_140526_IL6DR_Rux_6h_SOCS3",
              "b90518889a6d8e5d31124a5698b76495369688cd1858831501aea87f52412029", "SOCS3_qpcr"),
    _data_set("app/hep_2014_04_22_qPCR_140604_IL6DR_Rux_24h_SOCS3",
              "950592fcd772ff93ba0ba9c5a4fdd552cb03abf97781ee0c7d34e4987e1380e7", "SOCS3_qpcr"),
    _data_set("app/hep_2014_05_19_qPCR_140604_IL6DR_Rux_24h_SOCS3",
              "0dcee13b4d137d7c96efd964fd90f99348049ebe4789a9a4c803566812f15ea6", "SOCS3_qpcr"),
)  # fmt: skip


def obtain_sobotta2017(folder: Path | None, address: str | None) -> ObtainedMeasurements:
    """Return the measurements with ruxolitinib, from a folder, else from an address, else a sentence.

    Parameters
    ----------
    folder : Path, optional
        Where :data:`TABLE` may be.
    address : str, optional
        URL of d2d's folder ``Data`` of the example, or of a copy; 11 spreadsheets are read from it.

    Returns
    -------
    ObtainedMeasurements
        Columns :data:`COLUMNS`: time in min after IL-6, IL-6 in ng/ml, inhibitors in nM, value in the arbitrary unit of
        its data set.

    Raises
    ------
    DataFaultsError
        A file is there and is not the known one; the error lists all such files.
    """
    faults: list[Fault] = []
    origin, rows, reason = "", pd.DataFrame(columns=list(COLUMNS)), ""
    if folder is not None and (folder / TABLE.path).is_file():
        origin = str(folder / TABLE.path)
        content = read_known(folder / TABLE.path, TABLE, faults)
        if content is not None:
            rows = _tidy(_cells_of_table(content))
    elif address:
        try:
            contents = [download_known(address, data_set.file, faults) for data_set in DATA_SETS]
        except OutOfReachError as error:
            reason = str(error)
        else:
            origin = address
            if not faults:
                rows = _tidy(_cells_of_spreadsheets(contents))
    if faults:
        raise DataFaultsError(faults)
    absence = "" if origin else sobotta2017_absence(folder, "", reason)
    return ObtainedMeasurements(rows, origin, absence)


def sobotta2017_absence(folder: Path | None, address: str | None, reason: str = "") -> str:
    """Return a sentence that says why the measurements cannot be had, or nothing where they may be; asks no network.

    Parameters
    ----------
    folder, address
        As for :func:`obtain_sobotta2017`.
    reason : str
        What was tried besides, and why it failed.
    """
    if address or (folder is not None and (folder / TABLE.path).is_file()):
        return ""
    download = reason or "config key public_data.addresses.sobotta2017 is not set"
    looked = where_looked(folder, TABLE.path)
    return (
        f"The study sobotta2017 is left out, because its measurements are not here: {looked}, and {download}; "
        "data/sobotta2017/README.md says where they can be had."
    )


def place_sobotta2017(table: str | Path, target: str | Path) -> None:
    """Copy the obtained table to where ``study.yaml`` looks for it.

    Raises
    ------
    DataFaultsError
        The table has no rows: nothing could be obtained.
    """
    text = Path(table).read_text(encoding="utf-8")
    if len(text.splitlines()) < 2:
        needed = "measurements: data/sobotta2017/README.md says how to get them"
        raise DataFaultsError([Fault(str(table), None, "", "no rows", needed)])
    Path(target).write_text(text, encoding="utf-8")


def _cells_of_table(content: bytes) -> Iterable[tuple[_DataSet, Mapping[str, float]]]:
    """Yield each measurement of :data:`TABLE` that belongs to a data set with ruxolitinib."""
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
    for data_set in DATA_SETS:
        for line in lines:
            if (line["dataset"], line["observable"]) == (data_set.name, data_set.observable):
                names = ("input_il6", "input_ruxolitinib", "input_stattic", "input_dmso", "time_min", "value")
                cells = {name: float(line[name]) for name in names if line[name]}
                yield data_set, cells


def _cells_of_spreadsheets(contents: Iterable[bytes | None]) -> Iterable[tuple[_DataSet, Mapping[str, float]]]:
    """Yield each measurement of the spreadsheets, which stand in the order of :data:`DATA_SETS`."""
    for data_set, content in zip(DATA_SETS, contents, strict=True):
        assert content is not None  # a fault stops before
        sheet = pd.read_excel(io.BytesIO(content), engine="calamine")
        sheet = sheet.rename(columns={"time": "time_min", "input_DMSO": "input_dmso", data_set.observable: "value"})
        # Stattic of 2013-11-12 stands beside the table, without column names; d2d leaves it out as well.
        for _, line in sheet[sheet["value"].notna()].iterrows():
            yield data_set, {str(name): float(cell) for name, cell in line.items() if pd.notna(cell)}


def _tidy(measurements: Iterable[tuple[_DataSet, Mapping[str, float]]]) -> pd.DataFrame:
    """Return the table of measurements: a row a measurement, repeated ones numbered."""
    rows = [
        {
            "observable": data_set.observable,
            "cell_line": "primary mouse hepatocytes",
            "stimulus": "IL-6",
            "stimulus_ng_per_ml": cells.get("input_il6", data_set.il6),
            "inhibitor": "ruxolitinib",
            "inhibitor_nM": cells["input_ruxolitinib"],
            "inhibitor_2": "Stattic",
            "inhibitor_2_nM": NANOMOLAR_PER_MICROMOLAR * cells.get("input_stattic", 0.0),
            "pretreatment_min": PRETREATMENT,
            "time_min": cells["time_min"],
            "value": cells["value"],
            "experiment": data_set.name.rpartition("/")[2],
            "vehicle": _VEHICLES.get(cells.get("input_dmso", math.nan), "not stated"),
        }
        for data_set, cells in measurements
    ]
    table = pd.DataFrame(rows)
    same = ["observable", "experiment", "stimulus_ng_per_ml", "inhibitor_nM", "inhibitor_2_nM", "time_min"]
    table["replicate"] = table.groupby(same).cumcount() + 1
    return table[list(COLUMNS)]
