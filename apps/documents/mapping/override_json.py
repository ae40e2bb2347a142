"""Overrides as JSON values, the form they are stored in."""

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from apps.documents.mapping.overrides import KINDS, CreditShare, Override, OverrideError, Overrides
from apps.fa3.codes import VatCategory

_KIND_OF = {made: kind for kind, made in KINDS.items()}


def to_dict(override: Override) -> dict[str, Any]:
    """The override as JSON values, with its kind."""
    return {"kind": _KIND_OF[type(override)]} | {
        field.name: _to_json(getattr(override, field.name)) for field in dataclasses.fields(override)
    }


def from_dict(data: Mapping[str, Any]) -> Override:
    """The override of `to_dict`; OverrideError when a value is missing, unknown or impossible."""
    made = KINDS.get(str(data.get("kind")))
    if made is None:
        raise OverrideError(f"kind: {data.get('kind')!r} is not known")
    given = {name: value for name, value in data.items() if name != "kind"}
    known = {field.name: field for field in dataclasses.fields(made)}
    if unknown := given.keys() - known.keys():
        raise OverrideError(f"{min(unknown)}: not a value of {data['kind']}")
    try:
        values: dict[str, Any] = {name: _READERS[str(known[name].type)](value) for name, value in given.items()}
        return made(**values)
    except OverrideError:
        raise
    except (TypeError, ValueError, ArithmeticError, KeyError) as error:
        raise OverrideError(f"{data['kind']}: {error}") from error


def from_dicts(items: Iterable[Mapping[str, Any]]) -> Overrides:
    return Overrides(tuple(from_dict(item) for item in items))


def _to_json(value: object) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, VatCategory):
        return value.value
    if isinstance(value, tuple):
        return [dataclasses.asdict(item) for item in value]
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _yes_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _decimal(value: object) -> Decimal:
    number = Decimal(_text(value) if isinstance(value, str) else _integer(value))
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a number")
    return number


def _shares(value: Any) -> tuple[CreditShare, ...]:
    return tuple(
        CreditShare(line=_text(item["line"]), net=_integer(item["net"]), tax=_integer(item["tax"])) for item in value
    )


# By the annotation of the field, as it is written in the classes above.
_READERS = {
    str(annotation): reader
    for annotation, reader in (
        (str, _text),
        (bool, _yes_no),
        (int, _integer),
        (str | None, lambda value: None if value is None else _text(value)),
        (date, lambda value: date.fromisoformat(_text(value))),
        (date | None, lambda value: None if value is None else date.fromisoformat(_text(value))),
        (Decimal, _decimal),
        (Decimal | None, lambda value: None if value is None else _decimal(value)),
        (VatCategory, VatCategory),
        (VatCategory | None, lambda value: None if value is None else VatCategory(value)),
        (Literal["nip", "eu_vat", "other", "none"], _text),
        (tuple["CreditShare", ...], _shares),
    )
}
