"""Formulas that cannot be computed are faults of the reader, by what they are the formula of."""

import pytest

from jakstat.files import DataFaultsError
from jakstat.problem import read_petab, read_study
from jakstat.problem.formulas import deepest, is_reserved, parse_formula
from jakstat.problem.model_math import MAX_PARTS, faults_of_math
from jakstat.problem.model_text import antimony_to_sbml

MODEL = """\
model decay()
  compartment cell = 1; species S in cell = 10; species P in cell = 0; k = 0.1; n = 2; gain = 1;
  r1: S => P; {rate};
  gain := {rule};
  S = {start};
  E1: at time > {trigger}: k = {change};
end
"""
PARTS = {"rate": "k * S", "rule": "k", "start": "10", "trigger": "5", "change": "2"}
PLACES = {
    "rate": "reaction r1",
    "rule": "rule of gain",
    "start": "initial value of S",
    "trigger": "event E1",
    "change": "event E1",
}
WRONG = {
    "k / 0": "a division by zero",
    "k / (1 - 1)": "a division by zero",
    "n * k / (2 * 0)": "a division by zero",
    "k + 1 / 0.0": "a division by zero",
    "k * inf": "the number INF",
    "k * notanumber": "the number NaN",
    "k * 9^9^9^9": "a number that is not finite",
    "k * 0^-1": "a number that is not finite",
    "k * exp(1000)": "a number that is not finite",
    "exp(" * 101 + "k" + ")" * 101: "more than 100 operations one in another",
    "k" + "^k" * 300: "more than 100 operations one in another",
}
RIGHT = [
    "k / 2",
    "k / (2 - 1)",
    "k^2 + n^0.5",
    "k" + " + k" * 400,
    "exp(" * 50 + "k" + ")" * 50,
    "piecewise(1, k > 2, 0)",
]


def faults_in(**changed: str) -> list:
    sbml = antimony_to_sbml(MODEL.format(**PARTS | changed), "decay.ant", [])
    assert sbml is not None
    return faults_of_math(sbml, "decay.ant")


@pytest.mark.parametrize("formula", WRONG, ids=lambda formula: formula[:20])
@pytest.mark.parametrize("part", PLACES)
def test_formula_that_cannot_be_computed_is_a_fault_of_its_owner(part, formula):
    (fault,) = faults_in(**{part: formula})
    assert (fault.file, fault.column) == ("decay.ant", PLACES[part])
    assert WRONG[formula] in fault.found
    assert len(str(fault)) < 400


@pytest.mark.parametrize("formula", RIGHT, ids=lambda formula: formula[:20])
@pytest.mark.parametrize("part", PLACES)
def test_formula_that_can_be_computed_is_none(part, formula):
    assert faults_in(**{part: formula}) == []


def test_delay_is_refused_by_name():
    (fault,) = faults_in(rate="k * delay(S, 3)")
    assert fault.found == "a delay, delay(S, 3)"


def test_faults_of_the_model_are_faults_of_the_study(study, edit_study):
    edit_study("decay.ant", "k_on * il13 * STAT", "k_on * il13 * STAT / 0")
    with pytest.raises(DataFaultsError) as caught:
        read_study(study)
    assert [fault.column for fault in caught.value.faults] == ["reaction activation"]


def test_ten_thousand_parentheses_in_a_model_are_one_fault(study, edit_study):
    edit_study("decay.ant", "k_on * il13", "(" * 10_000 + "k_on" + ")" * 10_000 + " * il13")
    with pytest.raises(DataFaultsError) as caught:
        read_study(study)
    assert len(caught.value.faults) == 1


UNREADABLE = {
    "scale * pSTAT / 0": "not finite",
    "scale * pSTAT / (2 - 2)": "not finite",
    "0 / 0": "divides by zero",
    "scale * inf": "not finite",
    "scale * pSTAT" + " + pSTAT" * 5000: "characters, above",
    "(" * 10_000 + "pSTAT" + ")" * 10_000: "characters, above",
    "(" * 101 + "pSTAT" + ")" * 101: "101 parentheses in each other",
    "pSTAT * 9^9^9^9": "powers of powers of numbers",
    "pSTAT * exp(exp(exp(100)))": "powers of powers of numbers",
    "pSTAT * (9^(9^9))^9": "powers of powers of numbers",
}


