"""Public measurements that are not shipped: from a folder, or left out with a sentence and without a failure."""

import pandas as pd
import pytest

from jakstat.files.storage import read_json
from jakstat.public_data import sobotta2017

TARGET = "resources/sobotta2017/measurements.tsv"


def test_where_nothing_can_be_had_the_run_says_so_and_does_not_fail(snakemake, tmp_path):
    (tmp_path / "mine.yaml").write_text("public_data: {folder: nowhere, addresses: {sobotta2017: null}}\n")
    done = snakemake(TARGET, "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    assert done.returncode == 0, done.stdout
    sentence = "The study sobotta2017 is left out, because its measurements are not here: nowhere (config key"
    assert sentence in " ".join(done.stdout.split())
    status = read_json(tmp_path / "resources/sobotta2017/obtained.json")
    assert (status["obtained"], status["measurements"]) == (False, 0)
    assert pd.read_csv(tmp_path / TARGET, sep="\t").columns.tolist() == list(sobotta2017.COLUMNS)


def test_table_of_a_folder_is_taken_once_it_is_there(snakemake, tmp_path, reference_folder):
    table = reference_folder / sobotta2017.TABLE.path
    if not table.is_file():
        pytest.skip(f"needs {table.name} in the reference data")
    (tmp_path / "mine.yaml").write_text("public_data: {folder: mine, addresses: {sobotta2017: null}}\n")
    (tmp_path / "mine").mkdir()
    arguments = (TARGET, "--configfile", tmp_path / "mine.yaml")
    assert "is left out" in snakemake(*arguments, directory=tmp_path).stdout
    (tmp_path / "mine" / table.name).write_bytes(table.read_bytes())
    done = snakemake(*arguments, directory=tmp_path)
    assert done.returncode == 0, done.stdout
    assert len(pd.read_csv(tmp_path / TARGET, sep="\t")) == 245
    assert read_json(tmp_path / "resources/sobotta2017/obtained.json")["obtained"] is True


def test_changed_table_stops_the_run_and_leaves_nothing(snakemake, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / sobotta2017.TABLE.path).write_text("other")
    (tmp_path / "mine.yaml").write_text("public_data: {folder: mine}\n")
    done = snakemake(TARGET, "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    assert done.returncode != 0
    assert "1 fault(s) in the input" in done.stdout
    assert "needed: the file with SHA-256 6c1e63aa" in done.stdout
    assert not (tmp_path / TARGET).exists()


def test_address_that_is_no_url_is_refused(snakemake, tmp_path):
    (tmp_path / "mine.yaml").write_text("public_data: {addresses: {sobotta2017: ../d2d/Data}}\n")
    done = snakemake("--dry-run", "--configfile", tmp_path / "mine.yaml", directory=tmp_path)
    assert done.returncode != 0
    assert "public_data.addresses.sobotta2017: found" in done.stdout
    assert "file://" in done.stdout


def test_study_without_file_or_network_ends_with_a_sentence_and_no_failure(snakemake, tmp_path, repository):
    if (repository / "data/sobotta2017/measurements.tsv").is_file():
        pytest.skip("the measurements are in data/sobotta2017 already")
    for address in ("null", "http://127.0.0.1:9/none"):  # port 9, discard: nothing answers
        (tmp_path / "mine.yaml").write_text(
            f"study: data/sobotta2017\ndose_response: null\n"
            f"public_data: {{folder: nowhere, addresses: {{sobotta2017: {address}}}}}\n"
        )
        arguments = ("--configfile", tmp_path / "mine.yaml", "--forcerun", "obtain_sobotta2017")
        done = snakemake(*arguments, directory=tmp_path)
        assert done.returncode == 0, done.stdout
        assert "The study sobotta2017 is left out, because its measurements are not here" in done.stdout
        assert "Traceback" not in done.stdout
        assert not (tmp_path / "results").exists()
    assert not (repository / "data/sobotta2017/measurements.tsv").exists()


def test_dry_run_of_the_example_plans_to_obtain_the_measurements_first(snakemake, tmp_path, repository):
    if (repository / "data/sobotta2017/measurements.tsv").is_file():
        pytest.skip("the measurements are in data/sobotta2017 already")
    arguments = ("--dry-run", "--configfile", repository / "config/sobotta2017_example.yaml")
    done = snakemake(*arguments, directory=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "checkpoint obtain_sobotta2017:" in done.stdout
