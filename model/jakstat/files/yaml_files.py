"""YAML files that the workflow reads before any rule runs: the study, the configuration, scenarios."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jakstat.files.named_files import shown_path, why_unreadable
from jakstat.files.yaml_text import MAX_LENGTH, YamlFault, YamlText, parse_yaml

#: A character of UTF-8 text has at most four bytes.
MAX_YAML_BYTES = 4 * MAX_LENGTH


def read_yaml_file(path: str | Path, *, same_in_yaml_1_1: bool = False) -> YamlText:
    """Read a YAML file.

    Parameters
    ----------
    path : path
        Anything; what is no readable file is a fault.
    same_in_yaml_1_1 : bool
        As in :func:`jakstat.files.yaml_text.parse_yaml`.
    """
    found = why_unreadable(Path(path), MAX_YAML_BYTES)
    if found:
        return YamlText(None, (YamlFault(None, (), found, "a YAML file, UTF-8 text"),))
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return YamlText(None, (YamlFault(None, (), "bytes that are not UTF-8 text", "a YAML file, UTF-8 text"),))
    except OSError as error:
        return YamlText(None, (YamlFault(None, (), str(error.strerror), "a YAML file that may be read"),))
    return parse_yaml(text, same_in_yaml_1_1=same_in_yaml_1_1)


def settings_of(path: str | Path) -> Any:  # noqa: ANN401
    """Return the content of a YAML file of settings.

    Raises
    ------
    ValueError
        The file has faults; the message lists them all.
    """
    read = read_yaml_file(path)
    require_without_faults(path, read)
    return read.content


def without_nulls(content: Any) -> Any:  # noqa: ANN401
    """Return nested settings without the keys whose value is null: that is how a file takes away what another set."""
    if not isinstance(content, dict):
        return content
    return {key: without_nulls(value) for key, value in content.items() if value is not None}


def require_plain_yaml(path: str | Path) -> None:
    """Check a file that Snakemake reads by its own loader of YAML 1.1, so that it says the same there.

    Raises
    ------
    ValueError
        The file has faults; the message lists them all.
    """
    require_without_faults(path, read_yaml_file(path, same_in_yaml_1_1=True))


def require_without_faults(path: str | Path, read: YamlText) -> None:
    """Raise ValueError with the faults of a file, each on its line, where it has any."""
    if read.faults:
        lines = "\n".join(f"  {number}. {fault}" for number, fault in enumerate(read.faults, 1))
        name = shown_path(Path(path))
        raise ValueError(f"{len(read.faults)} fault(s) in {name}; nothing was run:\n{lines}")


def check_named_files(paths: Iterable[str]) -> int:
    """Print the faults of files that Snakemake is about to read; return the exit code of a program that does so."""
    failed = 0
    for path in paths:
        try:
            require_plain_yaml(path)
        except ValueError as error:
            print(error, file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(check_named_files(sys.argv[1:]))
