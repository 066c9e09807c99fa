"""Which files an Antimony model imports, and its text with theirs in place of the imports.

libAntimony would look for an imported file from the working directory on, and anywhere on the machine, and nobody would
know that a result depends on it. Here ``import "inner.ant"`` is a file beside the one that imports it, within the
folders of the study or the repository.

This module is imported whenever the workflow is read, and so imports nothing that takes time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# What is none is matched first where it begins first: an import within a comment, a string or a note is text.
_TOKEN = re.compile(
    r'\bimport\b(?:[^\S\n]|/\*.*?\*/)*(?:"(?P<quoted>(?:\\.|[^"\\\n])*)"|```(?P<fenced>.*?)```)[^\S\n]*;?'
    r'|```.*?```|"(?:\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*|\#[^\n]*',
    re.DOTALL,
)
#: A model that imports more files than this is no model of people's.
_MOST_FILES = 100
_NEEDED = "an Antimony file (.ant) in the study's or the repository's folders, named from the file that imports it"


@dataclass(frozen=True)
class WrongImport:
    """An import that is refused: the file and line where it stands, what was found and what is needed."""

    file: Path
    line: int
    found: str
    needed: str = _NEEDED


@dataclass
class ExpandedModel:
    """A model with what it imports.

    Parameters
    ----------
    lines : list of (str, Path, int)
        Each line with the file and line that it comes from.
    imported : list of Path
        The imported files, each once, in the order of their text.
    wrong : list of WrongImport
    """

    lines: list[tuple[str, Path, int]] = field(default_factory=list)
    imported: list[Path] = field(default_factory=list)
    wrong: list[WrongImport] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole model."""
        return "\n".join(line for line, _, _ in self.lines)


def imports_in(text: str) -> Iterator[re.Match[str]]:
    """Yield each import of a text; those in comments, strings and notes are none."""
    return (token for token in _TOKEN.finditer(text) if token["quoted"] is not None or token["fenced"] is not None)


def repository_folder() -> Path | None:
    """Return the folder of the repository that this package runs from, or None where it is installed elsewhere."""
    folder = Path(__file__).resolve().parents[3]
    return folder if (folder / "model" / "pathways").is_dir() else None


def expand_imports(path: Path, text: str, folders: Sequence[Path] = ()) -> ExpandedModel:
    """Return a model with the text of what it imports, and of what that imports, in place of each import.

    A file that is imported twice is taken once, where it comes first.

    Parameters
    ----------
    path : Path
        The model.
    text : str
        Its text.
    folders : sequence of Path
        Imported files must lie in one of them or in the repository, links followed; the model's own where there is
        none.
    """
    repository = repository_folder()
    allowed = [folder.resolve() for folder in (*(folders or (path.parent,)), *([repository] if repository else []))]
    model = ExpandedModel()
    _add(model, path, text, allowed, [path.resolve()])
    return model


def imported_files(path: Path, folders: Sequence[Path] = ()) -> list[Path]:
    """Return the files that an Antimony model imports, as far as they may be; none where it cannot be read."""
    text = _text_of(path)
    return [] if text is None else expand_imports(path, text, folders).imported


def _add(model: ExpandedModel, path: Path, text: str, allowed: Sequence[Path], within: list[Path]) -> None:
    """Add the lines of a file; ``within`` are the files that import each other down to it."""
    position, line = 0, 1
    for found in imports_in(text):
        line = _add_lines(model, path, text[position : found.start()], line)
        if len(model.wrong) < _MOST_FILES:
            _add_import(model, path, line, found["quoted"] or found["fenced"] or "", allowed, within)
        line += found.group().count("\n")
        position = found.end()
    _add_lines(model, path, text[position:], line)


def _add_lines(model: ExpandedModel, path: Path, text: str, first: int) -> int:
    """Add lines of a file, the first of them number ``first``; return the number of the last."""
    lines = text.split("\n")
    model.lines += [(line, path, first + place) for place, line in enumerate(lines)]
    return first + len(lines) - 1


def _add_import(
    model: ExpandedModel, path: Path, line: int, name: str, allowed: Sequence[Path], within: list[Path]
) -> None:
    """Add an imported file, or what is wrong with it."""
    wrong = _wrong_name(name)
    target = path.parent / name if not wrong else path
    place = target.resolve()
    known = {file.resolve() for file in model.imported}
    if not wrong and len(known) >= _MOST_FILES:
        wrong = f"import {name!r}, after {_MOST_FILES} imported files"
    if not wrong and not any(place.is_relative_to(folder) for folder in allowed):
        wrong = f"import {name!r}, a file outside of these folders"
    elif not wrong and place in within:
        wrong = f"import {name!r}, which imports this file itself"
    elif not wrong and place in known:
        return
    text = None if wrong else _text_of(place)
    if text is None:
        model.wrong.append(WrongImport(path, line, wrong or f"import {name!r}, where no file of UTF-8 text is"))
        return
    model.imported.append(target)
    _add(model, target, text, allowed, [*within, place])


def _wrong_name(name: str) -> str:
    """Say what is wrong with the name of an imported file, empty where nothing is."""
    if "://" in name or name.startswith(("/", "~")) or re.match(r"[A-Za-z]:", name):
        return f"import {name!r}, an address or a path from the root"
    if "\\" in name or not name.isprintable():
        return f"import {name!r}, with a backslash or a control character"
    if not name.endswith(".ant"):
        return f"import {name!r}, no Antimony file"
    return ""


def _text_of(path: Path) -> str | None:
    """Return the text of a file, None where there is none that is UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig") if path.is_file() else None
    except (OSError, UnicodeDecodeError):
        return None
