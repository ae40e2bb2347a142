"""Asks a public register over HTTP: briefly, and never trusting what comes back."""

import json
import re
from decimal import Decimal
from time import monotonic
from typing import Any

import requests
from urllib3.exceptions import HTTPError

TIMEOUT = (5, 15)  # seconds to connect, seconds between bytes
LONGEST_ANSWER = 60  # seconds, for one that comes drop by drop
LARGEST_ANSWER = 5_000_000
_BLOCK = 65_536
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # what PostgreSQL takes into no text
AGENT = {"User-Agent": "KSeF-Kit", "Accept": "application/json"}


class RegisterUnavailable(Exception):
    """No answer that could be used; nothing is known, ask again later."""


class NoData(RegisterUnavailable):
    """The register answered that it has nothing for this question (yet)."""


def ask_json(url: str, *, body: dict[str, Any] | None = None) -> Any:
    """The JSON answer, numbers exact and texts fit to be stored; raises RegisterUnavailable, NoData for 404."""
    try:
        return _storable(json.loads(ask(url, body=body), parse_float=Decimal, parse_constant=_refuse_constant))
    except (ValueError, RecursionError):
        raise RegisterUnavailable("The register answered with something that is not JSON.") from None


def ask(url: str, *, body: dict[str, Any] | None = None) -> bytes:
    """The answer's bytes; POST with a body, GET without."""
    method = "GET" if body is None else "POST"
    try:
        with requests.request(
            method, url, json=body, headers=AGENT, timeout=TIMEOUT, allow_redirects=False, stream=True
        ) as answer:
            content = _read(answer)
    except (requests.RequestException, HTTPError, OSError, ValueError) as trouble:
        raise RegisterUnavailable(f"The register did not answer ({type(trouble).__name__}).") from None
    if answer.status_code == requests.codes.not_found:
        raise NoData("The register has nothing for this question.")
    # VIES and the White List explain themselves in bodies of 4xx answers; whoever asks reads them.
    if answer.status_code >= 300 and not (400 <= answer.status_code < 500 and body_may_explain(content)):
        raise RegisterUnavailable(f"The register answered with status {answer.status_code}.")
    return content


def _read(answer: requests.Response) -> bytes:
    """All of it, unless there is too much or it takes too long."""
    content, until = bytearray(), monotonic() + LONGEST_ANSWER
    while block := answer.raw.read1(_BLOCK, decode_content=True):
        content += block
        if len(content) > LARGEST_ANSWER:
            raise RegisterUnavailable("The register's answer is absurdly large.")
        if monotonic() > until:
            raise RegisterUnavailable("The register's answer does not come to an end.")
    return bytes(content)


def _storable(value: Any) -> Any:
    """The value with a mark in place of each character that could not be stored."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are no JSON


def body_may_explain(content: bytes) -> bool:
    return content.lstrip()[:1] == b"{"
