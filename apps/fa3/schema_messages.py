"""Findings of the parser and the schema in plain words."""

import re
from typing import Any, cast

from lxml import etree

from apps.fa3.problem import Problem
from apps.fa3.xml_cursor import path_of

_FILE = {
    "FILE_TOO_LARGE": (
        "Plik jest większy niż dopuszcza KSeF ({detail} bajtów). Zmniejsz liczbę wierszy.",
        "The file is larger than KSeF allows ({detail} bytes). Use fewer rows.",
    ),
    "FILE_HAS_BOM": (
        "Plik zaczyna się od znacznika BOM, którego KSeF nie przyjmuje.",
        "The file begins with a byte order mark, which KSeF refuses.",
    ),
    "FILE_NOT_UTF8": (
        "Plik nie jest zapisany w UTF-8 ({detail}), a KSeF przyjmuje tylko to kodowanie.",
        "The file is not in UTF-8 ({detail}), the only encoding KSeF takes.",
    ),
    "FILE_HAS_DTD": (
        "Plik zawiera definicję typu dokumentu (DTD), co nie jest dozwolone.",
        "The file contains a document type definition (DTD), which is not allowed.",
    ),
    "FILE_HAS_PI": (
        "Plik zawiera instrukcję przetwarzania, której KSeF nie przyjmuje.",
        "The file contains a processing instruction, which KSeF refuses.",
    ),
    "FILE_FORBIDDEN_CHARACTER": (
        "Plik zawiera znak {detail}, którego KSeF nie przyjmuje.",
        "The file contains the character {detail}, which KSeF refuses.",
    ),
    "FILE_NOT_XML": (
        "Plik nie jest poprawnym dokumentem XML: {detail}.",
        "The file is not well-formed XML: {detail}.",
    ),
}

_FORMAT = (
    "XSD_FORMAT",
    "Wartość „{value}” nie ma formatu, którego wymaga pole {name}.",
    "The value “{value}” does not have the format {name} requires.",
)
_RANGE = (
    "XSD_RANGE",
    "Wartość „{value}” w polu {name} jest poza dozwolonym zakresem (granica: {limit}).",
    "The value “{value}” in {name} is outside the allowed range (limit: {limit}).",
)
_LENGTH = (
    "XSD_LENGTH",
    "Tekst „{value}” w polu {name} ma niedozwoloną długość (granica: {limit}).",
    "The text “{value}” in {name} has a length that is not allowed (limit: {limit}).",
)
_STRUCTURE = (
    "XSD_STRUCTURE",
    "Element {name} stoi w złym miejscu albo brakuje innego przed nim lub w nim (oczekiwano: {expected}).",
    "The element {name} stands in the wrong place, or another is missing before or in it (expected: {expected}).",
)
_OTHER_SCHEMA = (
    "XSD_OTHER_SCHEMA",
    "To nie jest dokument tej wersji schematu (element główny: {name}).",
    "This is not a document of this version of the schema (root element: {name}).",
)
_INVALID = (
    "XSD_INVALID",
    "Element {name} nie jest zgodny ze schematem: {message}",
    "The element {name} does not follow the schema: {message}",
)
# Kinds of findings of libxml2.
_SENTENCES = {
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": _FORMAT,
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_3": _FORMAT,
    "SCHEMAV_CVC_PATTERN_VALID": _FORMAT,
    "SCHEMAV_CVC_ENUMERATION_VALID": _FORMAT,
    "SCHEMAV_CVC_TOTALDIGITS_VALID": _RANGE,
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": _RANGE,
    "SCHEMAV_CVC_MININCLUSIVE_VALID": _RANGE,
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": _RANGE,
    "SCHEMAV_CVC_MINEXCLUSIVE_VALID": _RANGE,
    "SCHEMAV_CVC_MINLENGTH_VALID": _LENGTH,
    "SCHEMAV_CVC_MAXLENGTH_VALID": _LENGTH,
    "SCHEMAV_ELEMENT_CONTENT": _STRUCTURE,
    "SCHEMAV_CVC_ELT_1": _OTHER_SCHEMA,
}

_NAMESPACE = re.compile(r"\{http[^}]*\}")
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*?) \)")
_LIMIT = re.compile(r"'([^']*)'\)?\.$")
_LONGEST_VALUE = 60


def file_problem(code: str, detail: str = "", path: str = "") -> Problem:
    """A finding about the file as a whole, or about a character at a path."""
    pl, en = _FILE[code]
    return Problem(code=code, path=path, pl=pl.format(detail=detail), en=en.format(detail=detail))


def explain(entry: Any, root: etree._Element) -> Problem:
    """A finding of the schema: where it is and what it means."""
    code, pl, en = _SENTENCES.get(entry.type_name, _INVALID)
    element = cast("list[etree._Element]", root.xpath(entry.path))[0]
    message = _NAMESPACE.sub("", entry.message)
    facts = {
        "name": etree.QName(element).localname,
        "value": _shorten(element.text or ""),
        "limit": _found(_LIMIT, message),
        "expected": _found(_EXPECTED, message),
        "message": message,
    }
    return Problem(code=code, path=path_of(element), pl=pl.format(**facts), en=en.format(**facts))


def _found(pattern: re.Pattern[str], message: str) -> str:
    match = pattern.search(message)
    return match[1] if match else "–"


def _shorten(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"
