"""Folders of results: one a name, one study a folder; and what reruns when a file that a model imports changes."""

import shutil

import pytest
import yaml

NO_PREDICTIONS = {"scenarios": None, "dose_response": None, "interventions": None}
MODEL = """\
model turnover()
  compartment cell = 1; species x in cell = 1; k = 2;
  made: => x; 3; lost: x => ; k * x;
end
"""
STUDY = """\
id: turnover
title: Turnover
citation: Nobody 2020
model: outer.ant
measurements: measurements.tsv
parameters: parameters.tsv
time: {column: time_min, unit: min}
observables:
  x_signal: {formula: x, noise: "0.1", unit: nM}
"""
PARAMETERS = """\
id	unit	nominal	estimate	prior	prior_parameters	lower	upper	source	status
k	1/min	2	true	log-normal	median=2; sd_ln=1			assumed	assumed
"""


@pytest.fixture
def study(tmp_path):
    """Return what writes a study into a folder, whose model is an import, and a configuration that names it."""

    def write(name):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        texts = {
            "study.yaml": STUDY,
            "parameters.tsv": PARAMETERS,
            "outer.ant": 'import "inner.ant"\n',
            "inner.ant": MODEL,
            "measurements.tsv": "observable\ttime_min\tvalue\nx_signal\t1\t1.5\n",
        }
        for file, text in texts.items():
            (folder / file).write_text(text)
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"study": name, **NO_PREDICTIONS}))
        return folder

    return write


def test_a_change_of_an_imported_file_runs_the_study_again(snakemake, tmp_path, study):
    folder = study("imported")
    asked = ("results/imported/problem.json", "--configfile", tmp_path / "mine.yaml")
    done = snakemake(*asked, directory=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "Nothing to be done" in snakemake("--dry-run", *asked, directory=tmp_path).stdout
    (folder / "inner.ant").write_text(MODEL.replace("x; 3", "x; 4"))
    planned = snakemake("--dry-run", *asked, directory=tmp_path)
    assert "Updated input files: imported/inner.ant" in planned.stdout


def test_results_of_another_study_of_that_name_are_not_overwritten(snakemake, tmp_path, study):
    study("a/same")
    asked = ("results/same/problem.json", "--configfile", tmp_path / "mine.yaml")
    assert snakemake(*asked, directory=tmp_path).returncode == 0
    study("b/same")
    done = snakemake("--dry-run", *asked, directory=tmp_path)
    assert done.returncode != 0
    text = " ".join(done.stdout.split())
    assert "found b/same/study.yaml, but results/same holds the results of a/same/study.yaml" in text
    shutil.rmtree(tmp_path / "a")  # moved, or gone: nothing is mixed any more
    assert snakemake("--dry-run", *asked, directory=tmp_path).returncode == 0


def test_names_that_no_folder_can_have_get_one_of_their_own(snakemake, tmp_path, study):
    planned = []
    for name in ("ünï", "ünü", "con"):
        study(name)
        done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
        assert done.returncode == 0, done.stdout
        planned += [word for word in done.stdout.split() if word.startswith("results/") and "report.html" in word][:1]
    assert len(set(planned)) == 3
    assert all("/_n_/" not in rule and "/con/" not in rule for rule in planned)


def test_groups_that_are_fitted_again_have_a_file_each(snakemake, tmp_path, repository):
    scenarios = yaml.safe_load((repository / "config" / "scenarios.yaml").read_text())
    refit = ["primary CLL", "primary_CLL", "HEL"]
    scores = [{"name": "a line left out", "leave_out": "cell_line", "refit": refit}]
    (tmp_path / "asked.yaml").write_text(yaml.safe_dump(scenarios | {"scores": scores}))
    (tmp_path / "mine.yaml").write_text("scenarios: asked.yaml\n")
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("rule refit_without_group:") == 3
