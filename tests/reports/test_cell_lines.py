"""What a report shows of a study with cell lines: dose responses, values of each line, constants of inhibitors."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import sympy as sp
import xarray as xr

from jakstat.inference.sampling import measurement_coords
from jakstat.predictions import summarise_cell_lines, summarise_inhibitors
from jakstat.predictions.summaries.inhibitor_table import constant_in_cells
from jakstat.problem import (
    PROBLEM_DIGESTS,
    measured_over_doses,
    measured_over_time,
    parameter_dataset,
    parameter_draws,
    problem_digests,
    read_study,
    read_tables,
)
from jakstat.problem.reference.entries import Action
from jakstat.reports import fit_figure, prior_predictive_figure, render_parameter_document, render_report
from jakstat.reports.figures.cell_line_figures import cell_line_figure, inhibitor_figure
from jakstat.reports.sections.measured_data import fit_section
from jakstat.scenarios import StudyScenarios

DRAWS = 400
TEXTS = {
    "growth.ant": """\
model growth()
  unit time_unit = 60 second;
  compartment cell = 1;
  species pSTAT in cell = 0;
  ligand = 0; autocrine = 0.1; inhibition = 0; off = 0; rate = 0.001; need = 0.5; share_JAK1 = 1;
  activation: => pSTAT; share_JAK1 * (ligand + autocrine) / (1 + inhibition + off) + need;
  loss: pSTAT => ; rate * pSTAT;
end
""",
    "study.yaml": """\
id: panel
title: A small panel
citation: Nobody 2020
model: growth.ant
measurements: [phospho.tsv, viability.tsv]
parameters: parameters.tsv
time: {column: time_min, unit: min}
cells:
  reference: reference
  stimulus: ligand
  growth: rate
  secreted: autocrine
  fixed: {A-1: {need: 0.25}}
  pooled:
    autocrine: {over: [cell_line], scale: log, mean: autocrine_typical, sd: autocrine_sd}
    need: {over: [cell_line], scale: logit, mean: need_mean, sd: need_sd}
observables:
  pSTAT_signal: {formula: pSTAT, noise: sd, unit: nM}
  level: {formula: pSTAT, noise: sd, unit: "1", label: viability}
""",
    "parameters.tsv": """\
id	unit	nominal	estimate	prior	prior_parameters	lower	upper	source	status
autocrine_typical	nM	0.1	true	log-normal	median=0.1; sd_ln=1			assumed	assumed
autocrine_sd	1	0.5	false					assumed	assumed
need_mean	1	0	true	normal	mean=0; sd=1			assumed	assumed
need_sd	1	2	true	log-normal	median=2; sd_ln=0.4			assumed	assumed
sd	1	0.1	false					assumed	assumed
""",
    "phospho.tsv": """\
observable	cell_line	stimulus	stimulus_ng_per_ml	time_min	value
pSTAT_signal	A-1	IL-6	21	0	3
pSTAT_signal	A-1	IL-6	21	30	2
""",
    "viability.tsv": """\
observable	cell_line	inhibitor	inhibitor_nM	time_h	value
level	B	drug	100	72	0.5
level	B	drug	1000	72	0.1
level	B	poison	100	72	0.7
level	B			72	0.99
level	A-1	drug	100	72	0.9
""",
    "reference/constants.tsv": "constant	unit	median	sd_ln	source	status\n"
    "shift	1	50	0.7	assumed	assumed\n",
    "reference/inhibitors.tsv": """\
