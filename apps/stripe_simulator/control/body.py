from __future__ import annotations

import json
from typing import Any, TypeVar

from werkzeug.wrappers import Request

from apps.stripe_simulator.operations.refusal import Refusal

T = TypeVar("T")


class Body:
    """The JSON object of a control call; every value is checked for its type."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    @classmethod
    def of(cls, request: Request) -> Body:
        text = request.get_data(as_text=True)
        if not text:
            return cls(dict(request.args))
        try:
            values = json.loads(text)
        except ValueError as problem:
            raise Refusal(f"The body is not JSON: {problem}") from problem
        if not isinstance(values, dict):
            raise Refusal("The body must be a JSON object.")
        return cls(values)

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str | None:
        return self._typed(name, str, default)

    def integer(self, name: str, default: int) -> int:
        value = self._values.get(name)
        if isinstance(value, str) and value.lstrip("-").isdigit():
            return int(value)
        return self._typed(name, int, default) or 0

    def number(self, name: str, default: float) -> float:
        value = self._values.get(name, default)
        try:
            return float(value)
        except (TypeError, ValueError):
            raise Refusal(f"{name} must be a number.") from None

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._values.get(name)
        if isinstance(value, str) and value in ("true", "false", "1", "0"):
            return value in ("true", "1")
        return bool(self._typed(name, bool, default))

    def texts(self, name: str) -> list[str] | None:
        values = self._typed(name, list, None)
        if values is not None and not all(isinstance(value, str) for value in values):
            raise Refusal(f"{name} must be a list of texts.")
        return values

    def _typed(self, name: str, kind: type[T], default: T | None) -> T | None:
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise Refusal(f"{name} must be of type {kind.__name__}.")
        return value
