"""The digest of a rule's code: it follows what the code says, and what it imports."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from jakstat import provenance
from jakstat.provenance import code_behind, code_digest, package_versions

FILES = {
    "jakstat/__init__.py": "",
    "jakstat/reading/__init__.py": "import lazy_loader\n",
    "jakstat/reading/__init__.pyi": "from .tables import read_table\nfrom .pages import read_page\n",
    "jakstat/reading/tables.py": '"""Tables."""\nfrom jakstat.numbers import LIMIT\ndef read_table(): return LIMIT\n',
    "jakstat/reading/pages.py": "def read_page():\n    return 0\n",
    "jakstat/numbers.py": "LIMIT = 3  # most\n",
    "jakstat/pages/__init__.py": "",
    "jakstat/pages/page.py": "from jakstat.reading import read_page\n",
    "jakstat/pages/templates/page.html": "<p>",
    "scripts/make_table.py": "from log import say\nwith say():\n    from jakstat.reading import read_table\n",
    "scripts/make_page.py": "from jakstat.pages.page import read_page\n",
    "scripts/log.py": "def say(): ...\n",
}


@pytest.fixture
def code(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def digests(code: Path) -> dict[str, str]:
    for remembered in (provenance._parsed, provenance._meaning, provenance._imported_by, provenance._homes_of_names):
        remembered.cache_clear()
    provenance._files_that_are_read.cache_clear()
    scripts = (code / "scripts").glob("make_*.py")
    return {script.stem: code_digest(script, package=code / "jakstat") for script in scripts}


@pytest.mark.parametrize(
    ("changed", "text", "made_anew"),
    [
        ("jakstat/reading/tables.py", "from jakstat.numbers import LIMIT\ndef read_table(): ...\n", {"make_table"}),
        ("jakstat/numbers.py", "LIMIT = 4\n", {"make_table"}),
        ("jakstat/reading/pages.py", "def read_page():\n    return 1\n", {"make_page"}),
        ("jakstat/pages/templates/page.html", "<h1>", {"make_page"}),
        ("scripts/make_table.py", "from jakstat.reading import read_table\n", {"make_table"}),
        ("scripts/log.py", "def say():\n    return 1\n", {"make_table"}),
        ("jakstat/reading/__init__.py", "import lazy_loader as lazy\n", {"make_table", "make_page"}),
        # What nobody imports, and what is not code.
        ("jakstat/reading/new.py", "x = 1\n", set()),
        ("jakstat/pages/__pycache__/page.cpython-312.pyc", "x", set()),
        ("jakstat/numbers.py", "LIMIT = (\n    3\n)  # at most\n", set()),
        ("jakstat/reading/pages.py", '"""Pages."""\n\n\ndef read_page():\n    """Read one."""\n    return 0\n', set()),
    ],
)
def test_changed_file_changes_the_digests_of_exactly_what_uses_it(code, changed, text, made_anew):
    before = digests(code)
    (code / changed).parent.mkdir(exist_ok=True)
    (code / changed).write_text(text)
    after = digests(code)
    assert {name for name in before if before[name] != after[name]} == made_anew


def test_text_that_is_not_a_docstring_counts(code):
    (code / "jakstat/numbers.py").write_text('def f():\n    """Doc."""\n    return "a"\nLIMIT = f()\n')
    before = digests(code)
    (code / "jakstat/numbers.py").write_text('def f():\n    """Doc."""\n    return "b"\nLIMIT = f()\n')
    assert digests(code)["make_table"] != before["make_table"]


def test_import_for_type_checkers_does_not_count(code):
    file = code / "jakstat/numbers.py"
    before = digests(code)
    file.write_text("if TYPE_CHECKING:\n    from jakstat.reading import read_page\n" + file.read_text())
    made_of = code_behind(code / "scripts/make_table.py", package=code / "jakstat")
    assert "reading/pages.py" not in made_of
    file.write_text(file.read_text().replace("if TYPE_CHECKING", "if True"))
    assert digests(code)["make_table"] != before["make_table"]
    assert "reading/pages.py" in code_behind(code / "scripts/make_table.py", package=code / "jakstat")


def test_package_that_is_imported_whole_counts_whole(code):
    (code / "scripts/make_page.py").write_text("from jakstat import reading\n")
    made_of = code_behind(code / "scripts/make_page.py", package=code / "jakstat")
    assert {"reading/tables.py", "reading/pages.py", "numbers.py"} <= set(made_of)


@pytest.mark.parametrize("rule", ["assess_convergence", "render_report"])
def test_what_python_loads_for_a_script_is_among_what_counts(repository, rule):
    script = repository / f"workflow/scripts/{rule}.py"
    imports = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(script.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module.startswith("jakstat")
    ]
    show = "import sys; print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('jakstat.')), sep='\\n')"
    told = subprocess.check_output([sys.executable, "-c", "\n".join([*imports, show])], text=True)
    loaded = {Path(line) for line in told.split()}
    counted = set(code_behind(script).values())
    assert imports
    assert {file for file in loaded if file.name != "__init__.py"} <= counted
    assert len(counted) < len(list((repository / "model/jakstat").rglob("*.py")))


def test_sampling_is_made_of_no_public_data_no_scenarios_and_no_reports(repository):
    made_of = code_behind(repository / "workflow/scripts/sample_posterior.py")
    rooms = {name.split("/")[0] for name in made_of if "/" in name}
    assert rooms == {"files", "inference", "pathway", "problem", "simulation", "statistics"}


def test_versions_name_python_and_what_draws():
    versions = package_versions()
    assert {"python", "jakstat", "pymc", "nutpie", "numba"} <= set(versions)
    assert "absent" not in versions.values()
