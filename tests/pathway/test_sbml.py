"""SBML to symbols: rates with stoichiometry and volumes, rules, initial values; refusals by name."""

import libsbml
import pytest
import sympy as sp

from jakstat.pathway import TIME, UnsupportedModelError, read_pathway, symbol
from jakstat.problem.model_text import antimony_to_sbml


def sbml_of(text: str) -> str:
    sbml = antimony_to_sbml(text, "model.ant", [])
    assert sbml is not None
    return sbml


def rates_of(text: str) -> dict[str, sp.Expr]:
    pathway = read_pathway(sbml_of(text))
    unit_volume = {symbol("default_compartment"): sp.Integer(1)}
    return {name: rate.xreplace(unit_volume) for name, rate in zip(pathway.states, pathway.rates, strict=True)}


k, a, b, v1, v2 = (symbol(name) for name in ("k", "a", "b", "v1", "v2"))


def test_stoichiometry_enters_the_rates():
    rates = rates_of("model m\n k = 1; a = 1; b = 0\n J0: 2 a -> 3 b; k * a^2\nend\n")
    assert sp.simplify(rates["a"] + 2 * k * a**2) == 0
    assert sp.simplify(rates["b"] - 3 * k * a**2) == 0


def test_transport_between_compartments_conserves_the_amount():
    rates = rates_of(
        "model m\n compartment v1 = 2, v2 = 5\n species a in v1 = 1, b in v2 = 0\n k = 1\n"
        " J0: a -> b; v1 * k * a\nend\n"
    )
    assert sp.simplify(rates["a"] + k * a) == 0
    assert sp.simplify(v1 * rates["a"] + v2 * rates["b"]) == 0


def test_species_in_amounts_are_not_divided_by_the_volume():
    rates = rates_of(
        "model m\n compartment v1 = 2\n substanceOnly species a in v1 = 1\n k = 1\n J0: a -> ; k * a\nend\n"
    )
    assert sp.simplify(rates["a"] + k * a) == 0


def test_assignment_rules_are_put_into_rates_and_known_by_name():
    pathway = read_pathway(sbml_of("model m\n k = 1; a = 1\n b := 2 * c; c := k * a + time\n J0: a -> ; b\nend\n"))
    assert pathway.states == ("a",)
    rate = pathway.rates[0].xreplace({symbol("default_compartment"): sp.Integer(1)})
    assert sp.expand(rate + 2 * (k * a + TIME)) == 0
    assert sp.expand(pathway.assignments["b"] - 2 * (k * a + TIME)) == 0


def test_rate_rules_make_states():
    pathway = read_pathway(sbml_of("model m\n k = 0.5\n p = 3\n p' = -k * p\nend\n"))
    assert pathway.states == ("p",)
    assert pathway.rates[0] == -k * symbol("p")
    assert float(pathway.initial_values["p"]) == 3.0


def test_initial_assignments_name_what_they_follow():
    """They are not put into each other, so that a condition that sets ``a`` changes ``b``."""
    pathway = read_pathway(sbml_of("model m\n k = 2\n a = 3 * k; b = a + 1\n J0: a -> b; k * a\nend\n"))
    assert sp.expand(pathway.initial_values["a"] - 3 * k) == 0
    assert sp.expand(pathway.initial_values["b"] - a - 1) == 0


def test_initial_assignments_that_go_round_in_a_circle_are_refused():
    text = "model m\n k = 2\n a = 1; b = a + 1\n J0: a -> b; k * a\nend\n"
    document = libsbml.readSBMLFromString(sbml_of(text))
    assignment = document.getModel().createInitialAssignment()
    assignment.setSymbol("a")
    assignment.setMath(libsbml.parseL3Formula("2 * b"))
    with pytest.raises(ValueError, match="depend on themselves: a, b"):
        read_pathway(libsbml.writeSBMLToString(document))


def test_function_definitions_are_expanded():
    rates = rates_of(
        "function mm(s, vmax, km)\n vmax * s / (km + s)\nend\nmodel m\n k = 1; a = 1\n J0: a -> ; mm(a, k, 2)\nend\n"
    )
    assert sp.simplify(rates["a"] + k * a / (2 + a)) == 0


def test_integer_powers_stay_integers():
    rates = rates_of("model m\n k = 1; a = 1\n J0: a -> ; k * a^2.0\nend\n")
    power = next(iter(rates["a"].atoms(sp.Pow)))
    assert power.exp.is_Integer


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("model m\n a = 1\n E1: at 2 after a > 2: a = 0\n J0: a -> ; a\nend\n", "delay of event E1"),
        ("model m\n compartment c\n species a in c = 1\n c := floor(time)\n J0: a -> ; a\nend\n", "compartment c"),
    ],
)
def test_unsupported_features_are_named(text, named):
    with pytest.raises(UnsupportedModelError, match=named):
        read_pathway(sbml_of(text))


