"""The table of the PEtab benchmark collection: what it says of a problem, and how it compares."""

import json
import subprocess

import numpy as np
import pandas as pd
import pytest
from benchmarks.petab_collection import (
    deviation_of,
    differences_of,
    outcome_of,
    page,
    problems_in,
    run_all,
    simulations_of,
)

from jakstat import Problem, SolverSettings


def test_outcomes_are_told_apart():
    assert outcome_of({"read": 1.0, "value": 10.0, "reference": 10.0005}) == "matches"
    assert outcome_of({"read": 1.0, "value": 10.0, "reference": 10.002}) == "differs"
    assert outcome_of({"read": 1.0, "value": -2e8, "reference": -2e8 - 1.0}) == "matches"
    assert outcome_of({"read": 1.0, "value": 10.0}) == "read; no reference"
    assert outcome_of({"read": 1.0, "limit": 60.0}) == "not planned within 60 s"
    assert outcome_of({"limit": 60.0}) == "not read within 60 s"
    assert outcome_of({"refused": "delay"}) == "refused: delay"


def test_differences_of_a_closed_form_meet_its_gradient_and_show_a_wrong_one(turnover):
    problem = Problem(turnover, SolverSettings(1e-12, 1e-14))
    notes = {}
    differences, gradient = differences_of(problem, lambda **more: notes.update(more)), problem.gradient()
    assert notes["differences"] == differences
    assert deviation_of(gradient, differences, problem) < 1e-7
    assert abs(differences["k"]) < 1.0  # where a deviation is absolute
    wrong = deviation_of({"k": 1.01 * gradient["k"]}, differences, problem)
    assert wrong == pytest.approx(0.01 * abs(differences["k"]), rel=1e-3)


def test_simulations_are_matched_by_their_keys(tmp_path):
    measurements = pd.DataFrame(
        {"observableId": ["b", "a", "a"], "simulationConditionId": ["c"] * 3, "time": [1.0, 2.0, 1.0]}
    )
    simulated = measurements.iloc[[2, 0, 1]].assign(simulation=[11.0, 20.0, 12.0])
    simulated.to_csv(tmp_path / "simulatedData_x.tsv", sep="\t", index=False)
    assert simulations_of(tmp_path / "x.yaml", measurements).tolist() == [20.0, 12.0, 11.0]
    more = pd.concat([simulated, simulated.assign(time=7.0, simulation=0.0)])
    more.to_csv(tmp_path / "simulatedData_x.tsv", sep="\t", index=False)
    assert simulations_of(tmp_path / "x.yaml", measurements).tolist() == [20.0, 12.0, 11.0]
    simulated.assign(time=[1.0, 1.0, 3.0]).to_csv(tmp_path / "simulatedData_x.tsv", sep="\t", index=False)
    with pytest.raises(ValueError, match="not of the same ids and times"):
        simulations_of(tmp_path / "x.yaml", measurements)


def test_problem_that_cannot_be_read_stops_no_other_and_stands_in_the_table(tmp_path):
    for name in ("Broken_A", "Broken_B"):
        folder = tmp_path / "Benchmark-Models" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.yaml").write_text("format_version: 1\n")
    records = tmp_path / "records"
    records.mkdir()
    assert sorted(problems_in(tmp_path)) == ["Broken_A", "Broken_B"]
    found = run_all(tmp_path, 120.0, [], records)
    assert all("refused" in experiment or "failed" in experiment for experiment in found.values())
    text = page(
        found
        | {
            "Done": {
                "read": 1.0,
                "value": 1.0,
                "reference": 1.0,
                "deviation": 1e-6,
                "compared": 3,
                "tight_deviation": 1e-9,
                "tight": 1.0,
            }
        }
    )
    assert "3 problems: 1\nevaluated, 1 within" in text
    assert len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1


def test_limit_of_time_ends_one_problem_and_is_said(tmp_path, monkeypatch):
    folder = tmp_path / "Benchmark-Models" / "Slow"
    folder.mkdir(parents=True)
    (folder / "Slow.yaml").write_text("format_version: 1\n")

    def slow(command, timeout, **options):
        json_file = command[command.index("--record") + 1]
        with open(json_file, "w") as record:
            record.write(json.dumps({"read": 0.5}))
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", slow)
    (tmp_path / "records").mkdir()
    found = run_all(tmp_path, 7.0, [], tmp_path / "records")
    assert outcome_of(found["Slow"]) == "not planned within 7 s"
    assert np.isclose(found["Slow"]["limit"], 7.0)
