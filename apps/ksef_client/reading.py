"""Reading KSeF's JSON: unknown fields are ignored, absent and null are the same, what we rely on must be there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any


class Unreadable(Exception):
    """An answer that is not what the contract promises."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object read by field name; `need_…` insists, the plain readers return None."""

    values: Mapping[str, Any]

    @classmethod
    def parse(cls, body: bytes) -> "Fields":
        return cls(_object(parse_json(body)))

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return None if value is None else clean(str(value))

    def need_text(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            raise Unreadable(f"{name} is missing")
        return clean(value)

    def number(self, name: str) -> int | None:
        value = self.values.get(name)
        if isinstance(value, Decimal) and value == value.to_integral_value():
            value = int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def need_number(self, name: str) -> int:
        value = self.number(name)
        if value is None:
            raise Unreadable(f"{name} is missing")
        return value

    def amount(self, name: str) -> Decimal | None:
        value = self.values.get(name)
        try:
            return None if value is None or isinstance(value, bool) else Decimal(value)
        except (InvalidOperation, TypeError, ValueError):
            return None

    def flag(self, name: str) -> bool:
        return self.values.get(name) is True

    def moment(self, name: str) -> datetime | None:
        value = self.values.get(name)
        return parse_moment(value) if isinstance(value, str) else None

    def need_moment(self, name: str) -> datetime:
        value = self.moment(name)
        if value is None:
            raise Unreadable(f"{name} is missing")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name)
        return tuple(clean(str(item)) for item in value if item is not None) if isinstance(value, list) else ()

    def part(self, name: str) -> "Fields | None":
        value = self.values.get(name)
        return Fields(value) if isinstance(value, dict) else None

    def need_part(self, name: str) -> "Fields":
        part = self.part(name)
        if part is None:
            raise Unreadable(f"{name} is missing")
        return part

    def parts(self, name: str) -> tuple["Fields", ...]:
        value = self.values.get(name)
        return tuple(Fields(item) for item in value if isinstance(item, dict)) if isinstance(value, list) else ()

    def need_parts(self, name: str) -> tuple["Fields", ...]:
        if not isinstance(self.values.get(name), list):
            raise Unreadable(f"{name} is missing")
        return self.parts(name)


def parse_json(body: bytes) -> Any:
    """JSON with exact numbers; tolerates a byte order mark, refuses everything else that is not JSON in UTF-8."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Unreadable("the body is not JSON") from None


def parse_moment(text: str) -> datetime | None:
    """A moment in UTC. KSeF sends up to seven fraction digits; one without an offset is taken as UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def clean(text: str) -> str:
    """Text that any store accepts: no NUL, no lone surrogates."""
    return text if text.isprintable() else text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("the body is not a JSON object")
    return value
