"""Time of value and gradient, one thread, compiled and warm: the solver alone and the whole likelihood.

Prints one Markdown table and writes it to docs/gradient_time.md. Each row states the accuracy of its log likelihood
against a solve at rtol 1e-11, because a fast wrong answer is no answer. Problems of the PEtab benchmark collection are
read from ../shared/reference (or the folder given as the argument) and are left out, with a row that says so, where
they are absent.
"""

import platform
import sys
import time
from pathlib import Path

import numpy as np

from jakstat import Problem, SolverSettings, __version__, read_problem
from jakstat.simulation.kernel_cache import load_kernels

REPEATS = 200
REPOSITORY = Path(__file__).resolve().parent.parent
PETAB = ("Boehm_JProteomeRes2014", "Raia_CancerResearch2011", "Bachmann_MSB2011")


def main() -> None:
    """Time every problem and print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY.parent / "shared" / "reference" / "petab"
    sources = {"raia2011 (shipped)": REPOSITORY / "data" / "raia2011"}
    sources |= {name: folder / name / f"{name}.yaml" for name in PETAB}
    lines = [
        f"jakstat {__version__}, {platform.machine()}, one thread, median of {REPEATS} repeats, "
        "value and gradient of all conditions.",
        "",
        "| problem | rtol | solves | steps | forward, ms | adjoint, ms | likelihood, ms | error of log likelihood |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, path in sources.items():
        if not path.exists():
            lines.append(f"| {name} | not here: {path.name} | | | | | | |")
            continue
        exact = read_problem(path, SolverSettings(1e-11, 1e-13)).log_likelihood()
        lines += [
            row(name, read_problem(path, SolverSettings(rtol, rtol * 1e-2)), exact) for rtol in (1e-4, 1e-6, 1e-8)
        ]
    table = "\n".join(lines)
    print(table)
    (REPOSITORY / "docs").mkdir(exist_ok=True)
    (REPOSITORY / "docs" / "gradient_time.md").write_text(
        f"# Time of value and gradient\n\n{table}\n", encoding="utf-8"
    )


def row(name: str, problem: Problem, exact: float) -> str:
    """Return the table row of one problem at its solver settings."""
    error = abs(problem.log_likelihood() - exact)
    parameters = problem.vector()
    whole = median_milliseconds(lambda: problem.value_and_gradient(parameters))
    module, arguments, settings = solver_call(problem)
    states, tape, _ = module.solve_conditions(*arguments, settings, True)
    forward = median_milliseconds(lambda: module.solve_conditions(*arguments, settings, True))
    weights = np.ones_like(states)
    adjoint = median_milliseconds(lambda: module.pull_back_conditions(*arguments, tape, weights))
    return (f"| {name} | {problem.solver.rtol:.0e} | {len(arguments[0])} | {len(tape)} | {forward:.3f} | {adjoint:.3f} "
            f"| {whole:.3f} | {error:.1e} |")  # fmt: skip


def solver_call(problem: Problem):
    """Return the solver module and its arguments at the nominal parameters."""
    plan, values = problem.plan, {one.id: one.nominal for one in problem.tables.parameters}

    def numbers(rows) -> np.ndarray:
        return np.array([[float(one.subs({free: values[free.name] for free in one.free_symbols})) for one in row]
                         for row in rows])  # fmt: skip

    arguments = (numbers(plan.parameters), numbers(plan.initial_states), plan.start, plan.times, plan.first_row)
    return load_kernels(plan.digest), arguments, problem.solver.as_array()


def median_milliseconds(call) -> float:
    """Return the median time of ``call`` over the repeats."""
    call()
    durations = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        call()
        durations.append(time.perf_counter() - started)
    return float(np.median(durations) * 1e3)


if __name__ == "__main__":
    main()
