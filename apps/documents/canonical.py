"""JSON in one form only: the bytes whose SHA-256 proves what Stripe said."""

import json
from typing import Any


def canonical(value: Any) -> bytes:
    """Sorted keys, no spaces, ASCII with escapes, so that any text Stripe may send has exactly one form.

    Percentages are the only fractions in Stripe's JSON; they come out as they were sent.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
