"""The table as Markdown, from what the JSON file holds."""

from collections.abc import Iterable
from typing import Any

from benchmarks.measuring import Row
from benchmarks.ratio_page import failures, ratio_table
from benchmarks.ratios import headlines, ratio_of_row

_MIXED = 1.05  # R-hat up to which short runs are compared
_DEFINITIONS = """\
Every solver computes the same thing: a number and its derivatives by all estimated parameters, of all conditions of a
problem, in one thread, compiled and warm. Bare solvers (jakstat, sunode, diffrax, casadi) compute the sum over the
measured times of the states times the derivatives of the log likelihood by them: what the gradient of the likelihood
needs of a solver. libroadrunner has no such gradient: its forward solve is compared with ours without a tape. AMICI and
"jakstat, likelihood" compute the log likelihood itself. The point of evaluation lies near the published values, each
estimated parameter moved by 0.1 times a normal number of a fixed seed on the natural logarithm (Crauste: by 0.001,
downwards); at the optimum the gradient cancels, and errors relative to it would say nothing.

- **time**: median over at least {least} calls. For AMICI its own `cpu_time_total`; **call** is `run_simulations` from
  Python, without the mapping of parameters. jakstat's times include its call from Python.
- **error of gradient**: largest error of a derivative by ln(parameter), relative to the largest derivative; **of
  value**: relative to max(1, |value|). Against jakstat's solve at rtol 1e-12, itself compared with one at 1e-11 (below:
  "reference good to").
- **rtol**: asked of every solver, atol = rtol/100, backward and quadrature tolerances the same.
- **lanes**: how many trajectories jakstat solves at once. "jakstat" and "jakstat, likelihood" are what a fit of that
  problem takes; the other width stands below it, measured in turns with it.
- **trajectories**: jakstat, sunode and diffrax solve distinct ones; AMICI solves every condition.
- **times ours**: time of the peer's fastest row that is at least as accurate as ours at rtol 1e-6, over ours there.
  AMICI's accuracy is compared with that of our whole likelihood, its solver time with our solver's; that of
  libroadrunner is the error of the value. casadi and libroadrunner are measured in turns with our solver in one
  process, by the thread's time on the processor, and compared with what was measured there: load on the machine slows
  both. The others follow each other."""


