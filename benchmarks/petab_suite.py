"""The published test cases of PEtab: which pass, which are refused, which fail.

Prints a table for each version and writes both to docs/petab_suite.md. A case passes where log likelihood, chi-squared,
every simulated signal and every log prior that its solution states are met within its own tolerances. Version 1 comes
from the package petabtests, version 2 from ../shared/reference/petab_test_suite (or the folder given as the argument),
which holds a part of the public suite.
"""

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from jakstat import __version__, read_problem
from jakstat.files import DataFaultsError

REPOSITORY = Path(__file__).resolve().parent.parent
CASES = Path(__file__).with_name("petab_cases.tsv")  # what each case tests, in our words
SUITE_2 = REPOSITORY.parent / "shared" / "reference" / "petab_test_suite" / "v2"


@dataclass(frozen=True)
class Outcome:
    """What became of a case: ``passed``, ``refused`` or ``failed``, and the sentence or number."""

    kind: str
    text: str = ""


def suite_1() -> Path | None:
    """Return the folder of version 1; the package is looked for, not imported (it wants an older libpetab)."""
    found = importlib.util.find_spec("petabtests")
    places = [] if found is None else found.submodule_search_locations or []
    return next((Path(place) / "cases" / "v1.0.0" / "sbml" for place in places), None)


def cases_in(folder: Path | None) -> list[Path]:
    """Return the folders of the cases; none where the suite is absent."""
    return [] if folder is None else sorted(path for path in folder.glob("[0-9]*") if path.is_dir())


def judge(case: Path) -> Outcome:
    """Evaluate a case at its nominal parameters and compare it with its solution."""
    solution = yaml.safe_load((case / f"_{case.name}_solution.yaml").read_text())
    try:
        problem = read_problem(case / f"_{case.name}.yaml")
        signals = problem.signals()
    except (NotImplementedError, DataFaultsError) as error:
        return Outcome("refused", " ".join(str(error).split()))
    except (ValueError, RuntimeError) as error:
        return Outcome("failed", " ".join(str(error).split()))
    simulated = pd.concat([pd.read_csv(case / file, sep="\t") for file in solution["simulation_files"]])
    if simulated["observableId"].tolist() != signals["observable"].to_numpy().tolist():
        return Outcome("failed", "signals are not in the order of the case")
    likelihood = float(signals["log_likelihood"].sum())
    found = {
        "llh": (likelihood, solution["llh"]),
        "chi2": (float((signals["residual"] ** 2).sum()), solution["chi2"]),
        "simulations": (signals["signal"].to_numpy(), simulated["simulation"].to_numpy(dtype=float)),
    }
    if "log_prior" in solution:
        prior, stated = problem.log_prior(), solution["log_prior"]
        found["log_prior"] = np.array([prior[name] for name in stated]), np.array(list(stated.values()))
        found["unnorm_log_posterior"] = likelihood + sum(prior.values()), solution["unnorm_log_posterior"]
    for name, (value, stated) in found.items():
        error = float(np.max(np.abs(value - stated)))
        if not error <= solution[f"tol_{name}"]:
            return Outcome("failed", f"{name} differs by {error:.3g} (at most {solution[f'tol_{name}']:g})")
    return Outcome("passed")


def table(version: str, outcomes: dict[str, Outcome]) -> str:
    """Return the table of one version as Markdown, counts first."""
    counts = {
        kind: sum(outcome.kind == kind for outcome in outcomes.values()) for kind in ("passed", "refused", "failed")
    }
    lines = [
        f"## PEtab {version}",
        "",
        ", ".join(f"{number} {kind}" for kind, number in counts.items()) + f" of {len(outcomes)} cases.",
        "",
        "| case | what it tests | outcome |",
        "|---|---|---|",
    ]
    cases = pd.read_csv(CASES, sep="\t", dtype=str).set_index(["version", "case"])["what_it_tests"]
    lines += [
        f"| {name} | {cases.get((version, name), '')} | {': '.join(filter(None, (outcome.kind, outcome.text)))} |"
        for name, outcome in outcomes.items()
    ]
    return "\n".join(lines)


def main() -> None:
    """Judge every case and print the tables."""
    suites = {"1": suite_1(), "2": Path(sys.argv[1]) if len(sys.argv) > 1 else SUITE_2}
    tables = [
        table(version, {case.name: judge(case) for case in cases_in(folder)}) for version, folder in suites.items()
    ]
    head = f"""# The test cases of PEtab

jakstat {__version__}; `make petab-suite` writes this page. Version 1: all SBML cases of the package petabtests. Version
2: the SBML cases in the reference folder, a part of github.com/PEtab-dev/petab_test_suite. A refusal is not a pass."""
    text = "\n\n".join([head, *tables])
    print(text)
    (REPOSITORY / "docs" / "petab_suite.md").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
