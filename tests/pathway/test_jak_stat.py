"""What the pathway model must do whatever its rates are: conservation, limits, what drugs and mutations do."""

from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from jakstat.face import Problem
from jakstat.files.faults import Fault
from jakstat.problem import Experiment, Measurement, Observable, Parameter, Period, Prior, ProblemTables
from jakstat.problem.model_text import read_model
from jakstat.problem.reference.effects import altered, inhibited
from jakstat.problem.reference.reference_tables import read_reference
from jakstat.statistics import SolverSettings

REPOSITORY = Path(__file__).resolve().parents[2]
EPO_RECEPTOR = {"share_JAK1": 0, "share_JAK2": 1, "share_JAK3": 0, "share_TYK2": 0}
TREATED = {"growing": 1, "drug_left": 1, "programme_untreated": sp.Symbol("programme", real=True)}
FAULTS: list[Fault] = []
SBML = read_model(REPOSITORY / "model" / "pathways" / "jak_stat.ant", FAULTS) or ""
REFERENCE = read_reference(REPOSITORY / "data" / "reference", FAULTS)
ASSAY = 72 * 60.0  # min


def simulate(cells, treatment=None, times=(0.0, ASSAY), stimulus=None):
    """Return states (name -> (time,)) of cells at rest, then under treatment and stimulus from time 0 on."""
    resting = EPO_RECEPTOR | {"growing": 0} | dict(cells)
    periods = (
        Period(-np.inf, {name: sp.sympify(value) for name, value in resting.items()}),
        Period(
            0.0,
            {
                name: sp.sympify(value)
                for name, value in (TREATED | dict(treatment or {}) | dict(stimulus or {})).items()
            },
        ),
    )
    constants = tuple(Parameter(constant.id, constant.value, None) for constant in REFERENCE.constants.values())
    tables = ProblemTables(
        "laws",
        SBML,
        (*constants, Parameter("spare", 1.0, Prior("log-normal", (0.0, 1.0), 0.0, np.inf, "assumed"))),
        (Observable("any", sp.Integer(0), sp.Integer(1)),),
        (Experiment("one", periods),),
        (Measurement("any", "one", times[-1], 0.0),),
    )
    states = Problem(tables, SolverSettings(1e-9, 1e-11)).simulate(times=np.array(times)).sel(experiment="one")
    return {name: states[name].to_numpy() for name in states.data_vars}


def drugs(alterations=(), **doses):
    return inhibited(REFERENCE, doses, alterations)


def with_alterations(*names):
    """Return what alterations set; a formula starts from the model's values, as for cells without them."""
    values = {
        "basal_activation": 1e-5,
        "other_STAT_kinase": 0,
        "SOCS_inhibition": 5,
        "SOCS_translation": 1,
        "STAT_dephosphorylation": 0.05,
        "nuclear_STAT_dephosphorylation": 0.1,
        "autocrine_ligand": 0,
        "receptor_total": 1.3,
        "JAK_total": 2.8,
        "growth_dependency": 0.5,
    }
    changed = altered(REFERENCE, names)
    return {
        name: formula.xreplace(
            {sp.Symbol(parameter, real=True): sp.Float(value) for parameter, value in values.items()}
        )
        for name, formula in changed.items()
    }


def viability(cells, treatment):
    states = simulate({"growth_dependency": 0.9, "autocrine_ligand": 0.05} | dict(cells), treatment)
    return (states["cells"] + states["differentiated"])[-1] * np.exp(-0.00039 * ASSAY)


def test_stat_and_jak_are_neither_made_nor_lost():
    states = simulate({}, stimulus={"ligand": 5}, times=np.linspace(0, 600, 61))
    stat = states["STAT"] + states["pSTAT"] + 2 * states["dimer"] + 2 * states["dimer_n"] + states["STAT_n"]
    assert stat == pytest.approx(np.full(61, 165.0), rel=1e-7)
    assert states["JAK"] + states["pJAK"] == pytest.approx(np.full(61, 2.8), rel=1e-7)


def test_no_species_becomes_negative():
    states = simulate({}, drugs(ruxolitinib=500), times=np.geomspace(0.01, ASSAY, 60), stimulus={"ligand": 5})
    assert all(values.min() > -1e-7 for values in states.values())


