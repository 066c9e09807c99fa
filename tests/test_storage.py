"""Results as files: what was written comes back, and no half file is left."""

import json

import numpy as np
import pytest
import xarray as xr

from jakstat.storage import read_dataset, read_table, read_tree, write_aside, write_dataset, write_json, write_tree


@pytest.fixture
def tree() -> xr.DataTree:
    chains = {"chain": [0, 1], "draw": np.arange(3)}
    value = xr.DataArray(
        np.arange(6.0).reshape(2, 3), dims=("chain", "draw"), coords=chains, attrs={"units": "nM", "ends": [0, 1]}
    )
    diverging = xr.DataArray([[True, False, False]] * 2, dims=("chain", "draw"), coords=chains)
    tree = xr.DataTree.from_dict({
        "posterior": xr.Dataset({"parameter_value": value}, attrs={"sample_dims": ["chain", "draw"], "nothing": None}),
        "sample_stats": xr.Dataset({"diverging": diverging}),
    })  # fmt: skip
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
