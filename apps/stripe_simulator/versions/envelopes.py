from __future__ import annotations

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.records.base import Json
from apps.stripe_simulator.records.events import Event

from .rendering import render


def event_shape(change: Change, event: Event, version: str, *, pending_webhooks: int) -> Json:
    """An event with its object as it was when the event happened, in the given version."""
    subject = render(change, event.subject, version)
    data: Json = {"object": subject}
    if event.previous is not None:
        data["previous_attributes"] = _changed(render(change, event.previous, version), subject)
    return {
        "id": event.id,
        "object": "event",
        "api_version": version,
        "created": event.created,
        "data": data,
        "livemode": change.account.livemode,
        "pending_webhooks": pending_webhooks,
        "request": {"id": event.request_id, "idempotency_key": event.idempotency_key},
        "type": event.type,
    }


def _changed(before: Json, after: Json) -> Json:
    """The old values of what changed; a key that is new was null before."""
    changed: Json = {}
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        changed[key] = _changed(old, new) if isinstance(old, dict) and isinstance(new, dict) else old
    return changed