def test_all_unsupported_features_are_named_at_once():
    text = "model m\n a = 1\n E1: at 1 after a > 2: a = 0\n E2: at 1 after a > 3: a = 0\n J0: a -> ; a\nend\n"
    with pytest.raises(UnsupportedModelError, match=r"event E1.*event E2"):
        read_pathway(sbml_of(text))


def test_events_become_changes_of_states():
    pathway = read_pathway(sbml_of("model m\n a = 1; k = 1\n E1: at a > 2, t0=false: k = a + 1\n J0: -> a ; k\nend\n"))
    (event,) = pathway.events
    a = symbol("a")
    assert (event.trigger, dict(event.changes), event.initially_on) == (a > 2, {"k": a + 1}, False)
    assert pathway.states == ("a", "k"), "what an event sets is a state"


def test_a_concentration_falls_as_its_compartment_grows():
    rates = rates_of("model m\n compartment c = 1\n species a in c = 1\n c' = 3\n J0: a -> ; k * a\n k = 1\nend\n")
    a, c = symbol("a"), symbol("c")
    assert sp.simplify(rates["a"] + k * a / c + 3 * a / c) == 0


def test_text_that_is_not_sbml_is_refused():
    with pytest.raises(ValueError, match="not valid SBML"):
        read_pathway("<sbml>nonsense</sbml>")


def test_a_delay_is_refused():
    document = libsbml.SBMLDocument(3, 2)
    model = document.createModel()
    parameter = model.createParameter()
    parameter.setId("x")
    parameter.setConstant(False)
    parameter.setValue(1.0)
    rule = model.createRateRule()
    rule.setVariable("x")
    rule.setMath(libsbml.parseL3Formula("delay(x, 2)"))
    with pytest.raises(UnsupportedModelError, match="delay"):
        read_pathway(libsbml.writeSBMLToString(document))


def test_an_initial_assignment_wins_over_the_value_in_the_file():
    document = libsbml.readSBMLFromString(sbml_of("model m\n k = 2*3; c = 2 * k; a = 1\n J0: a -> ; k * c * a\nend\n"))
    document.getModel().getParameter("k").setValue(1.0)
    pathway = read_pathway(libsbml.writeSBMLToString(document))
    assert pathway.parameters["k"] == 6.0
    assert pathway.parameter_formulas["c"] == 2 * k


def test_constants_may_follow_assignment_rules_at_the_start():
    pathway = read_pathway(sbml_of("model m\n a = 3; k = 1\n s := 2 * a + time\n c = s\n J0: a -> ; k * c\nend\n"))
    assert pathway.parameter_formulas["c"] == symbol("s")
    assert pathway.assignments["s"] == 2 * a + TIME


def test_a_reaction_as_a_number_is_refused_by_name():
    text = "model m\n a = 1; k = 1; d = 0\n J0: a -> ; k * a\n d' = J0\nend\n"
    with pytest.raises(UnsupportedModelError, match="'J0'"):
        read_pathway(sbml_of(text))


GROWING = """model m
 compartment box = 2
 species a in box = 3, b in box = 1
 k = 0.4; g = 0.3
 J0: a -> ; box * k * a
"""
GROWTH = ("box' = g * box", "box := 2 * exp(g * time)", "size = 2; size' = g * size; box := size")


@pytest.mark.parametrize("rule", GROWTH)
def test_concentrations_fall_as_their_compartment_grows(rule):
    """Also that of ``b``, which no reaction changes: the amounts stay."""
    pathway = read_pathway(sbml_of(f"{GROWING} {rule}\nend\n"))
    rates = dict(zip(pathway.states, pathway.rates, strict=True))
    b, g, box = symbol("b"), symbol("g"), pathway.assignments.get("box", symbol("box"))
    assert sp.simplify(rates["a"] + (k + g) * a) == 0
    assert sp.simplify(rates["b"] + g * b) == 0
    assert box.free_symbols <= {TIME, g, symbol("box"), symbol("size")}


def test_a_compartment_that_follows_constants_dilutes_nothing():
    pathway = read_pathway(sbml_of(f"{GROWING} box := 2 * g\nend\n"))
    assert pathway.states == ("a",)
    assert sp.simplify(pathway.rates[0] + k * a) == 0


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ("box := piecewise(2, time < 1, 3)", "compartment box under an assignment rule that makes its size jump"),
        ("box := g\n E: at time > 1: g = 4", "compartment box under an assignment rule that makes its size jump"),
    ],
)
def test_a_compartment_that_jumps_is_refused(rule, named):
    with pytest.raises(UnsupportedModelError, match=named):
        read_pathway(sbml_of(f"{GROWING} {rule}\nend\n"))


def test_a_compartment_that_follows_a_concentration_in_it_is_refused():
    document = libsbml.readSBMLFromString(sbml_of(f"{GROWING} box := 2 * exp(g * time)\nend\n"))
    document.getModel().getAssignmentRuleByVariable("box").setMath(libsbml.parseL3Formula("1 + a"))
    with pytest.raises(UnsupportedModelError, match="compartment box .* depends on what is dissolved in it"):
        read_pathway(libsbml.writeSBMLToString(document))
