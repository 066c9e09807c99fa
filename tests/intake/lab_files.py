"""The two files of a made-up laboratory: a CSV of pSTAT5 blots, and an Excel export of viability in percent and uM."""

from pathlib import Path

from tests.intake.layouts import text_of, workbook

BLOT_LINES, BLOT_DOSES_NM, BLOT_TIMES_MIN, REPLICATES = ("HEL", "K562"), (0, 100, 1000), (15, 60, 240, 1440), (1, 2, 3)
DRUGS, DOSES_UM = ("Ruxolitinib", "Fedratinib"), (0.01, 0.03, 0.1, 0.3, 1, 3)


def write_lab_files(folder: Path) -> tuple[Path, Path]:
    """Write the two files and return their paths. Nothing in them was measured."""
    blots = [["Cell line", "Ruxolitinib (nM)", "Time (min)", "Replicate", "pSTAT5"]]
    for line, top, half in (("HEL", 5200.0, 120.0), ("K562", 3100.0, 900.0)):
        for dose in BLOT_DOSES_NM:
            for time in BLOT_TIMES_MIN:
                left = 1 - dose / (dose + half) * time / (time + 20)
                blots += [
                    [line, dose, time, replicate, round(top * left * (1 + 0.07 * (replicate - 2)))]
                    for replicate in REPLICATES
                ]
    path = folder / "pstat5_blots.csv"
    path.write_text(text_of([list(row) for row in blots]))
    table = [
        ["Viability assay"],
        ["Incubation", "72 h"],
        [],
        ["Cell line", "Compound", "Conc. (uM)", "Replicate", "Viability (%)"],
    ]
    for line, shift in (("HEL", 0.5), ("K-562", 8.0)):
        for place, drug in enumerate(DRUGS):
            for dose in DOSES_UM:
                percent = 100 / (1 + dose / (shift * (1 + place)))
                table += [
                    [line, drug, dose, replicate, round(percent + 3 * (replicate - 2), 1)] for replicate in REPLICATES
                ]
    export = folder / "viability.xlsx"
    export.write_bytes(workbook({"Export": table}))
    return path, export
