"""The addresses a person gives for KSeF and Stripe, brought to the form in which the product calls them."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from .talk import Failure

PATIENCE = 5.0  # seconds


def ksef_address(given: str) -> str:
    """The base of KSeF's API. Without a path it is the one below which the public keys are found, /v2 as a rule."""
    base = _checked("KSEF_LOCAL_URL", given)
    if urlsplit(base).path or (not _has_public_keys(f"{base}/v2") and _has_public_keys(base)):
        return base
    return f"{base}/v2"


def stripe_address(given: str) -> str:
    """The address of a Stripe API, to which the product adds /v1 itself."""
    return _checked("STRIPE_LOCAL_URL", given).removesuffix("/v1")


def _checked(name: str, given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise Failure(f"{name} must be an http:// or https:// address; it is {given!r}.")
    return given.rstrip("/")


def _has_public_keys(base: str) -> bool:
    # The only read of KSeF that needs no sign-in and has no effect (API: GET /security/public-key-certificates).
    parts = urlsplit(f"{base}/security/public-key-certificates")
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    try:
        with closing(kind(parts.netloc, timeout=PATIENCE)) as caller:
            caller.request("GET", parts.path, headers={"Accept": "application/json"})
            return isinstance(json.loads(caller.getresponse().read(1_000_000)), list)
    except (OSError, ValueError, HTTPException):
        return False
