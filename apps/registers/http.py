"""Asks a public register over HTTP: briefly, and never trusting what comes back."""

import json
from decimal import Decimal
from typing import Any

import requests

TIMEOUT = (5, 15)  # seconds to connect, seconds between bytes
LARGEST_ANSWER = 5_000_000
AGENT = {"User-Agent": "KSeF-Kit", "Accept": "application/json"}


class RegisterUnavailable(Exception):
    """No answer that could be used; nothing is known, ask again later."""


class NoData(RegisterUnavailable):
    """The register answered that it has nothing for this question (yet)."""


def ask_json(url: str, *, body: dict[str, Any] | None = None) -> Any:
    """The JSON answer, numbers exact; raises RegisterUnavailable, NoData for 404."""
    try:
        return json.loads(ask(url, body=body), parse_float=Decimal)
    except (ValueError, RecursionError):
        raise RegisterUnavailable("The register answered with something that is not JSON.") from None


def ask(url: str, *, body: dict[str, Any] | None = None) -> bytes:
    """The answer's bytes; POST with a body, GET without."""
    method = "GET" if body is None else "POST"
    try:
        with requests.request(
            method, url, json=body, headers=AGENT, timeout=TIMEOUT, allow_redirects=False, stream=True
        ) as answer:
            content = answer.raw.read(LARGEST_ANSWER + 1, decode_content=True)
    except (requests.RequestException, OSError, ValueError) as trouble:
        raise RegisterUnavailable(f"The register did not answer ({type(trouble).__name__}).") from None
    if len(content) > LARGEST_ANSWER:
        raise RegisterUnavailable("The register's answer is absurdly large.")
    if answer.status_code == requests.codes.not_found:
        raise NoData("The register has nothing for this question.")
    # VIES and the White List explain themselves in bodies of 4xx answers; whoever asks reads them.
    if answer.status_code >= 300 and not (400 <= answer.status_code < 500 and body_may_explain(content)):
        raise RegisterUnavailable(f"The register answered with status {answer.status_code}.")
    return bytes(content)


def body_may_explain(content: bytes) -> bool:
    return content.lstrip()[:1] == b"{"
