"""The scenarios of a run (config/scenarios.yaml, checked against its schema before) as records."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from jakstat.problem import ProblemTables, unknown_name_needed
from jakstat.scenarios.left_out_groups import dose_responses_by
from jakstat.scenarios.questions import (
    AlteredCells,
    LigandDose,
    Protocol,
    Readout,
    check_treatments,
    dose_faults,
    treatment_of,
)
from jakstat.scenarios.scenario_records import PairSettings, ResponseSettings, ScenarioSettings, ScoreSettings, Target
from jakstat.scenarios.study_scenarios import StudyScenarios


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
        A readout is not defined, a dose list does not begin with 0 and increase, a cell line, alteration, inhibitor,
        stimulus or observable is unknown, or a fold shift is asked for of cells without alteration; all of it is
        listed.
    """
    reader = _Reader(section)
    settings = reader.settings(tuple(AlteredCells(name) for name in scenarios.growing_lines))
    faults = [
        *reader.faults,
        *_without_what_they_need(settings),
        *_unknown_names(settings, tables, scenarios),
        *_without_exposure(settings, scenarios),
        *_unknown_refits(settings, scenarios),
    ]
    if faults:
        raise ValueError("the scenarios do not fit the study: " + "; ".join(dict.fromkeys(faults)))
    return settings


#: Of the table of questions.
_COLUMNS = ("question", "cells", "inhibitors", "doses_nM", "readout", "time_h", "stimulus", "schedule")


class _Reader:
    """Turns the sections of a scenarios file into records and collects what is wrong with them."""

    def __init__(self, section: Mapping[str, Any]):
        self.section = section
        self.faults: list[str] = []
        self._readouts = {
            name: Readout(name, entry["observable"], float(entry["time_h"]))
            for name, entry in (section.get("readouts") or {}).items()
        }

    def settings(self, growing: tuple[AlteredCells, ...]) -> ScenarioSettings:
        """Return all sections that there are; ``growing`` are the cells that the word measured stands for."""
        found: dict[str, Any] = {}
        if asked := self.section.get("dose_response"):
            cells = growing if asked["cells"] == "measured" else _cells(asked["cells"])
            found["responses"] = self.responses(asked, cells)
        if growth := self.section.get("growth"):
            found["growth_readout"] = self.readout(growth["readout"])
        if mutated := self.section.get("resistance"):
            parent = AlteredCells(mutated["cell_line"])
            altered = [AlteredCells(parent.cell_line, (name,)) for name in mutated["alterations"]]
            found["resistance"] = self.responses(mutated, [parent, *altered])
        if least := self.section.get("least_doses"):
            found |= {"least_effect": float(least["effect"]), "least_probability": float(least["probability"])}
        if exposure := self.section.get("exposure"):
            found["exposure_readout"] = self.readout(exposure["readout"])
            found["inhibitions"] = tuple(map(float, exposure["inhibitions"]))
        if further := self.section.get("next_experiment"):
            candidates = further["candidates"]
            found["next_target"] = self.target(further["target"])
            found["next_candidates"] = self.responses(candidates, _cells(candidates["cells"]))
        return ScenarioSettings(
            draws=int(self.section["draws"]),
            pairs=tuple(map(self.pair, self.section.get("combinations") or ())),
            scores=tuple(map(_score, self.section.get("scores") or ())),
            **found,
        )

    def readout(self, name: str) -> Readout:
        """Return a readout by its name."""
        if name not in self._readouts:
            self.faults.append(
                f"unknown readout {name!r}; needed: {unknown_name_needed(name, self._readouts, 'a readout')}"
            )
            return Readout(name, "", 0.0)
        return self._readouts[name]

    def responses(self, entry: Mapping[str, Any], cells: Sequence[AlteredCells]) -> ResponseSettings:
        """Return dose responses on cells."""
        names = entry["readouts"] if "readouts" in entry else [entry["readout"]]
        doses = self.doses(entry["doses_nM"])
        return ResponseSettings(
            tuple(cells), tuple(entry["inhibitors"]), doses, tuple(map(self.readout, names)), self.protocol(entry)
        )

    def pair(self, entry: Mapping[str, Any]) -> PairSettings:
        """Return a combination: a grid of doses, or doses of the first and a fixed ratio of the second to it."""
        if "ratio" in entry:
            first = self.doses(entry["doses_nM"])
            doses = first, tuple(dose * float(entry["ratio"]) for dose in first)
        else:
            doses = self.doses(entry["doses_nM"][0]), self.doses(entry["doses_nM"][1])
        first_drug, second_drug = entry["inhibitors"]
        return PairSettings(
            _cell(entry), (first_drug, second_drug), doses, self.readout(entry["readout"]), self.protocol(entry)
        )

    def protocol(self, entry: Mapping[str, Any]) -> Protocol:
        """Return the stimulus and schedule of a section."""
        found = entry.get("stimulus")
        stimulus = None if found is None else LigandDose(found["ligand"], float(found["dose_nM"]))
        schedule = tuple((float(change["from_h"]), float(change["share"])) for change in entry.get("schedule", ()))
        times = [time for time, _ in schedule]
        if sorted(set(times)) != times:
            self.faults.append(f"schedule: found from_h {times}; needed: increasing times")
        return Protocol(stimulus, schedule)

    def target(self, entry: Mapping[str, Any]) -> Target:
        """Return what is to be narrowed."""
        target = Target(_cell(entry), entry["inhibitor"], self.readout(entry["readout"]), entry.get("quantity", "ic50"))
        if target.quantity == "fold_shift" and not target.cells.alterations:
            self.faults.append("next_experiment.target: a fold shift of cells without alteration; needed: alterations")
        if target.quantity == "best" and target.inhibitor not in (self.section.get("dose_response") or {}).get(
            "inhibitors", ()
        ):
            self.faults.append(
                f"next_experiment.target: {target.inhibitor} cannot be the best; needed: one of the "
                "inhibitors of dose_response"
            )
        return target

    def doses(self, doses: Sequence[float]) -> tuple[float, ...]:
        """Return doses that begin with 0 and increase, or add a fault."""
        self.faults += dose_faults(doses)
        return tuple(map(float, doses))


