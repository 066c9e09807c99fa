"""The ``cells`` section of a study: what a cell line, a stimulus and an inhibitor set in the model.

Its keys stand in ``study.schema.yaml``.

A pooled entity has a value of its own in each group (a cell line; a cell line in a screen, where ``over`` names a
column of the tables besides). With z, standard normal, one a group: ``mean * exp(sd * z)`` on scale log, where mean
is a positive parameter or number; ``1 / (1 + exp(-(mean + sd * z)))`` on scale logit. That is partial pooling,
non-centred: mean and sd are parameters of the study with priors of their own. Where the mean has slopes, slope times
covariate of the line is added to sd * z, for each: a regression of what lines have of their own on what is known of
them, and what it does not tell stays in z. ``by`` adds a value for each name in a column (a screen).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sympy as sp

from jakstat.files import Fault, finite_number
from jakstat.problem.formulas import entity, parse_formula
from jakstat.problem.study.constants_section import OwnConstant, read_own_constants
from jakstat.problem.study.structure import StudyKeys

CELL_LINE = "cell_line"
ALL_ROWS = "all"


@dataclass(frozen=True)
class Pooled:
    """An entity with a value for each group of measurements, around a mean of them all."""

    entity: str
    over: tuple[str, ...]
    scale: str
    mean: sp.Expr
    sd: sp.Expr
    slopes: tuple[tuple[str, sp.Expr], ...] = ()
    by: tuple[tuple[str, str, sp.Expr], ...] = ()

    @property
    def is_of_line(self) -> bool:
        """Whether the groups are the cell lines, so that the value holds before anything is added too."""
        return self.over == (CELL_LINE,)

    def deviation_id(self, group: str) -> str:
        """Return the id of a group's standard normal deviation."""
        return f"{self.entity}_z_{group}"

    @property
    def formulas(self) -> dict[tuple[str, ...], sp.Expr]:
        """The formulas by their keys in ``study.yaml``."""
        mean: dict[tuple[str, ...], sp.Expr] = {("mean",): self.mean}
        if self.slopes or self.by:
            mean = {("mean", "intercept"): self.mean}
        mean |= {("mean", "slopes", covariate): slope for covariate, slope in self.slopes}
        return mean | {("mean", "by", *place): added for *place, added in self.by} | {("sd",): self.sd}

    def value(self, group: str, names: tuple[str, ...], covariates: Mapping[str, sp.Expr]) -> sp.Expr:
        """Return the value in a group, an expression over the mean, the sd and the group's deviation.

        Parameters
        ----------
        group : str
            Id of the group.
        names : tuple of str
            What stands in its columns, in the order of ``over``.
        covariates : mapping of str to Expr
            Those of its cell line that slopes need.
        """
        shift = self.sd * entity(self.deviation_id(group))
        shift += sum(slope * covariates[covariate] for covariate, slope in self.slopes)
        shift += sum(added for column, name, added in self.by if (column, name) in zip(self.over, names, strict=True))
        if self.scale == "log":
            return sp.sympify(self.mean * sp.exp(shift))
        return sp.sympify(1 / (1 + sp.exp(-(self.mean + shift))))


@dataclass(frozen=True)
class Cells:
    """The section; formulas are parsed."""

    reference: Path
    own_cell_lines: Path | None
    stimulus: str
    growth: str
    secreted: str
    before: Mapping[str, sp.Expr] = field(default_factory=dict)
    at_treatment: Mapping[str, sp.Expr] = field(default_factory=dict)
    fixed: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    pooled: tuple[Pooled, ...] = ()
    suit: str = ALL_ROWS
    constants: tuple[OwnConstant, ...] = ()
    covariates: Path | None = None

    @property
    def grouping_columns(self) -> tuple[str, ...]:
        """Columns of the tables, besides the cell line, that a pooled entity has values for."""
        return tuple(sorted({name for pooled in self.pooled for name in pooled.over} - {CELL_LINE}))


def read_cells(content: Mapping[str, Any], folder: Path, keys: StudyKeys, faults: list[Fault]) -> Cells:
    """Read the section.

    Parameters
    ----------
    content : mapping
        What of the section fits its schema.
    folder : Path
        The study folder.
    keys : StudyKeys
        For the places of faults.
    faults : list of Fault
        Faults of priors are added here.
    """
    return Cells(
        reference=folder / (content.get("reference") or ""),
        own_cell_lines=folder / content["cell_lines"] if content.get("cell_lines") else None,
        stimulus=content.get("stimulus") or "",
        growth=content.get("growth") or "",
        secreted=content.get("secreted") or "",
        before=_formulas(content.get("before") or {}),
        at_treatment=_formulas(content.get("at_treatment") or {}),
        fixed={line: _numbers(values) for line, values in (content.get("fixed") or {}).items()},
        pooled=tuple(
            _pooled(name, entity_content)
            for name, entity_content in (content.get("pooled") or {}).items()
            if {"over", "scale", "sd"} <= entity_content.keys()
        ),
        suit=content.get("suit") or ALL_ROWS,
        constants=read_own_constants(content.get("constants") or {}, keys, faults),
        covariates=folder / content["covariates"] if content.get("covariates") else None,
    )


def _numbers(content: Mapping[str, str]) -> dict[str, float]:
    """Return the number of each entity."""
    return {name: number for name, text in content.items() if (number := finite_number(text)) is not None}


def _formulas(content: Mapping[str, str]) -> dict[str, sp.Expr]:
    """Return the formula of each entity."""
    return {name: parse_formula(text) for name, text in content.items()}


def _pooled(name: str, content: Mapping[str, Any]) -> Pooled:
    """Return a pooled entity; its mean is the neutral one of its scale where there is none."""
    neutral = sp.Integer(1 if content["scale"] == "log" else 0)
    mean = content.get("mean") or {}
    parts = mean if isinstance(mean, Mapping) else {"intercept": mean}
    return Pooled(
        name,
        tuple(content["over"]),
        content["scale"],
        parse_formula(parts["intercept"]) if parts.get("intercept") else neutral,
        parse_formula(content["sd"]),
        tuple((covariate, parse_formula(slope)) for covariate, slope in (parts.get("slopes") or {}).items()),
        tuple(
            (column, value, parse_formula(added))
            for column, values in (parts.get("by") or {}).items()
            for value, added in values.items()
        ),
    )
