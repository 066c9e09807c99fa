"""What a run asks of a fit, as records: dose responses, pairs, an answer to be narrowed, measurements to score on."""

from dataclasses import dataclass

from jakstat.scenarios.questions import AlteredCells, Protocol, Readout


@dataclass(frozen=True)
class ResponseSettings:
    """Dose responses that are asked for: every inhibitor on all cells, read by each readout, under one protocol."""

    cells: tuple[AlteredCells, ...]
    inhibitors: tuple[str, ...]
    doses: tuple[float, ...]
    readouts: tuple[Readout, ...]
    protocol: Protocol = Protocol()


@dataclass(frozen=True)
class PairSettings:
    """A combination that is asked for: two inhibitors, doses (nM) of each."""

    cells: AlteredCells
    inhibitors: tuple[str, str]
    doses: tuple[tuple[float, ...], tuple[float, ...]]
    readout: Readout
    protocol: Protocol = Protocol()

    @property
    def label(self) -> str:
        """Name for people."""
        return f"{' + '.join(self.inhibitors)} on {self.cells.label}"


@dataclass(frozen=True)
class Target:
    """The answer that the next experiment is to narrow.

    Parameters
    ----------
    cells : AlteredCells
    inhibitor : str
    readout : Readout
    quantity : {"ic50", "fold_shift", "best"}
        The IC50 on the cells; the IC50 on them over that on their line without the alterations; whether no other
        inhibitor of the dose responses has more effect at its free average plasma concentration.
    """

    cells: AlteredCells
    inhibitor: str
    readout: Readout
    quantity: str = "ic50"


@dataclass(frozen=True)
class ScoreSettings:
    """Measurements that predictions are scored on: a table of the study's folder, public ones, or groups left out.

    Parameters
    ----------
    name : str
        For people.
    held_out : str
        Path of a table that the fit has not seen, from the study's folder; empty where groups are left out.
    leave_out : {"cell_line", "inhibitor", ""}
    refit : tuple of str
        Groups that are left out by a fit of their own, not by weights.
    public : {"pace2018", ""}
        Measurements that are public and not shipped; left out with a sentence where they are not there.
    """

    name: str
    held_out: str = ""
    leave_out: str = ""
    public: str = ""
    refit: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScenarioSettings:
    """Everything that is asked of a fit; what is not asked is None, or empty.

    ``resistance`` has the cells without further alterations first. ``least_effect`` and ``least_probability`` are of
    the least doses of ``pairs``, ``inhibitions`` of effects at exposure; they have defaults without their section.
    """

    draws: int
    responses: ResponseSettings | None = None
    growth_readout: Readout | None = None
    resistance: ResponseSettings | None = None
    pairs: tuple[PairSettings, ...] = ()
    least_effect: float = 0.5
    least_probability: float = 0.9
    exposure_readout: Readout | None = None
    inhibitions: tuple[float, ...] = (0.5,)
    next_target: Target | None = None
    next_candidates: ResponseSettings | None = None
    scores: tuple[ScoreSettings, ...] = ()
