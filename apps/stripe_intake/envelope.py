"""Reads what intake must know of an event, snapshot or thin; everything else is refetched from Stripe. Pure."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_IDENTIFIER = re.compile(r"[A-Za-z0-9_.\-]{1,120}", re.ASCII)


class NotAnEvent(Exception):
    """The body is no Stripe event; the text is one plain line."""


@dataclass(frozen=True, slots=True)
class Envelope:
    event_id: str
    type: str
    object_id: str
    account: str
    livemode: bool
    api_version: str
    created_at: datetime | None


def read_envelope(body: bytes) -> Envelope:
    """The envelope of a body whose signature was checked before; raises NotAnEvent."""
    event = _parsed(body)
    thin = event.get("object") == "v2.core.event"
    if not thin and event.get("object") != "event":
        raise NotAnEvent("The body is not a Stripe event.")
    event_id, event_type = _identifier(event.get("id")), _identifier(event.get("type"))
    if not event_id or not event_type or not isinstance(event.get("livemode"), bool):
        raise NotAnEvent("The body is not a Stripe event: id, type or livemode is missing.")
    subject = event.get("related_object") if thin else _inside(event.get("data"), "object")
    return Envelope(
        event_id=event_id,
        # The thin form of `invoice.paid` is called `v1.invoice.paid`.
        type=event_type.removeprefix("v1.") if thin else event_type,
        object_id=_identifier(_inside(subject, "id")),
        account=_identifier(event.get("context" if thin else "account")),
        livemode=event["livemode"],
        api_version=_identifier(event.get("api_version")),
        created_at=_moment(event.get("created")),
    )


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise NotAnEvent("The body is not UTF-8.") from None
    except (ValueError, RecursionError):
        raise NotAnEvent("The body is not JSON.") from None
    if not isinstance(event, dict):
        raise NotAnEvent("The body is not a Stripe event.")
    return event


def _inside(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _identifier(value: Any) -> str:
    """An id, type or version as Stripe writes them; "" for anything a column or a log should not see."""
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else ""


def _moment(value: Any) -> datetime | None:
    """Unix seconds in a snapshot, ISO 8601 in a thin event."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
