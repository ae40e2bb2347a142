"""find_missed_events(): Stripe's own list of events against those that were delivered (stripe.md 2.7)."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from django.utils.dateparse import parse_datetime

from apps.connections.stripe_endpoints import StripeEndpoint
from apps.connections.stripe_events import EVENTS

from .envelope import read_envelope
from .models import StripeErrand, StripeEvent
from .receive import judge
from .visit import Visit

log = structlog.get_logger(__name__)

# Events appear in the list a little later than they happen, and Stripe keeps them for thirty days.
OVERLAP = timedelta(hours=1)
KEPT_FOR = timedelta(days=30)
# What is younger may be on its way.
DELIVERY = timedelta(minutes=2)


def find_missed_events(visit: Visit, errand: StripeErrand) -> None:
    """Store every event since the last look that no delivery brought; from there on they are like any other."""
    until = visit.clock() - DELIVERY
    since = max(_last_look(errand, visit) - OVERLAP, until - KEPT_FOR)
    created = {"gte": int(since.timestamp()), "lte": int(until.timestamp())}
    missed = 0
    for page in visit.access.pages("/v1/events", types=sorted(EVENTS), created=created):
        missed += _store_unknown(visit, page)
    with visit.writing():
        errand.progress = {"looked_at": until.isoformat(), "missed": missed}
        StripeErrand.objects.filter(id=errand.id).update(progress=errand.progress)
        type(visit.connection).objects.filter(id=visit.connection.id).update(last_reconciled_at=visit.clock())
    if missed:
        log.warning("stripe.events_missed", connection=str(visit.connection.id), missed=missed)


def _last_look(errand: StripeErrand, visit: Visit) -> datetime:
    return parse_datetime(errand.progress.get("looked_at", "")) or visit.connection.created_at


def _store_unknown(visit: Visit, page: list[dict[str, Any]]) -> int:
    endpoint = _endpoint(visit)
    with visit.writing():
        ids = [str(event.get("id")) for event in page]
        stored = StripeEvent.objects.filter(
            tenant_id=visit.tenant_id, connection=visit.connection, event_id__in=ids
        ).values_list("event_id", flat=True)
        known = set(stored)
        rows = [_row(visit, endpoint, event) for event in page if str(event.get("id")) not in known]
        StripeEvent.objects.bulk_create(rows, ignore_conflicts=True)
    return sum(row.state == StripeEvent.State.RECEIVED for row in rows)


def _row(visit: Visit, endpoint: StripeEndpoint, event: dict[str, Any]) -> StripeEvent:
    body = json.dumps(event).encode()
    envelope = read_envelope(body)
    state, reason = judge(envelope, endpoint)
    return StripeEvent(
        id=uuid4(),
        tenant_id=visit.tenant_id,
        connection=visit.connection,
        event_id=envelope.event_id,
        type=envelope.type,
        object_id=envelope.object_id,
        account=envelope.account,
        livemode=envelope.livemode,
        api_version=envelope.api_version,
        created_at=envelope.created_at,
        body=body,
        source=StripeEvent.Source.EVENTS_LIST,
        state=state,
        state_reason=reason,
        received_at=visit.clock(),
    )


def _endpoint(visit: Visit) -> StripeEndpoint:
    """What an event is judged by; no secret is needed for what Stripe's API itself says."""
    connection = visit.connection
    return StripeEndpoint(
        tenant_id=visit.tenant_id,
        connection_id=connection.id,
        livemode=connection.livemode,
        account_id=connection.account_id,
        secret=None,
        previous_secret=None,
        previous_until=None,
    )
