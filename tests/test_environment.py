"""The environment: pyproject.toml, environment.yml and requirements.lock in step, and the scripts that make .venv."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

CONDA_NAMES = {"matplotlib": "matplotlib-base", "snakemake": "snakemake-minimal"}
LEFT_OUT = {"pysb"}  # see tool.uv in pyproject.toml
CONDA_ONLY = {"python", "pip", "sunode", "pygments"}  # pygments is the extra snakemake[reports]


@pytest.fixture(scope="module")
def project(repository: Path) -> dict:
    return tomllib.loads((repository / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def requirements(project: dict) -> dict[str, Requirement]:
    """Return what the lock and the conda environment must hold: the dependencies and the extra ``dev``, by name."""
    texts = project["dependencies"] + project["optional-dependencies"]["dev"]
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, texts)}


@pytest.fixture(scope="module")
def conda_packages(repository: Path) -> dict[str, SpecifierSet]:
    entries = yaml.safe_load((repository / "environment.yml").read_text())["dependencies"]
    names = [entry for entry in entries if isinstance(entry, str)]
    by_pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    split = [re.fullmatch(r"([A-Za-z0-9_-]+)(.*)", entry).groups() for entry in names + by_pip]
    # conda's `python=3.12` means any 3.12
    return {name: SpecifierSet(re.sub(r"^=([0-9.]+)$", r"==\1.*", limits)) for name, limits in split}


@pytest.fixture(scope="module")
def locked(repository: Path) -> dict[str, tuple[str, int]]:
    """Return the version and the number of hashes of each package of requirements.lock."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", (repository / "requirements.lock").read_text().replace("\\\n", ""))
    pins = {}
    for entry in entries:
        name, version = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", entry).groups()
        pins[canonicalize_name(name)] = (version, len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry)))
    return pins


def test_environment_yml_has_the_packages_and_limits_of_pyproject(requirements, conda_packages):
    expected = {CONDA_NAMES.get(name, name): requirement.specifier for name, requirement in requirements.items()}
    assert {name: limits for name, limits in conda_packages.items() if name not in CONDA_ONLY} == expected


def test_environment_yml_adds_sunode_and_the_report_extra_only(requirements, conda_packages):
    expected = {CONDA_NAMES.get(name, name) for name in requirements} | CONDA_ONLY
    assert set(conda_packages) == expected


def test_conda_python_is_one_that_the_package_allows(project, conda_packages):
    assert conda_packages["python"] == SpecifierSet("==3.12.*")
    assert "3.12" in SpecifierSet(project["requires-python"])


def test_lock_pins_each_dependency_within_its_limits(requirements, locked):
    assert set(requirements) - set(locked) == set()
    outside = [str(wanted) for name, wanted in requirements.items() if locked[name][0] not in wanted.specifier]
    assert outside == []


def test_lock_holds_all_that_its_packages_need(requirements, locked):
    # They are installed with --no-deps: what the lock forgets would be missing.
    missing = set()
    for name in locked:
        try:
            needed = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # of another platform
            continue
        extras = requirements[name].extras if name in requirements else set()
        for need in map(Requirement, needed):
            if canonicalize_name(need.name) in LEFT_OUT:
                continue
            if not need.marker or any(need.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
                pin, _ = locked.get(canonicalize_name(need.name), (None, 0))
                if pin is None or not need.specifier.contains(pin, prereleases=True):
                    missing.add(f"{name} needs {need}")
    assert missing == set()


def test_each_locked_package_has_hashes(locked):
    assert [name for name, (_, hashes) in locked.items() if hashes == 0] == []


def test_lock_names_no_index_and_no_place_of_a_machine(repository):
    lines = (repository / "requirements.lock").read_text().splitlines()
    allowed = re.compile(r"[a-z0-9._-]+==\S+( ; [^:/]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?|    # [^:/]*")
    assert [line for line in lines if not allowed.fullmatch(line)] == []


def test_version_is_the_same_wherever_it_stands(repository, project):
    citation = yaml.safe_load((repository / "CITATION.cff").read_text())["version"]
    package = re.search(r'^__version__ = "(.+)"', (repository / "model/jakstat/__init__.py").read_text(), re.M).group(1)
    assert (citation, package) == (project["version"], project["version"])


def test_contributing_says_what_each_dependency_is_for(repository, requirements):
    text = (repository / "CONTRIBUTING.md").read_text().lower()
    assert [name for name in requirements if f"`{name}" not in text] == []


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def python_that_is(path: Path, change: str) -> Path:
    """Write a Python that runs the check of find_python.sh (``-I -c CHECK``) after a change to itself."""
    changed = f"import sys; sys._base_executable = '{path}'; {change}; exec(sys.argv[1])"
    return program(path, f'exec {sys.executable} -I -c "{changed}" "$3"')


def version_of(major: int, minor: int) -> str:
    return f"sys.version_info = ({major}, {minor}, 0, 'final', 0)"


@pytest.fixture
def find_python(repository: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess]:
    def find(**variables: str) -> subprocess.CompletedProcess:
        environment = {"PATH": f"{tmp_path / 'bin'}", "HOME": str(tmp_path)} | variables
        command = ["/bin/sh", str(repository / "workflow/environment/find_python.sh")]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return find


def test_versions_of_find_python_are_those_of_pyproject(repository, project):
    script = (repository / "workflow/environment/find_python.sh").read_text()
    minors = sorted(map(int, re.search(r'^minors="([0-9 ]+)"', script, re.M).group(1).split()))
    assert project["requires-python"] == f">=3.{minors[0]},<3.{minors[-1] + 1}"


def test_newest_python_with_all_wheels_is_found_first(find_python, tmp_path):
    last = python_that_is(tmp_path / "bin/python3.14", version_of(3, 14))
    assert find_python().stdout.strip() == str(last)
    python_that_is(tmp_path / "bin/python3.12", version_of(3, 12))
    first = python_that_is(tmp_path / "bin/python3.13", version_of(3, 13))
    python_that_is(tmp_path / "bin/python3", version_of(3, 12))
    assert find_python().stdout.strip() == str(first)


def test_python_with_a_plain_name_is_found(find_python, tmp_path):
    plain = python_that_is(tmp_path / "bin/python3", version_of(3, 12))
    assert find_python().stdout.strip() == str(plain)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(version_of(3, 11), id="too old"),
        pytest.param(version_of(3, 15), id="newer than the lock is for"),
        pytest.param("sys.modules['ensurepip'] = None", id="without ensurepip"),
        pytest.param("sys.modules['venv'] = None", id="without venv"),
        pytest.param("sys.exit(127)", id="a shim that does not work"),
    ],
)
def test_python_that_cannot_make_the_environment_is_passed_over(find_python, tmp_path, change):
    for name in ("python3.13", "python3.12", "python3"):
        python_that_is(tmp_path / "bin" / name, change)
    refused = find_python()
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert "install one" in refused.stderr

    works = python_that_is(tmp_path / "bin/python3.12", "pass")
    assert find_python().stdout.strip() == str(works)


