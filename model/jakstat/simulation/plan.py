"""What has to be solved for a problem: segments, their parameters, initial values and jumps, and output rows.

A segment is a period of an experiment. Periods that begin alike and have the same parameters are one segment, so that
experiments share their pre-equilibration and conditions that share all parameters are solved once. A row is one
(segment, time) pair; every measurement points to the row that it reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import sympy as sp

from jakstat.pathway import Pathway, read_pathway, symbol
from jakstat.problem import Experiment, Measurement, ProblemTables
from jakstat.simulation.entities import EntityValues, period_of, states_made_by_conditions
from jakstat.simulation.kernel_cache import generate_kernels
from jakstat.simulation.kernels import Dynamics, prepare_dynamics
from jakstat.simulation.progress import counted
from jakstat.simulation.solver import SolveStatus


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
        (segment, kernel parameter), expressions over the problem's parameters.
    initial_states : tuple of tuple of Expr
        (root, state), likewise.
    layout, spans, times : ndarray
        (segment, 4), (segment, 2) and (row,), as ``solve_segments`` takes them.
    segments_of_experiment : dict of str to tuple of int
        Segments of each experiment's periods.
    row_of_measurement : ndarray
        (measurement,), int64.
    """

    digest: str
    pathway: Pathway
    dynamics: Dynamics
    parameters: tuple[tuple[sp.Expr, ...], ...]
    initial_states: tuple[tuple[sp.Expr, ...], ...]
    layout: np.ndarray
    spans: np.ndarray
    times: np.ndarray
    segments_of_experiment: dict[str, tuple[int, ...]]
    row_of_measurement: np.ndarray

    def failed_experiments(self, status: np.ndarray) -> dict[str, SolveStatus]:
        """Return the outcome of each experiment whose last segment could not be solved; ``status`` is by segment."""
        ends = {name: int(status[segments[-1]]) for name, segments in self.segments_of_experiment.items()}
        return {name: SolveStatus(number) for name, number in ends.items() if number}


@dataclass(frozen=True)
class _Segment:
    """What makes a segment the same as another: equal ones are solved once."""

    origin: int
    start: float
    end: float | None
    jump: int
    parameters: tuple[sp.Expr, ...]


@dataclass
class _Segments:
    """Segments and roots while they are collected, each with its number."""

    roots: dict[tuple[sp.Expr, ...], int] = field(default_factory=dict)
    segments: dict[_Segment, int] = field(default_factory=dict)
    of_experiment: dict[str, tuple[int, ...]] = field(default_factory=dict)


def plan_simulation(tables: ProblemTables) -> SimulationPlan:
    """Plan the solves of a problem and generate its kernels.

    Raises
    ------
    UnsupportedError, UnsupportedModelError
        The problem uses a feature that is not supported; it is named.
    """
    pathway = read_pathway(tables.sbml)
    pathway = _with_some_state(pathway.with_states(states_made_by_conditions(tables, pathway)))
    values = EntityValues(tables, pathway)
    jumps = _collect_jumps(tables, pathway, values)
    dynamics = prepare_dynamics(pathway, tuple(dict(changes) for changes in jumps))
    found = _Segments()
    for experiment in counted(tables.experiments, "segments of experiments"):
        _add_experiment(experiment, values, dynamics, jumps, found)
    layout, spans, times, row_of_measurement = _output_rows(tables, found)
    return SimulationPlan(
        digest=generate_kernels(dynamics),
        pathway=pathway,
        dynamics=dynamics,
        parameters=tuple(segment.parameters for segment in found.segments),
        initial_states=tuple(found.roots),
        layout=layout,
        spans=spans,
        times=times,
        segments_of_experiment=found.of_experiment,
        row_of_measurement=row_of_measurement,
    )


def _with_some_state(pathway: Pathway) -> Pathway:
    """Return a pathway in which nothing changes with a state that stands still: the solver needs one."""
    if pathway.states:
        return pathway
    name = "no_state"
    return replace(pathway, states=(name,), rates=(sp.Integer(0),), initial_values={name: sp.Integer(0)})


def _collect_jumps(tables: ProblemTables, pathway: Pathway, values: EntityValues) -> dict[tuple, int]:
    """Return the distinct jumps between periods, as (state, formula) pairs, each with its number among them.

    The parameter-only parts of a new value are placeholders, so that conditions that differ in numbers share a jump.
    """
    jumps: dict[tuple, int] = {}
    for experiment in tables.experiments:
        for number in range(1, len(experiment.periods)):
            changes, _ = _jump_of(experiment, number, pathway, values)
            if changes:
                jumps.setdefault(changes, len(jumps))
    return jumps


