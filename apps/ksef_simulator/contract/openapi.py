"""The published contract read into operations: where they live, what they take, who may call, how often."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from apps.ksef_simulator.contract.schemas import Checker, SchemaBook

CONTRACT = Path(__file__).parents[3] / "schemas" / "ksef" / "open-api-2.9.json"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str
    required: bool
    type: str
    default: Any
    checker: Checker


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path. Media types map to their schema, or to None where any text will do."""

    method: str
    template: str
    protected: bool
    permissions: tuple[str, ...]
    group: str
    parameters: tuple[Parameter, ...]
    body: dict[str, Checker | None]
    body_required: bool
    answers: dict[int, dict[str, Checker | None]]

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


class Contract:
    """All operations of one OpenAPI document, found by method and path."""

    def __init__(self, document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]
        # Too many parts have a code of their own (21161), so the endpoint looks at that, not the validator.
        del schemas["BatchFileInfo"]["properties"]["fileParts"]["maxItems"]
        book = SchemaBook(schemas)
        found = list(_operations(document, book))
        self.operations = {(operation.method, operation.template): operation for operation in found}
        self.limits: dict[str, dict[str, int]] = _published_limits(document)
        self._tree: dict[str, Any] = {}
        for operation in found:
            self._plant(operation)

    @staticmethod
    @cache
    def load(path: Path = CONTRACT) -> "Contract":
        """The contract at this path; nothing changes it, so all simulators of a process share one."""
        return Contract(json.loads(path.read_text("utf-8")))

    def find(self, path: str) -> tuple[dict[str, Operation], list[str]]:
        """The operations at a path, by method, and the values in its placeholders; literal segments win."""
        return _walk(self._tree, path.strip("/").split("/")) or ({}, [])

    def _plant(self, operation: Operation) -> None:
        node = self._tree
        for segment in operation.template.strip("/").split("/"):
            node = node.setdefault("{}" if segment.startswith("{") else segment, {})
        node.setdefault("", {})[operation.method] = operation


def _walk(node: dict[str, Any], segments: list[str]) -> tuple[dict[str, Operation], list[str]] | None:
    if not segments:
        return (node[""], []) if "" in node else None
    first, rest = segments[0], segments[1:]
    if first and first in node:
        found = _walk(node[first], rest)
        if found:
            return found
    if first and "{}" in node:
        found = _walk(node["{}"], rest)
        if found:
            return found[0], [first, *found[1]]
    return None


def _operations(document: dict[str, Any], book: SchemaBook) -> Iterator[Operation]:
    for template, methods in document["paths"].items():
        for method, node in methods.items():
            body = node.get("requestBody", {})
            yield Operation(
                method=method.upper(),
                template=template,
                protected=bool(node.get("security")),
                permissions=tuple(node.get("x-required-permissions", ())),
                group=_group(node),
                parameters=tuple(_parameter(each, book) for each in node.get("parameters", ())),
                body=_media(body, book),
                # Only one operation says so itself; elsewhere a schema with required members means the same.
                body_required=body.get("required", False) or _names_required(body),
                answers={int(code): _media(answer, book) for code, answer in node["responses"].items()},
            )


def _group(node: dict[str, Any]) -> str:
    """The counter a call falls into, as the 429 answer of the contract names it; "-" means per address."""
    name = node["responses"]["429"]["description"].strip().rsplit("|", 1)[1].strip()
    return "anonymous" if name == "-" else name


def _parameter(node: dict[str, Any], book: SchemaBook) -> Parameter:
    schema = book.resolve(node["schema"])
    return Parameter(
        name=node["name"],
        place=node["in"],
        required=node.get("required", False),
        type=schema.get("type", "string"),
        default=node["schema"].get("default"),
        checker=Checker(schema),
    )


def _media(node: dict[str, Any], book: SchemaBook) -> dict[str, Checker | None]:
    return {
        media: Checker(book.resolve(content["schema"])) if media != "application/xml" else None
        for media, content in node.get("content", {}).items()
    }


def _names_required(body: dict[str, Any]) -> bool:
    return any(content["schema"].get("required") for content in body.get("content", {}).values())


def _published_limits(document: dict[str, Any]) -> dict[str, dict[str, int]]:
    answer = document["paths"]["/rate-limits"]["get"]["responses"]["200"]
    return dict(answer["content"]["application/json"]["example"])
