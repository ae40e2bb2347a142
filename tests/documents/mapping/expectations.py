"""Compares a verdict with the `expect` part of a case (tests/data/cases/README.md)."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

NS = "{http://crd.gov.pl/wzor/2025/06/25/13775/}"
SPECIAL = {"rodzaj": "Fa/RodzajFaktury"}


def found(xml: str | bytes, path: str) -> str | None:
    """The text of the first element at a path below Faktura, None when there is none; count(path) counts."""
    root = etree.fromstring(xml.encode() if isinstance(xml, str) else xml)
    path = SPECIAL.get(path, path)
    if counted := re.fullmatch(r"count\((.*)\)", path):
        return str(len(root.findall(qualified(counted[1]))))
    return root.findtext(qualified(path))


def qualified(path: str) -> str:
    return "/".join(NS + part for part in path.split("/"))


def differences(result: dict[str, Any], expect: dict[str, Any]) -> list[str]:
    """What differs, one line each; nothing when the verdict is as expected."""
    for verdict in ("hold", "skip"):
        if verdict in expect:
            codes = [reason["code"] for reason in result["reasons"]]
            is_right = result["verdict"] == verdict and codes[:1] == [expect[verdict]] and result["xml"] is None
            return [] if is_right else [f"expected {verdict} {expect[verdict]}, got {result['verdict']} {codes}"]
    if result["verdict"] != "file":
        return [f"expected a document, got {result['verdict']}: {result['reasons']}"]
    lines = ((path, found(result["xml"], path), wanted) for path, wanted in expect.items())
    return [f"{path}: expected {wanted!r}, got {text!r}" for path, text, wanted in lines if not agrees(text, wanted)]


def agrees(text: str | None, wanted: Any) -> bool:
    if wanted is None or text is None:
        return text is wanted
    if isinstance(wanted, dict):
        return all(CONDITIONS[name](text, value) for name, value in wanted.items())
    return text == wanted or (as_number(text) is not None and as_number(text) == as_number(wanted))


def as_number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


CONDITIONS: dict[str, Callable[[str, Any], bool]] = {
    "contains": lambda text, value: value in text,
    "not_contains": lambda text, value: value not in text,
    "starts": lambda text, value: text.startswith(value),
    "ends": lambda text, value: text.endswith(value),
    "length": lambda text, value: len(text) == int(value),
    "max_length": lambda text, value: len(text) <= int(value),
    "matches": lambda text, value: re.fullmatch(value, text) is not None,
}
