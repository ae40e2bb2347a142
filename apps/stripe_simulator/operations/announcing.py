from __future__ import annotations

from apps.stripe_simulator.book import Change
from apps.stripe_simulator.ids import new_id
from apps.stripe_simulator.records.base import Record
from apps.stripe_simulator.records.events import Event, WebhookDelivery, WebhookEndpoint


def announce(change: Change, type: str, subject: Record, *, previous: Record | None = None) -> Event:
    """Make an event with the subject as it is now, and a delivery for each endpoint that wants it."""
    event = change.put(
        Event(
            id=new_id("evt"),
            created=change.at,
            type=type,
            subject=subject,
            previous=previous,
            api_version=change.account.api_version,
            request_id=change.trace.request_id,
            idempotency_key=change.trace.idempotency_key,
        )
    )
    for endpoint in change.newest_first(WebhookEndpoint):
        if endpoint.wants(type):
            deliver(change, event, endpoint)
    return event


def deliver(change: Change, event: Event, endpoint: WebhookEndpoint) -> WebhookDelivery:
    return change.put(
        WebhookDelivery(
            id=new_id("whd"),
            created=change.at,
            event=event.id,
            event_type=event.type,
            subject=event.subject.id,
            endpoint=endpoint.id,
        )
    )
