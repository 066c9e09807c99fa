"""Studies of other measurements than the documented ones: blots alone under a ligand, numbers of cells, raw plates."""

import csv
import math

import pytest
import yaml

import jakstat
from jakstat.intake import Declared, OwnLine, new_study
from jakstat.scenarios import StudyScenarios, check_scenarios
from tests.intake.layouts import write_layout


@pytest.fixture
def made(tmp_path):
    """Return a function that makes a study of a text and returns it with what its questions are."""

    def make(text, **declared):
        path = tmp_path / "export.csv"
        path.write_text(text)
        study = new_study("lab", [path], Declared(**declared), tmp_path / "data")
        asked = study.folder / "scenarios.yaml"
        questions = yaml.safe_load(asked.read_text()) if asked.exists() else None
        if questions is not None:
            check_scenarios(questions, study.tables, StudyScenarios(study.folder))
        return study, questions

    return make


def rows_of(file):
    with file.open(encoding="utf-8") as opened:
        return list(csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE))


def ids_of(study):
    return {parameter.id for parameter in study.tables.parameters}


@pytest.mark.slow
def test_blots_alone_need_no_growth(made):
    rows = "".join(
        f"blot {blot},HEL,{dose},10,{time},{value}\n"
        for blot in (1, 2)
        for dose, value in ((0, 5000), (300, 900))
        for time in (15, 60)
    )
    text = "blot,cell_line,ruxolitinib (nM),Epo (ng/ml),time_min,pSTAT5\n" + rows
    study, questions = made(text, everywhere={"pretreatment": "60 min"})
    assert not ids_of(study) & {"apoptosis", "programme_half", "toxicity_typical", "proliferation_HEL"}
    assert {"scaling_pSTAT5_of_blot_1", "scaling_pSTAT5_of_blot_2", "ligand_binding"} <= ids_of(study)
    assert "growth" not in questions
    assert questions["dose_response"]["readouts"] == ["pSTAT5"]
    assert math.isfinite(jakstat.read_problem(study.folder).log_likelihood())


@pytest.mark.slow
def test_numbers_of_cells_tell_growth(made):
    rows = "HEL,,0,100000\nHEL,,24,170000\nHEL,,48,300000\nHEL,ruxolitinib 300 nM,48,150000\n"
    study, questions = made("cell_line,treatment,time (h),cell count\n" + rows)
    assert {"proliferation_HEL", "scaling_cell_count_of_export", "sd_cell_count"} <= ids_of(study)
    assert questions is None, "numbers of cells alone have no dose response relative to untreated cells"
    problem = jakstat.read_problem(study.folder)
    signal = problem.signals()["signal"].to_numpy()[:2]
    growth = problem.tables.parameters[[row.id for row in problem.tables.parameters].index("proliferation_HEL")]
    assert math.log(signal[1] / signal[0]) == pytest.approx(growth.nominal * 1440, rel=1e-3)


def test_scatter_of_vehicle_wells_is_the_prior_of_the_noise(tmp_path):
    study = new_study("plate", [write_layout("a plate of 96 wells in blocks", tmp_path)], parent=tmp_path / "data")
    (noise,) = [parameter for parameter in study.tables.parameters if parameter.id == "sd_viability"]
    # Vehicle wells are 20,000 +- 100 over a blank of 500: sd 0.0055, as the scale of Student's t over sqrt(2).
    assert noise.prior is not None
    assert noise.nominal == pytest.approx(100 / 19500 * math.sqrt(8 / 6) / math.sqrt(2), rel=0.1)
    assert "scatter of vehicle wells" in noise.prior.source


def test_a_study_within_the_repository_names_its_shared_files(repository):
    from jakstat.intake.study_folder import _places

    inside = repository / "data" / "some_lab"
    assert _places(inside, repository) == {"model": "../../model/pathways/jak_stat.ant", "reference": "../reference"}


@pytest.mark.parametrize("name", ["my lab", "../lab", "1st", ""])
def test_a_name_that_no_study_can_have_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match="needed: letters, digits and _"):
        new_study(name, [tmp_path / "x.csv"], parent=tmp_path)


def test_every_prior_and_own_line_says_what_it_rests_on(made, repository):
    """Rows of the panel keep their status and place; rows that the intake makes are assumed."""
    text = "cell_line,drug,dose_nM,time_h,viability\nLAB-1,ruxolitinib,300,72,0.5\nLAB-1,ruxolitinib,30,72,0.8\n"
    study, _ = made(text, own_lines=(OwnLine("LAB-1", "EpoR", 30.0, ("JAK2_V617F",)),))
    panel = rows_of(repository / "data/cancer_panel/parameters.tsv")
    shipped = {row["id"]: row for row in panel if not row["id"].startswith(("scaling_", "sd_"))}
    written = rows_of(study.folder / "parameters.tsv")
    for row in written:
        expected = shipped.get(row["id"], {"status": "assumed", "place": ""})
        assert (row["status"], row["place"]) == (expected["status"], expected["place"]), row["id"]
    assert {row["status"] for row in written} >= {"read", "assumed"}
    (line,) = rows_of(study.folder / "cell_lines.tsv")
    assert (line["status"], line["place"]) == ("assumed", "")
    priors = [row.prior for row in study.tables.parameters if row.prior is not None]
    without = [prior.source for prior in priors if not prior.status]
    assert without
    assert all("by construction" in source for source in without), without


def test_a_study_outside_the_repository_has_copies_of_what_it_reads(repository, tmp_path):
    from jakstat.intake.study_folder import _places

    assert _places(tmp_path, repository) == {"model": "jak_stat.ant", "reference": "reference"}
    copied = {file.name for file in (tmp_path / "reference").iterdir()}
    assert {"inhibitors.tsv", "cell_lines.tsv", "synonyms.tsv", "resistance_measurements.tsv"} <= copied
    assert not copied & {"line_covariates.tsv", "biochemical_ic50.tsv"}
