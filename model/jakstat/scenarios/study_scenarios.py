"""Experiments that nobody has made, on the cell lines of a study or others: what predictions are asked of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import sympy as sp

from jakstat.files import DataFaultsError, Fault
from jakstat.problem import (
    CheckedStudy,
    Experiment,
    Parameter,
    Pooled,
    ProblemTables,
    Reference,
    StudyMeasurement,
    Treatment,
    experiment_parameters,
    experiments_of,
    model_entities,
    names_of,
    proliferation_id,
    read_checked_study,
    read_measurements,
    shared_id_faults,
)


class StudyScenarios:
    """A study whose cell lines, inhibitors and alterations can be combined at will.

    Parameters
    ----------
    folder : str or Path
        A study folder with a ``cells`` section.

    Raises
    ------
    DataFaultsError
        The folder has faults; the error lists them all.
    ValueError
        The study has no ``cells`` section.
    """

    def __init__(self, folder: str | Path):
        self._checked: CheckedStudy = read_checked_study(folder)
        reference = self._checked.reference
        if reference is None:
            raise ValueError(f"{folder}: study.yaml has no section cells, which names cell lines and inhibitors")
        self.reference: Reference = reference

    @property
    def tables(self) -> ProblemTables:
        """The study's problem."""
        return self._checked.tables

    @property
    def measured_lines(self) -> tuple[str, ...]:
        """Cell lines of the measurements, in the order of the tables."""
        return tuple(dict.fromkeys(measurement.treatment.cell_line for measurement in self._checked.measurements))

    @property
    def growing_lines(self) -> tuple[str, ...]:
        """Measured cell lines whose growth is a parameter of the fit."""
        fitted = {parameter.id for parameter in self.tables.parameters}
        return tuple(name for name in self.measured_lines if self.growth_parameter(name) in fitted)

    def growth_parameter(self, cell_line: str) -> str:
        """Return the id of the growth rate of a cell line, 1/min."""
        return proliferation_id(self.reference.cell_lines[cell_line])

    @property
    def pooled(self) -> tuple[Pooled, ...]:
        """Entities with a value for each cell line, or for each group of treatments, around a mean of them all."""
        cells = self._checked.study.cells
        return () if cells is None else cells.pooled

    def line_values(self, cell_line: str) -> dict[str, sp.Expr]:
        """Return the value of each entity that is pooled over cell lines, in the untreated cells of a line.

        Alterations of the line and what was measured in it are in the value: an expression over parameters.
        """
        (values,), _ = self._resting([(cell_line, ())])
        return {pooled.entity: sp.sympify(values[pooled.entity]) for pooled in self.pooled if pooled.is_of_line}

    def growth_of(self, cells: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[list[sp.Expr], tuple[Parameter, ...]]:
        """Return the growth rate of untreated cells over parameters, and those of them that the fit did not have.

        Parameters
        ----------
        cells : sequence of (str, tuple of str)
            Cell line, and alterations besides its own.

        Returns
        -------
        formulas : list of Expr
            1 over the study's unit of time; 0 where no table knows how fast a line grows.
        parameters : tuple of Parameter
            With their priors.
        """
        section = self._checked.study.cells
        growth = "" if section is None else section.growth
        resting, more = self._resting(cells)
        return [sp.sympify(values.get(growth, 0)) for values in resting], more

    def _resting(
        self, cells: Sequence[tuple[str, tuple[str, ...]]]
    ) -> tuple[list[Mapping[str, sp.Expr]], tuple[Parameter, ...]]:
        """Return what cells set before anything is added, and the parameters of it that the fit did not have."""
        study = self._checked.study
        columns = () if study.cells is None else study.cells.grouping_columns
        untreated = [
            Treatment(
                dose=(0.0,) * len(study.conditions),
                cell_line=line,
                alterations=alterations,
                groups=("",) * len(columns),
            )
            for line, alterations in cells
        ]
        experiments, more = self.experiments(untreated)
        return [experiments[treatment].periods[0].changes for treatment in untreated], more

    def unit_of(self, pooled: Pooled) -> str:
        """Return the unit of a pooled entity: that of its mean where one parameter is it, else the model's."""
        if pooled.scale == "logit":
            return "1"
        units = {parameter.id: parameter.unit for parameter in self.tables.parameters}
        of_mean = [units.get(name, "") for name in sorted(names_of(pooled.mean))]
        if len(of_mean) == 1 and of_mean[0]:
            return of_mean[0]
        in_model: str = model_entities(self.tables.sbml).units.get(pooled.entity, "")
        return in_model

    @property
    def time_unit(self) -> str:
        """Unit of time of the study."""
        return self._checked.study.time_unit

    def groups_in(self, screen: str, inhibitor: str) -> tuple[str, ...]:
        """Return the groups of a measurement of an inhibitor in a screen of this name, as a treatment holds them.

        With a name that no table has, pooled values (what a nominal dose does) are new draws around their mean.
        """
        cells = self._checked.study.cells
        columns = cells.grouping_columns if cells is not None else ()
        return tuple(inhibitor if column == "inhibitor" else screen for column in columns)

    @property
    def measurements(self) -> tuple[StudyMeasurement, ...]:
        """The measurements of the fit, with what was done to the cells."""
        return self._checked.measurements

    def read_table(self, path: str | Path) -> tuple[StudyMeasurement, ...]:
        """Read another measurement table of the study's columns: measurements that the fit has not seen.

        Raises
        ------
        DataFaultsError
            The table has faults; the error lists them all.
        """
        faults: list[Fault] = []
        study = replace(self._checked.study, measurements=(Path(path),))
        measurements = read_measurements(study, self.reference, faults, [])
        if faults:
            raise DataFaultsError(faults)
        return measurements

    def experiments(self, treatments: Iterable[Treatment]) -> tuple[dict[Treatment, Experiment], tuple[Parameter, ...]]:
        """Return the experiment of each treatment, and the parameters that they need and the fit did not have.

        Those keep their priors: constants of inhibitors and alterations without measurements, deviations of cell lines
        without measurements.

        Raises
        ------
        DataFaultsError
            Two treatments would have one id.
        """
        checked = self._checked
        found = experiments_of(checked.study, self.reference, treatments, checked.wild_type, checked.without)
        ids = [(experiment.id, experiment.label) for experiment in found.values()]
        if faults := shared_id_faults(str(checked.study.file), "experiments", ids):
            raise DataFaultsError(faults)
        needed = experiment_parameters(checked.study, self.reference, found)
        fitted = {parameter.id for parameter in self.tables.parameters}
        more = tuple(parameter for parameter in needed if parameter.id not in fitted)
        return found, more
