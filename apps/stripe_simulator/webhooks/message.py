from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from .signing import signature_header

_HOUR = 3_600

# What a fault can do to a message; the names are those of faults.WEBHOOK_FAULTS.
WHILE_SENDING = ("wrong_secret", "stale", "future", "wrong_livemode", "wrong_account", "forget_answer")


@dataclass(frozen=True, slots=True)
class Message:
    body: bytes
    headers: dict[str, str]


def message(event: dict[str, Any], *, secrets: Sequence[str], at: int, trouble: Collection[str] = ()) -> Message:
    """The signed POST of an event, spoilt in the ways that were asked for."""
    livemode = bool(event["livemode"])
    if "wrong_livemode" in trouble:
        event["livemode"] = not livemode
    if "wrong_account" in trouble:
        event["account"] = "acct_1SSomebodyElse0001"
    body = json.dumps(event, ensure_ascii=False).encode()
    if "stale" in trouble:
        at -= _HOUR
    if "future" in trouble:
        at += _HOUR
    if "wrong_secret" in trouble:
        secrets = ["whsec_of_somebody_else"]
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Accept": "*/*; q=0.5, application/xml",
        "Cache-Control": "no-cache",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature_header(body, secrets=secrets, at=at, livemode=livemode),
    }
    return Message(body, headers)
