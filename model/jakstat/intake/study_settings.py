"""The files around a study's tables: ``study.yaml``, ``scenarios.yaml`` and ``config.yaml``, for what was measured.

Sections that the measurements do not need are left out: growth and toxicity where no cells were counted, ligands that
cells make themselves where no measured line does, doses where there was no drug.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from jakstat.intake.observable_kinds import COUNT, KINDS, VIABILITY, observable_section
from jakstat.problem import Reference

#: Doses of predictions, nM: half decades, of which those up to ten times the highest measured dose are taken.
_DOSES = (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10000, 30000, 100000)
_DRAWS = 400  # of the posterior, as in config/scenarios.yaml
_MOST_CELLS, _MOST_DRUGS = 3, 3  # among the candidates of the next experiment, each a solve of all draws
_POOLED = {
    "autocrine_ligand": ("log", "autocrine_ligand_typical", "autocrine_ligand_sd"),
    "JAK_total": ("log", "JAK_total_typical", "abundance_sd"),
    "growth_dependency": ("logit", "dependency_mean", "dependency_sd"),
    "toxicity": ("log", "toxicity_typical", "toxicity_sd"),
}


def counts_cells(measurements: pd.DataFrame) -> bool:
    """Whether cells were counted, as viability or as numbers."""
    return bool(set(measurements["observable"]) & {VIABILITY, COUNT})


def names_in(measurements: pd.DataFrame, *columns: str) -> list[str]:
    """Return the names in columns, each once, in the order of the table."""
    return list(dict.fromkeys(name for column in columns for name in measurements[column] if name))


def study_section(
    name: str, measurements: pd.DataFrame, tables: Sequence[str], places: Mapping[str, str], reference: Reference
) -> dict[str, Any]:
    """Return the content of ``study.yaml``.

    Parameters
    ----------
    name : str
        Id of the study.
    measurements : DataFrame
        Tidy.
    tables : sequence of str
        Names of the measurement tables.
    places : mapping of str to str
        ``model`` and ``reference``, paths from the study's folder on; ``cell_lines`` where it has lines of its own.
    reference : Reference
    """
    is_counted = counts_cells(measurements)
    lines = [reference.cell_lines[line] for line in names_in(measurements, "cell_line") if line in reference.cell_lines]
    makes_ligand = len(lines) < len(names_in(measurements, "cell_line")) or any(
        line.ligand_source != "none" for line in lines
    )
    cells: dict[str, Any] = {"reference": places["reference"]}
    cells |= {"cell_lines": places["cell_lines"]} if "cell_lines" in places else {}
    cells |= {"stimulus": "ligand"}
    cells |= {"growth": "proliferation"} if is_counted else {}
    cells |= {"secreted": "autocrine_ligand"} if makes_ligand else {}
    cells |= {
        "before": {"growing": 0},
        "at_treatment": {"growing": 1, "drug_left": 1, "programme_untreated": "programme"},
        "pooled": _pooled(measurements, is_counted, makes_ligand),
    }
    observables = names_in(measurements, "observable")
    return {
        "id": name,
        "title": f"Measurements of {', '.join(names_in(measurements, 'cell_line'))}",
        "citation": "unpublished measurements of our laboratory",
        "model": places["model"],
        "measurements": list(tables),
        "parameters": "parameters.tsv",
        "time": {"column": "time_min", "unit": "min"},
        "cells": cells,
        "observables": {observable: observable_section(KINDS[observable]) for observable in observables},
    }


def _pooled(measurements: pd.DataFrame, is_counted: bool, makes_ligand: bool) -> dict[str, Any]:
    """Return the entities that are pooled over cell lines, and what a nominal dose does where there are drugs."""
    wanted = [*(["autocrine_ligand"] if makes_ligand else []), "JAK_total"]
    wanted += ["growth_dependency", "toxicity"] if is_counted else []
    pooled: dict[str, Any] = {}
    for entity in wanted:
        scale, mean, sd = _POOLED[entity]
        pooled[entity] = {"over": ["cell_line"], "scale": scale, "mean": mean, "sd": sd}
    if names_in(measurements, "inhibitor", "inhibitor_2"):
        pooled["dose_scale"] = {"over": ["cell_line", "inhibitor", "screen"], "scale": "log", "sd": "dose_scale_sd"}
    return pooled


def scenarios_section(measurements: pd.DataFrame, reference: Reference) -> dict[str, Any] | None:
    """Return the content of ``scenarios.yaml``, dose responses of the measured drugs; None where there were none."""
    drugs, lines = names_in(measurements, "inhibitor", "inhibitor_2"), names_in(measurements, "cell_line")
    readouts = _readouts(measurements)
    if not drugs or not readouts:
        return None
    highest = pd.to_numeric(measurements[["inhibitor_nM", "inhibitor_2_nM"]].stack(), errors="coerce").max()
    doses = [dose for dose in _DOSES if dose <= 10 * highest]
    is_viability = "viability" in readouts
    read = [name for name in readouts if is_viability or name == next(iter(readouts))]
    main = "viability" if is_viability else read[0]
    # Growth-rate metrics compare with untreated cells: lines whose growth the tables do not know have none.
    growing = [
        line
        for line in lines
        if line not in reference.cell_lines or reference.cell_lines[line].proliferation is not None
    ]
    content: dict[str, Any] = {"draws": _DRAWS, "readouts": readouts}
    content["dose_response"] = {
        "cells": "measured" if is_viability and growing else [{"cell_line": line} for line in lines],
        "inhibitors": drugs,
        "doses_nM": doses,
        "readouts": read,
    }
    if is_viability:
        content["growth"] = {"readout": "viability"}
    if {exposure.inhibitor for exposure in reference.exposures} & set(drugs):
        content["exposure"] = {"readout": main, "inhibitions": [0.5, 0.8]}
    content["next_experiment"] = {
        "target": {"cell_line": lines[0], "inhibitor": drugs[0], "readout": main, "quantity": "ic50"},
        "candidates": {
            "cells": [{"cell_line": line} for line in lines[:_MOST_CELLS]],
            "inhibitors": drugs[:_MOST_DRUGS],
            "doses_nM": [0, *(dose for dose in doses if 10 <= dose <= highest)][:8],
            "readouts": list(read),
        },
    }
    return content


def _readouts(measurements: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return a readout for each observable measured with a drug, at the time of most of these measurements."""
    readouts: dict[str, dict[str, Any]] = {}
    with_drug = measurements[measurements["inhibitor"] != ""]
    for observable, table in with_drug.groupby("observable", sort=False):
        times = pd.to_numeric(table["time_min"])
        times = times[times > 0]
        if observable == COUNT or times.empty:
            continue
        usual = times.mode().max() / 60
        name = "viability" if observable == VIABILITY else KINDS[str(observable)].stem
        readouts[name] = {"observable": str(observable), "time_h": float(f"{usual:.6g}")}
    return readouts
