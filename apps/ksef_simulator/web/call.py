"""One request as the endpoints see it, and the answer they give back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from apps.ksef_simulator.contract.openapi import Operation
    from apps.ksef_simulator.signin.principal import Principal
    from apps.ksef_simulator.system import System


@dataclass(slots=True)
class Call:
    system: "System"
    operation: "Operation"
    path: Mapping[str, str]
    headers: Headers
    client_ip: str
    base_url: str
    at: datetime
    parameters: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    raw: bytes = b""
    bearer: "Principal | None" = None

    @property
    def principal(self) -> "Principal":
        """Who is calling; only protected operations may ask."""
        if self.bearer is None:
            raise LookupError(f"{self.operation.name} is public")
        return self.bearer

    @property
    def reference(self) -> str:
        return self.path["referenceNumber"]


@dataclass(slots=True)
class Reply:
    status: int = 200
    body: bytes = b""
    media: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    spoilt: bool = False


def json_reply(value: object, status: int = 200) -> Reply:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, "application/json; charset=utf-8")


def xml_reply(body: bytes, sha256: str) -> Reply:
    return Reply(200, body, "application/xml", {"x-ms-meta-hash": sha256})


Endpoint = Callable[[Call], Reply]
ENDPOINTS: dict[tuple[str, str], Endpoint] = {}


def answers(method: str, template: str) -> Callable[[Endpoint], Endpoint]:
    """Register the function that answers one operation of the contract."""

    def register(endpoint: Endpoint) -> Endpoint:
        ENDPOINTS[method, template] = endpoint
        return endpoint

    return register


def without_nulls(value: dict[str, Any]) -> dict[str, Any]:
    """KSeF leaves absent members out or null, interchangeably; we leave them out."""
    return {name: member for name, member in value.items() if member is not None}