def as_markdown(record: dict[str, Any]) -> str:
    """Return the whole document."""
    rows = [Row(**row) for row in record["rows"]]
    machine = record["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    parts = [
        "# Benchmark",
        f"{machine['processor']}, one thread; Python {machine['python']}, {versions}. Made by `make bench`.",
        _DEFINITIONS.format(least=machine["least_repeats"]),
        *record.get("remarks", []),
        "## Times ours at equal or better accuracy",
        table(*ratio_table(headlines(rows))),
        failures(headlines(rows)),
        f"All {len(rows)} rows, with their tolerances, errors and repeats, are in benchmark.json beside this page. "
        + _reference_sentence(record.get("references", {})),
        *_growth(record),
        *_posterior(record.get("posterior", [])),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def rows_as_markdown(record: dict[str, Any]) -> str:
    """Return a table of all rows, for the terminal: they stand in the JSON file."""
    return _row_table([Row(**row) for row in record["rows"]])


def table(header: list[str], lines: Iterable[list[Any]]) -> str:
    """Return a Markdown table; None is an empty cell, floats have three digits."""
    body = [[_cell(cell) for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in [header, ["---"] * len(header), *body])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value).replace("|", "/")
    if value == 0.0 or 0.01 <= abs(value) < 1e5:
        return f"{value:.4g}"
    return f"{value:.1e}"


def _row_table(rows: list[Row]) -> str:
    header = [
        "problem",
        "solver",
        "rtol",
        "time, ms",
        "call, ms",
        "times ours",
        "error of gradient",
        "error of value",
        "trajectories",
        "lanes",
        "repeats",
    ]
    return table(header, [_row_cells(row, rows) for row in rows])


def _row_cells(row: Row, rows: list[Row]) -> list[Any]:
    rtol = None if row.rtol is None else f"{row.rtol:.0e}"
    if row.milliseconds is None:
        return [row.problem, row.solver, rtol, row.note, *[None] * 7]
    times = None
    if not row.solver.startswith("jakstat"):
        ratios = [ratio_of_row(row, rows)] + ([ratio_of_row(row, rows, True)] if row.call_milliseconds else [])
        times = " / ".join(f"{ratio:.3g}" for ratio in ratios if ratio is not None)
    return [
        row.problem,
        row.solver,
        rtol,
        row.milliseconds,
        row.call_milliseconds,
        times,
        row.gradient_error,
        row.value_error,
        row.trajectories,
        row.lanes or None,
        row.repeats,
    ]


def _reference_sentence(references: dict[str, Any]) -> str:
    good = ", ".join(
        f"{name} {reference['gradient_error']:.0e}"
        for name, reference in references.items()
        if "gradient_error" in reference
    )
    return f"Reference good to: {good}." if good else ""


def _growth(record: dict[str, Any]) -> list[str]:
    """Return the sections on conditions, states, predictions and start."""
    parts = []
    if (measured := record.get("conditions", {})).get("lines"):
        header = ["conditions", "ms", "ms a condition", "ms in lanes", "times faster"]
        lines = [
            [
                line["conditions"],
                line["milliseconds"],
                line["milliseconds"] / line["conditions"],
                in_lanes := line.get("milliseconds_in_lanes"),
                line["milliseconds"] / in_lanes if in_lanes else None,
            ]
            for line in measured["lines"]
        ]
        text = (
            f"{measured['problem']}, rtol {measured['rtol']:.0e}, value and gradient; "
            "time grows with conditions to the power "
        )
        parts += ["## Cost against conditions", f"{text}{measured['exponent']:.2f}.", table(header, lines)]
    if (measured := record.get("states", {})).get("lines"):
        header = ["states", "parameters", "non-zeros of J", "steps", "ms", "µs a step", "ns a step and non-zero"]
        lines = [
            [
                line["states"],
                line["parameters"],
                line["nonzeros"],
                line["steps"],
                line["milliseconds"],
                line["microseconds_a_step"],
                line["microseconds_a_step"] * 1e3 / line["nonzeros"],
            ]
            for line in measured["lines"]
        ]
        text = "A generated chain, value and gradient; the time of a step grows with the non-zeros of J to the power"
        parts += ["## Cost against states", f"{text} {measured['exponent']:.2f}.", table(header, lines)]
    if "solver_per_second" in (measured := record.get("predictions", {})):
        per_second = measured.get("in_lanes_per_second")
        in_lanes = f", {per_second:,.0f} in lanes" if per_second else ""
        text = (
            f"{measured['problem']}, {measured['conditions']} conditions, rtol {measured['rtol']:.0e}, no tape: the "
            f"solver "
            f"does {measured['solver_per_second']:,.0f} conditions a second in one thread"
            f"{in_lanes}. `signals_over_draws`, "
            f"{measured['draws']} draws, one time of {measured['signals_a_draw']} conditions each:"
        )
        header = ["cores", "s", "of which preparation, s", "conditions a second"]
        lines = [
            [line["cores"], line["seconds"], line["of_which_preparation"], f"{line['signals_per_second']:,.0f}"]
            for line in measured["lines"]
        ]
        parts += ["## Predictions", text, table(header, lines)]
    if cases := [start for start in record.get("start_up", []) if "case" in start]:
        header = ["case", "import, s", "first gradient with reading, s"]
        lines = [[case["case"], case["import_seconds"], case["first_gradient_seconds"]] for case in cases]
        parts += ["## Start", table(header, lines)]
    failed = [
        f"{name}: {record[name]['note']}"
        for name in ("conditions", "states", "predictions")
        if record.get(name, {}).get("note")
    ]
    return parts + failed


def _posterior(runs: list[dict[str, Any]]) -> list[str]:
    if not runs:
        return []
    header = [
        "problem",
        "solver",
        "ESS a second",
        "least bulk ESS",
        "sampling, s",
        "gradients",
        "ms a gradient",
        "largest R-hat",
        "divergences",
        "compile, s",
        "against jakstat: means differ by, sd",
        "z",
    ]
    lines = [_run_cells(run, runs) for run in runs]
    first = next((run for run in runs if "chains" in run), None)
    text = "Short runs of NUTS in one thread; ESS is the smallest of the parameters' bulk sizes."
    if first:
        text += f" {first['chains']} chains of {first['draws']} draws after {first['tune']}, rtol {first['rtol']:.0e}."
    text += (
        f" Where R-hat is above {_MIXED}, the chains have not mixed: ESS and its rate mean little, and the comparison "
        "is blank. z: difference of means in its Monte Carlo errors, largest of the parameters; 2 to 3 is agreement."
    )
    return ["## Posterior", text, table(header, lines)]


def _run_cells(row: dict[str, Any], runs: list[dict[str, Any]]) -> list[Any]:
    if "note" in row:
        return [row["problem"], row["solver"], row["note"], *[None] * 9]
    of_problem = [run["largest_r_hat"] for run in runs if run["problem"] == row["problem"] and "largest_r_hat" in run]
    judged = all(r_hat <= _MIXED for r_hat in of_problem)
    agreement = [row.get(name) if judged else None for name in ("largest_difference_sd", "largest_z")]
    numbers = ("effective_draws_per_second", "least_effective_draws", "sampling_seconds", "gradients")
    return [
        row["problem"],
        row["solver"],
        *[row[name] for name in numbers],
        row["sampling_seconds"] * 1e3 / max(row["gradients"], 1),
        row["largest_r_hat"],
        row["divergences"],
        row["compile_seconds"],
        *agreement,
    ]
