"""The only place that opens a connection: one requests.Session, no redirects, no retries, bounded answers."""

import contextlib
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any, BinaryIO, Protocol

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from apps.ksef_client.adapters import PublicOnlyAdapter, PublicOrLoopbackAdapter

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0  # between two pieces of an answer
WHOLE_ANSWER_SECONDS = 300.0
CHUNK = 65_536
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, complete: the transport adds nothing to it but framing."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | BinaryIO | None = field(default=None, repr=False)
    max_answer: int = 20 * MEGABYTE
    read_seconds: float = READ_SECONDS
    allow_loopback: bool = False  # private addresses are refused in any case


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whole; header names are compared without case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class NotSent(Exception):
    """The request never left: nothing can have happened."""


class AnswerLost(Exception):
    """The request left, or may have left, and no whole answer came back."""


class Transport(Protocol):
    """Whatever can carry a request; raises NotSent or AnswerLost, never its own errors."""

    def send(self, request: Request) -> Response: ...


class RequestsTransport:
    """HTTPS with the system's trust store; safe to share between threads."""

    def __init__(
        self, *, proxies: Mapping[str, str] | None = None, connect_seconds: float = CONNECT_SECONDS, pool: int = 16
    ) -> None:
        self._connect_seconds = connect_seconds
        self._public = _session(proxies, PublicOnlyAdapter(pool_maxsize=pool))
        self._local = _session(proxies, PublicOrLoopbackAdapter(pool_maxsize=pool))

    def send(self, request: Request) -> Response:
        """Send once and read the whole answer, up to `max_answer` bytes."""
        session = self._local if request.allow_loopback else self._public
        with (
            _faults_named(),
            session.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                data=request.body,
                timeout=(self._connect_seconds, request.read_seconds),
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            body = _read(answer, request.max_answer)
            return Response(answer.status_code, CaseInsensitiveDict(answer.headers), body)

    def close(self) -> None:
        self._public.close()
        self._local.close()


def _session(proxies: Mapping[str, str] | None, adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    # A .netrc would overwrite the bearer, proxy variables would see every address: nothing from the surroundings.
    session.trust_env = False
    # The firewall's cookies would tie the requests of all companies behind this process together.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.proxies.update(proxies or {})
    session.headers.clear()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _read(answer: requests.Response, limit: int) -> bytes:
    body = bytearray()
    end = time.monotonic() + WHOLE_ANSWER_SECONDS
    # read1, because iter_content waits for a whole chunk: a byte a minute would keep it from looking at the time.
    while chunk := answer.raw.read1(CHUNK, decode_content=True):
        body += chunk
        if len(body) > limit:
            raise AnswerLost(f"the answer is larger than {limit} bytes")
        if time.monotonic() > end:
            raise AnswerLost("the answer trickles in too slowly")
    return bytes(body)


@contextlib.contextmanager
def _faults_named() -> Iterator[None]:
    """Turn library faults into ours; `from None` because their texts quote addresses with signatures in them."""
    try:
        yield
    except requests.RequestException as fault:
        reason = _reason(fault)
        kind = NotSent if _never_left(fault) else AnswerLost
        raise kind(reason) from None
    except (HTTPError, OSError) as fault:
        raise AnswerLost(type(fault).__name__) from None


def _never_left(fault: requests.RequestException) -> bool:
    if isinstance(fault, requests.ConnectTimeout | requests.exceptions.InvalidURL):
        return True
    causes = list(_causes(fault))
    return any(isinstance(cause, NewConnectionError | ConnectTimeoutError) for cause in causes) or any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in causes
    )


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """The fault and everything wrapped inside it, as requests and urllib3 wrap."""
    waiting: list[Any] = [fault]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]


def _reason(fault: BaseException) -> str:
    return " < ".join(dict.fromkeys(type(cause).__name__ for cause in _causes(fault)))