def _without_what_they_need(settings: ScenarioSettings) -> list[str]:
    """Return a sentence for each section that needs another one which is not there."""
    faults = []
    read = settings.responses.readouts if settings.responses is not None else ()
    for section, readout in (("growth", settings.growth_readout), ("exposure", settings.exposure_readout)):
        if readout is not None and readout not in read:
            faults.append(f"{section}: {readout.name!r} is not read; needed: a readout of dose_response")
    if settings.next_target is not None and settings.responses is None:
        faults.append(
            "next_experiment: found no dose_response; needed: that section, whose doses and inhibitors the target is "
            "measured over"
        )
    if settings.growth_readout is None and any(score.leave_out or score.public for score in settings.scores):
        faults.append(
            "scores: found no growth; needed: that section, whose readout says which dose responses are left out or "
            "compared with patients'"
        )
    return faults


def _without_exposure(settings: ScenarioSettings, scenarios: StudyScenarios) -> list[str]:
    """Return a sentence for each section none of whose inhibitors has a clinical exposure."""
    known = {exposure.inhibitor for exposure in scenarios.reference.exposures}
    asked = {
        "dose_response": settings.responses if settings.exposure_readout is not None else None,
        "resistance": settings.resistance,
    }
    return [
        f"{name}: none of {', '.join(section.inhibitors)} has a row in exposure.tsv; needed: one that has, or a row "
        f"for one{', or no section exposure' if name == 'dose_response' else ''}"
        for name, section in asked.items()
        if section is not None and not known & set(section.inhibitors)
    ]


