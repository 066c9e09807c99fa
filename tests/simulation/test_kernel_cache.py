"""Compiled code on disk: named by what it is made from, safe when processes start together, remade where damaged.

What is damaged ends a process that loads it unseen, so that loading is tried in child processes.
"""

import os
import pickle
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jakstat.simulation import kernel_cache, load_solver
from jakstat.simulation.kept_code import code_digests, kept_files as kept_code
from jakstat.simulation.kernels.dynamics import prepare_dynamics

from . import models

NOBODY = 65534
EXACT = 3.0**-0.5  # x' = -x^3 from 1: x = (1 + 2 t)^(-1/2)
_CHILD = """
import numpy as np
from jakstat.pathway import Pathway, symbol
from jakstat.simulation.kernels.dynamics import prepare_dynamics
from jakstat.simulation import load_kernels, load_solver
from jakstat.simulation.kernel_cache import generate_kernels
x, k = symbol("x"), symbol("k")
model = Pathway(("x",), (-k * x**3,), {"x": x * 0 + 1}, {"k": 1.0}, {}, {})
kernels = load_kernels(generate_kernels(prepare_dynamics(model)))
states, _, status = load_solver().solve_segments(np.ones((1, 1)), np.ones((1, 1)), np.array([[-1, -1, 0, 1]]),
                                          np.array([[0.0, 1.0]]), np.array([1.0]),
                                          np.array([1e-8, 1e-10, 1e4, 1e-2, 0.0]), kernels, False)
load_solver().pull_back_segments.address(), load_solver().evaluate_formulas.address()
print(float(states[0, 0]))
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, who alone can be another user")


def run_child(cache: Path, private: Path, *prefix: str) -> subprocess.CompletedProcess:
    """Solve in a process of its own, whose compiled code is kept in ``cache``, else in ``private``."""
    environment = os.environ | {
        "JAKSTAT_CACHE": str(cache),
        "XDG_CACHE_HOME": str(private),
        "PYTENSOR_FLAGS": f"base_compiledir={private}",
    }
    return subprocess.run([*prefix, sys.executable, "-c", _CHILD], env=environment, capture_output=True, text=True)


def assert_right(done: subprocess.CompletedProcess) -> None:
    assert done.returncode == 0, done.stderr
    assert abs(float(done.stdout) - EXACT) < 1e-6


def solver_files(cache: Path) -> dict[Path, int]:
    """Return the files of the solver's code and when they were written."""
    folder = cache / "kernels" / code_digests.solver_digest()
    return {file: file.stat().st_mtime_ns for file in folder.glob("*.nb*")}


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Path:
    """Return a cache that holds the solver (what this machine has compiled already) and the child's model."""
    solver = load_solver()
    for function in (solver.solve_segments, solver.pull_back_segments, solver.evaluate_formulas):
        function.address()
    cache = tmp_path_factory.mktemp("cache")
    digest = code_digests.solver_digest()
    shutil.copytree(kept_code.kept_folder(digest), cache / "kernels" / digest)
    assert_right(run_child(cache, cache / "private"))
    return cache


@pytest.fixture
def copied(filled, tmp_path) -> Path:
    """Return a copy of it, to damage."""
    shutil.copytree(filled / "kernels", tmp_path / "shared" / "kernels")
    return tmp_path / "shared"


def test_equal_models_share_a_folder_and_changed_ones_do_not(tmp_path, monkeypatch):
    monkeypatch.setenv("JAKSTAT_CACHE", str(tmp_path))
    first = kernel_cache.generate_kernels(prepare_dynamics(models.DECAY))
    assert kernel_cache.generate_kernels(prepare_dynamics(models.DECAY)) == first
    assert kernel_cache.generate_kernels(prepare_dynamics(models.PULSE)) != first
    # Digests are kept for the process: they are taken anew here.
    monkeypatch.setattr(code_digests, "solver_digest", code_digests.solver_digest.__wrapped__)
    monkeypatch.setattr(kernel_cache, "generator_digest", code_digests.generator_digest.__wrapped__)
    assert kernel_cache.generate_kernels(prepare_dynamics(models.DECAY)) == first
    monkeypatch.setattr(code_digests.llvmlite, "__version__", "another")
    assert kernel_cache.generate_kernels(prepare_dynamics(models.DECAY)) != first


