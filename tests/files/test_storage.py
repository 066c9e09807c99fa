"""Results as files: what was written comes back, no half file is left, and nothing is read of a damaged one."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from jakstat.files.sealed_files import UnusableFileError, seal_file
from jakstat.files.storage import (
    read_dataset,
    read_json,
    read_posterior,
    read_table,
    read_tree,
    write_aside,
    write_dataset,
    write_json,
    write_table,
    write_tree,
)


@pytest.fixture
def tree() -> xr.DataTree:
    chains = {"chain": [0, 1], "draw": np.arange(3)}
    value = xr.DataArray(
        np.arange(6.0).reshape(2, 3), dims=("chain", "draw"), coords=chains, attrs={"units": "nM", "ends": [0, 1]}
    )
    diverging = xr.DataArray([[True, False, False]] * 2, dims=("chain", "draw"), coords=chains)
    tree = xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset(
                {"parameter_value": value}, attrs={"sample_dims": ["chain", "draw"], "nothing": None}
            ),
            "sample_stats": xr.Dataset({"diverging": diverging}),
        }
    )
    tree.attrs = {
        "solve_outcomes": ["success=12", "too_many_steps=0"],
        "seed": 5,
        "versions": {"numpy": "2"},
        "ok": True,
    }
    return tree


def test_tree_and_its_attributes_come_back(tree, tmp_path):
    write_tree(tree, tmp_path / "posterior.nc")
    back = read_tree(tmp_path / "posterior.nc")
    assert back.attrs == tree.attrs
    for name in ("posterior", "sample_stats"):
        xr.testing.assert_identical(back[name].to_dataset(), tree[name].to_dataset())


def test_one_outcome_stays_a_list(tree, tmp_path):
    tree.attrs["solve_outcomes"] = ["success=12"]
    write_tree(tree, tmp_path / "posterior.nc")
    assert read_tree(tmp_path / "posterior.nc").attrs["solve_outcomes"] == ["success=12"]


def test_writing_does_not_change_what_is_written(tree, tmp_path):
    before = tree.copy(deep=True)
    write_tree(tree, tmp_path / "posterior.nc")
    xr.testing.assert_identical(tree, before)


def test_text_variable_with_none_becomes_text(tmp_path):
    message = xr.Dataset({"divergence_message": (("draw",), np.array([None, "energy"], dtype=object))})
    write_dataset(message, tmp_path / "stats.nc")
    assert read_dataset(tmp_path / "stats.nc")["divergence_message"].to_numpy().tolist() == ["", "energy"]


def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "posterior.nc"
    path.write_text("old")

    def fail(aside):
        aside.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_aside(path, fail)
    assert [file.name for file in tmp_path.iterdir()] == ["posterior.nc"]
    assert path.read_text() == "old"


def test_undefined_number_is_null_in_json(tmp_path):
    write_json({"value": float("nan"), "values": (np.float64(1.5), np.inf)}, tmp_path / "one.json")
    assert json.loads((tmp_path / "one.json").read_text()) == {"value": None, "values": [1.5, None]}


def test_table_without_columns_is_read_as_such(tmp_path):
    (tmp_path / "modes.tsv").write_text("\n")
    assert read_table(tmp_path / "modes.tsv").empty


def refusal(path, read=read_tree) -> str:
    """Return the sentence with which a file is refused: it names the file and the remedy."""
    with pytest.raises(UnusableFileError) as refused:
        read(path)
    sentence = str(refused.value)
    assert sentence.startswith(f"{path}: found ")
    assert sentence.endswith("; delete it and run again, which makes it anew")
    assert "\n" not in sentence
    return sentence


def test_a_bit_flipped_anywhere_is_seen_before_hdf5_opens_the_file(tree, tmp_path, monkeypatch):
    """It may crash on damaged bytes."""
    path, opened = tmp_path / "posterior.nc", []
    write_tree(tree, path)
    monkeypatch.setattr(xr, "open_datatree", lambda *_, **__: opened.append(path))
    whole = path.read_bytes()
    at = random.Random(11)
    places = [at.randrange(len(whole)) for _ in range(300)]
    ends = [*range(16), *range(len(whole) - 130, len(whole))]  # HDF5's signature, and all of the seal
    for place in (*places, *ends):
        flipped = bytes([whole[place] ^ (1 << at.randrange(8))])
        path.write_bytes(whole[:place] + flipped + whole[place + 1 :])
        refusal(path)
    assert opened == []


@pytest.mark.parametrize("left", [0, 1, 500, -1, -64, -200])
def test_a_file_that_was_cut_short_is_refused(left, tree, tmp_path):
    path = tmp_path / "posterior.nc"
    write_tree(tree, path)
    path.write_bytes(path.read_bytes()[:left])
    sentence = refusal(path)
    assert ("an empty file" in sentence) == (left == 0)


def test_bytes_behind_the_end_are_refused(tree, tmp_path):
    path = tmp_path / "posterior.nc"
    write_tree(tree, path)
    with open(path, "ab") as file:
        file.write(b"more")
    refusal(path)


def test_what_is_no_file_is_refused(tmp_path):
    assert "found no file" in refusal(tmp_path / "posterior.nc")
    assert "found a folder" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe.nc")
    assert "no regular file" in refusal(tmp_path / "pipe.nc")


def test_a_file_of_another_program_is_refused_with_the_remedy(tree, tmp_path):
    """So is one of a jakstat that wrote no digest: nobody can say whether it is whole."""
    path = tmp_path / "posterior.nc"
    xr.Dataset({"x": 1.0}).to_netcdf(path, engine="h5netcdf")
    assert "no digest at its end" in refusal(path)
    seal_file(path)
    assert "no digest of its content" in refusal(path)
    path.write_text("no NetCDF")
    seal_file(path)
    assert "cannot be read as NetCDF" in refusal(path)


def test_content_that_was_changed_under_a_right_seal_is_refused(tree, tmp_path):
    path = tmp_path / "posterior.nc"
    write_tree(tree, path)
    with h5py.File(path, "r+") as file:
        file["posterior/parameter_value"][0, 0] += 1.0
    assert "no digest at its end" in refusal(path), "HDF5 drops what stands behind its last block when it writes"
    seal_file(path)
    assert "content that is not what its digest says; needed" in refusal(path)


def test_a_dataset_is_as_well_guarded_as_a_tree(tree, tmp_path):
    path = tmp_path / "loo.nc"
    write_dataset(tree["posterior"].to_dataset(), path)
    whole = path.read_bytes()
    path.write_bytes(whole[:900] + bytes([whole[900] ^ 1]) + whole[901:])
    refusal(path, read_dataset)


def test_a_file_may_be_copied_and_renamed_and_others_read_it(tree, tmp_path):
    write_tree(tree, tmp_path / "posterior.nc")
    (tmp_path / "elsewhere").mkdir()
    shutil.copyfile(tmp_path / "posterior.nc", tmp_path / "elsewhere" / "mine.nc")
    copied = read_tree(tmp_path / "elsewhere" / "mine.nc")
    assert copied.attrs == tree.attrs
    assert copied.encoding["source"] == str(tmp_path / "elsewhere" / "mine.nc")
    with xr.open_dataset(tmp_path / "posterior.nc", group="posterior", engine="h5netcdf") as dataset:
        assert dataset["parameter_value"].attrs["units"] == "nM"


def _digest(content, path) -> str:
    write_tree(content, path)
    with h5py.File(path) as file:
        return file.attrs["content_digest"]


def test_equal_content_has_equal_digests_and_any_change_another(tree, tmp_path):
    path = tmp_path / "posterior.nc"
    first = _digest(tree, path)
    assert _digest(read_tree(path), path) == first, "written again after reading"
    turned = xr.DataTree.from_dict({node.path: node.to_dataset(inherit=False) for node in reversed([*tree.subtree])})
    assert _digest(turned, path) == first, "groups in another order"
    posterior = tree["posterior"].to_dataset()
    value = posterior["parameter_value"]
    changed = [
        posterior.assign(parameter_value=value.where(value != 3.0, np.nextafter(3.0, 4.0)).assign_attrs(value.attrs)),
        posterior.assign(parameter_value=value.astype("float32")),
        posterior.assign(parameter_value=value.assign_attrs(units="uM")),
        posterior.rename(parameter_value="value"),
        posterior.rename(draw="step"),
        posterior.assign_coords(draw=[0, 1, 3]),
        posterior.assign_attrs(nothing=0),
    ]
    digests = []
    for variant in changed:
        other = tree.copy()
        other["posterior"] = xr.DataTree(variant)
        digests.append(_digest(other, path))
    other = tree.copy()
    other.attrs = tree.attrs | {"seed": 6}
    assert len({first, *digests, _digest(other, path)}) == len(changed) + 2


def test_draws_of_a_prior_are_not_taken_for_a_posterior(tree, tmp_path):
    write_tree(xr.DataTree.from_dict({"prior": tree["posterior"].to_dataset()}), tmp_path / "posterior.nc")
    assert "found prior; needed: draws of a posterior" in refusal(tmp_path / "posterior.nc", read_posterior)


_KILLED = """
import os, signal, sys
from pathlib import Path
from jakstat.files.storage import write_aside

