"""Times jakstat and its peers on the published and shipped problems; writes docs/benchmark.json and docs/benchmark.md.

    python -m benchmarks.bench                      all of it (about an hour with all peers)
    python -m benchmarks.bench --resume             go on where a run of the same code and machine ended
    python -m benchmarks.bench --quick --problems boehm --only solvers

A run that is not of everything writes to benchmarks/results/ instead of docs/. Peers are optional: ``pip install amici
diffrax casadi libroadrunner`` (the extra ``bench``), sunode from conda-forge; what is not installed is a row that says
so. The last two are measured in turns with our solver.
"""

import argparse
import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks import amici_peer, casadi_peer, diffrax_peer, ours, posterior, roadrunner_peer, scaling, sunode_peer
from benchmarks.measuring import FORWARD_ONLY, LIKELIHOOD, QUICK, SOLVER_ONLY, Limits, Row, what_went_wrong
from benchmarks.problems import PUBLISHED, BenchProblem, find_sources, prepare
from benchmarks.progress import Progress
from benchmarks.start_up import start_up
from benchmarks.table import as_markdown, rows_as_markdown
from jakstat import __version__, read_problem
from jakstat.provenance import code_digest

REPOSITORY = Path(__file__).resolve().parent.parent
SOLVERS: dict[str, tuple[Callable[[BenchProblem, Limits], list[Row]], str]] = {
    "jakstat": (ours.measure, SOLVER_ONLY),
    "sunode": (sunode_peer.measure, SOLVER_ONLY),
    "AMICI": (amici_peer.measure, LIKELIHOOD),
    "diffrax": (diffrax_peer.measure, SOLVER_ONLY),
    "casadi": (casadi_peer.measure, SOLVER_ONLY),
    "libroadrunner": (roadrunner_peer.measure, FORWARD_ONLY),
}
SECTIONS = ("solvers", "growth", "start", "posterior")
_PACKAGES = ("numpy", "numba", "pytensor", "nutpie", "sunode", "amici", "diffrax", "jax", "casadi", "libroadrunner")
_SHIPPED = "raia2011"
_ALLOWED = os.sched_getaffinity(0)  # the cores that this process may use, before it is held to one


def main() -> None:
    """Measure what is asked for and write the table."""
    options = _options()
    if not options.any_core:
        os.sched_setaffinity(0, {max(_ALLOWED)})
    limits = QUICK if options.quick else Limits()
    machine = describe_machine(limits)
    made_by = machine | {"code": code_digest(*_measuring_code()), "problems": options.problems, "quick": options.quick}
    progress = Progress(REPOSITORY / "benchmarks" / "results" / "progress.json", made_by, options.resume)
    record: dict[str, Any] = {"machine": machine}
    if "solvers" in options.only:
        record |= measure_solvers(find_sources(REPOSITORY, options.reference, options.problems), limits, progress)
    else:
        record["rows"] = []
    if "growth" in options.only:
        record |= measure_growth(limits, progress)
    if "start" in options.only:
        record["start_up"] = measure_start(options.reference, progress)
    if "posterior" in options.only:
        record["posterior"] = measure_posteriors(options, progress)
    complete = not (options.quick or options.problems or set(options.only) != set(SECTIONS))
    folder = options.output or (REPOSITORY / "docs" if complete else REPOSITORY / "benchmarks" / "results")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmark.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    (folder / "benchmark.md").write_text(as_markdown(record), encoding="utf-8")
    print((folder / "benchmark.md").read_text(encoding="utf-8"))
    print(rows_as_markdown(record))


def _measuring_code() -> list[Path]:
    """Return the modules that numbers come from, not those that show them."""
    showing = {"bench.py", "petab_suite.py", "progress.py", "ratios.py", "table.py"}
    return [file for file in sorted(Path(__file__).parent.glob("*.py")) if file.name not in showing]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--problems", nargs="+", help=f"beginnings of names: {', '.join(PUBLISHED)}, {_SHIPPED}")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--quick", action="store_true", help="fewer tolerances and repeats, shorter chains")
    parser.add_argument("--resume", action="store_true", help="keep the parts that an earlier run finished")
    parser.add_argument("--all-posteriors", action="store_true", help="sunode samples Raia too: hours")
    parser.add_argument("--any-core", action="store_true", help="do not hold the process to one core")
    parser.add_argument("--reference", type=Path, default=REPOSITORY.parent / "shared" / "reference")
    parser.add_argument("--output", type=Path)
    return parser.parse_args()


