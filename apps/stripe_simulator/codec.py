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

_FIELD_NAMES: dict[type[Any], tuple[str, ...]] = {}


def encode(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return value
    if dataclasses.is_dataclass(value):
        encoded = {name: encode(getattr(value, name)) for name in _field_names(type(value))}
        return {"kind": value.KIND, **encoded} if isinstance(value, Record) else encoded
    return value


def decode_record(data: dict[str, Any]) -> Record:
    kind: Any = KINDS[data["kind"]]
    return typing.cast(Record, _decoder(kind)(data))


def _field_names(kind: type[Any]) -> tuple[str, ...]:
    names = _FIELD_NAMES.get(kind)
    if names is None:
        names = _FIELD_NAMES[kind] = tuple(field.name for field in dataclasses.fields(kind))
    return names


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
    fields = {name: hints[name] for name in _field_names(kind)}

    def decode(data: dict[str, Any]) -> Any:
        return kind(**{name: _decoder(hint)(data[name]) for name, hint in fields.items() if name in data})

    return decode
