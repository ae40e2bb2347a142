"""Checks the Stripe-Signature header over the exact bytes received. Pure."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

TOLERANCE_SECONDS = 300


class SignatureRefused(Exception):
    """The bytes are not from the holder of the secret, or not from now; the text is one plain line."""


def check_signature(body: bytes, header: str, *, secrets: Iterable[str], at: datetime) -> None:
    """Return if one of the live secrets signed these bytes within five minutes of now; else raise SignatureRefused."""
    signed_at, signatures = _read_header(header)
    age = at.timestamp() - int(signed_at)
    if age > TOLERANCE_SECONDS:
        raise SignatureRefused("The signature is older than five minutes.")
    # Stripe's own libraries accept any future; a captured delivery could then be signed for later use.
    if age < -TOLERANCE_SECONDS:
        raise SignatureRefused("The signature is dated in the future.")
    message = signed_at.encode() + b"." + body
    for secret in secrets:
        expected = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode()
        if any(hmac.compare_digest(expected, given) for given in signatures):
            return
    raise SignatureRefused("The signature does not match this endpoint's signing secret.")


def _read_header(header: str) -> tuple[str, list[bytes]]:
    """The timestamp and the v1 signatures; every other scheme (v0 is a decoy of test mode) is left out."""
    if not header:
        raise SignatureRefused("The Stripe-Signature header is missing.")
    pairs = [item.strip().partition("=") for item in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    signatures = [value.encode("utf-8", "replace") for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdecimal() and len(times[0]) <= 12):
        raise SignatureRefused("The Stripe-Signature header has no usable time.")
    if not signatures:
        raise SignatureRefused("The Stripe-Signature header has no v1 signature.")
    return times[0], signatures