def half(aside):
    aside.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)

write_aside(Path(sys.argv[1]), half)
"""


def test_what_a_killed_write_leaves_is_no_result(tmp_path):
    path = tmp_path / "posterior.nc"
    for _ in range(2):
        killed = subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False)
        assert killed.returncode == -signal.SIGKILL
    assert "found no file" in refusal(path)
    left = list(tmp_path.iterdir())
    assert len(left) == 2, "names of their own"
    assert not [path for pattern in ("*.nc", "posterior*") for path in tmp_path.glob(pattern)]


@pytest.mark.parametrize("content", ["", '{"passed": tr', "\xff"])
def test_json_that_was_cut_short_is_refused(content, tmp_path):
    (tmp_path / "gate.json").write_bytes(content.encode("latin-1"))
    assert "needed: JSON as jakstat wrote it" in refusal(tmp_path / "gate.json", read_json)
    assert "found no file" in refusal(tmp_path / "other.json", read_json)


def test_an_empty_table_is_refused_and_one_without_columns_is_not(tmp_path):
    write_table(pd.DataFrame(), tmp_path / "modes.tsv")
    assert read_table(tmp_path / "modes.tsv").empty
    (tmp_path / "modes.tsv").write_bytes(b"")
    refusal(tmp_path / "modes.tsv", read_table)
    assert "found no file" in refusal(tmp_path / "ic50.tsv", read_table)
