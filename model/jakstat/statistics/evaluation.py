"""Whether a problem can be evaluated at all: one log likelihood and gradient before anything is sampled.

What passes the readers can still divide by a parameter that is 0, or give a measurement no noise. Each such fault names
the observable or parameter, and the first of its measurements.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytensor.tensor as pt
import sympy as sp
from pytensor import function, grad
from pytensor.compile.mode import Mode

from jakstat.files import DataFaultsError, Fault
from jakstat.pathway import read_pathway, substitute_names
from jakstat.problem import Measurement, ProblemTables
from jakstat.simulation import SimulationPlan, SolveStatus, plan_simulation
from jakstat.statistics.likelihood import log_likelihood_graph
from jakstat.statistics.reference_point import median_point, reference_point
from jakstat.statistics.signal import SolverSettings

#: The graph as it is, in Python: only the solve itself is compiled, which sampling needs too.
_INTERPRETED = Mode(linker="py", optimizer=None)
Evaluate = Callable[[np.ndarray], Sequence[np.ndarray]]
_ARITHMETIC = (ValueError, TypeError, ArithmeticError, RecursionError)


@dataclass(frozen=True)
class _Evaluators:
    """Point of the estimated parameters, linear scale -> signal, noise, terms, status; and slopes alone."""

    values: Evaluate
    slopes: Evaluate


@dataclass(frozen=True)
class _Evaluated:
    """What one point of the parameters gives: (obs,) each, and (segment,) status."""

    signal: np.ndarray
    noise_scale: np.ndarray
    terms: np.ndarray
    status: np.ndarray


def require_evaluable(
    tables: ProblemTables, solver: SolverSettings | None = None, planned: Callable[[], SimulationPlan] | None = None
) -> None:
    """Evaluate a problem's log likelihood and gradient, at nominal values and else at medians of priors.

    Parameters
    ----------
    tables : ProblemTables
        As a reader returned it.
    solver : SolverSettings, optional
        Tolerances; jakstat's own solver is used whatever its name.
    planned : callable, optional
        Returns the plan of ``tables``; what planning raises of their numbers is a fault too. Made anew where absent.

    Raises
    ------
    DataFaultsError
        Neither point has a finite value and gradient: what is not finite at the first, by observable, experiment or
        parameter.
    NotImplementedError
        The model uses features that are not supported; they are named.
    """
    faults = evaluation_faults(tables, solver or SolverSettings(), planned)
    if faults:
        raise DataFaultsError(faults)


def evaluation_faults(
    tables: ProblemTables, solver: SolverSettings, planned: Callable[[], SimulationPlan] | None = None
) -> list[Fault]:
    """Return what :func:`require_evaluable` raises, an empty list where the problem can be evaluated."""
    nominal, medians = reference_point(tables), median_point(tables)
    try:
        plan = planned() if planned is not None else plan_simulation(tables)
        evaluators = _evaluators(tables, plan, replace(solver, name="jakstat"))
        faults = _faults_at(nominal, evaluators, tables, plan)
        if faults and not np.array_equal(nominal, medians) and not _faults_at(medians, evaluators, tables, plan):
            return []
    except _ARITHMETIC as error:
        return _undefined_formulas(tables) or [_fault_of(error, tables)]
    return faults


def _fault_of(error: Exception, tables: ProblemTables) -> Fault:
    said = " ".join(str(error).split())[:200]
    found = f"formulas that cannot be evaluated ({type(error).__name__}: {said})"
    return Fault(tables.id, None, "", found, "formulas of finite numbers")


def _undefined_formulas(tables: ProblemTables) -> list[Fault]:
    """Return a fault for each formula that is infinite or undefined once the model's rules stand in for their names."""
    pathway = read_pathway(tables.sbml)
    assignments = dict(pathway.assignments)
    formulas = {f"rate of {name}": rate for name, rate in zip(pathway.states, pathway.rates, strict=True)}
    formulas |= {f"initial value of {name}": formula for name, formula in pathway.initial_values.items()}
    for observable in tables.observables:
        formulas[f"observable {observable.id}"] = observable.formula
        formulas[f"noise of {observable.id}"] = substitute_names(
            observable.noise_formula, {observable.id: observable.formula}
        )
    needed = "a formula whose value is finite: look for denominators that are 0"
    return [
        Fault(tables.id, None, name, f"{formula}, which is not finite", needed)
        for name, formula in formulas.items()
        if substitute_names(formula, assignments).has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I)
    ]


