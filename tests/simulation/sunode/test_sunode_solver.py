"""sunode against our solver: states, gradients, failures; what is said where it is absent or cannot solve a model."""

import sys
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from tests.simulation import models

from jakstat import Problem, SolverSettings, read_problem
from jakstat.pathway import UnsupportedModelError, symbol
from jakstat.simulation import SolverNotInstalledError, SolveSegments, SolveStatus, StatusCounts, choose_operation
from jakstat.simulation.kernel_cache import generate_kernels, load_kernels
from jakstat.simulation.kernels.dynamics import prepare_dynamics
from jakstat.simulation.sunode.sunode_solver import FailedSolveError, PieceSolver

needs_sunode = pytest.mark.skipif(
    find_spec("sunode") is None, reason="needs sunode, which is not installed (environment.yml has it)"
)
compiles = pytest.mark.slow  # sunode compiles each model for about ten seconds
TIGHT = np.array([1e-10, 1e-12, 10_000.0, 1e-3])
x, k, c = symbol("x"), symbol("k"), symbol("c")


def plan_of(pathway, jumps=(), spans=((0.0, 1.0),)) -> SimpleNamespace:
    return SimpleNamespace(dynamics=prepare_dynamics(pathway, jumps), spans=np.array(spans))


class Case:
    """A small problem: segments of one model, and random weights of its output states."""

    def __init__(self, pathway, parameters, initial, layout, spans, times, jumps=()):
        self.plan = plan_of(pathway, jumps, spans)
        self.point = np.array(parameters, dtype=float), np.array(initial, dtype=float)
        self.rest = np.array(layout), np.array(spans, dtype=float), np.array(times, dtype=float)
        n = len(self.plan.dynamics.states)
        self.weights = np.random.default_rng(4).normal(size=(len(times), n))

    def solve(self, solver, mode="FAST_COMPILE", settings=TIGHT, counts=0, point=None):
        """Return states, status and both gradients of the weighted sum of the states."""
        parameters, initial = pt.dmatrix("parameters"), pt.dmatrix("initial")
        model = load_kernels(generate_kernels(self.plan.dynamics))
        operation = choose_operation(self.plan, solver, recording=True)
        states, _, status = operation(parameters, initial, *self.rest, settings, model, counts)
        slopes = pytensor.grad((states * self.weights).sum(), [parameters, initial])
        evaluate = pytensor.function([parameters, initial], [states, status, *slopes], mode=mode)
        return evaluate(*(point or self.point))


def one_segment(pathway, times, end=None):
    dynamics = prepare_dynamics(pathway)
    parameters = [[pathway.parameters[name] for name in dynamics.parameters]]
    initial = [[float(pathway.initial_values[name]) for name in dynamics.states]]
    return Case(pathway, parameters, initial, [[-1, -1, 0, len(times)]], [[0.0, end or times[-1]]], times)


def two_segments_with_a_jump():
    """A segment without outputs after its first, and two that start from its end, one of them through a jump."""
    pathway = models.pathway({"x": k - c * x}, {"x": 0.3}, {"k": 1.0, "c": 0.5})
    parameters = [[1.0, 0.5, 0.0], [0.1, 0.5, 0.0], [0.2, 0.4, 0.7]]
    layout, spans = [[-1, -1, 0, 2], [0, -1, 2, 4], [0, 0, 4, 6]], [[0.0, 3.0], [3.0, 5.0], [3.0, 5.0]]
    jumps = ({"x": x**2 / 2 + symbol("jump_value_0")},)
    return Case(pathway, parameters, [[0.3]], layout, spans, [0.0, 1.0, 3.0, 5.0, 3.0, 4.0], jumps)


CASES = {
    "decay": lambda: one_segment(models.DECAY, [0.0, 0.7, 1.9, 6.0]),
    "threshold": lambda: one_segment(models.PULSE, [0.0, 0.7, 3.7, 6.0], end=7.0),
    "output at the threshold": lambda: one_segment(models.PULSE, [3.0, 6.0]),
    "coupled, with a threshold": lambda: one_segment(models.COUPLED, [0.0, 0.7, 1.9, 2.5, 6.0]),
    "jump": two_segments_with_a_jump,
}


def assert_same(found, expected):
    """Compare at what the global errors of two solves at rtol 1e-10 leave, with a factor of 100 to spare."""
    states, status, *slopes = found
    assert (status == SolveStatus.SUCCESS).all()
    assert states == pytest.approx(expected[0], rel=1e-7, abs=1e-9)
    for slope, other in zip(slopes, expected[2:], strict=True):
        assert slope == pytest.approx(other, rel=1e-6, abs=1e-6 * np.abs(other).max())


@needs_sunode
@compiles
@pytest.mark.parametrize("name", CASES)
def test_states_and_gradients_agree_with_our_solver(name):
    case = CASES[name]()
    assert_same(case.solve("sunode"), case.solve("jakstat"))


@needs_sunode
@compiles
def test_compiled_graphs_call_sunode_without_a_warning():
    case = two_segments_with_a_jump()
    assert_same(case.solve("sunode", mode="NUMBA"), case.solve("jakstat"))


