"""Settings against their JSON schema: every fault in one pass, each with the key, what was found and what is needed."""

import difflib
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, validators

#: What counts draws, steps or seeds is held in 64 bits.
LARGEST_COUNT = 2**63 - 1
#: Numbers are finite, and a whole number is one (1.0e+3 is none: it would be handed on as it is).
_NUMBERS = Draft202012Validator.TYPE_CHECKER.redefine_many(
    {
        "number": lambda _, value: _is_number(value) and math.isfinite(value),
        "integer": lambda _, value: _is_number(value) and isinstance(value, int) and abs(value) <= LARGEST_COUNT,
    }
)
_Validator = validators.extend(Draft202012Validator, type_checker=_NUMBERS)
_TYPES = {
    "object": "keys with values",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing (null)",
}
_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "minItems": "at least {} of them",
    "minProperties": "at least {} of them",
    "minLength": "not empty",
}
_NUMBER_AS_TEXT = (
    " (a number as text: --config makes text of every nested value, so put it into a file and name that with"
    " --configfile; in a file, write 1.0e-6 and not 1e-6)"
)


def schema_faults(content: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each fault of ``content``, in the order of the content; empty where it fits its schema.

    Parameters
    ----------
    content : mapping
        Settings as YAML or JSON gave them.
    schema : mapping
        JSON Schema, draft 2020-12; descriptions and the key ``unit`` of its properties become part of the sentences.
    """
    errors = _Validator(schema).iter_errors(content)
    in_order = sorted(errors, key=lambda error: [str(key) for key in error.path])
    # A value can offend two keywords (type and minimum) that one sentence names.
    return list(dict.fromkeys(fault for error in in_order for fault in _sentences(error)))


def _sentences(error: Any) -> Iterator[str]:
    """Say what a ``jsonschema.ValidationError`` means; its stubs doubt that a schema is a mapping, so Any."""
    place = ".".join(str(key) for key in error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, place)
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                schema = error.schema.get("properties", {}).get(key, {})
                yield f"{_join(place, key)}: missing; needed: {_needed(schema)}"
    elif error.validator == "dependentRequired":
        for key, others in error.validator_value.items():
            for other in [other for other in others if key in error.instance and other not in error.instance]:
                schema = error.schema.get("properties", {}).get(other, {})
                yield f"{_join(place, other)}: missing beside {key}; needed: {_needed(schema)}"
    else:
        found, needed = _show(error.instance), _needed(error.schema, error)
        yield f"{place or 'the whole'}: found {found}; needed: {needed}{_advice(error)}"


def _advice(error: Any) -> str:
    """Say what to do about a number that is none as it stands; empty for other values."""
    value = error.instance
    if error.validator == "type" and isinstance(value, str) and _looks_like_a_number(value):
        return _NUMBER_AS_TEXT
    if isinstance(value, float) and not math.isfinite(value):
        return " (a finite one)"
    if isinstance(value, int) and abs(value) > LARGEST_COUNT:
        return f" (at most {LARGEST_COUNT:.2g} in size)"
    return ""


def _unknown_keys(error: Any, place: str) -> Iterator[str]:
    valid = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key not in valid:
            close = difflib.get_close_matches(str(key), valid, n=1)
            meant = f" (did you mean {close[0]}?)" if close else ""
            whose = f" of {place}" if place else ""
            yield f"{_join(place, key)}: unknown key{meant}; valid keys{whose}: {', '.join(valid)}"


def _needed(schema: Mapping[str, Any], error: Any = None) -> str:
    """Say what a value must be: choices, type, limits, unit and the schema's own sentence."""
    if "enum" in schema:
        kind = f"one of {', '.join(map(str, schema['enum']))}"
    else:
        types = schema.get("type", [])
        kind = " or ".join(_TYPES[name] for name in ([types] if isinstance(types, str) else types))
    limits = [text.format(schema[keyword]) for keyword, text in _LIMITS.items() if keyword in schema]
    if error is not None and error.validator == "uniqueItems":
        limits.append("each once")
    unit = f" [{schema['unit']}]" if schema.get("unit") else ""
    sentence = f" - {schema['description'].strip()}" if "description" in schema else ""
    return ", ".join(filter(None, [kind, *limits])) + unit + sentence


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _looks_like_a_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _join(place: str, key: object) -> str:
    return f"{place}.{key}" if place else str(key)
