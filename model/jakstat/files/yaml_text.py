"""YAML as jakstat reads it: what a person sees in the file, or a fault with its line; never another value in silence.

Text is text unless it is a decimal number, true, false or null (the core schema of YAML 1.2): ``NO``, ``12:30``,
``012``, ``1_000`` and ``2020-11-01`` stay as they are written, which YAML 1.1 reads as false, 750, 10, 1000 and a date.
``1e-3`` is a number. Keys are always text. Refused are keys that stand twice, a second document, tags, dates that no
calendar has, and what makes a small file endless: aliases that contain themselves or multiply, and deep nesting.

Workflow and package read all YAML through this module, which imports nothing that takes time.
YAML 1.2: https://yaml.org/spec/1.2.2/#103-core-schema.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

#: The deepest nesting, the most values after aliases are followed, and the longest text (characters) that is read.
MAX_DEPTH, MAX_VALUES, MAX_LENGTH = 100, 100_000, 1_000_000

_SIGN_DIGITS = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"([-+]?)\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d).*)?", re.ASCII)
_WORDS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_TEXT_TAGS = (None, "!", "tag:yaml.org,2002:str")
_EXACT_DIGITS = 18  # a whole number of more digits is no count; as a float it keeps its size
_SHOWN = 60


@dataclass(frozen=True)
class YamlFault:
    """A fault of a YAML text: its line, the key (parts of its path), what was found and what is needed."""

    line: int | None
    key: tuple[str, ...]
    found: str
    needed: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, [f"line {self.line}" if self.line else "", ".".join(self.key)]))
        return f"{place + ': ' if place else ''}found {self.found}; needed: {self.needed}"


class _UnreadableError(Exception):
    """Reading cannot go on after this fault."""

    def __init__(self, fault: YamlFault):
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True)
class YamlText:
    """What a YAML text holds, None where it cannot be read; its faults; the line of each key by its path."""

    content: Any
    faults: tuple[YamlFault, ...] = ()
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)


def parse_yaml(text: str, *, numbers: bool = True, same_in_yaml_1_1: bool = False) -> YamlText:
    """Read a YAML text.

    Parameters
    ----------
    text : str
        At most ``MAX_LENGTH`` characters.
    numbers : bool
        Whether numbers, true and false become values; otherwise they stay text as it is written (1.10, 10.1000).
    same_in_yaml_1_1 : bool
        Whether what a reader of YAML 1.1 (Snakemake) reads otherwise is a fault: ``NO``, ``012``, ``12:30``.

    Returns
    -------
    YamlText
    """
    if len(text) > MAX_LENGTH:
        found = f"{len(text):,} characters of YAML"
        return YamlText(None, (YamlFault(None, (), found, f"at most {MAX_LENGTH:,}: put measurements into tables"),))
    reader = _Reader(text, numbers, same_in_yaml_1_1)
    try:
        content = reader.document()
    except _UnreadableError as error:
        return YamlText(None, (*reader.faults, error.fault))
    except yaml.YAMLError as error:
        return YamlText(None, (*reader.faults, _syntax_fault(error, text)))
    except RecursionError:  # an alias far down in an alias far down
        return YamlText(None, (*reader.faults, YamlFault(None, (), "values that nest too deeply", _SHALLOW)))
    return YamlText(content, tuple(reader.faults), reader.lines)


_SHALLOW = f"at most {MAX_DEPTH} levels of lists and mappings in each other"


def _syntax_fault(error: yaml.YAMLError, text: str) -> YamlFault:
    """Return the fault of text that is no YAML; the remedy for tabs, which editors hide."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "no YAML"
    line = None if mark is None else mark.line + 1
    lines = text.splitlines()
    written = lines[mark.line] if mark is not None and mark.line < len(lines) else ""
    has_tab = "\t" in written[: len(written) - len(written.lstrip())] or "'\\t'" in str(problem)
    found = "a tab as indentation" if has_tab else f"invalid YAML ({' '.join(str(problem).split())})"
    return YamlFault(line, (), found, "spaces as indentation" if has_tab else "valid YAML")


