"""The schema of study.yaml: true to the code and to the shipped studies; and what is said of what does not fit it."""

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from jakstat.problem import NOISE_DISTRIBUTIONS, read_study
from jakstat.problem.study import structure
from jakstat.problem.study.study_treatments import MINUTES

SCHEMA = yaml.safe_load(Path(structure.__file__).with_name("study.schema.yaml").read_text())


def test_the_schema_is_one_of_draft_2020_12():
    Draft202012Validator.check_schema(SCHEMA)


def test_its_choices_are_those_of_the_code():
    observable = SCHEMA["properties"]["observables"]["additionalProperties"]["properties"]
    assert observable["distribution"]["enum"] == list(NOISE_DISTRIBUTIONS)
    assert SCHEMA["properties"]["time"]["properties"]["unit"]["enum"] == list(MINUTES)


@pytest.mark.parametrize("study", ["boehm2014", "cancer_panel", "raia2011", "sobotta2017"])
def test_an_editor_that_knows_the_schema_has_nothing_against_a_shipped_study(study, repository):
    content = yaml.safe_load((repository / "data" / study / "study.yaml").read_text())
    assert list(Draft202012Validator(SCHEMA).iter_errors(content)) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "found", "needed"),
    [
        ("id: panel", "id: my-panel", (1, "id"), "'my-panel'", "letters, digits and _, not first a digit"),
        ("title: A small panel", "title: {en: A}", (2, "title"), "a mapping", "a text"),
        ("[phospho.tsv, viability.tsv]", "[phospho.tsv, ~]", (5, "measurements"), "nothing", "a list of tables"),
        ("{column: time_min, unit: min}", "min", (7, "time"), "'min'", "a mapping with the keys column, unit"),
        ("unit: min", "unit: weeks", (7, "time.unit"), "'weeks'", "one of s, min, h, d"),
        ("stimulus: ligand", "stimulus: [ligand]", (10, "cells.stimulus"), "['ligand']", "a text"),
        ("{drug_left: 1}", "1", (13, "cells.at_treatment"), "'1'", "a mapping of entities of the model to formulas"),
        ("drug_left: 1", "drug_left: 1 +", (13, "cells.at_treatment.drug_left"), "no formula", "a formula"),
        ("k_off: 0.3", "k_off: fast", (14, "cells.fixed.A-1.k_off"), "'fast'", "a number"),
        ("{k_off: 0.3}", "0.3", (14, "cells.fixed.A-1"), "'0.3'", "a mapping of entities of the model to numbers"),
        (
            "over: [cell_line, screen]",
            "over: [screen]",
            (17, "cells.pooled.scale.over"),
            "screen",
            "cell_line among them",
        ),
        ("scale: log, sd: scale_sd", "scale: log", (17, "cells.pooled.scale.sd"), "nothing", "the key sd"),
        ("level: {", "2nd: {", (20, "observables.2nd"), "'2nd'", "letters, digits and _, not first a digit"),
        ("noise: sd, unit: nM", "noise: '', unit: nM", (20, "observables.level.noise"), "nothing", "the key noise"),
        ("student-t", "t", (20, "observables.level.distribution"), "'t'", "laplace, log-laplace, student-t"),
        ("[gain]", "gain", (19, "observables.pSTAT_signal.per_experiment"), "'gain'", "a list of parameters"),
    ],
)
def test_what_does_not_fit_is_a_fault_on_its_line(panel, faults_of, old, new, place, found, needed):
    faults = faults_of(read_study, panel("study.yaml", old, new))
    (fault,) = [fault for fault in faults if Path(fault.file).name == "study.yaml" and found in fault.found]
    assert (fault.row, fault.column) == place
    assert needed in fault.needed


def test_an_optional_key_without_a_value_is_as_good_as_absent(study, edit_study):
    before = read_study(study)
    edit_study("study.yaml", "citation: Nobody 2020", "citation: Nobody 2020\ndoi:\nlicence: ''\ncells:")
    after = read_study(study)
    assert (after.observables, after.citation) == (before.observables, before.citation)
