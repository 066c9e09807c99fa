# ruff: noqa: E501 - tables are written as they are
"""Studies with cell lines: what a row of a table becomes in the model, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from jakstat.files import DataFaultsError
from jakstat.problem import read_checked_study, read_petab, read_study, study_to_petab


def experiments(tables):
    return {experiment.label: experiment for experiment in tables.experiments}


def s(name):
    return sp.Symbol(name, real=True)


def test_a_row_becomes_rest_treatment_and_stimulus(panel):
    found = experiments(read_study(panel()))["A-1, IL-6 21 ng/ml, drug 100 nM, GDSC1"]
    assert [period.start for period in found.periods] == [-np.inf, -60.0, 0.0]
    rest, treated, stimulated = (period.changes for period in found.periods)
    assert rest["share_JAK1"] == 1.0
    assert treated["inhibition"] == s("inhibition") + 100.0 / (s("K_drug") * s("shift"))
    assert treated["drug_left"] == 1.0
    assert stimulated == {"ligand": 1.0}  # 21 ng/ml of a 21 kDa protein


def test_time_in_hours_is_converted(panel):
    tables = read_study(panel())
    assert [measurement.time for measurement in tables.measurements if measurement.observable_id == "level"] == [
        4320.0
    ] * 3


def test_pooled_values_are_around_a_mean_and_lines_without_secretion_have_none(panel):
    found = experiments(read_study(panel()))
    of_b, of_a = (found[label].periods[0].changes for label in ("B, drug 100 nM, GDSC1", "A-1"))
    expected = s("autocrine_typical") * sp.exp(s("autocrine_sd") * s("autocrine_z_B"))
    assert of_b["autocrine"] == expected
    assert of_a["autocrine"] == 0.0
    in_screen = found["B, drug 1000 nM, GDSC2"].periods[1].changes["scale"]
    assert in_screen == sp.exp(s("scale_sd") * s("scale_z_B_GDSC2"))


def test_what_was_measured_in_a_line_stands_above_all_else(panel):
    assert experiments(read_study(panel()))["A-1"].periods[0].changes["k_off"] == 0.3


def test_alterations_start_from_the_value_of_unaltered_cells(panel):
    tables = read_study(panel())
    found = experiments(tables)
    assert found["B, drug 100 nM, GDSC1"].periods[0].changes["activity"] == s("activity_wild_type") * s("fold_active")
    assert found["A-1"].periods[0].changes["activity"] == s("activity_wild_type")
    inhibited = found["B, drug 100 nM, GDSC1"].periods[1].changes["inhibition"]
    assert inhibited == s("inhibition") + 100.0 / (s("K_drug") * s("fold_resistant") * s("shift"))


def test_the_parameters_that_treatments_need_have_priors(panel):
    by_id = {parameter.id: parameter for parameter in read_study(panel()).parameters}
    for name in ("autocrine_z_B", "scale_z_A_1_GDSC1", "scale_z_B_GDSC2"):
        assert by_id[name].prior.distribution == "normal"
        assert by_id[name].prior.parameters == (0.0, 1.0)
    assert by_id["K_drug"].prior.parameters == pytest.approx((np.log(3.0), 1.0))
    assert by_id["proliferation_B"].nominal == pytest.approx(np.log(2) / (36 * 60))
    assert all(parameter.prior is None or parameter.prior.source for parameter in by_id.values())
    assert "scale_z_A_1_" not in by_id  # no drug, nothing scales


def test_an_observable_has_a_scale_of_its_own_in_each_experiment(panel):
    tables = read_study(panel())
    by_id = {parameter.id: parameter for parameter in tables.parameters}
    assert "gain" not in by_id
    assert by_id["gain_of_blot_1"].prior == by_id["gain_of_blot_2"].prior
    used = [
        measurement.observable_parameters
        for measurement in tables.measurements
        if measurement.observable_id == "pSTAT_signal"
    ]
    assert used == [(s("gain_of_blot_1"),), (s("gain_of_blot_1"),), (s("gain_of_blot_2"),)]


def test_censoring_and_heavy_tails_reach_the_records(panel):
    tables = read_study(panel())
    assert [measurement.censored for measurement in tables.measurements[:3]] == ["", "", "below"]
    level = next(observable for observable in tables.observables if observable.id == "level")
    assert (level.noise_distribution, level.degrees_of_freedom) == ("student-t", 4.0)


def test_the_panel_can_be_given_away_as_a_valid_petab_problem(panel, tmp_path):
    target = tmp_path / "petab"
    target.mkdir()
    study_to_petab(panel()).to_files(target)
    given, direct = read_petab(target / "panel.yaml"), read_study(panel())
    assert [parameter.id for parameter in given.parameters] == [parameter.id for parameter in direct.parameters]
    assert [measurement.value for measurement in given.measurements] == [
        measurement.value for measurement in direct.measurements
    ]
    starts = [
        {experiment.id: [period.start for period in experiment.periods] for experiment in tables.experiments}
        for tables in (given, direct)
    ]
    assert starts[0] == starts[1]


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "needed"),
    [
        (
            "phospho.tsv",
            "A-1	IL-6	21			0",
            "A-2	IL-6	21			0",
            "phospho.tsv, line 2, cell_line",
            "A-1",
        ),
        (
            "phospho.tsv",
            "drug	100	1	30	1	",
            "drog	100	1	30	1	",
            "phospho.tsv, line 3, inhibitor",
            "drug",
        ),
        (
            "phospho.tsv",
            "drug	100	1	30	1	",
            "drug	-1	1	30	1	",
            "line 3, inhibitor_nM",
            "0 or more",
        ),
        ("phospho.tsv", "	below", "	under", "line 4, censored", "above, below"),
        ("phospho.tsv", "blot 2", "", "line 4, experiment", "its own gain"),
        ("phospho.tsv", "IL-6	21			0", "IL-7	21			0", "line 2, stimulus", "IL-6"),
        ("viability.tsv", "0.5	GDSC1", "0.5	", "viability.tsv, line 2, screen", "pooled"),
        ("viability.tsv", "time_h", "time_weeks", "viability.tsv, line 1", "time_min"),
        ("study.yaml", "stimulus: ligand", "stimulus: ligan", "cells.stimulus", "ligand"),
        ("study.yaml", "scale: log, mean", "scale: linear, mean", "cells.pooled.autocrine.scale", "log, logit"),
        ("study.yaml", "mean: autocrine_typical", "mean: autocrine_mean", "cells.pooled.autocrine.mean", "autocrine"),
        ("study.yaml", "fixed: {A-1:", "fixed: {A-9:", "cells.fixed.A-9", "A-1"),
        ("study.yaml", "per_experiment: [gain]", "per_experiment: [gains]", "per_experiment", "parameters.tsv"),
        ("study.yaml", "degrees_of_freedom: 4", "degrees_of_freedom: 1", "degrees_of_freedom", "above 2"),
        ("study.yaml", "drug_left: 1", "drug_lost: 1", "cells.at_treatment.drug_lost", "drug_left"),
    ],
)
def test_a_fault_is_named_with_its_place(panel, file, old, new, place, needed):
    with pytest.raises(DataFaultsError) as raised:
        read_study(panel(file, old, new))
    text = str(raised.value)
    assert place in text
    assert needed in text


OWN_LINES = """\
cell_line	cancer	driver	receptor	alterations	ligand_source	doubling_time_h	sd_ln	source	status
C-3	ALL	none	gp130	active	unknown	48	0.4	our own counts, 2026	memory
"""


@pytest.fixture
def panel_with_own_line(panel):
    """Return a function that writes the panel with the line C-3 of its own, one text replaced in that table."""

    def write(old="", new=""):
        assert old in OWN_LINES
        folder = panel("study.yaml", "  reference: reference", "  reference: reference\n  cell_lines: my_lines.tsv")
        (folder / "my_lines.tsv").write_text(OWN_LINES.replace(old, new))
        viability = folder / "viability.tsv"
        viability.write_text(viability.read_text().replace("level	B", "level	C-3"))
        return folder

    return write


def test_a_line_of_the_study_itself_is_like_a_shared_one(panel_with_own_line):
    tables = read_study(panel_with_own_line())
    rest = experiments(tables)["C-3, drug 100 nM, GDSC1"].periods[0].changes
    assert rest["activity"] == s("activity_wild_type") * s("fold_active")
    assert rest["rate"] == 1.0 * s("proliferation_C_3")
    growth = next(parameter for parameter in tables.parameters if parameter.id == "proliferation_C_3")
    assert growth.prior.parameters == pytest.approx((np.log(np.log(2) / (48 * 60)), 0.4))
    assert growth.prior.source == "our own counts, 2026"
    assert "A-1" in experiments(tables)  # the shared lines stay


def test_the_table_of_own_lines_is_among_the_files_of_the_study(panel_with_own_line):
    assert "my_lines.tsv" in read_study(panel_with_own_line()).data_digests


@pytest.mark.parametrize(
    ("old", "new", "place", "found"),
    [
        ("C-3", "B", "my_lines.tsv, line 2, cell_line", "'B' of"),
        ("C-3", "A 1", "my_lines.tsv, line 2, cell_line", "'A-1' of"),  # both are A_1 in ids of parameters
        (
            "2026\tmemory\n",
            "2026\tmemory\nC.3	MPN	none	gp130		none	24	0.3	ours	assumed\n"
            "C 3	MPN	none	gp130		none	24	0.3	ours	assumed\n",
            "my_lines.tsv, line 4, cell_line",
            "'C-3' of",
        ),
        ("gp130", "gp13", "my_lines.tsv, line 2, receptor", "gp13"),
        ("active", "activ", "my_lines.tsv, line 2, alterations", "activ"),
        ("our own counts, 2026", "", "my_lines.tsv, line 2, source", "nothing"),
        ("doubling_time_h", "doubling_time", "my_lines.tsv, line 1, doubling_time_h", "doubling_time"),
    ],
)
def test_a_fault_of_an_own_line_is_named_with_its_place(panel_with_own_line, old, new, place, found):
    with pytest.raises(DataFaultsError) as raised:
        read_study(panel_with_own_line(old, new))
    (fault,) = [fault for fault in raised.value.faults if Path(fault.file).name == "my_lines.tsv"]
    assert str(fault).startswith(place)
    assert found in fault.found


def test_a_missing_table_of_own_lines_is_named(panel_with_own_line):
    folder = panel_with_own_line()
    (folder / "my_lines.tsv").unlink()
    with pytest.raises(DataFaultsError, match=r"my_lines\.tsv: found No such file"):
        read_study(folder)


def test_faults_of_own_and_shared_tables_come_in_one_pass(panel_with_own_line):
    folder = panel_with_own_line("gp130", "gp13")
    constants = folder / "reference" / "constants.tsv"
    constants.write_text(constants.read_text().replace("50", "-50"))
    phospho = folder / "phospho.tsv"
    phospho.write_text(phospho.read_text().replace("blot 2", ""))
    with pytest.raises(DataFaultsError) as raised:
        read_study(folder)
    places = {(Path(fault.file).name, fault.column) for fault in raised.value.faults}
    assert {("my_lines.tsv", "receptor"), ("constants.tsv", "median"), ("phospho.tsv", "experiment")} <= places


OTHER_DRUG = """\
drug	type I JAK	inhibition	inhibition + dose / (K_drug * shift)	K_drug	nM	3	1	kinase	1	assumed	assumed
other	bypass	growth_signal	growth_signal + dose / K_other	K_other	nM	3	1	cells		assumed	assumed
"""
SUIT_USED = {"study.yaml": ("  growth: rate\n", "  growth: rate\n  suit: used\n")}


def with_other_drug(panel, **edits):
    """Write the panel with a drug that acts on what the model has not, and more edits."""
    folder = panel()
    for file, (old, new) in edits.items():
        path = folder / file
        path.write_text(path.read_text().replace(old, new))
    table = folder / "reference" / "inhibitors.tsv"
    table.write_text(table.read_text().replace(OTHER_DRUG.splitlines(keepends=True)[0], OTHER_DRUG))
    return folder


def test_every_row_of_the_tables_must_suit_the_model_unless_the_study_says_otherwise(panel):
    with pytest.raises(DataFaultsError, match=r"inhibitors\.tsv, line 3, parameter: found 'growth_signal'"):
        read_study(with_other_drug(panel))
    assert len(read_study(with_other_drug(panel, **SUIT_USED)).measurements) == 6


def test_a_used_row_must_suit_the_model(panel):
    folder = with_other_drug(
        panel, **SUIT_USED, **{"viability.tsv": ("level	B	drug	100	", "level	B	other	100	")}
    )
    with pytest.raises(DataFaultsError, match=r"inhibitors\.tsv, line 3, parameter: found 'growth_signal'"):
        read_study(folder)


def test_rows_that_do_not_suit_are_left_out(panel):
    reference = read_checked_study(with_other_drug(panel, **SUIT_USED)).reference
    assert set(reference.inhibitors) == {"drug"}
    assert set(reference.cell_lines) == {"A-1", "B"}


def test_another_word_than_all_or_used_is_a_fault(panel):
    with pytest.raises(DataFaultsError, match="cells.suit: found 'none'; needed: all or used"):
        read_study(panel("study.yaml", "  growth: rate\n", "  growth: rate\n  suit: none\n"))


def test_a_bound_under_students_t_is_refused(panel):
    folder = panel("phospho.tsv", "pSTAT_signal	A-1	IL-6	0", "level	A-1	IL-6	0")
    with pytest.raises(DataFaultsError) as raised:
        read_study(folder)
    (fault,) = raised.value.faults
    assert (fault.row, fault.column, fault.found) == (4, "censored", "below")


def test_all_faults_of_all_files_come_at_once(panel):
    folder = panel("phospho.tsv", "blot 2", "")
    viability = folder / "viability.tsv"
    viability.write_text(viability.read_text().replace("level	B", "level	C"))
    with pytest.raises(DataFaultsError) as raised:
        read_study(folder)
    assert [(Path(fault.file).name, fault.row, fault.more_rows) for fault in raised.value.faults] == [
        ("phospho.tsv", 4, ()),
        ("viability.tsv", 2, (3,)),
    ]
