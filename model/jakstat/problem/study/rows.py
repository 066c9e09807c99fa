"""A row of a study's measurement tables, once it is read."""

from dataclasses import dataclass

from jakstat.problem.study.study_treatments import Treatment


@dataclass(frozen=True)
class StudyMeasurement:
    """A measurement: what was done, what was read and when (unit of the study), and where it stands."""

    observable: str
    treatment: Treatment
    time: float
    value: float
    source: str
    experiment: str = ""
    censored: str = ""
