from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence


def signature_header(body: bytes, *, secrets: Sequence[str], at: int, livemode: bool) -> str:
    """`Stripe-Signature`: one v1 per live secret; in test mode also the v0 decoy that nobody may accept."""
    signed = str(at).encode() + b"." + body
    parts = [f"t={at}", *(f"v1={_hmac(secret, signed)}" for secret in secrets)]
    if not livemode:
        parts.append(f"v0={_hmac('decoy', signed)}")
    return ",".join(parts)


def _hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