class _Reader:
    """Values from the events of a YAML text, one document of them."""

    def __init__(self, text: str, numbers: bool, same_in_yaml_1_1: bool):
        loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
        self._events: Iterator[Any] = yaml.parse(text, Loader=loader)
        self._numbers = numbers
        self._read_otherwise = _read_otherwise if same_in_yaml_1_1 else None
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._open: set[str] = set()
        self._count = 0
        self.faults: list[YamlFault] = []
        self.lines: dict[tuple[str, ...], int] = {}

    def document(self) -> Any:  # noqa: ANN401
        """Return the content of the only document."""
        content = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    needed = "one document a file: without the line --- between them"
                    raise _UnreadableError(YamlFault(_line(event), (), "a second document", needed))
                content = self._value(next(self._events), (), 0)
            elif isinstance(event, StreamEndEvent):
                break
        return content

    def _value(self, event: NodeEvent, path: tuple[str, ...], depth: int) -> Any:  # noqa: ANN401
        """Return the value that begins with an event."""
        if isinstance(event, AliasEvent):
            return self._alias(event, path)
        before = self._counted(event, path, 1)
        if isinstance(event, CollectionStartEvent) and depth >= MAX_DEPTH:
            raise _UnreadableError(YamlFault(_line(event), path[:3], f"more than {MAX_DEPTH} levels", _SHALLOW))
        if event.anchor is not None:
            self._open.add(event.anchor)
        value = self._built(event, path, depth)
        if event.anchor is not None:
            self._open.discard(event.anchor)
            self._anchors[event.anchor] = value, self._count - before
        return value

    def _built(self, event: NodeEvent, path: tuple[str, ...], depth: int) -> Any:  # noqa: ANN401
        """Return a scalar, a list or a mapping."""
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path)
        plain = ("!", None, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
        if isinstance(event, CollectionStartEvent) and event.tag not in plain:
            raise _UnreadableError(YamlFault(_line(event), path, f"the tag {event.tag}", "a value without a tag"))
        if isinstance(event, MappingStartEvent):
            return self._mapping(path, depth + 1)
        values: list[Any] = []
        while not isinstance(inner := next(self._events), SequenceEndEvent):
            values.append(self._value(inner, (*path, str(len(values))), depth + 1))
        return values

    def _counted(self, event: NodeEvent, path: tuple[str, ...], number: int) -> int:
        """Add to the number of values; return what it was."""
        before, self._count = self._count, self._count + number
        if self._count > MAX_VALUES:
            found = f"more than {MAX_VALUES:,} values (aliases of aliases count each time)"
            needed = "fewer values: measurements belong into tables, and an alias holds few other ones"
            raise _UnreadableError(YamlFault(_line(event), path[:3], found, needed))
        return before

    def _alias(self, event: AliasEvent, path: tuple[str, ...]) -> Any:  # noqa: ANN401
        """Return what an alias stands for."""
        name = event.anchor
        if name in self._open:
            found = f"the alias *{name} inside of what it stands for"
            raise _UnreadableError(YamlFault(_line(event), path[:3], found, "a value that does not contain itself"))
        if name not in self._anchors:
            needed = f"&{name} before it in the file, or text in quotes"
            raise _UnreadableError(YamlFault(_line(event), path[:3], f"the alias *{name} of nothing", needed))
        value, size = self._anchors[name]
        self._counted(event, path, size)
        return value

    def _mapping(self, path: tuple[str, ...], depth: int) -> dict[str, Any]:
        """Return a mapping with text keys; what ``<<`` merges into it gives way to its own keys."""
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event, path, depth)
            here = (*path, key)
            if here in self.lines and key in {*own, "<<"}:
                found = f"the key again (first on line {self.lines[here]})"
                self.faults.append(YamlFault(_line(event), here, found, "each key once"))
            self.lines.setdefault(here, _line(event))
            value = self._value(next(self._events), here, depth)
            if key == "<<" and _is_plain(event):
                merged = self._merged(event, here, value)
            else:
                own[key] = value
        return merged | own

    def _key(self, event: NodeEvent, path: tuple[str, ...], depth: int) -> str:
        """Return a key as it is written."""
        if isinstance(event, ScalarEvent):
            self._counted(event, path, 1)
            if event.value == "" and _is_plain(event):
                self.faults.append(YamlFault(_line(event), path, "a value without a key", "a key before the colon"))
            self._check_alike(event, (*path, event.value))
            if event.anchor is not None:
                self._anchors[event.anchor] = event.value, 1
            return str(event.value)
        value = self._value(event, path, depth)
        if isinstance(value, str):
            return value
        found = f"a {'mapping' if isinstance(value, dict) else 'list' if isinstance(value, list) else 'value'} as a key"
        raise _UnreadableError(YamlFault(_line(event), path, found, "text as a key; a text with { or [ in quotes"))

    def _merged(self, event: NodeEvent, path: tuple[str, ...], value: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the keys of a mapping, or of a list of them, the first of which counts."""
        mappings = value if isinstance(value, list) else [value]
        if not all(isinstance(mapping, dict) for mapping in mappings):
            self.faults.append(
                YamlFault(_line(event), path, "what is no mapping", "a mapping whose keys are taken over")
            )
            return {}
        return {key: item for mapping in reversed(mappings) for key, item in mapping.items()}

    def _scalar(self, event: ScalarEvent, path: tuple[str, ...]) -> Any:  # noqa: ANN401
        """Return a text, number, truth value or None."""
        written = str(event.value)
        if event.tag not in _TEXT_TAGS:
            needed = "a value without a tag; text in quotes"
            self.faults.append(YamlFault(_line(event), path, f"the tag {event.tag}", needed))
        if not _is_plain(event):
            return written
        if _is_no_date(written):
            needed = f'a date of the calendar, or "{written}" in quotes where it is none'
            self.faults.append(YamlFault(_line(event), path, f"{written}, which looks like a date", needed))
            return written
        self._check_alike(event, path)
        if written in _WORDS and (self._numbers or _WORDS[written] is None):
            return _WORDS[written]
        return _number(written) if self._numbers else written

    def _check_alike(self, event: ScalarEvent, path: tuple[str, ...]) -> None:
        """Add a fault for a plain value that YAML 1.1 reads otherwise, where that matters."""
        if self._read_otherwise is None or not _is_plain(event):
            return
        meant = self._read_otherwise(str(event.value))
        if meant:
            self.faults.append(YamlFault(_line(event), path, *meant))


def _is_plain(event: NodeEvent) -> bool:
    """Whether a scalar has neither quotes nor a tag."""
    return isinstance(event, ScalarEvent) and bool(event.implicit[0]) and event.tag is None


def finite_number(value: Any) -> float | None:  # noqa: ANN401
    """Return the finite decimal number that a value or a text is, None where it is none."""
    number = _number(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        return None
    return float(number)


def _line(event: Any) -> int:  # noqa: ANN401
    return int(event.start_mark.line) + 1


def _number(written: str) -> int | float | str:
    """Return the number that a text is, else the text."""
    if _SIGN_DIGITS.fullmatch(written) and len(written) <= _EXACT_DIGITS:
        return int(written)
    if _DECIMAL.fullmatch(written):
        return float(written)
    special = _SPECIAL.fullmatch(written)
    return float(written.replace(".", "", 1)) if special else written


def _is_no_date(written: str) -> bool:
    """Whether a text has the form of a date, and no calendar has it."""
    parts = _DATE.fullmatch(written)
    if parts is None:
        return False
    try:
        datetime(*(int(part) for part in parts.groups() if part is not None))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return True
    return False


_TAG_OF: Callable[[type, str, tuple[bool, bool]], str] = yaml.SafeLoader("").resolve
_KINDS = {
    "bool": "a truth value",
    "int": "a whole number",
    "float": "a number",
    "timestamp": "a date",
    "null": "nothing",
    "str": "text",
    "value": "text",
    "merge": "a merge",
}


def _read_otherwise(written: str) -> tuple[str, str] | None:
    """Return what is found and needed where YAML 1.1 reads a plain value otherwise than this module, else None."""
    theirs = _TAG_OF(yaml.ScalarNode, written, (True, False)).rpartition(":")[2]
    ours = _number(written)
    kind = "merge" if written == "<<" else "bool" if isinstance(_WORDS.get(written), bool) else type(ours).__name__
    kind = "null" if written in _WORDS and _WORDS[written] is None else kind
    # 1e-3 is text there: right where text is asked, and refused with advice by the schema where a number is.
    if theirs == kind or (theirs, kind) in _HARMLESS:
        return None
    shown = written if len(written) <= _SHOWN else f"{written[: _SHOWN - 3]}..."
    found = f"{shown}, which Snakemake reads as {_KINDS.get(theirs, theirs)}"
    return found, f'"{shown}" in quotes for the text' + _REMEDIES.get(theirs, "")


_HARMLESS = {("value", "str"), ("int", "float"), ("float", "int"), ("str", "float")}
_REMEDIES = {"bool": ", else true or false", "int": ", else a decimal number", "float": ", else a decimal number"}
