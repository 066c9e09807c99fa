"""Small inputs that went wrong once, kept beside the repository, each with its right result."""

import shutil
from pathlib import Path

import pytest

import jakstat
from jakstat.files import DataFaultsError
from jakstat.problem import read_tables

#: Number of measurements and log likelihood at the nominal values (default solver) of what must be read.
READ = {
    "amounts-in-molar": (4, -36.0121535),
    "antimony-import": (4, None),
    "experiment-names-collide": (5, None),
    "id-NA-as-condition": (1, None),
    "id-NA-as-parameter": (1, None),
    "micromolar-export": (2, None),
    "plate-names-like-numbers": (3, None),
    "quote-pair-in-column": (4, None),
    "quote-unclosed-in-note": (5, -36.748845),
    "screen-names-collide": (3, None),
    "two-wells-of-one-replicate": (2, None),
}
#: File, line, column and words of the fault that the others must end in, and how many there are.
FAULTS = {
    "formula-divides-by-zero": (1, "study.yaml", 13, "observables.pSTAT_signal.formula", "divides by zero"),
    "formula-of-5000-terms": (1, "study.yaml", 13, "observables.pSTAT_signal.formula", "characters"),
    "names-as-labs-write-them": (1, "viability.tsv", 4, "", "the same observable"),
    "nul-in-path": (1, "", None, "", "a character that no path may have"),
    "number-formats": (12, "measurements.tsv", 2, "value", "<0.2"),
    "observable-named-inf": (1, "study.yaml", 11, "observables.inf", "'inf'"),
    "petab-id-dotdot": (1, "problem.yaml", 9, "id", "'../../evil'"),
    "petab-noise-zero": (1, "observables.tsv", 3, "noiseFormula", "0"),
    "petab-nominal-outside-bounds": (1, "parameters.tsv", 2, "nominalValue", "100"),
    "rate-divides-by-zero": (1, "decay.ant", None, "reaction activation", "a division by zero"),
    "sbml-delay": (1, "model.xml", None, "reaction loss", "a delay"),
    "viability-in-percent": (1, "viability.tsv", 2, "value", "81, and 3 of 4 values"),
    "yaml-bad-date": (1, "study.yaml", 2, "title", "2020-13-45"),
    "yaml-bomb": (1, "study.yaml", 26, "a5.k1", "aliases of aliases"),
    "yaml-recursive-alias": (1, "study.yaml", 21, "extra.0", "*r inside of what it stands for"),
}
EXPORTS = {
    "bom.tsv": "",
    "cr.tsv": "",
    "latin.tsv": "",
    "nbsp.tsv": "",
    "utf16.tsv": "",
    "comma.csv": "commas",
    "semi.csv": "semicolons",
    "spaces.tsv": "blanks",
    "sheet.xlsx": "workbook",
    "titled.tsv": "a title",
    "empty.tsv": "an empty file",
}


@pytest.fixture(scope="session")
def cases(repository: Path) -> Path:
    """Return the folder of the inputs."""
    folder = repository.parent / "shared" / "cases"
    if not folder.is_dir():
        pytest.skip("needs the inputs that went wrong (../shared/cases beside the repository), which are not here")
    return folder


@pytest.fixture
def case(cases: Path, repository: Path, tmp_path: Path):
    """Return a function that copies a case and returns its YAML file."""

    def copy(name: str) -> Path:
        folder = tmp_path / name
        shutil.copytree(cases / name, folder, copy_function=shutil.copyfile)
        file = next(folder / name for name in ("study.yaml", "problem.yaml") if (folder / name).exists())
        file.write_text(file.read_text().replace("REPOSITORY", str(repository)))
        return file

    return copy


def test_every_case_has_its_right_result_here(cases):
    assert {path.name for path in cases.iterdir() if path.is_dir()} == {*READ, *FAULTS, "excel-exports"}


@pytest.mark.parametrize("name", READ)
def test_case_is_read_whole(name, case):
    number, log_likelihood = READ[name]
    problem = jakstat.read_problem(case(name))
    assert len(problem.tables.measurements) == number
    if log_likelihood is not None:
        assert problem.log_likelihood() == pytest.approx(log_likelihood, abs=1e-5)


@pytest.mark.parametrize("name", FAULTS)
def test_case_ends_in_its_faults(name, case):
    number, file, line, column, found = FAULTS[name]
    with pytest.raises(DataFaultsError) as raised:
        read_tables(case(name))
    faults = raised.value.faults
    assert len(faults) == number, [str(fault) for fault in faults]
    at = [fault for fault in faults if (fault.row, fault.column) == (line, column) and found in fault.found]
    assert len(at) == 1, [str(fault) for fault in faults]
    assert Path(at[0].file).name == file or not file


def test_names_that_would_collide_have_a_value_each(case):
    parameters = {parameter.id for parameter in read_tables(case("experiment-names-collide")).parameters}
    assert len([parameter for parameter in parameters if parameter.startswith("scale_of_")]) == 3
    parameters = {parameter.id for parameter in read_tables(case("screen-names-collide")).parameters}
    assert len([parameter for parameter in parameters if parameter.startswith("dose_scale_z_")]) == 3


def test_doses_in_micromolar_are_read_as_nanomolar(case):
    experiments = read_tables(case("micromolar-export")).experiments
    assert sorted(experiment.inhibitors for experiment in experiments) == [
        (("ruxolitinib", 100.0),),
        (("ruxolitinib", 1000.0),),
    ]


@pytest.mark.parametrize("solver", [None, jakstat.SolverSettings(rtol=1e-3, atol=1e-5)])
def test_amounts_in_molar_are_right_at_default_and_workflow_settings(case, solver):
    problem = jakstat.read_problem(case("amounts-in-molar"), **({} if solver is None else {"solver": solver}))
    assert problem.log_likelihood() == pytest.approx(-36.0121535, abs=1e-5 if solver is None else 2e-3)


@pytest.mark.parametrize("name", EXPORTS)
def test_export_of_a_spreadsheet_is_read_or_named_with_what_to_do(name, case):
    file = case("excel-exports")
    file.write_text(file.read_text().replace("measurements.tsv", name))
    if not EXPORTS[name]:
        assert [measurement.value for measurement in read_tables(file).measurements] == [5.1]
        return
    with pytest.raises(DataFaultsError) as raised:
        read_tables(file)
    (fault,) = raised.value.faults
    assert EXPORTS[name] in fault.found
