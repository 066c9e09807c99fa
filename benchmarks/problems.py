"""The problems that are timed: where they are read from, the point of evaluation and the reference solution.

All solvers are compared at one point near the published optimum, not at it: every estimated parameter is moved by
0.1 (natural logarithm) times a standard normal number of a fixed seed. At the optimum the gradient nearly cancels, and
an error relative to it would say nothing. Gradients are by the natural logarithm of the parameters (derivative times
value), which makes components of parameters of different units comparable.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor import function, grad
from pytensor.compile.mode import Mode

from benchmarks.measuring import gradient_error
from jakstat import Problem, SolverSettings, read_problem
from jakstat.statistics import log_likelihood_graph

PUBLISHED = {
    "Boehm": "Boehm_JProteomeRes2014",
    "Raia": "Raia_CancerResearch2011",
    "Bachmann": "Bachmann_MSB2011",
    "Fiedler": "Fiedler_BMCSystBiol2016",
    "Fujita": "Fujita_SciSignal2010",
    "Crauste": "Crauste_CellSystems2017",
}
REFERENCE = SolverSettings(rtol=1e-12, atol=1e-14, max_steps=1_000_000, newton_tolerance=1e-3)
#: A second tight solve: its distance from the reference bounds what the accuracy columns can resolve.
SECOND = SolverSettings(rtol=1e-11, atol=1e-13, max_steps=1_000_000, newton_tolerance=1e-3)
_MOVE = 0.1
_SMALL_MOVE = 1e-3  # Crauste's problem has no solution 1e-5 above its published values
_SEED = 1
_INTERPRETED = Mode(linker="py", optimizer=None)


@dataclass(frozen=True)
class Trajectory:
    """One initial value problem and the cotangents of its states.

    Parameters
    ----------
    number : int
        Of the segment.
    start : float
    initial_state : (state,)
    parameters : (parameter,), in the order of ``plan.dynamics.parameters``
    times : (time,)
        Output times after the start, increasing.
    cotangents : (time, state)
    cotangent_at_start : (state,)
        Of the state at the start itself, which needs no solve.
    """

    number: int
    start: float
    initial_state: np.ndarray
    parameters: np.ndarray
    times: np.ndarray
    cotangents: np.ndarray
    cotangent_at_start: np.ndarray


@dataclass(frozen=True)
class BenchProblem:
    """A problem with its point of evaluation and its reference.

    Parameters
    ----------
    name : str
    path : Path
    problem : Problem
    point : (estimated,), linear scale
    parameters, initial_states, cotangents
        (segment, parameter), (root, state) and (row, state): inputs of the solve, and the derivatives of the log
        likelihood by the states of the reference solution.
    value, gradient
        Log likelihood and its derivatives by ln(parameter), of the reference.
    states_value, states_gradient
        Sum of cotangents times states, and its derivatives by ln(parameter) through the solve alone.
    pull_back
        From cotangents of ``parameters`` and ``initial_states`` to those of the estimated parameters.
    reference_error : float
        Distance of the two tight solves' gradients, relative to the largest component.
    """

    name: str
    path: Path
    problem: Problem
    point: np.ndarray
    parameters: np.ndarray
    initial_states: np.ndarray
    cotangents: np.ndarray
    value: float
    gradient: np.ndarray
    states_value: float
    states_gradient: np.ndarray
    pull_back: Any
    reference_error: float

    def with_settings(self, rtol: float, atol: float) -> Problem:
        """Return the problem with other tolerances; the plan is kept."""
        return _with_solver(self.problem, SolverSettings(rtol, atol, max_steps=1_000_000))

    def in_logarithms(self, of_parameters: np.ndarray, of_initial_states: np.ndarray) -> np.ndarray:
        """Return derivatives by ln(parameter) from the cotangents of the solve's inputs."""
        return self.pull_back(self.point, of_parameters, of_initial_states) * self.factors

    @cached_property
    def factors(self) -> np.ndarray:
        """From derivatives by the parameters to those by their logarithms; 1 for a parameter that is 0."""
        return factors_of(self.point)

    @cached_property
    def trajectories(self) -> tuple[Trajectory, ...]:
        """What a solver of initial value problems has to solve.

        Raises
        ------
        NotImplementedError
            A segment continues another or ends in a steady state.
        """
        plan = self.problem.plan
        if not (np.all(plan.layout[:, :2] < 0) and np.all(np.isfinite(plan.spans)) and not plan.pathway.events):
            raise NotImplementedError("the problem has steady states, events or periods")
        found = []
        for number, (origin, _, first, last) in enumerate(plan.layout.tolist()):
            start, times = plan.spans[number, 0], plan.times[first:last]
            initial, cotangents = self.initial_states[-1 - origin], self.cotangents[first:last]
            after = times > start
            found.append(
                Trajectory(
                    number,
                    start,
                    initial,
                    self.parameters[number],
                    times[after],
                    cotangents[after],
                    cotangents[~after].sum(axis=0),
                )
            )
        return tuple(found)

    def assemble(self, results: list[tuple[float, np.ndarray, np.ndarray]]) -> tuple[float, np.ndarray]:
        """Return value and gradient from each trajectory's value and gradients by parameters and initial state."""
        of_parameters, of_initial_states = np.zeros_like(self.parameters), np.zeros_like(self.initial_states)
        total = 0.0
        for trajectory, (value, by_parameters, by_initial_state) in zip(self.trajectories, results, strict=True):
            total += value + trajectory.cotangent_at_start @ trajectory.initial_state
            of_parameters[trajectory.number] = by_parameters
            root = -1 - self.problem.plan.layout[trajectory.number, 0]
            of_initial_states[root] += by_initial_state + trajectory.cotangent_at_start
        return total, self.in_logarithms(of_parameters, of_initial_states)


