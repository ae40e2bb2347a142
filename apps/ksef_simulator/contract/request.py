"""A request held against the contract: all violations at once, in the words of the 21405 answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import Headers, MultiDict

from apps.ksef_simulator.contract.openapi import Operation, Parameter


@dataclass(slots=True)
class Checked:
    """What a request said, converted, and everything that was wrong with it."""

    parameters: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    problems: list[str] = field(default_factory=list)
    unreadable: str | None = None
    wrong_media: bool = False
    unknown: list[str] = field(default_factory=list)


def check_request(
    operation: Operation,
    path: Mapping[str, str],
    query: MultiDict[str, str],
    headers: Headers,
    media: str,
    raw: bytes,
) -> Checked:
    checked = Checked()
    _check_parameters(operation, path, query, headers, checked)
    known = {each.name for each in operation.parameters if each.place == "query"}
    checked.unknown += [f"?{name}" for name in query if name not in known]
    if operation.body:
        _check_body(operation, media, raw, checked)
    elif raw:
        checked.unknown.append("body")
    return checked


def _check_parameters(
    operation: Operation,
    path: Mapping[str, str],
    query: MultiDict[str, str],
    headers: Headers,
    checked: Checked,
) -> None:
    for parameter in operation.parameters:
        given: list[str] = []
        if parameter.place == "path":
            given = [path[parameter.name]]
        elif parameter.place == "query":
            given = query.getlist(parameter.name)
        elif parameter.name in headers:
            given = [headers[parameter.name]]
        if not given:
            if parameter.required:
                checked.problems.append(f"Pole '{parameter.name}' jest wymagane.")
            checked.parameters[parameter.name] = parameter.default
            continue
        value = _converted(parameter, given)
        checked.problems += parameter.checker.problems(value, parameter.name)
        checked.parameters[parameter.name] = value


def _converted(parameter: Parameter, given: list[str]) -> Any:
    if parameter.type == "array":
        return given
    text = given[-1]
    if parameter.type == "integer" and text.removeprefix("-").isascii() and text.removeprefix("-").isdigit():
        return int(text)
    if parameter.type == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text


def _check_body(operation: Operation, media: str, raw: bytes, checked: Checked) -> None:
    media_type, _, attributes = media.partition(";")
    media_type = media_type.strip().lower()
    if not raw:
        if operation.body_required:
            checked.problems.append("Treść żądania jest wymagana.")
        return
    if media_type not in operation.body:
        checked.wrong_media = True
        return
    checker = operation.body[media_type]
    if checker is None:
        checked.body = raw
        return
    if "charset=" in attributes.lower() and "utf-8" not in attributes.lower():
        checked.wrong_media = True
        return
    try:
        checked.body = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        checked.unreadable = str(error)
        return
    checked.problems += checker.problems(checked.body)
    checked.unknown += checker.unknown_members(checked.body)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
