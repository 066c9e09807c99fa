"""Antimony imports: followed within the study's and the repository's folders, tracked, and refused elsewhere."""

import os

import pytest

from jakstat.files.antimony_imports import expand_imports, imported_files, imports_in
from jakstat.files.text_files import sha256_of
from jakstat.problem import read_petab, read_study
from jakstat.problem.model_text import antimony_to_sbml, read_model


@pytest.fixture
def importing(study):
    """Return a function that makes the study's model one that imports, and the folder."""
    inner = (study / "decay.ant").read_text()

    def write(text, **files):
        (study / "inner.ant").write_text(inner)
        (study / "decay.ant").write_text(text)
        for name, content in files.items():
            (study / f"{name}.ant").write_text(content)
        return study

    return write


@pytest.mark.parametrize(
    "text",
    [
        'import "inner.ant"\n',
        '  import   "inner.ant" ;\n',
        'import /* the model */ "inner.ant" // here\n',
        'import "./inner.ant"\nimport "inner.ant"\n',
        "import ```inner.ant```\n",
        '# import "nothing.ant"\n/* import "nothing.ant"\n*/ import "inner.ant"\n// import "nothing.ant"\n',
    ],
)
def test_an_imported_model_is_read_and_its_digest_kept(importing, text):
    folder = importing("model a()\nend\n")
    folder = importing(text)
    tables = read_study(folder)
    assert tables.data_digests["inner.ant"] == sha256_of(folder / "inner.ant")
    assert len(tables.measurements) == 4
    (folder / "inner.ant").write_text((folder / "inner.ant").read_text().replace("il13 = 0", "il13 = 0.5"))
    assert read_study(folder).data_digests["inner.ant"] != tables.data_digests["inner.ant"]


def test_the_working_directory_decides_nothing(importing, tmp_path_factory, monkeypatch):
    folder = importing('import "inner.ant"\n')
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "inner.ant").write_text("model other()\n x = 1\nend\n")
    monkeypatch.chdir(elsewhere)
    assert "STAT" in read_study(folder).sbml


def test_imports_of_imports_are_named_from_the_file_that_imports_them(importing):
    folder = importing('import "parts/first.ant"\n')
    (folder / "parts" / "deep").mkdir(parents=True)
    (folder / "parts" / "first.ant").write_text('import "deep/second.ant"\n')
    (folder / "parts" / "deep" / "second.ant").write_text((folder / "inner.ant").read_text())
    assert {"first.ant", "second.ant"} <= set(read_study(folder).data_digests)
    assert [file.name for file in imported_files(folder / "decay.ant", [folder])] == ["first.ant", "second.ant"]


def test_a_file_that_two_import_is_taken_once(importing):
    folder = importing('import "one.ant"\nimport "two.ant"\n', one='import "inner.ant"\n', two='import "inner.ant"\n')
    assert [file.name for file in imported_files(folder / "decay.ant")] == ["one.ant", "inner.ant", "two.ant"]
    assert "STAT" in read_study(folder).sbml


@pytest.mark.parametrize(
    "text",
    [
        '// import "inner.ant"\n',
        '# import "inner.ant"\n',
        '/* import "inner.ant" */\n',
        '/*\nimport "inner.ant"\n*/\n',
        "important = 1\n",
        'model m()\n x = 1; x is "import \\"inner.ant\\""\nend\n',
        'model m()\n x notes ```\nimport "inner.ant"\n```\nend\n',
        '# "\n// /*\n',
    ],
)
def test_an_import_in_a_comment_or_a_string_is_none(text):
    assert not list(imports_in(text))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("/etc/inner.ant", "from the root"),
        ("~/inner.ant", "from the root"),
        ("C:/inner.ant", "from the root"),
        ("https://example.org/inner.ant", "an address"),
        ("file:///inner.ant", "an address"),
        ("../outside.ant", "outside of these folders"),
        ("parts/../../outside.ant", "outside of these folders"),
        ("linked.ant", "outside of these folders"),
        ("absent.ant", "where no file"),
        ("parts", "no Antimony file"),
        ("model.xml", "no Antimony file"),
        ("parts\\\\inner.ant", "backslash"),
        ("decay.ant", "imports this file itself"),
    ],
)
def test_other_imports_are_refused_by_name(study, faults_of, name, found):
    (study / "parts").mkdir()
    outside = study.parent / "outside.ant"
    outside.write_text((study / "decay.ant").read_text())
    (study / "linked.ant").symlink_to(outside)
    (study / "decay.ant").write_text(f'x = 1\nimport "{name}"\n')
    (fault,) = faults_of(read_study, study)
    assert (os.path.basename(fault.file), fault.row) == ("decay.ant", 2)
    assert found in fault.found
    assert "the study's or the repository's folders" in fault.needed


