"""What may be asked of a fit: cells with their alterations, inhibitors with doses, a stimulus, a readout.

The cells are those of a study with cell lines, or as in an experiment of a PEtab problem with tables of its own; both
fulfil :class:`Scenarios`, which is all that predictions know of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol as Interface

from jakstat.problem import (
    Experiment,
    Parameter,
    ProblemTables,
    Reference,
    Treatment,
    number_text,
    unbound_ligand,
    unknown_name_needed,
)

#: An hour in each unit of time of a problem; where nothing names the unit, an hour is one.
HOUR_IN = {"s": 3600.0, "min": 60.0, "h": 1.0, "d": 1 / 24, "": 1.0}


@dataclass(frozen=True)
class Readout:
    """An observable at a time (h) after the treatment."""

    name: str
    observable: str
    time_h: float


@dataclass(frozen=True)
class AlteredCells:
    """A cell line with alterations besides its own."""

    cell_line: str
    alterations: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name for people."""
        return " + ".join((self.cell_line, *self.alterations))


@dataclass(frozen=True)
class LigandDose:
    """A ligand that is added with the inhibitors, and its dose (nM)."""

    ligand: str
    dose_nM: float


class Scenarios(Interface):
    """Experiments that nobody has made, on the cells of a problem.

    ``reference`` are the tables of inhibitors, alterations and cells; ``time_unit`` the problem's unit of time.
    """

    @property
    def reference(self) -> Reference:
        """Inhibitors, alterations and cells, with their formulas and constants."""

    @property
    def time_unit(self) -> str:
        """Unit of time of the problem, a key of :data:`HOUR_IN`."""

    def experiments(self, treatments: Iterable[Treatment]) -> tuple[dict[Treatment, Experiment], tuple[Parameter, ...]]:
        """Return the experiment of each treatment, and the parameters of theirs that the problem does not have."""


@dataclass(frozen=True)
class Protocol:
    """What is done to cells besides the first addition of inhibitors.

    Parameters
    ----------
    stimulus : LigandDose, optional
        Added with the inhibitors, and there from then on.
    schedule : tuple of (float, float)
        Changes of the medium: time after the first addition (h), increasing, and the share of the doses that the fresh
        medium has: 0 washes the inhibitors out, 1 gives them again.
    """

    stimulus: LigandDose | None = None
    schedule: tuple[tuple[float, float], ...] = ()

    @property
    def texts(self) -> dict[str, str]:
        """For people: ``stimulus`` and ``schedule``, each only where there is one."""
        texts = {}
        if self.stimulus is not None:
            texts["stimulus"] = f"{self.stimulus.ligand} {self.stimulus.dose_nM:g} nM"
        if self.schedule:
            texts["schedule"] = ", ".join(
                f"from {time:g} h {100 * share:g} % of the dose" for time, share in self.schedule
            )
        return texts


def treatment_of(
    cells: AlteredCells, doses: Mapping[str, float], protocol: Protocol | None = None, hour: float = 60.0
) -> Treatment:
    """Return the treatment of cells with inhibitors (nM; 0 is none).

    Parameters
    ----------
    cells : AlteredCells
    doses : mapping of str to float
    protocol : Protocol, optional
    hour : float
        An hour in the unit of time of the study.
    """
    protocol = protocol or Protocol()
    inhibitors = tuple(sorted((name, float(dose)) for name, dose in doses.items() if dose > 0))
    schedule = tuple((time * hour, share) for time, share in protocol.schedule) if inhibitors else ()
    plain = Treatment(
        cell_line=cells.cell_line, alterations=cells.alterations, inhibitors=inhibitors, schedule=schedule
    )
    if protocol.stimulus is None:
        return plain
    dose = protocol.stimulus.dose_nM
    return replace(plain, stimulus=protocol.stimulus.ligand, stimulus_nM=dose, stimulus_text=f"{number_text(dose)} nM")


def check_treatments(
    tables: ProblemTables, scenarios: Scenarios, treatments: Sequence[Treatment], readouts: Sequence[Readout]
) -> list[str]:
    """Return a sentence for each name that is not known, with near ones.

    And for each ligand that the receptor of the cells does not bind.
    """
    reference = scenarios.reference
    measured = {measurement.observable_id for measurement in tables.measurements}
    # Without receptors no stimulus can be asked for at all, which PetabScenarios says.
    ligands = {receptor.ligand for receptor in reference.receptors.values()}
    stimuli = {treatment.stimulus for treatment in treatments if treatment.stimulus} if ligands else set()
    asked = (
        ("cell line", {treatment.cell_line for treatment in treatments}, reference.cell_lines),
        ("alteration", {name for treatment in treatments for name in treatment.alterations}, reference.alterations),
        ("inhibitor", {name for treatment in treatments for name, _ in treatment.inhibitors}, reference.inhibitors),
        ("stimulus", stimuli, ligands),
        ("observable", {readout.observable for readout in readouts}, measured),
    )
    unbound = [
        f"stimulus {treatment.stimulus!r} on {treatment.cell_line}; needed: {fault}"
        for treatment in dict.fromkeys(
            replace(treatment, inhibitors=()) for treatment in treatments if treatment.stimulus
        )
        if (fault := unbound_ligand(reference, treatment.cell_line, treatment.stimulus))
    ]
    return unbound + [
        f"unknown {what} {name!r}; needed: {unknown_name_needed(name, known, f'a known {what}')}"
        for what, names, known in asked
        for name in sorted(names - set(known))
    ]


def dose_faults(doses: Sequence[float]) -> list[str]:
    """Return a sentence where doses do not begin with 0 and increase: a response is relative to that without drug."""
    if len(doses) and doses[0] == 0 and all(low < high for low, high in zip(doses, doses[1:], strict=False)):
        return []
    return [f"doses_nM: found {list(doses)}; needed: increasing doses that begin with 0"]
