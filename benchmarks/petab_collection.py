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
from jakstat.files import DataFaultsError

REPOSITORY = Path(__file__).resolve().parent.parent
NOTES = Path(__file__).with_name("petab_collection_notes.tsv")  # who is right where ours and the reference differ
TIGHT = SolverSettings(rtol=1e-12, atol=1e-14, max_steps=100_000)
# Of finite differences, relative; with that of half the size the error is of order 4. Signals that swing need small
# ones, where rounding is larger: the step whose two differences agree best is taken.
_STEPS = (1e-3, 1e-4, 1e-5)
_ABSOLUTE, _RELATIVE, _GRADIENT = 1e-3, 1e-8, 1e-4  # what a match is
_REPEATS = 5


def problems_in(collection: Path) -> dict[str, Path]:
    """Return the YAML file of each problem by its name."""
    found = {}
    for folder in sorted(path for path in (collection / "Benchmark-Models").iterdir() if path.is_dir()):
        files = [folder / f"{folder.name}.yaml", folder / "problem.yaml"]
        found[folder.name] = next((file for file in files if file.exists()), files[0])
    return found


def reference_likelihood(file: Path) -> float:
    """Return libpetab's log likelihood of the measurements under the collection's own simulations."""
    problem = petab.Problem.from_yaml(file)
    measurements = problem.measurement_df.drop(columns="replicateId", errors="ignore")
    simulations = measurements.drop(columns="measurement")
    simulations["simulation"] = simulations_of(file, measurements)
    return float(calculate_llh(measurements, simulations, problem.observable_df, problem.parameter_df))


def simulations_of(file: Path, measurements: pd.DataFrame) -> np.ndarray:
    """Return the collection's simulation of each measurement; its rows may stand in another order, and have other ids.

    Raises
    ------
    ValueError
        There are none, or not one a measurement.
    """
    files = [*file.parent.glob("simulatedData*.tsv"), *file.parent.glob("simulations.tsv")]
    if not files:
        raise ValueError("the collection holds no simulations")
    simulated = pd.read_csv(files[0], sep="\t")
    keys = [
        name
        for name in (
            "observableId",
            "preequilibrationConditionId",
            "simulationConditionId",
            "time",
            "observableParameters",
        )
        if name in simulated and name in measurements
    ]
    if len(simulated) != len(measurements):
        return _look_up(measurements, simulated, keys)
    found = np.empty(len(measurements))
    values = simulated["simulation"].to_numpy(dtype=float)
    ours, theirs = (_sorted_places(table, keys) for table in (measurements, simulated))
    if _agree(measurements.iloc[ours], simulated.iloc[theirs], keys):
        found[ours] = values[theirs]
    elif _agree(measurements, simulated, ["time"]):  # other ids, the same rows
        found[:] = values
    else:
        raise ValueError("simulations and measurements are not of the same ids and times")
    return found