@pytest.mark.parametrize("formula", UNREADABLE, ids=lambda formula: formula[:20])
def test_formula_that_cannot_be_read_is_one_short_fault_at_its_line(study, edit_study, formula):
    edit_study("study.yaml", "formula: scale * pSTAT", f'formula: "{formula}"')
    with pytest.raises(DataFaultsError) as caught:
        read_study(study)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (13, "observables.pSTAT_signal.formula")
    assert UNREADABLE[formula] in fault.found
    assert len(str(fault)) < 700


def test_formula_that_uses_up_the_stack_is_no_formula(monkeypatch):
    def too_deep(_: str) -> None:
        raise RecursionError

    monkeypatch.setattr("jakstat.problem.formulas.sympify_petab", too_deep)
    with pytest.raises(ValueError, match="hundreds of operations one in another: give its parts names"):
        parse_formula("a")


@pytest.mark.parametrize("formula", ["STAT" + " + pSTAT" * 150, "(" * 100 + "STAT" + ")" * 100, "STAT^2 / (1 + 3^2)"])
def test_formula_of_a_hundred_terms_or_parentheses_is_read(formula):
    assert parse_formula(formula)


def test_parentheses_that_are_open_at_once_are_counted():
    assert (deepest("a + (b * (c + d)) * (e)"), deepest("a"), deepest(")(")) == (2, 0, 0)


@pytest.mark.parametrize("noise", ["0", "-0.1", "0 * 3", "2 - 2"])
def test_noise_that_is_not_positive_is_a_fault(study, edit_study, noise):
    edit_study("study.yaml", "noise: sd_rel * pSTAT_signal + 0.1", f'noise: "{noise}"')
    with pytest.raises(DataFaultsError) as caught:
        read_study(study)
    assert "observables.pSTAT_signal.noise" in [fault.column for fault in caught.value.faults if "noise" in fault.found]


@pytest.mark.parametrize("noise", ["0", "-0.1"])
def test_noise_of_a_petab_problem_that_is_not_positive_is_one_fault(petab, edit_petab, noise):
    edit_petab("observables.tsv", "A_log\tA\t0.2", f"A_log\tA\t{noise}")
    with pytest.raises(DataFaultsError) as caught:
        read_petab(petab)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(3, "noiseFormula")]


@pytest.mark.parametrize("name", ["inf", "nan", "time", "true", "False", "NaN", "INF"])
def test_observable_with_a_name_that_means_something_else_is_one_fault(name, study, petab):
    assert is_reserved(name)
    for file in ("study.yaml", "measurements.tsv"):
        (study / file).write_text((study / file).read_text().replace("pSTAT_signal", name).replace("A_log", name))
    (study / "observables.tsv").write_text((study / "observables.tsv").read_text().replace("A_log", name))
    with pytest.raises(DataFaultsError) as caught:
        read_petab(petab)
    assert [fault.column for fault in caught.value.faults] == ["observableId"]


@pytest.mark.parametrize("name", ["inf", "nan", "time", "true", "NaN"])
def test_observable_of_a_study_with_a_name_that_means_something_else_is_one_fault(name, study):
    for file in ("study.yaml", "measurements.tsv"):
        (study / file).write_text((study / file).read_text().replace("pSTAT_signal", name))
    with pytest.raises(DataFaultsError) as caught:
        read_study(study)
    assert [fault.column for fault in caught.value.faults] == [f"observables.{name}"]


def test_a_formula_of_thousands_of_terms_is_one_fault_before_it_is_read(study, edit_study, faults_of):
    terms = " + ".join(f"k_on*STAT^{power}/(1+{power}*STAT)" for power in range(1, 2500))
    edit_study("decay.ant", "k_on * il13 * STAT;", f"k_on * ({terms});")
    (fault,) = faults_of(read_study, study)
    assert fault.column == "reaction activation"
    assert f"more than {MAX_PARTS:,}" in fault.found


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("species pSTAT in cell = 0", "species pSTAT in cell = inf", "species pSTAT"),
        ("compartment cell = 1", "compartment cell = inf", "compartment cell"),
        ("il13 = 0;", "il13 = -inf;", "parameter il13"),
    ],
)
def test_an_infinite_value_of_a_model_is_one_fault(old, new, place, study, edit_study, faults_of):
    edit_study("decay.ant", old, new)
    (fault,) = faults_of(read_study, study)
    assert (fault.column, "inf" in fault.found) == (place, True), fault