def scenario_table(settings: ScenarioSettings) -> pd.DataFrame:
    """Return every question as a row: what is asked of which cells, inhibitors, doses and readouts.

    Returns
    -------
    DataFrame
        Columns ``question``, ``cells``, ``inhibitors``, ``doses_nM``, ``readout``, ``time_h``, ``stimulus``,
        ``schedule`` (texts; several names or doses of one question are separated by commas).
    """
    sections = {
        "dose response": settings.responses,
        "resistance": settings.resistance,
        "next experiment, candidate": settings.next_candidates,
    }
    rows = [
        _question(name, section.cells, section.inhibitors, _texts(section.doses), reading, section.protocol)
        for name, section in sections.items()
        if section is not None
        for reading in section.readouts
    ]
    rows += [
        _question(
            "combination",
            [pair.cells],
            pair.inhibitors,
            " x ".join(map(_texts, pair.doses)),
            pair.readout,
            pair.protocol,
        )
        for pair in settings.pairs
    ]
    target, responses = settings.next_target, settings.responses
    if target is not None and responses is not None:
        question = f"next experiment, narrows {target.quantity}"
        doses = _texts(responses.doses)
        rows.append(_question(question, [target.cells], [target.inhibitor], doses, target.readout, Protocol()))
    if settings.exposure_readout is not None and responses is not None:
        doses, readout = "free plasma average and peak", settings.exposure_readout
        cells, drugs = responses.cells, responses.inhibitors
        rows.append(_question("at clinical exposure", cells, drugs, doses, readout, responses.protocol))
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _question(
    name: str,
    cells: Sequence[AlteredCells],
    inhibitors: Sequence[str],
    doses: str,
    reading: Readout,
    protocol: Protocol,
) -> dict[str, str]:
    return {
        "question": name,
        "cells": ", ".join(line.label for line in cells),
        "inhibitors": ", ".join(inhibitors),
        "doses_nM": doses,
        "readout": reading.name,
        "time_h": f"{reading.time_h:g}",
        "stimulus": "",
        "schedule": "",
        **protocol.texts,
    }


def _texts(doses: Sequence[float]) -> str:
    return ", ".join(f"{dose:g}" for dose in doses)


def check_scenarios(section: Mapping[str, Any], tables: ProblemTables, scenarios: StudyScenarios) -> pd.DataFrame:
    """Return what a scenarios file asks of a study, a row a question (:func:`scenario_table`).

    Raises
    ------
    ValueError
        As :func:`read_scenarios`: every fault is named.
    """
    return scenario_table(read_scenarios(section, tables, scenarios))


def _cell(entry: Mapping[str, Any]) -> AlteredCells:
    return AlteredCells(entry["cell_line"], tuple(entry.get("alterations", ())))


def _score(entry: Mapping[str, Any]) -> ScoreSettings:
    return ScoreSettings(
        entry["name"],
        entry.get("held_out", ""),
        entry.get("leave_out", ""),
        entry.get("public", ""),
        tuple(entry.get("refit", ())),
    )


def _cells(entries: Sequence[Mapping[str, Any]]) -> tuple[AlteredCells, ...]:
    return tuple(map(_cell, entries))


def _unknown_refits(settings: ScenarioSettings, scenarios: StudyScenarios) -> list[str]:
    """Return a sentence for each group that is to be fitted again and has no dose responses."""
    if settings.growth_readout is None:
        return []
    observable, faults = settings.growth_readout.observable, []
    for score in settings.scores:
        if score.refit and score.leave_out:
            _, labels = dose_responses_by(scenarios.measurements, observable, score.leave_out)
            known = set(map(str, labels))
            faults += [
                f"scores, refit: unknown {name!r}; needed: "
                f"{unknown_name_needed(name, known, f'a {score.leave_out} with measurements of {observable}')}"
                for name in score.refit
                if name not in known
            ]
    return faults


def _unknown_names(settings: ScenarioSettings, tables: ProblemTables, scenarios: StudyScenarios) -> list[str]:
    """Return a sentence for each name that neither the study nor its tables know."""
    asked = (settings.responses, settings.resistance, settings.next_candidates)
    groups = [group for group in asked if group is not None]
    treatments = [
        treatment_of(cells, {name: 1.0}, group.protocol)
        for group in groups
        for cells in group.cells
        for name in group.inhibitors
    ]
    treatments += [
        treatment_of(pair.cells, dict.fromkeys(pair.inhibitors, 1.0), pair.protocol) for pair in settings.pairs
    ]
    target = settings.next_target
    if target is not None:
        treatments.append(treatment_of(target.cells, {target.inhibitor: 1.0}))
    readouts = {readout for group in groups for readout in group.readouts} | {pair.readout for pair in settings.pairs}
    alone = (settings.exposure_readout, settings.growth_readout, target.readout if target is not None else None)
    readouts |= {readout for readout in alone if readout is not None}
    return check_treatments(
        tables, scenarios, treatments, sorted((readout for readout in readouts if readout.observable), key=str)
    )
