"""From the address of a webhook to the connection behind it and the secrets that may sign for it."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from apps.tenants.context import acting_in

from .models import StripeConnection
from .secrets import open_secret

# A flood costs one look-up a second in each process; a withdrawn secret is refused a second later at most.
KEPT_SECONDS = 1.0
KEPT_ENDPOINTS = 1_000


@dataclass(frozen=True, slots=True)
class StripeEndpoint:
    """What the webhook view must know of a connection; its text never shows the secrets."""

    tenant_id: UUID
    connection_id: UUID
    livemode: bool
    account_id: str
    secret: str | None = field(repr=False)
    previous_secret: str | None = field(repr=False)
    previous_until: datetime | None

    def secrets(self, *, at: datetime) -> list[str]:
        """The live ones: during a rotation both the new and the old."""
        previous_lives = self.previous_until is not None and at < self.previous_until
        return [secret for secret in (self.secret, self.previous_secret if previous_lives else None) if secret]


_kept: dict[UUID, tuple[float, StripeEndpoint]] = {}


def stripe_endpoint(key: UUID) -> StripeEndpoint | None:
    """The endpoint with this key, at most a second old, or None when there is no such address (any more)."""
    now = time.monotonic()
    known = _kept.get(key)
    if known is not None and known[0] > now:
        return known[1]
    forget_endpoints(before=now)
    found = _read(key)
    if found is not None and len(_kept) < KEPT_ENDPOINTS:
        _kept[key] = (now + KEPT_SECONDS, found)
    return found


def forget_endpoints(*, before: float = float("inf")) -> None:
    """Drop what is kept in this process: everything, or what is older than allowed."""
    for key, (until, _) in list(_kept.items()):  # a copy: other threads add meanwhile
        if until <= before:
            _kept.pop(key, None)


def _read(key: UUID) -> StripeEndpoint | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, connection_id FROM ksefkit_stripe_endpoint(%s)", [key])
        place = cursor.fetchone()
    if place is None:
        return None
    tenant_id, connection_id = place
    with acting_in(tenant_id):
        row = StripeConnection.objects.get(id=connection_id)
        if row.status == StripeConnection.Status.DISCONNECTED:
            return None
        return StripeEndpoint(
            tenant_id=tenant_id,
            connection_id=connection_id,
            livemode=row.livemode,
            account_id=row.account_id,
            secret=open_secret(row, "webhook_secret"),
            previous_secret=open_secret(row, "previous_webhook_secret"),
            previous_until=row.previous_secret_until,
        )
