from __future__ import annotations

import secrets

_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Every byte becomes a letter; the slight preference for the first ones does not matter for a name.
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))


def random_text(length: int) -> str:
    return secrets.token_bytes(length).translate(_LETTERS).decode()


def new_id(prefix: str) -> str:
    """An id in Stripe's manner; customers and products have shorter ones than the rest."""
    if prefix in ("cus", "prod", "sub", "si", "req"):
        return f"{prefix}_{random_text(14)}"
    return f"{prefix}_1S{random_text(22)}"


def new_signing_secret() -> str:
    return f"whsec_{random_text(32)}"
