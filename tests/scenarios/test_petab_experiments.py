"""Experiments of a problem made again with inhibitors and alterations: what each period sets."""

import shutil

import numpy as np
import pytest
import sympy as sp

from jakstat.files import DataFaultsError
from jakstat.problem import Experiment, Measurement, Observable, Parameter, Period, Prior, ProblemTables, Treatment
from jakstat.problem.model_text import antimony_to_sbml
from jakstat.scenarios import read_petab_scenarios

MODEL = """\
model m
  rate = 2; other = 1; dose_of_ligand = 0; x = 0;
  species x; J: -> x; rate * other * dose_of_ligand
end
"""
HEAD = "inhibitor\tmechanism\tparameter\tformula\tconstant\tunit\tmedian\tsd_ln\tassay\tatp_mM\tsource\tstatus\n"
INHIBITORS = (
    HEAD + "drug\ttype I JAK\trate\trate / (1 + dose / K_drug)\tK_drug\tnM\t10\t0.5\tcells\t\tassumed\tassumed\n"
)
ALTERATIONS = (
    "alteration\tgene\tchange\tparameter\tinhibitors\tformula\tconstant\tunit\tmedian\tsd_ln\tcancer\tsource\tstatus\n"
    "faster\tJAK2\tmore\trate\t\trate * fold\tfold\t1\t3\t0.5\tany\tassumed\tassumed\n"
    "resistant\tJAK2\tmutant\trate\tdrug\tK * shift\tshift\t1\t8\t0.5\tany\tassumed\tassumed\n"
)
TABLES = {
    "inhibitors": INHIBITORS,
    "alterations": ALTERATIONS,
    "constants": "constant\tunit\tmedian\tsd_ln\tsource\tstatus\n",
}


def s(name):
    return sp.Symbol(name, real=True)


RATE, DRUGGED, STIMULATED = s("rate"), 1 / (1.0 + 100.0 / s("K_drug")), {"dose_of_ligand": sp.Float(1)}


@pytest.fixture
def folder(tmp_path):
    for name, text in TABLES.items():
        (tmp_path / f"{name}.tsv").write_text(text)
    return tmp_path


def problem(*periods, time_unit="min"):
    sbml = antimony_to_sbml(MODEL, "m.ant", [])
    return ProblemTables(
        "m",
        sbml,
        (Parameter("spare", 1.0, Prior("log-normal", (0.0, 1.0), 0.0, np.inf, "assumed")),),
        (Observable("level", s("x"), sp.Integer(1)),),
        (Experiment("made", periods, "as made"),),
        (Measurement("level", "made", 1.0, 0.0),),
        time_unit=time_unit,
    )


def asked(folder, periods, alterations=(), inhibitors=(("drug", 100.0),)):
    """Return the changes of each period of the treatment, and the parameters that it needs."""
    treatment = Treatment(cell_line="made", alterations=alterations, inhibitors=inhibitors)
    found, more = read_petab_scenarios(problem(*periods), folder).experiments([treatment])
    return [dict(period.changes) for period in found[treatment].periods], {parameter.id for parameter in more}


def test_what_the_experiment_sets_stays_and_the_drug_acts_from_its_beginning(folder):
    changes, more = asked(folder, [Period(0.0, STIMULATED)])
    assert changes == [STIMULATED | {"rate": RATE * DRUGGED}]
    assert more == {"K_drug"}


def test_before_the_end_of_a_preequilibration_there_is_no_drug_but_the_cells_are_altered(folder):
    changes, more = asked(folder, [Period(-np.inf), Period(0.0, STIMULATED)], ("faster",))
    assert changes == [{"rate": RATE * s("fold")}, STIMULATED | {"rate": RATE * DRUGGED}]
    assert more == {"K_drug", "fold"}


def test_a_period_that_starts_parameters_anew_has_both_act_again(folder):
    changes, _ = asked(folder, [Period(-np.inf), Period(0.0, STIMULATED, resets_parameters=True)], ("faster",))
    assert changes[1] == STIMULATED | {"rate": RATE * s("fold") * DRUGGED}
    changes, _ = asked(folder, [Period(0.0), Period(5.0, STIMULATED, resets_parameters=True)])
    assert changes[1] == STIMULATED | {"rate": RATE * DRUGGED}


def test_alterations_and_drugs_act_on_what_a_period_sets(folder):
    periods = [
        Period(0.0, {"rate": sp.Float(5)}),
        Period(10.0, {"rate": sp.Float(7)}),
        Period(20.0, {"other": sp.Float(0)}),
    ]
    changes, _ = asked(folder, periods, ("faster",))
    fold = s("fold")
    assert changes == [{"rate": 5.0 * fold * DRUGGED}, {"rate": 7.0 * fold * DRUGGED}, {"other": 0.0}]


def test_an_alteration_may_change_the_constant_of_a_drug(folder):
    changes, more = asked(folder, [Period(0.0)], ("resistant",))
    assert changes == [{"rate": RATE / (1.0 + 100.0 / (s("K_drug") * s("shift")))}]
    assert more == {"K_drug", "shift"}


def test_without_drug_and_alteration_the_experiment_is_the_same(folder):
    periods = [Period(-np.inf), Period(0.0, STIMULATED)]
    changes, more = asked(folder, periods, inhibitors=())
    assert changes == [dict(period.changes) for period in periods]
    assert more == set()


def test_tables_that_do_not_suit_the_model_are_refused_with_file_and_row(folder):
    table = folder / "inhibitors.tsv"
    table.write_text(table.read_text().replace("type I JAK\trate\trate /", "type I JAK\trates\trates /"))
    with pytest.raises(
        DataFaultsError, match=r"inhibitors\.tsv, line 2, parameter: found 'rates'; .*did you mean rate"
    ):
        read_petab_scenarios(problem(Period(0.0)), folder)
    shutil.rmtree(folder)
    with pytest.raises(DataFaultsError, match=r"3 fault\(s\)"):
        read_petab_scenarios(problem(Period(0.0)), folder)


def test_a_model_without_unit_of_time_needs_to_be_told(folder):
    with pytest.raises(ValueError, match="time unit: found ''; needed: one of s, min, h, d"):
        read_petab_scenarios(problem(Period(0.0), time_unit=""), folder)
    assert read_petab_scenarios(problem(Period(0.0), time_unit=""), folder, "h").time_unit == "h"


def test_a_stimulus_of_its_own_is_refused(folder):
    scenarios = read_petab_scenarios(problem(Period(0.0)), folder)
    with pytest.raises(ValueError, match="those of the experiment alone"):
        scenarios.experiments([Treatment(cell_line="made", stimulus="IL-6", stimulus_nM=1.0)])
