"""JSON Web Tokens signed with HS256, as KSeF issues them; clients may only read their end."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

_HEADER = {"alg": "HS256", "typ": "JWT"}


def issue(claims: dict[str, Any], secret: bytes) -> str:
    signed = f"{_encode(_json(_HEADER))}.{_encode(_json(claims))}"
    return f"{signed}.{_encode(_signature(signed, secret))}"


def claims_of(token: str, secret: bytes) -> dict[str, Any] | None:
    """The claims of a token we issued, or None for anything else; whether it has ended is for the caller."""
    signed, _, signature = token.rpartition(".")
    try:
        if not hmac.compare_digest(_decode(signature), _signature(signed, secret)):
            return None
        claims = json.loads(_decode(signed.partition(".")[2]))
    except (binascii.Error, ValueError):
        return None
    return claims if isinstance(claims, dict) else None


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signature(signed: str, secret: bytes) -> bytes:
    return hmac.digest(secret, signed.encode("utf-8", "replace"), hashlib.sha256)
