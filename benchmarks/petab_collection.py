"""Every problem of the PEtab benchmark collection: read or refused, log likelihood, gradient, time.

    make petab-collection COLLECTION=<folder>

The folder is a copy of github.com/Benchmarking-Initiative/Benchmark-Models-PEtab. Writes docs/petab_collection.md. Each
problem is a process of its own with a limit of time, so that one that cannot be planned stops no other; its results are
written as they come, so that what was reached counts. The reference is libpetab's log likelihood of the measurements
under the simulations that the collection holds.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import petab.v1 as petab
from petab.v1.calculate import calculate_llh

from jakstat import Problem, SolverSettings, __version__, read_problem
from jakstat.problem import DataFaultsError

REPOSITORY = Path(__file__).resolve().parent.parent
NOTES = Path(__file__).with_name("petab_collection_notes.tsv")  # who is right where ours and the reference differ
TIGHT = SolverSettings(rtol=1e-12, atol=1e-14, max_steps=100_000)
_STEP = 1e-3  # of finite differences, relative; with that of half the size the error is of order 4
_LEAST_SHARE = 1e-3  # of the largest derivative: below it a derivative is compared with that share
_ABSOLUTE, _RELATIVE, _GRADIENT = 1e-3, 1e-8, 1e-4  # what a match is
_REPEATS = 5


def problems_in(collection: Path) -> dict[str, Path]:
    """Return the YAML file of each problem by its name."""
    found = {}
    for folder in sorted(one for one in (collection / "Benchmark-Models").iterdir() if one.is_dir()):
        files = [folder / f"{folder.name}.yaml", folder / "problem.yaml"]
        found[folder.name] = next((file for file in files if file.exists()), files[0])
    return found


def reference_likelihood(file: Path) -> float:
    """Return libpetab's log likelihood of the measurements under the collection's own simulations."""
    simulated = [*file.parent.glob("simulatedData*.tsv"), *file.parent.glob("simulations.tsv")]
    problem = petab.Problem.from_yaml(file)
    simulations = petab.get_simulation_df(simulated[0])
    return float(calculate_llh(problem.measurement_df, simulations, problem.observable_df, problem.parameter_df))


def evaluate(file: Path, note: Any) -> None:
    """Evaluate one problem at its nominal values; what becomes known is handed to ``note`` at once."""
    began = time.perf_counter()
    problem = read_problem(file)
    note(read=time.perf_counter() - began, measurements=len(problem.tables.measurements),
         conditions=len(problem.tables.experiments), estimated=len(problem.estimated))  # fmt: skip
    began = time.perf_counter()
    note(states=len(problem.plan.dynamics.states), plan=time.perf_counter() - began)
    note(value=problem.log_likelihood())
    note(value_seconds=_best_time(problem.log_likelihood))
    gradient = problem.gradient()
    note(gradient=gradient, gradient_seconds=_best_time(problem.gradient))
    tight = Problem(problem.tables, TIGHT)
    note(tight=tight.log_likelihood())
    note(**compare_with_differences(tight, gradient, note))


def _best_time(function: Any) -> float:
    times = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return min(times)


def compare_with_differences(problem: Problem, gradient: dict[str, float], note: Any) -> dict[str, Any]:
    """Return the largest deviation of a gradient from finite differences of a tight solve, and whose it is.

    Derivatives are by the parameter times its value. Relative to the difference, or to a thousandth of the largest.
    """
    nominal = problem.vector()
    differences, scale = {}, np.where(nominal == 0.0, 1.0, np.abs(nominal))
    for number, name in enumerate(problem.estimated):
        try:
            coarse, fine = (_central(problem, name, nominal[number], step * scale[number]) for step in (_STEP, _STEP / 2))
        except RuntimeError:  # no solution next to the nominal values
            continue
        differences[name] = (4.0 * fine - coarse) / 3.0 * scale[number]
        note(differences=len(differences))
    if not differences:
        return {}
    largest = max(abs(one) for one in differences.values())
    scales = dict(zip(problem.estimated, scale, strict=True))
    deviations = {name: abs(gradient[name] * scales[name] - one) / max(abs(one), _LEAST_SHARE * largest, 1e-300)
                  for name, one in differences.items()}  # fmt: skip
    worst = max(deviations, key=deviations.__getitem__)
    return {"deviation": deviations[worst], "worst": worst, "compared": len(differences)}


def _central(problem: Problem, name: str, value: float, step: float) -> float:
    above, below = (problem.log_likelihood({name: value + sign * step}) for sign in (1.0, -1.0))
    return (above - below) / (2.0 * step)


def run_one(file: Path, record: Path) -> None:
    """Evaluate one problem and keep its record in a file, whatever happens."""
    known: dict[str, Any] = {}

    def note(**more: Any) -> None:
        known.update(more)
        record.write_text(json.dumps(known))

    try:
        note(reference=reference_likelihood(file))
    except Exception as error:  # the collection's own files, judged by libpetab
        note(reference_error=_one_line(error))
    try:
        evaluate(file, note)
    except (DataFaultsError, NotImplementedError) as error:
        note(refused=_one_line(error))
    except Exception as error:  # an answer like any other: the table shows it
        note(failed=_one_line(error))


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split()).replace("|", "/")
    return f"{type(error).__name__}: {text[:300]}"


def run_all(collection: Path, seconds: float, names: list[str], records: Path) -> dict[str, dict[str, Any]]:
    """Run every problem in a process of its own; records that are there already are kept."""
    found = {}
    for name, file in problems_in(collection).items():
        record = records / f"{name}.json"
        if (not names and not record.exists()) or name in names:
            record.write_text("{}")
            command = [sys.executable, "-m", "benchmarks.petab_collection", "--one", str(file), "--record", str(record)]
            try:
                subprocess.run(command, timeout=seconds, check=False, cwd=REPOSITORY)
            except subprocess.TimeoutExpired:
                record.write_text(json.dumps(json.loads(record.read_text()) | {"limit": seconds}))
        if record.exists():
            found[name] = json.loads(record.read_text())
            print(f"{name}: {outcome_of(found[name])}", flush=True)
    return found


def outcome_of(record: dict[str, Any]) -> str:
    """Return in words what became of a problem."""
    for kind in ("refused", "failed"):
        if kind in record:
            return f"{kind}: {record[kind]}"
    if "value" not in record:
        stage = "planned" if "read" in record else "read"
        return f"not {stage} within {record.get('limit', 0):.0f} s"
    reference = record.get("reference")
    if reference is None:
        return "read; no reference"
    difference = abs(record["value"] - reference)
    return "matches" if difference <= max(_ABSOLUTE, _RELATIVE * abs(reference)) else "differs"


def row_of(name: str, record: dict[str, Any], notes: dict[str, str]) -> str:
    """Return one line of the table."""
    value, reference = record.get("value"), record.get("reference")
    difference = "" if value is None or reference is None else f"{value - reference:.1e}"
    exact = "" if "tight" not in record or value is None else f"{value - record['tight']:.1e}"
    deviation = f"{record['deviation']:.1e} ({record['compared']})" if "deviation" in record else ""
    cells = [name, *(str(record.get(one, "")) for one in ("states", "conditions", "measurements", "estimated")),
             outcome_of(record), "" if value is None else f"{value:.6f}", "" if reference is None else f"{reference:.6f}",
             difference, exact, deviation, *(_seconds(record, one) for one in ("read", "plan")),
             *(_milliseconds(record, one) for one in ("value_seconds", "gradient_seconds")),
             notes.get(name, "")]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _seconds(record: dict[str, Any], name: str) -> str:
    return f"{record[name]:.1f}" if name in record else ""


def _milliseconds(record: dict[str, Any], name: str) -> str:
    return f"{1e3 * record[name]:.1f}" if name in record else ""


def page(records: dict[str, dict[str, Any]]) -> str:
    """Return the page as Markdown, counts first."""
    notes = pd.read_csv(NOTES, sep="\t", dtype=str).set_index("problem")["note"].to_dict()
    values = sum("value" in one for one in records.values())
    matches = sum(outcome_of(one) == "matches" for one in records.values())
    gradients = sum(one.get("deviation", np.inf) <= _GRADIENT for one in records.values())
    head = f"""# The problems of the PEtab benchmark collection

