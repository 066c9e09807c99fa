import math
from pathlib import Path

import pytest
import sympy as sp

from jakstat.files import Fault
from jakstat.problem import STATUSES, Parameter, Prior
from jakstat.problem.formulas import parse_formula
from jakstat.problem.model_text import ModelEntities, antimony_to_sbml, model_entities
from jakstat.problem.reference.effects import altered, changed, constants_in, inhibited
from jakstat.problem.reference.reference_tables import read_reference
from jakstat.problem.reference.suitability import check_against_model

PATHWAY = """\
model pathway()
  share_JAK1 = 0; share_JAK2 = 1; share_JAK3 = 0; share_TYK2 = 0;
  inhibition_JAK1 = 0; inhibition_JAK2 = 0; inhibition_JAK3 = 0; inhibition_TYK2 = 0;
  inhibition_STAT = 0; neutralisation = 0; inhibition_bypass = 0; inhibition_survival = 0; off_target = 0;
  ligand = 0; autocrine_ligand = 0; basal_activation = 0.01; receptor_total = 1; JAK_total = 3; STAT_total = 100;
  other_STAT_kinase = 0; STAT_dephosphorylation = 0.1; nuclear_STAT_dephosphorylation = 0.1;
  SOCS_translation = 1; SOCS_inhibition = 5; growth_dependency = 0.5; proliferation = 0.0004; drug_decay = 0;
  kinase_activity := share_JAK1 / (1 + inhibition_JAK1);
end
"""
#: Another model than the shipped one, and tables for it; | stands for a tab.
MODEL = "model small()\n blocked = 0; rate = 2; signal = 1; share_X = 1; doubled := 2 * rate;\nend\n"
TABLES = {
    "constants.tsv": """\
constant|unit|median|sd_ln|source|status
shift|1|50|0.7|assumed|assumed
per_cell|1|2||Nobody 2020|memory
""",
    "inhibitors.tsv": """\
inhibitor|mechanism|parameter|formula|constant|unit|median|sd_ln|assay|atp_mM|source|status
first|type I JAK|blocked|blocked + dose / (K_first * shift)|K_first|nM|3|0.9|kinase|1|Nobody 2020|memory
second|type I JAK|blocked|blocked + dose / (K_second * shift)|K_second|nM|10|1|kinase||Nobody 2020|memory
other|type II JAK|blocked|blocked + dose / K_other|K_other|nM|100|1|cells||assumed|assumed
second|off-target|rate|rate / (1 + dose / K_second_off)|K_second_off|nM|5000|1.5|cells||assumed|assumed
""",
    "alterations.tsv": """\
alteration|gene|change|parameter|inhibitors|formula|constant|unit|median|sd_ln|cancer|source|status
active|X|V1F|rate||rate + activation|activation|1/min|0.5|1|leukaemia|Nobody 2020|memory
active|X|V1F|signal||signal * rate|||||leukaemia|assumed|assumed
stronger|X|gain|rate||per_cell * rate|||||leukaemia|assumed|assumed
gate|X|L2P|blocked|type I JAK|K * fold_gate|fold_gate|1|8|0.8|resistance|assumed|assumed
gate|X|L2P|blocked|second|K * fold_gate_second|fold_gate_second|1|1.3|0.4|resistance|assumed|assumed
pocket|X|P3A|blocked|first, other|K * fold_pocket|fold_pocket|1|3|0.6|resistance|assumed|assumed
""",
    "receptors.tsv": "receptor|ligand|ligand_kDa|share_X|STAT|source|status\nR|L|20|1|STAT5|assumed|assumed\n",
    "cell_lines.tsv": """\
cell_line|cancer|driver|receptor|alterations|ligand_source|doubling_time_h|sd_ln|source|status
growing|leukaemia|X|R|active,gate|none|30|0.3|Nobody 2020|memory
resting|none||R||unknown|||assumed|assumed
""",
    "exposure.tsv": """\
inhibitor|regimen|cmax_nM|cavg_nM|fraction_unbound|sd_ln|source|status
first|daily|1000|300|0.03|0.5|label|memory
""",
}
# file, what stands there, what a user writes instead, and the fault: line, column, words of found and of needed
FAULTS = {
    "inhibitor without a source": (
        "inhibitors.tsv",
        "kinase|1|Nobody 2020",
        "kinase|1|",
        (2, "source", "nothing", "assumed"),
    ),
    "alteration without a source": (
        "alterations.tsv",
        "leukaemia|Nobody 2020",
        "leukaemia|",
        (2, "source", "nothing", "assumed"),
    ),
    "constant without a source": ("constants.tsv", "0.7|assumed", "0.7|", (2, "source", "nothing", "assumed")),
    "receptor without a source": ("receptors.tsv", "STAT5|assumed", "STAT5|", (2, "source", "nothing", "assumed")),
    "cell line without a source": ("cell_lines.tsv", "0.3|Nobody 2020", "0.3|", (2, "source", "nothing", "assumed")),
    "exposure without a source": ("exposure.tsv", "0.5|label", "0.5|", (2, "source", "nothing", "assumed")),
    "row without a status": (
        "alterations.tsv",
        "resistance|assumed|assumed\npocket",
        "resistance|assumed|\npocket",
        (6, "status", "nothing", "one of assumed, memory, read"),
    ),
    "status in words of its own": (
        "exposure.tsv",
        "label|memory",
        "label|from memory",
        (2, "status", "from memory", "assumed, memory, read"),
    ),
    "number that was read nowhere": (
        "cell_lines.tsv",
        "Nobody 2020|memory",
        "Nobody 2020|read",
        (2, "place", "the status read", "table, figure"),
    ),
    "table without statuses": ("constants.tsv", "|status", "|state", (1, "status", "state", "the column status")),
    "absent column": ("inhibitors.tsv", "|sd_ln|", "|sd|", (1, "sd_ln", "sd", "the column sd_ln")),
    "absent column of a receptor": ("receptors.tsv", "ligand_kDa", "kDa", (1, "ligand_kDa", "kDa", "ligand_kDa")),
    "no share of any kinase": ("receptors.tsv", "share_X", "X", (1, "", "the columns", "share_<kinase>")),
    "unknown parameter": (
        "inhibitors.tsv",
        "rate|rate / (1 + dose",
        "rte|rte / (1 + dose",
        (5, "parameter", "rte", "did you mean rate"),
    ),
    "unknown parameter of an alteration": (
        "alterations.tsv",
        "signal||signal * rate",
        "signals||signal * rate",
        (3, "parameter", "signals", "did you mean signal"),
    ),
    "parameter that a rule computes": (
        "alterations.tsv",
        "signal||signal * rate",
        "doubled||signal * rate",
        (3, "parameter", "rule of the model", "a parameter of the model"),
    ),
    "unknown share": ("receptors.tsv", "share_X", "share_Y", (1, "share_Y", "share_Y", "did you mean share_X")),
    "unknown name in a formula": (
        "inhibitors.tsv",
        "(K_second * shift)",
        "(K_second * shifts)",
        (3, "formula", "shifts", "did you mean shift"),
    ),
    "dose in the formula of an alteration": (
        "alterations.tsv",
        "rate + activation",
        "rate + dose * activation",
        (2, "formula", "'dose'", "an entity"),
    ),
    "K in a formula that is no inhibitor's": (
        "alterations.tsv",
        "rate + activation",
        "rate + K * activation",
        (2, "formula", "'K'", "an entity"),
    ),
    "formula that does not parse": (
        "inhibitors.tsv",
        "dose / K_other",
        "dose / (K_other",
        (4, "formula", "no formula", "PEtab math"),
    ),
    "formula that calls Python": (
        "alterations.tsv",
        "rate + activation",
        "__import__('os').getcwd() + activation",
        (2, "formula", "no formula", "PEtab math"),
    ),
    "no formula": ("alterations.tsv", "signal * rate", "", (3, "formula", "nothing", "a formula")),
    "formula that is true or false": (
        "alterations.tsv",
        "signal * rate",
        "signal > rate",
        (3, "formula", "true or false", "a number"),
    ),
    "formula without dose": (
        "inhibitors.tsv",
        "blocked + dose / K_other",
        "blocked + 1 / K_other",
        (4, "formula", "without dose", "dose"),
    ),
    "formula without its constant": (
        "inhibitors.tsv",
        "blocked + dose / K_other",
        "blocked + dose / K_first",
        (4, "formula", "without K_other", "K_other"),
    ),
    "formula that forgets the other drugs": (
        "inhibitors.tsv",
        "blocked + dose / K_other",
        "dose / K_other",
        (4, "formula", "is 0 at dose 0", "blocked"),
    ),
    "formula that forgets K": (
        "alterations.tsv",
        "K * fold_pocket|",
        "fold_pocket|",
        (7, "formula", "without K", "uses K"),
    ),
    "zero K": ("inhibitors.tsv", "nM|3|0.9", "nM|0|0.9", (2, "median", "0", "a positive number")),
    "negative K": ("inhibitors.tsv", "nM|3|0.9", "nM|-3|0.9", (2, "median", "-3", "a positive number")),
    "constant without a value": ("inhibitors.tsv", "nM|3|0.9", "nM||0.9", (2, "median", "nothing", "positive")),
    "zero standard deviation": ("inhibitors.tsv", "nM|3|0.9", "nM|3|0", (2, "sd_ln", "0", "positive")),
    "K in another unit than the dose": (
        "inhibitors.tsv",
        "nM|3|0.9",
        "uM|3|0.9",
        (2, "unit", "uM", "nM, the unit of dose"),
    ),
    "constant without a unit": ("inhibitors.tsv", "nM|3|0.9", "|3|0.9", (2, "unit", "nothing", "unit")),
    "value without a constant": (
        "alterations.tsv",
        "signal * rate|||",
        "signal * rate|||2",
        (3, "constant", "the median 2", "id"),
    ),
    "constant twice": (
        "alterations.tsv",
        "fold_pocket|fold_pocket",
        "fold_pocket * fold_gate|fold_gate",
        (7, "constant", "first in alterations.tsv, line 5", "each constant once"),
    ),
    "constant of two tables": (
        "alterations.tsv",
        "rate + activation|activation",
        "rate + shift|shift",
        (2, "constant", "first in constants.tsv, line 2", "each constant once"),
    ),
    "constant with a name that means something else": (
        "inhibitors.tsv",
        "dose / K_other|K_other",
        "dose / K|K",
        (4, "constant", "'K'", "not K"),
    ),
    "constant that is an entity": (
        "alterations.tsv",
        "rate + activation|activation",
        "rate + signal|signal",
        (2, "constant", "id of the model", "the model lacks"),
    ),
    "inhibitor without a name": (
        "inhibitors.tsv",
        "other|type II",
        "|type II",
        (4, "inhibitor", "nothing", "the inhibitor"),
    ),
    "action on nothing": (
        "inhibitors.tsv",
        "off-target|rate",
        "off-target|",
        (5, "parameter", "nothing", "the parameter"),
    ),
    "alteration without a gene": ("alterations.tsv", "stronger|X", "stronger|", (4, "gene", "nothing", "the gene")),
    "receptor without a STAT": ("receptors.tsv", "1|STAT5", "1|", (2, "STAT", "nothing", "the STAT")),
    "cell line without a cancer": (
        "cell_lines.tsv",
        "resting|none",
        "resting|",
        (3, "cancer", "nothing", "the cancer"),
    ),
    "unknown mechanism": (
        "inhibitors.tsv",
        "type II JAK",
        "type III JAK",
        (4, "mechanism", "type III JAK", "type II JAK"),
    ),
    "unknown status": ("alterations.tsv", "2020|memory", "2020|seen", (2, "status", "seen", "memory")),
    "unknown inhibitor of an alteration": (
        "alterations.tsv",
        "first, other",
        "first, othr",
        (7, "inhibitors", "othr", "did you mean other"),
    ),
    "inhibitor of another parameter": (
        "alterations.tsv",
        "rate||rate + activation",
        "rate|first|K + activation",
        (2, "inhibitors", "'first', which has no constant on 'rate'", "acts on this parameter"),
    ),
    "unknown inhibitor of an exposure": (
        "exposure.tsv",
        "first",
        "firsts",
        (2, "inhibitor", "firsts", "did you mean first"),
    ),
    "unknown receptor": ("cell_lines.tsv", "X|R|active", "X|Q|active", (2, "receptor", "'Q'", "one of R")),
    "unknown alteration": (
        "cell_lines.tsv",
        "active,gate",
        "active,gat",
        (2, "alterations", "gat", "did you mean gate"),
    ),
    "alteration of a cell line twice": (
        "cell_lines.tsv",
        "active,gate",
        "gate,gate",
        (2, "alterations", "'gate' twice", "once"),
    ),
    "unknown source of ligand": (
        "cell_lines.tsv",
        "|none|30",
        "|serum|30",
        (2, "ligand_source", "serum", "autocrine, none, unknown"),
    ),
    "alteration with an id that no file can have": (
        "alterations.tsv",
        "stronger",
        "JAK2 gain",
        (4, "alteration", "JAK2 gain", "JAK2_V617F"),
    ),
    "inhibitor twice on one parameter": (
        "inhibitors.tsv",
        "other|type II JAK",
        "first|type II JAK",
        (4, "inhibitor", "first on line 2", "once"),
    ),
    "alteration that changes a parameter twice": (
        "alterations.tsv",
        "signal||signal",
        "rate||signal",
        (3, "", "first on line 2", "once"),
    ),
    "alteration that changes a constant twice": (
        "alterations.tsv",
        "blocked|second",
        "blocked|type I JAK",
        (6, "", "first on line 5", "once"),
    ),
    "alteration of two genes": (
        "alterations.tsv",
        "active|X|V1F|signal",
        "active|Y|V1F|signal",
        (3, "gene", "'Y'", "'X', as on line 2"),
    ),
    "receptor twice": (
        "receptors.tsv",
        "assumed\n",
        "assumed|assumed\nR|L|20|1|STAT5|assumed|assumed\n",
        (3, "receptor", "first on line 2", "once"),
    ),
    "cell line twice": ("cell_lines.tsv", "resting", "growing", (3, "cell_line", "first on line 2", "once")),
    "exposure twice": (
        "exposure.tsv",
        "label|memory\n",
        "label|memory\nfirst|daily|900|300|0.03|0.5|label|memory\n",
        (3, "inhibitor", "first on line 2", "once"),
    ),
    "shares that do not sum to 1": ("receptors.tsv", "20|1", "20|0.9", (2, "share_X", "sum to 0.9", "sum to 1")),
    "negative share": ("receptors.tsv", "20|1", "20|-1", (2, "share_X", "-1", "0 to 1")),
    "ligand without a mass": ("receptors.tsv", "20|1", "|1", (2, "ligand_kDa", "nothing", "positive")),
    "negative doubling time": ("cell_lines.tsv", "30|0.3", "-30|0.3", (2, "doubling_time_h", "-30", "positive")),
    "doubling time without its uncertainty": ("cell_lines.tsv", "30|0.3", "30|", (2, "sd_ln", "nothing", "positive")),
    "mean above the maximum": ("exposure.tsv", "1000|300", "100|300", (2, "cavg_nM", "300", "at most 100")),
    "unbound fraction in per cent": (
        "exposure.tsv",
        "0.03",
        "3",
        (2, "fraction_unbound", "3", "a positive number, at most 1"),
    ),
    "ATP of zero": ("inhibitors.tsv", "kinase|1|", "kinase|0|", (2, "atp_mM", "0", "positive")),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of small reference tables without faults."""
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text.replace("|", "\t"))
    return tmp_path


def _edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old.replace("|", "\t") in text
    (folder / file).write_text(text.replace(old.replace("|", "\t"), new.replace("|", "\t"), 1))


def _entities(model: str) -> ModelEntities:
    sbml = antimony_to_sbml(model, "model.ant", [])
    assert sbml is not None
    return model_entities(sbml)


def _faults(folder: Path) -> list[Fault]:
    faults: list[Fault] = []
    reference = read_reference(folder, faults)
    if reference is not None:
        check_against_model(reference, _entities(MODEL), faults)
    return faults


def _read(folder: Path):
    faults: list[Fault] = []
    reference = read_reference(folder, faults)
    assert reference is not None
    assert faults == []
    return reference


def _shipped(repository: Path):
    return _read(repository / "data" / "reference")


def _equal(expression: sp.Expr, text: str) -> bool:
    return sp.simplify(sp.nsimplify(expression - parse_formula(text), rational=True)) == 0


# --- What is shipped


def test_shipped_tables_suit_a_model_with_their_entities(repository):
    faults: list[Fault] = []
    check_against_model(_shipped(repository), _entities(PATHWAY), faults)
    assert faults == []


def test_shipped_tables_hold_the_inhibitors_and_alterations_of_the_pathway(repository):
    reference = _shipped(repository)
    kinase_domain = {f"JAK2_{part}" for part in "Y931C G935R L983F G993A E864K R938L I960V E985K M929I L884P".split()}
    activating = {"JAK2_V617F", "JAK2_R683G", "JAK2_I682F", "JAK1_activating", "JAK3_activating", "JAK2_fusion"}
    stat = {"BCR_ABL", "STAT3_Y640F", "STAT3_D661Y", "STAT5B_N642H", "alternative_STAT_kinase"}
    rest = {"IL6_autocrine", "CRLF2_overexpression", "SOCS1_loss", "SOCS3_loss", "bypass_MAPK", "bypass_PI3K"}
    assert kinase_domain | activating | stat | rest | {"JAK1_F958C"} <= set(reference.alterations)
    type_i = {
        action.inhibitor
        for inhibitor in reference.inhibitors.values()
        for action in inhibitor.actions
        if action.mechanism == "type I JAK"
    }
    assert type_i == set(
        "ruxolitinib tofacitinib fedratinib baricitinib momelotinib pacritinib upadacitinib filgotinib AZD1480 "
        "lestaurtinib AZ960 JAK1_3715 JAK3_7406 JAK1_8709 JAK_8517 ideal_JAK_inhibitor".split()
    )
    assert len(reference.exposures) == 7


def test_every_shipped_alteration_of_an_assumed_size_says_so(repository):
    reference = _shipped(repository)
    assert all(alteration.status in STATUSES for alteration in reference.alterations.values())


def test_ruxolitinib_in_hepatocytes_lies_within_its_prior(repository):
    constants = _shipped(repository).constants
    expected = math.log(constants["K_ruxolitinib_JAK1"].value * constants["cell_shift"].value)
    measured = math.log(166)  # nM: Sobotta 2017, jak1_inh_ruxolitinib 0.006023 /nM
    assert abs(expected - measured) < 0.1


def test_l983f_spares_fedratinib(repository):
    values = inhibited(_shipped(repository), {"fedratinib": 3.0}, ["JAK2_L983F"])
    assert _equal(
        values["inhibition_JAK2"], "inhibition_JAK2 + 3 / (K_fedratinib_JAK2 * fold_JAK2_L983F_fedratinib * cell_shift)"
    )


def test_resistance_of_jak2_leaves_the_other_jaks_as_they_are(repository):
    reference = _shipped(repository)
    wild_type = inhibited(reference, {"ruxolitinib": 100.0})
    resistant = inhibited(reference, {"ruxolitinib": 100.0}, ["JAK2_Y931C"])
    assert {name for name in wild_type if wild_type[name] != resistant[name]} == {"inhibition_JAK2"}


# --- Reading


def test_constants_are_log_normal_by_their_median(folder):
    constant = _read(folder).constants["K_first"]
    assert constant.prior == Prior("log-normal", (math.log(3), 0.9), 0.0, math.inf, "Nobody 2020", "memory")
    assert constant.parameter == Parameter("K_first", 3.0, constant.prior, "nM", scale="log10")


def test_constant_without_a_standard_deviation_is_fixed(folder):
    assert _read(folder).constants["per_cell"].parameter == Parameter("per_cell", 2.0, None, "1")


def test_actions_know_their_constants(folder):
    (action,) = _read(folder).inhibitors["first"].actions
    assert (action.constant, action.constants, action.atp) == ("K_first", ("shift", "K_first"), 1.0)
    assert [action.parameter for action in _read(folder).inhibitors["second"].actions] == ["blocked", "rate"]


def test_growth_rate_is_ln_2_over_the_doubling_time_in_minutes(folder):
    lines = _read(folder).cell_lines
    prior = lines["growing"].proliferation
    assert prior is not None
    assert prior.parameters == pytest.approx((math.log(math.log(2) / 1800), 0.3))
    assert lines["resting"].proliferation is None
    assert lines["growing"].alterations == ("active", "gate")


def test_shares_are_by_the_name_of_the_models_parameter(folder):
    receptor = _read(folder).receptors["R"]
    assert (receptor.shares, receptor.molar_mass, receptor.stat) == ({"share_X": 1.0}, 20.0, "STAT5")


def test_exposure_is_in_nM(folder):
    (exposure,) = _read(folder).exposures
    assert (exposure.cmax, exposure.cavg, exposure.fraction_unbound) == (1000.0, 300.0, 0.03)


@pytest.mark.parametrize("kind", FAULTS)
def test_fault_is_named_with_its_place(kind, folder):
    file, old, new, (line, column, found, needed) = FAULTS[kind]
    _edit(folder, file, old, new)
    faults = _faults(folder)
    matching = [fault for fault in faults if (Path(fault.file).name, fault.row, fault.column) == (file, line, column)]
    assert any(found in fault.found and needed in fault.needed for fault in matching), faults
    assert len(faults) <= 2


def test_small_tables_are_without_faults(folder):
    assert _faults(folder) == []


def test_missing_table_is_named(folder):
    (folder / "exposure.tsv").unlink()
    (fault,) = _faults(folder)
    assert Path(fault.file).name == "exposure.tsv"
    assert "No such file" in fault.found


def test_faults_of_all_tables_come_in_one_pass(folder):
    edits = [
        FAULTS[kind][:3]
        for kind in (
            "zero K",
            "unknown status",
            "unknown receptor",
            "negative share",
            "unbound fraction in per cent",
            "unknown name in a formula",
        )
    ]
    for edit in edits:
        _edit(folder, *edit)
    assert len(_faults(folder)) == len(edits)


def test_only_what_is_used_must_suit_the_model(folder):
    reference = _read(folder)
    entities = _entities("model other()\n blocked = 0;\nend\n")
    faults: list[Fault] = []
    check_against_model(reference, entities, faults, only=("first", "gate"))
    assert faults == []
    check_against_model(reference, entities, faults, only=("second", "active", "R"))
    # rate of the drug; rate and signal of the alteration; share of the receptor: as targets and in formulas
    assert {(Path(fault.file).name, fault.row) for fault in faults} == {
        ("inhibitors.tsv", 5),
        ("alterations.tsv", 2),
        ("alterations.tsv", 3),
        ("receptors.tsv", 1),
    }


# --- Formulas together


def test_two_drugs_on_one_site_add(folder):
    values = inhibited(_read(folder), {"first": 6.0, "second": 20.0})
    assert _equal(values["blocked"], "blocked + 6 / (K_first * shift) + 20 / (K_second * shift)")


def test_a_drug_split_in_two_is_one_drug(folder):
    # Loewe's sham combination: with equal constants only the sum of the doses matters
    whole = inhibited(_read(folder), {"first": 10.0})["blocked"]
    halves = inhibited(_read(folder), {"first": 4.0, "second": 6.0})["blocked"]
    same = {sp.Symbol("K_second", real=True): sp.Symbol("K_first", real=True)}
    assert sp.simplify(sp.nsimplify(halves.xreplace(same) - whole, rational=True)) == 0


def test_order_of_drugs_on_one_site_does_not_matter(folder):
    together = inhibited(_read(folder), {"first": 6.0, "other": 20.0})["blocked"]
    two = inhibited(_read(folder), {"other": 20.0, "first": 6.0})["blocked"]
    assert together == two


def test_dose_0_changes_nothing(folder):
    values = inhibited(_read(folder), {"first": 0.0, "second": 0}, ["gate"])
    assert values == {name: sp.Symbol(name, real=True) for name in ("blocked", "rate")}


def test_dose_may_be_an_expression(folder):
    values = inhibited(_read(folder), {"first": parse_formula("2 * plate")})
    assert _equal(values["blocked"], "blocked + 2 * plate / (K_first * shift)")


def test_alteration_shifts_the_constants_of_its_drugs_alone(folder):
    doses = {"first": 6.0, "second": 20.0, "other": 30.0}
    values = inhibited(_read(folder), doses, ["pocket"])
    assert _equal(
        values["blocked"],
        "blocked + 6 / (K_first * fold_pocket * shift) + 20 / (K_second * shift) + 30 / (K_other * fold_pocket)",
    )
    assert _equal(values["rate"], "rate / (1 + 20 / K_second_off)")


def test_mechanism_stands_for_its_drugs_unless_one_is_named(folder):
    values = inhibited(_read(folder), {"first": 6.0, "second": 20.0, "other": 30.0}, ["gate"])
    assert _equal(
        values["blocked"],
        "blocked + 6 / (K_first * fold_gate * shift) + 20 / (K_second * fold_gate_second * shift) + 30 / K_other",
    )


def test_folds_of_two_alterations_multiply(folder):
    values = inhibited(_read(folder), {"first": 6.0}, ["gate", "pocket"])
    assert _equal(values["blocked"], "blocked + 6 / (K_first * fold_gate * fold_pocket * shift)")


def test_alterations_are_applied_in_order(folder):
    reference = _read(folder)
    assert _equal(altered(reference, ["active", "stronger"])["rate"], "per_cell * (rate + activation)")
    assert _equal(altered(reference, ["stronger", "active"])["rate"], "per_cell * rate + activation")


def test_changes_of_one_alteration_act_at_once(folder):
    assert _equal(altered(_read(folder), ["active"])["signal"], "signal * rate")


def test_alteration_of_drug_constants_changes_no_entity(folder):
    assert altered(_read(folder), ["gate", "pocket"]) == {}


def test_drugs_act_on_what_alterations_left(folder):
    values = changed(_read(folder), {"second": 20.0}, ["active", "gate"])
    assert _equal(values["rate"], "(rate + activation) / (1 + 20 / K_second_off)")
    assert _equal(values["signal"], "signal * rate")
    assert _equal(values["blocked"], "blocked + 20 / (K_second * fold_gate_second * shift)")


def test_constants_of_expressions_are_found(folder):
    reference = _read(folder)
    values = inhibited(reference, {"first": 6.0}, ["pocket"])
    assert [constant.id for constant in constants_in(values, reference)] == ["shift", "K_first", "fold_pocket"]
    fixed = constants_in(altered(reference, ["stronger"]).values(), reference)
    assert [(parameter.id, parameter.estimated, parameter.nominal) for parameter in fixed] == [("per_cell", False, 2.0)]
    assert constants_in({}, reference) == ()


@pytest.mark.parametrize("dose", [-1.0, math.nan, math.inf])
def test_impossible_dose_is_refused(dose, folder):
    with pytest.raises(ValueError, match="dose of first is .*; needed: a concentration of 0 nM or more"):
        inhibited(_read(folder), {"first": dose})


def test_unknown_ids_are_refused_with_near_ones(folder):
    reference = _read(folder)
    with pytest.raises(ValueError, match="Unknown inhibitor 'seconds'; .*did you mean second"):
        inhibited(reference, {"seconds": 1.0})
    with pytest.raises(ValueError, match="Unknown alteration 'pockt'; .*did you mean pocket"):
        altered(reference, ["pockt"])


def test_alteration_given_twice_is_refused(folder):
    with pytest.raises(ValueError, match="'gate' stands there twice"):
        inhibited(_read(folder), {"first": 1.0}, ["gate", "gate"])
