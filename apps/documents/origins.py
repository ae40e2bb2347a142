"""Where each value of a document came from, kept with its bytes and shown beside them."""

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

from lxml import etree

from apps.ksef_client.safe_xml import parse

from .mapping.outcome import File
from .mapping.provenance import explain

# Element path, fields it was read from, how in Polish, how in English.
Stored = list[Any]


class Shown(TypedDict):
    path: str
    value: str
    source: str


def stored_origins(file: File) -> list[Stored]:
    """The origins in the form in which they are kept beside the bytes."""
    return [[origin.path, list(origin.fields), origin.note.pl, origin.note.en] for origin in explain(file)]


def shown_origins(stored: Sequence[Stored], xml: bytes, language: str) -> list[Shown]:
    """Each value as it stands in the document, with where it came from in the reader's language."""
    if not stored:
        return []
    root = parse(xml)
    return [
        {"path": path, "value": _value(root, path), "source": _source(fields, polish if language == "pl" else english)}
        for path, fields, polish, english in stored
    ]


def _value(root: etree._Element, path: str) -> str:
    """The element's text; of a group, the texts below it."""
    space = etree.QName(root).namespace
    found = root.find("/".join(f"{{{space}}}{step}" for step in path.split("/")))
    texts: Iterable[str] = () if found is None else (str(text).strip() for text in found.itertext())
    return ", ".join(filter(None, texts))


def _source(fields: Sequence[str], note: str) -> str:
    return f"{', '.join(fields)} · {note}" if note else ", ".join(fields)
