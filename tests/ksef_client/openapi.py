"""A strict reader of the contract's schemas, written out by hand: what it does not know, it refuses.

It shares nothing with contract.py (which uses jsonschema) nor with the simulator: one mistake is not made thrice.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

CONTRACT = json.loads(
    (Path(__file__).resolve().parents[2] / "schemas/ksef/open-api-2.9.json").read_text(encoding="utf-8")
)
_SAYS_NOTHING = {"description", "example", "default", "deprecated", "title", "readOnly", "nullable", "required", "type"}
_SAYS_NOTHING |= {"$ref", "allOf", "properties", "format", "additionalProperties"}  # read by name below
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)")


def faults(schema: dict[str, Any], value: Any, place: str = "body") -> Iterator[str]:
    """Everything about a value that a strict reader of the schema would refuse, with the place."""
    layers = list(_layers(schema))
    if value is None:
        if not any(layer.get("nullable") for layer in layers):
            yield f"{place} is null"
        return
    for layer in layers:
        unread = set(layer) - _SAYS_NOTHING - set(_CHECKS)
        assert not unread, f"the contract says {unread} and this reader does not know what that means"
        if (kind := layer.get("type")) and not _is_a(kind, value):
            yield f"{place} is {type(value).__name__} instead of {kind}"
            return
        for word, check in _CHECKS.items():
            if word in layer and not check(layer[word], value):
                yield f"{place}: {word} {layer[word]} is not kept by {str(value)[:80]!r}"
        if complaint := _format(layer.get("format"), value):
            yield f"{place}: {complaint}"
    if isinstance(value, dict):
        yield from _members(layers, value, place)
    if isinstance(value, list):
        items: dict[str, Any] = next((layer["items"] for layer in layers if "items" in layer), {})
        for number, item in enumerate(value):
            yield from faults(items, item, f"{place}[{number}]")


def _members(layers: list[dict[str, Any]], value: dict[str, Any], place: str) -> Iterator[str]:
    known: dict[str, Any] = {}
    for layer in layers:
        known |= layer.get("properties", {})
        for name in layer.get("required", []):
            if name not in value:
                yield f"{place}.{name} is missing"
    for name, member in value.items():
        if name not in known:
            yield f"{place}.{name} is no member the contract knows"
        elif known[name].get("readOnly"):
            yield f"{place}.{name} is only for reading"
        else:
            yield from faults(known[name], member, f"{place}.{name}")


def _layers(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema with everything it refers to or is composed of."""
    yield schema
    if "$ref" in schema:
        yield from _layers(CONTRACT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    for part in schema.get("allOf", []):
        yield from _layers(part)


def _is_a(kind: str, value: Any) -> bool:
    if kind in ("integer", "number"):
        return isinstance(value, int if kind == "integer" else int | float) and not isinstance(value, bool)
    return isinstance(value, {"string": str, "boolean": bool, "object": dict, "array": list}[kind])


def _format(name: str | None, value: Any) -> str | None:
    """A complaint about a value that is not written as its format says."""
    try:
        if name == "date-time" and not _MOMENT.fullmatch(value):
            return f"{value!r} is no moment with seconds and offset"
        if name == "date-time":
            datetime.fromisoformat(value)
        if name == "date":
            date.fromisoformat(value)
        if name == "byte" and base64.b64encode(base64.b64decode(value, validate=True)).decode() != value:
            return "is no Base64 with padding"
        if name in ("int32", "int64") and not -(2 ** (int(name[3:]) - 1)) <= value < 2 ** (int(name[3:]) - 1):
            return f"{value} does not fit {name}"
    except (ValueError, binascii.Error):
        return f"{value!r} is no {name}"
    assert name in (None, "date-time", "date", "byte", "int32", "int64", "double", "uri"), f"unknown format {name}"
    return None


def _size(value: Any) -> float:
    return len(value) if isinstance(value, list) else float(value)


_CHECKS: dict[str, Any] = {
    "enum": lambda allowed, value: value in allowed,
    "pattern": lambda pattern, value: re.search(pattern, value) is not None,
    "minLength": lambda least, value: len(value) >= least,
    "maxLength": lambda most, value: len(value) <= most,
    # The contract gives a list of addresses a minimum and a maximum; what it means is their number.
    "minimum": lambda least, value: _size(value) >= least,
    "maximum": lambda most, value: _size(value) <= most,
    "minItems": lambda least, value: len(value) >= least,
    "maxItems": lambda most, value: len(value) <= most,
    "items": lambda _, value: isinstance(value, list),
}
