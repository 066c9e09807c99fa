"""Whose compiled code is loaded, where it is kept, and that a cache never stops a run."""

import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jakstat.files.cache_places import cache_folders, guard_pytensor_folder, read_trusted, write_whole

NOBODY, LAB = 65534, 4321  # a user and a group that are not ours

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, who alone can give files to another user")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """Return the user's cache folder, in which nothing is yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("JAKSTAT_CACHE", str(tmp_path / "shared"))
    monkeypatch.delenv("JAKSTAT_CACHE_GROUP", raising=False)
    return tmp_path / "home" / "jakstat"


@pytest.fixture
def shared(tmp_path) -> Path:
    (tmp_path / "shared" / "kernels").mkdir(parents=True)
    return tmp_path / "shared"


def lines(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "jakstat"]


def test_new_code_is_kept_in_the_folder_that_was_named(tmp_path, caplog):
    assert cache_folders().kept == tmp_path / "shared"
    assert cache_folders().searched == (tmp_path / "shared",)
    assert lines(caplog) == []


def test_without_a_name_it_is_the_users_cache_folder(home, monkeypatch):
    monkeypatch.delenv("JAKSTAT_CACHE")
    assert cache_folders().kept == home


@as_root
@pytest.mark.parametrize("which", ["shared", "shared/kernels"])
def test_a_folder_of_somebody_else_is_not_used_and_one_line_says_so(which, shared, home, caplog):
    os.chown(shared.parent / which, NOBODY, NOBODY)
    assert cache_folders().searched == (home,)
    (line,) = lines(caplog)
    assert f"{shared.parent / which}: found a folder of the user nobody" in line
    assert "needed: a folder that belongs to you, to root or to the group named by JAKSTAT_CACHE_GROUP" in line
    assert line.endswith(f"compiled code is kept in {home} instead")


@pytest.mark.parametrize("which", ["shared", "shared/kernels"])
def test_a_folder_that_everybody_can_write_to_is_not_used(which, shared, home, caplog):
    (shared.parent / which).chmod(0o777)
    assert cache_folders().searched == (home,)
    (line,) = lines(caplog)
    assert f"{shared.parent / which}: found a folder that everybody can write to (mode 0777)" in line
    assert "chmod o-w" in line


