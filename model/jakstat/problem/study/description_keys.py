"""The keys of a study description while they are read: their lines in the file, and the faults so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jakstat.files import Fault, finite_number


@dataclass(frozen=True)
class DescriptionKeys:
    """The keys of ``file``, each with its line by its path."""

    file: Path
    lines: Mapping[tuple[str, ...], int]
    faults: list[Fault]

    def fault(self, path: tuple[str, ...], found: str, needed: str) -> None:
        """Add a fault at a key, or at its nearest parent that stands in the file."""
        line = next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), None)
        self.faults.append(Fault(str(self.file), line, ".".join(path), found, needed))

    def check(self, path: tuple[str, ...], content: Any, required: Iterable[str], optional: Iterable[str]) -> bool:  # noqa: ANN401
        """Add a fault for each absent or unknown key; return whether ``content`` is a mapping at all."""
        choices = (*required, *optional)
        if not isinstance(content, dict):
            self.fault(path, repr(content), f"a mapping with the keys {', '.join(choices)}")
            return False
        for key in content:
            if key not in choices:
                self.fault((*path, str(key)), "an unknown key", f"one of {', '.join(choices)}")
        for key in required:
            if content.get(key) in (None, ""):
                self.fault((*path, key), "nothing", f"the key {key}")
        return True

    def number(self, path: tuple[str, ...], value: Any, needed: str = "a number") -> float | None:  # noqa: ANN401
        """Return a finite number, or None after adding a fault."""
        number = finite_number(value)
        if number is None:
            self.fault(path, repr(value), needed)
        return number

    def text(self, path: tuple[str, ...], value: Any, default: str = "") -> str:  # noqa: ANN401
        """Return a text or number as text; add a fault for a list or a mapping."""
        if value is None:
            return default
        if isinstance(value, (dict, list, bool)):
            self.fault(path, f"a {type(value).__name__}", "a text")
            return default
        return str(value).strip()