@needs_sunode
@compiles
def test_tolerances_reach_both_solves():
    """At rtol 1e-4 the state and, of the solve back, the slope by the initial state are off by more than at 1e-10."""
    case = one_segment(models.DECAY, [6.0])
    left = np.exp(-4.2)  # x = x0 left, y = y0 + x0 (1 - left)
    slope = case.weights[0] @ [left, 1 - left]
    errors = []
    for settings in (np.array([1e-4, 1e-6, 1e4, 1e-3]), TIGHT):
        states, _, _, by_initial = case.solve("sunode", settings=settings)
        errors.append((abs(states[0, 0] / (2 * left) - 1), abs(by_initial[0, 0] / slope - 1)))
    assert min(errors[0]) > 1e-6
    assert max(errors[1]) < 1e-8


def failing_cases():
    blow_up = one_segment(models.BLOW_UP, [2.0])
    decay = one_segment(models.DECAY, [6.0])
    few_steps = np.array([1e-10, 1e-12, 5.0, 1e-3])
    return {
        "not finite": (decay, {"point": (np.array([[np.nan]]), decay.point[1])}, {"NOT_FINITE"}),
        "too many steps": (decay, {"settings": few_steps}, {"TOO_MANY_STEPS"}),
        "blow-up": (blow_up, {}, {"TOO_MANY_STEPS", "STEP_TOO_SMALL", "NEWTON_FAILED", "NOT_FINITE"}),
    }


@needs_sunode
@compiles
@pytest.mark.parametrize("name", ["not finite", "too many steps", "blow-up"])
def test_failed_solve_is_nan_named_and_counted(name, capfd):
    case, changed, names = failing_cases()[name]
    counts = StatusCounts()
    states, status, *_ = case.solve("sunode", counts=counts.address, **changed)
    assert np.isnan(states).all()
    assert SolveStatus(int(status[0])).name in names
    assert {name for name, count in counts.as_dict().items() if count} == {SolveStatus(int(status[0])).name.lower()}
    assert capfd.readouterr().err == ""


@needs_sunode
@compiles
def test_failed_solve_back_is_nan_and_counted(monkeypatch):
    case, counts = one_segment(models.DECAY, [6.0]), StatusCounts()

    def fail(*_):
        raise FailedSolveError(SolveStatus.STEP_TOO_SMALL)

    monkeypatch.setattr(PieceSolver, "backward", fail)
    states, _, by_parameters, by_initial = case.solve("sunode", counts=counts.address)
    assert np.isfinite(states).all()
    assert np.isnan(by_parameters).all()
    assert np.isnan(by_initial).all()
    assert {name: count for name, count in counts.as_dict().items() if count} == {"step_too_small": 1}


@needs_sunode
@compiles
def test_failed_segment_fails_what_starts_from_it_alone():
    case = two_segments_with_a_jump()
    parameters = case.point[0].copy()
    parameters[1, 0] = np.nan
    states, status, *_ = case.solve("sunode", point=(parameters, case.point[1]))
    assert np.isnan(states[:, 0]).tolist() == [False, False, True, True, False, False]
    assert status.tolist() == [SolveStatus.SUCCESS, SolveStatus.NOT_FINITE, SolveStatus.SUCCESS]


@needs_sunode
@compiles
def test_what_starts_from_a_failed_segment_has_its_status():
    few_steps = np.array([1e-10, 1e-12, 5.0, 1e-3])
    states, status, *_ = two_segments_with_a_jump().solve("sunode", settings=few_steps)
    assert status.tolist() == [SolveStatus.TOO_MANY_STEPS] * 3
    assert np.isnan(states).all()


@needs_sunode
@compiles
def test_boehm_agrees_with_our_solver(reference_folder):
    name = "Boehm_JProteomeRes2014"
    ours = read_problem(reference_folder / "petab" / name / f"{name}.yaml", SolverSettings(1e-10, 1e-12))
    other = Problem(ours.tables, SolverSettings(1e-10, 1e-12, name="sunode"))
    point = {key: value * 1.1 for key, value in ours.nominal.items()}
    assert other.log_likelihood(point) == pytest.approx(ours.log_likelihood(point), abs=1e-5)
    expected, found = (problem.gradient(point, scale="log") for problem in (ours, other))
    largest = max(map(abs, expected.values()))
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-6 * largest)


@pytest.mark.parametrize(
    ("plan", "feature"),
    [
        (plan_of(models.KINK), "relations of states in rates or triggers"),
        (plan_of(models.DOSES), "events"),
        (plan_of(models.EXCHANGE, spans=((-np.inf, np.inf),)), "steady states"),
    ],
)
def test_what_sunode_does_not_solve_here_is_refused_by_name(plan, feature):
    with pytest.raises(UnsupportedModelError, match=f"not solved by sunode: .*{feature}") as refusal:
        choose_operation(plan, "sunode", recording=True)
    assert "solver.name: jakstat" in str(refusal.value)


def test_error_names_environment_yml_where_sunode_does_not_import(monkeypatch):
    monkeypatch.setitem(sys.modules, "sunode.basic", None)
    with pytest.raises(SolverNotInstalledError, match=r"sunode does not import \(.*sunode\.basic.*environment\.yml"):
        choose_operation(plan_of(models.DECAY), "sunode", recording=True)


def test_unknown_solver_is_refused_with_the_valid_ones():
    with pytest.raises(ValueError, match="no solver 'cvode'; choose one of jakstat, sunode"):
        choose_operation(plan_of(models.DECAY), "cvode", recording=True)


def test_our_solver_is_the_default():
    assert type(choose_operation(plan_of(models.DECAY), SolverSettings().name, recording=True)) is SolveSegments
