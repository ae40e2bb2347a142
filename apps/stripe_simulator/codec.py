"""Records to plain JSON values and back, so that the state file can be read by a person."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from .records import catalogue, credit_notes, events, invoices, parties, payments
from .records.base import Record

_MODULES = (parties, catalogue, invoices, credit_notes, payments, events)

KINDS: dict[str, type[Record]] = {
    thing.KIND: thing
    for module in _MODULES
    for thing in vars(module).values()
    if isinstance(thing, type) and issubclass(thing, Record) and thing is not Record
}

_PLAIN = frozenset((str, int, bool, float, type(None), dict))
_REQUIRED = object()
_FIELDS: dict[type[Any], tuple[tuple[str, Any], ...]] = {}


def encode(value: Any) -> Any:
    """A field that has its default is left out: most of a record's fields do."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple:
        return [encode(item) for item in value]
    if kind is Decimal:
        return str(value)
    encoded = {name: encode(part) for name, default in _fields(kind) if (part := getattr(value, name)) != default}
    return {"kind": value.KIND, **encoded} if isinstance(value, Record) else encoded


def decode_record(data: dict[str, Any]) -> Record:
    kind: Any = KINDS[data["kind"]]
    return typing.cast(Record, _decoder(kind)(data))


def _fields(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    """Names and defaults of a dataclass."""
    known = _FIELDS.get(kind)
    if known is None:
        known = _FIELDS[kind] = tuple((field.name, _default(field)) for field in dataclasses.fields(kind))
    return known


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    return _REQUIRED if field.default_factory is dataclasses.MISSING else field.default_factory()


@cache
def _decoder(kind: Any) -> Callable[[Any], Any]:
    """A function that turns JSON into a value of the annotated type."""
    if kind is Decimal:
        return Decimal
    if kind is Record:
        return decode_record
    if dataclasses.is_dataclass(kind):
        return _dataclass_decoder(kind)
    arguments = typing.get_args(kind)
    origin = typing.get_origin(kind)
    if origin is tuple:
        decode_item = _decoder(arguments[0])
        return lambda items: tuple(decode_item(item) for item in items)
    if origin in (typing.Union, types.UnionType):
        decode_some = _decoder(next(argument for argument in arguments if argument is not type(None)))
        return lambda item: None if item is None else decode_some(item)
    return lambda item: item


def _dataclass_decoder(kind: Any) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)
    # Fields are looked up late, because a record may hold another one of its own kind.
    fields = {name: hints[name] for name, _ in _fields(kind)}

    def decode(data: dict[str, Any]) -> Any:
        return kind(**{name: _decoder(hint)(data[name]) for name, hint in fields.items() if name in data})

    return decode
