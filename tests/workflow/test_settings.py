"""What the workflow refuses before it runs anything, and that both Snakefiles are one workflow."""

import ast
import re
import shutil

import pytest
import yaml


def refused(done, *sentences):
    assert done.returncode != 0
    text = " ".join(done.stdout.split())
    for sentence in sentences:
        assert sentence in text
    assert "Traceback" not in text


@pytest.mark.parametrize("snakefile", ["Snakefile", "workflow/Snakefile"])
def test_dry_run_of_each_snakefile_plans_the_report(snakemake, tmp_path, snakefile):
    done = snakemake("--dry-run", directory=tmp_path, snakefile=snakefile)
    assert done.returncode == 0, done.stdout
    planned = set(re.findall(r"^rule (\w+):", done.stdout, re.MULTILINE))
    assert {
        "check_problem",
        "sample_posterior",
        "require_convergence",
        "check_scenarios",
        "predict_responses",
        "score_predictions",
        "render_report",
    } <= planned
    assert "predict_interventions" not in planned
    assert "results/cancer_panel/report.html" in done.stdout


def test_a_study_without_cell_lines_plans_its_dose_response_and_no_scenarios(snakemake, tmp_path, repository):
    done = snakemake("--dry-run", "--configfile", repository / "config/raia2011.yaml", directory=tmp_path)
    assert done.returncode == 0, done.stdout
    planned = set(re.findall(r"^rule (\w+):", done.stdout, re.MULTILINE))
    assert "predict_interventions" in planned
    assert not {"check_scenarios", "predict_responses", "score_predictions"} & planned


def test_scenarios_that_do_not_fit_their_schema_are_refused(snakemake, tmp_path):
    (tmp_path / "mine.yaml").write_text("scenarios: asked.yaml\n")
    (tmp_path / "asked.yaml").write_text("draws: 5\n")
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    refused(done, "fault(s) in asked.yaml; nothing was run", "draws: found 5; needed: a whole number, at least 10")


@pytest.fixture
def asked_scores(repository, tmp_path):
    """Return a function that writes the shipped scenarios with other scores; it returns the path of a configuration."""

    def write(scores):
        asked = yaml.safe_load((repository / "config/scenarios.yaml").read_text())
        (tmp_path / "asked.yaml").write_text(yaml.safe_dump(asked | {"scores": [scores]}))
        (tmp_path / "mine.yaml").write_text("scenarios: asked.yaml\n")
        return tmp_path / "mine.yaml"

    return write


def test_each_group_that_is_fitted_again_is_a_job_before_the_scores(snakemake, tmp_path, asked_scores):
    mine = asked_scores({"name": "a line left out", "leave_out": "cell_line", "refit": ["HEL", "SUP-HD1"]})
    done = snakemake("--dry-run", "--configfile", mine, directory=tmp_path)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("rule refit_without_group:") == 2
    for line in ("HEL", "SUP-HD1"):
        assert f"results/cancer_panel/refits/cell_line/{line}.nc" in done.stdout


def test_groups_to_fit_again_need_something_that_makes_groups(snakemake, tmp_path, asked_scores):
    mine = asked_scores({"name": "GDSC2", "held_out": "viability_gdsc2.tsv", "refit": ["HEL"]})
    done = snakemake("--dry-run", "--configfile", mine, directory=tmp_path)
    refused(done, "scores.0.leave_out: missing beside refit; needed: one of cell_line, inhibitor")


INTERVENTIONS = {
    "tables": "docs/raia_interventions",
    "cells": [{"experiment": "il13_20"}],
    "inhibitors": ["ruxolitinib"],
    "doses_nM": [0, 10, 100],
    "readout": {"observable": "pSTAT5_signal", "time_h": 1},
    "draws": 100,
}


def test_interventions_are_planned_from_their_tables(snakemake, tmp_path, repository):
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"dose_response": None, "interventions": INTERVENTIONS}))
    files = [repository / "config/raia2011.yaml", tmp_path / "mine.yaml"]
    done = snakemake("--dry-run", "--configfile", *files, directory=tmp_path)
    assert done.returncode == 0, done.stdout
    planned = set(re.findall(r"^rule (\w+):", done.stdout, re.MULTILINE))
    assert {"check_interventions", "predict_interventions"} <= planned
    assert "docs/raia_interventions/alterations.tsv" in done.stdout


def test_both_ways_to_ask_for_an_inhibitor_are_refused(snakemake, tmp_path, repository):
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"interventions": INTERVENTIONS}))
    files = [repository / "config/raia2011.yaml", tmp_path / "mine.yaml"]
    done = snakemake("--dry-run", "--configfile", *files, directory=tmp_path)
    refused(done, "config keys interventions and dose_response: found both; needed: one of them")


def test_interventions_without_their_folder_are_refused(snakemake, tmp_path, repository):
    section = INTERVENTIONS | {"tables": "nowhere"}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"dose_response": None, "interventions": section}))
    files = [repository / "config/raia2011.yaml", tmp_path / "mine.yaml"]
    done = snakemake("--dry-run", "--configfile", *files, directory=tmp_path)
    refused(done, "config key interventions.tables: found no folder nowhere")


