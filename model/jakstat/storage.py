"""Posteriors and other results as files: NetCDF-4 (h5netcdf), written aside and renamed so that no half file is left.

NetCDF attributes are numbers and text. Lists, mappings, truth values and None are stored as JSON text, and the
attribute ``json_attributes`` of the same node names them, so that :func:`read_tree` gives back what was written. In a
variable of text, None (nutpie's message of a draw without divergence) becomes empty text.
"""

import json
import os
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

_NAMES = "json_attributes"


def write_tree(tree: xr.DataTree, path: str | Path) -> None:
    """Write a DataTree; attributes of every group, variable and coordinate survive."""
    encoded = xr.DataTree.from_dict({node.path: _encode(node.to_dataset(inherit=False)) for node in tree.subtree})
    write_aside(path, lambda aside: encoded.to_netcdf(aside, engine="h5netcdf"))


def read_tree(path: str | Path) -> xr.DataTree:
    """Read a DataTree that :func:`write_tree` wrote, into memory."""
    with xr.open_datatree(path, engine="h5netcdf") as tree:
        loaded = {node.path: _decode(node.to_dataset(inherit=False).load()) for node in tree.subtree}
    return xr.DataTree.from_dict(loaded)


def write_dataset(dataset: xr.Dataset, path: str | Path) -> None:
    """Write a Dataset; attributes survive as in :func:`write_tree`."""
    write_aside(path, lambda aside: _encode(dataset).to_netcdf(aside, engine="h5netcdf"))


def read_dataset(path: str | Path) -> xr.Dataset:
    """Read a Dataset that :func:`write_dataset` wrote, into memory."""
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        return _decode(dataset.load())


def write_text(text: str, path: str | Path) -> None:
    """Write a text file, UTF-8."""
    write_aside(path, lambda aside: aside.write_text(text, encoding="utf-8"))


def write_bytes(content: bytes, path: str | Path) -> None:
    """Write a file as it is."""
    write_aside(path, lambda aside: aside.write_bytes(content))


def write_json(content: Any, path: str | Path) -> None:
    """Write JSON for people and machines: indented; infinite and undefined numbers become null."""
    write_text(json.dumps(_plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n", path)


def read_json(path: str | Path) -> Any:
    """Read JSON."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as tab-separated text without its index; a table without columns is an empty line."""
    write_aside(path, lambda aside: table.to_csv(aside, sep="\t", index=False))


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a table that :func:`write_table` wrote."""
    try:
        return pd.read_csv(path, sep="\t")
    except pd.errors.EmptyDataError:
        return pd.DataFrame()


def write_aside(path: str | Path, write: Callable[[Path], Any]) -> None:
    """Call ``write`` with a path beside ``path``, and rename what it wrote."""
    path = Path(path)
    aside = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        write(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _plain(content: Any) -> Any:
    """Return content as JSON knows it."""
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple | np.ndarray):
        return [_plain(value) for value in content]
    if isinstance(content, np.generic):
        content = content.item()
    if isinstance(content, float) and not np.isfinite(content):
        return None
    return content


def _encode(dataset: xr.Dataset) -> xr.Dataset:
    texts = {name: variable for name, variable in dataset.data_vars.items() if variable.dtype == object}
    dataset = dataset.assign({name: (one.dims, _text_array(one.to_numpy())) for name, one in texts.items()})
    dataset.attrs = _encode_attributes(dataset.attrs)
    for variable in dataset.variables.values():
        variable.attrs = _encode_attributes(variable.attrs)
    return dataset


def _text_array(values: np.ndarray) -> np.ndarray:
    texts = ["" if pd.isna(value) else str(value) for value in values.ravel()]
    return np.array(texts, dtype=str).reshape(values.shape)


def _encode_attributes(attributes: Mapping[Hashable, Any]) -> dict:
    structured = (list, tuple, dict, bool, type(None))
    as_json = sorted(str(name) for name, value in attributes.items() if isinstance(value, structured))
    encoded = {name: json.dumps(_plain(value)) if name in as_json else value for name, value in attributes.items()}
    return encoded | ({_NAMES: " ".join(as_json)} if as_json else {})


def _decode(dataset: xr.Dataset) -> xr.Dataset:
    dataset.attrs = _decode_attributes(dataset.attrs)
    for variable in dataset.variables.values():
        variable.attrs = _decode_attributes(variable.attrs)
    return dataset


def _decode_attributes(attributes: Mapping[Hashable, Any]) -> dict:
    as_json = str(attributes.get(_NAMES, "")).split()
    return {
        name: json.loads(value) if name in as_json else (value.item() if isinstance(value, np.generic) else value)
        for name, value in attributes.items()
        if name != _NAMES
    }
