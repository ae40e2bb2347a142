"""route_events(): from the events that came in to the errands they hint at. Touches nothing but the database."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import connection as database

from apps.audit.record import lock_chain, record
from apps.connections.models import StripeConnection
from apps.connections.stripe_events import DEAUTHORIZED, EVENTS
from apps.documents.models import SourceDocument
from apps.reviews.models import Hold
from apps.tenants.context import acting_in

from .errands import Hint, want
from .models import StripeErrand, StripeEvent

log = structlog.get_logger(__name__)

BLOCK = 200
# A tax rate or number that changed may release what is held; more than this many at once is no release but a flood.
MOST_HELD = 500


def tenants_to_route() -> list[UUID]:
    """The tenants whose events wait."""
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM ksefkit_tenants_with_stripe_events()")
        return [row[0] for row in cursor.fetchall()]


def route_events(tenant_id: UUID, *, at: datetime) -> int:
    """Route one block of a tenant's events; how many there were."""
    with acting_in(tenant_id, durable=True):
        lock_chain(tenant_id)
        waiting = StripeEvent.objects.filter(tenant_id=tenant_id, state=StripeEvent.State.RECEIVED)
        block = list(waiting.order_by("received_at").select_for_update(skip_locked=True, of=("self",))[:BLOCK])
        by_connection: dict[UUID, list[StripeEvent]] = defaultdict(list)
        for event in block:
            by_connection[event.connection_id].append(event)
        for connection_id, events in by_connection.items():
            want(tenant_id, connection_id, _hints(connection_id, events), at=at)
            latest = max(event.received_at for event in events)
            StripeConnection.objects.filter(id=connection_id).update(last_event_at=latest)
            if any(event.type == DEAUTHORIZED for event in events):
                _revoke(tenant_id, connection_id, at)
        StripeEvent.objects.filter(id__in=[event.id for event in block]).update(state=StripeEvent.State.ROUTED)
    if block:
        log.info("stripe.routed", tenant=str(tenant_id), events=len(block))
    return len(block)


def _hints(connection_id: UUID, events: Iterable[StripeEvent]) -> Iterable[Hint]:
    for event in events:
        match EVENTS.get(event.type):
            case "invoice" | "credit_note" as kind:
                yield Hint(StripeErrand.Kind(kind), event.object_id, _made_at(event))
            case "tax_rate":
                yield Hint(StripeErrand.Kind.TAX_RATE, event.object_id)
            case "tax_id":
                yield from held(connection_id, customer=str(_content(event).get("customer") or ""))


def held(connection_id: UUID, *, customer: str = "") -> list[Hint]:
    """Hints to read again what is held, since what it was held for may have changed in Stripe."""
    documents = SourceDocument.objects.filter(connection_id=connection_id, holds__state=Hold.State.OPEN)
    if customer:
        documents = documents.filter(customer_id=customer)
    found = documents.values_list("kind", "stripe_id").distinct()[:MOST_HELD]
    return [Hint(StripeErrand.Kind(kind), stripe_id) for kind, stripe_id in found]


def _content(event: StripeEvent) -> dict[str, Any]:
    """The object inside a snapshot; empty for a thin event."""
    data = json.loads(bytes(event.body)).get("data")
    content = data.get("object") if isinstance(data, dict) else None
    return content if isinstance(content, dict) else {}


def _made_at(event: StripeEvent) -> datetime | None:
    created = _content(event).get("created")
    if type(created) is int and 0 < created < 4_102_444_800:  # before the year 2100
        return datetime.fromtimestamp(created, tz=UTC)
    return None


def _revoke(tenant_id: UUID, connection_id: UUID, at: datetime) -> None:
    """The account took its permission back: nothing more may be read or written there."""
    StripeConnection.objects.filter(id=connection_id).update(
        status=StripeConnection.Status.REVOKED, status_reason="The Stripe account withdrew its permission."
    )
    record(tenant_id=tenant_id, event="stripe.revoked", subject=("stripeconnection", str(connection_id)), at=at)
