"""Whole runs: the tiny workflow, a second run, the gate, faulty data, another data set."""

import html
import json
import re
import shutil

import numpy as np
import pytest
import xarray as xr
import yaml

from jakstat.files.storage import read_dataset, read_tree, write_tree
from jakstat.inference import ConvergenceThresholds, assess_convergence
from jakstat.problem import parameter_dataset, parameter_draws

pytestmark = pytest.mark.slow
STUDY = "results/raia2011"
WARNING = "must not be relied on"


def test_tiny_workflow_makes_every_product(tiny_run):
    made = {file.name for file in (tiny_run / STUDY).iterdir()}
    assert made == {
        "problem.json",
        "prior.nc",
        "posterior.nc",
        "tolerance.json",
        "convergence.json",
        "convergence.html",
        "modes.tsv",
        "gate.json",
        "coverage.tsv",
        "loo.nc",
        "time_courses.nc",
        "fit.svg",
        "interventions_asked.tsv",
        "interventions.nc",
        "intervention_pairs.nc",
        "intervention_measures.tsv",
        "intervention_shifts.tsv",
        "report.html",
        "cross_check.json",
        "study_file.txt",
    }


def test_posterior_says_where_it_came_from(tiny_run):
    attrs = read_tree(tiny_run / STUDY / "posterior.nc").attrs
    assert attrs["seed"] == 20111
    assert "draws: 30" in attrs["config"]
    assert set(attrs["data_digests"]) == {"study.yaml", "measurements.tsv", "parameters.tsv", "raia2011.ant"}
    assert len(attrs["code_digest"]) == 16
    assert "nutpie" in attrs["versions"]
    assert any(outcome.startswith("success=") for outcome in attrs["solve_outcomes"])


def test_tolerance_check_enters_the_convergence_and_its_page(tiny_run):
    folder = tiny_run / STUDY
    found = json.loads((folder / "tolerance.json").read_text())
    assert found["draws"] == 60  # all draws of the two chains of 30
    assert found["failed_solves"] == 0
    assert found["largest_difference"] < 0.05
    checks = {check["name"]: check for check in json.loads((folder / "convergence.json").read_text())["checks"]}
    assert checks["tolerance_khat"]["value"] == found["k_hat"]
    assert checks["tolerance_difference"]["passed"]
    assert "60 draws were solved again" in (folder / "convergence.html").read_text()


def test_report_says_whether_a_second_solver_was_asked(tiny_run):
    found = json.loads((tiny_run / STUDY / "cross_check.json").read_text())
    assert found["sentence"] in html.unescape((tiny_run / STUDY / "report.html").read_text())
    if found["made"]:
        assert (found["draws"], found["failed_solves"]) == (20, 0)
        assert found["signal_difference"] < 0.05  # at most a twentieth of the noise
    else:
        assert found["sentence"] == "not made: sunode is not installed (environment.yml has it)"


def test_overridden_fit_carries_its_warning_into_every_product(tiny_run):
    folder = tiny_run / STUDY
    assert WARNING in json.loads((folder / "gate.json").read_text())["warning"]
    for name in ("time_courses.nc", "interventions.nc"):
        assert WARNING in read_dataset(folder / name).attrs["warning"], name
    for name in ("intervention_measures.tsv", "report.html"):
        assert WARNING in (folder / name).read_text(), name


def test_second_run_does_nothing(tiny_run, repository, snakemake):
    done = snakemake("--configfile", repository / "config/tiny.yaml", directory=tiny_run)
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout


PREDICTED = {"check_interventions", "predict_interventions", "render_report"}
GATED = {"require_convergence", "predict_time_courses", "fit_figure", *PREDICTED} - {"check_interventions"}
ASSESSED = {"assess_convergence", "render_convergence_page", *GATED}
CHECKED = {"check_tolerance", *ASSESSED}
SAMPLED = {"sample_posterior", "measure_coverage", "compute_loo", "cross_check_solver", *CHECKED}


@pytest.mark.parametrize(
    ("change", "rerun"),
    [
        ("sampling: {cores: 2}", set()),
        ("sampling: {draws: 60, tune: 30}", SAMPLED),
        ("seed: 3", {"sample_prior_predictive", *SAMPLED}),
        ("gates: {override: [r_hat]}", GATED),
        ("gates: {ess_bulk: 300}", ASSESSED),
        ("gates: {tolerance_difference: 0.1}", ASSESSED),
        ("tolerance_check: {draws: 50}", CHECKED),
        ("dose_response: {time: 30}", PREDICTED),
    ],
)
def test_changed_setting_reruns_what_depends_on_it(tiny_run, repository, snakemake, tmp_path, change, rerun):
    (tmp_path / "mine.yaml").write_text(change + "\n")
    files = [repository / "config/tiny.yaml", tmp_path / "mine.yaml"]
    done = snakemake("--dry-run", "--configfile", *files, directory=tiny_run)
    assert done.returncode == 0, done.stdout
    assert set(re.findall(r"^(?:local)?rule (\w+):", done.stdout, re.MULTILINE)) - {"default"} == rerun


def test_report_of_snakemake_shows_figures_and_pages(tiny_run, repository, snakemake, tmp_path):
    report = tmp_path / "report.zip"
    done = snakemake("--configfile", repository / "config/tiny.yaml", "--report", report, directory=tiny_run)
    assert done.returncode == 0, done.stdout
    assert report.stat().st_size > 100_000


@pytest.fixture
def own_run(tiny_run, tmp_path):
    """Return a copy of the tiny run that a test may spoil."""
    return shutil.copytree(tiny_run, tmp_path / "run")


