"""The scenarios of a run (config/scenarios.yaml, checked against its schema before) as records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jakstat.predictions.scenarios import AlteredCells, Readout, check_treatments
from jakstat.problem import ProblemTables, StudyScenarios, Treatment


@dataclass(frozen=True)
class ResponseSettings:
    """Dose responses that are asked for: every inhibitor on all cells, read by each readout."""

    cells: tuple[AlteredCells, ...]
    inhibitors: tuple[str, ...]
    doses: tuple[float, ...]
    readouts: tuple[Readout, ...]


@dataclass(frozen=True)
class PairSettings:
    """A combination that is asked for: two inhibitors, doses (nM) of each."""

    cells: AlteredCells
    inhibitors: tuple[str, str]
    doses: tuple[tuple[float, ...], tuple[float, ...]]
    readout: Readout

    @property
    def label(self) -> str:
        """Name for people."""
        return f"{' + '.join(self.inhibitors)} on {self.cells.label}"


@dataclass(frozen=True)
class ScenarioSettings:
    """Everything that is asked of a fit; ``resistance`` has the cells without further alterations first."""

    draws: int
    responses: ResponseSettings
    resistance: ResponseSettings
    pairs: tuple[PairSettings, ...]
    exposure_readout: Readout
    inhibitions: tuple[float, ...]
    next_target: tuple[AlteredCells, str, Readout]
    next_candidates: ResponseSettings
    held_out: str


def read_scenarios(section: Mapping[str, Any], tables: ProblemTables, scenarios: StudyScenarios) -> ScenarioSettings:
    """Read the scenarios of a run.

    Parameters
    ----------
    section : mapping
        The content of the file.
    tables : ProblemTables
    scenarios : StudyScenarios

    Raises
    ------
    ValueError
        A readout is not defined, a dose list does not begin with 0 and increase, or a cell line, alteration, inhibitor
        or observable is unknown; all of it is listed.
    """
    faults: list[str] = []
    readouts = {
        name: Readout(name, one["observable"], float(one["time_h"])) for name, one in section["readouts"].items()
    }

    def readout(name: str) -> Readout:
        if name not in readouts:
            faults.append(f"unknown readout {name!r}; needed: one of {', '.join(readouts)}")
            return Readout(name, "", 0.0)
        return readouts[name]

    def responses(one: Mapping[str, Any], cells: Sequence[AlteredCells]) -> ResponseSettings:
        names = one["readouts"] if "readouts" in one else [one["readout"]]
        doses = _doses(one["doses_nM"], faults)
        return ResponseSettings(tuple(cells), tuple(one["inhibitors"]), doses, tuple(map(readout, names)))

    def both_doses(rows: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
        return _doses(rows[0], faults), _doses(rows[1], faults)

    growing = tuple(AlteredCells(name) for name in scenarios.growing_lines)
    asked, mutated, further = section["dose_response"], section["resistance"], section["next_experiment"]
    parent = AlteredCells(mutated["cell_line"])
    target = further["target"]
    settings = ScenarioSettings(
        draws=int(section["draws"]),
        responses=responses(asked, growing if asked["cells"] == "measured" else _cells(asked["cells"])),
        resistance=responses(
            mutated, [parent, *(AlteredCells(parent.cell_line, (name,)) for name in mutated["alterations"])]
        ),
        pairs=tuple(
            PairSettings(_cell(one), tuple(one["inhibitors"]), both_doses(one["doses_nM"]), readout(one["readout"]))
            for one in section["combinations"]
        ),
        exposure_readout=readout(section["exposure"]["readout"]),
        inhibitions=tuple(map(float, section["exposure"]["inhibitions"])),
        next_target=(_cell(target), target["inhibitor"], readout(target["readout"])),
        next_candidates=responses(further["candidates"], _cells(further["candidates"]["cells"])),
        held_out=section["scores"]["held_out"],
    )  # fmt: skip
    faults += _unknown_names(settings, tables, scenarios)
    if faults:
        raise ValueError("the scenarios do not fit the study: " + "; ".join(dict.fromkeys(faults)))
    return settings


def _cell(one: Mapping[str, Any]) -> AlteredCells:
    return AlteredCells(one["cell_line"], tuple(one.get("alterations", ())))


def _cells(entries: Sequence[Mapping[str, Any]]) -> tuple[AlteredCells, ...]:
    return tuple(map(_cell, entries))


def _doses(doses: Sequence[float], faults: list[str]) -> tuple[float, ...]:
    """Return doses that begin with 0 and increase, or add a fault."""
    if not doses or doses[0] != 0 or any(high <= low for low, high in zip(doses, doses[1:], strict=False)):
        faults.append(f"doses_nM: found {list(doses)}; needed: increasing doses that begin with 0")
    return tuple(map(float, doses))


def _unknown_names(settings: ScenarioSettings, tables: ProblemTables, scenarios: StudyScenarios) -> list[str]:
    """Return a sentence for each name that neither the study nor its tables know."""
    groups = (settings.responses, settings.resistance, settings.next_candidates)
    treatments = [
        Treatment(cell_line=cells.cell_line, alterations=cells.alterations, inhibitors=((name, 1.0),))
        for one in groups for cells in one.cells for name in one.inhibitors
    ]  # fmt: skip
    treatments += [
        Treatment(cell_line=one.cells.cell_line, alterations=one.cells.alterations, inhibitors=((name, 1.0),))
        for one in settings.pairs for name in one.inhibitors
    ]  # fmt: skip
    cells, inhibitor, target_readout = settings.next_target
    treatments.append(
        Treatment(cell_line=cells.cell_line, alterations=cells.alterations, inhibitors=((inhibitor, 1.0),))
    )
    readouts = {one for group in groups for one in group.readouts} | {one.readout for one in settings.pairs}
    readouts |= {settings.exposure_readout, target_readout}
    return check_treatments(tables, scenarios, treatments, sorted((one for one in readouts if one.observable), key=str))