def test_processes_that_start_together_all_get_the_right_answer_and_leave_nothing_behind(tmp_path):
    environment = os.environ | {"JAKSTAT_CACHE": str(tmp_path)}
    children = [
        subprocess.Popen([sys.executable, "-c", _CHILD], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [child.communicate()[0] for child in children]
    assert all(abs(float(answer) - EXACT) < 1e-6 for answer in answers)
    folders = list(Path(tmp_path / "kernels").iterdir())
    assert len(folders) == 2, "one of the model, one of the solver"
    assert not [file for folder in folders for file in folder.glob(".*")], "what was written aside is gone"


def test_no_python_is_kept_with_compiled_code(filled):
    assert {file.suffix for file in filled.rglob("*") if file.is_file()} == {
        ".ll",
        ".o",
        ".json",
        ".nbi",
        ".nbc",
        ".lock",
    }


def flip_a_bit(content: bytes, at: random.Random) -> bytes:
    place = at.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << at.randrange(8))]) + content[place + 1 :]


def cut_short(content: bytes, at: random.Random) -> bytes:
    return content[: at.randrange(1, len(content))]


def empty(content: bytes, at: random.Random) -> bytes:
    return b""


DAMAGES = (flip_a_bit, cut_short, empty)


@pytest.mark.parametrize("name", ["kernels.ll", "kernels.o", "layout.json"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_kernels_of_a_model_are_made_anew_with_a_line_in_the_log(damage, name, tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("JAKSTAT_CACHE", str(tmp_path))
    dynamics = prepare_dynamics(models.DECAY)
    monkeypatch.setattr(kernel_cache, "_ENGINES", {})
    monkeypatch.setattr(kernel_cache, "_FILES", {})
    folder = tmp_path / "kernels" / kernel_cache.generate_kernels(dynamics)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(damage(whole, random.Random(name)))
    kernel_cache._FILES.clear()
    with pytest.raises(FileNotFoundError, match="no generated kernels that are whole"):
        kernel_cache.load_kernels(folder.name)
    kernel_cache.load_kernels(kernel_cache.generate_kernels(dynamics))
    assert (folder / name).read_bytes() == whole
    assert any(f"{folder / name}: found" in record.getMessage() for record in caplog.records)


def test_kernels_of_another_model_are_not_taken_for_these(tmp_path, monkeypatch):
    monkeypatch.setenv("JAKSTAT_CACHE", str(tmp_path))
    monkeypatch.setattr(kernel_cache, "_ENGINES", {})
    monkeypatch.setattr(kernel_cache, "_FILES", {})
    decay, other = (kernel_cache.generate_kernels(prepare_dynamics(model)) for model in (models.DECAY, models.PULSE))
    for file in (tmp_path / "kernels" / decay).iterdir():
        shutil.copy(tmp_path / "kernels" / other / file.name, file)
    kernel_cache._FILES.clear()
    with pytest.raises(FileNotFoundError):
        kernel_cache.load_kernels(decay)


def damage_places(cache: Path, count: int, at: random.Random) -> list[Path]:
    """Damage files of a cache; every fifth place lies in what each process loads of the solver."""
    files = sorted(file for file in cache.rglob("*") if file.is_file() and file.stat().st_size)
    loaded = [
        file for file in files if re.match(r"segments\.solve_segments|adjoint\.pull_back_segments|kernels", file.name)
    ]
    chosen = [at.choice(loaded if place % 5 == 0 else files) for place in range(count)]
    for file in chosen:
        content = file.read_bytes()
        if content:
            file.write_bytes(at.choices(DAMAGES, (3, 1, 1))[0](content, at))
    return chosen


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(5))
def test_a_cache_damaged_at_ten_random_places_gives_the_right_answer(seed, copied, tmp_path):
    chosen = damage_places(copied, 10, random.Random(seed))
    done = run_child(copied, tmp_path / "private")
    assert_right(done)
    assert f"{chosen[0]}: found" in done.stderr or str(chosen[0].parent) in done.stderr
    again = run_child(copied, tmp_path / "private")
    assert_right(again)
    assert again.stderr == "", "what was damaged and is loaded has been made anew"


def test_a_flipped_bit_in_the_solvers_index_is_said_and_the_answer_is_right(copied, tmp_path):
    """The formulas' index, because it is the smallest function of the solver to compile again."""
    (index,) = (copied / "kernels" / code_digests.solver_digest()).glob("formula_values.evaluate_formulas*.nbi")
    index.write_bytes(flip_a_bit(index.read_bytes(), random.Random(1)))
    done = run_child(copied, tmp_path / "private")
    assert_right(done)
    assert done.stderr.splitlines() == [
        f"{index}: found content that is not what its digest says; needed: compiled code as jakstat wrote it; "
        "it is made anew"
    ]
    assert run_child(copied, tmp_path / "private").stderr == ""


class Planted:
    """A pickle that leaves a mark where it is loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (os.mkdir, (str(self.mark),))


def plant(cache: Path, mark: Path) -> None:
    """Put code into every place of a cache that might be run."""
    run = f"import os; os.makedirs({str(mark)!r}, exist_ok=True)\n"
    for folder in (cache / "kernels").iterdir():
        for file in folder.glob("*.nb*"):
            file.write_bytes(pickle.dumps(Planted(mark)))
        for name in ("__init__.py", "segments.py", "sitecustomize.py"):
            (folder / name).write_text(run)


@as_root
def test_planted_code_of_another_user_is_not_run_and_one_sentence_says_why(copied, filled, tmp_path):
    shutil.copytree(filled / "kernels", tmp_path / "private" / "jakstat" / "kernels")
    plant(copied, tmp_path / "mark")
    for path in (copied, *copied.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    done = run_child(copied, tmp_path / "private")
    assert_right(done)
    assert not (tmp_path / "mark").exists()
    (line,) = done.stderr.splitlines()
    assert f"{copied}: found a folder of the user nobody; needed:" in line
    assert line.endswith(f"compiled code is kept in {tmp_path / 'private' / 'jakstat'} instead")


@as_root
def test_files_that_another_user_put_into_a_folder_of_the_group_are_not_run(copied, tmp_path):
    """The folder is ours and the group may write to it: each file's owner is looked at."""
    folder = copied / "kernels" / code_digests.solver_digest()
    (index,) = folder.glob("formula_values.evaluate_formulas*.nbi")
    index.write_bytes(pickle.dumps(Planted(tmp_path / "mark")))
    os.chown(index, NOBODY, NOBODY)
    for path in (copied, copied / "kernels", folder):
        path.chmod(0o2775)
    done = run_child(copied, tmp_path / "private")
    assert_right(done)
    assert not (tmp_path / "mark").exists()
    assert "found a file of the user nobody" in done.stderr


def another_user() -> list[str]:
    """Return what runs a command as a user without rights, who may read the interpreter wherever it is."""
    command = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    for more in ([], ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]):
        try:
            if (
                subprocess.run(
                    [*command, *more, sys.executable, "-c", "import jakstat"], capture_output=True
                ).returncode
                == 0
            ):
                return [*command, *more]
        except FileNotFoundError:
            break
    pytest.skip("needs setpriv (util-linux), and a Python that another user can start")


@as_root
def test_a_second_user_reads_the_cache_of_root_and_keeps_nothing_elsewhere(copied, filled, tmp_path):
    prefix = another_user()
    (tmp_path / "private").mkdir()
    os.chown(tmp_path / "private", NOBODY, NOBODY)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)  # pytest's folders are ours alone
    before = solver_files(copied)
    done = run_child(copied, tmp_path / "private", *prefix)
    assert_right(done)
    assert done.stderr == ""
    assert solver_files(copied) == before
    assert not list((tmp_path / "private").rglob("*.nbc"))


