"""Reading parameters: each read is remembered, so that a name nobody asked for can be refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from .errors import ApiError
from .forms import Node

T = TypeVar("T")


class Params:
    def __init__(self, tree: dict[str, Node], prefix: str = "") -> None:
        self._tree = tree
        self._prefix = prefix
        self._unread = set(tree)
        self._children: list[Params] = []

    def __contains__(self, name: str) -> bool:
        return name in self._tree

    def text(self, name: str, default: str | None = None) -> str | None:
        """A text; an empty one clears the field, as in Stripe."""
        value = self._read(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise ApiError(400, f"Invalid string: {name}", param=self._full(name))
        return value or None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            full = self._full(name)
            raise ApiError(400, f"Missing required param: {full}.", code="parameter_missing", param=full)
        return value

    def integer(self, name: str, default: int | None = None) -> int | None:
        return self._converted(name, default, int, "integer", "parameter_invalid_integer")

    def decimal(self, name: str, default: Decimal | None = None) -> Decimal | None:
        return self._converted(name, default, _finite_decimal, "decimal", "parameter_invalid_decimal")

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name)
        if value is None:
            return default
        if value.lower() not in ("true", "false", "1", "0"):
            raise ApiError(400, f"Invalid boolean: {value}", param=self._full(name))
        return value.lower() in ("true", "1")

    def choice(self, name: str, allowed: Sequence[str], default: str | None = None) -> str | None:
        value = self.text(name, default)
        if value is not None and value not in allowed:
            raise ApiError(400, f"Invalid {name}: must be one of {', '.join(allowed)}", param=self._full(name))
        return value

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A list of texts; an empty value is the empty list, a missing one None."""
        value = self._read(name)
        if value is None or value == "":
            return None if value is None else ()
        if isinstance(value, str) or not all(isinstance(item, str) for item in value.values()):
            raise ApiError(400, f"Invalid array: {name}", param=self._full(name))
        return tuple(value.values())

    def group(self, name: str) -> Params | None:
        value = self._read(name)
        if value is None or value == "":
            return None
        return self._child(name, value)

    def groups(self, name: str) -> list[Params] | None:
        """A list of groups, such as the lines of a credit note."""
        value = self._read(name)
        if value is None or value == "":
            return None if value is None else []
        if isinstance(value, str):
            raise ApiError(400, f"Invalid array: {name}", param=self._full(name))
        return [self._child(f"{name}[{key}]", item) for key, item in value.items()]

    def metadata(self, known: dict[str, str]) -> dict[str, str]:
        """Merge key by key; an empty value deletes its key, an empty `metadata` all of them."""
        value = self._read("metadata")
        if value is None:
            return known
        if value == "":
            return {}
        changes = self._child("metadata", value)
        merged = dict(known)
        for key in value:
            text = changes.text(key)
            if len(key) > 40 or len(text or "") > 500:
                raise ApiError(400, "Metadata keys have at most 40 characters, values 500.", param=f"metadata[{key}]")
            merged.pop(key, None)
            if text is not None:
                merged[key] = text
        if len(merged) > 50:
            raise ApiError(400, "Metadata can have at most 50 keys.", param="metadata")
        return merged

    def unread(self) -> set[str]:
        """Names that were sent and that nobody has asked for yet."""
        return set(self._unread)

    def refuse_unread(self) -> None:
        """An unknown name is an error, as in Stripe: a typing mistake must not pass silently."""
        for name in self._unread:
            full = self._full(name)
            raise ApiError(400, f"Received unknown parameter: {full}", code="parameter_unknown", param=full)
        for child in self._children:
            child.refuse_unread()

    def _read(self, name: str) -> Node:
        self._unread.discard(name)
        return self._tree.get(name)

    def _child(self, name: str, value: Node) -> Params:
        if not isinstance(value, dict):
            raise ApiError(400, f"Invalid object: {name}", param=self._full(name))
        child = Params(value, self._full(name))
        self._children.append(child)
        return child

    def _full(self, name: str) -> str:
        if not self._prefix:
            return name
        head, bracket, rest = name.partition("[")
        return f"{self._prefix}[{head}]{bracket}{rest}"

    def _converted(self, name: str, default: T | None, convert: Callable[[str], T], what: str, code: str) -> T | None:
        value = self.text(name)
        if value is None:
            return default
        try:
            return convert(value)
        except (ValueError, InvalidOperation):
            raise ApiError(400, f"Invalid {what}: {value}", code=code, param=self._full(name)) from None


def _finite_decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or abs(value) > Decimal("1e15"):
        raise ValueError(text)
    return value