def find_sources(repository: Path, reference: Path, wanted: list[str] | None) -> dict[str, Path]:
    """Return the path of each problem by its name: the published ones, then the studies that are shipped."""
    sources = {name: reference / "petab" / folder / f"{folder}.yaml" for name, folder in PUBLISHED.items()}
    shipped = sorted((repository / "data").glob("*/study.yaml"))
    sources |= {f"{name.parent.name} (shipped)": name.parent for name in shipped}
    if not wanted:
        return sources
    chosen = {
        name: path
        for name, path in sources.items()
        if any(name.lower().startswith(beginning.lower()) for beginning in wanted)
    }
    if not chosen:
        raise SystemExit(f"no problem is called {', '.join(wanted)}; choose from {', '.join(sources)}")
    return chosen


def prepare(name: str, path: Path) -> BenchProblem:
    """Read a problem and solve its reference."""
    problem = read_problem(path)
    point = _point(problem, name)
    value, gradient, states, cotangents, states_gradient, parameters, initial_states = _evaluate(
        problem, REFERENCE, point
    )
    second = _evaluate(problem, SECOND, point)[1]
    factors = factors_of(point)
    return BenchProblem(
        name=name,
        path=path,
        problem=problem,
        point=point,
        parameters=parameters,
        initial_states=initial_states,
        cotangents=cotangents,
        value=float(value),
        gradient=gradient * factors,
        states_value=float(np.sum(cotangents * states)),
        states_gradient=states_gradient * factors,
        pull_back=_pull_back(problem),
        reference_error=gradient_error(second * factors, gradient * factors),
    )


def _evaluate(problem: Problem, solver: SolverSettings, point: np.ndarray) -> list[np.ndarray]:
    """Return log likelihood, gradient, states, their cotangents, their part of the gradient, the solve's inputs."""
    parameters, terms, graph = log_likelihood_graph(problem.tables, problem.plan, solver)
    total = pt.sum(terms)
    cotangents = grad(total, graph.states)
    through_states = grad(None, parameters, known_grads={graph.states: cotangents})
    inputs = graph.states.owner.inputs[:2]
    outputs = [total, grad(total, parameters), graph.states, cotangents, through_states, *inputs, graph.status]
    *results, status = function([parameters], outputs, mode=_INTERPRETED)(point)
    if np.any(status):
        raise RuntimeError(f"the reference solve fails with status {max(status)}")
    return results


def _pull_back(problem: Problem) -> Any:
    """Compile the step from cotangents of the solve's inputs to those of the estimated parameters."""
    parameters, _, graph = log_likelihood_graph(problem.tables, problem.plan, problem.solver)
    inputs = graph.states.owner.inputs[:2]
    cotangents = [pt.dmatrix(), pt.dmatrix()]
    known = dict(zip(inputs, cotangents, strict=True))
    gradient = grad(None, parameters, known_grads=known, disconnected_inputs="ignore")
    return function([parameters, *cotangents], gradient, mode=_INTERPRETED)


def factors_of(point: np.ndarray) -> np.ndarray:
    """Return what turns derivatives by parameters into derivatives by their logarithms; 1 where a parameter is 0."""
    return np.where(point == 0.0, 1.0, point)


def _point(problem: Problem, name: str) -> np.ndarray:
    moves = _MOVE * np.random.default_rng(_SEED).normal(size=len(problem.estimated))
    if name.startswith("Crauste"):
        moves = -_SMALL_MOVE * np.abs(moves)
    return problem.vector() * np.exp(moves)


def _with_solver(problem: Problem, solver: SolverSettings) -> Problem:
    other = Problem(problem.tables, solver)
    other.__dict__["plan"] = problem.plan  # what the cached property would make again
    return other
