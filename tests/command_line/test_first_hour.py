"""A lab's two files go to a report by four commands, as docs/your_data.md has them, without an edit or a fault."""

import pytest

import jakstat
from jakstat.files import settings_of


@pytest.fixture(scope="module")
def study(laboratory, shell, documented):
    """Return the study folder that the first documented commands make, and what they said."""
    done = shell(documented[0], laboratory)
    assert done.returncode == 0, done.stdout
    return laboratory / "data" / "my_lab", done.stdout


def test_the_documented_commands_are_four(documented):
    lines = [line.split()[1] for block in documented for line in block.splitlines()]
    assert lines == ["new-study", "check", "run", "report"]


def test_the_files_become_a_study_without_faults(study):
    folder, said = study
    assert "no faults" in said
    assert "72 measurements of pSTAT5_signal" in said
    assert "72 measurements of viability_signal" in said
    problem = jakstat.read_problem(folder)
    assert {experiment.cell_line for experiment in problem.tables.experiments} == {"HEL", "K-562"}
    assert "K_fedratinib_JAK2" in problem.estimated


def test_what_was_understood_is_printed_and_kept(study):
    folder, said = study
    for told in ("column 'Conc. (uM)'", "dose of the drug, uM", "10, 30, 100, 300, 1000, 3000 nM", "4320 min"):
        assert told in said
        assert told in (folder / "README.md").read_text()


def test_only_parameters_that_the_study_needs_are_in_its_table(study):
    folder, _ = study
    rows = [line.split("\t") for line in (folder / "parameters.tsv").read_text().splitlines()[1:]]
    ids = {row[0] for row in rows}
    assert {"programme_half", "STAT_phosphorylation", "scaling_pSTAT5", "sd_viability"} <= ids
    assert not ids & {"target_mRNA_decay", "decoy_association", "active_degradation", "autocrine_ligand_typical"}
    assert all(row[8] for row in rows), "a source in each row"
    assert jakstat.read_problem(folder).tables.notes == ()


def test_status_and_report_say_what_is_there(study, laboratory, shell):
    done = shell("jakstat status data/my_lab", laboratory)
    assert "my_lab: not running" in done.stdout
    assert "not made yet      report" in done.stdout
    missing = shell("jakstat report data/my_lab", laboratory)
    assert missing.returncode == 1
    assert "needed: jakstat run data/my_lab" in missing.stdout


def test_a_second_study_of_the_name_is_refused(study, laboratory, shell):
    done = shell("jakstat new-study my_lab --from pstat5_blots.csv", laboratory)
    assert done.returncode == 1
    assert "--overwrite" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_file_with_faults_leaves_nothing_behind(laboratory, shell):
    (laboratory / "odd.csv").write_text("cell_line,drug,dose,time_h,viability\nHEL,ruxolitinib,1,72,0.5\n")
    done = shell("jakstat new-study odd --from odd.csv", laboratory)
    assert done.returncode == 1
    assert '--unit "dose=uM"' in done.stdout
    assert not list((laboratory / "data").glob("*odd*"))


def test_a_declared_line_of_the_laboratory_is_in_its_own_table(laboratory, shell):
    (laboratory / "own.csv").write_text("cell_line,drug,dose_nM,time_h,viability\nLAB-1,ruxolitinib,100,72,0.5\n")
    done = shell('jakstat new-study own --from own.csv --own-line "LAB-1=EpoR, 32 h, JAK2_V617F"', laboratory)
    assert done.returncode == 0, done.stdout
    problem = jakstat.read_problem(laboratory / "data" / "own")
    assert {"proliferation_LAB_1", "autocrine_ligand_z_LAB_1"} <= set(problem.estimated)
    assert settings_of(laboratory / "data/own/scenarios.yaml")["dose_response"]["inhibitors"] == ["ruxolitinib"]


@pytest.mark.slow
def test_a_dry_run_plans_the_report_and_nothing_that_is_not_asked(study, laboratory, shell):
    done = shell("jakstat run data/my_lab --tiny --cores 2 -- --dry-run", laboratory)
    assert done.returncode == 0, done.stdout
    assert "render_report" in done.stdout
    assert "suggest_experiments" in done.stdout
    for absent in ("predict_resistance", "predict_combinations", "score_predictions"):
        assert absent not in done.stdout


@pytest.mark.thorough
def test_the_files_become_a_report(study, laboratory, shell, documented):
    done = shell(documented[1].replace("--tiny", "--tiny --cores 2"), laboratory, timeout=3600)
    assert done.returncode == 0, done.stdout[-4000:]
    assert done.stdout.splitlines()[-1] == "results/my_lab/report.html"
    report = (laboratory / "results/my_lab/report.html").read_text()
    for told in ("Predicted dose responses", "At clinical exposure", "What to measure next", "no candidate"):
        assert told.casefold() in report.casefold(), told
    assert "sample_posterior, my_lab: " in done.stdout
