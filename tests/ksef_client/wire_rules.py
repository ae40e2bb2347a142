"""What a strict server that nobody here wrote would hold against a client: judged from the wire alone."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.ksef_client.openapi import CONTRACT, faults
from tests.ksef_client.wire import Said

SENT_HEADERS = {"host", "user-agent", "accept", "accept-encoding", "connection", "content-type", "content-length"}
API_HEADERS = SENT_HEADERS | {"authorization", "x-error-format", "x-ksef-feature", "x-continuation-token"}
LONGEST_RANGE = timedelta(days=92)
BEARER_OF = {
    ("GET", "/auth/{referenceNumber}"): {"authenticationToken"},
    ("POST", "/auth/token/redeem"): {"authenticationToken"},
    ("POST", "/auth/token/refresh"): {"refreshToken"},
    ("DELETE", "/auth/sessions/current"): {"accessToken", "refreshToken"},
}
OPENINGS = {"/sessions/online", "/sessions/batch", "/invoices/exports"}


@dataclass
class Judge:
    """Goes through the requests in order and remembers what the server handed out."""

    complaints: list[str] = field(default_factory=list)
    operations: set[tuple[str, str]] = field(default_factory=set)
    bearers: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    continuations: set[str] = field(default_factory=set)
    finished_sign_ins: set[str] = field(default_factory=set)
    once: dict[tuple[str, str], int] = field(default_factory=dict)

    def hear(self, said: Said) -> None:
        """One request: complaints carry its method and path."""
        path = unquote(urlsplit(said.target).path)
        for complaint in [*_framing(said), *(self._api(said) if path.startswith("/v2/") else self._link(said))]:
            self.complaints.append(f"{said.method} {path}: {complaint}")

    def _api(self, said: Said) -> Iterator[str]:
        path = urlsplit(said.target).path.removeprefix("/v2")
        template, operation, values = find_operation(said.method, path)
        if operation is None:
            yield "the contract has no such operation"
            return
        self.operations.add((said.method, template))
        yield from _unknown_headers(said, API_HEADERS)
        if said.request.one("X-Error-Format") != "problem-details":
            yield "errors are not asked for as problem details"
        yield from _parameters(operation, values, said)
        yield from self._bearer(said, template, bool(operation.get("security")))
        body = None
        if content := operation.get("requestBody", {}).get("content"):
            body, found = _body(content, said)
            yield from found
            body = None if found else body
        elif said.request.body:
            yield "the contract knows no body here"
        if isinstance(body, dict):
            yield from self._meaning(said, template, body)
        self._remember(said, template, body)

    def _bearer(self, said: Said, template: str, wanted: bool) -> Iterator[str]:
        shown = said.request.one("Authorization")
        if shown is None or not wanted:
            if bool(shown) != wanted:
                yield "a bearer is shown where none is due" if shown else "no bearer is shown"
            return
        token = shown.removeprefix("Bearer ")
        if not re.fullmatch(r"[\w.~+/-]+=*", token) or token == shown:
            yield "the bearer is not written as RFC 6750 says"
        due = BEARER_OF.get((said.method, template), {"accessToken"})
        if self.bearers.get(token) not in due:
            yield f"the bearer is {self.bearers.get(token)} instead of {due}"
        if template == "/auth/token/redeem":
            if token not in self.finished_sign_ins:
                yield "redeemed before the sign-in was seen to end"
            yield from self._only_once("redeem", token, said)

    def _meaning(self, said: Said, template: str, body: dict[str, Any]) -> Iterator[str]:
        if "encryptedInvoiceContent" in body:
            yield from _sealed(body)
        if template in OPENINGS and said.status // 100 == 2:
            yield from self._only_once("initialization vector", body["encryption"]["initializationVector"], said)
        if "challenge" in body:
            yield from self._only_once("challenge", body["challenge"], said)
        for encrypted in (body, body.get("encryption") or {}):
            if ("encryptedToken" in encrypted or "encryptedSymmetricKey" in encrypted) and (
                "publicKeyId" not in encrypted
            ):
                yield "the public key is not named"
        filters = body.get("filters", body)
        if "dateRange" in filters:
            yield from _range(filters["dateRange"])
        if "batchFile" in body:
            ordinals = [part["ordinalNumber"] for part in body["batchFile"]["fileParts"]]
            if ordinals != list(range(1, len(ordinals) + 1)):
                yield f"the parts are numbered {ordinals}"

    def _only_once(self, kind: str, value: str, said: Said) -> Iterator[str]:
        """A value that may be used up only once; a refusal because of the public key has used nothing."""
        if said.answer and b"21470" in said.answer.body:
            return
        self.once[kind, value] = self.once.get((kind, value), 0) + 1
        if self.once[kind, value] > 1:
            yield f"a {kind} is used {self.once[kind, value]} times"

    def _link(self, said: Said) -> Iterator[str]:
        """A pre-signed link or the status service: exactly what was handed out, and never a bearer."""
        if said.request.all("Authorization") or said.request.all("Cookie"):
            yield "a bearer or a cookie is shown to a storage link"
        if said.method != "PUT":
            yield from _unknown_headers(said, SENT_HEADERS)
            return
        due = self.uploads.get(said.target)
        if due is None:
            yield "nobody handed out this upload link"
            return
        given = {name.lower(): value for name, value in (due["headers"] or {}).items()}
        yield from _unknown_headers(said, SENT_HEADERS | set(given))
        for name, value in given.items():
            if said.request.all(name) != [value]:
                yield f"{name} is {said.request.all(name)} instead of {value!r}"
        if (len(said.request.body), _sha256(said.request.body)) != (due["fileSize"], due["fileHash"]):
            yield "the part is not the one that was announced"

    def _remember(self, said: Said, template: str, body: Any) -> None:
        answer = _json(said.answer.body) if said.answer else None
        if not isinstance(answer, dict) or said.status // 100 != 2:
            return
        for name in ("authenticationToken", "accessToken", "refreshToken"):
            if isinstance(answer.get(name), dict):
                self.bearers[answer[name]["token"]] = name
        if answer.get("continuationToken"):
            self.continuations.add(answer["continuationToken"])
        if template == "/auth/{referenceNumber}" and answer.get("status", {}).get("code") == 200:
            self.finished_sign_ins.add(str(said.request.one("Authorization")).removeprefix("Bearer "))
        for upload in answer.get("partUploadRequests", []):
            (part,) = (p for p in body["batchFile"]["fileParts"] if p["ordinalNumber"] == upload["ordinalNumber"])
            parts = urlsplit(upload["url"])
            self.uploads[parts.path + (f"?{parts.query}" if parts.query else "")] = upload | part
        continued = said.request.one("x-continuation-token")
        if continued is not None and continued not in self.continuations:
            self.complaints.append(f"{template}: the continuation token was not handed out")


def judge(said: Iterable[Said]) -> Judge:
    """Everything a strict server would complain about."""
    found = Judge()
    for each in said:
        found.hear(each)
    return found


def find_operation(method: str, path: str) -> tuple[str, dict[str, Any] | None, dict[str, str]]:
    """Literal paths go before those with parameters, as OpenAPI has it."""
    for template in sorted(CONTRACT["paths"], key=lambda template: (template.count("{"), template)):
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
        if (found := re.fullmatch(pattern, path)) and method.lower() in CONTRACT["paths"][template]:
            return template, CONTRACT["paths"][template][method.lower()], found.groupdict()
    return path, None, {}


def _framing(said: Said) -> Iterator[str]:
    request = said.request
    if not re.fullmatch(r"(GET|POST|PUT|DELETE) /\S* HTTP/1\.1", request.start):
        yield f"the request line is {request.start!r}"
    if len(request.all("Host")) != 1:
        yield "there is not exactly one Host"
    if not request.one("User-Agent"):
        yield "the client does not say who it is"
    length = request.one("Content-Length")
    if said.method in ("GET", "DELETE"):
        if request.body or request.one("Content-Type") or (length or "0") != "0":
            yield "a body, or the announcement of one, where there is none"
    elif length is None:
        yield "no Content-Length"


def _unknown_headers(said: Said, known: set[str]) -> Iterator[str]:
    names = [name.lower() for name, _ in said.request.headers]
    if unknown := set(names) - known:
        yield f"unexpected headers {sorted(unknown)}"
    if len(names) != len(set(names)):
        yield "a header is given twice"


def _parameters(operation: dict[str, Any], values: dict[str, str], said: Said) -> Iterator[str]:
    known = {(each["in"], each["name"]): each for each in operation.get("parameters", [])}
    given: dict[tuple[str, str], list[str]] = {("path", name): [unquote(value)] for name, value in values.items()}
    for name, value in parse_qsl(urlsplit(said.target).query, keep_blank_values=True, strict_parsing=False):
        given.setdefault(("query", name), []).append(value)
    for key, texts in given.items():
        if key not in known:
            yield f"{key[1]} is no {key[0]} parameter of this operation"
            continue
        schema = known[key]["schema"]
        many = schema.get("type") == "array"
        if not many and len(texts) > 1:
            yield f"{key[1]} is given {len(texts)} times"
        converted = [_converted(schema["items"] if many else schema, text) for text in texts]
        yield from faults(schema, converted if many else converted[0], key[1])
    for key, parameter in known.items():
        if parameter.get("required") and key[0] != "header" and key not in given:
            yield f"{key[1]} is missing"


def _converted(schema: dict[str, Any], text: str) -> Any:
    if schema.get("type") == "integer":
        return int(text) if re.fullmatch(r"-?\d+", text) else text
    if schema.get("type") == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def _body(content: dict[str, Any], said: Said) -> tuple[Any, list[str]]:
    kind = (said.request.one("Content-Type") or "").lower().replace(" ", "")
    media_type, _, charset = kind.partition(";")
    if media_type not in content or charset not in ("", "charset=utf-8"):
        return None, [f"the content type is {kind!r} instead of {list(content)}"]
    if media_type != "application/json":
        return None, [] if said.request.body.startswith(b"<") else ["the body is no XML"]
    try:
        value = json.loads(said.request.body.decode(), object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except ValueError as problem:
        return None, [f"the body is no JSON: {problem}"]
    return value, list(faults(content[media_type]["schema"], value))


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member is given twice")
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _sealed(body: dict[str, Any]) -> Iterator[str]:
    """Hash and sizes of what is sent (API digest, 5.1): AES in CBC with PKCS#7, no initialization vector in front."""
    content = base64.b64decode(body["encryptedInvoiceContent"])
    if (len(content), _sha256(content)) != (body["encryptedInvoiceSize"], body["encryptedInvoiceHash"]):
        yield "size or hash is not that of the content"
    if len(content) != (body["invoiceSize"] // 16 + 1) * 16:
        yield "the encrypted document does not have the length that follows from the plain one"
    if body.get("hashOfCorrectedInvoice") and not body.get("offlineMode"):
        yield "a technical correction that is not offline"


def _range(dates: dict[str, Any]) -> Iterator[str]:
    since = datetime.fromisoformat(dates["from"])
    until = datetime.fromisoformat(dates["to"]) if dates.get("to") else None
    if until is not None and not timedelta(0) <= until - since <= LONGEST_RANGE:
        yield f"the range of dates is {until - since}"
    if since > datetime.now(UTC) + timedelta(days=400):
        yield "the range begins in a far future"


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
