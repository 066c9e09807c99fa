"""From parameters to the expected signal and the noise scale of every measurement, as PyTensor graphs.

state (unit of the model) -> expected signal (unit of the observable) -> predicted measurement (with noise, elsewhere).
"""

from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt
import sympy as sp
from pytensor import shared
from pytensor.tensor.variable import TensorVariable

from jakstat.pathway import TIME, names_in, substitute_names
from jakstat.problem import Experiment, Measurement, Observable, ProblemTables
from jakstat.simulation import METHODS, EntityValues, SimulationPlan, choose_operation, load_kernels, period_of
from jakstat.statistics.expressions import ExpressionPool, as_tensor
from jakstat.statistics.packed_data import PackedData

_TIGHT = 1e-7  # relative tolerance below which the method of order 5 is the faster one (docs/benchmark.md)


@dataclass(frozen=True)
class SolverSettings:
    """Tolerances of the solve: relative, absolute (unit of the states), most steps a condition.

    ``order`` is that of the method: 4 or 5; 0 takes 5 where ``rtol`` is below 1e-7. ``newton_tolerance`` is the share
    of the error tolerance that Newton's method may leave: small enough that the discrete adjoint, which differentiates
    the converged stages, is exact far below the error. ``name`` is the solver: ``jakstat`` or ``sunode``, which takes
    ``max_steps`` for those between two output times and has neither choice of order nor Newton tolerance.
    """

    rtol: float = 1e-8
    atol: float = 1e-10
    max_steps: int = 10_000
    newton_tolerance: float = 1e-2
    name: str = "jakstat"
    order: int = 0

    def as_array(self) -> np.ndarray:
        """Return the vector that the compiled solver takes."""
        order = self.order or (5 if self.rtol < _TIGHT else 4)
        method = [one.order for one in METHODS].index(order)
        return np.array([self.rtol, self.atol, self.max_steps, self.newton_tolerance, method], dtype=float)


@dataclass(frozen=True)
class MeasurementGraph:
    """Graphs over estimated parameters: signal and noise scale (obs,), states (row, state), status (segment,)."""

    signal: TensorVariable
    noise_scale: TensorVariable
    states: TensorVariable
    status: TensorVariable


@dataclass(frozen=True)
class _Group:
    """Measurements of one observable: their numbers, and pool references of the names in its formulas."""

    numbers: list[int]
    observable: Observable
    formula: sp.Expr
    noise_formula: sp.Expr
    references: dict[str, list[tuple[str, int]]]


