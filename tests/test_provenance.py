"""The digest of a stage's code: it follows what the code says, and the import order."""

import pytest

from jakstat.provenance import STAGES, code_digest, package_versions


@pytest.fixture
def package(tmp_path):
    for stage in STAGES:
        (tmp_path / stage).mkdir()
        (tmp_path / stage / "one.py").write_text(f'"""A module."""\nSTAGE = "{stage}"  # comment\n')
    (tmp_path / "reports" / "page.html").write_text("<p>")
    return tmp_path


def digests(package, *scripts) -> dict[str, str]:
    from jakstat import provenance

    provenance._meaning.cache_clear()
    return {stage: code_digest(stage, *scripts, package=package) for stage in STAGES}


@pytest.mark.parametrize("changed", STAGES)
def test_changed_stage_changes_its_own_digest_and_those_after_it(package, changed):
    before = digests(package)
    (package / changed / "one.py").write_text("STAGE = None\n")
    after = digests(package)
    expected = set(STAGES[STAGES.index(changed) :])
    assert {stage for stage in STAGES if before[stage] != after[stage]} == expected


def test_new_module_changes_the_digest(package):
    before = digests(package)
    (package / "inference" / "two.py").write_text("")
    assert digests(package)["inference"] != before["inference"]


def test_template_of_the_report_counts(package):
    before = digests(package)
    (package / "reports" / "page.html").write_text("<h1>")
    after = digests(package)
    assert [stage for stage in STAGES if before[stage] != after[stage]] == ["reports"]


def test_comment_docstring_and_layout_do_not_count(package):
    before = digests(package)
    (package / "problem" / "one.py").write_text('"""Another sentence."""\n\n\nSTAGE = (\n    "problem"\n)\n')
    assert digests(package) == before


def test_text_that_is_not_a_docstring_counts(package):
    file = package / "problem" / "one.py"
    file.write_text('def f():\n    """Doc."""\n    return "a"\n')
    before = digests(package)
    file.write_text('def f():\n    """Doc."""\n    return "b"\n')
    assert digests(package)["problem"] != before["problem"]


def test_compiled_leftovers_do_not_count(package):
    before = digests(package)
    (package / "problem" / "__pycache__").mkdir()
    (package / "problem" / "__pycache__" / "one.cpython-312.pyc").write_bytes(b"\0")
    assert digests(package) == before


def test_script_counts(package):
    script = package / "sample_posterior.py"
    script.write_text("x = 1\n")
    before = digests(package, script)
    script.write_text("x = 2\n")
    assert all(before[stage] != after for stage, after in digests(package, script).items())


def test_stages_of_the_digest_are_the_packages(repository):
    folders = {file.parent.name for file in (repository / "model/jakstat").glob("*/__init__.py")}
    assert set(STAGES) == folders


def test_unknown_stage_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="no stage 'sampling'; the stages are problem, pathway, "):
        code_digest("sampling")


def test_versions_name_python_and_what_draws():
    versions = package_versions()
    assert {"python", "jakstat", "pymc", "nutpie", "numba"} <= set(versions)
    assert "absent" not in versions.values()
