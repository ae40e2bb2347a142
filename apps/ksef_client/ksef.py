"""One connection to KSeF: builds each request, reports it, and turns the answer into fields or one of four errors."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

from apps.ksef_client import classify
from apps.ksef_client.endpoints import Bearer, Endpoint
from apps.ksef_client.environments import Environment
from apps.ksef_client.errors import KsefError, Trouble, Unavailable
from apps.ksef_client.reading import Fields, Unreadable, parse_json
from apps.ksef_client.transport import AnswerLost, NotSent, Request, Response, Transport
from apps.ksef_client.trouble import is_html, read_retry_after, read_trouble

T = TypeVar("T")

ANSWER_LIMIT = 20_000_000

Query = Mapping[str, str | int | bool | datetime | Sequence[str] | None]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that was made, for ledgers and logs; holds no secret and no document."""

    endpoint: Endpoint
    at: datetime
    seconds: float
    http_status: int | None = None  # None: no answer
    retry_after: timedelta | None = None
    trace_id: str | None = None
    system_warning: str | None = None
    is_waf: bool = False  # answered by the firewall in front of KSeF, which concerns the whole address


class Observer(Protocol):
    """Sees every request; `before` may raise to keep one from being made."""

    def before(self, endpoint: Endpoint) -> None: ...

    def after(self, exchange: Exchange) -> None: ...


class Unobserved:
    """An observer that does not look."""

    def before(self, endpoint: Endpoint) -> None:
        pass

    def after(self, exchange: Exchange) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Answer:
    """A success."""

    endpoint: Endpoint
    response: Response

    def into(self, build: Callable[[Fields], T]) -> T:
        """Build a value from the JSON; where that fails, the answer counts as lost."""
        try:
            return build(Fields.parse(self.response.body))
        except Unreadable as problem:
            raise self.lost(f"the answer cannot be understood: {problem}") from None

    def into_list(self, build: Callable[[Fields], T]) -> tuple[T, ...]:
        """Build a value from each object of a JSON array."""
        try:
            items = parse_json(self.response.body)
            if not isinstance(items, list):
                raise Unreadable("the body is not a JSON array")
            return tuple(build(Fields(item)) for item in items if isinstance(item, dict))
        except Unreadable as problem:
            raise self.lost(f"the answer cannot be understood: {problem}") from None

    def lost(self, reason: str) -> KsefError:
        """The error for a success that does not hold what was asked for, such as a firewall's page."""
        trouble = Trouble(self.response.status, is_waf=is_html(self.response))
        return classify.lost(self.endpoint, reason, trouble)

    def header(self, name: str) -> str | None:
        return self.response.headers.get(name) or None


@dataclass(frozen=True, slots=True)
class Ksef:
    """Where KSeF is, how to reach it, what time it is, and (after sign-in) which bearer to show."""

    environment: Environment
    transport: Transport
    clock: Callable[[], datetime]
    observer: Observer = field(default_factory=Unobserved)
    bearer: str | None = field(default=None, repr=False)
    user_agent: str = "ksefkit/0.1"

    def signed_in(self, token: str) -> "Ksef":
        """The same connection, showing this bearer."""
        return replace(self, bearer=token)

    def call(
        self,
        endpoint: Endpoint,
        *,
        path: Mapping[str, str] | None = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        json_body: Any = None,
        xml_body: bytes | None = None,
        accept: str = "application/json",
        max_answer: int = ANSWER_LIMIT,
    ) -> Answer:
        """Make one request to the API and return its success, or raise one of the four errors."""
        content_type, body = _body(json_body, xml_body)
        request = Request(
            endpoint.method,
            self.environment.base_url + _fill(endpoint.path, path or {}) + _query(query or {}),
            headers={**self._headers(endpoint, accept), **content_type, **(headers or {})},
            body=body,
            max_answer=max_answer,
            allow_loopback=self.environment.is_local,
        )
        return self.exchange(endpoint, request)

    def exchange(self, endpoint: Endpoint, request: Request) -> Answer:
        """Send a finished request once, report it, and sort the answer."""
        self.observer.before(endpoint)
        at, started = self.clock(), time.perf_counter()
        try:
            response = self.transport.send(request)
        except NotSent as fault:
            self.observer.after(Exchange(endpoint, at, time.perf_counter() - started))
            raise Unavailable(f"{endpoint}: KSeF cannot be reached: {fault}", endpoint=str(endpoint)) from None
        except AnswerLost as fault:
            self.observer.after(Exchange(endpoint, at, time.perf_counter() - started))
            raise classify.lost(endpoint, f"the answer was lost: {fault}") from None
        return self._sort(endpoint, response, at, time.perf_counter() - started)

    def _sort(self, endpoint: Endpoint, response: Response, at: datetime, seconds: float) -> Answer:
        wait = read_retry_after(response, now=self.clock())
        is_success = 200 <= response.status < 300
        trouble = None if is_success else read_trouble(response, may_quote=not endpoint.secret_answer)
        self.observer.after(
            Exchange(
                endpoint,
                at,
                seconds,
                response.status,
                wait,
                trouble.trace_id if trouble else None,
                response.headers.get("X-System-Warning") or None,
                is_html(response) or bool(trouble and trouble.is_waf),
            )
        )
        if trouble:
            raise classify.refused(endpoint, trouble, wait)
        return Answer(endpoint, response)

    def _headers(self, endpoint: Endpoint, accept: str) -> dict[str, str]:
        headers = {"Accept": accept, "User-Agent": self.user_agent, "X-Error-Format": "problem-details"}
        if endpoint.bearer is not Bearer.NONE:
            if not self.bearer:
                raise ValueError(f"{endpoint} needs a signed-in connection.")
            headers["Authorization"] = f"Bearer {self.bearer}"
        return headers


def without_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object without the fields that are not set."""
    return {name: value for name, value in values.items() if value is not None}


def iso(moment: datetime) -> str:
    """A moment with its offset, as KSeF wants it; one without an offset would be read as Warsaw time."""
    if moment.tzinfo is None:
        raise ValueError("Moments sent to KSeF carry their offset.")
    return moment.isoformat()


def _body(json_body: Any, xml_body: bytes | None) -> tuple[dict[str, str], bytes | None]:
    if xml_body is not None:
        return {"Content-Type": "application/xml"}, xml_body
    if json_body is not None:
        return {"Content-Type": "application/json"}, json.dumps(json_body, ensure_ascii=False).encode()
    return {}, None


def _fill(template: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        if not value or value in (".", ".."):
            raise ValueError(f"{name} is empty.")
        template = template.replace("{" + name + "}", quote(value, safe=""))
    return template


def _query(values: Query) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if value is None:
            continue
        many = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        pairs += [(name, _parameter(item)) for item in many]
    return "?" + urlencode(pairs) if pairs else ""


def _parameter(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return iso(value) if isinstance(value, datetime) else str(value)