def measurement_graph(
    tables: ProblemTables,
    plan: SimulationPlan,
    parameters: TensorVariable,
    data: PackedData,
    solver: SolverSettings,
    counts_address: int = 0,
    recording: bool = True,
    settings: TensorVariable | None = None,
) -> MeasurementGraph:
    """Build the graph of all measurements' signals and noise scales.

    Parameters
    ----------
    tables, plan
        The problem and its plan.
    parameters : (estimated,)
        Estimated parameters in the order of the table, linear scale.
    data : PackedData
        Takes the graph's indices and numbers; finished here.
    solver : SolverSettings
    counts_address : int
        Where solve outcomes are counted, 0 for nowhere.
    recording : bool
        False builds a graph without gradient that stores no tape.
    settings : vector, optional
        Takes ``SolverSettings.as_array()`` in place of the values of ``solver``: one compiled function for any
        tolerance of that solver.
    """
    pool = ExpressionPool(
        [one.id for one in tables.parameters if one.estimated],
        {one.id: one.nominal for one in tables.parameters if not one.estimated and one.nominal is not None},
    )
    of_parameters = [pool.add(one) for row in plan.parameters for one in row]
    of_states = [pool.add(one) for row in plan.initial_states for one in row]
    entities = EntityValues(tables, plan.pathway)
    groups = [_group(observable, tables, plan, pool, entities) for observable in tables.observables]
    values = pool.tensor(parameters, data)

    def gather(references: list, rows: int) -> TensorVariable:
        return values[data.integers(pool.indices(references))].reshape((rows, len(references) // rows))

    times = data.numbers(plan.times)
    states, _, status = choose_operation(plan, solver.name, recording)(
        gather(of_parameters, len(plan.parameters)),
        gather(of_states, len(plan.initial_states)),
        data.integers(plan.layout).reshape(plan.layout.shape),
        data.numbers(plan.spans).reshape(plan.spans.shape),
        times,
        data.numbers(solver.as_array()) if settings is None else settings,
        shared(load_kernels(plan.digest), name="model_addresses"),
        shared(np.array(counts_address, dtype=np.int64), name="status_counts_address"),  # pm.Data would cut it to int32
    )
    pieces = [_group_graph(group, plan, pool, values, states, times, data) for group in groups if group.numbers]
    order = np.argsort(np.concatenate([group.numbers for group in groups if group.numbers]))
    restore = data.integers(order)
    signal = pt.concatenate([piece[0] for piece in pieces])[restore]
    noise_scale = pt.concatenate([piece[1] for piece in pieces])[restore]
    data.finish()
    return MeasurementGraph(signal, noise_scale, states, status)


def _group(
    observable: Observable, tables: ProblemTables, plan: SimulationPlan, pool: ExpressionPool, entities: EntityValues
) -> _Group:
    """Collect an observable's measurements and enter what its formulas name into the pool."""
    assignments = dict(plan.pathway.assignments)
    formula = substitute_names(observable.formula, assignments)
    noise_formula = substitute_names(observable.noise_formula, {observable.id: observable.formula})
    noise_formula = substitute_names(noise_formula, assignments)
    numbers = [number for number, one in enumerate(tables.measurements) if one.observable_id == observable.id]
    direct = {TIME.name, *plan.dynamics.states}
    experiments = {one.id: one for one in tables.experiments}
    references = {}
    for name in sorted((names_in(formula) | names_in(noise_formula)) - direct):
        references[name] = [
            pool.add(_name_value(name, observable, tables.measurements[number], experiments, entities))
            for number in numbers
        ]
    return _Group(numbers, observable, formula, noise_formula, references)


def _name_value(
    name: str,
    observable: Observable,
    measurement: Measurement,
    experiments: dict[str, Experiment],
    entities: EntityValues,
) -> sp.Expr:
    """Return what a name in an observable's formula stands for in one measurement."""
    experiment = experiments[measurement.experiment_id]
    period = period_of(measurement.time, experiment)
    for placeholders, overrides in (
        (observable.observable_placeholders, measurement.observable_parameters),
        (observable.noise_placeholders, measurement.noise_parameters),
    ):
        if name in placeholders:
            override = overrides[placeholders.index(name)]
            inner = {one: entities.in_period(one, experiment, period) for one in names_in(override)}
            return substitute_names(override, inner)
    return entities.in_period(name, experiment, period)


def _group_graph(
    group: _Group,
    plan: SimulationPlan,
    pool: ExpressionPool,
    values: TensorVariable,
    states: TensorVariable,
    times: TensorVariable,
    data: PackedData,
) -> tuple[TensorVariable, TensorVariable]:
    """Return signal and noise scale of one observable's measurements."""
    rows = data.integers(plan.row_of_measurement[group.numbers])
    names = names_in(group.formula) | names_in(group.noise_formula)
    known = {name: states[:, number][rows] for number, name in enumerate(plan.dynamics.states) if name in names}
    if TIME.name in names:
        known[TIME.name] = times[rows]
    for name, references in group.references.items():
        same = len(set(references)) == 1
        places = data.integers(pool.indices(references[:1] if same else references))
        known[name] = values[places[0]] if same else values[places]
    shape = (len(group.numbers),)
    signal = pt.broadcast_to(as_tensor(group.formula, known), shape)
    return signal, pt.broadcast_to(as_tensor(group.noise_formula, known), shape)