def test_a_damaged_posterior_stops_the_run_with_one_sentence(own_run, repository, snakemake):
    posterior = own_run / STUDY / "posterior.nc"
    whole = posterior.read_bytes()
    posterior.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    (own_run / STUDY / "loo.nc").unlink()
    done = snakemake(f"{STUDY}/loo.nc", "--configfile", repository / "config/tiny.yaml", directory=own_run)
    assert done.returncode != 0
    assert f"{STUDY}/posterior.nc: found content that is not what its digest says" in done.stdout
    assert "delete it and run again" in done.stdout
    assert "Traceback" not in done.stdout
    assert not (own_run / STUDY / "loo.nc").exists()


def test_planted_bad_fit_stops_at_the_gate(own_run, repository, snakemake, tmp_path):
    folder = own_run / STUDY
    for name in (
        "convergence.json",
        "convergence.html",
        "gate.json",
        "interventions.nc",
        "intervention_measures.tsv",
        "report.html",
    ):
        (folder / name).unlink()
    fit = mixed_chains(read_tree(folder / "posterior.nc"))
    assert assess_convergence(fit, ConvergenceThresholds(r_hat=1.6)).checks[0].passed
    write_tree(with_a_stray_chain(fit), folder / "posterior.nc")
    lax = {
        "r_hat": 1.6,
        "ess_bulk": 0,
        "ess_tail": 0,
        "divergences": 10000,
        "bfmi": 0,
        "failed_solve_share": 1,
        "override": ["tolerance_khat", "tolerance_difference"],
    }
    (tmp_path / "lax.yaml").write_text(yaml.safe_dump({"gates": lax}))
    files = [repository / "config/tiny.yaml", tmp_path / "lax.yaml"]
    done = snakemake(f"{STUDY}/intervention_measures.tsv", "--configfile", *files, directory=own_run)
    assert done.returncode != 0
    assert "The fit failed 1 check of convergence, so nothing is predicted from it: r_hat is" in done.stdout
    assert f"{STUDY}/convergence.html" in done.stdout
    assert "r_hat" in (folder / "convergence.html").read_text()
    assert not any(
        (folder / name).exists()
        for name in ("gate.json", "interventions.nc", "intervention_measures.tsv", "report.html")
    )


def mixed_chains(tree: xr.DataTree) -> xr.DataTree:
    """Return a posterior whose parameters are dealt out anew to the chains, so that these agree."""
    value = parameter_draws(tree)
    dealt = np.random.default_rng(1).permutation(value.to_numpy().reshape(-1, value.sizes["parameter"]))
    return with_parameters(tree, dealt.reshape(value.shape))


def with_a_stray_chain(tree: xr.DataTree) -> xr.DataTree:
    """Return a posterior whose first chain sits elsewhere than the others, in every parameter."""
    value = parameter_draws(tree).to_numpy()
    value[0] *= 1e6
    return with_parameters(tree, value)


def with_parameters(tree: xr.DataTree, values: np.ndarray) -> xr.DataTree:
    """Return a posterior with other values of its parameters, (chain, draw, parameter)."""
    names = tree["posterior"].attrs["parameters"]
    tree["posterior"] = xr.DataTree(parameter_dataset(values, names))
    return tree


@pytest.fixture
def study(repository, tmp_path):
    """Return a copy of the Raia study."""
    shutil.copytree(repository / "model/pathways", tmp_path / "model/pathways")
    return shutil.copytree(repository / "data/raia2011", tmp_path / "data/measured")


def test_faulty_data_stop_the_run_with_all_faults_and_nothing_written(study, snakemake, tmp_path):
    table = study / "measurements.tsv"
    lines = table.read_text().splitlines()
    columns = lines[0].split("\t")
    third, fifth = lines[2].split("\t"), lines[4].split("\t")
    third[columns.index("observable")] = "pSTAT6_signal"
    fifth[columns.index("value")] = "much"
    lines[2], lines[4] = "\t".join(third), "\t".join(fifth)
    table.write_text("\n".join(lines) + "\n")
    done = snakemake("--config", "study=data/measured", directory=tmp_path)
    assert done.returncode != 0
    log = (tmp_path / "logs/measured/check_problem.log").read_text()
    for text in (done.stdout, log):
        assert "2 fault(s) in the input; nothing was written" in text
        assert "measurements.tsv, line 3" in text
        assert "measurements.tsv, line 5" in text
        assert "Traceback" not in text
    assert not [file for file in (tmp_path / "results").rglob("*") if file.is_file()]


def test_dose_response_that_does_not_fit_the_study_is_refused_before_sampling(study, snakemake, tmp_path, repository):
    (tmp_path / "mine.yaml").write_text(
        "study: data/measured\ndose_response: {readout: pSTAT3, acts_on: {TYK2: 1 + dose}}\n"
    )
    files = [repository / "config/raia2011.yaml", tmp_path / "mine.yaml"]
    done = snakemake("--cores", "1", "--configfile", *files, directory=tmp_path)
    assert done.returncode != 0
    assert "acts_on.TYK2: unknown target 'TYK2'" in done.stdout
    assert "readout: unknown observable 'pSTAT3'; needed: a measured observable" in done.stdout
    assert "rule sample_posterior:" not in done.stdout


def test_petab_problem_is_a_changed_line(reference_folder, snakemake, repository, tmp_path):
    problem = reference_folder / "petab/Boehm_JProteomeRes2014/Boehm_JProteomeRes2014.yaml"
    done = snakemake(
        "--configfile",
        repository / "config/boehm2014_example.yaml",
        "--config",
        f"study={problem}",
        "--until",
        "check_problem",
        directory=tmp_path,
    )
    assert done.returncode == 0, done.stdout
    summary = json.loads((tmp_path / "results/Boehm_JProteomeRes2014/problem.json").read_text())
    assert summary["measurements"] == 48
