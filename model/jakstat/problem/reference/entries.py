"""What the reference tables hold: inhibitors, alterations, receptors, cell lines, exposure, and their constants.

An inhibitor is a list of actions, an alteration a list of changes: formulas (SymPy, over ids of a model's entities and
of constants) that give a parameter its new value. No id of an entity is known here, so that the tables may be written
for any PEtab model. Doses and constants ``K`` are in nM, rates in 1/min.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from jakstat.problem.evidence import weakest_status
from jakstat.problem.records import Parameter, Prior
from jakstat.problem.reference.line_covariates import LineCovariates
from jakstat.problem.reference.measured_resistance import MeasuredResistance

#: How an inhibitor acts. Alterations may name ``type I JAK`` and its like instead of each inhibitor.
MECHANISMS = ("type I JAK", "type II JAK", "STAT", "antibody", "bypass", "survival", "off-target")
#: Where the ligand of a cell line's receptor comes from when none is added.
LIGAND_SOURCES = ("none", "autocrine", "unknown")
#: Name of the concentration of an inhibitor, nM, in the formulas of inhibitors.tsv.
DOSE = "dose"
#: Name of an inhibitor's constant in the formulas by which an alteration changes it.
AFFINITY = "K"


@dataclass(frozen=True)
class Constant:
    """A constant of the formulas: its value (the prior's median), its prior (None where it is fixed), and its row."""

    id: str
    unit: str
    prior: Prior | None
    value: float
    source: str
    file: str
    line: int
    status: str = ""

    @property
    def parameter(self) -> Parameter:
        """The constant as a row of a problem's parameter table."""
        return Parameter(self.id, self.value, self.prior, self.unit, scale="log10" if self.prior else "lin")


@dataclass(frozen=True)
class Action:
    """What an inhibitor does to one parameter.

    Parameters
    ----------
    inhibitor, mechanism, parameter : str
        Who acts, how (one of ``MECHANISMS``), and on which parameter of the model.
    formula : sympy.Expr
        New value of the parameter, over entities, constants and ``dose`` (nM).
    constant : str
        The constant that alterations of the target change, empty where the row has none.
    constants : tuple of str
        All constants that the formula names.
    assay : str
        What the constant was measured by.
    atp : float or None
        ATP in that assay, mM; None where it is not known or means nothing.
    source : str
        Where the constant comes from.
    file, line
        Where the row stands.
    status : str
        What the constant rests on: ``jakstat.problem.evidence``.
    """

    inhibitor: str
    mechanism: str
    parameter: str
    formula: sp.Expr
    constant: str
    constants: tuple[str, ...]
    assay: str
    atp: float | None
    source: str
    file: str
    line: int
    status: str = ""


@dataclass(frozen=True)
class Inhibitor:
    """An inhibitor and its actions, in the order of the table."""

    id: str
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class AlterationChange:
    """One change that an alteration makes.

    ``inhibitors`` empty: ``formula`` is the new value of ``parameter``. Otherwise it is the new value of these
    inhibitors' constant on that parameter, over ``K`` (the constant before), entities and constants; a name of
    ``MECHANISMS`` stands for all inhibitors that act on the parameter by it. ``status`` is that of the size of the
    change; its direction may have a source even where the size is assumed.
    """

    alteration: str
    parameter: str
    inhibitors: tuple[str, ...]
    formula: sp.Expr
    status: str
    source: str
    file: str
    line: int


@dataclass(frozen=True)
class Alteration:
    """An alteration of cancer cells: gene, what happened to it, in which cancer, and what it changes."""

    id: str
    gene: str
    change: str
    cancer: str
    changes: tuple[AlterationChange, ...]

    @property
    def status(self) -> str:
        """The weakest status of the sizes of its changes: predictions made from it must say so."""
        return weakest_status(change.status for change in self.changes)


@dataclass(frozen=True)
class Receptor:
    """A receptor: ligand, its molar mass (kDa: 1 ng/ml is 1 / kDa nM), STAT, and the share of kinase of each JAK.

    ``shares`` maps the id of the model's parameter (the column's name, ``share_JAK1``) to its value, 0 to 1, sum 1.
    """

    id: str
    ligand: str
    molar_mass: float
    shares: Mapping[str, float]
    stat: str
    source: str
    file: str
    line: int
    status: str = ""


@dataclass(frozen=True)
class CellLine:
    """A cell line: its receptor and alterations (ids), where its ligand comes from, and how fast it grows.

    ``proliferation`` is the prior of its growth rate, 1/min, from the doubling time; None where the cells do not grow.
    """

    id: str
    cancer: str
    driver: str
    receptor: str
    alterations: tuple[str, ...]
    ligand_source: str
    proliferation: Prior | None
    source: str
    status: str = ""


@dataclass(frozen=True)
class Exposure:
    """Concentration of an inhibitor in patients' plasma, nM, total; ``fraction_unbound`` of it is free.

    ``sd_ln`` is the uncertainty of a concentration, as the standard deviation of its natural logarithm.
    """

    inhibitor: str
    regimen: str
    cmax: float
    cavg: float
    fraction_unbound: float
    sd_ln: float
    source: str
    status: str = ""


@dataclass(frozen=True)
class Reference:
    """The content of a folder of reference tables; mappings are by id, in the order of the tables.

    ``synonyms`` are other names of inhibitors, cell lines and ligands: by kind, the folded synonym and what it means.
    """

    inhibitors: Mapping[str, Inhibitor]
    alterations: Mapping[str, Alteration]
    receptors: Mapping[str, Receptor]
    cell_lines: Mapping[str, CellLine]
    exposures: tuple[Exposure, ...]
    constants: Mapping[str, Constant]
    measured_resistance: tuple[MeasuredResistance, ...] = ()
    synonyms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    covariates: LineCovariates | None = None
