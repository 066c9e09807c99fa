"""What laboratories measure, as observables of the shipped pathway: its names, its formula, its noise, their priors.

Scales have the unit of the laboratory's own numbers, so that the middle of their priors is the order of magnitude
of its largest value over that of the state (``level``), and their width a factor of 4.5 either way (sd 1.5 in ln):
the values say which unit it is, no more. All numbers are assumed, with the panel's parameters.tsv as measure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType

from jakstat.files import folded
from jakstat.problem import number_text

VIABILITY, COUNT, RAW = "viability_signal", "cell_count_signal", "raw"
_STAT = "(pSTAT + 2 * dimer + 2 * dimer_n)"
#: Degrees of freedom of viabilities' Student's t: outliers of plates pull less (assumed, as in the panel).
DEGREES_OF_FREEDOM = 4
#: A row of parameters.tsv but for its id: unit, nominal, estimate, prior, prior_parameters, lower, upper, source.
ParameterCells = tuple[str, str, str, str, str, str, str, str]


@dataclass(frozen=True)
class ObservableKind:
    """A kind of measurement.

    Parameters
    ----------
    id : str
        Of the observable.
    label : str
        For people.
    words : str
        Regular expression of the folded names that laboratories give to it.
    state : str
        What is read, over the model; without its scale.
    level : float
        Order of magnitude of that where it is high, unit of the state (assumed).
    unit : str
        Of the scale.
    """

    id: str
    label: str
    words: str
    state: str = ""
    level: float = 1.0
    unit: str = "signal/nM"

    @property
    def stem(self) -> str:
        """Name of what is measured, in the ids of parameters."""
        return self.id.removesuffix("_signal")


_TO = r"(?:vs|to|over|per|normali[sz]edto|relativeto)?"
_OVER = r"(?:" + _TO + r"(?:total|t)?(?:{own}|actin|bactin|gapdh|tubulin|vinculin|loading(?:control)?))?"
_END = r"(?:signal|intensity|level|density|densitometry|blot|band|norm|normali[sz]ed|au|rel|relative|mfi)*"


def _phospho(number: str) -> ObservableKind:
    own = rf"stat{number}[ab]?"
    words = rf"(?:p|phospho)y?[0-9]*stat{number}(?:ab|a|b)?(?:p?y?[0-9]{{3}})?" + _OVER.format(own=own) + _END
    return ObservableKind(f"pSTAT{number}_signal", f"phosphorylated STAT{number}", words, _STAT, 100.0)


KINDS: Mapping[str, ObservableKind] = MappingProxyType(
    {
        kind.id: kind
        for kind in (
            *(_phospho(number) for number in ("1", "3", "5", "6")),
            ObservableKind(
                "pJAK2_signal",
                "phosphorylated JAK2",
                r"(?:p|phospho)jak2(?:p?y?[0-9]+)?" + _OVER.format(own="jak2") + _END,
                "pJAK",
                1.0,
            ),
            ObservableKind("SOCS3mRNA_signal", "SOCS3 mRNA", r"socs3m?rna" + _END, "SOCS_mRNA", 10.0),
            ObservableKind("SOCS3_signal", "SOCS3 protein", r"socs3(?:protein)?" + _END, "SOCS", 1.0, "signal"),
            ObservableKind(
                "CD274mRNA_signal", "CD274 (PD-L1) mRNA", r"(?:cd274|pdl1)m?rna" + _END, "target_mRNA", 10.0
            ),
            ObservableKind(
                VIABILITY,
                "viability relative to untreated cells",
                r"(?:relative|rel|cell|percent|mean|norm|normali[sz]ed)*(?:viability|survival|viablecells|viable)"
                r"(?:(?:of|vs|rel|relative|relativeto|to)(?:the)?(?:control|ctrl|dmso|vehicle|untreated(?:cells)?))?"
                + _END,
            ),
            ObservableKind(
                COUNT,
                "number of cells",
                r"(?:live|viable|total)?cell(?:count|number|density|s?perml|s?ml)s?|(?:live|viable)?counts?|zellzahl",
                "(cells + differentiated)",
                1.0,
                "cells",
            ),
            ObservableKind(
                RAW,
                "raw signal of cells",
                r"(?:raw)?(?:luminescence|lum|rlu|rfu|fluorescence|absorbance|od[0-9]*|abs[0-9]*|cps|celltiterglo|ctg|mtt|"
                r"rawsignal|rawvalue|rawdata|raw)" + _END,
            ),
        )
    }
)


def kind_of(name: str) -> str | None:
    """Return the id of the kind of measurement that a name says, or None."""
    written = folded(name).replace(".", "")
    return next((kind.id for kind in KINDS.values() if written and re.fullmatch(kind.words, written)), None)


def observable_section(kind: ObservableKind) -> dict[str, object]:
    """Return the section of ``study.yaml`` of an observable of this kind."""
    if kind.id == VIABILITY:
        return {
            "label": kind.label,
            "unit": "1",
            "formula": "(cells + differentiated) * exp(-proliferation * time)",
            "noise": "sd_viability",
            "distribution": "student-t",
            "degrees_of_freedom": DEGREES_OF_FREEDOM,
        }
    section: dict[str, object] = {"label": kind.label, "unit": "cells" if kind.id == COUNT else "a.u."}
    section |= {"formula": f"scaling_{kind.stem} * {kind.state}"}
    if kind.id == COUNT:
        section |= {"noise": f"sd_{kind.stem}", "distribution": "log-normal"}
    else:
        section |= {"noise": f"sd_{kind.stem}_abs + sd_{kind.stem}_rel * {kind.id}"}
    return section | {"per_experiment": [f"scaling_{kind.stem}"]}


def observable_parameters(
    kind: ObservableKind, largest: float, scatter: tuple[float, int] | None
) -> dict[str, ParameterCells]:
    """Return the rows of ``parameters.tsv`` of an observable of this kind, by id.

    Parameters
    ----------
    kind : ObservableKind
    largest : float
        Largest measured value, > 0, unit of the observable.
    scatter : (float, int) or None
        Standard deviation of viability in vehicle wells and its degrees of freedom, where there were any.
    """
    if kind.id == VIABILITY:
        return {"sd_viability": _viability_noise(scatter)}
    scale = _two_digits(largest / kind.level)
    of_scale = (
        f"the largest value measured, {number_text(_two_digits(largest))}, is about {number_text(kind.level)} in the "
        "model; says which unit the numbers have, no more (assumed)"
    )
    rows = {f"scaling_{kind.stem}": _log_normal(kind.unit, scale, 1.5, of_scale)}
    if kind.id == COUNT:
        return rows | {
            f"sd_{kind.stem}": _log_normal("1", 0.15, 0.5, "10 to 20 % between counts of one well (assumed)")
        }
    absolute = _two_digits(largest / 20)
    return rows | {
        f"sd_{kind.stem}_abs": _log_normal("signal", absolute, 1.0, "a twentieth of the largest value (assumed)"),
        f"sd_{kind.stem}_rel": _log_normal("1", 0.15, 0.6, "10 to 30 % between blots (assumed)"),
    }


def _viability_noise(scatter: tuple[float, int] | None) -> ParameterCells:
    """Return the row of the noise of viabilities: from vehicle wells where there are some, else assumed and fixed."""
    if scatter is None:
        return ("1", "0.08", "false", "", "", "", "", "0.05 to 0.1 between replicates of plate screens (assumed)")
    sd, freedom = scatter
    # Student's t of 4 degrees of freedom has a standard deviation of sqrt(2) times its scale.
    scale = _two_digits(sd * sqrt((DEGREES_OF_FREEDOM - 2) / DEGREES_OF_FREEDOM))
    # The sd of ln(s) of f degrees of freedom is about 1/sqrt(2 f) (delta method); 0.4 besides, because drug wells
    # scatter by its pipetting too (assumed).
    width = _two_digits(sqrt(0.4**2 + 1 / (2 * freedom)))
    source = (
        f"scatter of vehicle wells: sd {number_text(_two_digits(sd))} of the viability with {freedom} degrees of "
        "freedom, as the scale of Student's t; width: its sampling error, and 0.4 for what drug wells scatter besides "
        "(assumed)"
    )
    return _log_normal("1", scale, width, source)


def _log_normal(unit: str, median: float, sd_ln: float, source: str) -> ParameterCells:
    text = number_text(median)
    return (unit, text, "true", "log-normal", f"median={text}; sd_ln={number_text(sd_ln)}", "", "", source)


def _two_digits(value: float) -> float:
    return float(f"{value:.2g}")
