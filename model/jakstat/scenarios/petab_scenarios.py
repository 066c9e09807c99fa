"""Experiments that nobody has made, on any problem: those of the problem, with inhibitors and alterations added.

A PEtab problem knows no cell lines. Cells are named by one of its experiments and are what that experiment makes of
them, stimulus included. Alterations hold from its beginning on, inhibitors from the end of its pre-equilibration, or
from its beginning where it has none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import sympy as sp

from jakstat.files import DataFaultsError, Fault
from jakstat.problem import (
    CellLine,
    Experiment,
    Parameter,
    Period,
    ProblemTables,
    Reference,
    Treatment,
    altered,
    check_against_model,
    constants_in,
    entity,
    inhibited,
    model_entities,
    read_interventions,
)

_TIME_UNITS = ("s", "min", "h", "d")


@dataclass(frozen=True)
class PetabScenarios:
    """A problem whose experiments can be made again with inhibitors and alterations of tables of its own.

    Parameters
    ----------
    tables : ProblemTables
    interventions : Reference
        Inhibitors, alterations and their constants, over entities of this problem's model; no cell lines.
    made : mapping of str to Experiment
        What cells are named by, and the experiment that makes them what they are.
    time_unit : {"s", "min", "h", "d", ""}
        Of the problem; empty where nothing names it, and an hour then is one unit.
    """

    tables: ProblemTables
    interventions: Reference
    made: Mapping[str, Experiment]
    time_unit: str

    @cached_property
    def reference(self) -> Reference:
        """The tables, with a line of cells for each experiment."""
        return replace(
            self.interventions,
            cell_lines={name: CellLine(name, "", "", "", (), "none", None, self.tables.id) for name in self.made},
        )

    def experiments(self, treatments: Iterable[Treatment]) -> tuple[dict[Treatment, Experiment], tuple[Parameter, ...]]:
        """Return the experiment of each treatment, and the constants that they need and the problem does not have.

        Raises
        ------
        ValueError
            A treatment has a stimulus or a schedule of its own.
        """
        found = {}
        for number, treatment in enumerate(dict.fromkeys(treatments)):
            if treatment.stimulus or treatment.schedule:
                raise ValueError(
                    f"{treatment.cell_line}: found a stimulus or schedule; needed: those of the experiment alone"
                )
            made = self.made[treatment.cell_line]
            periods = _with_interventions(
                made.periods,
                altered(self.reference, treatment.alterations),
                inhibited(self.reference, dict(treatment.inhibitors), treatment.alterations),
            )
            label = ", ".join(
                [
                    made.label or made.id,
                    *treatment.alterations,
                    *(f"{name} {dose:g} nM" for name, dose in treatment.inhibitors),
                ]
            )
            found[treatment] = Experiment(f"scenario_{number}", periods, label, inhibitors=treatment.inhibitors)
        formulas = [
            formula
            for experiment in found.values()
            for period in experiment.periods
            for formula in period.changes.values()
        ]
        known = {parameter.id for parameter in self.tables.parameters}
        return found, tuple(constant for constant in constants_in(formulas, self.reference) if constant.id not in known)


def read_petab_scenarios(tables: ProblemTables, folder: str | Path, time_unit: str = "") -> PetabScenarios:
    """Return what may be asked of a problem by tables of formulas; cells are named by its experiments.

    Parameters
    ----------
    tables : ProblemTables
    folder : str or Path
        Of inhibitors.tsv, alterations.tsv and constants.tsv, columns as in ``data/reference``; their formulas are over
        entities of this problem's model.
    time_unit : {"s", "min", "h", "d"}, optional
        Of the model, where it declares none.

    Raises
    ------
    DataFaultsError
        The tables have faults, or do not suit the model; the error lists them all.
    ValueError
        The unit of time is not known.
    """
    faults: list[Fault] = []
    reference = read_interventions(Path(folder), faults)
    if reference is not None:
        check_against_model(reference, model_entities(tables.sbml), faults)
    if faults or reference is None:
        raise DataFaultsError(faults)
    unit = tables.time_unit or time_unit
    if unit not in _TIME_UNITS:
        raise ValueError(f"time unit: found {unit!r}; needed: one of {', '.join(_TIME_UNITS)}")
    return PetabScenarios(tables, reference, {experiment.id: experiment for experiment in tables.experiments}, unit)


def _with_interventions(
    periods: tuple[Period, ...], of_cells: Mapping[str, sp.Expr], of_drugs: Mapping[str, sp.Expr]
) -> tuple[Period, ...]:
    """Return periods in which alterations and inhibitors act on what each of them sets.

    A later period that sets a parameter anew, or starts all parameters anew, has them act again.
    """
    changed, treated = [], False
    for number, period in enumerate(periods):
        anew = number == 0 or period.resets_parameters
        before = {entity(name): value for name, value in period.changes.items()}
        changes = dict(period.changes) | {
            name: formula.xreplace(before) for name, formula in of_cells.items() if anew or name in period.changes
        }
        if period.start > -sp.oo:
            begins = anew or not treated
            now = {entity(name): value for name, value in changes.items()}
            changes |= {name: formula.xreplace(now) for name, formula in of_drugs.items() if begins or name in changes}
            treated = True
        changed.append(replace(period, changes=changes))
    return tuple(changed)
