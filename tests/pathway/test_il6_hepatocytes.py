"""What the model of IL-6 on hepatocytes must do whatever its rates are."""

import numpy as np
import pytest
import sympy as sp

from jakstat.face import Problem
from jakstat.problem import Experiment, Measurement, Observable, Parameter, Period, Prior, ProblemTables
from jakstat.problem.model_text import read_model
from jakstat.statistics import SolverSettings

TIMES = np.array([0.0, 10.0, 20.0, 60.0, 240.0, 600.0])


@pytest.fixture(scope="module")
def simulate(repository):
    """Return a function from what cells and treatment set to states (name -> (time,)) from rest on."""
    sbml = read_model(repository / "model" / "pathways" / "il6_hepatocytes.ant", []) or ""

    def run(resting=None, treatment=None):
        periods = (
            Period(-np.inf, {name: sp.sympify(value) for name, value in (resting or {}).items()}),
            Period(0.0, {name: sp.sympify(value) for name, value in ({"ligand": 2.0} | (treatment or {})).items()}),
        )
        tables = ProblemTables(
            "laws",
            sbml,
            (Parameter("spare", 1.0, Prior("log-normal", (0.0, 1.0), 0.0, np.inf, "assumed")),),
            (Observable("any", sp.Integer(0), sp.Integer(1)),),
            (Experiment("one", periods),),
            (Measurement("any", "one", TIMES[-1], 0.0),),
        )
        states = Problem(tables, SolverSettings(1e-9, 1e-12)).simulate(times=TIMES).sel(experiment="one")
        return {name: states[name].to_numpy() for name in states.data_vars}

    return run


def phosphorylated(states):
    return states["pSTAT"] + 2 * states["dimer"] + 2 * states["dimer_n"]


def test_stat_is_neither_made_nor_lost(simulate):
    states = simulate()
    stat = phosphorylated(states) + states["STAT"] + states["STAT_n"]
    assert stat == pytest.approx(np.full(len(TIMES), 28.2), rel=1e-7)


def test_without_socs_the_receptor_complex_keeps_its_number(simulate):
    states = simulate({"SOCS_receptor_loss": 0})
    assert states["R"] + states["aR"] + states["pR"] == pytest.approx(np.full(len(TIMES), 0.61), rel=1e-7)


def test_socs_takes_receptors_away(simulate):
    states = simulate()
    receptors = states["R"] + states["aR"] + states["pR"]
    assert receptors[4] < 0.5 * receptors[0]


def test_nothing_is_active_without_ligand(simulate):
    states = simulate({"basal_activation": 0}, {"ligand": 0})
    assert phosphorylated(states) == pytest.approx(np.zeros(len(TIMES)), abs=1e-9)


def test_a_higher_dose_leaves_less_active_stat(simulate):
    active = [phosphorylated(simulate({}, {"inhibition_JAK1": dose, "drug_left": 1}))[2] for dose in (0, 0.1, 1, 10)]
    assert all(high > low for high, low in zip(active, active[1:], strict=False))


def test_a_drug_that_is_not_added_does_nothing(simulate):
    with_dose, without = simulate({}, {"inhibition_JAK1": 10, "drug_left": 0}), simulate()
    assert phosphorylated(with_dose) == pytest.approx(phosphorylated(without), rel=1e-7)


def test_loss_of_socs_prolongs_phosphorylation(simulate):
    def share_left(states):
        active = phosphorylated(states)
        return active[4] / active[2]

    lost = simulate({"SOCS_receptor_loss": 0, "SOCS_inhibition": 0})
    assert share_left(lost) > 1.2 * share_left(simulate())


def test_transcription_is_cooperative(simulate):
    """At rest SOCS3 mRNA is a power of the nuclear dimer, 1 where there is SOCS_reference of it."""
    for basal in (1e-4, 1e-3, 1e-2):
        states = simulate({"basal_activation": basal}, {"ligand": 0})
        assert states["SOCS_mRNA"][0] == pytest.approx((states["dimer_n"][0] / 3.0) ** 1.4, rel=1e-5)
