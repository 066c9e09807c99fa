"""The structure of ``study.yaml`` against its schema (``study.schema.yaml``): each fault on its line, and what is left.

JSON Schema, draft 2020-12, https://json-schema.org, with formats of our own for numbers and formulas in text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators

from jakstat.files import Fault, finite_number, settings_of
from jakstat.problem.formulas import parse_formula

_FORMATS = FormatChecker(formats=())
_FORMATS.checks("number")(lambda value: finite_number(value) is not None)
_FORMATS.checks("positive number")(lambda value: (finite_number(value) or 0.0) > 0)
_FORMATS.checks("formula", raises=ValueError)(
    lambda value: not isinstance(value, str) or parse_formula(value) is not None
)
_ABSENT = (None, "")
#: A value of more characters is not shown.
_SHOWN = 80


@dataclass(frozen=True)
class StudyKeys:
    """The keys of the file of a study; ``lines`` has the line of each by its path."""

    file: Path
    lines: Mapping[tuple[str, ...], int]

    def fault(self, path: Sequence[str], found: str, needed: str) -> Fault:
        """Return a fault at a key, on the line of its nearest parent that stands in the file."""
        parents = (tuple(path[:end]) for end in range(len(path), 0, -1))
        line = next((self.lines[parent] for parent in parents if parent in self.lines), None)
        return Fault(str(self.file), line, ".".join(path), found, needed)


def well_formed(content: Mapping[str, Any], keys: StudyKeys, faults: list[Fault]) -> dict[str, Any]:
    """Return the part of a study description that fits its schema.

    Parameters
    ----------
    content : mapping
        As ``read_mapping`` returns it, every scalar as text.
    keys : StudyKeys
        For the places of faults.
    faults : list of Fault
        A fault for each value that does not fit is added here.
    """
    left: dict[str, Any] = _stripped(content)
    meant = [meaning for error in _validator().iter_errors(left) for meaning in _meanings(error)]
    for path, found, needed in meant:
        faults.append(keys.fault(path, found, needed))
        parent = left
        for key in path[:-1]:
            parent = parent.get(key, {})
        parent.pop(path[-1], None)
    return left


@cache
def _validator() -> Any:  # noqa: ANN401
    """Return what compares a description with the schema; a key without a value is absent."""
    kind = validators.extend(Draft202012Validator, {"properties": _properties, "required": _required})
    return kind(settings_of(Path(__file__).with_name("study.schema.yaml")), format_checker=_FORMATS)


def _properties(validator: Any, properties: Mapping[str, Any], instance: Any, _: object) -> Iterator[ValidationError]:  # noqa: ANN401
    """Yield the errors of the keys that have a value."""
    for key, schema in properties.items():
        if isinstance(instance, dict) and instance.get(key) not in _ABSENT:
            yield from validator.descend(instance[key], schema, path=key, schema_path=key)


def _required(_: object, required: Sequence[str], instance: Any, __: object) -> Iterator[ValidationError]:  # noqa: ANN401
    """Yield an error for each key without a value, which is its message."""
    yield from (ValidationError(key) for key in required if isinstance(instance, dict) and instance.get(key) in _ABSENT)


def _meanings(error: Any) -> Iterator[tuple[tuple[str, ...], str, str]]:  # noqa: ANN401
    """Yield place, found and needed of each value that a ``ValidationError`` is about (its stubs doubt what it has)."""
    path = tuple(takewhile(lambda key: isinstance(key, str), error.absolute_path))
    schema, value = error.schema, error.instance
    if error.validator == "required":
        yield (*path, error.message), "nothing", f"the key {error.message}"
    elif error.validator == "additionalProperties":
        for key in [key for key in value if key not in schema["properties"]]:
            yield (*path, key), "an unknown key", f"one of {', '.join(schema['properties'])}"
    elif "propertyNames" in error.absolute_schema_path:
        yield (*path, value), repr(value), schema["needed"]
    else:
        reason = f", which is no formula ({error.cause})" if error.cause else ""
        yield path, f"{_shown(value)}{reason}", _needed(schema)


def _needed(schema: Mapping[str, Any]) -> str:
    """Say what a value must be: the schema's own words, its choices, or its keys."""
    if "needed" in schema:
        return str(schema["needed"])
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    return f"a mapping with the keys {', '.join(schema['properties'])}"


def _shown(value: Any) -> str:  # noqa: ANN401
    """Return a value as a message shows it."""
    if not value:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    return text if len(text := repr(value)) <= _SHOWN else f"{text[:_SHOWN]}..."


def _stripped(value: Any) -> Any:  # noqa: ANN401
    """Return a value without blanks at the ends of its texts."""
    if isinstance(value, dict):
        return {key: _stripped(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_stripped(part) for part in value]
    return value.strip() if isinstance(value, str) else value
