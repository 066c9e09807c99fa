"""Refusals of settings: every fault at once, with the key, what was found and what is needed."""

import copy
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from jakstat.schemas import schema_faults


@pytest.fixture(scope="module")
def schema(repository: Path) -> dict:
    return yaml.safe_load((repository / "workflow/schemas/config.schema.yaml").read_text())


@pytest.fixture
def settings(repository: Path) -> dict:
    """Every setting there is: those of the main job, with the dose response of a study that has no cell lines."""
    settings = yaml.safe_load((repository / "config/config.yaml").read_text())
    update_config(settings, yaml.safe_load((repository / "config/raia2011.yaml").read_text()))
    return {key: value for key, value in settings.items() if value is not None}


def changed(settings: dict, place: str, value) -> dict:
    """Return settings with one value replaced, or the key removed where the value is None."""
    settings = copy.deepcopy(settings)
    *outer, last = place.split(".")
    section = settings
    for key in outer:
        section = section[int(key)] if isinstance(section, list) else section[key]
    if value is None:
        del section[last]
    else:
        section[last] = value
    return settings


def test_shipped_settings_fit_the_schema(settings, schema):
    assert schema_faults(settings, schema) == []


@pytest.mark.parametrize("name", ["config.yaml", "raia2011.yaml", "tiny.yaml", "boehm2014_example.yaml"])
def test_other_shipped_files_fit_when_laid_over_the_default(repository, schema, name):
    settings = yaml.safe_load((repository / "config/config.yaml").read_text())
    update_config(settings, yaml.safe_load((repository / "config" / name).read_text()))
    assert schema_faults({key: value for key, value in settings.items() if value is not None}, schema) == []


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        ("samplng", {}, "samplng: unknown key (did you mean sampling?); valid keys: study, seed, "),
        ("sampling.drws", 5, "sampling.drws: unknown key (did you mean draws?); valid keys of sampling: chains, "),
        ("gates.rhat", 1.01, "gates.rhat: unknown key (did you mean r_hat?)"),
        ("dose_response.stimuli.0.sets", {}, "dose_response.stimuli.0.sets: unknown key (did you mean set?)"),
        ("sampling.draws", "500", 'sampling.draws: found "500"; needed: a whole number, at least 4 [draws]'),
        ("sampling.draws", "500", "--config makes text of every nested value"),
        ("solver.rtol", "1e-6", "write 1.0e-6 and not 1e-6"),
        ("sampling.draws", 2.5, "sampling.draws: found 2.5; needed: a whole number"),
        ("sampling.chains", 1, "sampling.chains: found 1; needed: a whole number, at least 2 [chains]"),
        ("sampling.target_accept", 1.0, "above 0, below 1"),
        ("sampling.adaptation", "full", 'sampling.adaptation: found "full"; needed: one of diag, low_rank'),
        ("solver.name", "cvode", 'solver.name: found "cvode"; needed: one of jakstat, sunode'),
        ("solver.rtol", 0, "solver.rtol: found 0; needed: a number, above 0, at most 0.01 [1]"),
        ("gates.override", ["rhat"], 'gates.override.0: found "rhat"; needed: one of r_hat, ess_bulk, '),
        ("dose_response.doses_nM", [0, 5, -1], "dose_response.doses_nM.2: found -1; needed: a number, at least 0 [nM]"),
        ("dose_response.acts_on", {}, "dose_response.acts_on: found {}; needed: keys with values, at least 1 of them"),
        ("seed", True, "seed: found true; needed: a whole number"),
        ("seed", None, "seed: missing; needed: a whole number"),
        ("dose_response.time", None, "dose_response.time: missing; needed: a number, above 0 [time unit of the study"),
    ],
)
def test_fault_is_named_with_what_is_needed(settings, schema, place, value, sentence):
    faults = schema_faults(changed(settings, place, value), schema)
    assert len(faults) == 1
    assert sentence in faults[0]


def test_all_faults_come_at_once(settings, schema):
    several = changed(changed(changed(settings, "sampling.draws", "many"), "sead", 1), "gates.bfmi", -1)
    assert len(schema_faults(several, schema)) == 3


def properties(schema: dict, place: str = ""):
    """Yield each named property of a schema with its place, and the schema of unknown_named ones and of items."""
    for key, inner in schema.get("properties", {}).items():
        yield f"{place}{key}", inner
        yield from properties(inner, f"{place}{key}.")
    for keyword in ("additionalProperties", "items"):
        if isinstance(schema.get(keyword), dict):
            yield f"{place}*", schema[keyword]
            yield from properties(schema[keyword], f"{place}*.")


def test_every_key_has_a_sentence_and_every_number_a_unit(schema):
    for place, inner in properties(schema):
        assert inner.get("description", "").endswith("."), place
        assert inner["type"] not in ("number", "integer") or inner.get("unit"), place


def test_unknown_keys_are_refused_everywhere(schema):
    for place, inner in [("", schema), *properties(schema)]:
        assert inner["type"] != "object" or "additionalProperties" in inner, place
        assert inner.get("additionalProperties") is not True, place


def test_shipped_scenarios_fit_their_schema(repository):
    scenarios = yaml.safe_load((repository / "config/scenarios.yaml").read_text())
    schema = yaml.safe_load((repository / "workflow/schemas/scenarios.schema.yaml").read_text())
    assert schema_faults(scenarios, schema) == []
    scenarios["resistance"]["doses_nM"] = [0, -1, 3]
    assert "resistance.doses_nM.1: found -1" in str(schema_faults(scenarios, schema)[0])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), "nan", ".inf"])
@pytest.mark.parametrize("place", ["solver.rtol", "gates.r_hat", "dose_response.time", "dose_response.doses_nM.1"])
def test_numbers_are_finite(settings, schema, place, value):
    settings = copy.deepcopy(settings)
    *outer, last = place.split(".")
    section = settings
    for key in outer:
        section = section[key]
    section[int(last) if last.isdigit() else last] = value
    (fault,) = schema_faults(settings, schema)
    assert fault.startswith(f"{place}: found ")
    assert "needed: a number" in fault


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 500.0, True])
def test_counts_are_whole_numbers(settings, schema, value):
    (fault,) = schema_faults(changed(settings, "sampling.draws", value), schema)
    assert "needed: a whole number" in fault


@pytest.mark.parametrize(("key", "value"), [("sd_ln", 1e300), ("median", 1e300), ("median", 1e-300)])
def test_priors_of_settings_are_within_floats(settings, schema, key, value):
    name = next(iter(settings["dose_response"]["parameters"]))
    (fault,) = schema_faults(changed(settings, f"dose_response.parameters.{name}.{key}", value), schema)
    assert f"{name}.{key}: found " in fault


@pytest.mark.parametrize("number", [2**63, -(10**30)])
def test_a_count_beyond_64_bits_is_a_fault(number):
    schema = {"type": "object", "properties": {"draws": {"type": "integer"}}}
    (fault,) = schema_faults({"draws": number}, schema)
    assert "a whole number" in fault
    assert "in size" in fault
    assert not schema_faults({"draws": 2**63 - 1}, schema)