def _look_up(measurements: pd.DataFrame, simulated: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """Return the simulation of each measurement, of a table that holds more."""
    known = dict(zip(_keys_of(simulated, keys), simulated["simulation"], strict=True))
    wanted = _keys_of(measurements, keys)
    if not set(wanted) <= set(known):
        raise ValueError(f"{len(simulated)} simulations of {len(measurements)} measurements, which they do not cover")
    return np.array([float(known[key]) for key in wanted])


def _agree(measurements: pd.DataFrame, simulated: pd.DataFrame, keys: list[str]) -> bool:
    """Whether two tables have the same entries row by row."""
    for key in keys:
        ours, theirs = measurements[key].to_numpy(), simulated[key].to_numpy()
        if key == "time":
            same = np.isclose(ours.astype(float), theirs.astype(float), rtol=1e-9)
        else:
            same = (ours == theirs) | (pd.isna(ours) & pd.isna(theirs))
        if key in ("observableId", "simulationConditionId", "time") and not same.all():
            return False
    return True


def _keys_of(table: pd.DataFrame, keys: list[str]) -> list[tuple[str, ...]]:
    """Return the text of each row's keys, numbers to nine digits."""
    columns = [[f"{entry:.9g}" if isinstance(entry, float) else str(entry) for entry in table[key]] for key in keys]
    return list(zip(*columns, strict=True))


def _sorted_places(table: pd.DataFrame, keys: list[str]) -> np.ndarray:
    found = _keys_of(table, keys)
    return np.array(sorted(range(len(found)), key=found.__getitem__), dtype=int)


def evaluate(file: Path, note: Any) -> None:
    """Evaluate one problem at its nominal values; what becomes known is handed to ``note`` at once."""
    began = time.perf_counter()
    problem = read_problem(file)
    note(
        read=time.perf_counter() - began,
        measurements=len(problem.tables.measurements),
        conditions=len(problem.tables.experiments),
        estimated=len(problem.estimated),
    )
    began = time.perf_counter()
    note(states=len(problem.plan.dynamics.states), plan=time.perf_counter() - began)
    note(value=problem.log_likelihood())
    note(value_seconds=_best_time(problem.log_likelihood))
    gradient = problem.gradient()
    note(gradient=gradient, gradient_seconds=_best_time(problem.gradient))
    tight = Problem(problem.tables, TIGHT)
    note(tight=tight.log_likelihood())
    differences = differences_of(tight, note)
    note(
        compared=len(differences),
        deviation=deviation_of(gradient, differences, problem),
        tight_deviation=deviation_of(tight.gradient(), differences, problem),
    )


def _best_time(function: Any) -> float:
    times = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return min(times)


def differences_of(problem: Problem, note: Any) -> dict[str, float]:
    """Return finite differences of the log likelihood by each parameter times its value, where there is a solution."""
    nominal = problem.vector()
    differences, scale = {}, _scale_of(nominal)
    for number, name in enumerate(problem.estimated):
        try:
            found = [
                [_central(problem, name, nominal[number], share * step * scale[number]) for share in (1.0, 0.5)]
                for step in _STEPS
            ]
        except RuntimeError:  # no solution next to the nominal values
            continue
        coarse, fine = min(found, key=lambda pair: abs(pair[0] - pair[1]))
        differences[name] = float((4.0 * fine - coarse) / 3.0 * scale[number])
        note(differences=differences)
    return differences


def _scale_of(nominal: np.ndarray) -> np.ndarray:
    return np.where(nominal == 0.0, 1.0, np.abs(nominal))


def deviation_of(gradient: dict[str, float], differences: dict[str, float], problem: Problem) -> float | None:
    """Return the largest deviation from differences, relative to each, absolute for those below 1.

    Derivatives are by the logarithm, so that one of 1e-4 is nothing: at an optimum it is what large terms leave.
    """
    scales = dict(zip(problem.estimated, _scale_of(problem.vector()), strict=True))
    deviations = [
        abs(gradient[name] * scales[name] - difference) / max(abs(difference), 1.0)
        for name, difference in differences.items()
    ]
    return float(max(deviations)) if deviations else None


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
        evaluate(file, note)
    except (DataFaultsError, NotImplementedError) as error:
        note(refused=_one_line(error))
    except Exception as error:  # an answer like any other: the table shows it
        note(failed=_one_line(error))
    try:  # last, because libpetab takes minutes for 27,000 measurements
        note(reference=reference_likelihood(file))
    except Exception as error:  # the collection's own files, judged by libpetab
        note(reference_error=_one_line(error))


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
    deviations = [
        f"{record[name]:.1e}" if record.get(name) is not None else "" for name in ("deviation", "tight_deviation")
    ]
    numbers = [f"{number:.6f}" if number is not None else "" for number in (value, reference)]
    cells = [
        name,
        *(str(record.get(name, "")) for name in ("states", "conditions", "measurements", "estimated")),
        outcome_of(record),
        *numbers,
        difference,
        exact,
        *deviations,
        str(record.get("compared", "")),
        *(_seconds(record, name) for name in ("read", "plan")),
        *(_milliseconds(record, name) for name in ("value_seconds", "gradient_seconds")),
        notes.get(name, ""),
    ]
    return "| " + " | ".join(cells) + " |"


def _seconds(record: dict[str, Any], name: str) -> str:
    return f"{record[name]:.1f}" if name in record else ""


def _milliseconds(record: dict[str, Any], name: str) -> str:
    return f"{1e3 * record[name]:.1f}" if name in record else ""


def page(records: dict[str, dict[str, Any]]) -> str:
    """Return the page as Markdown, counts first."""
    notes = pd.read_csv(NOTES, sep="\t", dtype=str).set_index("problem")["note"].to_dict()
    values = sum("value" in record for record in records.values())
    matches = sum(outcome_of(record) == "matches" for record in records.values())
    gradients = sum(
        (record.get("deviation") or 0.0) <= _GRADIENT and record.get("compared", 0) > 0 for record in records.values()
    )
    head = f"""# The problems of the PEtab benchmark collection

jakstat {__version__}; `make petab-collection COLLECTION=<folder>` writes this page. {len(records)} problems: {values}
evaluated, {matches} within {_ABSOLUTE:g} or {_RELATIVE:g} relative of the reference, {gradients} with a gradient within
{_GRADIENT:g} of finite differences.

At the nominal values, by the default solver (rtol {SolverSettings().rtol:g}). *Reference*: libpetab's log likelihood
of the measurements under the simulations that the collection holds, which have as many digits as they were written
with. *To tight*: log likelihood minus that of a solve at rtol {TIGHT.rtol:g}. *Gradient*: its largest deviation from
finite differences of the tight solve, derivatives by the logarithm of each parameter, relative to each, absolute for
those below 1. *Tight gradient*: that of the tight solve's gradient. *Of*: how many parameters; the others have no
solution next to the nominal values. Times are of one core that others may have used: to read and plan (s), of a value
and of a value with gradient in Python (ms, best of {_REPEATS})."""
    columns = [
        "problem",
        "states",
        "experiments",
        "measurements",
        "estimated",
        "outcome",
        "log likelihood",
        "reference",
        "difference",
        "to tight",
        "gradient",
        "tight gradient",
        "of",
        "read",
        "plan",
        "value",
        "with gradient",
        "note",
    ]
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
        parser.error(
            "name the folder of the collection: make petab-collection COLLECTION=<folder>. It has a folder "
            "Benchmark-Models; github.com/Benchmarking-Initiative/Benchmark-Models-PEtab"
        )
    asked.records.mkdir(parents=True, exist_ok=True)
    text = page(run_all(asked.collection.resolve(), asked.seconds, asked.problems, asked.records))
    (REPOSITORY / "docs" / "petab_collection.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
