"""Parameters that a study does not use are left out, and a note says which; misspelt ones are faults."""

from jakstat.problem import read_study


def with_row(study, row):
    table = study / "parameters.tsv"
    table.write_text(table.read_text() + row)
    return read_study(study)


def test_a_parameter_of_another_study_is_left_out_with_a_note(study):
    plain = read_study(study)
    tables = with_row(study, "sd_viability\t1\t0.08\ttrue\tlog-normal\tmedian=0.1; sd_ln=1\t\t\tassumed\tassumed\n")
    assert tables.parameters == plain.parameters
    assert tables.notes == ("parameters.tsv: sd_viability left out: no measurement of this study depends on them.",)


def test_a_parameter_that_all_lines_set_is_left_out_with_a_note(panel):
    folder = panel("parameters.tsv", "gain\t1", "share_JAK1\t1\t1\tfalse\t\t\t\t\tassumed\tassumed\ngain\t1")
    tables = read_study(folder)
    assert not any("share_JAK1" in parameter.id for parameter in tables.parameters)
    assert [note for note in tables.notes if "share_JAK1 left out" in note]


def test_a_note_says_which_parameter_the_cells_stand_above(panel):
    folder = panel("study.yaml", "  at_treatment:", "  before: {activity: 3}\n  at_treatment:")
    assert [note for note in read_study(folder).notes if "activity left out" in note]
