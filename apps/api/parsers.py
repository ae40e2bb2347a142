"""JSON as programs send it, without what no document needs and the database or the parser would fail on."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class PlainJson(JSONParser):
    """Refuses, as a fault of the sender, what is nested beyond reason and texts with a NUL."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            sent: dict[str, Any] = super().parse(stream, media_type, parser_context)
            has_nul = any("\0" in text for text in _texts(sent))
        except RecursionError:
            raise ParseError("It is nested too deeply.") from None
        if has_nul:
            raise ParseError("A text holds the character U+0000.")
        return sent


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from (key, *_texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
