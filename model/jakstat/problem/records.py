"""One checked problem: model, parameters with priors, experiments, observables and measurements.

These records are what every reader (PEtab v1, PEtab v2, tidy tables) produces and all later stages consume. They hold
values only; formulas are SymPy expressions over ids, never text that is evaluated as Python. Time is in the unit of the
model (min for the shipped pathways), amounts in the unit of the model (nM for the shipped pathways).
Terms follow PEtab v2, https://petab.readthedocs.io.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

#: Distributions of the noise; those on the logarithm are named so.
NOISE_DISTRIBUTIONS = ("normal", "log-normal", "laplace", "log-laplace", "student-t")
#: What a value may be a bound of: the true measurement lies below it, or above it.
CENSORED = ("below", "above")


@dataclass(frozen=True)
class Prior:
    """A prior density of one parameter on its linear scale.

    Parameters
    ----------
    distribution : str
        A PEtab v2 prior name (``log-normal``, ``normal``, ``log-uniform``, ``uniform``, ``laplace``, ``log-laplace``,
        ``cauchy``, ``chisquare``, ``exponential``, ``gamma``, ``rayleigh``).
    parameters : tuple of float
        In PEtab v2's order and meaning: ``log-normal`` has mean and standard deviation of the natural logarithm.
    lower, upper : float
        Truncation; ``-inf``/``0`` and ``inf`` where there is none. The density is renormalised on it.
    source : str
        Where the numbers come from, or from what they were reasoned.
    status : str
        What they rest on, one of ``jakstat.problem.evidence.STATUSES``; empty where a table has no such column (PEtab).
    """

    distribution: str
    parameters: tuple[float, ...]
    lower: float
    upper: float
    source: str
    status: str = ""


@dataclass(frozen=True)
class Parameter:
    """A row of the parameter table; ``prior`` is None exactly when the parameter is not estimated.

    ``nominal`` (linear scale) may be None for an estimated parameter; ``unit`` is text, empty where the source gives
    none. ``scale`` (``lin``, ``log``, ``log10``) is the scale the source estimates it on: it decides nothing but
    display.
    """

    id: str
    nominal: float | None
    prior: Prior | None
    unit: str = ""
    name: str = ""
    scale: str = "lin"

    @property
    def estimated(self) -> bool:
        """Whether the parameter has a posterior."""
        return self.prior is not None


@dataclass(frozen=True)
class Observable:
    """An observable: signal formula and noise formula over states, parameters, placeholders and ``time``.

    ``noise_distribution`` is one of ``NOISE_DISTRIBUTIONS`` (natural logarithm); the noise formula is its standard
    deviation (scale), on the logarithm where the name says so. ``<observable id>`` in a noise formula stands for the
    signal. ``degrees_of_freedom`` are those of ``student-t``.
    """

    id: str
    formula: sp.Expr
    noise_formula: sp.Expr
    noise_distribution: str = "normal"
    observable_placeholders: tuple[str, ...] = ()
    noise_placeholders: tuple[str, ...] = ()
    name: str = ""
    unit: str = ""
    degrees_of_freedom: float = math.inf


@dataclass(frozen=True)
class Period:
    """A stretch of an experiment that starts at ``start`` (``-inf``: pre-equilibration) with ``changes`` applied.

    ``changes`` maps the id of a model entity (parameter, species, compartment) to the value it takes, an expression
    over parameters; in later periods of an experiment also over entities of the model, just before the change.
    ``resets_parameters`` says that parameters of the model start from the model's own values again, as if the
    experiment began here: PEtab 1's rule for the condition after a pre-equilibration. In PEtab 2 they stay.
    """

    start: float
    changes: Mapping[str, sp.Expr] = field(default_factory=dict)
    resets_parameters: bool = False


@dataclass(frozen=True)
class Experiment:
    """One simulated experiment: its periods in order of time, and for people a label and what was done to which cells.

    ``inhibitors`` are names and doses (nM), ``stimulus`` a ligand with its dose as text, ``groups`` what else tells
    experiments apart for which a pooled entity has values of its own (a screen); all are empty where the source does
    not say.
    """

    id: str
    periods: tuple[Period, ...]
    label: str = ""
    cell_line: str = ""
    inhibitors: tuple[tuple[str, float], ...] = ()
    stimulus: str = ""
    groups: tuple[str, ...] = ()

    @property
    def start(self) -> float:
        """Time of the first period that can be measured: a pre-equilibration comes before it. 0 where it is all."""
        return min((period.start for period in self.periods if period.start > -math.inf), default=0.0)


@dataclass(frozen=True)
class Measurement:
    """One measured value with the overrides of its observable's placeholders, and where it was read.

    ``censored`` is one of ``CENSORED`` where the value is a bound, else empty.
    """

    observable_id: str
    experiment_id: str
    time: float
    value: float
    observable_parameters: tuple[sp.Expr, ...] = ()
    noise_parameters: tuple[sp.Expr, ...] = ()
    source: str = ""
    censored: str = ""


@dataclass(frozen=True)
class ProblemTables:
    """The checked content of a PEtab problem or of a study folder.

    Parameters
    ----------
    id : str
        Name of the study, a valid file name.
    sbml : str
        The model, SBML text.
    parameters, observables, experiments, measurements : tuple
        The tables, in the order of the source.
    time_unit, title, citation : str
        For people; empty where the source gives none.
    data_digests : mapping of str to str
        SHA-256 of each file that was read, by file name.
    notes : tuple of str
        What the reader decided for the user and the report must say (for instance priors made from bounds).
    """

    id: str
    sbml: str
    parameters: tuple[Parameter, ...]
    observables: tuple[Observable, ...]
    experiments: tuple[Experiment, ...]
    measurements: tuple[Measurement, ...]
    time_unit: str = ""
    title: str = ""
    citation: str = ""
    data_digests: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
