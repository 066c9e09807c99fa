# ruff: noqa: E501 - tables are written as they are
"""A problem that is given away as PEtab: what libpetab's linter says of the files, and what is read from them."""

import math
import shutil
from dataclasses import replace

import pytest
from petab import v2
from petab.v2.models.sbml_model import SbmlModel

from jakstat.files import DataFaultsError, UnsupportedError
from jakstat.problem import Experiment, Period, ProblemTables, problem_digests, read_petab, read_study, study_to_petab
from jakstat.problem.petab.petab_export import petab_problem

SHIPPED = ("boehm2014", "cancer_panel", "raia2011", "sobotta2017")
# sobotta2017 is shipped without its measurements: a row of each observable in their stead.
STAND_IN = """\
observable	cell_line	stimulus	stimulus_ng_per_ml	inhibitor	inhibitor_nM	pretreatment_min	time_min	value	experiment
pSTAT3_wb	primary mouse hepatocytes	IL-6	40	ruxolitinib	500	60	20	0.3	blot 1
pSTAT3_lumi	primary mouse hepatocytes	IL-6	40	ruxolitinib	0	60	20	100	plate 1
SOCS3_qpcr	primary mouse hepatocytes	IL-6	0		0	60	60	0.01	plate 2
"""


@pytest.fixture(params=SHIPPED)
def shipped(request, repository, tmp_path):
    """Return the folder of a shipped study."""
    folder = repository / "data" / request.param
    if request.param != "sobotta2017":
        return folder
    for part in ("data/sobotta2017", "data/reference", "model/pathways"):
        shutil.copytree(repository / part, tmp_path / part)
    (tmp_path / "data/sobotta2017/measurements.tsv").write_text(STAND_IN)
    return tmp_path / "data/sobotta2017"


def given_away(tables, folder):
    """Write a problem as PEtab and return it as it is read, after the linter has found nothing in its files."""
    petab_problem(tables).to_files(folder)
    file = folder / f"{tables.id}.yaml"
    assert v2.Problem.from_yaml(file).validate() == []
    return read_petab(file)


def mathematics(formula):
    """Return the names in a formula and its value where they have some: text has other numbers (1 for 1.0) in it."""
    names = sorted(formula.free_symbols, key=str)
    values = {name: 0.5 + 0.01 * number for number, name in enumerate(names)}
    return [str(name) for name in names], f"{float(formula.subs(values)):.13g}"


def in_words_of_petab(tables: ProblemTables) -> ProblemTables:
    """Return a problem without what PEtab 2 has no word for, its experiments in the order of their ids.

    That is: units, scales of parameters, sources of priors and measurements, Student's t, bounds as measurements, what
    was done in an experiment, title, citation, digests and notes. Of the model, what libSBML writes is compared.
    """
    sbml = SbmlModel.from_string(tables.sbml).to_sbml_str()
    return replace(
        tables,
        sbml=problem_digests(replace(tables, sbml=sbml))["model"],
        parameters=tuple(
            replace(row, unit="", scale="lin", prior=row.prior and replace(row.prior, source="", status=""))
            for row in tables.parameters
        ),
        observables=tuple(
            replace(row, unit="", noise_distribution="normal", degrees_of_freedom=math.inf)
            if row.noise_distribution == "student-t"
            else replace(row, unit="")
            for row in tables.observables
        ),
        experiments=tuple(
            Experiment(
                row.id,
                tuple(
                    replace(period, changes={name: mathematics(value) for name, value in period.changes.items()})
                    for period in row.periods
                ),
            )
            for row in sorted(tables.experiments, key=lambda row: row.id)
        ),
        measurements=tuple(replace(row, source="", censored="") for row in tables.measurements),
        title="",
        citation="",
        data_digests={},
        notes=(),
    )


def test_a_shipped_study_given_away_as_petab_is_read_back_the_same(shipped, tmp_path):
    tables = read_study(shipped)
    assert in_words_of_petab(given_away(tables, tmp_path / "petab")) == in_words_of_petab(tables)


def test_the_small_panel_given_away_as_petab_is_read_back_the_same(panel, tmp_path):
    tables = read_study(panel())
    assert in_words_of_petab(given_away(tables, tmp_path / "petab")) == in_words_of_petab(tables)


def test_a_petab_problem_given_away_is_read_back_the_same(petab, tmp_path):
    tables = read_petab(petab)
    assert in_words_of_petab(given_away(tables, tmp_path / "again")) == in_words_of_petab(tables)


def test_what_petab_has_no_word_for_stands_in_columns_of_its_own(panel, tmp_path):
    study_to_petab(panel()).to_files(tmp_path / "petab")

    def column(table, name):
        header, *rows = ((line.split("\t")) for line in (tmp_path / f"petab/{table}.tsv").read_text().splitlines())
        return [row[header.index(name)] for row in rows]

    assert column("parameters", "unit")[:2] == ["nM", "1"]
    assert column("parameters", "priorSource")[:2] == ["assumed", "assumed"]
    assert sorted(column("measurements", "censored")) == ["", "", "", "", "", "below"]
    assert column("observables", "degreesOfFreedom") == ["", "4.0"]


def test_periods_that_reset_parameters_cannot_be_said_in_petab_2(turnover):
    late = turnover.experiments[1]
    resetting = replace(late, periods=(late.periods[0], Period(2.0, {}, resets_parameters=True)))
    with pytest.raises(UnsupportedError, match="turnover: experiments late reset parameters"):
        petab_problem(replace(turnover, experiments=(turnover.experiments[0], resetting)))


def test_a_model_that_contradicts_itself_is_refused_with_the_line(study, edit_study):
    """libSBML reads a rate over a name that nothing has, and says so only where it is asked."""
    sbml = read_study(study).sbml
    (study / "decay.xml").write_text(sbml.replace("<ci> k_off </ci>", "<ci> k_out </ci>"))
    edit_study("study.yaml", "model: decay.ant", "model: decay.xml")
    with pytest.raises(
        DataFaultsError, match=r"decay\.xml, line \d+: found .*'k_out'.*; needed: a consistent SBML model"
    ):
        read_study(study)