def describe_machine(limits: Limits) -> dict[str, Any]:
    """Return processor, versions and limits: no names of machines, no paths."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
    versions = {"jakstat": __version__}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return {
        "processor": processor,
        "architecture": platform.machine(),
        "threads": 1,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": versions,
        "least_repeats": limits.least,
    }


def measure_solvers(sources: dict[str, Path], limits: Limits, progress: Progress) -> dict[str, Any]:
    """Return the rows of every problem and solver, and how good each reference is."""
    rows, references = [], {}
    for name, path in sources.items():
        if not path.exists():
            rows.append(asdict(Row(name, "all", note="the problem's files are not here")))
            continue
        bench = cache(lambda name=name, path=path: prepare(name, path))
        references[name] = progress.part(
            f"reference of {name}", lambda bench=bench: _reference(bench()), lambda note: {"note": note}
        )
        for solver, (measure, covers) in SOLVERS.items():
            rows += progress.part(
                f"{name}: {solver}",
                lambda measure=measure, bench=bench: [asdict(row) for row in measure(bench(), limits)],
                lambda note, name=name, solver=solver, covers=covers: [asdict(Row(name, solver, covers, note=note))],
            )
    return {"rows": rows, "references": references}


def _reference(bench: BenchProblem) -> dict[str, float]:
    return {"log_likelihood": bench.value, "gradient_error": bench.reference_error}


def measure_growth(limits: Limits, progress: Progress) -> dict[str, Any]:
    """Return the cost against conditions, states and draws."""
    bench = cache(lambda: prepare(_SHIPPED, REPOSITORY / "data" / _SHIPPED))
    parts = {
        "conditions": lambda: scaling.conditions(bench(), limits),
        "states": lambda: scaling.states(limits),
        "predictions": lambda: on_all_cores(lambda: scaling.predictions(bench(), limits, len(_ALLOWED))),
    }
    return {name: progress.part(f"growth: {name}", make, lambda note: {"note": note}) for name, make in parts.items()}


def on_all_cores(call: Callable[[], Any]) -> Any:
    """Call without the hold to one core."""
    held = os.sched_getaffinity(0)
    os.sched_setaffinity(0, _ALLOWED)
    try:
        return call()
    finally:
        os.sched_setaffinity(0, held)


def measure_start(reference: Path, progress: Progress) -> list[dict[str, Any]]:
    """Return the seconds until first use."""
    boehm = reference / "petab" / PUBLISHED["Boehm"] / f"{PUBLISHED['Boehm']}.yaml"
    shipped = REPOSITORY / "data" / _SHIPPED
    first = boehm if boehm.exists() else shipped
    return progress.part("start", lambda: start_up(first, shipped), lambda note: [{"note": note}])


def measure_posteriors(options: argparse.Namespace, progress: Progress) -> list[dict[str, Any]]:
    """Return the records of the runs of NUTS; those of other solvers with their distance from ours."""
    boehm = options.reference / "petab" / PUBLISHED["Boehm"] / f"{PUBLISHED['Boehm']}.yaml"
    sources = {"Boehm": boehm, _SHIPPED: REPOSITORY / "data" / _SHIPPED}
    records = []
    for name, path in sources.items():
        others = ("sunode",) if options.all_posteriors or name in posterior.SUNODE_PROBLEMS else ()
        records += progress.part(
            f"posterior of {name}",
            lambda path=path, others=others: _posteriors(path, others, options.quick),
            lambda note, name=name: [{"problem": name, "solver": "jakstat", "note": note}],
        )
    return records


def _posteriors(path: Path, others: tuple[str, ...], quick: bool) -> list[dict[str, Any]]:
    problem = read_problem(path)
    lengths = {"draws": 50, "tune": 100} if quick else {}
    first, first_tree = posterior.sample(problem, "jakstat", **lengths)
    records = [first]
    for other in others:
        try:
            record, tree = posterior.sample(problem, other, **lengths)
            records.append(record | posterior.agreement(first_tree, tree))
        except Exception as error:  # our own draws are still wanted
            records.append({"problem": problem.tables.id, "solver": other, "note": what_went_wrong(error)})
    return records


if __name__ == "__main__":
    main()