inhibitor	mechanism	parameter	formula	constant	unit	median	sd_ln	assay	atp_mM	source	status
drug	type I JAK	inhibition	inhibition + dose / (K_drug * shift)	K_drug	nM	3	1	kinase	1	assumed	assumed
drug	off-target	off	off + dose / K_off	K_off	nM	2000	1	viability		assumed	assumed
poison	off-target	off	off + dose / K_poison	K_poison	nM	500	1	viability		assumed	assumed
other	off-target	off	off + dose / K_other	K_other	nM	500	1	viability		assumed	assumed
""",
    "reference/alterations.tsv": "alteration	gene	change	parameter	inhibitors	formula	"
    "constant	unit	median	sd_ln	"
    "cancer	source	status\n"
    "loud	IL6	gain	autocrine		autocrine * fold_loud	fold_loud	1	5	1	MPN	assumed	assumed\n",
    "reference/receptors.tsv": "receptor	ligand	ligand_kDa	share_JAK1	STAT	source	status\n"
    "gp130	IL-6	21	1	STAT3	assumed	assumed\n",
    "reference/cell_lines.tsv": "cell_line	cancer	driver	receptor	alterations	"
    "ligand_source	doubling_time_h	sd_ln	"
    "source	status\nA-1	ALL	none	gp130		none	24	0.3	assumed	assumed\n"
    "B	MPN	V617F	gp130	loud	autocrine	36	0.3	assumed	assumed\n",
    "reference/exposure.tsv": "inhibitor	regimen	cmax_nM	cavg_nM	fraction_unbound	sd_ln	source	status\n"
    "drug	daily	100	50	0.1	0.5	assumed	assumed\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("panel")
    (folder / "reference").mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def panel(folder):
    return read_study(folder)


@pytest.fixture(scope="module")
def draws(panel) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    names = [parameter.id for parameter in panel.parameters if parameter.estimated]
    normal = {"need_mean", "need_z_B", "autocrine_z_B"}
    values = {name: rng.normal(0, 0.5, DRAWS) for name in names}
    return {name: value if name in normal else np.exp(value) for name, value in values.items()}


@pytest.fixture(scope="module")
def tree(panel, draws) -> xr.DataTree:
    rng = np.random.default_rng(6)
    coords = measurement_coords(panel) | {"chain": [0, 1], "draw": np.arange(DRAWS // 2)}
    values = np.array(list(draws.values())).T.reshape(2, DRAWS // 2, -1)
    signal = rng.normal(0.5, 0.1, (2, DRAWS // 2, len(panel.measurements)))
    dims = ("chain", "draw", "obs")
    predicted = xr.Dataset({"measurement": (dims, signal + 0.01)}, coords=coords)
    return xr.DataTree.from_dict(
        {
            "posterior": parameter_dataset(values, list(draws)),
            "signals": xr.Dataset({"signal": (dims, signal)}, coords=coords),
            "posterior_predictive": predicted,
            "prior_predictive": predicted,
        }
    )


@pytest.fixture(scope="module")
def lines(folder, panel, tree) -> pd.DataFrame:
    return summarise_cell_lines(StudyScenarios(folder), panel, tree)


@pytest.fixture(scope="module")
def inhibitors(folder, panel, tree) -> pd.DataFrame:
    return summarise_inhibitors(StudyScenarios(folder), panel, tree)


def marks(axes):
    drawn = [line for line in axes.lines if line.get_linestyle() == "None" and line.get_marker() != "_"]
    return sorted((float(x), float(y)) for line in drawn for x, y in zip(*line.get_data(), strict=True))


def test_an_observable_with_inhibitors_at_one_time_is_measured_over_doses(panel):
    doses, times = measured_over_doses(panel), measured_over_time(panel)
    assert [observable.id for observable in doses.observables] == ["level"]
    assert [observable.id for observable in times.observables] == ["pSTAT_signal"]
    assert {experiment.cell_line for experiment in doses.experiments} == {"A-1", "B"}
    assert len(doses.measurements) + len(times.measurements) == len(panel.measurements)
    assert measured_over_time(times) is times


def test_an_observable_with_inhibitors_at_several_times_is_measured_over_time(panel):
    later = replace(panel.measurements[2], time=60.0)
    assert measured_over_doses(replace(panel, measurements=(*panel.measurements, later))).measurements == ()


@pytest.mark.parametrize("draw", [fit_figure, prior_predictive_figure])
def test_doses_have_a_panel_for_each_cell_line_below_the_time_courses(panel, tree, draw):
    course, of_b, of_a = draw(panel, tree).axes
    assert course.get_xlabel() == "time (min)"
    assert marks(course) == [(0.0, 3.0), (30.0, 2.0)]
    assert (of_b.get_title(loc="left"), of_a.get_title(loc="left")) == ("B", "A-1")
    assert (of_b.get_xscale(), of_b.get_xlabel()) == ("log", "dose (nM)")
    # Without a drug a decade below the lowest dose; two drugs at 100 nM side by side around it.
    places, values = zip(*marks(of_b), strict=True)
    assert values == (0.99, 0.5, 0.7, 0.1)
    assert places[0] == pytest.approx(10.0)
    assert np.sqrt(places[1] * places[2]) == pytest.approx(100.0)
    assert places[1] < 100 < places[2]
    assert places[3] == pytest.approx(1000.0)
    assert of_a.get_ylim() == of_b.get_ylim()
    assert marks(of_a) == [(pytest.approx(100.0), 0.9)]


def test_bars_at_a_dose_are_quantiles_of_the_signal(panel, tree):
    of_a = fit_figure(measured_over_doses(panel), tree).axes[1]
    signal = tree["signals"]["signal"]
    chosen = (signal["observable"] == "level") & signal["experiment"].str.startswith("A_1")
    values = signal.to_numpy()[:, :, chosen.to_numpy()].ravel()
    wide = [collection.get_segments()[0][:, 1] for collection in of_a.collections if collection.get_linewidth()[0] > 5]
    ends = [tuple(np.quantile(values, level)) for level in ([0.05, 0.95], [0.25, 0.75])]
    assert [tuple(bars) for bars in wide] == [pytest.approx(end) for end in ends]


def test_a_line_has_the_value_of_its_formula_in_each_draw(lines, draws):
    of_b = lines[lines["cell_line"] == "B"].set_index("entity")
    need = 1 / (1 + np.exp(-draws["need_mean"] - draws["need_sd"] * draws["need_z_B"]))
    ligand = draws["autocrine_typical"] * np.exp(0.5 * draws["autocrine_z_B"]) * draws["fold_loud"]
    for entity, values in (("need", need), ("autocrine", ligand)):
        row = of_b.loc[entity]
        assert [row["lower_90"], row["median"], row["upper_90"]] == pytest.approx(
            np.quantile(values, [0.05, 0.5, 0.95])
        )
    assert (of_b.loc["autocrine", "unit"], of_b.loc["need", "unit"]) == ("nM", "1")
    assert (of_b.loc["need", "cancer"], of_b.loc["need", "driver"], of_b.loc["need", "measurements"]) == (
        "MPN",
        "V617F",
        4,
    )


def test_the_prior_of_a_line_is_that_of_its_formula(lines):
    row = lines[(lines["cell_line"] == "B") & (lines["entity"] == "autocrine")].iloc[0]
    sd = np.sqrt(1 + 0.5**2 + 1)  # the mean's, the line's, and the alteration's
    expected = 0.5 * np.exp(sd * 1.6449 * np.array([-1, 0, 1]))
    # The density of a normal at its 5 % point is 0.103: 20,000 independent draws give the end to 0.027 in ln at 3 sd.
    assert np.log([row["prior_lower_90"], row["prior_median"], row["prior_upper_90"]]) == pytest.approx(
        np.log(expected), abs=0.03
    )


def test_what_is_set_in_a_line_has_no_interval(lines):
    of_a = lines[lines["cell_line"] == "A-1"].set_index("entity")
    assert not of_a["estimated"].any()
    assert of_a.loc["need", ["lower_90", "median", "upper_90"]].tolist() == [0.25] * 3
    assert of_a.loc["autocrine", "median"] == 0.0


def test_constant_in_cells_has_the_shift_of_its_formula(inhibitors, draws):
    row = inhibitors.set_index("constant").loc["K_drug"]
    values = draws["K_drug"] * draws["shift"]
    assert row["median"] == pytest.approx(np.median(values))
    assert row["assay_median"] == pytest.approx(3.0, rel=1e-3)
    assert row["prior_median"] == pytest.approx(150.0, rel=0.04)
    assert row["contraction"] == pytest.approx(1 - np.var(np.log(values)) / (1 + 0.7**2), abs=0.02)
    of_poison = inhibitors.set_index("constant").loc["K_poison"]
    assert of_poison["prior_median"] == pytest.approx(of_poison["assay_median"])


def test_only_inhibitors_that_were_measured_have_rows(inhibitors):
    assert inhibitors["inhibitor"].tolist() == ["drug", "drug", "poison"]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("p + dose / (K * shift)", "K*shift"),
        ("p + 2 * dose / K", "K/2"),
        ("p + (dose / K) ^ 2", "K"),
        ("p * (1 + dose / K)", "K"),
    ],
)
def test_constant_in_cells_is_read_from_the_formula(formula, expected):
    names = {name: sp.Symbol(name, real=True) for name in ("p", "dose", "K", "shift")}
    action = Action("drug", "STAT", "p", sp.sympify(formula, names), "K", ("K", "shift"), "", None, "", "", 1)
    assert sp.simplify(constant_in_cells(action) - sp.sympify(expected, names)) == 0


def test_draws_of_another_version_of_the_study_are_refused_by_name(folder, panel, tree):
    drawn = parameter_draws(tree)
    kept = [name for name in drawn["parameter"].to_numpy().tolist() if name != "need_z_B"]
    less = parameter_dataset(drawn.sel(parameter=kept).to_numpy(), kept)
    with pytest.raises(ValueError, match="no value for need_z_B"):
        summarise_cell_lines(StudyScenarios(folder), panel, xr.DataTree.from_dict({"posterior": less}))


def test_lines_with_the_largest_share_come_first_and_those_that_are_set_last(lines):
    figure = cell_line_figure(lines)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["B", "A-1"]
    assert [panel.get_xlabel() for panel in figure.axes] == ["need", "autocrine (nM)"]
    dependency = pd.DataFrame(
        {"cell_line": ["A-1", "B"], "median": [0.9, 0.1], "lower_90": [0.8, 0.0], "upper_90": [1.0, 0.3]}
    )
    figure = cell_line_figure(lines, dependency)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["A-1", "B"]
    assert len(figure.axes) == 3


def test_inhibitor_figure_has_a_row_for_each_action(inhibitors):
    labels = [label.get_text() for label in inhibitor_figure(inhibitors).axes[0].get_yticklabels()]
    assert labels == ["drug, inhibition", "drug, off", "poison, off"]


def test_report_has_sections_on_lines_and_inhibitors_where_they_are_given(contents, lines, inhibitors):
    dependency = pd.DataFrame({"cell_line": ["B"], "median": [0.614], "lower_90": [0.2], "upper_90": [0.9]})
    page = render_report(replace(contents, cell_lines=lines, inhibitors=inhibitors, jak_dependency=dependency))
    for shown in (
        '<section id="cell-lines"',
        '<section id="inhibitors"',
        "61\N{NO-BREAK SPACE}%",
        "V617F",
        "K_drug*shift",
    ):
        assert shown in page
    assert "cell-lines" not in render_report(contents)


def test_page_of_the_panels_parameters_is_made_from_its_tables(repository):
    page = render_parameter_document(read_tables(repository / "data/cancer_panel"))
    assert (repository / "docs/panel_parameters.md").read_text(encoding="utf-8") == page


def test_parameter_without_source_or_unit_is_refused_by_name(panel):
    first, *others = panel.parameters
    bare = replace(first, unit="", prior=replace(first.prior, source=" "))
    with pytest.raises(ValueError, match=rf"without a source: {first.id}; no unit: {first.id};"):
        render_parameter_document(replace(panel, parameters=(bare, *others)))


def test_fit_of_times_and_doses_is_drawn_of_draws_that_name_their_problem(panel, tree):
    named = tree.copy()
    named.attrs[PROBLEM_DIGESTS] = problem_digests(panel)
    contents = SimpleNamespace(tables=panel, posterior=named, time_courses=None)
    assert [block.title for block in fit_section(contents).blocks] == ["Data and fit.", "Doses and fit."]
