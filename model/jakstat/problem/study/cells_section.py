"""The ``cells`` section of a study: what a cell line, a stimulus and an inhibitor set in the model.

Keys (all but ``reference`` may be absent)::

    reference       folder with inhibitors.tsv, alterations.tsv, receptors.tsv, cell_lines.tsv, constants.tsv
    cell_lines      a table of the study's own with more lines, the columns of cell_lines.tsv
    stimulus        entity that takes the stimulus (nM)
    growth          entity that takes the growth rate of the line, ln 2 over its doubling time
    secreted        entity that is 0 in lines that make no ligand themselves
    before          {entity: formula} set while the pathway comes to its steady state, before anything is added
    at_treatment    {entity: formula} set when the first thing is added to the cells
    fixed           {cell line: {entity: number}}, what was measured in these cells
    pooled          {entity: {over: [cell_line, ...], scale: log or logit, mean, sd}}
    suit            which rows of the tables must suit the model: all (default), or used by the measurements, where the
                    rows that do not suit are left out (a model without growth, say)
    constants       {constant of the reference tables: {median, sd_ln, source}}, priors of the study's own in place of
                    the tables' (jakstat.problem.study.constants_section)

A pooled entity has a value of its own in each group (a cell line; a cell line in a screen, where ``over`` names a
column of the tables besides). With z, standard normal, one a group: ``mean * exp(sd * z)`` on scale log, where mean
is a positive parameter or number; ``1 / (1 + exp(-(mean + sd * z)))`` on scale logit. That is partial pooling,
non-centred: mean and sd are parameters of the study with priors of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sympy as sp

from jakstat.problem.formulas import entity, parse_formula
from jakstat.problem.study.constants_section import OwnConstant, read_own_constants
from jakstat.problem.study.description_keys import DescriptionKeys

SCALES = ("log", "logit")
CELL_LINE = "cell_line"
ALL_ROWS, USED_ROWS = "all", "used"
_KEYS = (
    "cell_lines", "stimulus", "growth", "secreted", "before", "at_treatment", "fixed", "pooled", "suit", "constants",
)  # fmt: skip
_SECTION = "cells"


@dataclass(frozen=True)
class Pooled:
    """An entity with a value for each group of measurements, around a mean of them all."""

    entity: str
    over: tuple[str, ...]
    scale: str
    mean: sp.Expr
    sd: sp.Expr

    @property
    def is_of_line(self) -> bool:
        """Whether the groups are the cell lines, so that the value holds before anything is added too."""
        return self.over == (CELL_LINE,)

    def deviation_id(self, group: str) -> str:
        """Return the id of a group's standard normal deviation."""
        return f"{self.entity}_z_{group}"

    def value(self, group: str) -> sp.Expr:
        """Return the value in a group, an expression over the mean, the sd and the group's deviation."""
        shift = self.sd * entity(self.deviation_id(group))
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

    @property
    def grouping_columns(self) -> tuple[str, ...]:
        """Columns of the tables, besides the cell line, that a pooled entity has values for."""
        return tuple(sorted({name for one in self.pooled for name in one.over} - {CELL_LINE}))


def read_cells(keys: DescriptionKeys, content: Any, folder: Path) -> Cells | None:  # noqa: ANN401
    """Read the section, or return None where there is none or after adding that it is no mapping."""
    if content is None or not keys.check((_SECTION,), content, ("reference",), _KEYS):
        return None
    text = {key: keys.text((_SECTION, key), content.get(key)) for key in ("reference", *_KEYS[:4])}
    return Cells(
        reference=folder / text["reference"],
        own_cell_lines=folder / text["cell_lines"] if text["cell_lines"] else None,
        stimulus=text["stimulus"],
        growth=text["growth"],
        secreted=text["secreted"],
        before=_formulas(keys, "before", content.get("before") or {}),
        at_treatment=_formulas(keys, "at_treatment", content.get("at_treatment") or {}),
        fixed=_fixed(keys, content.get("fixed") or {}),
        pooled=_pooled(keys, content.get("pooled") or {}),
        suit=_suit(keys, content.get("suit", ALL_ROWS)),
        constants=read_own_constants(keys, content.get("constants") or {}),
    )


def _suit(keys: DescriptionKeys, value: Any) -> str:  # noqa: ANN401
    """Return which rows must suit the model; add a fault for another word."""
    if value not in (ALL_ROWS, USED_ROWS):
        keys.fault((_SECTION, "suit"), repr(value), f"{ALL_ROWS} or {USED_ROWS}")
        return ALL_ROWS
    return value


def _mapping(keys: DescriptionKeys, path: tuple[str, ...], content: Any, needed: str) -> dict[str, Any]:  # noqa: ANN401
    """Return a mapping with text keys, or an empty one after adding a fault."""
    if isinstance(content, dict):
        return {str(key): value for key, value in content.items()}
    keys.fault(path, repr(content), needed)
    return {}


def _formula(keys: DescriptionKeys, path: tuple[str, ...], value: Any) -> sp.Expr | None:  # noqa: ANN401
    """Return the expression of a text or number, or None after adding a fault."""
    text = keys.text(path, value)
    try:
        return parse_formula(text)
    except ValueError as error:
        keys.fault(path, f"{text!r}, which is no formula ({error})", "a formula in PEtab math")
        return None


def _formulas(keys: DescriptionKeys, key: str, content: Any) -> dict[str, sp.Expr]:  # noqa: ANN401
    """Return the formula of each entity."""
    path = (_SECTION, key)
    found = _mapping(keys, path, content, "a mapping of entities of the model to formulas")
    parsed = {name: _formula(keys, (*path, name), value) for name, value in found.items()}
    return {name: formula for name, formula in parsed.items() if formula is not None}


def _fixed(keys: DescriptionKeys, content: Any) -> dict[str, dict[str, float]]:  # noqa: ANN401
    """Return the numbers of each cell line."""
    path = (_SECTION, "fixed")
    lines = {}
    for line, values in _mapping(keys, path, content, "a mapping of cell lines to entities and numbers").items():
        numbers = _mapping(keys, (*path, line), values, "a mapping of entities of the model to numbers")
        found = {name: keys.number((*path, line, name), value) for name, value in numbers.items()}
        lines[line] = {name: number for name, number in found.items() if number is not None}
    return lines


def _pooled(keys: DescriptionKeys, content: Any) -> tuple[Pooled, ...]:  # noqa: ANN401
    """Return the pooled entities that have no fault."""
    path = (_SECTION, "pooled")
    found = []
    for name, one in _mapping(keys, path, content, "a mapping of entities to over, scale, mean and sd").items():
        here = (*path, name)
        if not keys.check(here, one, ("over", "scale", "sd"), ("mean",)):
            continue
        over = one.get("over")
        if not isinstance(over, list) or CELL_LINE not in over:
            keys.fault((*here, "over"), repr(over), f"a list of columns, {CELL_LINE} among them")
            continue
        if one.get("scale") not in SCALES:
            keys.fault((*here, "scale"), repr(one.get("scale")), f"one of {', '.join(SCALES)}")
            continue
        neutral = sp.Integer(1 if one["scale"] == "log" else 0)
        mean = _formula(keys, (*here, "mean"), one["mean"]) if "mean" in one else neutral
        sd = _formula(keys, (*here, "sd"), one.get("sd"))
        if mean is not None and sd is not None:
            found.append(Pooled(name, tuple(map(str, over)), one["scale"], mean, sd))
    return tuple(found)