jakstat {__version__}; `make petab-collection COLLECTION=<folder>` writes this page. {len(records)} problems: {values}
evaluated, {matches} within {_ABSOLUTE:g} or {_RELATIVE:g} relative of the reference, {gradients} with a gradient within
{_GRADIENT:g} of finite differences.

At the nominal values, by the default solver (rtol {SolverSettings().rtol:g}). *Reference*: libpetab's log likelihood of
the measurements under the simulations that the collection holds, which have as many digits as they were written with.
*To tight*: log likelihood minus that of a solve at rtol {TIGHT.rtol:g}. *Gradient*: its largest deviation from finite
differences of the tight solve (derivatives times values; relative to each, or to {_LEAST_SHARE:g} of the largest), and
of how many parameters; the others have no solution next to the nominal values. Times are of one core that others may
have used: to read and plan (s), of a value and of a value with gradient in Python (ms, best of {_REPEATS})."""
    columns = ["problem", "states", "experiments", "measurements", "estimated", "outcome", "log likelihood", "reference",
               "difference", "to tight", "gradient", "read", "plan", "value", "with gradient", "note"]  # fmt: skip
    table = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    table += [row_of(name, record, notes) for name, record in records.items()]
    return "\n".join([head, "", *table]) + "\n"


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collection", type=Path, nargs="?", help="folder of the collection")
    parser.add_argument("--seconds", type=float, default=900.0, help="limit of a problem")
    parser.add_argument("--problems", nargs="*", default=[], help="only these, anew; the others as they were")
    parser.add_argument("--records", type=Path, default=REPOSITORY / "results" / "petab_collection")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        run_one(asked.one, asked.record)
        return
    if asked.collection is None or not (asked.collection / "Benchmark-Models").is_dir():
        parser.error("name the folder of the collection: make petab-collection COLLECTION=<folder>. It has a folder "
                     "Benchmark-Models; github.com/Benchmarking-Initiative/Benchmark-Models-PEtab")  # fmt: skip
    asked.records.mkdir(parents=True, exist_ok=True)
    text = page(run_all(asked.collection.resolve(), asked.seconds, asked.problems, asked.records))
    (REPOSITORY / "docs" / "petab_collection.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