@pytest.mark.parametrize("variable", ["PYENV_ROOT", "HOME"])
def test_pyenv_versions_are_looked_through_when_its_shims_fail(find_python, tmp_path, variable):
    root = tmp_path / ".pyenv" if variable == "HOME" else tmp_path / "elsewhere"
    program(tmp_path / "bin/python3.12", "echo 'pyenv: python3.12: command not found' >&2; exit 127")
    python_that_is(root / "versions/3.11.7/bin/python3", version_of(3, 11))
    works = python_that_is(root / "versions/3.12.1/bin/python3", version_of(3, 12))
    found = find_python() if variable == "HOME" else find_python(PYENV_ROOT=str(root))
    assert found.stdout.strip() == str(works)


def test_named_python_is_the_only_one_tried(find_python, tmp_path):
    python_that_is(tmp_path / "bin/python3.13", version_of(3, 13))
    named = python_that_is(tmp_path / "named/python", version_of(3, 12))
    assert find_python(JAKSTAT_PYTHON=str(named)).stdout.strip() == str(named)

    python_that_is(named, version_of(3, 11))
    refused = find_python(JAKSTAT_PYTHON=str(named))
    assert refused.returncode == 1
    assert str(named) in refused.stderr


MADE = ["venv", "setuptools", "lock", "package"]  # the calls that make an environment


class Checkout:
    """A repository with a stand-in for Python: its `venv` and `pip` only write down that they were called."""

    def __init__(self, source: Path, folder: Path):
        self.folder = folder
        self.calls_file = folder.parent / "calls"
        self.pip_fails = folder.parent / "pip-fails"
        shutil.copytree(source / "workflow/environment", folder / "workflow/environment")
        (folder / "requirements.lock").write_text("first")
        (folder / "pyproject.toml").write_text("first")
        installed = program(
            folder.parent / "stand-in/installed",
            f'[ "$1" = -c ] && exit 0\n'
            f'case "$*" in *editable*) what=package;; *requirements.lock*) what=lock;; *) what=setuptools;; esac\n'
            f"echo $what >>{self.calls_file}; [ $what = setuptools ] || [ ! -f {self.pip_fails} ]",
        )
        self.python = program(
            folder.parent / "stand-in/python3",
            f'[ "$1" = -I ] && echo "$0" && exit 0\n'
            f'echo venv >>{self.calls_file}; mkdir "$3" "$3/bin" && cp {installed} "$3/bin/python"',
        )

    def make(self) -> tuple[int, list[str]]:
        """Return the exit code and what was called."""
        self.calls_file.write_text("")
        result = subprocess.run(
            ["workflow/environment/make_environment.sh", ".venv"],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "JAKSTAT_PYTHON": str(self.python)},
            capture_output=True,
            check=False,
        )
        return result.returncode, self.calls_file.read_text().split()


@pytest.fixture
def checkout(repository: Path, tmp_path: Path) -> Checkout:
    return Checkout(repository, tmp_path / "checkout")


def test_environment_is_made_once(checkout):
    assert checkout.make() == (0, MADE)
    assert checkout.make() == (0, [])


def test_interrupted_set_up_is_not_taken_as_good_and_repairs_itself(checkout):
    checkout.pip_fails.touch()
    assert checkout.make() == (1, ["venv", "setuptools", "lock"])
    assert checkout.make() == (1, ["venv", "setuptools", "lock"])
    checkout.pip_fails.unlink()
    assert checkout.make() == (0, MADE)


def test_changed_lock_makes_the_environment_anew(checkout):
    checkout.make()
    (checkout.folder / "requirements.lock").write_text("second")
    assert checkout.make() == (0, MADE)


def test_changed_pyproject_installs_the_package_alone(checkout):
    checkout.make()
    (checkout.folder / "pyproject.toml").write_text("second")
    checkout.pip_fails.touch()
    assert checkout.make() == (1, ["package"])
    checkout.pip_fails.unlink()
    assert checkout.make() == (0, ["package"])
    assert checkout.make() == (0, [])


def test_moved_checkout_gets_its_own_environment(checkout):
    checkout.make()
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))
    assert checkout.make() == (0, MADE)


def test_environment_whose_python_is_gone_is_made_anew(checkout):
    checkout.make()
    (checkout.folder / ".venv/bin/python").unlink()
    assert checkout.make() == (0, MADE)