def _evaluators(tables: ProblemTables, plan: SimulationPlan, solver: SolverSettings) -> _Evaluators:
    """Return what evaluates a point; slopes by themselves, because nothing is swept back from what is not finite."""

    def compiled(recording: bool) -> Evaluate:
        parameters, terms, graph = log_likelihood_graph(tables, plan, solver, recording=recording)
        outputs = [graph.signal, graph.noise_scale, terms, graph.status]
        if recording:
            outputs = [grad(pt.sum(terms), parameters, disconnected_inputs="ignore")]
        evaluate: Evaluate = function([parameters], outputs, mode=_INTERPRETED, on_unused_input="ignore")
        return evaluate

    return _Evaluators(compiled(recording=False), compiled(recording=True))


def _faults_at(point: np.ndarray, evaluators: _Evaluators, tables: ProblemTables, plan: SimulationPlan) -> list[Fault]:
    """Return the faults at one point; those of the gradient only where everything else is finite."""
    with np.errstate(all="ignore"):
        found = _Evaluated(*evaluators.values(point))
        unsolved = plan.failed_experiments(found.status)
        faults = [*_solve_faults(unsolved, tables), *_measurement_faults(found, set(unsolved), tables)]
        return faults or list(_gradient_faults(evaluators.slopes(point)[0], tables))


def _solve_faults(unsolved: dict[str, SolveStatus], tables: ProblemTables) -> Iterator[Fault]:
    """Yield a fault for each way in which solves failed, with the experiments that did."""
    experiments = defaultdict(list)
    for name, status in unsolved.items():
        experiments[status].append(name)
    for status, names in experiments.items():
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        found = f"a solve that fails: {status.name.lower()} ({status.sentence})"
        needed = "a model that can be solved at the nominal values: look for denominators and rates that are 0 or huge"
        yield Fault(tables.id, None, f"experiment {shown}", found, needed)


def _measurement_faults(found: _Evaluated, unsolved: set[str], tables: ProblemTables) -> Iterator[Fault]:
    """Yield a fault for each observable and kind of number that is wrong, at the first measurement where it is."""
    wrong: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for number, measurement in enumerate(tables.measurements):
        what = "" if measurement.experiment_id in unsolved else _what_is_wrong(found, number)
        if what:
            kind, _, needed = what.partition("|")
            wrong[measurement.observable_id, kind.split()[0]].append((number, f"{kind}|{needed}"))
    for (observable, _), places in wrong.items():
        number, what = places[0]
        kind, _, needed = what.partition("|")
        first = tables.measurements[number]
        others = f" (and {len(places) - 1} more of its measurements)" if len(places) > 1 else ""
        where = f" in experiment {first.experiment_id} at time {first.time:g}{others}"
        file, row = _place_of(first, tables)
        yield Fault(file, row, f"observable {observable}", kind + where, needed)


def _what_is_wrong(found: _Evaluated, number: int) -> str:
    """Return what is found and needed of a measurement, with | between them; empty where all is finite."""
    signal, noise, term = found.signal[number], found.noise_scale[number], found.terms[number]
    if not np.isfinite(signal):
        return f"signal {signal:g}|an observable's formula that is finite: does it divide by what is 0 there?"
    if not (np.isfinite(noise) and noise > 0):
        return f"noise {noise:g}|a noise formula that is positive, for example with a constant part"
    if not np.isfinite(term):
        return (
            f"likelihood with the logarithm {term:g}, of signal {signal:g} and noise {noise:g}|a signal that the "
            "measurement can come from: positive where the noise is on the logarithm"
        )
    return ""


def _gradient_faults(slopes: np.ndarray, tables: ProblemTables) -> Iterator[Fault]:
    """Yield a fault for each parameter by which the log likelihood has no derivative."""
    estimated = [parameter.id for parameter in tables.parameters if parameter.estimated]
    for name, slope in zip(estimated, slopes, strict=True):
        if not np.isfinite(slope):
            found = f"the derivative {slope:g} of the log likelihood"
            needed = "formulas that can be differentiated there: powers and roots of what is 0 cannot"
            yield Fault(tables.id, None, f"parameter {name}", found, needed)


def _place_of(measurement: Measurement, tables: ProblemTables) -> tuple[str, int | None]:
    """Return file and line of a measurement, the problem's id where it has none."""
    written = re.fullmatch(r"(.*), line (\d+)", measurement.source)
    return (written.group(1), int(written.group(2))) if written else (measurement.source or tables.id, None)