@as_root
def test_a_second_user_makes_what_is_damaged_anew_in_a_folder_of_his_own(copied, tmp_path):
    prefix = another_user()
    (tmp_path / "private").mkdir()
    os.chown(tmp_path / "private", NOBODY, NOBODY)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)
    (index,) = (copied / "kernels" / code_digests.solver_digest()).glob("formula_values.evaluate_formulas*.nbi")
    index.write_bytes(b"")
    assert_right(run_child(copied, tmp_path / "private", *prefix))
    assert index.read_bytes() == b""
    kept = list((tmp_path / "private" / "jakstat").rglob("formula_values.evaluate_formulas*.nbc"))
    assert len(kept) == 1


_GRAPH = """
import pytensor, pytensor.tensor as pt
import jakstat.simulation.op
x = pt.dvector("x")
print(float(pytensor.function([x], pt.exp(x).sum() + 2 * x[0], mode="NUMBA")([0.0, 0.0])))
"""


@pytest.mark.slow
def test_damaged_code_of_pytensor_is_made_anew_with_a_line_in_the_log(tmp_path):
    environment = os.environ | {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path}"}

    def run() -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-c", _GRAPH], env=environment, capture_output=True, text=True)

    assert (float(run().stdout), run().stderr) == (2.0, "")
    files = sorted((tmp_path / "numba").glob("*.nb*"))
    assert files
    for number, file in enumerate(files):
        file.write_bytes(DAMAGES[number % 3](file.read_bytes(), random.Random(number)))
    damaged = run()
    assert (damaged.returncode, float(damaged.stdout or "nan")) == (0, 2.0), damaged.stderr
    assert "it is made anew" in damaged.stderr
    assert run().stderr == ""
