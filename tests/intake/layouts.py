"""One made-up set of viabilities in the layouts in which laboratories export it."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

LINES, DRUGS, REPLICATES = ("HEL", "K-562"), ("ruxolitinib", "fedratinib"), (1, 2)
DOSES_NM = (10, 100, 1000)
#: Percent of vehicle: whole numbers, so that every unit holds them exactly.
VIABILITY = {
    (line, drug, dose, replicate): 96 - 7 * place - (4 if line == "HEL" else 0) * place - replicate
    for place, (line, drug, dose, replicate) in enumerate(
        (line, drug, dose, replicate)
        for line in LINES
        for drug in DRUGS
        for dose in DOSES_NM
        for replicate in REPLICATES
    )
    if place < 7 or True
}
VIABILITY = {key: 20 + (value % 79) for key, value in VIABILITY.items()}
Rows = list[list[object]]


def workbook(sheets: Mapping[str, Rows]) -> bytes:
    """Return the smallest .xlsx that a spreadsheet opens: numbers as numbers, text inline."""
    from io import BytesIO

    def cell(value: object) -> str:
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>' if value != "" else "<c/>"

    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbered = list(enumerate(sheets.items(), 1))
    parts = {
        "[Content_Types].xml": f'{head}<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{types}.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{types}.worksheet+xml"/>'
            for number, _ in numbered
        )
        + "</Types>",
        "_rels/.rels": f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type='
        f'"{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{number}" r:id="r{number}"/>' for number, (name, _) in numbered
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="r{number}" Type="{office}/worksheet" Target="worksheets/sheet{number}.xml"/>'
            for number, _ in numbered
        )
        + "</Relationships>",
    }
    for number, (_, rows) in numbered:
        data = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'{head}<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>'
        )
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return content.getvalue()


def text_of(rows: Rows, separator: str = ",", comma: bool = False) -> str:
    """Return rows as text; with ``comma`` numbers have decimal commas."""

    def cell(value: object) -> str:
        written = str(value)
        return written.replace(".", ",") if comma and isinstance(value, float) else written

    return "".join(separator.join(map(cell, row)) + "\n" for row in rows)


def long_rows(dose: Callable[[int], object], viability: Callable[[int], object]) -> Rows:
    """Return rows line, drug, dose, replicate, viability."""
    return [
        [line, drug, dose(nM), replicate, viability(percent)]
        for (line, drug, nM, replicate), percent in VIABILITY.items()
    ]


def long_csv() -> str:
    header = ["cell_line", "inhibitor", "inhibitor_nM", "time_h", "replicate", "viability"]
    rows = [[*row[:3], 72, *row[3:]] for row in long_rows(int, lambda percent: percent / 100)]
    return text_of([header, *rows])


def tsv_with_other_names() -> str:
    names = {"HEL": "hel", "K-562": "K562", "ruxolitinib": "INCB018424", "fedratinib": "TG-101348"}
    header = ["Cell line", "Compound", "Conc. (uM)", "Time [h]", "Rep", "Viability (%)"]
    rows = [
        [names[line], names[drug], dose, 72, replicate, viability]
        for line, drug, dose, replicate, viability in long_rows(lambda nM: nM / 1000, int)
    ]
    return text_of([header, *rows], "\t")


def semicolons_with_commas() -> bytes:
    header = ["Zelllinie", "Wirkstoff", "Konzentration (µM)", "Replikat", "Viability"]
    rows = long_rows(lambda nM: nM / 1000, lambda percent: percent / 100)
    title = "sep=;\nRuxolitinib und Fedratinib, 72 h\n\n"
    return (title + text_of([header, *rows], ";", comma=True)).encode("cp1252")


def utf16_tabs() -> bytes:
    header = ["Line", "Drug", "Dose (nM)", "Timepoint", "Replicate", "% viability"]
    rows = [[*row[:3], "3 d", *row[3:]] for row in long_rows(int, int)]
    return text_of([header, *rows], "\t").encode("utf-16")


def excel_with_titles() -> bytes:
    header = ["Cells", "Drug", "uM", "Replicate", "Viability (% of control)"]
    titles: Rows = [["Plate reader export"], ["Operator", "AB"], ["Time (h)", 72], []]
    notes = [[], ["values are means of two wells"]]
    return workbook({"Results": [*titles, header, *long_rows(lambda nM: nM / 1000, int), *notes]})


def excel_percent_format() -> bytes:
    header = ["Cell line", "Drug", "log10[M]", "Time (h)", "n", "Viability"]
    logs = {10: -8, 100: -7, 1000: -6}
    rows = [[*row[:3], 72, *row[3:]] for row in long_rows(logs.__getitem__, lambda percent: percent / 100)]
    return workbook({"Sheet1": [header, *rows], "Sheet2": []})


def doses_as_columns() -> str:
    rows = [
        [line, drug, replicate, *(VIABILITY[line, drug, dose, replicate] for dose in DOSES_NM)]
        for line in LINES
        for drug in DRUGS
        for replicate in REPLICATES
    ]
    header = ["cell line", "drug", "replicate", *(f"{dose} nM" for dose in DOSES_NM)]
    return text_of([["Viability (%) at 72 h"], [], header, *rows])


def numbers_as_headers() -> str:
    rows = [
        [line, drug, replicate, *(VIABILITY[line, drug, dose, replicate] for dose in DOSES_NM)]
        for line in LINES
        for drug in DRUGS
        for replicate in REPLICATES
    ]
    over = ["", "", "", "concentration (uM)", "", ""]
    header = ["cell line", "drug", "replicate", *(dose / 1000 for dose in DOSES_NM)]
    return text_of([["viability in %, 72 h"], over, header, *rows])


def replicates_as_columns() -> str:
    rows = [
        [line, f"{drug} {dose} nM", "72 h", *(VIABILITY[line, drug, dose, replicate] for replicate in REPLICATES)]
        for line in LINES
        for drug in DRUGS
        for dose in DOSES_NM
    ]
    return text_of([["Viability (%)"], ["cell line", "treatment", "time", "rep 1", "rep 2"], *rows], "\t")


def lines_under_a_spanning_header() -> bytes:
    """One sheet a drug, the lines above their replicates, as statistics programs have it."""
    sheets = {
        drug: [
            ["viability (%) after 72 h"],
            ["", "HEL", "", "K-562", ""],
            ["Dose (nM)", 1, 2, 1, 2],
            *(
                [dose, *(VIABILITY[line, drug, dose, replicate] for line in LINES for replicate in REPLICATES)]
                for dose in DOSES_NM
            ),
        ]
        for drug in DRUGS
    }
    for rows in sheets.values():
        rows[2] = ["Dose (nM)", "rep 1", "rep 2", "rep 1", "rep 2"]
    return workbook(sheets)


def drugs_as_dose_columns() -> str:
    """A column of doses for each drug, the other one 0."""
    header = ["Cell line", "ruxolitinib [nM]", "fedratinib [nM]", "time (h)", "replicate", "viability [%]"]
    rows = [
        [line, *(dose if drug == other else 0 for other in DRUGS), 72, replicate, viability]
        for line, drug, dose, replicate, viability in long_rows(int, int)
    ]
    return text_of([header, *rows])


VEHICLE, BLANK = 20000, 500  # counts a second


def signal(percent: int) -> int:
    return BLANK + (VEHICLE - BLANK) * percent // 100


def wells() -> list[tuple[str, dict[str, object]]]:
    """Return 96 wells: blanks in column 1, vehicle in column 12 (a line a half), each drug well in between."""
    inside = [f"{row}{column}" for row in "ABCDEFGH" for column in range(2, 12)]
    taken = [
        (well, {"cell line": line, "drug": drug, "dose (nM)": dose, "replicate": replicate, "signal": signal(percent)})
        for well, ((line, drug, dose, replicate), percent) in zip(inside, VIABILITY.items(), strict=False)
    ]
    for row in "ABCDEFGH":
        line = LINES[row > "D"]
        taken.append((f"{row}1", {"drug": "blank", "signal": BLANK}))
        step = 100 if row in "AEBF" else -100
        taken.append((f"{row}12", {"cell line": line, "drug": "DMSO", "dose (nM)": 0, "signal": VEHICLE + step}))
    return taken


def plate_of_blocks() -> bytes:
    """A reader's sheet: the signal as 8 by 12 wells, and the map in blocks of the same shape."""
    filled = dict(wells())
    titles = {
        "Luminescence": "signal",
        "cell line": "cell line",
        "drug": "drug",
        "dose (nM)": "dose (nM)",
        "replicate": "replicate",
    }
    rows: Rows = [["Reader", "X1"], ["Time (h)", 72], []]
    for title, key in titles.items():
        rows += [[title], ["", *range(1, 13)]]
        rows += [
            [row, *(filled.get(f"{row}{column}", {}).get(key, "") for column in range(1, 13))] for row in "ABCDEFGH"
        ]
        rows.append([])
    return workbook({"Plate": rows})


