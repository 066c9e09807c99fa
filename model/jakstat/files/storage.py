"""Posteriors and other results as files: NetCDF-4 (h5netcdf), written aside and renamed so that no half file is left.

A NetCDF file carries two digests. The seal behind its last block (``sealed_files``) is one of all its bytes, and is
compared before HDF5 opens the file, because HDF5 may crash on damaged bytes; other readers of NetCDF do not notice it.
The attribute ``content_digest`` is one of the content as it is read (names, dims, types, values, attributes), which
tells equal results by whatever version of a library they were written. A file without them is not read.

NetCDF attributes are numbers and text. Lists, mappings, truth values and None are stored as JSON text, and the
attribute ``json_attributes`` of the same node names them, so that :func:`read_tree` gives back what was written. In a
variable of text, None (nutpie's message of a draw without divergence) becomes empty text.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import xarray as xr

from jakstat.files.sealed_files import UnusableFileError, require_whole, seal_file

_NAMES = "json_attributes"
_DIGEST = "content_digest"
_REMEDY = "delete it and run again, which makes it anew"


def write_tree(tree: xr.DataTree, path: str | Path) -> None:
    """Write a DataTree; attributes of every group, variable and coordinate survive."""
    encoded = xr.DataTree.from_dict({node.path: _encode(node.to_dataset(inherit=False)) for node in tree.subtree})
    write_aside(path, lambda aside: _write_netcdf(encoded, aside))


def read_tree(path: str | Path) -> xr.DataTree:
    """Read a DataTree that :func:`write_tree` wrote, into memory; ``encoding["source"]`` of its root is the path.

    Raises
    ------
    UnusableFileError
        The file is absent, damaged, or was not written by :func:`write_tree` or :func:`write_dataset`.
    """
    nodes, digest = _read_netcdf(Path(path))
    tree = xr.DataTree.from_dict({name: _decode(node) for name, node in nodes.items()})
    tree.encoding = {"source": str(path), _DIGEST: digest}
    return tree


def read_posterior(path: str | Path) -> xr.DataTree:
    """Read a DataTree with draws of a posterior.

    Raises
    ------
    UnusableFileError
        As :func:`read_tree`, or there is no posterior in it.
    """
    tree = read_tree(path)
    if "posterior" not in tree.children:
        found = ", ".join(tree.children) or "nothing"
        raise UnusableFileError(f"{path}: found {found}; needed: draws of a posterior; {_REMEDY}")
    return tree


def write_dataset(dataset: xr.Dataset, path: str | Path) -> None:
    """Write a Dataset; attributes survive as in :func:`write_tree`."""
    write_aside(path, lambda aside: _write_netcdf(_encode(dataset), aside))


def read_dataset(path: str | Path) -> xr.Dataset:
    """Read a Dataset that :func:`write_dataset` wrote, into memory; ``encoding["source"]`` is the path.

    Raises
    ------
    UnusableFileError
        As :func:`read_tree`.
    """
    nodes, digest = _read_netcdf(Path(path))
    dataset = _decode(nodes["/"])
    dataset.encoding = {"source": str(path), _DIGEST: digest}
    return dataset


def _write_netcdf(content: xr.Dataset | xr.DataTree, path: Path) -> None:
    content.to_netcdf(path, engine="h5netcdf")
    digest = _content_digest(_load_netcdf(path))  # of what a reader gets: types may be others in memory
    with h5py.File(path, "r+") as file:
        file.attrs[_DIGEST] = digest
    seal_file(path)


def _read_netcdf(path: Path) -> tuple[dict[str, xr.Dataset], str]:
    """Return the groups of a file by their paths, as they stand in it, and their digest."""
    require_whole(path, _REMEDY)
    try:
        nodes = _load_netcdf(path)
    except Exception as error:  # whatever a library says of a whole file that is not ours
        found = f"a file that cannot be read as NetCDF ({type(error).__name__}: {error})"
        raise UnusableFileError(f"{path}: found {found}; needed: the file as jakstat wrote it; {_REMEDY}") from error
    stored = nodes["/"].attrs.pop(_DIGEST, None)
    digest = _content_digest(nodes)
    if stored != digest:
        found = "no digest of its content" if stored is None else "content that is not what its digest says"
        raise UnusableFileError(f"{path}: found {found}; needed: the file as jakstat wrote it; {_REMEDY}")
    return nodes, digest


def _load_netcdf(path: Path) -> dict[str, xr.Dataset]:
    with xr.open_datatree(path, engine="h5netcdf") as tree:
        return {node.path: node.to_dataset(inherit=False).load() for node in tree.subtree}


def _content_digest(nodes: Mapping[str, xr.Dataset]) -> str:
    """Return the SHA-256 of groups: names, dims, types, values and attributes, in the order of their names."""
    digest = hashlib.sha256()
    for path, node in sorted(nodes.items()):
        digest.update(_text_of([path, dict(node.sizes), node.attrs]))
        for name, variable in sorted(node.variables.items(), key=lambda item: str(item[0])):
            values = variable.to_numpy()
            kind = "text" if values.dtype.kind in "OSTU" else values.dtype.newbyteorder("<").str
            role = "coordinate" if name in node.coords else "variable"
            digest.update(_text_of([role, str(name), variable.dims, values.shape, kind, variable.attrs]))
            if kind == "text":
                digest.update(_text_of(list(map(str, values.ravel()))))
            else:
                digest.update(np.ascontiguousarray(values, dtype=kind).view(np.uint8))
    return digest.hexdigest()


def _text_of(content: Any) -> bytes:
    """Return lists, mappings, texts and numbers (NumPy's too) as bytes that are the same for the same content."""
    return (
        json.dumps(
            content, sort_keys=True, default=lambda value: value.tolist() if hasattr(value, "tolist") else str(value)
        )
        + "\n"
    ).encode()


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
    """Read JSON.

    Raises
    ------
    UnusableFileError
        The file is absent, cut short or no JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unusable(path, error, "JSON") from error


def write_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as tab-separated text without its index; a table without columns is an empty line."""
    write_aside(path, lambda aside: table.to_csv(aside, sep="\t", index=False))


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a table that :func:`write_table` wrote.

    Raises
    ------
    UnusableFileError
        The file is absent, empty, or no table.
    """
    try:
        if Path(path).stat().st_size == 0:  # a table without columns has the end of a line
            raise pd.errors.ParserError("an empty file")
        return pd.read_csv(path, sep="\t")
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    except (OSError, ValueError) as error:
        raise _unusable(path, error, "a tab-separated table") from error


def _unusable(path: str | Path, error: Exception, needed: str) -> UnusableFileError:
    found = "no file" if isinstance(error, FileNotFoundError) else f"a file that cannot be read ({error})"
    return UnusableFileError(f"{path}: found {found}; needed: {needed} as jakstat wrote it; {_REMEDY}")


def write_aside(path: str | Path, write: Callable[[Path], Any]) -> None:
    """Call ``write`` with a path beside ``path``, and rename what it wrote.

    What a killed write leaves is hidden, of a name that no other write uses, and does not end like a result.
    """
    path = Path(path)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.part")
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
    dataset = dataset.assign({name: (content.dims, _text_array(content.to_numpy())) for name, content in texts.items()})
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