def test_cells_at_rest_stay_as_they_are_without_ligand():
    states = simulate({"basal_activation": 0}, times=(0.0, 60.0, 600.0))
    assert states["pSTAT"] + states["dimer"] + states["dimer_n"] + states["pJAK"] == pytest.approx(
        np.zeros(3), abs=1e-9
    )
    assert states["R"] == pytest.approx(np.full(3, 1.3), rel=1e-7)


@pytest.mark.parametrize("stimulated", ["ligand", "autocrine"])
def test_a_higher_dose_leaves_less_active_stat(stimulated):
    doses = [0, 10, 100, 1000, 10_000]
    cells = {"autocrine_ligand": 0.05} if stimulated == "autocrine" else {}
    stimulus = {"ligand": 5} if stimulated == "ligand" else None
    active = []
    for dose in doses:
        states = simulate(cells, drugs(ruxolitinib=dose), times=(0.0, 60.0), stimulus=stimulus)
        active.append((states["pSTAT"] + 2 * states["dimer"] + 2 * states["dimer_n"])[-1])
    assert all(high > low for high, low in zip(active, active[1:], strict=False))


def test_v617f_is_active_without_ligand():
    wild_type, mutant = (simulate(cells, times=(0.0,)) for cells in ({}, with_alterations("JAK2_V617F")))
    assert mutant["dimer_n"][0] > 10 * wild_type["dimer_n"][0]
    assert mutant["dimer_n"][0] > 1.0  # nM


def test_loss_of_socs_prolongs_phosphorylation():
    def share_left(cells):
        states = simulate(cells, stimulus={"ligand": 5}, times=(0.0, 20.0, 240.0))
        active = states["pSTAT"] + 2 * states["dimer"] + 2 * states["dimer_n"]
        return active[2] / active[1]

    assert share_left(with_alterations("SOCS3_loss")) > 1.2 * share_left({})


def test_a_bcr_abl_line_is_indifferent_to_jak_inhibition():
    cells = with_alterations("BCR_ABL") | {"autocrine_ligand": 0, "basal_activation": 0}
    on_target = {name: value for name, value in drugs(ruxolitinib=5000).items() if name != "off_target"}
    assert viability(cells, on_target) == pytest.approx(1.0, abs=1e-4)
    assert viability({}, on_target) < 0.3


def test_without_dependency_viability_is_flat():
    on_target = {name: value for name, value in drugs(ruxolitinib=5000).items() if name != "off_target"}
    assert viability({"growth_dependency": 0}, on_target) == pytest.approx(1.0, abs=1e-6)


def test_a_resistance_mutation_shifts_the_dose_by_its_fold():
    fold = REFERENCE.constants["fold_JAK2_Y931C"].value
    plain = simulate({"autocrine_ligand": 0.05}, drugs(ruxolitinib=100), times=(0.0, 240.0))
    shifted = simulate({"autocrine_ligand": 0.05}, drugs(["JAK2_Y931C"], ruxolitinib=100 * fold), times=(0.0, 240.0))
    assert shifted["dimer_n"][-1] == pytest.approx(plain["dimer_n"][-1], rel=1e-5)


def test_two_drugs_on_one_site_are_dilutions_of_each_other():
    k = {name: REFERENCE.constants[f"K_{name}_JAK2"].value for name in ("ruxolitinib", "fedratinib")}
    both = drugs(ruxolitinib=50, fedratinib=70 * k["fedratinib"] / k["ruxolitinib"])
    states = [simulate({"autocrine_ligand": 0.05}, drug, times=(0.0, 240.0)) for drug in (both, drugs(ruxolitinib=120))]
    assert states[0]["dimer_n"][-1] == pytest.approx(states[1]["dimer_n"][-1], rel=1e-6)


def test_an_antibody_and_a_stat_inhibitor_lower_active_stat():
    plain = simulate({"autocrine_ligand": 0.05}, times=(0.0, 240.0))["dimer_n"]
    for treatment in (drugs(tocilizumab=1000), drugs(Stattic=20_000)):
        assert simulate({"autocrine_ligand": 0.05}, treatment, times=(0.0, 240.0))["dimer_n"][-1] < 0.5 * plain[-1]


def test_the_tables_have_no_fault_against_the_model():
    assert FAULTS == []
