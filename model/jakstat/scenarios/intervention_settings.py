"""What a configuration asks of a problem without cell lines: drugs, alterations and pairs, by tables or in short.

The key ``interventions`` names a folder of tables and cells by experiments of the problem. The key ``dose_response`` is
its short form for one inhibitor: formulas and constants stand in the configuration, and cells are named by stimuli.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jakstat.problem import ProblemTables
from jakstat.scenarios.dose_response_form import read_dose_response_form
from jakstat.scenarios.petab_scenarios import PetabScenarios, read_petab_scenarios
from jakstat.scenarios.questions import HOUR_IN, AlteredCells, Readout, dose_faults


@dataclass(frozen=True)
class InterventionSettings:
    """What is asked.

    Parameters
    ----------
    cells : tuple of AlteredCells
        ``cell_line`` names an experiment, or a stimulus.
    inhibitors : tuple of str
    doses : tuple of float
        nM, increasing, the first 0.
    pairs : tuple of (str, str)
        Inhibitors given together, on all cells.
    readout : Readout
    draws : int
        Posterior draws that are used in all.
    """

    cells: tuple[AlteredCells, ...]
    inhibitors: tuple[str, ...]
    doses: tuple[float, ...]
    pairs: tuple[tuple[str, str], ...]
    readout: Readout
    draws: int
    time_unit: str = ""


#: More draws than a posterior has: all of them.
_ALL_DRAWS = 10**9


def read_asked_interventions(
    section: Mapping[str, Any], tables: ProblemTables, folder: str | Path | None = None
) -> tuple[PetabScenarios, InterventionSettings]:
    """Read the section ``interventions`` of a configuration, or ``dose_response``, which is short for one.

    Parameters
    ----------
    section : mapping
    tables : ProblemTables
    folder : str or Path, optional
        Of the tables of formulas; the short form needs none.

    Raises
    ------
    DataFaultsError
        The tables have faults or do not suit the model.
    ValueError
        The section has faults; all of them are listed.
    """
    if "acts_on" in section:
        return _short_form(section, tables)
    if folder is None:
        raise ValueError("the interventions section: found no folder of tables; needed: one (key tables)")
    asked = _read_interventions(section, tables)
    return read_petab_scenarios(tables, folder, section.get("time_unit", "")), asked


def _short_form(section: Mapping[str, Any], tables: ProblemTables) -> tuple[PetabScenarios, InterventionSettings]:
    form = read_dose_response_form(section, tables)
    unit = tables.time_unit if tables.time_unit in HOUR_IN else ""
    time = (form.start + float(section["time"])) / HOUR_IN[unit]
    asked = InterventionSettings(
        cells=tuple(AlteredCells(label) for label in form.made),
        inhibitors=(section["inhibitor"],),
        doses=tuple(map(float, section["doses_nM"])),
        pairs=(),
        readout=_readout(tables, section["readout"], time),
        draws=_ALL_DRAWS,
    )
    return PetabScenarios(tables, form.reference, form.made, unit), asked


def _read_interventions(section: Mapping[str, Any], tables: ProblemTables) -> InterventionSettings:
    doses = tuple(float(dose) for dose in section["doses_nM"])
    faults = dose_faults(doses)
    inhibitors = tuple(section["inhibitors"])
    pairs = tuple((str(first), str(second)) for first, second in section.get("pairs", ()))
    faults += [
        f"pairs: found {name!r}; needed: one of {', '.join(inhibitors)}"
        for pair in pairs
        for name in pair
        if name not in inhibitors
    ]
    if faults:
        raise ValueError("the interventions section: " + "; ".join(faults))
    readout = section["readout"]
    return InterventionSettings(
        cells=tuple(
            AlteredCells(entry["experiment"], tuple(entry.get("alterations", ()))) for entry in section["cells"]
        ),
        inhibitors=inhibitors,
        doses=doses,
        pairs=pairs,
        readout=_readout(tables, readout["observable"], float(readout["time_h"])),
        draws=int(section["draws"]),
    )


def _readout(tables: ProblemTables, observable: str, time_h: float) -> Readout:
    """Return a readout that is called as its observable is for people."""
    names = {known.id: known.name for known in tables.observables}
    return Readout(names.get(observable) or observable, observable, time_h)
