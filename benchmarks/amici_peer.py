"""AMICI (CVODES, compiled C++): log likelihood and gradient of a PEtab 1 problem by its own likelihood.

https://github.com/AMICI-dev/AMICI. Both sensitivity methods; backward and quadrature tolerances follow the forward
ones. Solver time is AMICI's own (cpu_time_total, all conditions), call time that of ``run_simulations`` from Python;
the mapping of parameters and the collection of the gradient, which are Python, are not counted. AMICI solves every
condition, also those that differ in observation parameters alone.
"""

import logging
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.measuring import ABSOLUTE_SHARE, LIKELIHOOD, Limits, Row, gradient_error, guarded, repeat, value_error
from benchmarks.problems import BenchProblem

FORWARD, ADJOINT = "AMICI, forward", "AMICI, adjoint"


@dataclass(frozen=True)
class _Compiled:
    """AMICI's model with its mapped conditions at the point of evaluation."""

    petab: Any
    model: Any
    mapping: Any
    conditions: Any


def measure(bench: BenchProblem, limits: Limits) -> list[Row]:
    """Return one row for each sensitivity method and tolerance."""
    import amici  # noqa: F401 - a missing peer is told from a broken one here

    if bench.path.is_dir():
        raise NotImplementedError("AMICI reads PEtab, not study folders")
    compiled = _compile(bench)
    rows = []
    for solver in (FORWARD, ADJOINT):
        for rtol in limits.tolerances:
            rows += guarded(
                bench.name,
                solver,
                LIKELIHOOD,
                rtol,
                lambda solver=solver, rtol=rtol: _row(bench, compiled, solver, rtol, limits),
            )
    return rows


def _read(path: Path) -> Any:
    """Read a PEtab 1 problem without its visualisation tables, which need not be there."""
    import petab.v1 as petab
    from petab.v1.core import flatten_timepoint_specific_output_overrides
    from petab.v1.lint import measurement_table_has_timepoint_specific_mappings

    description = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in description["problems"]:
        entry.pop("visualization_files", None)
    problem = petab.Problem.from_yaml(description, base_path=str(path.parent))
    if measurement_table_has_timepoint_specific_mappings(problem.measurement_df):
        flatten_timepoint_specific_output_overrides(problem)
    return problem


def _compile(bench: BenchProblem) -> _Compiled:
    """Compile AMICI's model (a minute, once) and map its conditions."""
    import amici
    from amici.importers.petab.v1 import import_petab_problem
    from amici.sim.sundials.petab.v1 import create_edatas, fill_in_parameters
    from amici.sim.sundials.petab.v1._parameter_mapping import create_parameter_mapping

    # swig and cmake that came with AMICI: older ones of the system make extensions that do not load
    os.environ["PATH"] = str(Path(sys.prefix) / "bin") + os.pathsep + os.environ["PATH"]
    os.environ.setdefault("AMICI_PARALLEL_COMPILE", "1")
    logging.disable(logging.INFO)  # AMICI's loggers, each with a level of its own, write the mapping to stdout
    problem = _read(bench.path)
    cache = os.environ.get("JAKSTAT_CACHE")
    folder = Path(cache) / "amici" if cache else Path(tempfile.mkdtemp(prefix="jakstat-amici-"))
    model = import_petab_problem(
        problem, output_dir=str(folder / amici.__version__ / bench.path.stem), model_name=bench.path.stem, verbose=False
    )
    simulated = problem.get_simulation_conditions_from_measurement_df()
    mapping = create_parameter_mapping(
        petab_problem=problem, simulation_conditions=simulated, scaled_parameters=True, amici_model=model
    )
    conditions = create_edatas(amici_model=model, petab_problem=problem, simulation_conditions=simulated)
    fill_in_parameters(
        edatas=conditions,
        problem_parameters=_scaled_point(bench, problem, mapping),
        scaled_parameters=True,
        parameter_mapping=mapping,
        amici_model=model,
    )
    return _Compiled(problem, model, mapping, conditions)


def _scaled_point(bench: BenchProblem, problem: Any, mapping: Any) -> dict[str, float]:
    """Return the point on AMICI's parameter scales."""
    from petab.v1.parameters import scale

    values = dict(zip(problem.x_ids, problem.get_x_nominal(scaled=False), strict=True))
    values |= dict(zip(bench.problem.estimated, bench.point.tolist(), strict=True))
    scales = problem.parameter_df["parameterScale"]
    return {name: scale(value, scales[name]) for name, value in values.items() if name in mapping.free_symbols}


def _row(bench: BenchProblem, compiled: _Compiled, solver: str, rtol: float, limits: Limits) -> Row:
    from amici.sim.sundials import SensitivityMethod, SensitivityOrder, run_simulations
    from amici.sim.sundials.petab.v1._simulations import aggregate_sllh

    settings = compiled.model.create_solver()
    settings.set_sensitivity_order(SensitivityOrder.first)
    settings.set_sensitivity_method(SensitivityMethod.adjoint if solver == ADJOINT else SensitivityMethod.forward)
    # The most steps stay at AMICI's 10,000: memory for its adjoint is made for all of them in every call.
    settings.set_relative_tolerance(rtol)
    settings.set_absolute_tolerance(rtol * ABSOLUTE_SHARE)
    settings.set_relative_tolerance_quadratures(rtol)
    settings.set_absolute_tolerance_quadratures(rtol * ABSOLUTE_SHARE)

    def call() -> Any:
        return run_simulations(compiled.model, settings, edata_list=compiled.conditions, num_threads=1)

    results = call()
    failed = sum(result.status != 0 for result in results)
    if failed:
        raise RuntimeError(f"{failed} of {len(results)} conditions could not be solved")
    by_name = aggregate_sllh(
        amici_model=compiled.model,
        rdatas=results,
        parameter_mapping=compiled.mapping,
        edatas=compiled.conditions,
        petab_scale=True,
        petab_problem=compiled.petab,
    )
    gradient = _in_logarithms(bench, compiled.petab, by_name)
    durations, repeated = repeat(call, limits)
    solver_times = [sum(number.cpu_time_total for number in result) for result in repeated]
    return Row(
        bench.name,
        solver,
        LIKELIHOOD,
        rtol,
        float(np.median(solver_times)),
        float(np.median(durations)) * 1e3,
        value_error=value_error(sum(result.llh for result in results), bench.value),
        gradient_error=gradient_error(gradient, bench.gradient),
        repeats=len(durations),
        trajectories=len(results),
    )


def _in_logarithms(bench: BenchProblem, problem: Any, by_name: dict[str, float]) -> np.ndarray:
    """Return derivatives by the natural logarithm from those on AMICI's parameter scales."""
    scales = problem.parameter_df["parameterScale"]
    of_scale = {"lin": lambda factor: factor, "log": lambda _: 1.0, "log10": lambda _: 1.0 / np.log(10.0)}
    return np.array(
        [
            by_name[name] * of_scale[scales[name]](factor)
            for name, factor in zip(bench.problem.estimated, bench.factors, strict=True)
        ]
    )