def test_where_nothing_can_be_made_the_folder_of_temporary_files_is_used(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JAKSTAT_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    kept = cache_folders().kept
    assert kept == tmp_path / "temporary" / f"jakstat-{os.geteuid()}"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    (line,) = lines(caplog)
    assert "cannot be used (file exists)" in line


def test_where_there_is_no_place_at_all_the_run_goes_on(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JAKSTAT_CACHE", str(tmp_path / "file"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    assert cache_folders().kept is None
    assert lines(caplog)[-1].endswith("compiled code is not kept")


@as_root
def test_a_file_of_somebody_else_is_not_read(shared, caplog):
    assert write_whole(shared / "kernels" / "code", b"code")
    assert read_trusted(shared / "kernels" / "code") == b"code"
    os.chown(shared / "kernels" / "code", NOBODY, NOBODY)
    assert read_trusted(shared / "kernels" / "code") is None
    assert "found a file of the user nobody" in lines(caplog)[0]


@pytest.mark.parametrize(("mode", "found"), [(0o646, "everybody can write"), (0o664, "the group")])
def test_a_file_that_others_can_write_to_is_not_read(mode, found, shared, caplog):
    write_whole(shared / "code", b"code")
    (shared / "code").chmod(mode)
    assert read_trusted(shared / "code") is None
    assert found in lines(caplog)[0]


def test_a_pipe_is_neither_read_nor_waited_for(shared, caplog):
    os.mkfifo(shared / "code")
    assert read_trusted(shared / "code") is None
    assert "no regular file" in lines(caplog)[0]


@as_root
def test_code_of_a_group_is_read_where_the_user_names_the_group(shared, home, monkeypatch, caplog):
    write_whole(shared / "kernels" / "code", b"code")
    for path in (shared, shared / "kernels", shared / "kernels" / "code"):
        os.chown(path, NOBODY, LAB)
        path.chmod(0o664 if path.is_file() else 0o2775)
    assert cache_folders().searched == (home,)
    assert read_trusted(shared / "kernels" / "code") is None
    monkeypatch.setenv("JAKSTAT_CACHE_GROUP", str(LAB))
    assert cache_folders().kept == shared
    assert read_trusted(shared / "kernels" / "code") == b"code"
    monkeypatch.setenv("JAKSTAT_CACHE_GROUP", str(LAB + 1))
    assert cache_folders().searched == (home,)


def test_a_group_that_does_not_exist_is_said_and_nobody_is_trusted_for_it(monkeypatch, caplog, shared):
    monkeypatch.setenv("JAKSTAT_CACHE_GROUP", "no-such-lab")
    write_whole(shared / "code", b"code")
    (shared / "code").chmod(0o664)
    assert read_trusted(shared / "code") is None
    assert "JAKSTAT_CACHE_GROUP: found no-such-lab" in lines(caplog)[0]


@pytest.mark.parametrize(
    ("umask", "of_folder", "of_file"),
    [(0o000, 0o2775, 0o644), (0o002, 0o2775, 0o644), (0o022, 0o2755, 0o644), (0o077, 0o2700, 0o600)],
)
def test_folders_have_the_modes_of_umask_and_files_are_their_owners(umask, of_folder, of_file, tmp_path, monkeypatch):
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab").chmod(0o2775)
    monkeypatch.setenv("JAKSTAT_CACHE", str(tmp_path / "lab" / "cache"))
    before = os.umask(umask)
    try:
        kept = cache_folders().kept
        write_whole(kept / "kernels" / "digest" / "code", b"code")
    finally:
        os.umask(before)
    folders = [kept, kept / "kernels", kept / "kernels" / "digest"]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [of_folder] * 3
    assert stat.S_IMODE((kept / "kernels" / "digest" / "code").stat().st_mode) == of_file


def test_a_disk_without_room_costs_the_next_run_time_and_this_one_a_line(shared, monkeypatch, caplog):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert not write_whole(shared / "code", b"code")
    assert list(shared.glob(".*")) == []
    assert "could not be kept (no space left on device)" in lines(caplog)[0]


_PYTENSOR = """
import os
import jakstat
print(os.environ.get("PYTENSOR_FLAGS"))
"""


def _flags(**environment: str) -> tuple[str, str]:
    child = subprocess.run(
        [sys.executable, "-c", _PYTENSOR], env=os.environ | environment, check=True, capture_output=True, text=True
    )
    return child.stdout.strip(), child.stderr


def test_pytensors_folder_stays_where_nothing_is_wrong_with_it(tmp_path):
    flags = f"floatX=float64,base_compiledir={tmp_path / 'pytensor'}"
    assert _flags(PYTENSOR_FLAGS=flags) == (flags, "")


def test_pytensors_folder_is_a_private_one_where_everybody_can_write_to_it(tmp_path, home):
    (tmp_path / "pytensor").mkdir()
    (tmp_path / "pytensor").chmod(0o777)
    flags, said = _flags(PYTENSOR_FLAGS=f"floatX=float64, base_compiledir = {tmp_path / 'pytensor'}")
    assert flags == f"floatX=float64,base_compiledir={home / 'pytensor'}"
    assert len(said.splitlines()) == 1
    assert "everybody can write to" in said


def test_pytensors_folder_is_a_private_one_where_its_own_may_not_be_looked_at(home, monkeypatch, caplog):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.delitem(sys.modules, "pytensor", raising=False)
    monkeypatch.setenv("PYTENSOR_FLAGS", "base_compiledir=/somewhere")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "exists", refused)
        guard_pytensor_folder()
    assert os.environ["PYTENSOR_FLAGS"] == f"base_compiledir={home / 'pytensor'}"
    assert "/somewhere: found a place that cannot be used (permission denied)" in lines(caplog)[0]


def test_lines_are_warnings_of_the_logger_jakstat(tmp_path, shared, caplog):
    shared.chmod(0o777)
    cache_folders()
    assert [(record.name, record.levelno) for record in caplog.records] == [("jakstat", logging.WARNING)]
