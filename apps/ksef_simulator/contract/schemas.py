"""OpenAPI 3.0 schemas turned into JSON Schema validators, with the formats KSeF uses."""

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

Schema: TypeAlias = dict[str, Any]

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?")
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_DROPPED = {"example", "examples", "description", "readOnly", "deprecated", "nullable", "default"}


class SchemaBook:
    """Resolves the contract's schemas into self-contained JSON Schema."""

    def __init__(self, components: dict[str, Schema]) -> None:
        self._components = components
        self._resolved: dict[str, Schema] = {}

    def resolve(self, node: Schema) -> Schema:
        if "$ref" in node:
            return self._named(node["$ref"].rsplit("/", 1)[1])
        schema: Schema = {key: self._member(key, value) for key, value in node.items() if key not in _DROPPED}
        _repair(schema)
        schema = _flattened(schema)
        if node.get("nullable"):
            return {"anyOf": [schema, {"type": "null"}]}
        return schema

    def _member(self, key: str, value: Any) -> Any:
        match key:
            case "properties":
                return {name: self.resolve(child) for name, child in value.items()}
            case "allOf" | "anyOf" | "oneOf":
                return [self.resolve(child) for child in value]
            case "items" | "additionalProperties" if isinstance(value, dict):
                return self.resolve(value)
            case _:
                return value

    def _named(self, name: str) -> Schema:
        if name not in self._resolved:
            self._resolved[name] = self.resolve(self._components[name])
        return self._resolved[name]


def _repair(schema: Schema) -> None:
    """Spell what OpenAPI 3.0, and this document in particular, writes differently from JSON Schema."""
    if schema.get("type") == "array":
        # The contract bounds lists of addresses with minimum/maximum, which JSON Schema reads as numbers only.
        for wrong, right in (("minimum", "minItems"), ("maximum", "maxItems")):
            if wrong in schema:
                schema[right] = schema.pop(wrong)
    if schema.get("exclusiveMinimum") is True:
        schema["exclusiveMinimum"] = schema.pop("minimum")
    low, high = _RANGES.get(schema.get("format", ""), (None, None))
    if low is not None and "exclusiveMinimum" not in schema:
        schema.setdefault("minimum", low)
    if high is not None:
        schema.setdefault("maximum", high)
    if "pattern" in schema:
        schema["pattern"] = schema["pattern"].replace("\\d", "[0-9]")


def _flattened(schema: Schema) -> Schema:
    """The contract wraps nearly every reference in an allOf of one; validating it flat takes half the time."""
    parts = schema.get("allOf", ())
    around = {key: value for key, value in schema.items() if key != "allOf"}
    if len(parts) != 1 or (around.keys() - {"required"}) & parts[0].keys():
        return schema
    required = [*parts[0].get("required", ()), *around.get("required", ())]
    return {**parts[0], **around, **({"required": list(dict.fromkeys(required))} if required else {})}


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Schema) -> Iterator[ValidationError]:
    # fullmatch: Python's "$" would let a final newline through; every pattern of the contract is anchored.
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


Validator = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # untyped in jsonschema
FORMATS = FormatChecker(formats=())


@FORMATS.checks("byte")
def _is_base64(value: object) -> bool:
    if not isinstance(value, str):
        return True
    if len(value) % 4 or not _BASE64.fullmatch(value):
        return False
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error:
        return False
    return True


@FORMATS.checks("date-time")
def _is_date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return _DATE_TIME.fullmatch(value) is not None and datetime.fromisoformat(value).year > 1
    except ValueError:
        return False


@FORMATS.checks("date")
def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None and date.fromisoformat(value) is not None
    except ValueError:
        return False


@FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"https?://[^\s]+", value) is not None


class Checker:
    """One compiled schema and the sentences it says about a value that breaks it."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._validator = Validator(schema, format_checker=FORMATS)

    def problems(self, value: Any, at: str = "") -> list[str]:
        return [sentence for error in self._validator.iter_errors(value) for sentence in _sentences(error, at)]

    def unknown_members(self, value: Any) -> list[str]:
        """Paths of members the contract does not know: KSeF ignores them, a careful client sends none."""
        return sorted(set(_unknown(self.schema, value, "")))


def _sentences(error: ValidationError, at: str) -> Iterator[str]:
    path = ".".join([*([at] if at else []), *(str(step) for step in error.absolute_path)]) or "body"
    if error.validator == "anyOf" and error.context:
        # anyOf only spells "nullable": speak of the first branch, the value itself.
        for inner in error.context:
            if inner.schema_path[0] == 0:
                yield from _sentences(inner, at)
    elif error.validator == "required":
        # One error for each missing member, named in its message only.
        missing = error.message.split("'")[1]
        yield f"Pole '{path}.{missing}' jest wymagane." if path != "body" else f"Pole '{missing}' jest wymagane."
    else:
        yield f"Pole '{path}' ma nieprawidłową wartość: {_reason(error)}."


def _reason(error: ValidationError) -> str:
    bound: Any = error.validator_value
    match error.validator:
        case "type":
            return f"oczekiwano typu {bound}"
        case "enum":
            return "dozwolone wartości to " + ", ".join(str(value) for value in bound[:12])
        case "minLength" | "maxLength" | "minItems" | "maxItems" | "minimum" | "maximum" | "exclusiveMinimum":
            return f"{error.validator} = {bound}"
        case "format":
            return f"format {bound}"
        case "pattern":
            return "niezgodność ze wzorcem"
        case _:
            return error.message[:200]


def _unknown(schema: Schema, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        known = _properties(schema)
        for name, child in value.items():
            where = f"{path}.{name}" if path else name
            if name in known:
                yield from _unknown(known[name], child, where)
            elif known:
                yield where
    elif isinstance(value, list):
        for items in _item_schemas(schema):
            for child in value:
                yield from _unknown(items, child, f"{path}[]")


def _parts(schema: Schema) -> Iterator[Schema]:
    yield schema
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        yield from _parts(part)


def _properties(schema: Schema) -> dict[str, Schema]:
    return {name: child for part in _parts(schema) for name, child in part.get("properties", {}).items()}


def _item_schemas(schema: Schema) -> list[Schema]:
    return [part["items"] for part in _parts(schema) if isinstance(part.get("items"), dict)]
