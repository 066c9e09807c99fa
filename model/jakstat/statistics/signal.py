"""From parameters to the expected signal and the noise scale of every measurement, as PyTensor graphs.

state (unit of the model) -> expected signal (unit of the observable) -> predicted measurement (with noise, elsewhere).
"""

from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt
import sympy as sp
from pytensor import function
from pytensor.compile.mode import Mode
from pytensor.tensor.variable import TensorVariable

from jakstat.pathway import TIME, names_in, substitute_names, symbol
from jakstat.problem import Experiment, Measurement, Observable, ProblemTables
from jakstat.simulation import (
    METHODS,
    EntityValues,
    SimulationPlan,
    Structure,
    choose_operation,
    load_kernels,
    period_of,
    scales_of_states,
    structure_of,
)
from jakstat.statistics.expressions import ExpressionPool, compute_formulas
from jakstat.statistics.packed_data import PackedData
from jakstat.statistics.reference_point import reference_point

_INTERPRETED = Mode(linker="py", optimizer=None)  # for one evaluation
_TIGHT = 1e-7  # relative tolerance below which the method of order 5 is the faster one (docs/benchmark.md)


@dataclass(frozen=True)
class SolverSettings:
    """Tolerances of the solve: relative, absolute (as a share of how large the state becomes), most steps a condition.

    How large each state becomes in each condition is found once, by a solve at the nominal values (or the middle of the
    prior), so that the units of states do not matter; see ``jakstat.simulation.scales_of_states``.

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
        method = [tableau.order for tableau in METHODS].index(order)
        return np.array([self.rtol, self.atol, self.max_steps, self.newton_tolerance, method], dtype=float)


@dataclass(frozen=True)
class MeasurementGraph:
    """Graphs over estimated parameters: signal and noise scale (obs,), states (row, state), status (segment,).

    ``scales`` (segment, state; unit of the states) are numbers: what absolute tolerances are shares of.
    """

    signal: TensorVariable
    noise_scale: TensorVariable
    states: TensorVariable
    status: TensorVariable
    scales: np.ndarray


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
    estimated = [parameter.id for parameter in tables.parameters if parameter.estimated]
    pool = ExpressionPool(estimated, _fixed_values(tables))
    of_parameters = [pool.add(formula) for row in plan.parameters for formula in row]
    of_states = [pool.add(formula) for row in plan.initial_states for formula in row]
    entities = EntityValues(tables, plan.pathway)
    formulas = _measured_formulas(tables, plan, pool, entities)
    values = pool.tensor(parameters, data)

    sizes = [len(of_parameters), len(of_states)]
    given, started = pt.split(values[data.integers(pool.indices(of_parameters + of_states))], sizes, n_splits=2)
    scales = _scales(tables, plan, parameters, (given, started), data)
    settings = data.numbers(solver.as_array()) if settings is None else settings
    times = data.numbers(plan.times)
    states, _, status = choose_operation(plan, solver.name, recording)(
        given.reshape((len(plan.parameters), -1)),
        started.reshape((len(plan.initial_states), -1)),
        data.integers(plan.layout).reshape(plan.layout.shape),
        data.numbers(plan.spans).reshape(plan.spans.shape),
        times,
        pt.concatenate([settings, data.numbers(scales)]),
        data.addresses(load_kernels(plan.digest, plan.layout, recording)),
        data.addresses(np.array([counts_address]))[0],
    )
    known = pt.concatenate([values, states.ravel(), times])
    offsets = pool.offsets | {"state": pool.size, "time": pool.size + len(plan.times) * len(plan.dynamics.states)}
    table = [(structure, [offsets[kind] + number for kind, number in leaves]) for structure, leaves in formulas]
    computed = compute_formulas(table, known, data)
    signal, noise_scale = pt.split(computed, [len(tables.measurements)] * 2, n_splits=2)
    data.finish()
    return MeasurementGraph(signal, noise_scale, states, status, scales)


def _fixed_values(tables: ProblemTables) -> dict[str, float]:
    """Return the values of the parameters that are not estimated."""
    fixed = {parameter.id: parameter.nominal for parameter in tables.parameters if not parameter.estimated}
    return {name: value for name, value in fixed.items() if value is not None}


def _scales(
    tables: ProblemTables,
    plan: SimulationPlan,
    parameters: TensorVariable,
    inputs: tuple[TensorVariable, TensorVariable],
    data: PackedData,
) -> np.ndarray:
    """Return how large each state becomes, (segment, state), at the reference point; see :func:`scales_of_states`."""
    data.finish()  # what stands in it so far is evaluated
    evaluate = function([parameters], list(inputs), mode=_INTERPRETED, on_unused_input="ignore")
    return scales_of_states(plan, *evaluate(reference_point(tables)))


def _measured_formulas(
    tables: ProblemTables, plan: SimulationPlan, pool: ExpressionPool, entities: EntityValues
) -> list[tuple[Structure, list[tuple[str, int]]]]:
    """Return structure and references of its leaves, of all measurements' signals and then of their noise scales.

    A reference is one of the pool, or ("state", place in the flattened states) or ("time", row).
    """
    assignments = dict(plan.pathway.assignments)
    structures = {}
    for observable in tables.observables:
        noise_formula = substitute_names(observable.noise_formula, {observable.id: observable.formula})
        formulas = (observable.formula, noise_formula)
        structures[observable.id] = [structure_of(substitute_names(formula, assignments)) for formula in formulas]
    observables = {observable.id: observable for observable in tables.observables}
    experiments = {experiment.id: experiment for experiment in tables.experiments}
    state_numbers = {symbol(name): number for number, name in enumerate(plan.dynamics.states)}

    def reference_of(leaf: sp.Expr, measurement: Measurement, row: int) -> tuple[str, int]:
        if leaf == TIME:
            return "time", row
        if leaf in state_numbers:
            return "state", row * len(state_numbers) + state_numbers[leaf]
        if not leaf.is_Symbol:
            return pool.add(leaf)
        observable = observables[measurement.observable_id]
        return pool.add(_name_value(leaf.name, observable, measurement, experiments, entities))

    return [
        (
            structures[measurement.observable_id][kind],
            [reference_of(leaf, measurement, int(row)) for leaf in structures[measurement.observable_id][kind].leaves],
        )
        for kind in (0, 1)
        for measurement, row in zip(tables.measurements, plan.row_of_measurement, strict=True)
    ]


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
            inner = {used: entities.in_period(used, experiment, period) for used in names_in(override)}
            return substitute_names(override, inner)
    return entities.in_period(name, experiment, period)