def test_unknown_key_is_refused_with_the_valid_ones(snakemake, tmp_path):
    (tmp_path / "mine.yaml").write_text("sampling: {drws: 100}\nsolver: {rtol: 1e-6}\n")
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    refused(
        done,
        "2 fault(s) in the configuration; nothing was run",
        "sampling.drws: unknown key (did you mean draws?); valid keys of sampling: chains, draws, tune,",
        'solver.rtol: found "1e-6"; needed: a number',
    )


def test_nested_number_on_the_command_line_is_refused_with_advice(snakemake, tmp_path):
    done = snakemake("--dry-run", "--config", "sampling={draws: 100}", directory=tmp_path)
    refused(done, 'sampling.draws: found "100"; needed: a whole number', "name that with --configfile")


def test_study_that_is_not_there_is_refused_with_those_that_are(snakemake, tmp_path):
    done = snakemake("--dry-run", "--config", "study=data/raia2012", directory=tmp_path)
    refused(done, "config key study: found nothing at data/raia2012", "needed: a study folder", "data/raia2011")


def test_folder_without_study_yaml_is_refused(snakemake, tmp_path):
    (tmp_path / "measured").mkdir()
    done = snakemake("--dry-run", "--config", "study=measured", directory=tmp_path)
    refused(done, "config key study: found a folder without study.yaml at measured")


def test_study_without_dose_response_plans_a_report_without_it(snakemake, tmp_path):
    (tmp_path / "mine.yaml").write_text("dose_response: null\n")
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "rule render_report:" in done.stdout
    assert "predict_interventions" not in done.stdout


def test_study_with_cell_lines_plans_their_tables_and_others_do_not(snakemake, tmp_path, repository):
    (tmp_path / "mine.yaml").write_text("study: data/cancer_panel\ndose_response: null\n")
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "results/cancer_panel/cell_lines.tsv, results/cancer_panel/inhibitors.tsv" in done.stdout
    assert "data/reference/inhibitors.tsv" in done.stdout
    other = snakemake("--dry-run", "--configfile", repository / "config/raia2011.yaml", directory=tmp_path)
    assert other.returncode == 0, other.stdout
    assert "summarise_cell_lines" not in other.stdout


def test_a_changed_study_without_cell_lines_needs_no_other_changed_line(snakemake, tmp_path):
    (tmp_path / "mine.yaml").write_text("study: data/boehm2014\n")
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "check_scenarios" not in done.stdout


def test_cores_of_the_settings_are_the_threads_of_the_rule(snakemake, tmp_path):
    (tmp_path / "mine.yaml").write_text("sampling: {cores: 8, chains: 2}\n")
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    assert re.search(r"rule sample_posterior:(\n .*)*\n +threads: 2\n", done.stdout), done.stdout


def rules_of(repository) -> dict[str, str]:
    texts = [file.read_text() for file in sorted((repository / "workflow/rules").glob("*.smk"))]
    parts = re.split(r"^ *(?:rule|checkpoint) (\w+):$", "\n".join(texts), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_rule_script_and_function_have_one_name(repository):
    for name, text in rules_of(repository).items():
        assert f'"../scripts/{name}.py"' in text, name
        tree = ast.parse((repository / f"workflow/scripts/{name}.py").read_text())
        imports = [
            node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module.startswith("jakstat.")
        ]
        assert name in [alias.name for node in imports for alias in node.names], name


def test_each_script_belongs_to_a_rule_and_is_short(repository):
    scripts = {file.stem: file for file in (repository / "workflow/scripts").glob("*.py")}
    assert set(scripts) - {"script_log"} == set(rules_of(repository))
    doors = {name: len(file.read_text().splitlines()) for name, file in scripts.items() if name != "script_log"}
    assert max(doors.values()) <= 30, doors


def test_each_rule_knows_the_digest_of_its_own_script(repository):
    for name, text in rules_of(repository).items():
        assert re.search(rf'code=code_of\("{name}"\)', text), name


def test_files_of_the_workflow_keep_their_sizes(repository):
    assert len((repository / "workflow/Snakefile").read_text().splitlines()) < 60
    for file in (repository / "workflow/rules").glob("*.smk"):
        assert len(file.read_text().splitlines()) <= 150, file.name


def test_tiny_settings_override_only_what_takes_time(repository):
    tiny = yaml.safe_load((repository / "config/tiny.yaml").read_text())
    assert set(tiny) == {"study", "scenarios", "solver", "prior_predictive", "sampling", "gates", "dose_response"}
    assert set(tiny["gates"]) == {"override"}


BOMB = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{{', '.join(f'k{k}: *a{n - 1}' for k in range(10))}}}\n" for n in range(1, 12)
)
FAULTY_YAML = {
    "a key twice": ("scenarios: null\nscenarios: null\n", "line 2, scenarios: found the key again (first on line 1)"),
    "an alias in itself": ("a: &r [*r]\n", "line 1, a.0: found the alias *r inside of what it stands for"),
    "a truth value": (
        "study: NO\n",
        'line 1, study: found NO, which Snakemake reads as a truth value; needed: "NO" in',
    ),
    "an octal number": ("seed: 012\n", "line 1, seed: found 012, which Snakemake reads as a whole number"),
}


