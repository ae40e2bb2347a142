"""begin(): start the looks of a connection: the import, the search for missed events, the care for its endpoint."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection as database

from apps.tenants.context import acting_in

from .errands import Hint, want
from .models import StripeErrand, StripeFeed

Kind = StripeErrand.Kind


def connections_to_begin() -> list[tuple[UUID, UUID]]:
    """Tenant and connection of those with a key that no look has used yet."""
    with database.cursor() as cursor:
        cursor.execute("SELECT tenant_id, connection_id FROM ksefkit_stripe_connections_to_begin()")
        return [(tenant_id, connection_id) for tenant_id, connection_id in cursor.fetchall()]


def begin(tenant_id: UUID, connection_id: UUID, *, at: datetime) -> None:
    """Make the looks due, and whatever the former key could not do. Doing it twice changes nothing."""
    with acting_in(tenant_id):
        want(tenant_id, connection_id, [Hint(Kind.EVENTS), Hint(Kind.COMPARE)], at=at)
        want(tenant_id, connection_id, [Hint(Kind.ENDPOINT)], at=at, due=at + timedelta(days=1))
        denied = StripeErrand.objects.filter(connection_id=connection_id, denied=True)
        denied.update(denied=False, next_action_at=at)
        feed = StripeFeed.objects.filter(connection_id=connection_id)
        feed.update(begun_at=at, next_action_at=at, paused_until=None, pause_reason="", refused_extras={})