def test_files_that_import_each_other_are_refused(importing, faults_of):
    folder = importing('import "one.ant"\n', one='\nimport "decay.ant"\n')
    (fault,) = faults_of(read_study, folder)
    assert (os.path.basename(fault.file), fault.row) == ("one.ant", 2)


def test_a_model_may_import_from_the_repository_wherever_the_study_is(repository, study):
    shared = os.path.relpath(repository / "model" / "pathways" / "jak_stat.ant", study)
    (study / "decay.ant").write_text(f'import "{shared}"\n')
    faults, imported = [], []
    assert read_model(study / "decay.ant", faults, (study,), imported) is not None
    assert (faults, [file.name for file in imported]) == ([], ["jak_stat.ant"])


def test_an_error_in_an_imported_file_is_at_its_line(importing, faults_of):
    folder = importing('// first\nimport "one.ant"\nimport "inner.ant"\n', one="y = 1\nx = = 2\n")
    (fault,) = faults_of(read_study, folder)
    assert (os.path.basename(fault.file), fault.row) == ("one.ant", 2)


def test_lines_after_an_import_keep_their_numbers(importing, faults_of):
    folder = importing('import "inner.ant"\n\ny = = 2\n')
    (fault,) = faults_of(read_study, folder)
    assert (os.path.basename(fault.file), fault.row) == ("decay.ant", 3)


def test_what_stands_beside_an_import_stays(tmp_path):
    (tmp_path / "b.ant").write_text("y = 2\n")
    model = expand_imports(tmp_path / "a.ant", 'x = 1; import "b.ant"; z = 3\n')
    assert [part.strip() for part in model.text.split("\n") if part.strip()] == ["x = 1;", "y = 2", "z = 3"]


def test_a_text_without_a_file_imports_nothing():
    faults = []
    assert antimony_to_sbml('import "inner.ant"\n', "text", faults) is None
    assert "an import" in faults[0].found


COMP = 'xmlns:comp="http://www.sbml.org/sbml/level3/version1/comp/version1" comp:required="true"'
EXTERNAL = (
    '<comp:listOfExternalModelDefinitions><comp:externalModelDefinition comp:id="other" comp:source="other.xml"/>'
    "</comp:listOfExternalModelDefinitions>"
)
PART = '<comp:listOfSubmodels><comp:submodel comp:id="part" comp:modelRef="other"/></comp:listOfSubmodels>'


def test_models_of_other_files_in_sbml_are_refused_by_name(petab, edit_petab, faults_of):
    edit_petab("model.xml", 'level="3" version="1"', f'level="3" version="1" {COMP}')
    edit_petab("model.xml", "</model>", f"{PART}</model>{EXTERNAL}")
    found = " ".join(fault.found for fault in faults_of(read_petab, petab))
    assert "other.xml" in found
    assert "submodel part" in found


def test_entities_of_xml_are_refused(petab, edit_petab, faults_of):
    edit_petab("model.xml", "<sbml", '<!DOCTYPE sbml [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n<sbml')
    (fault,) = faults_of(read_petab, petab)
    assert fault.row == 2
    assert "pull in other files" in fault.found


def test_the_case_of_an_import_is_followed(case):
    folder = case("antimony-import")
    assert read_study(folder).data_digests["inner.ant"] == sha256_of(folder / "inner.ant")