@pytest.mark.parametrize("kind", FAULTY_YAML)
def test_settings_that_snakemake_reads_otherwise_are_refused_at_their_line(snakemake, tmp_path, kind):
    text, sentence = FAULTY_YAML[kind]
    (tmp_path / "mine.yaml").write_text(text)
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    refused(done, "1 fault(s) in", "mine.yaml; nothing was run", sentence)


@pytest.mark.parametrize("text", [BOMB, "draws: 2020-13-45\n", "draws: 1\n---\ndraws: 2\n", "a: " + "[" * 5000])
def test_scenarios_that_are_no_plain_yaml_are_refused_at_once(snakemake, tmp_path, text):
    (tmp_path / "mine.yaml").write_text("scenarios: asked.yaml\n")
    (tmp_path / "asked.yaml").write_text(text)
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    refused(done, "1 fault(s) in asked.yaml; nothing was run", "line ")


@pytest.mark.parametrize("change", ["a bomb", "an impossible path", "a bad date"])
def test_study_with_faults_is_planned_so_that_its_check_can_name_them(snakemake, tmp_path, repository, change):
    study = tmp_path / "broken"
    study.mkdir()
    text = (repository / "data/boehm2014/study.yaml").read_text()
    added = {"a bomb": BOMB, "an impossible path": 'x: "a\\0b"\n', "a bad date": "x: 2020-13-45\n"}
    (study / "study.yaml").write_text(f"{text}\n{added[change]}")
    (tmp_path / "mine.yaml").write_text(f"study: {study}\nscenarios: null\n")
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "rule check_problem:" in done.stdout


def test_study_that_cannot_be_evaluated_stops_at_its_check(snakemake, tmp_path, repository):
    shutil.copytree(repository / "data/boehm2014", tmp_path / "broken")
    study = tmp_path / "broken" / "study.yaml"
    text = study.read_text()
    noise = next(line for line in text.splitlines() if line.strip().startswith("noise:"))
    text = text.replace(noise, f"{noise} - 1000", 1)
    study.write_text(text.replace("../../model", str(repository / "model")))
    (tmp_path / "mine.yaml").write_text(f"study: {study.parent}\nscenarios: null\n")
    done = snakemake("--configfile", tmp_path / "mine.yaml", "--until", "check_problem", directory=tmp_path)
    refused(done, "1 fault(s) in the input; nothing was written", "observable pSTAT5A_rel: found noise -")
    assert not list(tmp_path.glob("results/*/problem.json"))


@pytest.mark.parametrize(
    ("named", "found"), [('"a\\0b"', "a path with a character that no path may have"), ("a" * 5000, "name too long")]
)
@pytest.mark.parametrize("key", ["study", "scenarios"])
def test_a_name_that_no_path_can_have_is_refused_in_a_sentence(key, named, found, snakemake, tmp_path):
    (tmp_path / "mine.yaml").write_text(f"{key}: {named}\n")
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    refused(done, f"config key {key}: found", found)
    assert "\0" not in done.stdout
    assert "Error in file" not in done.stdout.replace("WorkflowError in file", "")


def test_an_earlier_fit_is_an_input_of_the_fit_and_of_no_fit_without_a_group(snakemake, tmp_path, asked_scores):
    mine = asked_scores({"name": "a line left out", "leave_out": "cell_line", "refit": ["HEL"]})
    (tmp_path / "earlier.nc").write_text("draws")
    mine.write_text(mine.read_text() + "sampling: {start_from: earlier.nc}\n")
    done = snakemake("--dry-run", "--configfile", mine, directory=tmp_path)
    assert done.returncode == 0, done.stdout
    inputs = dict(re.findall(r"^rule (\w+):\n    input: (.*)$", done.stdout, re.MULTILINE))
    assert "earlier.nc" in inputs["sample_posterior"]
    assert "earlier.nc" not in inputs["refit_without_group"]


def test_an_earlier_fit_that_is_not_there_or_is_this_runs_own_is_refused(snakemake, tmp_path):
    (tmp_path / "mine.yaml").write_text("sampling: {start_from: nowhere.nc}\n")
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    refused(done, "config key sampling.start_from: found nothing at nowhere.nc", "needed: posterior.nc of another run")
    own = tmp_path / "results/cancer_panel/posterior.nc"
    own.parent.mkdir(parents=True)
    own.write_text("draws")
    (tmp_path / "mine.yaml").write_text("sampling: {start_from: results/cancer_panel/posterior.nc}\n")
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    refused(done, "which this run writes; needed: a copy of it in another place")
