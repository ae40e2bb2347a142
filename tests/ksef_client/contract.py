"""Checks requests and answers against the official OpenAPI document; independent of the client's own tables."""

import base64
import functools
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from jsonschema import Draft202012Validator, FormatChecker

CONTRACT = json.loads(
    (Path(__file__).resolve().parents[2] / "schemas/ksef/open-api-2.9.json").read_text(encoding="utf-8")
)
API = ("https://api-test.ksef.mf.gov.pl/v2", "http://127.0.0.1")


FORMATS = FormatChecker()


@FORMATS.checks("date-time", raises=(ValueError, AssertionError))
def _is_moment(value: object) -> bool:
    if isinstance(value, str):
        assert datetime.fromisoformat(value).tzinfo is not None, "a moment without an offset"
    return True


@FORMATS.checks("byte", raises=ValueError)
def _is_base64(value: object) -> bool:
    if isinstance(value, str):
        base64.b64decode(value, validate=True)
    return True


class ContractViolation(AssertionError):
    """A request the contract does not allow."""


def check_request(request: requests.PreparedRequest) -> None:
    """Fail unless a request to the API is one the contract allows; requests elsewhere carry no bearer."""
    url = str(request.url)
    if not url.startswith(API) or "/v2/" not in url:
        assert "Authorization" not in request.headers, "a bearer was shown outside the API"
        return
    parts = urlsplit(url)
    path = parts.path.split("/v2", 1)[1]
    operation, parameters = find_operation(str(request.method), path)
    _check_parameters(operation, parameters | dict(_query(parts.query)), request)
    _check_bearer(operation, request)
    _check_body(operation, request)
    assert request.headers["X-Error-Format"] == "problem-details"


def find_operation(method: str, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The operation behind a method and a path, with the values of its path parameters."""
    matches = []
    for template, operations in CONTRACT["paths"].items():
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
        found = re.fullmatch(pattern, path)
        if found and method.lower() in operations:
            matches.append((len(found.groups()), operations[method.lower()], found.groupdict()))
    if not matches:
        raise ContractViolation(f"{method} {path} is not in the contract")
    _, operation, values = min(matches, key=lambda match: match[0])
    return operation, values


def check_json(schema: dict[str, Any], value: Any) -> None:
    """Fail unless a value fits a schema of the contract."""
    _validator(json.dumps(schema)).validate(value)


@functools.cache
def _validator(schema: str) -> Draft202012Validator:
    resolved = _translate({**json.loads(schema), "components": CONTRACT["components"]})
    return Draft202012Validator(resolved, format_checker=FORMATS)


def _translate(node: Any) -> Any:
    """OpenAPI 3.0 says nullable and leaves additional properties open; for our own requests we close them."""
    if isinstance(node, list):
        return [_translate(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _translate(value) for key, value in node.items() if key not in ("nullable", "example", "examples")}
    if node.get("nullable"):
        return {"anyOf": [{"type": "null"}, result]}
    if "properties" in node and isinstance(node.get("type"), str):
        result.setdefault("additionalProperties", False)
    return result


def _query(query: str) -> list[tuple[str, Any]]:
    grouped: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        grouped.setdefault(name, []).append(value)
    return list(grouped.items())


def _check_parameters(operation: dict[str, Any], values: dict[str, Any], request: requests.PreparedRequest) -> None:
    known = {parameter["name"]: parameter for parameter in operation.get("parameters", [])}
    for name, raw in values.items():
        if name not in known:
            raise ContractViolation(f"the contract knows no parameter {name}")
        schema = known[name]["schema"]
        items = raw if isinstance(raw, list) else [raw]
        if schema.get("type") == "array":
            check_json(schema, items)
        else:
            assert len(items) == 1, f"{name} is given more than once"
            check_json(schema, _typed(schema, items[0]))
    for name, parameter in known.items():
        if parameter.get("required") and parameter["in"] != "header":
            assert name in values, f"{name} is required"
        if parameter["in"] == "header" and name in request.headers:
            check_json(parameter["schema"], request.headers[name])


def _typed(schema: dict[str, Any], text: str) -> Any:
    if schema.get("type") == "integer":
        return int(text)
    if schema.get("type") == "boolean":
        return {"true": True, "false": False}[text]
    return text


def _check_bearer(operation: dict[str, Any], request: requests.PreparedRequest) -> None:
    wanted = bool(operation.get("security"))
    assert ("Authorization" in request.headers) == wanted, "the bearer is missing or not wanted"
    if wanted:
        assert re.fullmatch(r"Bearer \S+", str(request.headers["Authorization"]))


def _check_body(operation: dict[str, Any], request: requests.PreparedRequest) -> None:
    if "requestBody" not in operation:
        assert not request.body, "the contract knows no body here"
        return
    content = operation["requestBody"]["content"]
    media_type = str(request.headers["Content-Type"]).split(";")[0]
    assert media_type in content, f"{media_type} is not one of {list(content)}"
    if media_type == "application/json":
        assert request.body is not None
        check_json(content[media_type]["schema"], json.loads(request.body))
