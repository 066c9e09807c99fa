"""The YAML file of a study or a PEtab problem: its keys with their lines, its faults as faults of the data set."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jakstat.files.faults import Fault
from jakstat.files.named_files import shown_path, why_unreadable
from jakstat.files.text_table import read_text
from jakstat.files.yaml_files import MAX_YAML_BYTES
from jakstat.files.yaml_text import parse_yaml


@dataclass(frozen=True)
class YamlMapping:
    """What a YAML file says, and the line of each key by its path."""

    content: dict[str, Any]
    lines: Mapping[tuple[str, ...], int]


def read_mapping(path: Path, what: str, faults: list[Fault], *, numbers: bool = True) -> YamlMapping | None:
    """Read a YAML file that is a mapping.

    Parameters
    ----------
    path : Path
        The file.
    what : str
        What is needed there, for faults.
    faults : list of Fault
        Its faults are added here.
    numbers : bool
        Whether numbers become numbers, or stay as they are written.

    Returns
    -------
    YamlMapping or None
        None where the file cannot be read at all.
    """
    found = why_unreadable(path, MAX_YAML_BYTES)
    if found:
        faults.append(Fault(shown_path(path), None, "", found, what))
        return None
    text = read_text(path, what, faults)
    if text is None:
        return None
    read = parse_yaml(text, numbers=numbers)
    for fault in read.faults:
        needed = fault.needed if fault.key else f"{what}: {fault.needed}"
        faults.append(Fault(str(path), fault.line, ".".join(fault.key), fault.found, needed))
    if isinstance(read.content, dict):
        return YamlMapping(read.content, read.lines)
    if not read.faults:
        kind = {type(None): "nothing", list: "a list"}.get(type(read.content), "a single value")
        faults.append(Fault(str(path), 1, "", kind, f"{what}: a mapping of keys to values"))
    return None