def _jump_of(
    experiment: Experiment, number: int, pathway: Pathway, values: EntityValues
) -> tuple[tuple[tuple[str, sp.Expr], ...], dict[str, sp.Expr]]:
    """Return the changes of states at the start of a period, and the value of each placeholder in them."""
    varying = {symbol(name) for name in pathway.states}
    placeholders: dict[str, sp.Expr] = {}
    changes = []
    for name in sorted(set(experiment.periods[number].changes) & set(pathway.states)):
        formula = values.new_value(name, experiment, number)
        constant_parts = _parameter_only_parts(formula, varying)
        replaced = {}
        for part in constant_parts:
            placeholder = f"jump_value_{len(placeholders)}"
            placeholders[placeholder] = part
            replaced[part] = symbol(placeholder)
        changes.append((name, formula.xreplace(replaced)))
    return tuple(changes), placeholders


def _parameter_only_parts(formula: sp.Expr, varying: set[sp.Symbol]) -> list[sp.Expr]:
    """Return the largest parts of a formula that hold no state (and are not the numbers of its structure)."""
    if not formula.free_symbols & varying:
        return [formula]
    parts = [
        found for part in formula.args for found in _parameter_only_parts(part, varying) if isinstance(part, sp.Expr)
    ]
    return list(dict.fromkeys(part for part in parts if not part.is_number))


def _add_experiment(
    experiment: Experiment, values: EntityValues, dynamics: Dynamics, jumps: dict[tuple, int], found: _Segments
) -> None:
    """Add what is new of an experiment's segments."""
    initial = tuple(values.at_start(name, experiment) for name in dynamics.states)
    origin = -1 - found.roots.setdefault(initial, len(found.roots))
    numbers = []
    for number, period in enumerate(experiment.periods):
        changes, placeholders = _jump_of(experiment, number, values.pathway, values) if number else ((), {})
        following = experiment.periods[number + 1 :]
        end = following[0].start if following else None
        segment = _Segment(
            origin=origin,
            start=period.start,
            end=np.inf if period.start == -np.inf else end,
            jump=len(dynamics.triggers) + jumps[changes] if changes else -1,
            parameters=tuple(
                _kernel_parameter(name, experiment, number, placeholders, values) for name in dynamics.parameters
            ),
        )
        origin = found.segments.setdefault(segment, len(found.segments))
        numbers.append(origin)
    found.of_experiment[experiment.id] = tuple(numbers)


def _kernel_parameter(
    name: str, experiment: Experiment, number: int, placeholders: Mapping[str, sp.Expr], values: EntityValues
) -> sp.Expr:
    """Return the value of a kernel parameter in one period; placeholders of other jumps are 0."""
    if name in values.pathway.parameters:
        return values.in_period(name, experiment, number)
    return placeholders.get(name, sp.Integer(0))


def _output_rows(tables: ProblemTables, found: _Segments) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return layout, spans, output times and the row of each measurement."""
    experiments = {experiment.id: experiment for experiment in tables.experiments}
    wanted: list[set[float]] = [set() for _ in found.segments]
    read = []
    for measurement in tables.measurements:
        segment = _segment_of(measurement, experiments[measurement.experiment_id], found)
        wanted[segment].add(measurement.time)
        read.append((segment, measurement.time))
    sorted_times = [sorted(times) for times in wanted]
    first_row = np.concatenate([[0], np.cumsum([len(times) for times in sorted_times])]).astype(np.int64)
    layout = np.array(
        [
            (segment.origin, segment.jump, first_row[number], first_row[number + 1])
            for number, segment in enumerate(found.segments)
        ],
        dtype=np.int64,
    ).reshape(-1, 4)
    spans = np.array(
        [(segment.start, _end_of(segment, times)) for segment, times in zip(found.segments, sorted_times, strict=True)]
    )
    row = {
        (segment, time): first_row[segment] + number
        for segment, times in enumerate(sorted_times)
        for number, time in enumerate(times)
    }
    rows = np.array([row[segment_and_time] for segment_and_time in read], dtype=np.int64)
    return layout, spans.reshape(-1, 2), np.concatenate([*map(np.array, sorted_times), []]), rows


def _segment_of(measurement: Measurement, experiment: Experiment, found: _Segments) -> int:
    return found.of_experiment[experiment.id][period_of(measurement.time, experiment)]


def _end_of(segment: _Segment, times: list[float]) -> float:
    """Return where a segment ends: where the next begins, or at its last output time."""
    if segment.end is not None:
        return segment.end
    return max([segment.start, *times])
