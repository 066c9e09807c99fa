"""A study's own priors of constants of the reference tables: what they replace, and what is refused."""
# ruff: noqa: E501 (rows of tables)

import numpy as np
import pytest

from jakstat.files import DataFaultsError
from jakstat.problem import Treatment, read_study
from jakstat.scenarios import StudyScenarios

STUDY = """\
id: small
title: A drug on a receptor
citation: Nobody 2020
model: receptor.ant
measurements: measurements.tsv
parameters: parameters.tsv
time: {column: time_min, unit: min}
cells:
  reference: reference
  constants:
    shift: {median: 20, sd_ln: 1.5, source: assumed wide, status: assumed}
    K_drug: {median: 4, source: measured here, status: read}
observables:
  level: {formula: pSTAT, noise: sd, unit: nM}
"""
TEXTS = {
    "study.yaml": STUDY,
    "receptor.ant": "model receptor()\n  compartment cell = 1; species pSTAT in cell = 0; inhibition = 0; k_on = 1;\n"
    "  k_off = 1; share_JAK1 = 0;\n  on: => pSTAT; k_on * share_JAK1 / (1 + inhibition); off: pSTAT => ; k_off * pSTAT;\nend\n",
    "parameters.tsv": "id\tunit\tnominal\testimate\tprior\tprior_parameters\tlower\tupper\tsource\tstatus\nsd\t1\t0.1\tfalse\t\t\t\t\t\tassumed\n",
    "measurements.tsv": "observable\tcell_line\tinhibitor\tinhibitor_nM\ttime_min\tvalue\nlevel\tA\tdrug\t100\t30\t0.5\n",
    "reference/constants.tsv": "constant\tunit\tmedian\tsd_ln\tsource\tstatus\nshift\t1\t50\t0.7\tthe same data\tassumed\n",
    "reference/inhibitors.tsv": "inhibitor\tmechanism\tparameter\tformula\tconstant\tunit\tmedian\tsd_ln\tassay\tatp_mM\tsource\tstatus\n"
    "drug\ttype I JAK\tinhibition\tinhibition + dose / (K_drug * shift)\tK_drug\tnM\t3\t1\tkinase\t1\tassumed\tassumed\n"
    "other\ttype I JAK\tinhibition\tinhibition + dose / (K_other * shift)\tK_other\tnM\t7\t1\tkinase\t1\tassumed\tassumed\n",
    "reference/alterations.tsv": "alteration\tgene\tchange\tparameter\tinhibitors\tformula\tconstant\tunit\tmedian\tsd_ln\tcancer\tsource\tstatus\n"
    "active\tJAK2\tV617F\tk_on\t\tk_on * 5\t\t\t\t\tMPN\tassumed\tassumed\n",
    "reference/receptors.tsv": "receptor\tligand\tligand_kDa\tshare_JAK1\tSTAT\tsource\tstatus\ngp130\tIL-6\t21\t1\tSTAT3\tassumed\tassumed\n",
    "reference/cell_lines.tsv": "cell_line\tcancer\tdriver\treceptor\talterations\tligand_source\tdoubling_time_h\tsd_ln\tsource\tstatus\n"
    "A\tALL\tnone\tgp130\t\tnone\t24\t0.3\tassumed\tassumed\n",
    "reference/exposure.tsv": "inhibitor\tregimen\tcmax_nM\tcavg_nM\tfraction_unbound\tsd_ln\tsource\tstatus\ndrug\tdaily\t100\t50\t0.1\t0.5\tassumed\tassumed\n",
}


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes the study, with one text of study.yaml replaced."""

    def write(old="", new=""):
        assert old in STUDY
        (tmp_path / "reference").mkdir()
        for name, text in TEXTS.items():
            (tmp_path / name).write_text(text.replace(old, new) if name == "study.yaml" else text)
        return tmp_path

    return write


def by_id(parameters):
    return {parameter.id: parameter for parameter in parameters}


def test_a_studys_own_prior_stands_in_place_of_the_tables(folder):
    shift = by_id(read_study(folder()).parameters)["shift"]
    assert shift.prior.parameters == pytest.approx((np.log(20.0), 1.5))
    assert (shift.nominal, shift.unit, shift.prior.source) == (20.0, "1", "assumed wide")


def test_a_constant_without_a_width_is_fixed(folder):
    constant = by_id(read_study(folder()).parameters)["K_drug"]
    assert (constant.nominal, constant.estimated, constant.unit) == (4.0, False, "nM")


def test_without_an_own_prior_the_tables_hold(folder):
    found = by_id(read_study(folder("    K_drug: {median: 4, source: measured here, status: read}\n")).parameters)
    assert found["K_drug"].prior.parameters == pytest.approx((np.log(3.0), 1.0))
    assert found["shift"].nominal == 20.0


def test_predictions_for_other_drugs_have_the_studys_own_prior_too(folder):
    scenarios = StudyScenarios(folder("K_drug: {median: 4,", "K_other: {median: 9,"))
    _, more = scenarios.experiments([Treatment(cell_line="A", inhibitors=(("other", 100.0),))])
    assert by_id(more)["K_other"].nominal == 9.0


@pytest.mark.parametrize(
    ("old", "new", "place", "needed"),
    [
        ("    shift:", "    shifd:", "line 11, cells.constants.shifd", "did you mean shift?"),
        ("median: 20", "median: -20", "line 11, cells.constants.shift.median", "a positive number"),
        ("sd_ln: 1.5", "sd_ln: wide", "line 11, cells.constants.shift.sd_ln", "a positive number"),
        ("sd_ln: 1.5", "sd_ln: .inf", "line 11, cells.constants.shift.sd_ln", "a positive number"),
        ("median: 20, ", "", "cells.constants.shift.median", "the key median"),
        (", source: measured here", "", "cells.constants.K_drug.source", "the key source"),
        ("median: 4", "mean: 4", "cells.constants.K_drug.mean", "one of median, source, status, sd_ln"),
        ("{median: 4, source: measured here, status: read}", "4", "cells.constants.K_drug", "a mapping with the keys"),
        (STUDY[STUDY.index("    shift") : STUDY.index("observables")], "    [shift]\n", "cells.constants", "a mapping"),
    ],
)
def test_a_fault_is_named_with_its_place(folder, old, new, place, needed):
    with pytest.raises(DataFaultsError) as raised:
        read_study(folder(old, new))
    text = str(raised.value)
    assert place in text
    assert needed in text


def test_all_faults_come_at_once(folder):
    with pytest.raises(DataFaultsError) as raised:
        read_study(folder("median: 20, sd_ln: 1.5, source: assumed wide", "median: 0, sd_ln: 0"))
    assert len(raised.value.faults) == 3
