"""Values, doses and times out of the range of their unit: one fault or note a column, with the factor."""

import pytest

from jakstat.files.text_table import Row, TextTable
from jakstat.problem import read_study
from jakstat.problem.study.units import in_known_units

SHARES = ("0.81", "0.34", "1.04", "-0.03", "2.9")


def rows(column, values):
    return [{column: value} for value in values]


def test_shares_around_1_are_taken_without_a_word(measured):
    assert read_study(measured(*rows("value", SHARES))).notes == ()


def test_percent_in_a_viability_is_one_fault_that_names_the_factor(measured, faults_of):
    folder = measured(*rows("value", ("0.9", "81", "34", "104", "-3")))
    (fault,) = faults_of(read_study, folder)
    assert (fault.row, fault.column) == (3, "value")
    assert "81, and 3 of 5" in fault.found
    assert "divide by 100" in fault.needed


@pytest.mark.parametrize(
    ("observable", "unit", "label", "refused"),
    [
        ("level", "fraction", "", True),
        ("level", '"1"', "cells relative to untreated ones", True),
        ("surviving", '"1"', "", True),
        ("level", '"1"', "viability, fold of control", False),
        ("level", '"1"', "SOCS3 mRNA", False),
        ("viability", "a.u.", "", False),
        ("viability", '"%"', "", False),
    ],
)
def test_shares_are_told_by_unit_and_label(measured, faults_of, observable, unit, label, refused):
    folder = measured(*({"observable": observable, "value": name} for name in ("81", "34")))
    study = folder / "study.yaml"
    text = study.read_text().replace('unit: "1"', f"unit: {unit}, label: '{label or observable}'")
    study.write_text(text.replace("  viability:", f"  {observable}:"))
    if refused:
        (fault,) = faults_of(read_study, folder)
        assert "divide by 100" in fault.needed
    else:
        notes = read_study(folder).notes
        assert ["divide by 100" in note for note in notes] == ([True] if label == "SOCS3 mRNA" else [])


def test_shares_in_an_observable_of_percent_are_noted(measured):
    folder = measured(*rows("value", SHARES[:3]))
    study = folder / "study.yaml"
    study.write_text(study.read_text().replace('unit: "1"', 'unit: "%"'))
    (note,) = read_study(folder).notes
    assert "multiply by 100" in note


@pytest.mark.parametrize(
    ("column", "values", "factor"),
    [
        ("inhibitor_nM", ("0.0001", "0.0001", "0.0002"), "multiply by 1000"),
        ("inhibitor_nM", ("100", "1e8", "2e8"), "divide by 1000"),
        ("time_h", ("72", "1e5"), "divide by 60"),
        ("pretreatment_h", ("1", "1e5"), "divide by 60"),
        ("stimulus_ng_per_ml", ("10", "1e9"), "divide by 1000"),
        ("stimulus_ng_per_ml", ("1e-7", "1e-6"), "multiply by 1000"),
        ("stimulus_nM", ("1e7",), "divide by 1000"),
    ],
)
def test_what_no_experiment_can_have_is_one_fault_a_column(measured, faults_of, column, values, factor):
    stimulus = {"stimulus": "IL-6"} if column.startswith("stimulus") else {}
    (fault,) = faults_of(read_study, measured(*(stimulus | row for row in rows(column, values))))
    assert fault.column == column
    assert factor in fault.needed
    assert f"of {len(values)} rows" in fault.found


@pytest.mark.parametrize(
    ("column", "values", "factor"),
    [
        ("inhibitor_nM", ("0.1", "1", "5"), "uM given as nM (multiply by 1000)"),
        ("inhibitor_nM", ("2e6",), "pM given as nM (divide by 1000)"),
        ("time_h", ("4320",), "min given as h (divide by 60)"),
        ("time_min", ("0.005",), "h given as min (multiply by 60)"),
        ("stimulus_ng_per_ml", ("1e5",), "pg/ml given as ng/ml"),
    ],
)
def test_what_is_unusual_is_a_note_that_names_the_factor(measured, column, values, factor):
    stimulus = {"stimulus": "IL-6"} if column.startswith("stimulus") else {}
    without = ("time_h",) if column == "time_min" else ()
    (note,) = read_study(measured(*(stimulus | row for row in rows(column, values)), without=without)).notes
    assert column in note
    assert factor in note


def test_a_drug_that_is_plausible_is_not_judged_by_another(measured):
    drugs = [
        {"inhibitor": drug, "inhibitor_nM": dose} for drug, dose in (("ruxolitinib", "1000"), ("fedratinib", "0.1"))
    ]
    (note,) = read_study(measured(*drugs)).notes
    assert "rows of fedratinib" in note


@pytest.mark.parametrize(("dose", "refused"), [("4", False), ("4e7", True)])
def test_a_condition_column_has_the_range_of_its_unit(study, edit_study, faults_of, dose, refused):
    edit_study("measurements.tsv", "STAT_total\t4\t", f"STAT_total\t{dose}\t")
    if refused:
        (fault,) = faults_of(read_study, study)
        assert (fault.row, fault.column) == (5, "il13_ng_per_ml")
        assert "divide by 1000" in fault.needed
    else:
        assert read_study(study).notes == ()


@pytest.mark.parametrize("name", ["cancer_panel", "raia2011", "boehm2014"])
def test_shipped_studies_have_nothing_to_note(repository, name):
    assert read_study(repository / "data" / name).notes == ()


def test_the_case_of_percent_is_one_fault(case, faults_of):
    (fault,) = faults_of(read_study, case("viability-in-percent"))
    assert "divide by 100" in fault.needed


@pytest.mark.parametrize(
    ("column", "written", "read", "text"),
    [
        ("inhibitor_uM", "0.3", "inhibitor_nM", "300"),
        ("inhibitor_2_mM", "1e-3", "inhibitor_2_nM", "1000"),
        ("inhibitor_pM", "5000", "inhibitor_nM", "5"),
        ("stimulus_µM", "0", "stimulus_nM", "0"),
        ("stimulus_ug_per_ml", "0.02", "stimulus_ng_per_ml", "20"),
        ("inhibitor_uM", "1_000", "inhibitor_nM", "1_000"),  # refused as a number later, not made one here
        ("inhibitor_uM", "1e99", "inhibitor_nM", "1e99"),
        ("inhibitor_uM", "", "inhibitor_nM", ""),
        ("inhibitor_M_copies", "1", "inhibitor_M_copies", "1"),
    ],
)
def test_doses_are_converted_as_their_column_says_without_rounding(column, written, read, text):
    notes = []
    found = in_known_units(TextTable("doses.tsv", (column,), (Row(2, {column: written}),)), notes)
    assert (found.columns, found.rows[0][read]) == ((read,), text)
    assert len(notes) == (column != read)


def test_doses_in_two_units_are_not_converted_into_one_another():
    row = Row(2, {"inhibitor_nM": "1", "inhibitor_uM": "2"})
    table = TextTable("doses.tsv", ("inhibitor_nM", "inhibitor_uM"), (row,))
    assert in_known_units(table, []) == table


def test_a_study_in_micromolar_is_that_in_nanomolar(measured):
    nanomolar = read_study(measured({"inhibitor_nM": "100"}, {"inhibitor_nM": "1000"}))
    micromolar = read_study(measured({"inhibitor_uM": "0.1"}, {"inhibitor_uM": "1"}, without=("inhibitor_nM",)))
    assert micromolar.experiments == nanomolar.experiments
    assert any("inhibitor_uM were converted" in note for note in micromolar.notes)