def list_of_wells() -> str:
    """The same plate as a list of wells with what is in them."""
    header = ["Well", "Cell line", "Compound", "Conc (nM)", "Replicate", "RLU"]
    keys = ("cell line", "drug", "dose (nM)", "replicate", "signal")
    rows = [[well, *(held.get(key, "") for key in keys)] for well, held in wells()]
    return "Time,72 h\n" + text_of([header, *rows])


LAYOUTS: Mapping[str, tuple[str, Callable[[], str | bytes]]] = {
    "long CSV": (".csv", long_csv),
    "TSV in uM and percent, with synonyms": (".tsv", tsv_with_other_names),
    "semicolons and decimal commas below a German title": (".csv", semicolons_with_commas),
    "UTF-16 with tabs and times with units": (".txt", utf16_tabs),
    "Excel with title lines and a footnote": (".xlsx", excel_with_titles),
    "Excel with log10 M and shares": (".xlsx", excel_percent_format),
    "doses with units as columns": (".csv", doses_as_columns),
    "numbers as headers below their unit": (".csv", numbers_as_headers),
    "replicates as columns, treatments as text": (".tsv", replicates_as_columns),
    "lines above replicates, a sheet a drug": (".xlsx", lines_under_a_spanning_header),
    "a column of doses for each drug": (".csv", drugs_as_dose_columns),
    "a plate of 96 wells in blocks": (".xlsx", plate_of_blocks),
    "a list of wells": (".csv", list_of_wells),
}


def write_layout(name: str, folder: Path) -> Path:
    """Write an export in a layout and return its path."""
    ending, made = LAYOUTS[name]
    content = made()
    path = folder / f"export{ending}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
