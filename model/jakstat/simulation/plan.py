"""What has to be solved for a problem: distinct trajectories, their parameters and initial values, and output rows.

Experiments whose parameters, initial values and start are the same expressions are solved once. A row is one
(trajectory, time) pair; every measurement points to the row that it reads.
"""

from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from jakstat.pathway import Pathway, names_in, read_pathway, substitute_names, symbol
from jakstat.problem import Experiment, ProblemTables, UnsupportedError
from jakstat.simulation.dynamics import Dynamics, prepare_dynamics
from jakstat.simulation.kernel_cache import generate_kernels


@dataclass(frozen=True)
class SimulationPlan:
    """Everything but numbers of parameters.

    Parameters
    ----------
    digest : str
        Digest of the generated kernels.
    pathway, dynamics
        The model as symbols, and as the kernels see it.
    parameters : tuple of tuple of Expr
        (trajectory, kernel parameter), expressions over the problem's parameters.
    initial_states : tuple of tuple of Expr
        (trajectory, state).
    start : ndarray
        (trajectory,), time at which each starts.
    times, first_row : ndarray
        (row,) output times and (trajectory + 1,) first rows, as ``solve_conditions`` takes them.
    trajectory_of_experiment : dict of str to int
    row_of_measurement : ndarray
        (measurement,), int64.
    """

    digest: str
    pathway: Pathway
    dynamics: Dynamics
    parameters: tuple[tuple[sp.Expr, ...], ...]
    initial_states: tuple[tuple[sp.Expr, ...], ...]
    start: np.ndarray
    times: np.ndarray
    first_row: np.ndarray
    trajectory_of_experiment: dict[str, int]
    row_of_measurement: np.ndarray


def plan_simulation(tables: ProblemTables) -> SimulationPlan:
    """Plan the solves of a problem and generate its kernels.

    Raises
    ------
    UnsupportedError, UnsupportedModelError
        The problem uses a feature that is not supported; it is named.
    """
    pathway = read_pathway(tables.sbml)
    dynamics = prepare_dynamics(pathway)
    trajectories: dict[tuple, int] = {}
    of_experiment = {}
    for experiment in tables.experiments:
        key = _trajectory_key(experiment, tables, pathway, dynamics)
        of_experiment[experiment.id] = trajectories.setdefault(key, len(trajectories))
    times, first_row, row_of_measurement = _output_rows(tables, of_experiment, len(trajectories))
    return SimulationPlan(
        digest=generate_kernels(pathway),
        pathway=pathway,
        dynamics=dynamics,
        parameters=tuple(key[1] for key in trajectories),
        initial_states=tuple(key[2] for key in trajectories),
        start=np.array([key[0] for key in trajectories], dtype=float),
        times=times,
        first_row=first_row,
        trajectory_of_experiment=of_experiment,
        row_of_measurement=row_of_measurement,
    )


def entity_value(name: str, experiment: Experiment, tables: ProblemTables, pathway: Pathway) -> sp.Expr:
    """Return the value of a model entity at an experiment's start, an expression over the problem's parameters.

    A condition's change comes first, then the parameter table, then the model file.
    """
    changes = experiment.periods[0].changes
    if name in changes:
        return _over_problem(changes[name], experiment, tables, pathway, frozenset(changes))
    if any(parameter.id == name for parameter in tables.parameters):
        return symbol(name)
    if name in pathway.parameter_formulas:
        return _over_problem(pathway.parameter_formulas[name], experiment, tables, pathway, frozenset())
    if name in pathway.initial_values:
        return _over_problem(pathway.initial_values[name], experiment, tables, pathway, frozenset())
    if name in pathway.parameters and np.isfinite(pathway.parameters[name]):
        return sp.Float(pathway.parameters[name])
    raise ValueError(
        f"'{name}' has no value in experiment {experiment.id}: "
        "neither the model, nor the parameter table, nor the condition gives one"
    )


def _over_problem(
    formula: sp.Expr, experiment: Experiment, tables: ProblemTables, pathway: Pathway, unchanged: frozenset[str]
) -> sp.Expr:
    """Express a formula over the problem's parameters.

    Names in ``unchanged`` mean their value before the condition: all changes of a condition happen at once (PEtab v2).
    """
    table = {parameter.id for parameter in tables.parameters}
    replaced = {}
    for name in names_in(formula):
        if name in unchanged:
            before = replace(experiment, periods=(replace(experiment.periods[0], changes={}),))
            replaced[name] = entity_value(name, before, tables, pathway)
        elif name not in table or name in experiment.periods[0].changes:
            replaced[name] = entity_value(name, experiment, tables, pathway)
    return substitute_names(formula, replaced)


def _trajectory_key(experiment: Experiment, tables: ProblemTables, pathway: Pathway, dynamics: Dynamics) -> tuple:
    """Return (start, parameters, initial states) of an experiment: equal keys are solved once."""
    if len(experiment.periods) != 1 or not np.isfinite(experiment.periods[0].start):
        raise UnsupportedError(f"experiment {experiment.id} has several periods or a pre-equilibration")
    period = experiment.periods[0]
    for target in period.changes:
        if target in pathway.assignments:
            raise UnsupportedError(f"experiment {experiment.id} changes {target}, which a rule of the model computes")
    parameters = tuple(entity_value(name, experiment, tables, pathway) for name in dynamics.parameters)
    _refuse_estimated_thresholds(experiment, parameters, tables, dynamics)
    initial_states = tuple(
        _over_problem(period.changes[name], experiment, tables, pathway, frozenset(period.changes))
        if name in period.changes
        else _over_problem(pathway.initial_values[name], experiment, tables, pathway, frozenset())
        for name in dynamics.states
    )
    return period.start, parameters, initial_states


def _refuse_estimated_thresholds(
    experiment: Experiment, parameters: tuple[sp.Expr, ...], tables: ProblemTables, dynamics: Dynamics
) -> None:
    estimated = {parameter.id for parameter in tables.parameters if parameter.estimated}
    values = dict(zip(dynamics.parameters, parameters, strict=True))
    for _, threshold in dynamics.switches:
        if names_in(substitute_names(threshold, values)) & estimated:
            raise UnsupportedError(
                f"experiment {experiment.id}: the time '{threshold}' at which a rate jumps is estimated"
            )


def _output_rows(
    tables: ProblemTables, of_experiment: dict[str, int], n_trajectories: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return distinct output times by trajectory, their borders, and the row of each measurement."""
    wanted: list[set[float]] = [set() for _ in range(n_trajectories)]
    for measurement in tables.measurements:
        wanted[of_experiment[measurement.experiment_id]].add(measurement.time)
    sorted_times = [sorted(one) for one in wanted]
    first_row = np.concatenate([[0], np.cumsum([len(one) for one in sorted_times])]).astype(np.int64)
    row = {(trajectory, time): first_row[trajectory] + number
           for trajectory, one in enumerate(sorted_times) for number, time in enumerate(one)}  # fmt: skip
    rows = [row[of_experiment[one.experiment_id], one.time] for one in tables.measurements]
    return np.concatenate([*map(np.array, sorted_times), []]), first_row, np.array(rows, dtype=np.int64)
